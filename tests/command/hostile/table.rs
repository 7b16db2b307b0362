//! Every row of the tables of `docs/limits-of-input.md` has a test, and every test that a row has is there.

use std::path::Path;

/// What a row is about, and the tests that go red without its bound.
const TESTS: &[(&str, &[&str])] = &[
    (
        "a request's body, unpacked",
        &["a_body_is_no_longer_than_32_megabytes_packed_or_not", "a_compressed_body_is_undone_within_its_limit"],
    ),
    ("bodies longer than 1 MB, all together", &["six_of_the_longest_requests_at_once_take_turns"]),
    (
        "elements of a request",
        &["a_request_has_so_many_elements_and_attributes", "a_door_counts_the_values_of_a_request"],
    ),
    (
        "keys and values of a request in JSON-RPC",
        &["a_request_has_so_many_values", "a_door_counts_the_values_of_a_request"],
    ),
    (
        "values once references (`href`) are followed",
        &["references_do_not_make_a_short_request_a_long_one", "a_door_counts_the_values_of_a_request"],
    ),
    ("references in a circle, or to nothing", &["references_do_not_make_a_short_request_a_long_one"]),
    ("attributes", &["a_request_has_so_many_elements_and_attributes"]),
    ("nested elements, and nested values", &["a_request_has_so_many_elements_and_attributes"]),
    (
        "namespaces, in the document and in force at one place",
        &[
            "a_request_has_so_many_elements_and_attributes",
            "many_namespaces_are_refused_at_once_and_others_are_served_meanwhile",
        ],
    ),
    ("a text without a type in XML-RPC", &["a_door_counts_the_values_of_a_request"]),
    (
        "the answers to many calls in one (`multiCall`, `system.multicall`)",
        &["the_answers_to_many_calls_in_one_are_bounded", "many_results_share_one_room"],
    ),
    ("a pattern of a filter (`regexp`), compiled", &["a_pattern_of_a_filter_is_no_larger_than_a_megabyte"]),
    ("line and headers of a request", &["the_head_of_a_request_is_no_longer_than_128_kilobytes"]),
    ("waiting for a request's head", &["a_body_that_does_not_come_is_not_waited_for_for_ever"]),
    ("waiting for the next piece of a body; for all of it", &["a_body_that_does_not_come_is_not_waited_for_for_ever"]),
    ("waiting for a client to take its answer", &["a_client_that_reads_nothing_is_left_and_a_slow_one_served"]),
    ("connections at once", &["so_many_connections_are_served_at_once"]),
    ("stopping", &["a_bomb_of_any_kind_does_not_keep_the_program_from_stopping"]),
    ("sessions that live", &["so_many_sessions_live_at_once"]),
    ("the journal of `serve`", &["the_journal_is_bounded_in_bytes", "what_is_kept_is_bounded_in_bytes"]),
    (
        "a text among a call's arguments",
        &["the_journal_is_bounded_in_bytes", "what_is_long_is_kept_as_size_and_digest"],
    ),
    ("all arguments of a call", &["many_small_arguments_are_kept_as_one_digest"]),
    ("operation, fault and explanation of a call", &["a_long_argument_is_explained_as_fast_as_a_short_one"]),
    ("messages of calls", &["the_view_of_a_call_is_no_larger_than_its_bytes_make_it"]),
    ("secrets of a message that is shown", &["the_view_of_a_call_is_no_larger_than_its_bytes_make_it"]),
    ("nesting of a message that is shown indented", &["the_view_of_a_call_is_no_larger_than_its_bytes_make_it"]),
    (
        "answers that are remembered because they are asked for again",
        &["answers_that_are_remembered_are_bounded_in_bytes"],
    ),
    ("a reader of the journal (`Journal::subscribe`)", &["a_reader_that_does_not_read_is_cut_off"]),
    ("a body sent to `/__admin`", &["the_control_api_takes_and_gives_so_much_and_no_more"]),
    ("an answer of `/__admin`", &["the_control_api_takes_and_gives_so_much_and_no_more"]),
    ("checkpoints", &["what_the_control_api_keeps_is_counted"]),
    ("stubs sent to `/__admin`", &["what_the_control_api_keeps_is_counted"]),
    ("disruptions that are armed", &["what_the_control_api_keeps_is_counted"]),
    (
        "elements of a file of a module; operations of a shop with modules",
        &["what_the_control_api_keeps_is_counted", "what_a_file_holds_is_counted_before_it_is_made"],
    ),
    ("calls that `/__admin/verify` is asked for", &["what_the_control_api_keeps_is_counted"]),
    ("patterns of conditions (`regex`), compiled", &["what_the_control_api_keeps_is_counted"]),
    ("what a stub's template does and makes", &["a_stubs_template_makes_so_much_text_and_no_more"]),
    (
        "an answer",
        &[
            "an_answer_has_so_many_elements_and_bytes",
            "an_answer_beyond_the_limit_is_refused_and_one_within_is_whole",
            "a_zipped_body_is_unzipped_up_to_the_limit",
        ],
    ),
    (
        "elements, and values once references are followed",
        &["an_answer_has_so_many_elements_and_bytes", "references_do_not_make_a_short_answer_a_long_one"],
    ),
    (
        "attributes, nesting, namespaces, references in a circle",
        &["a_circle_is_refused", "a_wsdl_has_so_many_namespaces_and_so_many_bytes"],
    ),
    (
        "time for a call, reading its answer included",
        &["a_slow_shop_times_out", "masking_an_answer_takes_no_longer_than_reading_it"],
    ),
    ("a service description", &["a_wsdl_has_so_many_namespaces_and_so_many_bytes"]),
    (
        "what of an answer or fault stands in a message",
        &["masking_an_answer_takes_no_longer_than_reading_it", "a_wsdl_has_so_many_namespaces_and_so_many_bytes"],
    ),
    ("a list that never ends", &["a_shop_that_repeats_itself_fails_the_connector_with_what_to_do"]),
    ("a recording", &["a_client_that_goes_away_is_recorded_and_the_limit_ends_it"]),
    (
        "a seed, a dump",
        &[
            "a_file_that_is_too_long_is_refused_before_it_is_read",
            "what_a_file_holds_is_counted_before_it_is_made",
            "a_dump_is_read_in_one_pass_and_up_to_its_limits",
        ],
    ),
    (
        "a name in a dump",
        &["what_a_file_holds_is_counted_before_it_is_made", "a_dump_is_read_in_one_pass_and_up_to_its_limits"],
    ),
    ("a cassette, an audit", &["a_file_that_is_too_long_is_refused_before_it_is_read"]),
    (
        "a scenario",
        &["a_file_that_is_too_long_is_refused_before_it_is_read", "what_a_file_holds_is_counted_before_it_is_made"],
    ),
    (
        "fragments, overrides, stubs, modules, shops, clients, WSDLs, settings, plans, keys, results of a run",
        &["a_file_that_is_too_long_is_refused_before_it_is_read"],
    ),
    (
        "a pipe or a device in the place of any of them",
        &["a_file_without_end_is_refused", "a_file_is_read_up_to_its_limit"],
    ),
    (
        "what a program of a scenario or client prints",
        &["what_a_clients_programs_print_is_bounded", "a_client_that_crashes_floods_or_never_ends_is_contained"],
    ),
    ("rows that a client's program prints, a line of an adapter", &["what_a_clients_programs_print_is_bounded"]),
    (
        "time for a program, and for an adapter's answer",
        &[
            "a_client_that_misbehaves_ends_its_scenario_and_nothing_else",
            "a_client_that_crashes_floods_or_never_ends_is_contained",
        ],
    ),
    ("rows of a database's query", &["rows_are_counted_with_their_values_and_bytes"]),
    ("connecting to a database; its queries", &["rows_of_any_database_can_be_expected"]),
    ("cases of a matrix", &["what_is_wrong_with_a_matrix_is_said_at_its_place"]),
    ("calls, rows and texts of a report", &["rows_beyond_the_limit_are_counted", "a_text_beyond_the_limit_is_counted"]),
];

fn rows() -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/limits-of-input.md")).unwrap();
    let tables = text.split_once("\n## Looking for more").expect("the section after the tables").0;
    let cells = tables.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells.filter(|cell| *cell != "What").map(str::to_owned).collect()
}

fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["src", "tests"].iter().flat_map(|folder| walkdir::WalkDir::new(root.join(folder)));
    let files = files.map(|entry| entry.unwrap().into_path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_limit_of_the_documentation_has_a_test() {
    let rows = rows();
    let tested: Vec<&str> = TESTS.iter().map(|(row, _)| *row).collect();
    assert_eq!(rows, tested, "rows of docs/limits-of-input.md, and those with tests");
    let sources = sources();
    for (row, tests) in TESTS {
        assert!(!tests.is_empty(), "{row} has no test");
        for test in *tests {
            assert!(sources.contains(&format!("fn {test}(")), "{row}: there is no test {test}");
        }
    }
}

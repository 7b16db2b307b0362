//! Tests that need what is not in the repository: recordings of real shops, a browser, SOAP clients. Where that is missing
//! they are shown as ignored, never as passed; with the variable of `need.rs` set they fail.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test may fail it")]

mod browser;
mod console;
mod conversion;
mod devtools;
mod doors;
mod html_report;
mod narrow;
mod need;
mod recorded_heads;
mod recordings;
mod reported;
mod reported_failures;
mod sales;
mod sales_documents;
#[path = "../support/mod.rs"]
mod support;
mod through_the_proxy;
mod wire_bytes;
#[path = "../sync/world/mod.rs"]
mod world;
mod wsdl;

use std::future::Future;

use libtest_mimic::{Arguments, Failed, Trial};
use need::Need;

fn trial(need: Need, name: &str, is_met: bool, test: fn()) -> Trial {
    let is_due = std::env::var_os(need.variable()).is_some_and(|value| value == "1");
    let run = move || match is_met {
        true => {
            test();
            Ok(())
        }
        false => Err(Failed::from(need.missing())),
    };
    Trial::test(name, run).with_ignored_flag(!is_met && !is_due)
}

fn finish(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(test);
}

/// The same, on a clock that stands still unless everything waits.
fn finish_paused(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(test);
}

/// A table of tests, module by module: what they need, how they run, their names.
macro_rules! trials {
    ($($need:ident $run:ident $module:ident: $($test:ident),+;)+) => {{
        let mut trials = Vec::new();
        $(
            let is_met = Need::$need.is_met();
            if !is_met {
                eprintln!("ignored: {}: {}", stringify!($module), Need::$need.missing());
            }
            $(
                let name = concat!(stringify!($module), "::", stringify!($test));
                trials.push(trial(Need::$need, name, is_met, trials!(@run $run $module $test)));
            )+
        )+
        trials
    }};
    (@run sync $module:ident $test:ident) => { $module::$test };
    (@run $run:ident $module:ident $test:ident) => { || $run($module::$test()) };
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = trials! {
        Recordings sync recordings: a_replayed_shop_answers_the_recorded_bytes;
        Recordings sync reported: what_reports_led_to_is_answered_as_recorded, other_releases_answer_as_recorded;
        Recordings sync doors: every_door_answers_as_recorded;
        Recordings sync recorded_heads: headers_are_those_of_a_real_shop;
        Recordings sync sales_documents: documents_made_again_have_the_sums_of_the_real_ones;
        Recordings sync wire_bytes: recorded_envelopes_survive_the_codec_byte_for_byte;
        Recordings sync wsdl:
            the_main_documents_declare_what_the_real_ones_do,
            older_shops_name_the_service_after_its_handler,
            openmage_20_has_its_own_namespace_and_fields,
            every_bridge_release_declares_what_the_real_one_does,
            the_recorded_shop_serves_the_same_declarations;
        Nothing sync wsdl:
            each_style_and_release_has_its_numbers,
            an_address_is_escaped_and_the_encoding_schema_may_be_elsewhere,
            a_mended_document_refers_to_nothing_it_does_not_declare,
            mending_gives_malformed_messages_a_wrapper_and_a_field_one_declaration;
        Recordings sync conversion:
            rows_of_a_shop_with_bridge_become_the_reference_clients_records,
            rows_of_a_shop_without_bridge_become_the_reference_clients_records,
            a_merged_customer_goes_out_as_the_reference_client_sends_it,
            a_merged_address_goes_out_as_the_reference_client_sends_it;
        Nothing sync conversion: bundled_rows_become_the_reference_clients_records;
        Recordings finish_paused sales: a_real_shop_arrives_whole_in_every_variant;
        Recordings sync reported_failures: the_reported_failures_are_those_that_were_found;
        Nothing sync html_report:
            no_key_and_no_session_is_in_a_page,
            a_page_needs_nothing_and_no_value_in_it_is_markup,
            the_same_run_gives_the_same_page_but_for_real_time,
            a_timeline_is_kept_only_when_asked_for,
            calls_that_never_reach_the_shop_stand_where_they_were_made;
        Browser finish html_report:
            a_call_that_never_reached_the_shop_says_so_when_it_is_opened,
            a_failure_stands_first_with_its_reason_at_its_step,
            keys_lead_to_failures_tables_envelopes_and_the_filter,
            coverage_says_which_scenarios_exercise_what_and_what_none_does,
            a_merged_page_says_that_it_has_no_timelines;
        Browser finish console:
            the_console_shows_what_a_client_just_did_and_why_it_failed,
            the_console_shows_tables_disruptions_and_settings;
        Browser finish narrow:
            the_report_fits_keeps_its_filter_in_the_address_and_groups_calls,
            the_plan_and_the_conformance_of_a_client_fit,
            the_console_fits_keeps_its_filter_in_the_address_and_groups_calls;
        Php finish through_the_proxy: php;
        Zeep finish through_the_proxy: zeep;
    };
    libtest_mimic::run(&arguments, trials).exit();
}

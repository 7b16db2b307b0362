//! The commands as a user types them: console blocks in `tests/cmd`, with what they print and exit with.

#[test]
fn commands_print_what_their_documentation_shows() {
    trycmd::TestCases::new().env("NO_COLOR", "1").env("CI", "").case("tests/cmd/*.md").run();
}

//! Pages without scripts, as templates: what a page says is data, how it looks is `base.html` and one template a page. All that
//! comes from outside is escaped, and the page may load nothing.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

const BASE: &str = include_str!("base.html");
/// The colours of every page, the console's included.
const PALETTE: &str = include_str!("../../server/admin/console/palette.css");

/// A page made from a template that extends `base.html`.
///
/// # Errors
/// A template that does not fit its data; the templates are part of the program, so a test finds it first.
pub fn page(template: &'static str, data: &impl Serialize) -> Result<String, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.add_template("base.html", BASE)?;
    templates.add_template("palette.css", PALETTE)?;
    templates.add_template("page.html", template)?;
    templates.get_template("page.html")?.render(Serde(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_cannot_act_and_what_is_missing_is_an_error() {
        let template = "{% extends 'base.html' %}{% block title %}{{ title }}{% endblock %}{% block body %}<p>{{ title }}</p>{% endblock %}";
        let data = |name: &str| serde_json::json!({ name: "<script>\"&" });
        let made = page(template, &data("title")).unwrap();
        assert!(made.contains("<p>&lt;script&gt;&quot;&amp;</p>"), "{made}");
        assert!(made.contains("default-src 'none'") && !made.contains("<script"), "{made}");
        assert!(page(template, &data("heading")).is_err());
    }
}

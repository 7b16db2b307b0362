//! PHP's serialised values with their texts replaced: keys, numbers and lengths stay right.

/// Rewrites the texts; `rewrite` is given the key a text belongs to, or nothing in a list. `None` when the text is not
/// what PHP writes.
pub(super) fn rewritten(text: &str, rewrite: &dyn Fn(&str, &str) -> String) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let rest = value(text, "", rewrite, &mut out, 0)?;
    rest.is_empty().then_some(out)
}

/// Deeper nesting is no payment and no option of a product.
const DEPTH_MAX: usize = 32;

fn value<'t>(
    text: &'t str,
    key: &str,
    rewrite: &dyn Fn(&str, &str) -> String,
    out: &mut String,
    depth: usize,
) -> Option<&'t str> {
    let (tag, rest) = text.split_at_checked(2)?;
    match tag {
        "N;" => {
            out.push_str("N;");
            Some(rest)
        }
        "i:" | "d:" | "b:" => {
            let (number, rest) = rest.split_once(';')?;
            let plain = number.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
            let new = rewrite(key, plain.then_some(number)?);
            out.push_str(&format!("{tag}{new};"));
            Some(rest)
        }
        "s:" => {
            let (content, rest) = string(rest)?;
            let new = rewrite(key, content);
            out.push_str(&format!("s:{}:\"{new}\";", new.len()));
            rest.strip_prefix(';')
        }
        "a:" | "O:" if depth < DEPTH_MAX => {
            let mut rest = rest;
            out.push_str(tag);
            if tag == "O:" {
                let (class, after) = string(rest)?;
                out.push_str(&format!("{}:\"{class}\":", class.len()));
                rest = after.strip_prefix(':')?;
            }
            let (count, after) = rest.split_once(":{")?;
            let count: usize = count.parse().ok()?;
            out.push_str(&format!("{count}:{{"));
            rest = after;
            for _ in 0..count {
                let (name, mut unchanged) = (key_of(rest)?, String::new());
                rest = value(rest, "", &|_, text| text.to_owned(), &mut unchanged, DEPTH_MAX)?;
                out.push_str(&unchanged);
                rest = value(rest, name, rewrite, out, depth + 1)?;
            }
            out.push('}');
            rest.strip_prefix('}')
        }
        _ => None,
    }
}

/// `5:"texts"` at the beginning, and what comes after it.
fn string(text: &str) -> Option<(&str, &str)> {
    let (length, rest) = text.split_once(":\"")?;
    let (content, rest) = rest.split_at_checked(length.parse().ok()?)?;
    Some((content, rest.strip_prefix('"')?))
}

/// The name a member has; a list's members have none.
fn key_of(text: &str) -> Option<&str> {
    match text.strip_prefix("s:") {
        Some(rest) => string(rest).map(|(name, _)| name),
        None => Some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_replaced_and_everything_else_stays_right() {
        let shout = |key: &str, text: &str| match key {
            "payer" => format!("{}!", text.to_uppercase()),
            _ => text.to_owned(),
        };
        for (before, after) in [
            ("a:0:{}", Some("a:0:{}")),
            (r#"a:2:{s:5:"payer";s:3:"Ann";i:0;d:1.5;}"#, Some(r#"a:2:{s:5:"payer";s:4:"ANN!";i:0;d:1.5;}"#)),
            (r#"a:1:{s:1:"x";a:1:{s:5:"payer";s:2:"é";}}"#, Some(r#"a:1:{s:1:"x";a:1:{s:5:"payer";s:3:"É!";}}"#)),
            (r#"O:3:"Foo":1:{s:1:"n";N;}"#, Some(r#"O:3:"Foo":1:{s:1:"n";N;}"#)),
            ("Array", None),
            (r#"s:9:"short";"#, None),
            (r#"s:1:"é";"#, None),
            ("a:1:{", None),
        ] {
            assert_eq!(rewritten(before, &shout).as_deref(), after, "{before}");
        }
    }
}

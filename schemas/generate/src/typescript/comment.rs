//! What a schema says for readers, and those of its limits that a type can't hold, as a comment.

use serde_json::Value;

/// Columns of a line at most.
const WIDTH: usize = 100;

/// The comment before what has this schema, with a line break at its end; nothing if there is
/// nothing to say.
pub(super) fn of(schema: &Value, indent: usize) -> String {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let mut paragraphs: Vec<String> =
        text("description").iter().flat_map(|text| text.split("\n\n")).map(str::to_owned).collect();
    paragraphs.extend(values(schema));
    let limits = limits(schema);
    match paragraphs.last_mut() {
        _ if limits.is_empty() => {}
        Some(text) if !is_item(text) => *text = format!("{text} {}", limits.join(" ")),
        _ => paragraphs.push(limits.join(" ")),
    }
    if paragraphs.is_empty() {
        return String::new();
    }
    let pad = " ".repeat(indent);
    let width = WIDTH - indent - " * ".len();
    if let [one] = paragraphs.as_slice()
        && one.chars().count() + "/**  */".len() + indent <= WIDTH
    {
        return format!("{pad}/** {} */\n", harmless(one));
    }
    let mut lines: Vec<String> = Vec::new();
    for paragraph in &paragraphs {
        // The items of a list follow each other, all else has an empty line before it.
        let in_list = is_item(paragraph) && lines.last().is_some_and(|last| is_item(last));
        if !lines.is_empty() && !in_list {
            lines.push(String::new());
        }
        lines.extend(wrapped(&harmless(paragraph), width));
    }
    let lines: String =
        lines.iter().map(|line| format!("{pad} * {line}").trim_end().to_owned() + "\n").collect();
    format!("{pad}/**\n{lines}{pad} */\n")
}

/// Whether a paragraph is an item of a list.
fn is_item(paragraph: &str) -> bool {
    paragraph.starts_with("- ")
}

/// What each value of a closed set means.
fn values(schema: &Value) -> Vec<String> {
    let choices = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let described = choices.filter_map(|choice| {
        let text = |key: &str| choice.get(key).and_then(Value::as_str);
        Some(format!("- `{}`: {}", text("const")?, text("description")?))
    });
    described.collect()
}

/// One sentence for each limit.
fn limits(schema: &Value) -> Vec<String> {
    let number = |key: &str| schema.get(key).and_then(Value::as_u64);
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let mut limits = Vec::new();
    if let Some(keys) = schema.get("patternProperties").and_then(Value::as_object) {
        limits.extend(keys.keys().map(|pattern| format!("Keys match `{pattern}`.")));
    }
    limits.extend(text("pattern").map(|pattern| format!("Matches `{pattern}`.")));
    if let (Some(least), Some(most)) = (number("minimum"), number("maximum")) {
        limits.push(format!("From {least} to {most}."));
    }
    if number("minProperties").or_else(|| number("minItems")).is_some_and(|least| least > 0) {
        limits.push("Not empty.".to_owned());
    }
    limits.extend(
        number("x-maxBytes").map(|most| format!("At most {most} bytes of JSON by default.")),
    );
    limits.extend(
        number("x-maxUnits").map(|most| format!("At most {most} UTF-16 units of JSON by default.")),
    );
    limits.extend(text("x-error").map(|code| format!("Refused with `{code}` if it does not fit.")));
    limits
}

/// Text that doesn't end the comment it is in.
fn harmless(text: &str) -> String {
    text.replace("*/", "*\\/")
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_short_one_is_a_line_a_long_one_is_wrapped() {
        let short = json!({ "description": "Ends */ nothing.", "x-error": "MSG_REJECT_BAD_DATA" });
        let line =
            "  /** Ends *\\/ nothing. Refused with `MSG_REJECT_BAD_DATA` if it does not fit. */\n";
        assert_eq!(of(&short, 2), line);
        let long = json!({ "description": "word ".repeat(30).trim() });
        let text = of(&long, 2);
        assert!(text.lines().count() > 3, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(of(&json!({}), 2), "");
    }
}

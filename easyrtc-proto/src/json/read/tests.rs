//! Another reader of JSON, that of `serde_json`, is of the same opinion about everything.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;

fn read(text: &str) -> Result<RawText<'_>, InvalidJson> {
    let mut reader = Reader::new(text);
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

fn assert_same(text: &str) {
    let expected = serde_json::from_str::<&RawValue>(text).ok().map(RawValue::get);
    assert_eq!(read(text).ok().map(|value| value.text), expected, "{text:?}");
}

/// Nearly all of the grammar, and what is just outside.
const TEXTS: &[&str] = &[
    "",
    " ",
    "null",
    " true\n",
    "false",
    "nul",
    "nullx",
    "truefalse",
    "NaN",
    "undefined",
    "0",
    "-0",
    "00",
    "01",
    "-",
    "+1",
    "1.",
    ".1",
    "1.5",
    "1.5e",
    "1e5",
    "1E+5",
    "1e-05",
    "1e+",
    "-1.25E-3",
    "1e999",
    "12345678901234567890123",
    "1x",
    "1 2",
    "0x1",
    "1.e1",
    "--1",
    "\"\"",
    "\"",
    "\"a",
    "\"a\"b",
    "'a'",
    "\"\\\"",
    "\"\\\"\"",
    "\"\\\\\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\u1234\"",
    "\"\\uD800\"",
    "\"\\uABCDe\"",
    "\"\\x\"",
    "\"\\",
    "\"\\u",
    "\"\\b\\f\\n\\r\\t\\/\"",
    "\"\t\"",
    "\"12345678\u{1f}\"",
    "\"1234567\u{0}90\"",
    "\"\u{7f}\u{80}é😀\"",
    "\"12345678\\\"",
    "\"1234567\\\"\"",
    "\"123456\\\\\"",
    "{}",
    "[]",
    "{ }",
    "[ ]",
    "{]",
    "[}",
    "{",
    "[",
    "}",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1]]",
    "[[]",
    "[[],{}]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1",
    "{\"a\":1,}",
    "{,}",
    "{a:1}",
    "{1:1}",
    "{\"a\" 1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1]",
    "[\"a\":1]",
    "{\"a\",1}",
    " { \"a\" : [ 1 , { } , \"x\" ] , \"a\" : null } ",
    "\u{feff}1",
    "\u{a0}1",
    "1\u{c}",
    "{\"a\":{\"b\":[{}]}}",
    "[[[1],{\"a\":[2]}],3]",
    "[1}",
    "{\"a\":[}",
    "// 1",
    "1,",
];

#[test]
fn what_is_json_and_what_is_not() {
    for text in TEXTS {
        assert_same(text);
    }
}

#[test]
fn depth_costs_no_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":[", "]}]")] {
        for times in [1, 21, 22, 63, 64, 65, 127, 128, 129, 200, 100_000] {
            let middle = if open.ends_with(':') { "1" } else { "" };
            let text = format!("{}{middle}{}", open.repeat(times), close.repeat(times));
            let depth = times * close.len();
            assert_eq!(read(&text), Ok(RawText { text: &text, depth }), "{depth}");
            let wrong = text.replacen("]}", "]]", 1).replacen("}}", "}]", 1);
            assert_eq!(read(&wrong).is_ok(), wrong == text);
            assert!(read(&text[..text.len() - 1]).is_err());
        }
    }
}

#[test]
fn depth_is_that_of_the_deepest_point() {
    for (text, depth) in
        [("7", 0), ("\"[[{\"", 0), ("[]", 1), (r#"{"a":["[[[{"]}"#, 2), ("[[1],[[]],[{}],2]", 3)]
    {
        assert_eq!(read(text).unwrap().depth, depth, "{text}");
    }
}

#[test]
fn members_and_elements_are_read_one_by_one() {
    let mut reader = Reader::new(r#" { "a" : [ 1 , "x" ] , "\u0061":{}} "#);
    let mut found = Vec::new();
    let read = reader.members(|key, reader| {
        found.push((key, reader.value()?.text));
        Ok(())
    });
    assert_eq!((read, reader.end()), (Ok(()), Ok(())));
    assert_eq!(found, [("\"a\"", "[ 1 , \"x\" ]"), (r#""\u0061""#, "{}")]);
    let mut found = Vec::new();
    let read = Reader::new("[1,[2], 3 ]").elements(|index, reader| {
        found.push((index, reader.value()?.text));
        Ok(())
    });
    assert_eq!(read, Ok(()));
    assert_eq!(found, [(0, "1"), (1, "[2]"), (2, "3")]);
}

/// Whole tokens, and parts of them.
fn tokens() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", " ", "\"a\"", "\"a\":", "\"", "\\", "\\u", "\\ud800",
            "1", "0", "-", ".", "e", "E+", "true", "false", "null", "é", "\n", "\u{1}", "\"\\n\"",
        ])
        .prop_map(str::to_owned),
        "\"[ -~é]{0,20}\"",
        "-?[0-9]{1,3}(\\.[0-9]{1,2})?([eE][+-]?[0-9]{1,2})?",
    ];
    prop::collection::vec(token, 0..12).prop_map(|tokens| tokens.concat())
}

/// JSON text in which one character may be another.
fn nearly_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["null", "true", "-1.5e3", "0", "\"a\\n\\u00e9\"", "[]", "{}"])
            .prop_map(str::to_owned),
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    let value = leaf.prop_recursive(5, 40, 4, |inner| {
        let member = ("\"[a-c]{0,9}\"", inner.clone()).prop_map(|(k, v)| format!("{k} :{v}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|v| format!("[{}]", v.join(", "))),
            prop::collection::vec(member, 0..4).prop_map(|v| format!("{{{}}}", v.join(" ,"))),
        ]
    });
    (value, any::<prop::sample::Index>(), prop::option::of("[\\]\\[{}\",:\\\\0a \u{1}]")).prop_map(
        |(text, at, other)| {
            let Some(other) = other else { return text };
            let at = at.index(text.chars().count());
            text.chars()
                .enumerate()
                .map(|(index, c)| if index == at { other.clone() } else { c.to_string() })
                .collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_tokens(text in tokens()) {
        assert_same(&text);
    }

    #[test]
    fn json_and_what_nearly_is(text in nearly_json()) {
        assert_same(&text);
    }

    #[test]
    fn strings_end_where_they_end(text in "\"([ -~é\u{1}]|\\\\[\"\\\\un/]){0,40}\"?[ -~]{0,9}") {
        assert_same(&text);
    }
}

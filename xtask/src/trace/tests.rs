use super::*;

const PAGE: &str = "# Rooms\n\n<a id=\"rooms.full\"></a>\nIt **MUST** take no more.\n\n\
                    <a id=\"rooms.create\"></a>\nIt **MUST** be made.\n\n```\n<a id=\"no\"></a>\n```\n";

/// A trace of these files.
fn trace(files: &[(&str, &str)]) -> Trace {
    let mut trace = Trace::default();
    for (path, text) in files {
        trace.add(path, text);
    }
    trace
}

/// Everything is cited and tested.
const WHOLE: [(&str, &str); 4] = [
    ("docs/spec/rooms.md", PAGE),
    ("a/src/room.rs", "//= docs/spec/rooms.md#rooms.full\nfn full() {}\n"),
    ("a/src/join.rs", "fn f() {\n    //= docs/spec/rooms.md#rooms.create\n    g()\n}\n"),
    (
        "tests/conformance/src/cases/rooms.rs",
        "const CASES: &[Case] = &[\n    Case::must(\n        \"rooms.full/at-login\",\n        \
         \"no more fit\",\n        play!(full),\n    )\n    .also(&[\"rooms.create\"]),\n];\n",
    ),
];

#[test]
fn what_is_cited_and_tested_needs_nothing() {
    let trace = trace(&WHOLE);
    assert_eq!(trace.complaints(), Complaints::default());
    assert_eq!(trace.rules["rooms.create"].place, "docs/spec/rooms.md:6");
    assert_eq!(trace.citations[1].place, "a/src/join.rs:2");
    assert_eq!(trace.cases[0].place, "tests/conformance/src/cases/rooms.rs:3");
}

#[test]
fn each_rule_needs_code_and_a_case() {
    for missing in 1..4 {
        let files: Vec<_> = WHOLE.into_iter().enumerate().filter(|(n, _)| *n != missing).collect();
        let files: Vec<_> = files.into_iter().map(|(_, file)| file).collect();
        let Complaints { stale, uncited, untested } = trace(&files).complaints();
        assert_eq!((stale.len(), uncited.len() + untested.len() > 0), (0, true), "{missing}");
    }
}

#[test]
fn a_test_is_not_the_code_that_decides() {
    let cited = "//= docs/spec/rooms.md#rooms.full\n";
    for (path, before, is_test) in [
        ("a/src/room.rs", "", false),
        ("a/src/room.rs", "#[cfg(test)]\nmod tests {\n", true),
        ("a/src/room.rs", "#[cfg(test)]\nmod tests;\n", false),
        ("a/src/room/tests.rs", "", true),
        ("a/tests/rooms.rs", "", true),
        ("clients/js/test/rooms.test.mjs", "", true),
    ] {
        let trace = trace(&[WHOLE[0], (path, &format!("{before}{cited}"))]);
        assert_eq!(trace.citations[0].is_test, is_test, "{path}");
        let uncited = trace.complaints().uncited.len();
        assert_eq!(uncited, if is_test { 2 } else { 1 }, "{path}");
    }
}

#[test]
fn what_is_not_there_cannot_be_cited() {
    for wrong in [
        "//= docs/spec/rooms.md#rooms.empty",
        "//= docs/spec/login.md#rooms.full",
        "//= docs/spec/rooms.md",
        "//=docs/spec/rooms.md#rooms.full",
        "//= rooms.md#rooms.full",
    ] {
        let trace = trace(&[&WHOLE[..], &[("a/src/x.rs", wrong)]].concat());
        let stale = trace.complaints().stale;
        assert_eq!(stale.len(), 1, "{wrong}: {stale:?}");
        assert!(stale[0].starts_with("a/src/x.rs:1: "), "{stale:?}");
    }
    for case in ["must(\"rooms.empty\", x)", "may(\"rooms.full\").also(&[\"rooms.no\"])"] {
        let list = format!("const CASES: &[Case] = &[\n    {case},\n];\n");
        let file = ("tests/conformance/src/cases/x.rs", list.as_str());
        assert_eq!(trace(&[&WHOLE[..], &[file]].concat()).complaints().stale.len(), 1, "{case}");
    }
}

#[test]
fn cases_are_what_lists_of_cases_begin_with() {
    let text = "const OTHER: &str = \"not.this\";\n\
                pub(super) const CASES: &[Case] = &[\n\
                must(\"a.one\", \"a text\", play!(x)).also(&[\"b.two\", \"b.three\"]), \
                Case::schema(\"schemas.ack\", \"fits\"),\n\
                over(\"a.two/otherSide\", \"with schemas.ack in it\", play!(x))\n\
                    .also(&[\n\
                        \"b.four\",\n\
                        \"b.five\",\n\
                    ]),\n\
                must(\"a.three\", \"EIO=4\", play!(x)),\n\
                ];\n\
                fn x() { refused(\"not.that\") }\n";
    let found = sources::cases("x.rs", text);
    let found: Vec<(&str, Vec<&str>)> = found
        .iter()
        .map(|case| (case.id.as_str(), case.rules.iter().map(String::as_str).collect()))
        .collect();
    let expected = [
        ("a.one", vec!["a.one", "b.two", "b.three"]),
        ("a.two/otherSide", vec!["a.two", "b.four", "b.five"]),
        ("a.three", vec!["a.three"]),
    ];
    assert_eq!(found, expected);
}

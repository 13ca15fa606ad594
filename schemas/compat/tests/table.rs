//! What breaks whom: pairs of schemas, judged in both directions.

use Expected::{Breaks, Fine};
use easyrtc_schema_compat::{Bundle, Change, Direction, compare, compare_bundles};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    Breaks,
    Fine,
}

/// A change: what it is, before, after, whether it breaks what clients send, and what they get.
type Row = (&'static str, Value, Value, Expected, Expected);

fn breaking(changes: &[Change]) -> Expected {
    if changes.iter().any(|change| change.breaking) { Breaks } else { Fine }
}

/// Judges each row in both directions, and sees to it that no difference goes unmentioned.
fn judge(rows: Vec<Row>) {
    for (name, old, new, client, server) in rows {
        for (direction, expected) in [(Direction::Client, client), (Direction::Server, server)] {
            let changes = compare(&old, &new, direction);
            assert_eq!(breaking(&changes), expected, "{name}, {direction:?}: {changes:#?}");
            assert!(!changes.is_empty(), "{name}, {direction:?}");
            assert_eq!(compare(&new, &new, direction), [], "{name}, {direction:?}: no change");
        }
    }
}

fn string(keyword: &str, value: impl Into<Value>) -> Value {
    json!({"type": "string", keyword: value.into()})
}

fn object(properties: &Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

#[test]
fn single_values() {
    let text = json!({"type": "string"});
    let number = json!({"type": "number"});
    let maximum = |most: u64| json!({"type": "integer", "maximum": most});
    judge(vec![
        ("type", text.clone(), json!({"type": "integer"}), Breaks, Breaks),
        ("wider type", json!({"type": "integer"}), number.clone(), Fine, Breaks),
        ("narrower type", number, json!({"type": "integer"}), Breaks, Fine),
        ("nullable", text.clone(), json!({"type": ["string", "null"]}), Fine, Breaks),
        (
            "nullable in other words",
            text.clone(),
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            Fine,
            Breaks,
        ),
        ("anything", text.clone(), json!({}), Fine, Breaks),
        ("nothing", text.clone(), json!(false), Breaks, Fine),
        ("another constant", json!({"const": "a"}), json!({"const": "b"}), Breaks, Breaks),
        ("a value more", json!({"enum": ["a"]}), json!({"enum": ["a", "b"]}), Fine, Breaks),
        ("a value less", json!({"enum": ["a", "b"]}), json!({"enum": ["b"]}), Breaks, Fine),
        ("a closed list", text.clone(), json!({"enum": ["a"]}), Breaks, Fine),
        ("an open list", json!({"enum": ["a"]}), text.clone(), Fine, Breaks),
        ("longer", string("maxLength", 9), string("maxLength", 10), Fine, Breaks),
        ("shorter", string("maxLength", 10), string("maxLength", 9), Breaks, Fine),
        ("unlimited", string("maxLength", 10), text.clone(), Fine, Breaks),
        ("limited", text.clone(), string("minLength", 1), Breaks, Fine),
        ("larger", maximum(5), maximum(6), Fine, Breaks),
        ("a limit of ours", string("x-maxBytes", 9), string("x-maxBytes", 8), Breaks, Fine),
        ("a pattern", text.clone(), string("pattern", "^a"), Breaks, Fine),
        ("another pattern", string("pattern", "^a"), string("pattern", "^b"), Breaks, Breaks),
        ("an unknown keyword", text.clone(), string("format", "uri"), Breaks, Breaks),
        ("an unknown keyword gone", string("x-error", "A"), text.clone(), Breaks, Breaks),
        ("another value of it", string("x-error", "A"), string("x-error", "B"), Breaks, Breaks),
        ("an exclusion", text.clone(), string("not", json!({"const": "a"})), Breaks, Fine),
        ("an exclusion less", string("not", json!({"const": "a"})), text, Fine, Breaks),
    ]);
}

#[test]
fn lists() {
    let list = |keyword: &str, value: Value| json!({"type": "array", keyword: value});
    let of = |kind: &str| list("items", json!({"type": kind}));
    judge(vec![
        ("wider items", of("integer"), of("number"), Fine, Breaks),
        ("other items", of("integer"), of("string"), Breaks, Breaks),
        ("no item", list("minItems", json!(1)), list("minItems", json!(0)), Fine, Breaks),
        ("fewer", list("maxItems", json!(9)), list("maxItems", json!(8)), Breaks, Fine),
        ("not unique", list("uniqueItems", json!(true)), json!({"type": "array"}), Breaks, Breaks),
    ]);
}

#[test]
fn keys() {
    let (text, number) = (json!({"type": "string"}), json!({"type": "integer"}));
    let a = object(&json!({"a": text}), &[]);
    let both = object(&json!({"a": text, "b": number}), &[]);
    let b_required = object(&json!({"a": text, "b": number}), &["b"]);
    let other = |schema: &Value| json!({"type": "object", "additionalProperties": schema});
    let named = |pattern: &str, schema: &Value| json!({"patternProperties": {pattern: schema}, "additionalProperties": false});
    judge(vec![
        ("a new key", a.clone(), both.clone(), Fine, Fine),
        ("a new required key", a.clone(), b_required.clone(), Breaks, Fine),
        ("a key gone", both.clone(), a.clone(), Breaks, Breaks),
        ("a required key gone", b_required.clone(), a.clone(), Breaks, Breaks),
        ("required", both.clone(), b_required.clone(), Breaks, Fine),
        ("no longer required", b_required, both, Fine, Breaks),
        ("another type", a.clone(), object(&json!({"a": number}), &[]), Breaks, Breaks),
        ("closed", json!({"type": "object"}), other(&json!(false)), Breaks, Fine),
        ("a key where there was none", other(&json!(false)), a, Fine, Breaks),
        ("wider values", other(&number), other(&json!({"type": "number"})), Fine, Breaks),
        ("wider values by pattern", named("^a", &number), named("^a", &json!({})), Fine, Breaks),
        ("another pattern", named("^a", &number), named("^b", &number), Breaks, Breaks),
        (
            "names of keys",
            json!({"type": "object", "propertyNames": string("maxLength", 3)}),
            json!({"type": "object", "propertyNames": string("maxLength", 4)}),
            Fine,
            Breaks,
        ),
        ("empty", json!({"minProperties": 1}), json!({"minProperties": 0}), Fine, Breaks),
        ("fewer", json!({"maxProperties": 4}), json!({"maxProperties": 3}), Breaks, Fine),
        (
            "a key that must not be there",
            object(&json!({"a": {"not": {}}}), &[]),
            object(&json!({"a": text}), &[]),
            Fine,
            Breaks,
        ),
    ]);
}

#[test]
fn alternatives() {
    let message = |name: &str| object(&json!({"msgType": {"const": name}}), &["msgType"]);
    let any = |names: &[&str]| {
        let messages: Vec<Value> = names.iter().map(|name| message(name)).collect();
        json!({"oneOf": messages})
    };
    let changed = json!({"oneOf": [message("a"), {
        "type": "object",
        "properties": {"msgType": {"const": "b"}, "msgData": {"type": "string"}},
        "required": ["msgType", "msgData"],
    }]});
    let status = |names: &[&str]| {
        let values: Vec<Value> = names.iter().map(|name| json!({"const": name})).collect();
        json!({"oneOf": values})
    };
    let open = json!({"anyOf": [{"enum": ["a"]}, {"type": "string"}]});
    let wider = json!({"anyOf": [{"enum": ["a", "b"]}, {"type": "string"}]});
    let lower = |names: &[&str]| json!({"type": "string", "anyOf": [{"enum": names}, {"pattern": "^[a-z]+$"}]});
    judge(vec![
        ("a new message", any(&["a", "b"]), any(&["a", "b", "c"]), Fine, Fine),
        ("a message gone", any(&["a", "b"]), any(&["a"]), Breaks, Fine),
        ("a message renamed", message("a"), message("b"), Breaks, Breaks),
        ("a message that asks for more", any(&["a", "b"]), changed, Breaks, Fine),
        ("a value more", status(&["a"]), status(&["a", "b"]), Fine, Breaks),
        ("a value less", status(&["a", "b"]), status(&["a"]), Breaks, Fine),
        ("a value that the open list excludes", lower(&["a"]), lower(&["a", "B"]), Fine, Breaks),
        (
            "a value more, in other words",
            json!({"enum": ["a", "b"]}),
            status(&["a", "b", "c"]),
            Fine,
            Breaks,
        ),
    ]);
    for direction in [Direction::Client, Direction::Server] {
        assert_eq!(compare(&open, &wider, direction), [], "a new value of an open list");
        let more = compare(&lower(&["a"]), &lower(&["a", "b"]), direction);
        assert_eq!(more, [], "a new value of a list that is open for such");
        let listed = json!({"enum": ["a", "b"]});
        assert_eq!(compare(&listed, &status(&["b", "a"]), direction), [], "in other words");
        let typed = json!({"type": ["string", "null"]});
        let split = json!({"anyOf": [{"type": "null"}, {"type": "string"}]});
        assert_eq!(compare(&typed, &split, direction), [], "in other words");
    }
}

#[test]
fn what_only_explains_is_no_change() {
    let old = json!({"$id": "https://a.example/1", "title": "A", "type": "string"});
    let new = json!({
        "$id": "https://a.example/2",
        "description": "B",
        "examples": ["x"],
        "type": "string",
        "$defs": {"unused": {"type": "null"}},
    });
    assert_eq!(compare(&old, &new, Direction::Client), []);
    assert_eq!(compare(&old, &new, Direction::Server), []);
}

#[test]
fn references() {
    let direct = object(&json!({"a": {"type": "string", "maxLength": 5}}), &[]);
    let referring = |most: u64| {
        json!({
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/Name", "description": "A name."}},
            "$defs": {"Name": {"allOf": [{"type": "string"}, {"maxLength": most}]}},
        })
    };
    for direction in [Direction::Client, Direction::Server] {
        assert_eq!(compare(&direct, &referring(5), direction), [], "the same, somewhere else");
    }
    judge(vec![
        ("behind a reference", referring(5), referring(6), Fine, Breaks),
        (
            "a reference into the void",
            json!({"$ref": "#/$defs/A"}),
            json!({"$ref": "#/$defs/B"}),
            Breaks,
            Breaks,
        ),
    ]);
}

#[test]
fn schemas_that_contain_themselves() {
    let tree = |value: &str| {
        json!({
            "$ref": "#/$defs/Tree",
            "$defs": {
                "Tree": {
                    "type": "object",
                    "properties": {
                        "value": {"type": value},
                        "left": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]},
                        "right": {"$ref": "#"},
                    },
                    "required": ["value"],
                },
                "Loop": {"$ref": "#/$defs/Loop"},
            },
        })
    };
    judge(vec![("deep inside", tree("integer"), tree("number"), Fine, Breaks)]);
    let changes = compare(&tree("integer"), &tree("number"), Direction::Server);
    assert!(changes.iter().any(|change| change.path == "/value"), "{changes:#?}");
    let endless = json!({"$ref": "#/$defs/Loop", "$defs": tree("null")["$defs"]});
    assert_eq!(compare(&endless, &endless, Direction::Client), []);
}

#[test]
fn a_change_says_where_and_what() {
    let schema = |most: u64, show: &[&str]| {
        let name = json!({"type": "string", "maxLength": most});
        let list = json!({"type": "array", "items": {"enum": show}});
        object(&json!({"msgData": object(&json!({"name": name, "list": list}), &[])}), &[])
    };
    let changes = compare(&schema(5, &["a", "b"]), &schema(6, &["b", "c"]), Direction::Client);
    let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "breaks: /msgData/list/*: \"a\" is gone",
            "fine: /msgData/list/*: \"c\" is new",
            "fine: /msgData/name: maxLength: 5 became 6",
        ]
    );
}

fn bundle(files: &[(&str, Value)]) -> Bundle {
    files.iter().map(|(path, schema)| ((*path).to_owned(), schema.clone())).collect()
}

#[test]
fn bundles() {
    let message = |name: &str, kind: &str| {
        let properties = json!({"msgType": {"const": name}, "msgData": {"type": kind}});
        object(&properties, &["msgType"])
    };
    let root = |names: &[&str]| {
        let files: Vec<Value> = names.iter().map(|name| json!({"$ref": name})).collect();
        json!({"anyOf": files})
    };
    let frame = json!({"properties": {"message": {"$ref": "../server/root.json"}}});
    let old = bundle(&[
        ("client/offer.json", message("offer", "object")),
        ("client/root.json", root(&["offer.json"])),
        ("server/offer.json", message("offer", "object")),
        ("server/error.json", message("error", "string")),
        ("server/root.json", root(&["offer.json", "error.json"])),
        ("websocket/server-frame.json", frame.clone()),
    ]);
    assert_eq!(compare_bundles(&old, &old), []);

    let new = bundle(&[
        ("client/hello.json", message("hello", "string")),
        ("client/offer.json", message("offer", "object")),
        ("client/root.json", root(&["hello.json", "offer.json"])),
        ("server/hello.json", message("hello", "string")),
        ("server/offer.json", message("offer", "object")),
        ("server/error.json", message("error", "string")),
        ("server/root.json", root(&["error.json", "hello.json", "offer.json"])),
        ("websocket/server-frame.json", frame),
    ]);
    let changes = compare_bundles(&old, &new);
    assert_eq!(breaking(&changes), Fine, "{changes:#?}");
    let new_files = changes.iter().filter(|change| change.what == "the schema is new").count();
    assert_eq!(new_files, 2);
    assert_eq!(breaking(&compare_bundles(&new, &old)), Breaks, "files are gone");

    // Reported once, where it is, and not again wherever it is referred to.
    let mut wider = old.clone();
    wider.insert("server/error.json".to_owned(), message("error", "number"));
    let changes = compare_bundles(&old, &wider);
    assert_eq!(breaking(&changes), Breaks);
    let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    assert!(paths.iter().all(|path| *path == "server/error.json: /msgData"), "{changes:#?}");

    // Written out, it is the same as in a file of its own.
    let mut inline = old.clone();
    let written = json!({"anyOf": [message("offer", "object"), message("error", "string")]});
    inline.insert("server/root.json".to_owned(), written);
    assert_eq!(compare_bundles(&old, &inline), []);
    assert_eq!(compare_bundles(&inline, &old), []);

    // Whose it is has to be known.
    let strange = |kind: &str| bundle(&[("other.json", message("other", kind))]);
    assert_eq!(breaking(&compare_bundles(&strange("null"), &strange("string"))), Breaks);
}

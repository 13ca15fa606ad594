//! The OpenAPI document says what there is.

use serde_json::Value;

use super::{Admin, TOKEN};
use crate::harness::run;

#[test]
fn it_is_served_to_everybody_and_printed() {
    let admin = Admin::start(&[]);
    let served = admin.raw("GET", "/openapi.json", "", b"");
    assert_eq!((served.status, served.header("content-type")), (200, "application/json"));
    let (code, printed, _) = run(&["schema", "openapi.json"], &[]);
    assert_eq!((code, printed), (Some(0), served.body));
}

#[test]
fn each_operation_is_there_and_no_other_method() {
    let admin = Admin::start(&[]);
    let (_, printed, _) = run(&["schema", "openapi"], &[]);
    let document: Value = serde_json::from_str(&printed).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 20, "{}", paths.len());
    for (path, operations) in paths {
        let concrete = path.replace("{id}", "7").replace(['{', '}'], "");
        let mut methods = vec!["get", "put", "post", "delete", "patch", "options"];
        methods.retain(|method| operations.get(method).is_none());
        let headers = format!("Authorization: Bearer {TOKEN}\r\n");
        for method in methods {
            let answer = admin.raw(&method.to_uppercase(), &concrete, &headers, b"");
            assert_eq!(answer.status, 405, "{method} {path} is not documented");
        }
        for (method, operation) in operations.as_object().unwrap() {
            // None of what they name is there, and a body is missing where one is due.
            let answer = admin.raw(&method.to_uppercase(), &concrete, &headers, b"");
            assert!(!matches!(answer.status, 405 | 500), "{method} {path}: {answer:?}");
            assert!(!answer.body.contains("noRoute"), "{method} {path}: {answer:?}");
            assert!(operation["responses"]["default"].is_object(), "{method} {path}");
            let due = operation.get("requestBody").is_some();
            assert_eq!(answer.status == 415, due, "{method} {path}: {answer:?}");
        }
    }
}

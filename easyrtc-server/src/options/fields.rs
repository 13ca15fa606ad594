//! `…DefaultFieldObj`: fields that something has from its beginning.

use std::collections::BTreeMap;

use easyrtc_proto::{FieldName, Payload};
use easyrtc_state::{Field, FieldMap};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Value;

const ALLOWED: &str =
    r#"an object such as {"name": {"fieldValue": 1, "fieldOption": {"isShared": true}}}, or null"#;

/// A JSON object with its values as they stand. Of a repeated key the last counts, as in
/// JavaScript.
type Object = BTreeMap<String, Box<RawValue>>;

/// Reads the fields. As in the original, one with an improper name is left out with a remark, and
/// one is not shared unless it says so.
pub(super) fn read(value: &Value, remarks: &mut Vec<String>) -> Result<FieldMap, String> {
    let mut fields = FieldMap::default();
    if value.is_null() {
        return Ok(fields);
    }
    for (name, entry) in object(value.text()).ok_or_else(|| value.refuse(ALLOWED))? {
        let field = read_field(&entry, remarks, &name)
            .map_err(|problem| format!("the field {name:?} {problem}"))?;
        match FieldName::parse(&name) {
            Ok(name) => {
                fields.0.insert(name, field);
            }
            //= docs/spec/fields.md#fields.bad-name
            Err(_) => remarks.push(format!(
                "the field {name:?} is left out: its name does not match {}",
                FieldName::PATTERN
            )),
        }
    }
    Ok(fields)
}

fn read_field(entry: &RawValue, remarks: &mut Vec<String>, name: &str) -> Result<Field, String> {
    let mut entry = object(entry.get()).ok_or("is no object")?;
    let value = entry.remove("fieldValue").ok_or("has no fieldValue")?;
    super::secret::refuse_placeholder(&value)?;
    let shared = match entry.remove("fieldOption") {
        Some(option) => is_shared(&option)?,
        None => false,
    };
    for key in entry.keys().filter(|key| *key != "fieldName") {
        remarks.push(format!("{key:?} of the field {name:?} has no effect"));
    }
    let value = Payload::parse(value.get()).map_err(|error| error.to_string())?;
    Ok(Field { value, shared })
}

fn is_shared(option: &RawValue) -> Result<bool, &'static str> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct FieldOption {
        is_shared: Option<bool>,
    }
    let option: Option<FieldOption> = serde_json::from_str(option.get()).map_err(
        |_| r#"has a fieldOption that is not {"isShared": true} or {"isShared": false}"#,
    )?;
    Ok(option.and_then(|option| option.is_shared).unwrap_or_default())
}

fn object(text: &str) -> Option<Object> {
    serde_json::from_str(text).ok()
}

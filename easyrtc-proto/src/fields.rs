//! Maps of fields: `{"name":{"fieldName":"name","fieldValue":…}}`.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::attachments::Attachments;
use crate::decode::{DecodeErrorKind, Reject};
use crate::json::{ObjectWriter, plain, stringified_units};
use crate::name::{ApiFieldName, FieldName};
use crate::payload::Payload;
use crate::value::Value;

/// The `apiField` map of a client: fields it set itself, shown in client lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ApiFields(pub BTreeMap<ApiFieldName, Payload>);

/// The shared fields of an application, room, session or connection, set by the server's side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fields(pub BTreeMap<FieldName, Payload>);

impl ApiFields {
    /// UTF-16 units of the map as `JSON.stringify` writes it, which is what its limit counts.
    #[must_use]
    pub fn stringified_units(&self) -> usize {
        stringified_units(&self.encode())
    }

    pub(crate) fn encode(&self) -> String {
        let fields = self.0.iter().map(|(name, value)| (name.as_json(), value));
        encode(fields)
    }
}

fn encode<'a>(fields: impl Iterator<Item = (&'a str, &'a Payload)>) -> String {
    fields
        .fold(ObjectWriter::new(), |map, (name, value)| {
            let field =
                ObjectWriter::new().member("fieldName", name).member("fieldValue", value.as_str());
            map.literal(name, &field.finish())
        })
        .finish()
}

/// One entry of a map of fields: the name, and the value unless the entry is `null`.
pub(crate) fn decode_entry<'a>(
    key: &str,
    entry: Value<'a>,
    path: &'static str,
) -> Result<(ApiFieldName, Option<Value<'a>>), Reject> {
    //= docs/spec/fields.md#fields.api-entry
    let bad = Reject::at(path, DecodeErrorKind::Field);
    let name = ApiFieldName::from_literal(key).ok_or(bad)?;
    if entry.is_null() {
        return Ok((name, None));
    }
    let [field_name, field_value] = entry.get(["fieldName", "fieldValue"]);
    let field_name = field_name.and_then(Value::literal).and_then(ApiFieldName::from_literal);
    match field_value {
        Some(value) if field_name.as_ref() == Some(&name) => Ok((name, Some(value))),
        _ => Err(bad),
    }
}

fn serialize_text<S: Serializer>(text: String, serializer: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(text).map_err(serde::ser::Error::custom)?.serialize(serializer)
}

impl Serialize for ApiFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_text(self.encode(), serializer)
    }
}

impl<'de> Deserialize<'de> for ApiFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let mut fields = BTreeMap::new();
        for (key, entry) in Value::new(raw.get(), &Attachments::none()).members() {
            let (name, value) = decode_entry(&key, entry, "")
                .map_err(|_| D::Error::custom("a field has fieldName and fieldValue"))?;
            fields.extend(value.map(|value| (name, value.payload())));
        }
        Ok(Self(fields))
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let literals: Vec<_> = self.0.iter().map(|(n, v)| (format!("\"{n}\""), v)).collect();
        serialize_text(encode(literals.iter().map(|(n, v)| (n.as_str(), *v))), serializer)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = ApiFields::deserialize(deserializer)?.0.into_iter().map(|(name, value)| {
            let name = plain(name.as_json()).unwrap_or_default();
            FieldName::parse(&name).map(|name| (name, value)).map_err(D::Error::custom)
        });
        Ok(Self(fields.collect::<Result<_, _>>()?))
    }
}

//! What comes in a request's query: which part of a list.

use std::fmt::Display;

use axum::extract::{FromRequestParts, Query};
use easyrtc_state::inspect::{MAX_PAGE, Page};
use hyper::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::{Code, Problem};

/// Entries of a list when nothing is said about it.
const DEFAULT_LIMIT: usize = 100;

/// A query, read.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => Err(Problem::new(Code::BadQuery, rejection.body_text())),
        }
    }
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    /// Entries at most, 1 to 1000.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 1000, default = 100))]
    limit: Option<usize>,
    /// Only entries after this one: `next` of the part before.
    after: Option<String>,
}

impl Part {
    /// The part of a list whose entries are called as `parse` reads it.
    ///
    /// # Errors
    /// If it is none.
    pub(super) fn page<K, E: Display>(
        &self,
        parse: impl FnOnce(&str) -> Result<K, E>,
    ) -> Result<Page<K>, Problem> {
        page(self.limit, self.after.as_deref(), parse)
    }
}

/// The part of a list that these two keys of a query mean.
pub(super) fn page<K, E: Display>(
    limit: Option<usize>,
    after: Option<&str>,
    parse: impl FnOnce(&str) -> Result<K, E>,
) -> Result<Page<K>, Problem> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_PAGE).contains(&limit) {
        let detail = format!("The limit of a list is 1 to {MAX_PAGE}, not {limit}.");
        return Err(Problem::new(Code::BadQuery, detail));
    }
    let after = after.map(parse).transpose();
    let after = after.map_err(|error| Problem::new(Code::BadQuery, format!("after: {error}.")))?;
    Ok(Page { after, limit })
}

//! The OpenAPI document of the admin API, which the server's own code describes.

use crate::{Output, print};

/// `schemas/openapi.json`.
pub(crate) fn file() -> Output {
    Output::new(
        "schemas/openapi.json",
        print::document(&easyrtc_server::admin::openapi::document()),
    )
}

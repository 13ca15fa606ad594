//! The cookie that holds a session id: which requests are answered with one, and its attributes.
//!
//! It is for the script of a page, which reads it with `document.cookie`. A browser shows a script
//! the cookies of the page's own host and no others, whatever the port; so a request that a page of
//! another host makes gets none.

use hyper::HeaderMap;
use hyper::header::{COOKIE, HOST, HeaderValue, ORIGIN, SET_COOKIE};

use super::SessionIds;

/// Name of the cookie, which the stock client looks for.
const NAME: &str = "easyrtcsid";

/// How long a browser keeps it, in seconds: 30 days, as from the Node server.
const LIFETIME: u32 = 30 * 24 * 60 * 60;

/// A request that may be answered with a cookie.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// The headers of the request.
    pub headers: &'a HeaderMap,
    /// Whether somebody passes it on who is believed about how the browser called.
    pub passed_on: bool,
}

impl SessionIds {
    /// Puts a cookie into the headers of the response to `visit`, unless the browser has one of
    /// ours or could make nothing of it. Returns whether there is one.
    pub fn give(&self, visit: Visit<'_>, response: &mut HeaderMap) -> bool {
        if self.is_sent_by(visit.headers) || !visit.is_of_the_same_host() {
            return false;
        }
        // Without randomness the answer comes without a cookie: it works, only without a session.
        let Ok(id) = self.issue() else { return false };
        let secure = if visit.is_over_tls() { "; Secure" } else { "" };
        //= docs/spec/sessions.md#sessions.cookie-attributes
        let cookie = format!("{NAME}={id}; Path=/; Max-Age={LIFETIME}; SameSite=Lax{secure}");
        let Ok(cookie) = HeaderValue::try_from(cookie) else { return false };
        response.append(SET_COOKIE, cookie);
        true
    }

    /// Whether the browser sends a cookie that this server issued.
    fn is_sent_by(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).map(str::trim);
        pairs.any(|pair| {
            pair.split_once('=').is_some_and(|(name, id)| name == NAME && self.is_ours(id))
        })
    }
}

impl Visit<'_> {
    /// Whether a script that may read the answer's cookie made the request.
    //= docs/spec/sessions.md#sessions.cookie-same-host
    fn is_of_the_same_host(self) -> bool {
        match self.header("sec-fetch-site") {
            Some("same-origin" | "none") => return true,
            // Who follows a link from elsewhere opens a page of ours; whoever embeds it keeps our
            // cookies out.
            Some("cross-site") => return self.header("sec-fetch-dest") == Some("document"),
            Some(_) | None => {}
        }
        let Some(origin) = self.headers.get(ORIGIN) else { return true };
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        let of_page = origin.map(|(_, authority)| host(authority));
        of_page.is_some_and(|of_page| {
            self.called_host().is_some_and(|called| called.eq_ignore_ascii_case(of_page))
        })
    }

    /// Whether the browser called over TLS, as far as anybody says so.
    //= docs/spec/sessions.md#sessions.cookie-secure
    fn is_over_tls(self) -> bool {
        let of_page = self.headers.get(ORIGIN).is_some_and(|o| o.as_bytes().starts_with(b"https:"));
        let told = self.passed_on.then(|| self.told("x-forwarded-proto", "proto")).flatten();
        of_page
            || told
                .is_some_and(|told| ["https", "wss"].iter().any(|s| told.eq_ignore_ascii_case(s)))
    }

    /// The host that the browser called.
    fn called_host(&self) -> Option<&str> {
        let told = self.passed_on.then(|| self.told("x-forwarded-host", "host")).flatten();
        told.or_else(|| self.header(HOST.as_str())).map(host)
    }

    /// What the proxy that the browser called says, in a header of its own or in `Forwarded`
    /// (RFC 7239).
    fn told(&self, header: &str, parameter: &str) -> Option<&str> {
        let first = |name| Some(self.header(name)?.split(',').next()?.trim());
        first(header).filter(|told| !told.is_empty()).or_else(|| {
            let pairs = first("forwarded")?.split(';').filter_map(|pair| pair.split_once('='));
            let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case(parameter));
            named.next().map(|(_, value)| value.trim().trim_matches('"'))
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The host in `host:port`, `[::1]:port` or a host alone.
fn host(authority: &str) -> &str {
    let end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let port = authority.get(end..).and_then(|rest| rest.find(':'));
    port.and_then(|colon| authority.get(..end + colon)).unwrap_or(authority)
}

#[cfg(test)]
mod tests;

use super::*;

type Headers<'a> = &'a [(&'static str, &'a str)];

/// The cookie for a request with these headers.
fn cookie(ids: &SessionIds, headers: Headers<'_>, passed_on: bool) -> Option<String> {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect::<Vec<(hyper::header::HeaderName, HeaderValue)>>()
        .into_iter()
        .collect();
    let mut response = HeaderMap::new();
    let given = ids.give(Visit { headers: &headers, passed_on }, &mut response);
    let cookie = response.get(SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned());
    assert_eq!(given, cookie.is_some());
    cookie
}

#[test]
fn a_browser_gets_one_cookie() {
    let ids = SessionIds::new().unwrap();
    let given = cookie(&ids, &[], false).unwrap();
    let (pair, attributes) = given.split_once("; ").unwrap();
    assert!(ids.is_ours(pair.strip_prefix("easyrtcsid=").unwrap()), "{given}");
    assert_eq!(attributes, "Path=/; Max-Age=2592000; SameSite=Lax");
    assert_eq!(cookie(&ids, &[("cookie", &format!("a=b; {pair}"))], false), None);
    // A cookie somebody else made, or another process of ours, is replaced.
    assert!(cookie(&ids, &[("cookie", "easyrtcsid=of-somebody-else")], false).is_some());
    let other = SessionIds::new().unwrap();
    assert!(cookie(&other, &[("cookie", pair)], false).is_some());
}

#[test]
fn only_for_pages_that_can_read_it() {
    let ids = SessionIds::new().unwrap();
    let host = ("host", "calls.example:8080");
    let cases: [(Headers<'_>, bool); 16] = [
        (&[host], true),
        (&[host, ("origin", "http://calls.example:8080")], true),
        (&[host, ("origin", "https://calls.example")], true),
        (&[host, ("origin", "http://CALLS.example:3000")], true),
        (&[("host", "[::1]:8080"), ("origin", "http://[::1]:3000")], true),
        (&[("host", "[::1]"), ("origin", "http://[::2]")], false),
        (&[host, ("origin", "http://example")], false),
        (&[host, ("origin", "http://www.calls.example")], false),
        (&[host, ("origin", "http://calls.example.evil")], false),
        (&[host, ("origin", "null")], false),
        // The browser knows best: a proxy may have changed the host.
        (&[host, ("origin", "http://a.example"), ("sec-fetch-site", "same-origin")], true),
        (&[host, ("sec-fetch-site", "none")], true),
        (&[host, ("sec-fetch-site", "cross-site")], false),
        (&[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "iframe")], false),
        (&[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "document")], true),
        (&[host, ("origin", "http://a.example"), ("sec-fetch-site", "same-site")], false),
    ];
    for (headers, expected) in cases {
        assert_eq!(cookie(&ids, headers, false).is_some(), expected, "{headers:?}");
    }
}

#[test]
fn the_host_that_the_browser_called() {
    let ids = SessionIds::new().unwrap();
    let called = |headers: Headers<'_>, passed_on| {
        let common = [("host", "10.0.0.1"), ("origin", "https://calls.example")];
        cookie(&ids, &[&common, headers].concat(), passed_on).is_some()
    };
    for headers in [
        [("x-forwarded-host", "calls.example")],
        [("x-forwarded-host", "calls.example:443, inner.example")],
        [("forwarded", "for=192.0.2.1; Host=\"calls.example:443\", host=inner.example")],
    ] {
        assert!(called(&headers, true), "{headers:?}");
        assert!(!called(&headers, false), "{headers:?} from anybody");
    }
    assert!(!called(&[], true));
}

#[test]
fn secure_over_tls() {
    let ids = SessionIds::new().unwrap();
    let secure = |headers: Headers<'_>, passed_on| {
        let host = [("host", "calls.example")];
        let cookie = cookie(&ids, &[&host, headers].concat(), passed_on).unwrap();
        cookie.ends_with("; Secure")
    };
    for headers in [
        [("x-forwarded-proto", "https")],
        [("x-forwarded-proto", "HTTPS, http")],
        [("x-forwarded-proto", "wss")],
        [("forwarded", "proto=https;for=192.0.2.1")],
        [("forwarded", "for=192.0.2.1;Proto=\"https\", for=10.0.0.1;proto=http")],
    ] {
        assert!(secure(&headers, true), "{headers:?}");
        assert!(!secure(&headers, false), "{headers:?} from anybody");
    }
    for headers in [
        [("x-forwarded-proto", "http")],
        [("x-forwarded-proto", "http, https")],
        [("forwarded", "for=https")],
        [("forwarded", "proto=http, proto=https")],
        [("x-forwarded-proto", "")],
    ] {
        assert!(!secure(&headers, true), "{headers:?}");
    }
    assert!(secure(&[("origin", "https://calls.example")], false));
    assert!(!secure(&[("origin", "http://calls.example")], false));
    // The last proxy may be called without TLS although the browser was not.
    let both = [("origin", "https://calls.example"), ("x-forwarded-proto", "http")];
    assert!(secure(&both, true));
}

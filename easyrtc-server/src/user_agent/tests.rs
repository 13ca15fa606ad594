use super::*;

/// Browser with its version, system and device, or dashes.
fn found(text: &str) -> String {
    let reader = Reader::new().unwrap();
    let Some(agent) = reader.read(text) else { return "nothing".to_owned() };
    let part = |part: &Option<AgentPart>| part.as_ref().map_or("-", AgentPart::as_str).to_owned();
    let UserAgent { browser_family, browser_major, os_family, device_family } = agent;
    [browser_family, browser_major, os_family, device_family].each_ref().map(part).join(" | ")
}

const APPLE: &str = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const BLINK: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";

#[test]
fn on_desks() {
    let windows = format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Chrome/120.0.0.0");
    let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
    for (text, expected) in [
        (format!("{windows} Safari/537.36"), "Chrome | 120 | Windows | -"),
        (format!("{windows} Safari/537.36 Edg/121.0.1"), "Edge | 121 | Windows | -"),
        (format!("{windows} Safari/537.36 OPR/106.0"), "Opera | 106 | Windows | -"),
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:121.0) Gecko/20100101 Firefox/121.0".to_owned(),
            "Firefox | 121 | Windows | -",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko".to_owned(),
            "IE | 11 | Windows | -",
        ),
        (format!("{mac} {APPLE} Version/17.2 Safari/605.1.15"), "Safari | 17 | Mac OS X | Mac"),
        (
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0"
                .to_owned(),
            "Firefox | 121 | Ubuntu | -",
        ),
        (
            format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {BLINK} Chrome/120.0.0.0"),
            "Chrome | 120 | Chrome OS | -",
        ),
        (
            format!("Mozilla/5.0 (X11; Linux x86_64) {BLINK} HeadlessChrome/120.0.0.0"),
            "HeadlessChrome | 120 | Linux | -",
        ),
        ("Python/3.11 aiohttp/3.9.1".to_owned(), "aiohttp | 3 | - | -"),
    ] {
        assert_eq!(found(&text), expected, "{text}");
    }
}

#[test]
fn in_hands() {
    let android = format!("Mozilla/5.0 (Linux; Android 10; K) {BLINK}");
    let iphone = format!("Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) {APPLE}");
    for (text, expected) in [
        (
            format!("{iphone} Version/17.2 Mobile/15E148 Safari/604.1"),
            "Mobile Safari | 17 | iOS | iPhone",
        ),
        (
            format!("{iphone} CriOS/120.0.6099.119 Mobile/15E148 Safari/604.1"),
            "Chrome Mobile iOS | 120 | iOS | iPhone",
        ),
        (
            format!("{iphone} FxiOS/121.0 Mobile/15E148 Safari/605.1.15"),
            "Firefox iOS | 121 | iOS | iPhone",
        ),
        (format!("{iphone} Mobile/15E148"), "Mobile Safari UI/WKWebView | 17 | iOS | iPhone"),
        (
            format!("{android} Chrome/120.0.0.0 Mobile Safari/537.36"),
            "Chrome Mobile | 120 | Android | Generic Smartphone",
        ),
        (
            format!("{android} Chrome/120.0.0.0 Safari/537.36"),
            "Chrome | 120 | Android | Generic Tablet",
        ),
        (
            format!("{android} SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36"),
            "Samsung Internet | 23 | Android | Generic Smartphone",
        ),
        (
            format!(
                "Mozilla/5.0 (Linux; Android 13; K; wv) {BLINK} Version/4.0 Chrome/119.0.6045.66 \
                 Mobile Safari/537.36"
            ),
            "Chrome Mobile WebView | 119 | Android | Generic Smartphone",
        ),
        (
            "Mozilla/5.0 (Android 13; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0".to_owned(),
            "Firefox Mobile | 121 | Android | Generic Smartphone",
        ),
    ] {
        assert_eq!(found(&text), expected, "{text}");
    }
}

#[test]
fn what_is_made_up() {
    for (text, expected) in [
        ("", "nothing"),
        ("-", "nothing"),
        ("Chrome", "nothing"),
        ("Firefox/", "nothing"),
        ("Firefox/\u{660}\u{661}", "nothing"),
        ("Firefox/1\u{0}2", "Firefox | 1 | - | -"),
        ("<script>alert(1)</script> Linux", "- | - | Linux | -"),
    ] {
        assert_eq!(found(text), expected, "{text:?}");
    }
    // A number of a version may have 64 digits, and no more.
    assert_eq!(found(&format!("Firefox/{}", "9".repeat(65))), "Firefox | - | - | -");
    assert!(found(&format!("Firefox/{}", "9".repeat(64))).starts_with("Firefox | 999"));
    assert_eq!(found(&format!("Linux {}", "x".repeat(MAX_BYTES - 6))), "- | - | Linux | -");
    assert_eq!(found(&format!("Linux {}", "x".repeat(MAX_BYTES - 5))), "nothing");
}

/// What takes a matcher that goes back and forth for ever is read in no time.
#[test]
fn what_is_meant_to_take_long() {
    let reader = Reader::new().unwrap();
    for part in
        ["Chrome/1", "(Android", "iPhone; OS 1_ Mobile", "Version/1 Mobile/x ", "Trident/7. rv:"]
    {
        let text: String = part.repeat(MAX_BYTES).chars().take(MAX_BYTES).collect();
        let started = std::time::Instant::now();
        for _ in 0..10 {
            reader.read(&text);
        }
        // A thousand times what it takes.
        assert!(started.elapsed() < std::time::Duration::from_secs(10), "{part}");
    }
}

//! What stands in the `User-Agent` of whom. The first rule that fits counts, so the special comes
//! before the general: nearly everybody says to be Mozilla, Chrome and Safari too.

/// A regular expression, and the family it stands for; if that is empty, the first group is it.
/// The second group of a browser is the first number of its version.
type Rule = (&'static str, &'static str);

/// Browsers, and programs that are none.
pub(super) const BROWSERS: &[Rule] = &[
    (r"(HeadlessChrome)/(\d+)", ""),
    (r"(Electron)/(\d+)", ""),
    (r"(EdgA|EdgiOS)/(\d+)", "Edge Mobile"),
    (r"(Edg|Edge)/(\d+)", "Edge"),
    (r" Mobile .*(OPR)/(\d+)", "Opera Mobile"),
    (r"(OPT|OPiOS)/(\d+)", "Opera Mobile"),
    (r"(OPR)/(\d+)", "Opera"),
    (r"(SamsungBrowser)/(\d+)", "Samsung Internet"),
    (r"(YaBrowser)/(\d+)", "Yandex Browser"),
    (r"(MiuiBrowser)/(\d+)", "MiuiBrowser"),
    (r"(UCBrowser)/(\d+)", "UC Browser"),
    (r"(HuaweiBrowser)/(\d+)", "Huawei Browser"),
    (r"(DuckDuckGo|Ddg)/(\d+)", "DuckDuckGo"),
    (r"(Vivaldi)/(\d+)", ""),
    (r"(FxiOS)/(\d+)", "Firefox iOS"),
    (r"\((?:Android|Mobile|Tablet).*(Firefox)/(\d+)", "Firefox Mobile"),
    (r"(Firefox)/(\d+)", ""),
    (r"(CriOS)/(\d+)", "Chrome Mobile iOS"),
    (r"; wv\).*(Chrome)/(\d+)", "Chrome Mobile WebView"),
    (r"(Chrome)/(\d+)\S* Mobile ", "Chrome Mobile"),
    (r"(Chromium|Chrome)/(\d+)", ""),
    (r"(Version)/(\d+)\S* Mobile/\S+ Safari/", "Mobile Safari"),
    (r"(Version)/(\d+)\S* Safari/", "Safari"),
    (r"(iPhone|iPad|iPod)[;)].* OS (\d+)_.* Mobile/", "Mobile Safari UI/WKWebView"),
    (r"(MSIE) (\d+)", "IE"),
    (r"(Trident)/7\..* rv:(\d+)", "IE"),
    (r"(okhttp|aiohttp|python-requests|undici|axios|Dart|curl)/(\d+)", ""),
];

/// Operating systems.
pub(super) const SYSTEMS: &[Rule] = &[
    (r"Windows Phone", "Windows Phone"),
    (r"Windows", "Windows"),
    (r"iPhone|iPad|iPod", "iOS"),
    (r"OpenHarmony|HarmonyOS", "HarmonyOS"),
    (r"Tizen", "Tizen"),
    (r"Web0S|webOS", "webOS"),
    (r"KAIOS", "KaiOS"),
    (r"Android", "Android"),
    (r"CrOS", "Chrome OS"),
    (r"Mac OS X|Macintosh", "Mac OS X"),
    (r"Ubuntu", "Ubuntu"),
    (r"Fedora", "Fedora"),
    (r"FreeBSD", "FreeBSD"),
    (r"OpenBSD", "OpenBSD"),
    (r"Linux", "Linux"),
];

/// Devices, but no models.
pub(super) const DEVICES: &[Rule] = &[
    (r"(iPhone|iPad|iPod)", ""),
    (r"Macintosh", "Mac"),
    (r"Android.*Mobile|Mobile.*Android|Windows Phone|KAIOS", "Generic Smartphone"),
    (r"Android|\(Tablet", "Generic Tablet"),
];

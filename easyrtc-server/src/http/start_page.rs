//! The page at `/` for someone who has just started the server.

/// The page. `client_files` says whether the browser's files and the demos are served here too,
/// `transports` are lines on where clients connect.
#[must_use]
pub fn start_page(client_files: bool, transports: &[String]) -> String {
    let connect = if client_files { WITH_CLIENT_FILES } else { WITHOUT_CLIENT_FILES };
    // Addresses and paths, none of which can hold markup.
    let transports: String = transports.iter().map(|line| format!("<li>{line}</li>\n")).collect();
    format!(
        "{HEAD}<p>Version {}. <a href=\"/healthz\">Health</a>.\n\
         <a href=\"/schemas/\">Schemas of the protocol</a>.</p>\n\
         <ul>\n{transports}</ul>\n{connect}{FOOT}",
        crate::VERSION
    )
}

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>EasyRTC signalling server</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem }
pre { background: #8881; padding: 1rem; overflow-x: auto }
:root { color-scheme: light dark }
</style>
</head>
<body>
<h1>An EasyRTC signalling server runs here</h1>
<p>Pages that use <code>easyrtc.js</code> find each other through it; their calls then run
directly between browsers.</p>
"#;

const WITH_CLIENT_FILES: &str = r#"<h2>Try it</h2>
<p>Open one of the <a href="/demos/">demos</a> in two windows.</p>
<h2>Your own page</h2>
<pre>&lt;script src="/socket.io/socket.io.js"&gt;&lt;/script&gt;
&lt;script src="/easyrtc/easyrtc.js"&gt;&lt;/script&gt;
&lt;script&gt;
  easyrtc.connect("my-app",
    id =&gt; console.log("connected as", id),
    (code, text) =&gt; console.error(code, text));
&lt;/script&gt;</pre>
<p>Start the server with <code>--static DIR</code> to have your pages served here, in place of this
one.</p>
"#;

const WITHOUT_CLIENT_FILES: &str = r#"<h2>Your own page</h2>
<p>Served from anywhere, with the client files of the npm packages <code>open-easyrtc</code> and
<code>socket.io-client</code>:</p>
<pre>&lt;script src="socket.io.js"&gt;&lt;/script&gt;
&lt;script src="easyrtc.js"&gt;&lt;/script&gt;
&lt;script&gt;
  easyrtc.setSocketUrl("http://this-host:8080"); // the address you see above
  easyrtc.connect("my-app",
    id =&gt; console.log("connected as", id),
    (code, text) =&gt; console.error(code, text));
&lt;/script&gt;</pre>
<h2>With demos</h2>
<p>The server can serve those files itself, and the demos:</p>
<pre>npm install open-easyrtc
easyrtc-server --client-files .</pre>
"#;

const FOOT: &str = "</body>\n</html>\n";

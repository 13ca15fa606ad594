//! What the settings make of the raw WebSocket transport.

use easyrtc_transport_ws::{Config, Origins};

use crate::settings::Settings;

/// The transport's own settings.
pub(super) fn config(settings: &Settings) -> Config {
    let table = &settings.transports.ws;
    let common = table.common();
    let effective = settings.effective(&common);
    let listed: Vec<String> = effective.allowed_origins.iter().map(ToString::to_string).collect();
    Config {
        path: common.path.to_string(),
        ping_interval: effective.ping_interval,
        ping_timeout: effective.ping_timeout,
        max_message: effective.max_message_bytes,
        max_sessions: effective.max_sessions,
        max_packets: settings.options.protocol.transport.max_packets,
        keep_time: table.keep_time.get(),
        keep_bytes: table.keep_bytes.get(),
        origins: if listed.is_empty() { Origins::Any } else { Origins::Only(listed) },
        ..Config::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::load_file;

    #[test]
    fn nothing_set_is_the_transports_own_default() {
        let config = config(&Settings::default());
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn its_own_settings_win_over_those_of_all() {
        let file = "allowed_origins = ['https://a.example']\n[options]\npingInterval = 1000\n\
                    pingTimeout = 2000\nmaxMessageBytes = 3000\nmaxTransportSessions = 4\n";
        let from_all = config(&load_file(file).unwrap().settings);
        assert_eq!((from_all.ping_interval.as_secs(), from_all.ping_timeout.as_secs()), (1, 2));
        assert_eq!((from_all.max_message, from_all.max_sessions), (3000, 4));
        assert_eq!(from_all.origins, Origins::Only(vec!["https://a.example".to_owned()]));

        let own = "[transport.ws]\npath = '/w/'\nping_interval = '5s'\nping_timeout = '6s'\n\
                   max_message_bytes = 7000\nmax_sessions = 8\nkeep_time = '9s'\n\
                   keep_bytes = 10000\nallowed_origins = ['https://b.example']\n";
        let own = config(&load_file(&format!("{file}{own}")).unwrap().settings);
        assert_eq!((own.ping_interval.as_secs(), own.ping_timeout.as_secs()), (5, 6));
        assert_eq!((own.max_message, own.max_sessions, own.path.as_str()), (7000, 8, "/w"));
        assert_eq!((own.keep_time.as_secs(), own.keep_bytes), (9, 10_000));
        assert_eq!(own.origins, Origins::Only(vec!["https://b.example".to_owned()]));
    }
}

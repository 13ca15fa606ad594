//! What the settings make of the Socket.IO transport.

use easyrtc_transport_socketio::{Config, Cors, Origins};

use crate::settings::Settings;

/// The transport's own settings.
pub(super) fn config(settings: &Settings) -> Config {
    let table = &settings.transports.socketio;
    let common = table.common();
    let effective = settings.effective(&common);
    let listed: Vec<String> = effective.allowed_origins.iter().map(ToString::to_string).collect();
    // Pages that are listed by name may use cookies; those of just any origin may not.
    let credentials = !listed.is_empty();
    let origins = if listed.is_empty() { Origins::Any } else { Origins::Only(listed) };
    Config {
        path: format!("{}/", common.path),
        ping_interval: effective.ping_interval,
        ping_timeout: effective.ping_timeout,
        max_payload: effective.max_message_bytes,
        max_sessions: effective.max_sessions,
        max_packets: settings.options.protocol.transport.max_packets,
        request_acks: settings.request_acks(),
        allow_eio3: table.allow_eio3,
        cors: Cors { origins, credentials },
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
                    pingTimeout = 2000\nemitAckEnable = false\nmaxMessageBytes = 3000\n\
                    maxTransportSessions = 4\n";
        let from_all = config(&load_file(file).unwrap().settings);
        assert_eq!((from_all.ping_interval.as_secs(), from_all.ping_timeout.as_secs()), (1, 2));
        assert_eq!((from_all.max_payload, from_all.max_sessions), (3000, 4));
        assert!(!from_all.request_acks && from_all.cors.credentials);

        let own = "[transport.socketio]\npath = '/s'\nping_interval = '5s'\nping_timeout = '6s'\n\
                   max_message_bytes = 7000\nmax_sessions = 8\nrequest_acks = true\n\
                   allow_eio3 = false\nallowed_origins = []\n";
        let own = config(&load_file(&format!("{file}{own}")).unwrap().settings);
        assert_eq!((own.ping_interval.as_secs(), own.ping_timeout.as_secs()), (5, 6));
        assert_eq!((own.max_payload, own.max_sessions, own.path.as_str()), (7000, 8, "/s/"));
        assert!(own.request_acks && !own.allow_eio3);
        assert_eq!(own.cors, Cors::default());
    }
}

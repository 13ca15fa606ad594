//! Rules about rooms, to be tried in some histories.

use easyrtc_proto::{AppName, FieldName, RoomName};
use easyrtc_state::{AppConfig, Config, Field, FieldMap, RoomConfig, RoomPattern};

use crate::names::{self, CONFIGURED_APP, CONFIGURED_ROOM, valid};

/// Sets rules for rooms of the default application, but none for its default room: there must be
/// somewhere to go. And others for the configured application.
pub(super) fn add_to(config: &mut Config) {
    let auto_create = config.room_auto_create;
    let usual = config.applications.entry(config.app_default_name.clone()).or_default();
    add_rules(usual);
    let configured = config.applications.entry(valid(AppName::parse(CONFIGURED_APP))).or_default();
    configured.hide_room_list = false;
    configured.room_auto_create = Some(!auto_create);
    configured.ice_servers = Some([names::ice_server("turn:application")].into());
    configured.default_fields = Some(fields("of application"));
    let lobby = configured.rooms.entry(valid(RoomName::parse(CONFIGURED_ROOM))).or_default();
    (lobby.guarded, lobby.keep_empty) = (true, Some(false));
    let private = RoomConfig { private: true, ..RoomConfig::default() };
    configured.room_rules.insert(pattern("*"), private);
}

fn add_rules(app: &mut AppConfig) {
    let groups = |numbers: &[u8]| Some(numbers.iter().map(|n| names::group(*n)).collect());
    let rules = [
        ("r*", RoomConfig { guarded: true, private: true, ..RoomConfig::default() }),
        (
            "con*",
            RoomConfig {
                join_groups: groups(&[0, 1]),
                create_groups: groups(&[1]),
                fields: Some(fields("ruled")),
                ..RoomConfig::default()
            },
        ),
        // Of the two the first is closer.
        ("hasOwn*", RoomConfig { room_max_connection: Some(1), ..RoomConfig::default() }),
        ("has*", RoomConfig { create_groups: groups(&[]), ..RoomConfig::default() }),
    ];
    app.room_rules.extend(rules.map(|(text, rule)| (pattern(text), rule)));
}

/// A pattern of this crate.
pub(crate) fn pattern(text: &str) -> RoomPattern {
    valid(RoomPattern::parse(text))
}

fn fields(name: &str) -> FieldMap {
    let field = Field { value: names::payload("1"), shared: true };
    FieldMap([(valid(FieldName::parse(name)), field)].into())
}

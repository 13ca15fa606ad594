//! Which events reach the server's core (decision D31).

use easyrtc_proto::{ClientEvent, RawMessage};

use super::receiver::Event;

/// What becomes of an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Routed<'a> {
    /// It is not well addressed: it has no effect.
    Drop,
    /// It goes to the core.
    Feed {
        /// Which of the three events it is.
        event: ClientEvent,
        /// The id the answer goes to. Without one the core closes the connection, so only an
        /// `easyrtcAuth` is ever fed without.
        ack: Option<u64>,
        /// The message.
        message: RawMessage<'a>,
    },
}

/// Where `event` goes: to the core, if it is one of the three with exactly one argument and wants
/// an answer. An `easyrtcAuth` that is not like that closes the connection, which is for the core
/// to do.
//= docs/spec/envelope.md#envelope.well-addressed
pub(crate) fn route<'a>(event: &Event<'a>) -> Routed<'a> {
    let Some(arguments) = &event.arguments else { return Routed::Drop };
    let Some(kind) = ClientEvent::from_name(&arguments.name) else { return Routed::Drop };
    match (kind, event.ack, arguments.first) {
        (ClientEvent::Auth, ack, message) => Routed::Feed {
            event: kind,
            // A callback behind a further argument is not where the core looks for one.
            //= docs/spec/envelope.md#envelope.auth-no-callback
            ack: ack.filter(|_| arguments.count <= 1),
            //= docs/spec/envelope.md#envelope.auth-no-argument
            message: message.unwrap_or(RawMessage::NULL),
        },
        (ClientEvent::Cmd | ClientEvent::Msg, Some(ack), Some(message)) if arguments.count == 1 => {
            Routed::Feed { event: kind, ack: Some(ack), message }
        }
        (ClientEvent::Cmd | ClientEvent::Msg, _, _) => Routed::Drop,
    }
}

#[cfg(test)]
mod tests {
    use easyrtc_proto::json::Reader;

    use super::*;
    use crate::socket::arguments::EventArguments;

    fn routed(ack: Option<u64>, arguments: &'static str) -> Routed<'static> {
        let arguments = Some(EventArguments::parse(arguments).unwrap());
        route(&Event { ack, arguments, attachments: Vec::new() })
    }

    fn fed(event: ClientEvent, ack: Option<u64>, message: &'static str) -> Routed<'static> {
        let message = RawMessage::read(&mut Reader::new(message)).unwrap();
        Routed::Feed { event, ack, message }
    }

    #[test]
    fn well_addressed_events_reach_the_core() {
        assert_eq!(routed(Some(1), r#"["easyrtcAuth",{}]"#), fed(ClientEvent::Auth, Some(1), "{}"));
        assert_eq!(routed(Some(2), r#"["easyrtcCmd",{}]"#), fed(ClientEvent::Cmd, Some(2), "{}"));
        assert_eq!(
            routed(Some(3), r#"["easyrtcMsg",null]"#),
            fed(ClientEvent::Msg, Some(3), "null")
        );
    }

    #[test]
    fn others_are_dropped() {
        for (ack, arguments) in [
            (None, r#"["easyrtcCmd",{}]"#),
            (None, r#"["easyrtcMsg",{}]"#),
            (Some(1), r#"["easyrtcCmd"]"#),
            (Some(1), r#"["easyrtcMsg"]"#),
            (Some(1), r#"["easyrtcCmd",{},1]"#),
            (Some(1), r#"["easyrtcMsg",{},1,2]"#),
            (Some(1), r#"["message",{}]"#),
            (Some(1), r#"["easyrtccmd",{}]"#),
            (Some(1), "[1,{}]"),
        ] {
            assert_eq!(routed(ack, arguments), Routed::Drop, "{ack:?} {arguments}");
        }
        let nameless = Event { ack: Some(1), arguments: None, attachments: Vec::new() };
        assert_eq!(route(&nameless), Routed::Drop);
    }

    #[test]
    fn a_login_that_is_not_well_addressed_is_for_the_core_to_refuse() {
        let auth = ClientEvent::Auth;
        assert_eq!(routed(None, r#"["easyrtcAuth",{}]"#), fed(auth, None, "{}"));
        assert_eq!(routed(None, r#"["easyrtcAuth",{},1]"#), fed(auth, None, "{}"));
        assert_eq!(routed(None, r#"["easyrtcAuth"]"#), fed(auth, None, "null"));
        assert_eq!(routed(Some(1), r#"["easyrtcAuth"]"#), fed(auth, Some(1), "null"));
        assert_eq!(routed(Some(1), r#"["easyrtcAuth",{},1]"#), fed(auth, None, "{}"));
    }
}

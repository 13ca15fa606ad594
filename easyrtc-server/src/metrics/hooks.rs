//! Numbers about the hooks that there are.

use super::exposition::{Exposition, Kind};
use super::{Signalling, count};

pub(super) fn write(out: &mut Exposition, signalling: &Signalling) {
    if let Some(events) = signalling.events() {
        let events = events.metrics();
        let about = "Events that wait to be delivered.";
        out.number(Kind::Gauge, "easyrtc_events_queued", about, count(events.queued));
        let about = "How long the oldest of them has waited.";
        let age = events.oldest.as_secs();
        out.number(Kind::Gauge, "easyrtc_events_oldest_age_seconds", about, age);
        let about = "Events that the backend took.";
        out.number(Kind::Counter, "easyrtc_events_delivered_total", about, events.delivered);
        let (name, about) = ("easyrtc_events_dropped_total", "Events that were lost.");
        out.labelled(Kind::Counter, name, about, "reason", events.dropped);
        let about = "Requests that deliver events.";
        let name = "easyrtc_event_deliveries_total";
        out.labelled(Kind::Counter, name, about, "outcome", events.deliveries);
    }
    if let Some(messages) = signalling.messages() {
        let messages = messages.metrics();
        let about = "Messages to the server that wait for an answer.";
        let name = "easyrtc_server_messages_in_flight";
        out.number(Kind::Gauge, name, about, count(messages.in_flight));
        out.labelled(
            Kind::Counter,
            "easyrtc_server_messages_total",
            "Messages to the server that a backend was to answer.",
            "outcome",
            [
                ("answered", messages.answered),
                ("refused", messages.refused),
                ("failed", messages.failed),
            ],
        );
    }
}

//! How often clients may do things.

use easyrtc_state::Rate;

use super::{Known, Value, effective};

/// The largest rate. More would be no limit, which is 0.
const MOST: u32 = 1_000_000_000;

/// Sets how often something may happen on average.
fn set_per_second(value: &Value, rate: &mut Rate) -> Result<(), String> {
    let count = u32::try_from(value.count()?);
    count.map(|count| rate.per_second = count).map_err(|_| value.refuse("a smaller number"))
}

/// Sets how often at once.
//= docs/spec/limits.md#limits.zero
fn set_burst(value: &Value, rate: &mut Rate) -> Result<(), String> {
    let count = u32::try_from(value.between(1, MOST)?);
    count.map(|count| rate.burst = count).map_err(|_| value.refuse("a smaller number"))
}

/// How often on average.
macro_rules! per_second {
    ($name:literal, $default:literal, $about:literal, $($rate:ident).+) => {
        effective($name, $default, concat!($about, " each second."), |set, value, _| {
            set_per_second(&value, &mut set.core.limits.rates.$($rate).+)
        })
    };
}

/// How often at once.
macro_rules! burst {
    ($name:literal, $default:literal, $($rate:ident).+) => {
        effective($name, $default, "The same at once, after a quiet time.", |set, value, _| {
            set_burst(&value, &mut set.core.limits.rates.$($rate).+)
        })
    };
}

/// Those of one connection, then those of one address.
pub(super) static RATE: &[Known] = &[
    per_second!("maxMessagesPerSecond", "200", "Messages of one connection", connection.messages),
    burst!("maxMessagesBurst", "4000", connection.messages),
    per_second!(
        "maxBytesPerSecond",
        "2000000",
        "Bytes of messages of one connection",
        connection.bytes
    ),
    burst!("maxBytesBurst", "16000000", connection.bytes),
    per_second!("maxJoinsPerSecond", "20", "Rooms that one connection joins", connection.joins),
    burst!("maxJoinsBurst", "200", connection.joins),
    per_second!(
        "maxRoomsCreatedPerSecond",
        "5",
        "Rooms that one connection creates",
        connection.rooms_created
    ),
    burst!("maxRoomsCreatedBurst", "100", connection.rooms_created),
    per_second!(
        "maxMessagesPerSecondPerAddress",
        "0",
        "Messages from one address",
        address.messages
    ),
    burst!("maxMessagesBurstPerAddress", "40000", address.messages),
    per_second!(
        "maxBytesPerSecondPerAddress",
        "0",
        "Bytes of messages from one address",
        address.bytes
    ),
    burst!("maxBytesBurstPerAddress", "160000000", address.bytes),
    per_second!(
        "maxJoinsPerSecondPerAddress",
        "500",
        "Rooms that clients from one address join",
        address.joins
    ),
    burst!("maxJoinsBurstPerAddress", "10000", address.joins),
    per_second!(
        "maxRoomsCreatedPerSecondPerAddress",
        "50",
        "Rooms that clients from one address create",
        address.rooms_created
    ),
    burst!("maxRoomsCreatedBurstPerAddress", "2000", address.rooms_created),
    per_second!("maxFailedLoginsPerSecond", "1", "Denied logins from one address", failed_logins),
    burst!("maxFailedLoginsBurst", "100", failed_logins),
    effective(
        "maxPacketsPerSecond",
        "2000",
        "Packets from one client each second, messages or not; large ones count more.",
        |set, value, _| set_per_second(&value, &mut set.transport.max_packets),
    ),
    effective(
        "maxPacketsBurst",
        "20000",
        "The same at once, after a quiet time.",
        |set, value, _| set_burst(&value, &mut set.transport.max_packets),
    ),
    effective(
        "rateLimitPause",
        "1000",
        "How long a connection that sent too many messages or bytes is not read. 0: it is read on.",
        |set, value, _| value.milliseconds().map(|time| set.core.limits.rates.pause = time),
    ),
];

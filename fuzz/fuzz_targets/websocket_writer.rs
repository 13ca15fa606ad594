#![no_main]
use easyrtc_transport_common::fuzz::websocket_writer;
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| websocket_writer(bytes));

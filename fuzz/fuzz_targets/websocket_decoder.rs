#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| easyrtc_transport_common::fuzz::websocket_decoder(bytes));

#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| easyrtc_fuzz_targets::proxy_header::check(bytes));

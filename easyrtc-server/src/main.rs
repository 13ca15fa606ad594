//! The EasyRTC signalling server as a program. Everything it does is in the library beside it, so
//! that tests reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    easyrtc_server::main()
}

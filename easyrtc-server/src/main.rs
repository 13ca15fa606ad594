//! The EasyRTC signalling server as a program. Everything it does is in the library beside it, so
//! that tests reach it.

use std::process::ExitCode;

/// Gives memory back after a spike, which that of glibc did not (docs/performance.md).
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    easyrtc_server::main()
}

//! A signalling server within a program: who may log in is decided here, and what happens is told
//! here.
//!
//!     cargo run -p easyrtc-server --example embedded

use std::error::Error;
use std::sync::Arc;

use easyrtc_server::auth::{Authorizer, Deciding, Decision};
use easyrtc_server::runtime::NoticeObserver;
use easyrtc_server::state::{LoginQuestion, Notice, Now};
use easyrtc_server::{Server, StartError};
use tokio::sync::mpsc;

/// Lets in whoever has a name.
#[derive(Debug)]
struct Named;

impl Authorizer for Named {
    fn name(&self) -> &'static str {
        "named"
    }

    fn authorize(&self, login: &Arc<LoginQuestion>) -> Deciding {
        Deciding::Now(match login.username {
            Some(_) => Decision::Allow(Box::default()),
            None => Decision::bad_auth("no_name"),
        })
    }
}

/// Passes on who comes and goes. The server waits for it, so it only takes a note; when nobody has
/// read for long, notes are lost.
#[derive(Debug)]
struct Notes(mpsc::Sender<String>);

impl NoticeObserver for Notes {
    fn notice(&self, _: Now, notice: &Notice) {
        let note = if let Notice::LoggedIn { easyrtcid, app, .. } = notice {
            format!("{easyrtcid} has come to {app}")
        } else if let Notice::Disconnected { easyrtcid: Some(easyrtcid), reason, .. } = notice {
            format!("{easyrtcid} has gone: {reason:?}")
        } else {
            return;
        };
        drop(self.0.try_send(note));
    }
}

/// Starts the server; what it has to tell comes out of the channel.
///
/// # Errors
/// If it cannot start.
pub(crate) async fn start() -> Result<(Server, mpsc::Receiver<String>), StartError> {
    let (notes, told) = mpsc::channel(1_000);
    let server = Server::builder().authorizer(Named).observer(Notes(notes)).start().await?;
    Ok((server, told))
}

#[expect(clippy::print_stdout, reason = "what the program is for")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (server, mut told) = start().await?;
    println!("Open http://{}/ in a browser. Ctrl-C ends it.", server.address());
    loop {
        tokio::select! {
            Some(note) = told.recv() => println!("{note}"),
            interrupted = tokio::signal::ctrl_c() => break interrupted?,
        }
    }
    server.shut_down().await?;
    Ok(())
}

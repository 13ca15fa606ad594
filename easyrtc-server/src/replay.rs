//! `easyrtc-server replay`: a journal, played again.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::ops::ControlFlow;
use std::path::Path;

use easyrtc_journal::{End, Outcome, ReplayError, Replayed, replay};

/// Plays the journal and says on `out` what comes of it: each step, or with `check` only whether
/// all are as they were. False if `check` finds that one is not.
///
/// # Errors
/// If it cannot be read, or is no journal.
pub fn run(path: &Path, check: bool, out: &mut impl Write) -> Result<bool, ReplayError> {
    let journal = BufReader::new(File::open(path)?);
    let outcome = replay(journal, |step| {
        let stop = if check { step.differs() } else { print(&step, out).is_err() };
        if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if check {
        // Whoever reads may have gone.
        drop(out.write_all(verdict(&outcome).as_bytes()));
        return Ok(outcome.difference.is_none());
    }
    Ok(true)
}

/// One line: what comes of the step now and, if that is something else, what came of it then.
fn print(step: &Replayed<'_>, out: &mut impl Write) -> io::Result<()> {
    let Replayed { number, effects, recorded } = step;
    if step.differs() {
        writeln!(out, "{{\"step\":{number},\"effects\":{effects},\"recorded\":{recorded}}}")
    } else {
        writeln!(out, "{{\"step\":{number},\"effects\":{effects}}}")
    }
}

fn verdict(outcome: &Outcome) -> String {
    let mut text = match &outcome.difference {
        None => format!("{} steps, all as they were.\n", outcome.steps),
        Some(difference) => format!(
            "Step {} comes out differently.\nthen: {}\nnow:  {}\n",
            difference.step, difference.recorded, difference.replayed
        ),
    };
    match &outcome.end {
        Some(End::Incomplete(why)) => {
            text += &format!("The journal is incomplete: {why}.\n");
        }
        Some(End::Cut) => {
            text += "The journal has no end: the server was killed, or still writes it.\n";
        }
        Some(End::Complete) | None => {}
    }
    if outcome.difference.is_some() && outcome.server != crate::VERSION {
        let (then, now) = (&outcome.server, crate::VERSION);
        text += &format!("Version {then} wrote it, this is {now}.\n");
    }
    text
}

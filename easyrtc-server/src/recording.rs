//! What is written down while the server runs: `--message-log` and `--journal`.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use easyrtc_journal::{Limits, Recorder, StandIns, Step};
use easyrtc_runtime::{CoreObserver, CoreStep, MessageLog, MessageObserver};

use crate::VERSION;
use crate::line_file::{self, LineFile};
use crate::settings::{ConfigError, Settings};
use crate::signalling::core_config;

/// The files that are being written. Clones write the same ones.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    message_log: Option<LineFile>,
    journal: Option<Recorder>,
}

impl Recording {
    /// Starts what the settings ask for. Files of these names are overwritten.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn start(settings: &Settings) -> Result<Self, ConfigError> {
        let message_log = settings.message_log.as_deref().map(|path| {
            start_message_log(path).map_err(|error| not_written("message_log", path, &error))
        });
        let journal = settings.journal.as_deref().map(|path| {
            start_journal(path, settings).map_err(|error| not_written("journal", path, &error))
        });
        Ok(Self { message_log: message_log.transpose()?, journal: journal.transpose()? })
    }

    /// Who is to see every message, if anybody is.
    #[must_use]
    pub fn observer(&self) -> Option<Arc<dyn MessageObserver>> {
        let file = self.message_log.clone()?;
        Some(Arc::new(MessageLog::new(file)))
    }

    /// Who is to see everything that happens to the core, if anybody is. The core has to be that
    /// of the settings, and new.
    #[must_use]
    pub fn core_observer(&self) -> Option<Box<dyn CoreObserver>> {
        let recorder = self.journal.clone()?;
        Some(Box::new(Journal { recorder, ended: false }))
    }

    /// Writes what waits to be written; blocks until it is.
    pub fn finish(&self) {
        if let Some(file) = &self.message_log {
            file.finish();
        }
        if let Some(Err(error)) = self.journal.as_ref().map(Recorder::finish) {
            tracing::error!(%error, "the journal could not be written");
        }
    }
}

fn not_written(setting: &str, path: &Path, error: &io::Error) -> ConfigError {
    ConfigError::new(setting, format!("{} cannot be written: {error}", path.display()))
}

fn start_message_log(path: &Path) -> io::Result<LineFile> {
    let file = LineFile::create(path, lost)?;
    tracing::warn!(
        file = %path.display(),
        "every message is logged, with credentials and everything people say; not for production"
    );
    Ok(file)
}

/// The line that stands where messages are missing.
fn lost(count: u64) -> String {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{{\"time\":{},\"lost\":{count}}}\n", unix.as_millis())
}

fn start_journal(path: &Path, settings: &Settings) -> io::Result<Recorder> {
    let stand_ins = StandIns::random().map_err(io::Error::from)?;
    let limits = Limits { journal: settings.journal_max_bytes, ..Limits::default() };
    let file = line_file::open(path)?;
    Recorder::start(file, VERSION, &core_config(settings), stand_ins, limits)
}

/// Hands everything that happens to the core to the journal.
#[derive(Debug)]
struct Journal {
    recorder: Recorder,
    ended: bool,
}

impl CoreObserver for Journal {
    fn handled(&mut self, step: CoreStep) {
        if self.ended {
            return;
        }
        let CoreStep { now, input, drawn, effects } = step;
        self.ended = !self.recorder.record(Step { now, input, drawn, effects });
        if self.ended {
            tracing::error!("the journal is incomplete: its last line says why, if there is room");
        }
    }
}

//! What is written down while the server runs: `--message-log`.

use std::io;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use easyrtc_runtime::{MessageLog, MessageObserver};

use crate::line_file::LineFile;
use crate::settings::{ConfigError, Settings};

/// The files that are being written.
#[derive(Debug, Default)]
pub struct Recording {
    message_log: Option<LineFile>,
}

impl Recording {
    /// Starts what the settings ask for. Files of these names are overwritten.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn start(settings: &Settings) -> Result<Self, ConfigError> {
        let Some(path) = &settings.message_log else { return Ok(Self::default()) };
        let failed = |error: io::Error| {
            let problem = format!("{} cannot be written: {error}", path.display());
            ConfigError::new("message_log", problem)
        };
        let file = LineFile::create(path, lost).map_err(failed)?;
        tracing::warn!(
            file = %path.display(),
            "every message is logged, with credentials and everything people say; not for production"
        );
        Ok(Self { message_log: Some(file) })
    }

    /// Who is to see every message, if anybody is.
    #[must_use]
    pub fn observer(&self) -> Option<Arc<dyn MessageObserver>> {
        let file = self.message_log.clone()?;
        Some(Arc::new(MessageLog::new(file)))
    }

    /// Writes what waits to be written; blocks until it is.
    pub fn finish(&self) {
        if let Some(file) = &self.message_log {
            file.finish();
        }
    }
}

/// The line that stands where messages are missing.
fn lost(count: u64) -> String {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{{\"time\":{},\"lost\":{count}}}\n", unix.as_millis())
}

//! A file of lines that is written in the background, so that nobody who serves clients waits for
//! a disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Bytes that may wait to be written. A line that finds no room is lost, and counted.
pub const MAX_WAITING: usize = 16 * 1024 * 1024;

/// How much room a queue that is empty keeps.
const IDLE: usize = 64 * 1024;

/// A file that a thread of its own writes. Clones write to the same file, each line in one call of
/// `write_all`; a call never blocks and never fails.
#[derive(Clone, Debug)]
pub struct LineFile(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    writer: Mutex<Option<JoinHandle<()>>>,
    max_waiting: usize,
}

#[derive(Debug, Default)]
struct Queue {
    lines: Vec<u8>,
    /// Lines that found no room after those that wait.
    lost: u64,
    ended: bool,
}

impl LineFile {
    /// Makes the file, or empties it; on Unix only its owner may read it. `lost` writes the line
    /// that stands where so many are missing.
    ///
    /// # Errors
    /// If the file cannot be written, or the thread cannot be started.
    pub fn create(path: &Path, lost: fn(u64) -> String) -> io::Result<Self> {
        Self::start(open(path)?, lost, MAX_WAITING)
    }

    fn start(
        file: impl Write + Send + 'static,
        lost: fn(u64) -> String,
        max_waiting: usize,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            writer: Mutex::default(),
            max_waiting,
        });
        let of_writer = Arc::clone(&shared);
        let writer = std::thread::Builder::new().name("lines".to_owned());
        let writer = writer.spawn(move || of_writer.run(file, lost))?;
        *shared.writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(writer);
        Ok(Self(shared))
    }

    /// Writes what waits, and nothing that comes later. Blocks until that is done.
    pub fn finish(&self) {
        self.0.queue().ended = true;
        self.0.changed.notify_one();
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // It would have panicked, and said so.
            drop(writer.join());
        }
    }
}

impl Write for LineFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut queue = self.0.queue();
        if queue.ended {
            return Ok(line.len());
        }
        // Once a line is lost, those after it are too until there is room for all of them: so it
        // is known where they are missing. A line alone is taken whatever its size.
        let full = queue.lines.len().saturating_add(line.len()) > self.0.max_waiting;
        if queue.lost > 0 || (full && !queue.lines.is_empty()) {
            queue.lost += 1;
        } else {
            queue.lines.extend_from_slice(line);
        }
        drop(queue);
        self.0.changed.notify_one();
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, mut file: impl Write, lost: fn(u64) -> String) {
        let mut lines = Vec::new();
        while let Some(missing) = self.take(&mut lines) {
            let mut written = file.write_all(&lines);
            if missing > 0 {
                written = written.and_then(|()| file.write_all(lost(missing).as_bytes()));
            }
            if let Err(error) = written {
                tracing::error!(%error, "a file cannot be written and ends here");
                self.queue().ended = true;
                return;
            }
        }
    }

    /// Exchanges `lines` for those that wait, and says how many are lost after them. `None` at the
    /// end.
    fn take(&self, lines: &mut Vec<u8>) -> Option<u64> {
        lines.clear();
        lines.shrink_to(IDLE);
        let mut queue = self.queue();
        while queue.lines.is_empty() && queue.lost == 0 {
            if queue.ended {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut queue.lines, lines);
        Some(std::mem::take(&mut queue.lost))
    }
}

/// Makes a file, or empties it. On Unix only its owner may read it.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// A file that takes each write only when the test lets it.
    struct Slow {
        allowed: mpsc::Receiver<()>,
        written: mpsc::Sender<String>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.allowed.recv().map_err(io::Error::other)?;
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            self.written.send(text).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_finds_no_room_is_counted_where_it_is_missing() {
        let (allow, allowed) = mpsc::channel();
        let (written, writes) = mpsc::channel();
        let lost = |count| format!("lost {count}\n");
        let mut file = LineFile::start(Slow { allowed, written }, lost, 8).unwrap();
        file.write_all(b"first\n").unwrap();
        // Once the queue is empty, the first line is on its way to the file.
        while !file.0.queue().lines.is_empty() {
            std::thread::yield_now();
        }
        for line in ["a\n", "bb\n", "too long\n", "c\n"] {
            file.write_all(line.as_bytes()).unwrap();
        }
        for _ in 0..4 {
            allow.send(()).unwrap();
        }
        assert_eq!(writes.recv().unwrap(), "first\n");
        assert_eq!(writes.recv().unwrap(), "a\nbb\n");
        assert_eq!(writes.recv().unwrap(), "lost 2\n");
        file.write_all(b"longer than there is room\n").unwrap();
        file.finish();
        assert_eq!(writes.recv().unwrap(), "longer than there is room\n");
        file.write_all(b"after the end\n").unwrap();
        file.finish();
        assert!(writes.try_recv().is_err());
    }

    #[test]
    fn a_file_is_emptied_and_its_owners_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines");
        for line in ["one\n", "two\n"] {
            let mut file = LineFile::create(&path, |_| String::new()).unwrap();
            file.write_all(line.as_bytes()).unwrap();
            file.finish();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), line);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(LineFile::create(directory.path(), |_| String::new()).is_err());
    }
}

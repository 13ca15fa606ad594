//! What this machine allows.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::problem::Problem;

/// Files that are open beside the sockets.
const OTHER_FILES: usize = 64;

/// Raises the limit of open files as far as it goes; how many clients that allows. Processes that
/// are started have the same limit.
pub fn allow_files() -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // The limit there was holds if it can't be raised.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let current = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(current).unwrap_or(usize::MAX).saturating_sub(OTHER_FILES)
}

/// Has this thread, and processes it starts, run on one core only. What was allowed before.
///
/// # Errors
/// If there is no such core.
pub fn pin(core: usize) -> Result<CpuSet, Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::new(format!("core {core}: {error}"));
    let before = sched_getaffinity(None).map_err(|error| failed(&error))?;
    if core >= CpuSet::MAX_CPU {
        return Err(failed(&"no such core"));
    }
    let mut only = CpuSet::new();
    only.set(core);
    sched_setaffinity(None, &only).map_err(|error| failed(&error))?;
    Ok(before)
}

/// Has this thread run where it might before [`pin`].
///
/// # Errors
/// If that is not allowed any more.
pub fn unpin(before: &CpuSet) -> Result<(), Problem> {
    sched_setaffinity(None, before).map_err(|error| Problem::new(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_thread_can_be_freed() {
        let all = sched_getaffinity(None).unwrap();
        let core = (0..CpuSet::MAX_CPU).find(|core| all.is_set(*core)).unwrap();
        let before = pin(core).unwrap();
        assert_eq!(sched_getaffinity(None).unwrap().count(), 1);
        unpin(&before).unwrap();
        assert_eq!(sched_getaffinity(None).unwrap().count(), all.count());
        assert!(pin(CpuSet::MAX_CPU).is_err());
        assert!(pin(CpuSet::MAX_CPU - 1).is_err());
    }

    #[test]
    fn files_are_allowed() {
        assert!(allow_files() > 100);
    }
}

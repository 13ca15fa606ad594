//! Telling an observer what happens to the core.

use std::sync::{Arc, Mutex, PoisonError};

use easyrtc_state::{DrawnIds, Effect, Input, Now};

use crate::observe::{CoreObserver, CoreStep};

/// Who is told, and what was drawn since.
#[derive(Debug)]
pub(crate) struct Watch {
    observer: Box<dyn CoreObserver>,
    drawn: Arc<Mutex<DrawnIds>>,
}

impl Watch {
    pub(crate) fn new(observer: Box<dyn CoreObserver>) -> Self {
        Self { observer, drawn: Arc::default() }
    }

    /// Where the source of easyrtcids notes what is drawn from it.
    pub(crate) fn drawn(&self) -> Arc<Mutex<DrawnIds>> {
        Arc::clone(&self.drawn)
    }

    pub(crate) fn handled(&mut self, now: Now, input: Input, effects: &[Effect]) {
        let drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.observer.handled(CoreStep { now, input, drawn, effects: effects.to_vec() });
    }
}

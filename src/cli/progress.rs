//! The progress bar: to standard error, and only to a terminal.

use crate::fulfil::Watcher;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often the bar moves while nothing can be counted yet.
const TICK: Duration = Duration::from_millis(200);

/// Shows progress where there is somebody to see it, and knows whether the run is to stop.
pub struct Progress {
    bar: Option<ProgressBar>,
    rows: u64,
    interrupted: Arc<AtomicBool>,
}

impl Progress {
    /// A bar if `wanted` and standard error is a terminal.
    pub fn new(wanted: bool, interrupted: Arc<AtomicBool>) -> Progress {
        let bar = (wanted && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            ProgressStyle::with_template("{spinner} {msg}").into_iter().for_each(|style| bar.set_style(style));
            bar.set_message("recognising the subject");
            // Large stores are searched for a while before anything can be counted.
            bar.enable_steady_tick(TICK);
            bar
        });
        Progress { bar, rows: 0, interrupted }
    }
}

/// Shows how many requests of a batch are finished.
pub struct BatchProgress(Option<ProgressBar>);

impl BatchProgress {
    /// A bar if `wanted` and standard error is a terminal.
    pub fn new(wanted: bool) -> BatchProgress {
        BatchProgress((wanted && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            let template = "{bar:30} {human_pos}/{human_len} requests, {per_sec}, {eta} left";
            ProgressStyle::with_template(template).into_iter().for_each(|style| bar.set_style(style));
            bar
        }))
    }

    /// So many of so many requests are finished.
    pub fn show(&self, finished: usize, requests: usize) {
        if let Some(bar) = &self.0 {
            bar.set_length(requests as u64);
            bar.set_position(finished as u64);
        }
    }
}

impl Drop for BatchProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Watcher for Progress {
    fn begin(&mut self, rows: u64) {
        if let Some(bar) = &self.bar {
            bar.disable_steady_tick();
            bar.set_length(rows);
            if let Ok(style) =
                ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} rows, {per_sec}, {eta} left")
            {
                bar.set_style(style);
            }
        }
    }

    fn row(&mut self) {
        self.rows += 1;
        if let Some(bar) = self.bar.as_ref().filter(|_| self.rows.is_multiple_of(64)) {
            bar.set_position(self.rows);
        }
    }

    fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

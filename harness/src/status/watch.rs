//! Follows a live document.

use std::io::{self, Write};
use std::pin::pin;

use status_contract::{Code, Mode, Options, SIZE_MAX_BYTES};
use tokio::time::{MissedTickBehavior, interval};

use super::arguments::{Watch, clock};
use super::contract::{self, Loaded};
use super::fetch::{Asker, block_on};
use super::tell::{Look, Seen};
use super::{Stop, usage};
use crate::report::{End, Form};

/// Looks again and again, and tells each look on a line. Gives the worst end of all looks.
///
/// # Errors
///
/// The arguments or the contract are at fault, or `output` cannot be written.
pub(super) fn watch(asked: &Watch, form: Form, output: &mut dyn Write) -> Result<End, Stop> {
    if form == Form::Sarif {
        return Err(usage("--format: expected human or json: a watch has no end to report"));
    }
    let loaded = contract::named(&asked.contract)?;
    let asking = asked.how.asking(&asked.url)?;
    let asker = Asker::new(asking).map_err(|words| Stop { end: End::Unchecked, words })?;
    let mut watched =
        Watched { loaded: &loaded, mode: asked.strictness.mode(), before: None, worst: End::Kept };
    block_on(async {
        let mut ticks = interval(asked.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop = pin!(stopped());
        let mut left = asked.count.unwrap_or(u64::MAX);
        while left > 0 {
            let looked = tokio::select! {
                biased;
                () = &mut stop => break,
                looked = async { ticks.tick().await; asker.ask(SIZE_MAX_BYTES).await } => looked,
            };
            watched.tell(&asker.address(), looked, form, output)?;
            left -= 1;
        }
        Ok(watched.worst)
    })?
}

struct Watched<'a> {
    loaded: &'a Loaded,
    mode: Mode,
    /// The last document that was one: what it was before a failure still binds what comes after.
    before: Option<Vec<u8>>,
    worst: End,
}

impl Watched<'_> {
    fn tell(
        &mut self,
        source: &str,
        looked: Result<Vec<u8>, String>,
        form: Form,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let at = clock();
        let prev = self.before.as_deref();
        let options = Options { mode: self.mode, now: Some(at), prev };
        let seen = looked.map(|document| Seen::new(self.loaded, document, &options));
        let look = Look { contract: self.loaded, mode: self.mode, source, seen };
        if form == Form::Json {
            look.json(Some(at), output)?;
        } else {
            look.line(at, output)?;
        }
        output.flush()?;
        if look.end() as u8 > self.worst as u8 {
            self.worst = look.end();
        }
        if let Ok(Seen { document, report }) = look.seen
            && report.omitted() == 0
            && report.findings().iter().all(|finding| finding.code == Code::Transition)
        {
            self.before = Some(document);
        }
        Ok(())
    }
}

/// Comes when somebody ends the command.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

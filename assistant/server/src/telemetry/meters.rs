//! Counters, gauges and histograms, and the text in which they are given.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use speech_exit::Departure;
use speech_exit::receipt::{Closing, ReceiptId, Verdict};

use super::gauge::Gauges;
use super::label::{
    self, MODES, NONE, OfDeparture, OfEnding, OfMode, OfRequest, OfRoute, OfVerdict,
};
use super::notes::Notes;

/// The media type of [`Meters::text`].
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds. An answer may take half a minute, and a stream as long as it flows.
const BUCKETS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Everything that is counted. Clones count into the same.
#[derive(Clone, Default)]
pub struct Meters(Arc<Shared>);

struct Shared {
    registry: Registry,
    verdicts: Family<OfVerdict, Counter>,
    departures: Family<OfDeparture, Counter>,
    endings: Family<OfEnding, Counter>,
    sent: Counter,
    requests: Family<OfRequest, Counter>,
    first_byte: Family<OfRoute, Histogram, fn() -> Histogram>,
    duration: Family<OfRoute, Histogram, fn() -> Histogram>,
    mode: Family<OfMode, Gauge>,
    receipts: Gauge<u64, AtomicU64>,
    spooled: Gauge<u64, AtomicU64>,
    streams: Gauge<u64, AtomicU64>,
    /// The streams that are open, by the ids of their receipts.
    open: Mutex<HashMap<String, Notes>>,
}

impl Default for Shared {
    fn default() -> Self {
        let histograms = || Family::new_with_constructor(histogram as fn() -> Histogram);
        let mut shared = Self {
            registry: Registry::default(),
            verdicts: Family::default(),
            departures: Family::default(),
            endings: Family::default(),
            sent: Counter::default(),
            requests: Family::default(),
            first_byte: histograms(),
            duration: histograms(),
            mode: Family::default(),
            receipts: Gauge::default(),
            spooled: Gauge::default(),
            streams: Gauge::default(),
            open: Mutex::default(),
        };
        shared.register();
        shared
    }
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Shared {
    fn register(&mut self) {
        let to = &mut self.registry;
        let verdicts = "Verdicts on drafts and inputs, also on later segments of a stream";
        to.register("speech_verdicts", verdicts, self.verdicts.clone());
        let departures = "What became of requests at the exit";
        to.register("speech_departures", departures, self.departures.clone());
        let endings = "How what has a receipt ended";
        to.register("speech_endings", endings, self.endings.clone());
        let sent = "Bytes of bodies that have a receipt";
        to.register("speech_sent_bytes", sent, self.sent.clone());
        let requests = "Requests that were answered, by the path of their route";
        to.register("http_requests", requests, self.requests.clone());
        let (name, help) =
            ("http_request_first_byte", "From a request to the first byte of its answer");
        to.register_with_unit(name, help, Unit::Seconds, self.first_byte.clone());
        let (name, help) = ("http_request_duration", "From a request to the end of its answer");
        to.register_with_unit(name, help, Unit::Seconds, self.duration.clone());
        to.register("speech_mode", "1 for the mode that the system is in", self.mode.clone());
        let receipts = "Receipts in the chain, as far as this process has seen";
        to.register("speech_receipts_length", receipts, self.receipts.clone());
        let spooled = "Receipts that wait beside the database";
        to.register("speech_receipts_spooled", spooled, self.spooled.clone());
        to.register("speech_streams_open", "Streams on their way", self.streams.clone());
    }
}

impl Meters {
    pub(super) fn verdict(&self, verdict: &'static str, code: Option<&'static str>) {
        one_more(&self.0.verdicts, &OfVerdict { verdict, code: code.unwrap_or(NONE) });
    }

    pub(super) fn departure(&self, departure: Departure) {
        let (action, code) = (departure.action(), departure.code().unwrap_or(NONE));
        one_more(&self.0.departures, &OfDeparture { action, code });
        // A broken input has no receipt where none could be kept, and left nevertheless.
        if let Departure::Malformed(code) = departure {
            self.verdict(departure.verdict(), Some(code));
        }
    }

    pub(super) fn ending(&self, closing: &Closing) {
        one_more(&self.0.endings, &OfEnding { ended: label::ended(closing.ended) });
        self.0.sent.inc_by(closing.bytes);
    }

    pub(super) fn request(&self, route: &'static str, method: &'static str, status: u16) {
        one_more(&self.0.requests, &OfRequest { route, method, status });
    }

    pub(super) fn first_byte(&self, route: &'static str, after: Duration) {
        self.0.first_byte.get_or_create(&OfRoute { route }).observe(after.as_secs_f64());
    }

    pub(super) fn duration(&self, route: &'static str, after: Duration) {
        self.0.duration.get_or_create(&OfRoute { route }).observe(after.as_secs_f64());
    }

    /// Notes a stream whose receipts are still to come.
    pub(super) fn opened(&self, receipt: &str, notes: Notes) {
        self.open().insert(receipt.to_owned(), notes);
    }

    pub(super) fn closed(&self, receipt: &str) {
        self.open().remove(receipt);
    }

    /// What is noted of the stream that has this receipt, if it is open.
    pub(super) fn notes_of(&self, receipt: &ReceiptId) -> Option<Notes> {
        self.open().get(receipt.as_str()).cloned()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Notes>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often each code was the reason of a denial.
    ///
    /// A code that is not known is named only if it came up: whoever states these knows that it may not.
    pub(crate) fn denials(&self) -> BTreeMap<&'static str, u64> {
        let verdict = label::verdict(Verdict::Deny);
        let counted = |code| {
            let labels = OfVerdict { verdict, code };
            (code, self.0.verdicts.get(&labels).map_or(0, |counter| counter.get()))
        };
        let known = label::DENIALS.into_iter().map(counted);
        let other = std::iter::once(counted(label::OTHER)).filter(|(_, count)| *count > 0);
        known.chain(other).collect()
    }

    /// Everything as text of the media type [`MEDIA_TYPE`].
    ///
    /// # Errors
    ///
    /// When a value has no text.
    pub(crate) fn text(&self, gauges: Gauges) -> Result<String, fmt::Error> {
        for each in MODES {
            let gauge = self.0.mode.get_or_create(&OfMode { mode: label::mode(each) });
            gauge.set((each == gauges.mode).into());
        }
        self.0.receipts.set(gauges.receipts);
        self.0.spooled.set(gauges.spooled as u64);
        self.0.streams.set(self.open().len() as u64);
        let mut written = String::new();
        text::encode(&mut written, &self.0.registry)?;
        Ok(written)
    }
}

fn one_more<S>(family: &Family<S, Counter>, labels: &S)
where
    S: Clone + std::hash::Hash + Eq + EncodeLabelSet,
{
    family.get_or_create(labels).inc();
}

impl fmt::Debug for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meters").finish_non_exhaustive()
    }
}

//! The access log: what the socket saw, held against the receipts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::BufRead;

use serde::Deserialize;

use super::canonical::receipt_id;
use super::finding::{Code, Findings, Log};
use super::lines::{self, Line};
use crate::trouble::Trouble;

/// What a line has to say. Other members are the server's own.
#[derive(Deserialize)]
struct Delivery<'a> {
    #[serde(borrow)]
    path: Cow<'a, str>,
    status: u16,
    #[serde(borrow)]
    receipt: Option<Cow<'a, str>>,
    bytes: u64,
}

/// The deliveries that no receipt was found for yet. It takes as much memory as the access log has receipts.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    open: HashMap<u128, Delivered>,
    pub(super) count: u64,
}

#[derive(Debug)]
struct Delivered {
    line: u64,
    bytes: u64,
    is_found: bool,
}

impl Deliveries {
    /// Reads the log. Responses of the paths in `speaks` need a receipt if they were not refused as such.
    pub(super) fn read(
        input: impl BufRead,
        speaks: &[String],
        findings: &mut Findings,
    ) -> Result<Self, Trouble> {
        let mut deliveries = Self::default();
        let read =
            lines::each(input, |number, line| deliveries.take(number, line, speaks, findings));
        let words = |error| Trouble::new(format!("expected to read the access log: {error}"));
        read.map_err(words).map(|()| deliveries)
    }

    fn take(&mut self, number: u64, line: Line<'_>, speaks: &[String], findings: &mut Findings) {
        let mut found = |code, message: String| findings.add(code, Log::Access, number, message);
        let delivery: Delivery<'_> = match line {
            Line::Whole(text) => match serde_json::from_slice(text) {
                Ok(delivery) => delivery,
                Err(error) => {
                    return found(Code::BadAccessLine, format!("expected a response: {error}"));
                }
            },
            Line::Unended => return found(Code::BadAccessLine, "expected a newline".to_owned()),
            Line::TooLong => return found(Code::BadAccessLine, lines::too_long()),
        };
        self.count += 1;
        let was_delivered = (200..300).contains(&delivery.status);
        match delivery.receipt {
            None => {
                if was_delivered && speaks.iter().any(|path| *path == delivery.path) {
                    let message = format!(
                        "expected a receipt for a response of {}, found none",
                        delivery.path.escape_debug()
                    );
                    found(Code::NoReceipt, message);
                }
            }
            Some(text) => match receipt_id(&text) {
                None => {
                    let text = text.escape_debug();
                    found(
                        Code::UnknownReceipt,
                        format!("expected the id of a receipt, found {text}"),
                    );
                }
                Some(id) => {
                    let bytes = delivery.bytes;
                    let delivered = Delivered { line: number, bytes, is_found: false };
                    if let Some(before) = self.open.insert(id, delivered) {
                        let message = format!(
                            "expected each receipt for one response, found {text} in line {} too",
                            before.line
                        );
                        found(Code::ReceiptReused, message);
                    }
                }
            },
        }
    }

    /// Notes that the log of receipts has this id, and what it closes with.
    pub(super) fn found(&mut self, id: u128, closed_with: Option<u64>, findings: &mut Findings) {
        let Some(delivered) = self.open.get_mut(&id) else { return };
        delivered.is_found = true;
        if let Some(bytes) = closed_with.filter(|bytes| delivered.bytes > *bytes) {
            let message = format!("expected at most {bytes} bytes, found {}", delivered.bytes);
            findings.add(Code::MoreDelivered, Log::Access, delivered.line, message);
        }
    }

    /// Reports what no receipt was found for.
    pub(super) fn end(self, findings: &mut Findings) {
        let mut left: Vec<_> =
            self.open.iter().filter(|(_, delivered)| !delivered.is_found).collect();
        left.sort_by_key(|(_, delivered)| delivered.line);
        for (id, delivered) in left {
            let message = format!("expected the receipt rcpt_{id:032x} in the log, found none");
            findings.add(Code::UnknownReceipt, Log::Access, delivered.line, message);
        }
    }
}

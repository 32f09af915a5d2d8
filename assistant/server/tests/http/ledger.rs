//! The chain of receipts as the server keeps it: linked in the database, or waiting beside it.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use assistant::status::{Board, Health, Part};
use assistant::store::{Answered, ConversationId, Exchange, Kept, SPOOL_NAME, Store};
use futures_util::TryStreamExt as _;
use speech_exit::receipt::{
    Closing, Ended, Head, Ledger as _, Link, Opening, RULES_SHA256, Receipt, ReceiptId, Recorded,
    RecordedSource, Verdict, hash,
};
use speech_kernel::{Authority, Response, ResponseKind, SystemMode};
use tempfile::TempDir;

use crate::databases::{Other, on_each_database, open, other_connection_to, place};
use crate::support::{assistant, store};

pub(crate) fn id(number: u64) -> ReceiptId {
    ReceiptId::try_from(format!("rcpt_{number:032x}")).expect("an id")
}

fn opening(segment: u32) -> Opening {
    let response = Response {
        kind: ResponseKind::Answer,
        authority: Authority::Memory,
        system_mode: SystemMode::Full,
    };
    let source = RecordedSource {
        identifier: Some("doc_é\"\u{2028}".to_owned()),
        source: "library".to_owned(),
    };
    Opening {
        attempts: Vec::new(),
        code: None,
        outcome: Verdict::Allow,
        pointer: None,
        response: Some(response),
        rules: RULES_SHA256.to_owned(),
        segment,
        trace: Some(Recorded {
            required_but_missing: Vec::new(),
            sources: vec![source],
            system_mode: SystemMode::Full,
        }),
    }
}

fn closing() -> Closing {
    Closing { bytes: 3, ended: Ended::Complete, sha256: hash(b"abc") }
}

/// A response that was known as a whole at its verdict.
pub(crate) fn whole(number: u64) -> Receipt {
    Receipt { closing: Some(closing()), id: id(number), opening: Some(opening(0)) }
}

fn opens(number: u64, segment: u32) -> Receipt {
    Receipt { closing: None, id: id(number), opening: Some(opening(segment)) }
}

fn closes(number: u64) -> Receipt {
    Receipt { closing: Some(closing()), id: id(number), opening: None }
}

async fn chain(store: &Store) -> Vec<Kept> {
    store.all_receipts().try_collect().await.expect("a chain")
}

/// Every link follows the one before, and the last is the head.
pub(crate) async fn assert_chained(store: &Store) -> Vec<ReceiptId> {
    let mut head = Head::empty();
    let mut ids = Vec::new();
    for kept in chain(store).await {
        let link: Link = serde_json::from_str(&kept.receipt).expect("a link");
        assert_eq!(link.canonical().expect("canonical"), kept.receipt);
        assert_eq!(hash(kept.receipt.as_bytes()), kept.hash);
        assert_eq!((link.previous.as_str(), link.number), (head.hash(), head.length() + 1));
        assert_eq!(link.number, kept.number);
        head = Head::new(&kept.hash, kept.number).expect("a head");
        ids.push(link.id);
    }
    assert_eq!(store.head().await.expect("a head"), head);
    assert_eq!(store.head_seen(), head);
    ids
}

pub(crate) fn spool(directory: &TempDir) -> std::path::PathBuf {
    directory.path().join(SPOOL_NAME)
}

async fn receipts_that_are_kept_at_once_form_one_chain() {
    let (store, _directory) = store().await;
    let keeping = (0..50).map(|number| store.keep(whole(number), None));
    let kept = futures_util::future::join_all(keeping).await;
    assert!(kept.iter().all(Result::is_ok), "{kept:?}");
    assert_eq!(assert_chained(&store).await.len(), 50);
    let page = store.receipts(20, 5).await.expect("a page");
    assert_eq!(page.iter().map(|kept| kept.number).collect::<Vec<_>>(), [21, 22, 23, 24, 25]);
    assert_eq!(store.spooled(), 0);
}

async fn the_parts_of_a_streamed_response_are_found_by_its_id() {
    let (store, _directory) = store().await;
    for receipt in [opens(1, 0), whole(2), opens(1, 1), closes(1)] {
        store.keep(receipt, None).await.expect("kept");
    }
    let parts = store.receipt(id(1).as_str()).await.expect("parts");
    assert_eq!(parts.iter().map(|kept| kept.number).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(store.receipt("rcpt_").await.expect("parts"), []);
}

async fn a_part_is_kept_once_and_an_empty_receipt_never() {
    let (store, _directory) = store().await;
    let empty = Receipt { closing: None, id: id(9), opening: None };
    store.keep(whole(1), None).await.expect("kept");
    assert!(store.keep(whole(1), None).await.is_err());
    assert!(store.keep(empty, None).await.is_err());
    assert_eq!(assert_chained(&store).await, [id(1)]);
    assert!(!store.board().is_down(Part::Writes), "a bug of ours is no fault of the database's");
}

const OF_SQLITE: &[&str] = &[
    "REPLACE INTO receipts SELECT 3, 'x', 0, hash, receipt FROM receipts WHERE number = 1",
    "REPLACE INTO receipts SELECT 4, id, part, hash, receipt FROM receipts WHERE number = 1",
    "UPDATE OR REPLACE receipts SET number = 1 WHERE number = 3",
];

const OF_POSTGRES: &[&str] = &[
    "TRUNCATE receipts",
    "INSERT INTO receipts SELECT 3, 'x', 0, hash, receipt FROM receipts WHERE number = 1
     ON CONFLICT (number) DO UPDATE SET id = 'x'",
    "INSERT INTO receipts SELECT 4, id, part, hash, receipt FROM receipts WHERE number = 1
     ON CONFLICT (id, part) DO UPDATE SET number = 4",
];

async fn the_database_itself_refuses_every_other_change_of_the_chain() {
    let (store, directory) = store().await;
    for number in 1..=3 {
        store.keep(whole(number), None).await.expect("kept");
    }
    let mut other = other_connection_to(directory.path()).await;
    let of_one = match other {
        Other::Sqlite(_) => OF_SQLITE,
        Other::Postgres(_) => OF_POSTGRES,
    };
    for statement in [
        "UPDATE receipts SET receipt = '' WHERE number = 2",
        "UPDATE receipts SET number = 9 WHERE number = 3",
        "DELETE FROM receipts WHERE number = 3",
        "DELETE FROM receipts",
        "INSERT INTO receipts SELECT 5, 'x', 0, hash, receipt FROM receipts WHERE number = 1",
        "INSERT INTO receipts SELECT 4, id, part, hash, receipt FROM receipts WHERE number = 1",
    ]
    .iter()
    .chain(of_one)
    {
        assert!(other.run(statement).await.is_err(), "{statement}");
    }
    assert_eq!(assert_chained(&store).await.len(), 3);
}

fn exchange(conversation: &ConversationId, answer: Option<&str>) -> Exchange {
    let cell = OnceLock::new();
    if let Some(answer) = answer {
        cell.set(Answered { text: answer.to_owned(), calls: Vec::new() })
            .ok()
            .expect("an empty cell");
    }
    Exchange {
        conversation: conversation.clone(),
        question: "a question".to_owned(),
        answer: Arc::new(cell),
        response_id: Some("resp_1".to_owned()),
    }
}

async fn the_exchange_is_kept_in_one_move_with_its_receipt() {
    let (store, _directory) = store().await;
    let conversation = ConversationId::draw().expect("an id");
    let memo = Box::new(exchange(&conversation, Some("an answer")));
    store.keep(whole(1), Some(memo)).await.expect("kept");
    assert!(store.has_conversation(&conversation).await.expect("a store"));
    let found = store.conversation_of("resp_1").await.expect("a store");
    assert_eq!(found, Some(conversation));
    assert_eq!(store.conversation_of("resp_2").await.expect("a store"), None);
    assert_eq!(assert_chained(&store).await, [id(1)]);
}

async fn a_receipt_is_kept_alone_when_what_came_with_it_cannot_be() {
    let (store, _directory) = store().await;
    let [first, second] = [(); 2].map(|()| ConversationId::draw().expect("an id"));
    let memo = |memo: Box<dyn Any + Send>| Some(memo);
    let answered = || Box::new(exchange(&first, Some("an answer")));
    store.keep(whole(1), memo(answered())).await.expect("kept");
    store.keep(whole(2), memo(Box::new("no exchange"))).await.expect("kept");
    store.keep(whole(3), memo(Box::new(exchange(&second, None)))).await.expect("kept");
    // The response's id is taken, so its turns may not stay either.
    store.keep(whole(4), memo(Box::new(exchange(&second, Some("late"))))).await.expect("kept");
    assert!(!store.has_conversation(&second).await.expect("a store"));
    assert_eq!(assert_chained(&store).await, [id(1), id(2), id(3), id(4)]);
    assert!(!store.board().is_down(Part::Writes));
}

async fn a_refused_receipt_leaves_no_exchange_behind() {
    let (store, _directory) = store().await;
    store.keep(whole(1), None).await.expect("kept");
    let conversation = ConversationId::draw().expect("an id");
    let memo = Box::new(exchange(&conversation, Some("an answer")));
    assert!(store.keep(whole(1), Some(memo)).await.is_err());
    assert!(!store.has_conversation(&conversation).await.expect("a store"));
}

async fn what_is_left_for_later_is_kept_when_the_store_is_closed() {
    let (store, directory) = store().await;
    for number in 0..20 {
        store.keep_later(whole(number));
    }
    store.close().await;
    let again = open(directory.path()).await;
    assert_eq!(assert_chained(&again).await.len(), 20);
}

async fn while_another_holds_the_lock_receipts_wait_on_the_disk_and_then_join_in_order() {
    let (store, directory) = store().await;
    store.keep(whole(1), None).await.expect("kept");
    let mut other = other_connection_to(directory.path()).await;
    other.hold().await;
    store.keep(whole(2), None).await.expect("kept beside the database");
    assert!(store.board().is_down(Part::Writes));
    for number in 3..=40 {
        store.keep(whole(number), None).await.expect("kept beside the database");
    }
    assert_eq!((store.spooled(), store.head().await.expect("a head").length()), (39, 1));
    let on_disk = std::fs::read_to_string(spool(&directory)).expect("a spool");
    assert_eq!(on_disk.lines().count(), 39);

    other.release().await;
    store.board().note(Part::Writes, Health::Up);
    store.keep(whole(41), None).await.expect("kept");
    let all: Vec<ReceiptId> = (1..=41).map(id).collect();
    assert_eq!(assert_chained(&store).await, all);
    assert_eq!(store.spooled(), 0);
    assert_eq!(std::fs::read(spool(&directory)).expect("a spool"), b"");
}

async fn while_writes_are_known_to_fail_nobody_asks_the_database() {
    let (store, directory) = store().await;
    store.board().note(Part::Writes, Health::Down);
    let mut other = other_connection_to(directory.path()).await;
    let before = other.commits().await;
    store.keep(whole(1), None).await.expect("kept beside the database");
    assert_eq!((store.spooled(), other.commits().await), (1, before));
}

async fn the_probe_links_what_waits_when_nobody_writes() {
    let assistant = assistant().await;
    let store = &assistant.store;
    store.board().note(Part::Writes, Health::Down);
    store.keep(whole(1), None).await.expect("kept beside the database");
    assert_eq!(store.spooled(), 1);
    let _watching = assistant.watched();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while store.spooled() > 0 {
        assert!(std::time::Instant::now() < until, "nobody noticed");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(assert_chained(store).await, [id(1)]);
}

async fn what_waits_joins_at_the_next_start_and_what_had_joined_is_not_doubled() {
    let (store, directory) = store().await;
    store.board().note(Part::Writes, Health::Down);
    for number in 1..=3 {
        store.keep(whole(number), None).await.expect("kept beside the database");
    }
    let waiting = std::fs::read(spool(&directory)).expect("a spool");
    store.close().await;
    let again = open(directory.path()).await;
    assert_eq!(assert_chained(&again).await, [id(1), id(2), id(3)]);
    again.close().await;
    // As if the process had died between the commit and the end of the spool.
    std::fs::write(spool(&directory), waiting).expect("a spool");
    let again = open(directory.path()).await;
    assert_eq!(assert_chained(&again).await, [id(1), id(2), id(3)]);
    assert_eq!(again.spooled(), 0);
}

async fn more_than_are_read_at_once_join_in_order() {
    let (store, directory) = store().await;
    store.board().note(Part::Writes, Health::Down);
    store.keep(whole(0), None).await.expect("kept beside the database");
    let line = std::fs::read_to_string(spool(&directory)).expect("a spool");
    let json = line.split_once(' ').expect("a hash").1.trim_end();
    let lines = (0..2_500).map(|number| {
        let json = json.replace(id(0).as_str(), id(number).as_str());
        format!("{} {json}\n", hash(json.as_bytes()))
    });
    store.close().await;
    std::fs::write(spool(&directory), lines.collect::<String>()).expect("a spool");
    let again = open(directory.path()).await;
    assert_eq!(assert_chained(&again).await, (0..2_500).map(id).collect::<Vec<_>>());
}

async fn half_a_line_at_the_end_is_cut_off_wherever_it_broke() {
    let (store, directory) = store().await;
    store.board().note(Part::Writes, Health::Down);
    for number in 1..=2 {
        store.keep(whole(number), None).await.expect("kept beside the database");
    }
    store.close().await;
    let lines = std::fs::read(spool(&directory)).expect("a spool");
    let first = lines.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
    for cut in (first + 1..lines.len()).step_by(29).chain([lines.len() - 1]) {
        let alone = TempDir::new().expect("a directory");
        std::fs::write(spool(&alone), &lines[..cut]).expect("a spool");
        assert_eq!(assert_chained(&open(alone.path()).await).await, [id(1)], "{cut}");
    }
    // One that was cut while it was written is gone before the next is added.
    let alone = TempDir::new().expect("a directory");
    let late = open(alone.path()).await;
    late.board().note(Part::Writes, Health::Down);
    std::fs::write(spool(&alone), &lines[..first + 90]).expect("a spool");
    late.keep(whole(7), None).await.expect("kept beside the database");
    late.close().await;
    assert_eq!(assert_chained(&open(alone.path()).await).await, [id(1), id(7)]);
}

async fn any_other_broken_line_stops_the_start_and_is_left_as_it_is() {
    let (store, directory) = store().await;
    store.board().note(Part::Writes, Health::Down);
    for number in 1..=2 {
        store.keep(whole(number), None).await.expect("kept beside the database");
    }
    store.close().await;
    let lines = std::fs::read(spool(&directory)).expect("a spool");
    for at in (0..lines.len() - 1).step_by(17) {
        let alone = TempDir::new().expect("a directory");
        let mut broken = lines.clone();
        broken[at] ^= 1;
        std::fs::write(spool(&alone), &broken).expect("a spool");
        let place = place(alone.path());
        let opened = Store::open_at(&place, alone.path(), Arc::new(Board::new())).await;
        let said = opened.expect_err("a broken line").to_string();
        assert!(said.starts_with("SPOOL_BROKEN: ") && said.contains("line "), "{at}: {said}");
        assert_eq!(std::fs::read(spool(&alone)).expect("a spool"), broken);
    }
}

async fn without_database_and_spool_nothing_is_kept_and_that_is_said() {
    let (store, directory) = store().await;
    std::fs::create_dir(spool(&directory)).expect("a directory in the place of the spool");
    store.close().await;
    assert!(store.keep(whole(1), None).await.is_err());
    assert_eq!(store.spooled(), 0);
}

async fn a_closed_database_leaves_the_spool() {
    let (store, directory) = store().await;
    store.close().await;
    store.keep(whole(1), None).await.expect("kept beside the database");
    store.keep_later(whole(2));
    store.close().await;
    assert_eq!(assert_chained(&open(directory.path()).await).await, [id(1), id(2)]);
}

on_each_database! {
    receipts_that_are_kept_at_once_form_one_chain,
    the_parts_of_a_streamed_response_are_found_by_its_id,
    a_part_is_kept_once_and_an_empty_receipt_never,
    the_database_itself_refuses_every_other_change_of_the_chain,
    the_exchange_is_kept_in_one_move_with_its_receipt,
    a_receipt_is_kept_alone_when_what_came_with_it_cannot_be,
    a_refused_receipt_leaves_no_exchange_behind,
    what_is_left_for_later_is_kept_when_the_store_is_closed,
    while_another_holds_the_lock_receipts_wait_on_the_disk_and_then_join_in_order,
    while_writes_are_known_to_fail_nobody_asks_the_database,
    the_probe_links_what_waits_when_nobody_writes,
    what_waits_joins_at_the_next_start_and_what_had_joined_is_not_doubled,
    more_than_are_read_at_once_join_in_order,
    half_a_line_at_the_end_is_cut_off_wherever_it_broke,
    any_other_broken_line_stops_the_start_and_is_left_as_it_is,
    without_database_and_spool_nothing_is_kept_and_that_is_said,
    a_closed_database_leaves_the_spool,
}

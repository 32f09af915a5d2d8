//! Receipts that wait beside the database, when somebody is in their way.

use assistant::status::{Health, Part};
use speech_exit::receipt::Ledger as _;

use crate::databases::on_each_database;
use crate::ledger::{spool, whole};
use crate::support::store;

async fn what_comes_later_does_not_overtake_what_waits_and_cannot_be_linked() {
    let (store, directory) = store().await;
    store.board().note(Part::Writes, Health::Down);
    store.keep(whole(1), None).await.expect("kept beside the database");
    store.board().note(Part::Writes, Health::Up);
    let before = std::fs::read(spool(&directory)).expect("a spool");
    let mut broken = before.clone();
    broken[0] ^= 1;
    std::fs::write(spool(&directory), &broken).expect("a spool");
    store.keep(whole(2), None).await.expect("kept beside the database too");
    assert_eq!(store.head().await.expect("a head").length(), 0);
    let waiting = std::fs::read(spool(&directory)).expect("a spool");
    std::fs::write(spool(&directory), [&before[..], &waiting[broken.len()..]].concat())
        .expect("mended");
    store.join_spooled().await.expect("a spool that is as it was");
    assert_eq!((store.head().await.expect("a head").length(), store.spooled()), (2, 0));
}

async fn a_spool_that_somebody_holds_for_good_keeps_nobody_waiting_for_good() {
    let (store, directory) = store().await;
    let held = std::fs::File::create(spool(&directory)).expect("a spool");
    held.lock().expect("the lock");
    store.board().note(Part::Writes, Health::Down);
    assert!(store.keep(whole(1), None).await.is_err());
    held.unlock().expect("the end of the hold");
    store.keep(whole(2), None).await.expect("kept beside the database");
}

on_each_database! {
    what_comes_later_does_not_overtake_what_waits_and_cannot_be_linked,
    a_spool_that_somebody_holds_for_good_keeps_nobody_waiting_for_good,
}

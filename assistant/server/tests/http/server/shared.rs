//! What several servers keep in one database, and what its settings cannot change.

use std::sync::Arc;

use assistant::status::Board;
use assistant::store::{ConversationId, Place, Store};
use speech_exit::receipt::Ledger as _;
use tempfile::TempDir;

use crate::databases::{on_each_database, on_postgres, open, other_connection_to, place, url};
use crate::ledger::{assert_chained, id, whole};
use crate::support::store;

async fn two_servers_at_once_keep_one_chain() {
    let (one, directory) = store().await;
    let other = open(directory.path()).await;
    let each = |number| if number % 2 == 0 { one.clone() } else { other.clone() };
    let keeping =
        (0..200).map(|number| async move { each(number).keep(whole(number), None).await });
    let kept = futures_util::future::join_all(keeping).await;
    assert!(kept.iter().all(Result::is_ok), "{kept:?}");
    assert_eq!((one.spooled(), other.spooled()), (0, 0));
    one.look_at_head().await.expect("a head");
    let mut ids = assert_chained(&one).await;
    ids.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    assert_eq!(ids, (0..200).map(id).collect::<Vec<_>>());
}

async fn what_waits_beside_each_of_two_servers_joins_one_chain() {
    let (one, directory) = store().await;
    let beside = TempDir::new().expect("a directory");
    let place = place(directory.path());
    let other = Store::open_at(&place, beside.path(), Arc::new(Board::new())).await;
    let other = other.expect("a store");
    for (store, numbers) in [(&one, 0..50), (&other, 50..100)] {
        store.board().note(assistant::status::Part::Writes, assistant::status::Health::Down);
        for number in numbers {
            store.keep(whole(number), None).await.expect("kept beside the database");
        }
    }
    let (first, second) = tokio::join!(one.join_spooled(), other.join_spooled());
    assert_eq!((first, second), (Ok(()), Ok(())));
    one.look_at_head().await.expect("a head");
    assert_eq!(assert_chained(&one).await.len(), 100);
    assert_eq!((one.spooled(), other.spooled()), (0, 0));
}

async fn documents_that_come_at_once_are_listed_in_the_order_of_their_pages() {
    let (one, directory) = store().await;
    let other = open(directory.path()).await;
    let adding = (0..40).map(|number| {
        let store = if number % 2 == 0 { one.clone() } else { other.clone() };
        async move {
            let text = "A door. ".repeat(1 + 50 * (number % 5));
            let document = assistant::library::document(
                &format!("D{number}"),
                text,
                assistant::retrieval::Format::Text,
            );
            store.add_document(&document.expect("a document")).await.expect("a store");
        }
    });
    let mut seen: Vec<String> = Vec::new();
    let paging = async {
        while seen.len() < 40 {
            let after = seen.last().map(String::as_str);
            let page = one.documents(after, 3).await.expect("a store").expect("a page");
            seen.extend(page.into_iter().map(|row| row.id.to_string()));
            tokio::task::yield_now().await;
        }
    };
    let both = futures_util::future::join(futures_util::future::join_all(adding), paging);
    let both = tokio::time::timeout(std::time::Duration::from_secs(60), both).await;
    assert!(both.is_ok(), "a document came before the end of the last page, and was never seen");
}

/// What the person who runs the server would have everyone use.
async fn settings_of_the_server_do_not_loosen_what_is_kept() {
    let (_, directory) = store().await;
    let url = url(directory.path()).expect("a server");
    let loose = "options[synchronous_commit]=off&options[statement_timeout]=0\
                 &options[default_transaction_isolation]=serializable";
    let place = Place::server(&format!("{url}&{loose}")).expect("an address");
    let stores: Vec<Store> = futures_util::future::join_all((0..2).map(|_| {
        let opened = Store::open_at(&place, directory.path(), Arc::new(Board::new()));
        async { opened.await.expect("a store") }
    }))
    .await;
    let keeping = (0..40).map(|number| {
        let store = &stores[usize::from(number % 2 == 0)];
        store.keep(whole(number), None)
    });
    let kept = futures_util::future::join_all(keeping).await;
    assert!(kept.iter().all(Result::is_ok), "{kept:?}");
    assert_eq!(stores[0].spooled() + stores[1].spooled(), 0);
    stores[0].look_at_head().await.expect("a head");
    assert_eq!(assert_chained(&stores[0]).await.len(), 40);
}

async fn any_text_is_kept_as_it_came() {
    let odd = "a\0b \u{fdd2}\u{fdd3}\u{fdd0} 'c' \\d";
    let (store, directory) = store().await;
    let document =
        assistant::library::document("T", odd.into(), assistant::retrieval::Format::Text);
    let added = store.add_document(&document.expect("a document")).await.expect("a store");
    let read = store.document(added.id.as_str()).await.expect("a store").expect("a document");
    assert_eq!(read.text, odd);
    let conversation = ConversationId::draw().expect("an id");
    store.add_exchange(&conversation, odd, odd).await.expect("a store");
    let exchanges = store.last_exchanges(&conversation).await.expect("a store");
    assert_eq!(exchanges, [(odd.to_owned(), odd.to_owned())]);
    let role = assistant::store::Role::User;
    assert_eq!(store.last_turns(&conversation, role).await, Ok(vec![odd.to_owned()]));
    let found = store.find_turns(&conversation, role, &["b".to_owned()]).await.expect("a store");
    assert_eq!(found[0].text, odd);

    assert_eq!(store.document("doc_\0").await, Ok(None));
    assert_eq!(store.documents(Some("doc_\0"), 1).await, Ok(None));
    assert_eq!(store.remove_document("doc_\0").await, Ok(false));
    assert_eq!(store.receipt("rcpt_\0").await, Ok(Vec::new()));
    assert_eq!(store.conversation_of("resp_\0").await, Ok(None));
    assert!(store.calls_of("resp_\0").await.expect("a store").is_empty());
    assert_eq!(store.find_passages(&["a\0b".to_owned(), "\0".to_owned()]).await.map(drop), Ok(()));
    store.check().await.expect("a library that is whole");
    drop(other_connection_to(directory.path()).await);
}

async fn a_long_turn_of_many_words_is_kept_and_found() {
    let (store, _directory) = store().await;
    let conversation = ConversationId::draw().expect("an id");
    let many: String = (0..400_000).map(|number| format!("w{number} ")).collect();
    let question = format!("doors {many}");
    store.add_exchange(&conversation, &question, &"x".repeat(3 << 20)).await.expect("a store");
    let role = assistant::store::Role::User;
    let found = store.find_turns(&conversation, role, &["door".to_owned()]).await;
    assert_eq!(found.expect("a store")[0].matches[0].places.first(), Some(&(0..5)));
}

on_each_database! {
    two_servers_at_once_keep_one_chain,
    documents_that_come_at_once_are_listed_in_the_order_of_their_pages,
    any_text_is_kept_as_it_came,
    a_long_turn_of_many_words_is_kept_and_found,
}

on_postgres! {
    what_waits_beside_each_of_two_servers_joins_one_chain,
    settings_of_the_server_do_not_loosen_what_is_kept,
}

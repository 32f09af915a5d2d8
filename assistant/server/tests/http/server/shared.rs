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

/// One that takes long and one that does not.
async fn a_document_that_is_added_later_is_never_listed_before() {
    let (one, directory) = store().await;
    let other = open(directory.path()).await;
    let document = |title: &str, text: String| {
        let format = assistant::retrieval::Format::Text;
        assistant::library::document(title, text, format).expect("a document")
    };
    let (long, short) = (document("L", "a\n\n".repeat(5_000)), document("S", "a".to_owned()));
    let mut first = Vec::new();
    let adding = futures_util::future::join(one.add_document(&long), async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let added = other.add_document(&short).await;
        first = other.documents(None, 9).await.expect("a store").expect("a page");
        added
    });
    let (long, short) = adding.await;
    let added = [long, short].map(|added| added.expect("a store").id);
    assert_eq!(first.iter().map(|row| row.id.clone()).collect::<Vec<_>>(), added);
}

async fn a_passage_is_found_by_the_words_of_its_heading() {
    let (store, _directory) = store().await;
    let text = "# Doors\n\n## Of two \u{e9}t\u{e9}s\n\nThey are green.\n".to_owned();
    let document = assistant::library::markdown(text).expect("a document");
    store.add_document(&document).await.expect("a store");
    for word in ["door", "ETE", "doors", "green"] {
        let found = store.find_passages(&[word.to_owned()]).await.expect("a store");
        let places = found.iter().flat_map(|hit| &hit.matches).map(|found| found.places.len());
        assert_eq!(places.collect::<Vec<_>>(), [usize::from(word == "green")], "{word}");
    }
    let found = store.find_passages(&["window".to_owned()]).await;
    assert_eq!(found, Ok(Vec::new()));
}

const ONLY_DURABLE: [&str; 2] = [
    "CREATE FUNCTION only_durable() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
         IF current_setting('synchronous_commit') = 'off' THEN
             RAISE EXCEPTION 'not on the disk when it is confirmed';
         END IF;
         RETURN new;
     END $$",
    "CREATE TRIGGER only_durable BEFORE INSERT ON receipts
     FOR EACH ROW EXECUTE FUNCTION only_durable()",
];

/// What the person who runs the server would have everyone use.
async fn settings_of_the_server_do_not_loosen_what_is_kept() {
    let (_, directory) = store().await;
    let mut other = other_connection_to(directory.path()).await;
    for statement in ONLY_DURABLE {
        other.run(statement).await.expect("a trigger");
    }
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
    let (store, _directory) = store().await;
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
    a_document_that_is_added_later_is_never_listed_before,
    a_passage_is_found_by_the_words_of_its_heading,
    any_text_is_kept_as_it_came,
    a_long_turn_of_many_words_is_kept_and_found,
}

on_postgres! {
    what_waits_beside_each_of_two_servers_joins_one_chain,
    settings_of_the_server_do_not_loosen_what_is_kept,
}

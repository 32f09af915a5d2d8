//! The index of the library is broken.

use super::{Drill, Promise, SERVING};
use crate::support::assistant;

#[tokio::test]
async fn the_index_of_the_library_breaks_and_is_rebuilt() {
    let assistant = assistant().await;
    assistant.add("Doors", "A door is a hole in a wall.").await;
    let _watching = assistant.watched();
    let mut drill = Drill::of(&assistant);
    drill.shows(SERVING).await;
    let mut other = assistant.other_connection().await;
    let broken = "UPDATE passages_index_data SET block = zeroblob(8)";
    other.run(broken).await.expect("a broken index");
    drill.shows(Promise::minimal("LIBRARY_DOWN", &[])).await;

    let rebuild = "INSERT INTO passages_index (passages_index) VALUES ('rebuild')";
    other.run(rebuild).await.expect("an index");
    drill.shows(SERVING).await;
    assistant.ask("What is a door?").await.assert_answers_as("memory");
}

#[tokio::test]
async fn the_index_of_the_library_is_not_there() {
    let assistant = assistant().await;
    let _watching = assistant.watched();
    let mut drill = Drill::of(&assistant);
    let mut other = assistant.other_connection().await;
    let made =
        other.texts("SELECT sql FROM sqlite_schema WHERE name = 'passages_index'").await.concat();
    other.run("DROP TABLE passages_index").await.expect("no index");
    drill.shows(Promise::minimal("LIBRARY_DOWN", &[])).await;
    other.run_made(made).await.expect("an index");
    drill.shows(SERVING).await;
}

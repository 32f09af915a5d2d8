//! The index of the library is broken.

use sqlx::Executor as _;

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
    other.execute(broken).await.expect("a broken index");
    drill.shows(Promise::minimal("LIBRARY_DOWN", &[])).await;

    let rebuild = "INSERT INTO passages_index (passages_index) VALUES ('rebuild')";
    other.execute(rebuild).await.expect("an index");
    drill.shows(SERVING).await;
    assistant.ask("What is a door?").await.assert_answers_as("memory");
}

#[tokio::test]
async fn the_index_of_the_library_is_not_there() {
    let assistant = assistant().await;
    let _watching = assistant.watched();
    let mut drill = Drill::of(&assistant);
    let mut other = assistant.other_connection().await;
    let made: (String,) =
        sqlx::query_as("SELECT sql FROM sqlite_schema WHERE name = 'passages_index'")
            .fetch_one(&mut other)
            .await
            .expect("an index");
    other.execute("DROP TABLE passages_index").await.expect("no index");
    drill.shows(Promise::minimal("LIBRARY_DOWN", &[])).await;
    other.execute(sqlx::AssertSqlSafe(made.0)).await.expect("an index");
    drill.shows(SERVING).await;
}

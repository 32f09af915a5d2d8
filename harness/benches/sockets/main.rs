//! Streams over a socket, from a database in a file: the server as it is, beside the same server with the exit removed
//! and one insertion kept. The two are asked in turn, so that what else the machine does meets both.

mod client;
mod peer;
mod server;

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use client::Client;
use speech_benches::streams::Words;
use tokio::runtime::Runtime;

/// What is asked for, in how many pieces of how many bytes, and how often.
const TEXTS: [(&str, usize, usize, usize); 3] = [
    ("a short text", 8, 40, 400),
    ("20,000 pieces of 8 bytes", 8, 20_000, 60),
    ("5,000 pieces of 1 KiB", 1_024, 5_000, 60),
];

/// A file system in memory, where a commit waits for no disk.
const MEMORY: &str = "/dev/shm";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (options, only): (Vec<_>, Vec<_>) =
        arguments.into_iter().partition(|argument| argument.starts_with('-'));
    let is_measured = options.iter().any(|option| option == "--bench");
    let runtime = Runtime::new()?;
    let disk = std::env::temp_dir();
    for (directory, name) in [(disk.as_path(), "on a disk"), (Path::new(MEMORY), "in memory")] {
        if !directory.is_dir() {
            say(&format!("{name}: not measured, {} is not there", directory.display()))?;
            continue;
        }
        for (what, size, count, rounds) in TEXTS {
            let words = Words::new(size, count);
            let rounds = if is_measured { rounds } else { 1 };
            let title = format!("{what}, {name}, {rounds} rounds");
            if !only.iter().all(|part| title.contains(part)) {
                continue;
            }
            say(&title)?;
            measure(&runtime, directory, &words, rounds)?;
        }
    }
    Ok(())
}

fn measure(
    runtime: &Runtime,
    directory: &Path,
    words: &Words,
    rounds: usize,
) -> Result<(), Box<dyn Error>> {
    let (ours, theirs) = (tempfile::tempdir_in(directory)?, tempfile::tempdir_in(directory)?);
    let (server, peer) = runtime.block_on(async {
        let server = server::start(ours.path(), words.clone()).await?;
        let peer = peer::start(theirs.path(), words.clone()).await?;
        Ok::<_, Box<dyn Error>>((Client::connect(server)?, Client::connect(peer)?))
    })?;
    let (mut server, mut peer) = (server, peer);
    for _ in 0..rounds.min(10) {
        server.ask()?;
        peer.ask()?;
    }
    if server.events()? != peer.events()? {
        return Err(format!(
            "expected the events\n{}\nfound\n{}",
            server.events()?,
            peer.events()?
        )
        .into());
    }
    let mut times = Times::default();
    for round in 0..rounds {
        // Who goes second may wait for what the first left behind.
        let (ours, theirs) = if round % 2 == 0 {
            let ours = server.ask()?;
            (ours, peer.ask()?)
        } else {
            let theirs = peer.ask()?;
            (server.ask()?, theirs)
        };
        times.first.push((ours.first, theirs.first));
        times.words.push((ours.words, theirs.words));
        times.last.push((ours.last, theirs.last));
    }
    say(&compared("first byte", times.first))?;
    say(&compared("last word", times.words))?;
    say(&compared("end", times.last))?;
    Ok(())
}

#[derive(Default)]
struct Times {
    first: Vec<(Duration, Duration)>,
    words: Vec<(Duration, Duration)>,
    last: Vec<(Duration, Duration)>,
}

/// Medians and 95th percentiles of both, and the ratio of the medians.
fn compared(what: &str, times: Vec<(Duration, Duration)>) -> String {
    let (mut ours, mut theirs): (Vec<_>, Vec<_>) = times.into_iter().unzip();
    ours.sort_unstable();
    theirs.sort_unstable();
    let (our_median, their_median) = (at(&ours, 50), at(&theirs, 50));
    let ratio = our_median.as_secs_f64() / their_median.as_secs_f64();
    format!(
        "  {what}: with the exit {our_median:.1?} (p95 {:.1?}), without {their_median:.1?} (p95 {:.1?}), \
         ratio {ratio:.2}",
        at(&ours, 95),
        at(&theirs, 95)
    )
}

fn at(sorted: &[Duration], percent: usize) -> Duration {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or_default()
}

fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}

//! Instructions for each piece of a stream, which no other load on the machine changes. It runs itself under valgrind.

use std::error::Error;
use std::io::Write as _;
use std::process::Command;

use speech_benches::streams::{Receipts, Words, asked, drained, with_exit, without_exit};
use tokio::runtime::Builder;

const ARMS: [&str; 3] = ["receipts", "exit", "plain"];
const PIECES: [usize; 2] = [1_000, 5_000];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [arm, size, count] if ARMS.contains(&arm.as_str()) => {
            stream(arm, Words::new(size.parse()?, count.parse()?))
        }
        _ => measure(),
    }
}

fn stream(arm: &str, words: Words) -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_current_thread().build()?;
    let bytes = runtime.block_on(async {
        let body = match arm {
            "receipts" => asked(with_exit(words, Receipts::Kept)?).await,
            "exit" => asked(with_exit(words, Receipts::None)?).await,
            _ => asked(without_exit(words)).await,
        };
        Some(drained(body).await)
    });
    let bytes = bytes.ok_or("expected a server")?;
    writeln!(std::io::stdout(), "{bytes} bytes")?;
    Ok(())
}

fn measure() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    if Command::new("valgrind").arg("--version").output().is_err() {
        writeln!(out, "instructions: not counted, valgrind is not there")?;
        return Ok(());
    }
    for size in [8, 1_024] {
        for arm in ARMS {
            let [few, many] = PIECES;
            let each = (instructions(arm, size, many)? - instructions(arm, size, few)?)
                / (many - few) as u64;
            writeln!(out, "{arm}: {each} instructions for each piece of {size} bytes")?;
        }
    }
    Ok(())
}

fn instructions(arm: &str, size: usize, count: usize) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args([arm, &size.to_string(), &count.to_string()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let counted = said.lines().find_map(|line| line.split_once("Collected : "));
    let (_, counted) = counted.ok_or_else(|| format!("expected a count, found {said}"))?;
    Ok(counted.trim().parse()?)
}

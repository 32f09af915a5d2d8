//! The `harness` command.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::json;
use speech_harness::report::{self, End, Format, Report};
use speech_harness::trouble::Trouble;
use speech_harness::{bless, decide, locked, workspace};

/// Checks every promise of the speech firewall.
#[derive(Parser)]
#[command(name = "harness", version)]
struct Arguments {
    /// The workspace; without it, the one around the current folder.
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    /// For people, or for machines.
    #[arg(long, global = true, value_enum, default_value = "human")]
    format: Format,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// The kernel against the rules, laws, the contract, the surface, the locks.
    Verify {
        /// Also every ordered list of up to 7 sources: 72,559,368 cases.
        #[arg(long)]
        deep: bool,
    },
    /// A case on each line in, its verdict on each line out.
    Decide,
    /// Writes snapshots, compile-fail reasons, schemas and the rule table of the kernel's README.
    Bless,
    /// Digests of LOCKED.md against the files.
    Locked {
        /// Writes the present digest of this row into LOCKED.md.
        #[arg(long, value_name = "FILE")]
        accept: Option<String>,
    },
    /// All checks.
    Ci {
        /// Also prints each lock that is not the same as at this revision.
        #[arg(long, value_name = "REV")]
        base_ref: Option<String>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments, &mut io::stdout().lock()) {
        Ok(end) => ExitCode::from(end as u8),
        Err(trouble) => {
            // Where standard error is gone too, the exit code is all that is left to say it.
            let _ = writeln!(io::stderr().lock(), "harness: {trouble}");
            ExitCode::from(End::Unchecked as u8)
        }
    }
}

fn run(arguments: &Arguments, output: &mut dyn Write) -> Result<End, Trouble> {
    let root = || match &arguments.root {
        Some(root) => workspace::find(root),
        None => workspace::find(&env::current_dir().map_err(unwritten)?),
    };
    let format = arguments.format;
    match &arguments.verb {
        Verb::Decide => {
            decide::lines(&mut io::stdin().lock(), output).map_err(unwritten)?;
            Ok(End::Kept)
        }
        Verb::Verify { deep } => show(&report::verify(&root()?, *deep), format, output),
        Verb::Bless => {
            let written = bless::all(&root()?)?;
            list(&json!({"written": written}), "written", &written, format, output)?;
            Ok(End::Kept)
        }
        Verb::Locked { accept: Some(path) } => {
            let row = locked::accept(&root()?, path)?;
            let accepted = [format!("{} {}", row.path, row.sha256)];
            list(
                &json!({"accepted": row.path, "sha256": row.sha256}),
                "accepted",
                &accepted,
                format,
                output,
            )?;
            Ok(End::Kept)
        }
        Verb::Locked { accept: None } => locks(&root()?, format, output),
        Verb::Ci { base_ref } => {
            show(&report::everything(&root()?, base_ref.as_deref())?, format, output)
        }
    }
}

fn locks(root: &Path, format: Format, output: &mut dyn Write) -> Result<End, Trouble> {
    let (count, broken) = locked::mismatches(root)?;
    let ok = broken.is_empty();
    let json = json!({"files": count, "mismatches": broken, "ok": ok});
    list(&json, "lock", &broken, format, output)?;
    if ok && format == Format::Human {
        writeln!(output, "kept {count} files").map_err(unwritten)?;
    }
    Ok(if ok { End::Kept } else { End::Broken })
}

fn show(report: &Report, format: Format, output: &mut dyn Write) -> Result<End, Trouble> {
    report.write(format, output).map_err(unwritten)?;
    Ok(report.end())
}

fn list(
    json: &serde_json::Value,
    word: &str,
    lines: &[String],
    format: Format,
    output: &mut dyn Write,
) -> Result<(), Trouble> {
    match format {
        Format::Json => writeln!(output, "{json}"),
        Format::Human => lines.iter().try_for_each(|line| writeln!(output, "{word} {line}")),
    }
    .map_err(unwritten)
}

fn unwritten(error: io::Error) -> Trouble {
    Trouble::new(format!("expected to read and write to the end: {error}"))
}

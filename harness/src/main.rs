//! The `harness` command.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use serde_json::json;
use speech_exit::receipt::Head;
use speech_harness::replay::{SPEAKS, replay};
use speech_harness::report::{self, End, Form, Format, Report};
use speech_harness::trouble::Trouble;
use speech_harness::{bless, decide, gate, locked, status, workspace};

const EXIT_CODES: &str = "Exit codes:
  0  everything is as promised
  1  something is not as promised
  2  the arguments cannot be read
  3  something could not be checked or written, and nothing is known to be broken";

/// Checks every promise of the speech firewall.
#[derive(Parser)]
#[command(name = "harness", version, after_help = EXIT_CODES)]
struct Arguments {
    /// The workspace; by default the one around the current folder.
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    /// How to write what was found.
    #[arg(long, global = true, value_enum, default_value = "human")]
    format: Form,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Checks what the kernel promises: its decisions, laws, contract, surface and locks.
    #[command(after_help = EXIT_CODES)]
    Verify {
        /// Also walks every ordered list of up to 7 sources, 72,559,368 cases: seconds in a release build.
        #[arg(long)]
        deep: bool,
    },
    /// Reads a case from each line of standard input, and answers it with its verdict on a line.
    Decide,
    /// Writes snapshots, compile-fail reasons, schemas and the rule table of the kernel's README.
    Bless,
    /// Compares the digests in LOCKED.md with the files.
    #[command(after_help = EXIT_CODES)]
    Locked {
        /// Writes the present digest of this row into LOCKED.md instead.
        #[arg(long, value_name = "FILE")]
        accept: Option<String>,
    },
    /// Decides every receipt of a log again, and says what of it was changed, moved, cut off or left out.
    #[command(after_help = EXIT_CODES)]
    Replay {
        /// An export of receipts, a database file or its `sqlite:` address, or a `postgres://` address.
        #[arg(value_name = "FILE|DSN")]
        source: String,
        /// Where the log has to have been: what `/status` said once, kept elsewhere since.
        #[arg(long, value_name = "HASH:LENGTH")]
        head: Option<Head>,
        /// The access log, whose responses have to have receipts.
        #[arg(long, value_name = "FILE")]
        access_log: Option<PathBuf>,
        /// A path whose responses need a receipt; may be given again.
        #[arg(long, value_name = "PATH", default_values = SPEAKS, requires = "access_log")]
        speaks: Vec<String>,
    },
    /// Decides about mutations, and shows what the gate sees of a run.
    Gate {
        #[command(subcommand)]
        verb: gate::Verb,
    },
    /// Checks status documents and the contracts that they keep to.
    #[command(subcommand)]
    Status(status::Verb),
    /// Makes all checks: those of verify, and how the workspace is kept.
    #[command(after_help = EXIT_CODES)]
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
    let format = match (arguments.format.plain(), &arguments.verb) {
        (Some(format), _) => format,
        // It reads the form itself.
        (None, Verb::Status(_)) => Format::Human,
        (None, _) => placeless(),
    };
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
        Verb::Replay { source, head, access_log, speaks } => {
            let report = replay(source, head.clone(), access_log.as_deref(), speaks)?;
            report.write(format, output).map_err(unwritten)?;
            Ok(report.end())
        }
        Verb::Gate { verb } => {
            gate::lines(*verb, &mut io::stdin().lock(), output).map_err(unwritten)?;
            Ok(End::Kept)
        }
        Verb::Status(asked) => status::run(asked, arguments.format, root, output).or_else(|stop| {
            writeln!(io::stderr().lock(), "harness: {}", stop.words).map_err(unwritten)?;
            Ok(stop.end)
        }),
        Verb::Ci { base_ref } => {
            show(&report::everything(&root()?, base_ref.as_deref())?, format, output)
        }
    }
}

fn placeless() -> ! {
    let words = "expected --format human or json: this verb tells of no places";
    Arguments::command().error(ErrorKind::InvalidValue, words).exit()
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

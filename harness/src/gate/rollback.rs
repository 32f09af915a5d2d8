//! Whether there is a way back: a tag from which the tests passed, and the commands that lead there.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Serialize;
use tempfile::TempDir;

use crate::report::{End, Format};
use crate::trouble::Trouble;

/// The tests, when nothing else is said.
pub const TESTS: &str = "cargo test --workspace";

/// So much of the end of what red tests said is told.
const TOLD_LINES: usize = 20;

/// What was found of an anchor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    anchor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    test: String,
    proven: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
    /// The one sequence that leads back, for a shell.
    #[serde(skip_serializing_if = "Option::is_none")]
    commands: Option<String>,
}

/// Proves the anchor of a repository: a tag that is an ancestor of what is checked out, at which the tests pass. They run
/// in a worktree of their own, which is gone afterwards.
///
/// # Errors
///
/// Git or the shell cannot be started, there is no such repository, or no worktree can be made.
pub fn prove(repository: &Path, anchor: &str, test: &str) -> Result<Proof, Trouble> {
    let top = asked(repository, &["rev-parse", "--show-toplevel"])?;
    let head = asked(repository, &["rev-parse", "--verify", "HEAD^{commit}"])?;
    let proof = |commit: Option<&str>, why_not: Option<String>| Proof {
        anchor: anchor.to_owned(),
        commit: commit.map(str::to_owned),
        test: test.to_owned(),
        proven: why_not.is_none(),
        commands: commit.filter(|_| why_not.is_none()).map(|commit| back(&top, anchor, commit)),
        why_not,
    };
    let Some(commit) = tagged(repository, anchor)? else {
        let words = "expected a tag of this name that leads to a commit, found none";
        return Ok(proof(None, Some(words.to_owned())));
    };
    if !is_ancestor(repository, &commit, &head)? {
        let words = format!("expected an ancestor of {head}, found {commit}, which is none");
        return Ok(proof(Some(&commit), Some(words)));
    }
    let worktree = Worktree::at(repository, &commit)?;
    let why_not = red(&worktree.path, test)?;
    worktree.remove()?;
    Ok(proof(Some(&commit), why_not))
}

/// The commit of a tag of exactly this name.
fn tagged(repository: &Path, anchor: &str) -> Result<Option<String>, Trouble> {
    let reference = format!("refs/tags/{anchor}");
    // Otherwise the name could be words of git that lead elsewhere, such as those for a parent.
    if !git(repository, &["check-ref-format", &reference])?.status.success() {
        return Ok(None);
    }
    let found =
        git(repository, &["rev-parse", "--verify", "--quiet", &format!("{reference}^{{commit}}")])?;
    Ok(found.status.success().then(|| text(&found.stdout)))
}

fn is_ancestor(repository: &Path, commit: &str, head: &str) -> Result<bool, Trouble> {
    let output = git(repository, &["merge-base", "--is-ancestor", commit, head])?;
    match output.status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => Err(failed("merge-base", &output)),
    }
}

/// Why the tests did not pass.
fn red(worktree: &Path, test: &str) -> Result<Option<String>, Trouble> {
    let output = of_its_own(Command::new("sh").arg("-c").arg(test).current_dir(worktree))
        // The toolchain is the one that the anchor names, not that of the cargo that runs this.
        .env_remove("RUSTUP_TOOLCHAIN")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Trouble::new(format!("expected to start sh: {error}")))?;
    if output.status.success() {
        return Ok(None);
    }
    let said = [text(&output.stdout), text(&output.stderr)].join("\n");
    let lines: Vec<_> = said.lines().filter(|line| !line.is_empty()).collect();
    let told = lines.get(lines.len().saturating_sub(TOLD_LINES)..).unwrap_or_default();
    Ok(Some(format!("expected the tests to pass, found {}: {}", output.status, told.join("\n"))))
}

/// Leads back by a commit on top, so that no history is rewritten, and only where nothing would be lost.
fn back(top: &str, anchor: &str, commit: &str) -> String {
    let git = format!("git -C {}", quoted(top));
    let message = quoted(&format!("Go back to {anchor}"));
    format!(
        "{git} diff --quiet HEAD -- && {git} restore --source={commit} --staged --worktree -- :/ && \
         {git} commit --allow-empty --message {message}"
    )
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A folder in which a commit is checked out.
struct Worktree {
    repository: PathBuf,
    path: PathBuf,
    is_there: bool,
    _folder: TempDir,
}

impl Worktree {
    fn at(repository: &Path, commit: &str) -> Result<Self, Trouble> {
        let folder = TempDir::new()
            .map_err(|error| Trouble::new(format!("expected a temporary folder: {error}")))?;
        let path = folder.path().join("anchor");
        let worktree =
            Self { repository: repository.to_path_buf(), path, is_there: true, _folder: folder };
        let named = worktree.path.to_string_lossy();
        asked(repository, &["worktree", "add", "--quiet", "--detach", &named, commit])?;
        Ok(worktree)
    }

    fn remove(mut self) -> Result<(), Trouble> {
        self.is_there = false;
        self.forgotten().map(drop)
    }

    fn forgotten(&self) -> Result<String, Trouble> {
        let named = self.path.to_string_lossy();
        asked(&self.repository, &["worktree", "remove", "--force", "--force", &named])
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        if self.is_there {
            // What went wrong before is what is told.
            let _ = self.forgotten();
        }
    }
}

/// What git prints, without the newline.
fn asked(repository: &Path, arguments: &[&str]) -> Result<String, Trouble> {
    let output = git(repository, arguments)?;
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(failed(arguments.first().copied().unwrap_or_default(), &output))
    }
}

fn git(repository: &Path, arguments: &[&str]) -> Result<Output, Trouble> {
    // The hooks of a repository may do anything, and are not what is proven.
    of_its_own(
        Command::new("git").args(["-c", "core.hooksPath=/dev/null"]).arg("-C").arg(repository),
    )
    .args(arguments)
    .output()
    .map_err(|error| Trouble::new(format!("expected to start git: {error}; install git")))
}

/// Variables by which git would look at another repository than the one around the folder: those of a hook that calls.
fn of_its_own(command: &mut Command) -> &mut Command {
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command
}

fn failed(verb: &str, output: &Output) -> Trouble {
    Trouble::new(format!("git {verb}: {}", text(&output.stderr)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}

impl Proof {
    /// How it ended.
    #[must_use]
    pub const fn end(&self) -> End {
        if self.proven { End::Kept } else { End::Broken }
    }

    /// The one sequence that leads back, if it is proven.
    #[must_use]
    pub fn commands(&self) -> Option<&str> {
        self.commands.as_deref()
    }

    /// Why it is not proven.
    #[must_use]
    pub fn why_not(&self) -> Option<&str> {
        self.why_not.as_deref()
    }

    /// Writes it: of a proven anchor only the commands, so that they can be taken as they are.
    ///
    /// # Errors
    ///
    /// `output` cannot be written.
    pub fn write(&self, format: Format, output: &mut dyn Write) -> io::Result<()> {
        match (format, &self.commands, &self.why_not) {
            (Format::Json, ..) => {
                serde_json::to_writer(&mut *output, self)?;
                writeln!(output)
            }
            (Format::Human, Some(commands), _) => writeln!(output, "{commands}"),
            (Format::Human, None, why_not) => {
                let why_not = why_not.as_deref().unwrap_or_default();
                writeln!(output, "not proven: {}: {why_not}", self.anchor.escape_debug())
            }
        }
    }
}

//! Objects of the repository by id: `git cat-file --batch`, kept open between reads.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use portcullis_model::TreeError;

use crate::git::Git;

/// Bytes of git's messages that are kept.
const MOST_MESSAGES: u64 = 8 * 1024;
/// Bytes of one line that introduces an object: an id of 64 digits, a type, a size.
const LONGEST_HEADER: u64 = 256;

/// Asks for ids and sizes.
const SIZES: &str = "--batch-check=%(objectname) %(objectsize)";

/// The objects of a repository.
#[derive(Debug)]
pub(crate) struct Objects {
    git: Git,
    /// Processes nobody reads from at the moment; there are never more than threads that have read at once.
    idle: Mutex<Vec<Batch>>,
}

impl Objects {
    pub(crate) fn new(git: Git) -> Self {
        Self { git, idle: Mutex::new(Vec::new()) }
    }

    /// Starts a process before it is asked anything. One that cannot be started is tried again when it is.
    pub(crate) fn prepare(&self) {
        if let Ok(batch) = Batch::start(&self.git) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
        }
    }

    /// The bytes of a blob.
    pub(crate) fn blob(&self, id: &str, limit: u64) -> Result<Vec<u8>, TreeError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut batch = match idle {
            Some(batch) => batch,
            None => Batch::start(&self.git).map_err(|error| cannot_run(&error))?,
        };
        let blob = match batch.request(id, limit) {
            Ok(Reply::Blob(bytes)) => Ok(bytes),
            Ok(Reply::Missing) => Err(missing(id)),
            Ok(Reply::Other(kind)) => Err(TreeError::Unreadable(format!("object {id} is a {kind}, not a file"))),
            // The bytes are still in the pipe: this process is of no more use.
            Ok(Reply::TooLarge(size)) => return Err(TreeError::TooLarge { size, limit }),
            Err(error) => return Err(batch.post_mortem(id, &error)),
        };
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
        blob
    }

    /// The sizes of those objects that are in the repository.
    pub(crate) fn sizes(&self, ids: &BTreeSet<&str>) -> Result<BTreeMap<String, u64>, TreeError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let questions: Vec<u8> = ids.iter().flat_map(|id| id.bytes().chain(*b"\n")).collect();
        let mut command = self.git.command();
        command.args(["cat-file", SIZES]).stdin(Stdio::piped());
        let mut child = command.spawn().map_err(|error| cannot_run(&error))?;
        let stdin = child.stdin.take();
        // Questions and answers both exceed a pipe: one side has to be written from another thread.
        let writer = std::thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(&questions)));
        let output = child.wait_with_output().map_err(|error| cannot_run(&error))?;
        let written = writer.join().unwrap_or_else(|_| Err(io::Error::other("the writing thread ended early")));
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            if lacks_objects(&message) {
                return self.sizes_of_present(ids);
            }
            return Err(TreeError::Unreadable(format!("git cat-file: {}", message.trim())));
        }
        written.map_err(|error| cannot_run(&error))?;
        let sizes = String::from_utf8_lossy(&output.stdout);
        let (asked, answered) = (ids.len(), sizes.lines().count());
        if asked != answered {
            return Err(TreeError::Unreadable(format!("git cat-file answered {answered} of {asked} questions")));
        }
        Ok(sizes.lines().filter_map(size_of).map(|(id, size)| (id.to_owned(), size)).collect())
    }

    /// The same for a partial clone, where git ends at the first object it would have to fetch: every object that is there
    /// is listed instead.
    fn sizes_of_present(&self, ids: &BTreeSet<&str>) -> Result<BTreeMap<String, u64>, TreeError> {
        let arguments = ["cat-file", SIZES, "--batch-all-objects", "--unordered"];
        let answer = self.git.run(&arguments, &[]).map_err(|error| TreeError::Unreadable(error.to_string()))?;
        let present = String::from_utf8_lossy(&answer.stdout);
        let present = present.lines().filter_map(size_of).filter(|(id, _)| ids.contains(id));
        Ok(present.map(|(id, size)| (id.to_owned(), size)).collect())
    }
}

/// Id and size of one answer; `None` for `ID missing`.
fn size_of(line: &str) -> Option<(&str, u64)> {
    let (id, size) = line.split_once(' ')?;
    Some((id, size.parse().ok()?))
}

/// Whether git ended because a partial clone lacks an object it must not fetch.
fn lacks_objects(message: &str) -> bool {
    message.contains("promisor remote")
}

fn cannot_run(error: &io::Error) -> TreeError {
    TreeError::Unreadable(format!("git cat-file: {error}"))
}

pub(crate) fn missing(id: &str) -> TreeError {
    TreeError::Unreadable(format!("object {id} is not in this clone (shallow, partial or damaged): fetch it"))
}

enum Reply {
    Blob(Vec<u8>),
    Missing,
    Other(String),
    TooLarge(u64),
}

/// One running `git cat-file --batch`.
#[derive(Debug)]
struct Batch {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    /// Drained aside: a full pipe of messages would stop git.
    messages: Option<JoinHandle<String>>,
}

impl Batch {
    fn start(git: &Git) -> io::Result<Self> {
        let mut child = git.command().args(["cat-file", "--batch"]).stdin(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no standard output"))?;
        let messages = child.stderr.take().map(|mut stderr| {
            std::thread::spawn(move || {
                let mut kept = Vec::new();
                let _ = stderr.by_ref().take(MOST_MESSAGES).read_to_end(&mut kept);
                let _ = io::copy(&mut stderr, &mut io::sink());
                String::from_utf8_lossy(&kept).trim().to_owned()
            })
        });
        Ok(Self { stdin: child.stdin.take(), stdout: BufReader::new(stdout), child, messages })
    }

    fn request(&mut self, id: &str, limit: u64) -> io::Result<Reply> {
        let stdin = self.stdin.as_mut().ok_or_else(|| io::Error::other("no standard input"))?;
        stdin.write_all(format!("{id}\n").as_bytes())?;
        stdin.flush()?;
        let mut header = String::new();
        self.stdout.by_ref().take(LONGEST_HEADER).read_line(&mut header)?;
        let mut words = header.strip_suffix('\n').ok_or(io::ErrorKind::UnexpectedEof)?.split(' ').skip(1);
        let (kind, size) = match (words.next(), words.next()) {
            (Some("missing"), None) => return Ok(Reply::Missing),
            (Some(kind), Some(size)) => (kind, size.parse::<u64>().map_err(io::Error::other)?),
            _ => return Err(io::Error::other(format!("git cat-file answered `{}`", header.trim()))),
        };
        if size > limit {
            return Ok(Reply::TooLarge(size));
        }
        let mut bytes = Vec::new();
        self.stdout.by_ref().take(size).read_to_end(&mut bytes)?;
        let mut newline = [0];
        self.stdout.read_exact(&mut newline)?;
        if newline != *b"\n" {
            return Err(io::Error::other("git cat-file lost its place"));
        }
        Ok(if kind == "blob" { Reply::Blob(bytes) } else { Reply::Other(kind.to_owned()) })
    }

    /// What the process said before it ended.
    fn post_mortem(mut self, id: &str, error: &io::Error) -> TreeError {
        self.end();
        match self.messages.take().and_then(|messages| messages.join().ok()) {
            Some(message) if lacks_objects(&message) => missing(id),
            Some(message) if !message.is_empty() => TreeError::Unreadable(format!("git cat-file: {message}")),
            _ => cannot_run(error),
        }
    }

    fn end(&mut self) {
        self.stdin = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.end();
    }
}

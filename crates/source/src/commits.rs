//! What commits add, line by line: every commit of a range, also what a later one takes away again.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use portcullis_model::Fragment;

use crate::git::{Answer, Git};
use crate::patch::{Hunk, PATCH};
use crate::{READ_LIMIT, SourceError, name};

/// Pieces are handed on at this size, in bytes: memory stays bounded whatever somebody has committed.
const LARGEST_PIECE: usize = 8 << 20;

/// Where a range of commits begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// Behind this commit.
    Commit(String),
    /// Behind everything a remote is known to have.
    Remotes,
    /// With the first commit.
    Beginning,
}

/// Lines that a commit added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addition {
    /// Path, place and bytes.
    pub fragment: Fragment,
    /// Mail address of the commit's author.
    pub author: String,
}

/// What came of reading commits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Commit and path of each line that is longer than what is read whole.
    pub lines: Vec<(String, String)>,
}

/// The commits from `since` to `tip`, the oldest first.
pub(crate) fn ids(git: &Git, since: &Since, tip: &str) -> Result<Vec<String>, SourceError> {
    let mut arguments = vec!["rev-list".to_owned(), "--topo-order".to_owned(), "--reverse".to_owned(), tip.to_owned()];
    match since {
        Since::Commit(id) => arguments.push(format!("^{id}")),
        Since::Remotes => arguments.extend(["--not".to_owned(), "--remotes".to_owned()]),
        Since::Beginning => {}
    }
    arguments.push("--".to_owned());
    let answer = git.run(&arguments, &[])?;
    Ok(String::from_utf8_lossy(&answer.stdout).lines().map(str::to_owned).collect())
}

/// Hands over what each commit adds to all of its parents, in the order of the commits.
pub(crate) fn additions(git: &Git, commits: &[String], take: &mut dyn FnMut(Addition)) -> Result<Unread, SourceError> {
    let failed =
        |why: &dyn std::fmt::Display| SourceError::Git { command: "diff-tree".to_owned(), why: why.to_string() };
    let mut command = git.command();
    command.args(["diff-tree", "--stdin", "-r", "--root", "--cc", "-M", "--relative", "--encoding=UTF-8"]);
    command.arg("--format=commit %H %ae").args(PATCH).stdin(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(&error))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let questions = commits.join("\n") + "\n";
    // Questions, answers and messages all exceed a pipe: each has a thread of its own.
    let writer = std::thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(questions.as_bytes())));
    let messages = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stderr.map(|mut stderr| stderr.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    });
    let mut reader = Reader::new(take);
    if let Some(stdout) = stdout {
        reader.read(&mut BufReader::with_capacity(1 << 16, stdout)).map_err(|error| failed(&error))?;
    }
    let status = child.wait().map_err(|error| failed(&error))?;
    let written = writer.join();
    let message = messages.join().unwrap_or_default();
    if !status.success() {
        let answer = Answer { code: status.code(), stdout: Vec::new(), stderr: message };
        return Err(git.failure("diff-tree", &answer));
    }
    match written {
        Ok(Ok(())) => Ok(reader.finish()),
        Ok(Err(error)) => Err(failed(&error)),
        Err(_) => Err(failed(&"the writing thread ended early")),
    }
}

/// Reads what `git diff-tree` prints.
struct Reader<'t> {
    take: &'t mut dyn FnMut(Addition),
    commit: String,
    author: String,
    /// Of the file at hand; none where it is deleted.
    path: Option<String>,
    hunk: Option<Hunk>,
    /// Line in the newer version.
    line: u32,
    piece: Fragment,
    unread: Unread,
}

impl<'t> Reader<'t> {
    fn new(take: &'t mut dyn FnMut(Addition)) -> Self {
        Self {
            take,
            commit: String::new(),
            author: String::new(),
            path: None,
            hunk: None,
            line: 1,
            piece: Fragment::default(),
            unread: Unread::default(),
        }
    }

    fn read(&mut self, output: &mut impl BufRead) -> std::io::Result<()> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = output.by_ref().take(READ_LIMIT).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(());
            }
            if read as u64 == READ_LIMIT && line.last() != Some(&b'\n') {
                drain_line(output)?;
                let path = self.path.clone().unwrap_or_default();
                self.unread.lines.push((self.commit.clone(), path));
            }
            self.see(&line);
        }
    }

    fn see(&mut self, line: &[u8]) {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        match (line.first(), self.hunk) {
            (Some(b'+' | b'-' | b' '), Some(hunk)) => self.content(line, hunk),
            // The line before has no end.
            (Some(b'\\'), Some(_)) if self.piece.bytes.last() == Some(&b'\n') => _ = self.piece.bytes.pop(),
            (Some(b'@'), _) => {
                self.flush();
                self.hunk = Hunk::parse(text);
                self.line = self.hunk.map_or(1, |hunk| hunk.first);
            }
            _ => self.header(text),
        }
    }

    fn header(&mut self, text: &[u8]) {
        if let Some(commit) = text.strip_prefix(b"commit ") {
            self.flush();
            let commit = String::from_utf8_lossy(commit);
            let (id, author) = commit.split_once(' ').unwrap_or((&commit, ""));
            (self.commit, self.author) = (id.to_owned(), author.to_owned());
            (self.path, self.hunk) = (None, None);
        } else if text.starts_with(b"diff ") {
            self.flush();
            (self.path, self.hunk) = (None, None);
        } else if let Some(path) = text.strip_prefix(b"+++ ") {
            self.path = newer_path(path);
        }
    }

    /// A line of a file, with a sign for each parent.
    fn content(&mut self, line: &[u8], hunk: Hunk) {
        let (signs, rest) = line.split_at_checked(hunk.parents).unwrap_or((line, &[]));
        if signs.contains(&b'-') {
            return;
        }
        if signs.iter().all(|sign| *sign == b'+') {
            if self.piece.bytes.is_empty() {
                self.piece.first_line = self.line;
            }
            self.piece.bytes.extend_from_slice(rest);
            if self.piece.bytes.len() >= LARGEST_PIECE {
                self.flush();
            }
        } else {
            self.flush();
        }
        self.line = self.line.saturating_add(1);
    }

    fn flush(&mut self) {
        let mut piece = std::mem::take(&mut self.piece);
        let Some(path) = &self.path else { return };
        if piece.bytes.is_empty() {
            return;
        }
        piece.path.clone_from(path);
        piece.commit = Some(self.commit.clone());
        (self.take)(Addition { fragment: piece, author: self.author.clone() });
    }

    fn finish(mut self) -> Unread {
        self.flush();
        self.unread
    }
}

fn drain_line(output: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = output.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        output.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// The path of a `+++` line: quoted where it holds control characters, quotes or backslashes; a tab behind one with blanks.
fn newer_path(text: &[u8]) -> Option<String> {
    let plain = match text.strip_prefix(b"\"") {
        Some(quoted) => unquoted(quoted.strip_suffix(b"\"").unwrap_or(quoted)),
        None => text.strip_suffix(b"\t").unwrap_or(text).to_vec(),
    };
    plain.strip_prefix(b"b/").map(name::to_text)
}

/// Takes the quoting of git (that of C) away.
fn unquoted(quoted: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'a') => plain.push(7),
            Some(b'b') => plain.push(8),
            Some(b't') => plain.push(b'\t'),
            Some(b'n') => plain.push(b'\n'),
            Some(b'v') => plain.push(11),
            Some(b'f') => plain.push(12),
            Some(b'r') => plain.push(b'\r'),
            Some(digit @ b'0'..=b'7') => {
                let mut value = digit - b'0';
                while let Some(digit) = bytes.next_if(u8::is_ascii_digit) {
                    value = value.wrapping_mul(8).wrapping_add(digit - b'0');
                }
                plain.push(value);
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests;

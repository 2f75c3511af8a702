//! The runner of GitHub as far as it reads what a step says: both syntaxes of commands, the window in which it obeys none,
//! and the files of summary and outputs. Written after the runner's own parser.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tempfile::TempDir;

/// The files a step writes to.
pub(crate) struct Runner {
    directory: TempDir,
}

/// A command the runner obeys.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) message: String,
}

impl Runner {
    pub(crate) fn new() -> Self {
        let runner = Self { directory: tempfile::tempdir().unwrap() };
        std::fs::write(runner.summary_path(), "").unwrap();
        std::fs::write(runner.directory.path().join("output"), "").unwrap();
        runner
    }

    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.directory.path().join(name).display().to_string();
        vec![
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_EVENT_NAME", "workflow_dispatch".to_owned()),
            ("GITHUB_STEP_SUMMARY", path("summary")),
            ("GITHUB_OUTPUT", path("output")),
        ]
    }

    pub(crate) fn summary_path(&self) -> PathBuf {
        self.directory.path().join("summary")
    }

    pub(crate) fn summary(&self) -> String {
        std::fs::read_to_string(self.summary_path()).unwrap()
    }

    pub(crate) fn output_file(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("output")).unwrap()
    }

    /// Names and values; stops the test where the runner would refuse the file.
    pub(crate) fn outputs(&self) -> BTreeMap<String, String> {
        let file = self.output_file();
        let mut lines = file.lines();
        let mut outputs = BTreeMap::new();
        while let Some(line) = lines.next() {
            let (equals, heredoc) = (line.find('='), line.find("<<"));
            if let Some(equals) = equals.filter(|equals| heredoc.is_none_or(|heredoc| *equals < heredoc)) {
                outputs.insert(line[..equals].to_owned(), line[equals + 1..].to_owned());
                continue;
            }
            let heredoc = heredoc.unwrap_or_else(|| panic!("no output: {line:?}"));
            let delimiter = &line[heredoc + 2..];
            let mut value = Vec::new();
            loop {
                match lines.next() {
                    Some(line) if line == delimiter => break,
                    Some(line) => value.push(line),
                    None => panic!("the value of {line:?} does not end"),
                }
            }
            outputs.insert(line[..heredoc].to_owned(), value.join("\n"));
        }
        outputs
    }

    /// The commands of a stream, in order, without those that open and close the window.
    pub(crate) fn commands(stream: &str) -> Vec<Command> {
        let mut commands = Vec::new();
        let mut stopped: Option<String> = None;
        // The runner splits lines as .NET does: a lone carriage return ends one too.
        for line in stream.split(['\n', '\r']) {
            let Some(command) = new_form(line).or_else(|| old_form(line)) else { continue };
            match &stopped {
                Some(token) if command.name == *token => stopped = None,
                Some(_) => {}
                None if command.name == "stop-commands" => stopped = Some(command.message),
                None => commands.push(command),
            }
        }
        assert_eq!(stopped, None, "the window stays open");
        commands
    }
}

/// `::name key=value,key=value::message`
fn new_form(line: &str) -> Option<Command> {
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
    let properties = properties.split(',').filter_map(|pair| pair.trim().split_once('='));
    let properties =
        properties.map(|(key, value)| (key.to_owned(), decoded(value).replace("%3A", ":").replace("%2C", ",")));
    Some(Command { name: name.to_owned(), properties: properties.collect(), message: decoded(message) })
}

/// `##[name key=value;key=value]message`, anywhere in a line.
fn old_form(line: &str) -> Option<Command> {
    let (_, rest) = line.split_once("##[")?;
    let (head, message) = rest.split_once(']')?;
    let name = head.split(' ').next().unwrap_or_default();
    Some(Command { name: name.to_owned(), properties: BTreeMap::new(), message: message.to_owned() })
}

fn decoded(text: &str) -> String {
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}

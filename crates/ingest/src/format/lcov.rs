//! LCOV tracefiles (spec/ingest.md 12; geninfo(1) names the records). The same file may stand in several records: hits add up.

use std::collections::BTreeMap;

use portcullis_model::text::bounded;
use portcullis_model::{Problem, ProblemCode, Section};

use crate::coverage::{self, Coverage, Share};
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::Break;

/// Branches and functions kept of one report.
const MAX_ITEMS: usize = 5_000_000;

/// The format.
pub(super) static FORMAT: Format = Format { id: "lcov", also: &[], section: Section::Quality, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.text().is_some_and(|line| line.starts_with("TN:") || line.starts_with("SF:"))
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("lcov", None);
    draft.sections.insert(Section::Quality);
    let mut trace = Trace::default();
    // A line without its end is one the tool was writing.
    let ends = text.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(ends..).unwrap_or_default().trim();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') && trace.take(line).is_none() {
            let message = format!("line {} is no record: `{}`", number + 1, bounded(line, 80));
            trace.odd(message);
        }
    }
    let is_whole = !trace.is_open && (rest.is_empty() || rest == "end_of_record");
    let coverage = trace.finish(draft);
    if !is_whole {
        draft.broken(text, &Break::Truncated { byte: text.len() });
    }
    coverage.tell(draft, is_whole, coverage::as_named);
}

/// A branch: line, block, number.
type BranchName = (u32, String, String);

/// What is known of one file.
#[derive(Debug, Default)]
struct File {
    branches: BTreeMap<BranchName, bool>,
    functions: BTreeMap<String, bool>,
}

/// The tracefile while it is being read.
#[derive(Debug, Default)]
struct Trace {
    coverage: Coverage,
    files: BTreeMap<String, File>,
    /// The file of the record.
    current: String,
    is_open: bool,
    /// Lines the record has, and has said that it has.
    counted: Share,
    stated: (Option<u64>, Option<u64>),
    /// Sums of what the records say of themselves, for those without single branches and functions.
    stated_branches: Share,
    stated_functions: Share,
    /// Branches hit and found, functions hit and found, as the record says.
    record: (Option<u64>, Option<u64>, Option<u64>, Option<u64>),
    items: usize,
    odd: Vec<String>,
    odd_more: u64,
    mismatches: u64,
}

impl Trace {
    /// One line; nothing where it is none that a tracefile has.
    fn take(&mut self, line: &str) -> Option<()> {
        if line == "end_of_record" {
            self.end();
            return Some(());
        }
        let (record, rest) = line.split_once(':')?;
        match record {
            "TN" => {}
            "SF" => self.begin(rest),
            "DA" => self.line(rest)?,
            "LF" => self.stated.1 = Some(rest.trim().parse().ok()?),
            "LH" => self.stated.0 = Some(rest.trim().parse().ok()?),
            "BRDA" => self.branch(rest)?,
            "BRF" => self.record.1 = Some(rest.trim().parse().ok()?),
            "BRH" => self.record.0 = Some(rest.trim().parse().ok()?),
            // `FN:line,name` or `FN:line,last line,name`.
            "FN" => self.function(rest.rsplit(',').next()?, false),
            "FNDA" => {
                let (hits, name) = rest.split_once(',')?;
                self.function(name, has_run(hits)?);
            }
            // LCOV 2.2: `FNL:index,line`, `FNA:index,hits,name`.
            "FNA" => {
                let (_, rest) = rest.split_once(',')?;
                let (hits, name) = rest.split_once(',')?;
                self.function(name, has_run(hits)?);
            }
            "FNF" => self.record.3 = Some(rest.trim().parse().ok()?),
            "FNH" => self.record.2 = Some(rest.trim().parse().ok()?),
            // `VER`, `FNL`, `MCDC`, `MCF`, `MCH` and what later versions add.
            _ if record.len() <= 8 && record.bytes().all(|byte| byte.is_ascii_uppercase()) => {}
            _ => return None,
        }
        Some(())
    }

    fn begin(&mut self, file: &str) {
        if self.is_open {
            self.odd(format!("the record of `{}` has no end", bounded(&self.current, 80)));
            self.end();
        }
        self.current = bounded(file.trim(), 4_096);
        self.is_open = true;
    }

    fn end(&mut self) {
        if let (Some(covered), Some(total)) = std::mem::take(&mut self.stated) {
            let counted = std::mem::take(&mut self.counted);
            let stated = Share { covered, total };
            if counted.total > 0 && stated != counted {
                self.mismatches += 1;
            } else if counted.total == 0 && covered <= total {
                self.coverage.stated_lines.get_or_insert_default().add(stated);
            }
        }
        self.counted = Share::default();
        let (branches_hit, branches, functions_hit, functions) = std::mem::take(&mut self.record);
        let known = self.files.get(&self.current);
        if known.is_none_or(|file| file.branches.is_empty()) {
            self.stated_branches.add(Share::stated(branches_hit, branches).unwrap_or_default());
        }
        if known.is_none_or(|file| file.functions.is_empty()) {
            self.stated_functions.add(Share::stated(functions_hit, functions).unwrap_or_default());
        }
        self.is_open = false;
    }

    /// `line,hits[,checksum]`
    fn line(&mut self, rest: &str) -> Option<()> {
        let mut fields = rest.split(',');
        let line = fields.next()?.trim().parse().ok().filter(|line| *line > 0)?;
        let has_run = has_run(fields.next()?)?;
        self.counted.count(has_run);
        if self.is_open {
            self.coverage.lines.line(&self.current, line, has_run);
        }
        self.is_open.then_some(())
    }

    /// `line,block,branch,taken|-`; `-` where the line never ran.
    fn branch(&mut self, rest: &str) -> Option<()> {
        let mut fields = rest.splitn(3, ',');
        let line = fields.next()?.trim().parse().ok()?;
        let block = fields.next()?.to_owned();
        let (branch, taken) = fields.next()?.rsplit_once(',')?;
        let is_taken = if taken.trim() == "-" { false } else { has_run(taken)? };
        let name = (line, block, bounded(branch, 300));
        let file = self.file()?;
        *file.branches.entry(name).or_default() |= is_taken;
        Some(())
    }

    fn function(&mut self, name: &str, has_run: bool) {
        let name = bounded(name.trim(), 500);
        if let Some(file) = self.file() {
            *file.functions.entry(name).or_default() |= has_run;
        }
    }

    fn file(&mut self) -> Option<&mut File> {
        self.items += 1;
        if !self.is_open || self.items > MAX_ITEMS {
            return None;
        }
        if !self.files.contains_key(&self.current) {
            self.files.insert(self.current.clone(), File::default());
        }
        self.files.get_mut(&self.current)
    }

    fn odd(&mut self, message: String) {
        if self.odd.len() < 20 {
            self.odd.push(message);
        } else {
            self.odd_more += 1;
        }
    }

    fn finish(mut self, draft: &mut Draft<'_>) -> Coverage {
        for message in self.odd {
            draft.problem(Problem::error(ProblemCode::DroppedItem, message));
        }
        if self.odd_more > 0 {
            draft.problem(Problem::error(
                ProblemCode::DroppedItem,
                format!("{} more lines are no records", self.odd_more),
            ));
        }
        if self.mismatches > 0 {
            let message = format!("{} records count other lines than they list: the lines count", self.mismatches);
            draft.problem(Problem::warning(ProblemCode::CountMismatch, message));
        }
        if self.items > MAX_ITEMS {
            let message = format!("the report tells of more than the {MAX_ITEMS} branches and functions that are kept");
            draft.problem(Problem::error(ProblemCode::TooLarge, message));
        }
        self.coverage.branches = self.stated_branches;
        self.coverage.functions = self.stated_functions;
        for file in self.files.values() {
            file.branches.values().for_each(|is_taken| self.coverage.branches.count(*is_taken));
            file.functions.values().for_each(|has_run| self.coverage.functions.count(*has_run));
        }
        self.coverage.stated_is_rate = true;
        self.coverage
    }
}

/// A count of hits: whole, or with an exponent where it is huge; a negative one is a counter that ran over.
fn has_run(hits: &str) -> Option<bool> {
    let hits = hits.trim();
    if let Some(number) = hits.strip_prefix('-') {
        return number.bytes().all(|byte| byte.is_ascii_digit()).then_some(false);
    }
    crate::decimal::of_text(hits).map(|hits| !hits.is_zero())
}

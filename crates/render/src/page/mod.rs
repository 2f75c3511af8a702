//! What `portcullis explain RULE` prints (spec/github-ux.md 17), and the list of all rules.

mod markdown;

use jiff::civil::Date;
use portcullis_model::{FixKind, RulePage};

use crate::escape::{TermText, cap, text};
use crate::json::{JsonForm, to_json};
use crate::terminal::{Canvas, Ink, Terminal};

/// An exception to paste ends after this many days.
const EXCEPTION_DAYS: i64 = 90;
/// From this width on the list has a row for each rule, below it two lines.
const WIDEST_ID: usize = 44;

/// The page of a rule: what it is, its text, how to switch it off. `today` dates the exception to paste.
pub fn page(rule: &RulePage<'_>, today: Date, terminal: &Terminal) -> String {
    let mut canvas = Canvas::new(terminal);
    header(rule, &mut canvas);
    canvas.gap();
    markdown::draw(rule.page, rule.id, &mut canvas);
    switch_off(rule, today, &mut canvas);
    canvas.finish()
}

fn header(rule: &RulePage<'_>, canvas: &mut Canvas<'_>) {
    let terminal = canvas.terminal;
    canvas
        .put(Ink::Code, &terminal.text(rule.id, cap::RULE))
        .say(&": ")
        .put(Ink::Bold, &terminal.text(rule.title, cap::TITLE))
        .end();
    let mut fact = |name: &'static str, value: TermText| {
        if !value.is_empty() {
            canvas.space(2).column(Ink::Faint, &text![name], 12).wrap(Ink::Plain, &value, 14);
        }
    };
    fact("severity", text![rule.severity]);
    fact(
        "shown",
        text![match rule.tier {
            portcullis_model::Tier::Default => "always (tier default)",
            portcullis_model::Tier::Strict => "by the profiles strict and audit (tier strict)",
            portcullis_model::Tier::Audit => "by the profile audit (tier audit)",
        }],
    );
    fact(
        "fix",
        text![match rule.fix {
            FixKind::None => "by hand",
            FixKind::Safe => "a safe change is known",
            FixKind::Unsafe => "a change is known, to be looked at first",
        }],
    );
    fact("since", terminal.text(rule.since, cap::VERSION));
    fact("also known", aliases(rule, terminal));
}

fn aliases(rule: &RulePage<'_>, terminal: &Terminal) -> TermText {
    let mut known = TermText::default();
    for alias in &rule.aliases {
        if !known.is_empty() {
            known.push(&", ");
        }
        known.push(&terminal.text(alias, cap::RULE));
    }
    known
}

fn switch_off(rule: &RulePage<'_>, today: Date, canvas: &mut Canvas<'_>) {
    let last = jiff::Span::new().try_days(EXCEPTION_DAYS).and_then(|days| today.checked_add(days)).unwrap_or(today);
    let id = canvas.terminal.text(rule.id, cap::RULE);
    markdown::heading(&text!["How to switch it off"], canvas);
    canvas.wrap(Ink::Plain, &text!["For the whole repository, in the policy:"], 0);
    code(canvas, &[text!["rules:"], text!["  ", id.clone(), ": off"]]);
    let at_the_line = text!["For one place, in a comment on the line or alone on the line above:"];
    canvas.wrap(Ink::Plain, &at_the_line, 0);
    code(canvas, &[text!["# portcullis: ignore[", id.clone(), "] why it is fine here"]]);
    let exception = text!["For a time, with an owner, under `exceptions` in the policy:"];
    canvas.wrap(Ink::Plain, &exception, 0);
    code(
        canvas,
        &[
            text!["- id: EX-1"],
            text!["  rules: [", id, "]"],
            text!["  paths: [path/to/file]"],
            text!["  reason: \"\"       # at least ten characters: why it is acceptable"],
            text!["  owner: \"\"        # who answers for it: @user, @org/team or e-mail"],
            text!["  created: ", today],
            text!["  expires: ", last],
        ],
    );
}

fn code(canvas: &mut Canvas<'_>, lines: &[TermText]) {
    canvas.gap();
    for line in lines {
        canvas.space(4).put(Ink::Code, line).end();
    }
    canvas.gap();
}

/// A row for each rule, in the order given.
pub fn rule_list(rules: &[RulePage<'_>], terminal: &Terminal) -> String {
    let mut canvas = Canvas::new(terminal);
    let ids = rules.iter().map(|rule| rule.id.chars().count()).max().unwrap_or(0).clamp(2, WIDEST_ID);
    let head = |canvas: &mut Canvas<'_>, words: [&'static str; 4]| {
        canvas.column(Ink::Bold, &text![words[0]], ids + 2).column(Ink::Bold, &text![words[1]], 10);
        canvas.column(Ink::Bold, &text![words[2]], 9).column(Ink::Bold, &text![words[3]], 8);
    };
    let indent = ids + 2 + 10 + 9 + 8;
    let beside = indent + 30 <= terminal.columns();
    head(&mut canvas, ["RULE", "SEVERITY", "TIER", "FIX"]);
    canvas.put(Ink::Bold, &if beside { "TITLE" } else { "" }).end();
    for rule in rules {
        canvas.column(Ink::Code, &terminal.text(rule.id, cap::RULE), ids + 2);
        canvas.column(Ink::Plain, &text![rule.severity], 10).column(Ink::Plain, &text![rule.tier.as_str()], 9);
        canvas.column(
            Ink::Plain,
            &text![match rule.fix {
                FixKind::None => "-",
                FixKind::Safe => "safe",
                FixKind::Unsafe => "unsafe",
            }],
            8,
        );
        let title = terminal.text(rule.title, cap::TITLE);
        if beside {
            canvas.wrap(Ink::Plain, &title, indent);
        } else {
            canvas.end().space(4).wrap(Ink::Plain, &title, 4);
        }
    }
    canvas.finish()
}

/// The rules as a JSON array.
pub fn rule_list_json(rules: &[RulePage<'_>]) -> Result<Vec<u8>, serde_json::Error> {
    to_json(&rules, JsonForm::Pretty)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use portcullis_model::{Rule, Severity, Tier};

    use super::*;

    const PAGE: &str = "\
An expression in a `run` script is pasted into the script before the shell reads it. Whoever can choose the text of an
issue title can therefore run **any** command with the rights of the job. See
[the guide](https://docs.github.com/actions/security-guides) for the whole story.

How it is decided:

- the expression names a context that outsiders control (`github.event.issue.title`, `github.head_ref`, and a few
  dozen others);
- it stands in a script, not in `env`:
  1. a nested numbered item.

> Passing through `env` is enough, because the shell does not read values of variables
> as code.

| context | who controls it |
| --- | --- |
| `github.head_ref` | anybody |
| `github.actor` | **GitHub** |

## Reported
```yaml
# file: .github/workflows/ci.yml
jobs:
  greet:
    steps:
      - run: echo ${{ github.event.issue.title }} # expect: gha/template-injection
      - run: make # expect: gha/other
```
```expect
.github/workflows/ci.yml:9:14 gha/template-injection
```

## Not reported
```yaml
# file: .github/workflows/ci.yml
      - run: echo \"$TITLE\"
        env: { TITLE: \"${{ github.event.issue.title }}\" }
```
";

    const RULE: Rule = Rule {
        id: "gha/template-injection",
        title: "Attacker-controlled text reaches a shell",
        severity: Severity::High,
        tier: Tier::Default,
        since: "0.1.0",
        aliases: &["zizmor/template-injection", "actionlint/expression"],
        fix: FixKind::Safe,
        page: PAGE,
    };

    fn rules() -> Vec<RulePage<'static>> {
        let other = Rule {
            id: "k8s/no-memory-limit",
            title: "A container without a memory limit can take the memory of the whole node",
            severity: Severity::Medium,
            tier: Tier::Strict,
            aliases: &[],
            fix: FixKind::None,
            ..RULE
        };
        [RULE, other].iter().map(RulePage::from).collect()
    }

    #[test]
    fn a_page_reads_well_in_a_terminal() {
        insta::assert_snapshot!(page(&RulePage::from(&RULE), date(2026, 11, 20), &Terminal::default()));
    }

    #[test]
    fn a_page_reads_well_in_a_narrow_terminal_without_unicode() {
        let terminal = Terminal { width: 50, unicode: false, ..Terminal::default() };
        let page = page(&RulePage::from(&RULE), date(2026, 11, 20), &terminal);
        assert!(page.is_ascii());
        insta::assert_snapshot!(page);
    }

    #[test]
    fn a_page_in_colour_marks_code_and_headings() {
        let terminal = Terminal { color: true, ..Terminal::default() };
        insta::assert_snapshot!(page(&RulePage::from(&RULE), date(2026, 11, 20), &terminal).replace('\u{1b}', "ESC"));
    }

    #[test]
    fn colours_change_nothing_but_the_colour() {
        let shown =
            |color| page(&RulePage::from(&RULE), date(2026, 11, 20), &Terminal { color, ..Terminal::default() });
        let mut stripped = String::new();
        for (index, piece) in shown(true).split("\u{1b}[").enumerate() {
            stripped.push_str(if index == 0 { piece } else { piece.split_once('m').unwrap().1 });
        }
        assert_eq!(stripped, shown(false));
    }

    #[test]
    fn the_list_has_a_row_for_each_rule() {
        insta::assert_snapshot!(rule_list(&rules(), &Terminal::default()));
        insta::assert_snapshot!(rule_list(&rules(), &Terminal { width: 60, ..Terminal::default() }));
    }

    #[test]
    fn the_json_list_names_what_a_program_needs() {
        let list: serde_json::Value = serde_json::from_slice(&rule_list_json(&rules()).unwrap()).unwrap();
        assert_eq!(
            list[0],
            serde_json::json!({
                "id": "gha/template-injection",
                "title": "Attacker-controlled text reaches a shell",
                "severity": "high",
                "tier": "default",
                "since": "0.1.0",
                "aliases": ["zizmor/template-injection", "actionlint/expression"],
                "fix": "safe",
            })
        );
    }
}

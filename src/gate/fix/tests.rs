use portcullis_syntax::yaml::{Dialect, Limits, Node, parse};
use proptest::prelude::*;

use super::*;

const PATH: &str = ".github/workflows/a.yml";

fn found(text: &str, options: &Options) -> Vec<Finding> {
    portcullis_checks::check(PATH, text.as_bytes(), options).findings
}

fn fixed(text: &str, findings: &[&Finding], options: &Options) -> Option<FixedFile> {
    let file = File { path: PATH, findings, reach: Safety::Unsafe, options };
    file.fixed(text.to_owned())
}

/// Every rule with a fix has something to do in what comes out of this.
fn workflow() -> impl Strategy<Value = String> {
    let expression = prop::sample::select(vec![
        "github.event.issue.title",
        "github.event.issue.body",
        "github.head_ref",
        "github.event.commits[0].message",
        "github.event['issue'].title",
        "inputs.a-b",
        "github.event.inputs.a-b",
        "env.LEVEL",
        "steps.x.outputs.y",
        "github.sha",
        "inputs.a || 'x'",
    ]);
    let around = prop::sample::select(vec![
        ("echo ", ""),
        ("echo \"", "\" x"),
        ("echo '", "'"),
        ("A=", " make"),
        ("jq \"", "\" f"),
        ("# ", ""),
        ("echo $(cat ", ")"),
        ("ISSUE_TITLE=\"", "\""),
        ("", " --flag"),
    ]);
    let line = (around, expression).prop_map(|((before, behind), inner)| format!("{before}${{{{ {inner} }}}}{behind}"));
    let environment = prop::sample::select(vec![
        "",
        "        env: {A: b}\n",
        "        env: {}\n",
        "        env:\n",
        "        env:\n          ISSUE_TITLE: other  # why\n",
        "        env:\n          ISSUE_TITLE: ${{ github.event.issue.title }}\n          ACTIONS_ALLOW_UNSECURE_COMMANDS: true\n",
        "        env:\n          ACTIONS_ALLOW_UNSECURE_COMMANDS: true\n",
        "        env: ${{ fromJSON(inputs.all) }}\n",
    ]);
    let shell =
        prop::sample::select(vec!["", "        shell: bash\n", "        shell: pwsh\n", "        shell: python\n"]);
    let form = prop::sample::select(vec![0_u8, 1, 2, 3]);
    let step = (prop::collection::vec(line, 1..4), environment, shell, form, any::<bool>()).prop_map(
        |(lines, environment, shell, form, first)| {
            let run = match form {
                0 => format!("run: |\n          {}\n", lines.join("\n          ")),
                1 => format!("run: >-\n          {}\n", lines.join("\n          ")),
                2 => format!("run: \"{}\"\n", lines.join(" ; ").replace('\\', "\\\\").replace('"', "\\\"")),
                _ => format!("run: '{}'\n", lines.join(" ; ").replace('\'', "''")),
            };
            let name = if first { "name: x\n        " } else { "" };
            format!("      - {name}{run}{environment}{shell}")
        },
    );
    let job = prop::sample::select(vec!["", "    env: {LEVEL: '${{ github.head_ref }}'}\n"]);
    (prop::collection::vec(step, 1..4), job, any::<bool>()).prop_map(|(steps, job, crlf)| {
        let head = "on: [issues, push]\njobs:\n  a:\n    runs-on: ubuntu-latest\n";
        let uses = "      - uses: acme/build@v3\n      - {uses: acme/build@v3, with: {a: 1}}\n";
        let text = format!("{head}{job}    steps:\n{}{uses}", steps.concat());
        if crlf { text.replace('\n', "\r\n") } else { text }
    })
}

fn options() -> Options {
    let mut options = Options::default();
    options.workflows.profile = portcullis_checks::Profile::Strict;
    options.workflows.pins.insert("acme/build@v3".to_owned(), "a".repeat(40));
    options
}

/// What no fix of ours may touch: every value but those of `run`, `env` and `uses`.
fn untouched(text: &str) -> Vec<String> {
    fn walk(node: Node<'_>, path: &str, values: &mut Vec<String>) {
        for entry in node.entries() {
            let key = entry.key_str().unwrap_or_default();
            if !matches!(key, "run" | "env" | "uses") {
                walk(entry.value, &format!("{path}.{key}"), values);
            }
        }
        for (index, item) in node.items().enumerate() {
            walk(item, &format!("{path}[{index}]"), values);
        }
        values.extend(node.value().map(|value| format!("{path}={value}")));
    }
    let file = parse(text.as_bytes(), Dialect::Core, &Limits::WORKFLOW);
    assert!(file.faults().is_empty(), "{text}");
    let mut values = Vec::new();
    walk(file.documents().next().unwrap().root().unwrap(), "", &mut values);
    values
}

proptest! {
    #[test]
    fn fixes_are_made_once_whatever_the_order_and_touch_nothing_else(text in workflow(), seed in any::<u64>()) {
        let options = options();
        let before = found(&text, &options);
        let fixable: Vec<&Finding> = before.iter().filter(|finding| !finding.edits.is_empty()).collect();
        let mut shuffled = fixable.clone();
        shuffled.sort_by_key(|finding| {
            finding.primary().and_then(|place| place.start_byte).unwrap_or_default().wrapping_mul(seed | 1)
        });
        let one = fixed(&text, &fixable, &options);
        let other = fixed(&text, &shuffled, &options);
        prop_assert_eq!(one.as_ref().map(|file| &file.after), other.as_ref().map(|file| &file.after));
        let after = one.as_ref().map_or(text.as_str(), |file| file.after.as_str());
        prop_assert_eq!(one.as_ref().map_or(0, |file| file.fixed.len()), fixable.len(), "{}\n{}", text, after);
        prop_assert_eq!(untouched(&text), untouched(after));
        let left = found(after, &options);
        prop_assert_eq!(left.len(), before.len() - fixable.len(), "{}\n{}", text, after);
        prop_assert!(left.iter().all(|finding| finding.edits.is_empty()), "{}", after);
        let is_known = |finding: &Finding| before.iter().any(|known| identity(known) == identity(finding));
        prop_assert!(left.iter().all(is_known), "{}\n{}", text, after);
        prop_assert_eq!(text.matches("\r\n").count() > 0, after.matches("\r\n").count() > 0);
        prop_assert!(!after.contains("\r\n") || !after.replace("\r\n", "").contains('\n'), "{:?}", after);
    }

    #[test]
    fn a_fix_alone_is_as_good_as_all_of_them(text in workflow()) {
        let options = options();
        let before = found(&text, &options);
        for finding in before.iter().filter(|finding| !finding.edits.is_empty()) {
            let file = fixed(&text, &[finding], &options).unwrap();
            prop_assert_eq!(untouched(&text), untouched(&file.after));
            let left = found(&file.after, &options).len();
            // One value that is pasted twice is one identity: both go.
            let same = before.iter().filter(|other| identity(other) == identity(finding)).count();
            prop_assert!(left < before.len() && left + same >= before.len(), "{}\n{}", text, file.after);
        }
    }
}

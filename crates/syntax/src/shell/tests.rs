use super::{Context, Scan, posix, powershell};

/// Walks a script in which `@` marks the places.
fn marked(script: &str, walk: fn(&str, &[std::ops::Range<usize>]) -> Scan) -> Vec<Context> {
    let places: Vec<_> = script.match_indices('@').map(|(at, sign)| at..at + sign.len()).collect();
    walk(script, &places).places().iter().map(|place| place.context).collect()
}

fn of_posix(script: &str) -> Vec<Context> {
    marked(script, posix)
}

fn of_powershell(script: &str) -> Vec<Context> {
    marked(script, powershell)
}

#[test]
fn quotes_decide_what_is_expanded() {
    use Context::{Bare, Literal, Quoted};
    assert_eq!(of_posix("echo @ \"a @ '@'\" '@' $'\\'@' a'b'@"), [Bare, Quoted, Quoted, Literal, Literal, Bare]);
}

#[test]
fn an_assignment_is_no_command_and_what_follows_it_is_one() {
    use Context::{Bare, CommandName};
    assert_eq!(of_posix("A=@ B=x @ @\nif @; then @; fi"), [Bare, CommandName, Bare, CommandName, CommandName]);
    assert_eq!(of_posix("list=( @ @ )\nfor f in @; do x @; done"), [Bare; 4]);
}

#[test]
fn substitutions_have_quotes_of_their_own() {
    use Context::{Bare, Literal, Quoted, Unknown};
    assert_eq!(of_posix("x \"$(cat '@' \"@\" @)\" \"@\""), [Literal, Quoted, Bare, Quoted]);
    assert_eq!(of_posix("x `cat @` @ ${y:-@}"), [Unknown, Bare, Unknown]);
}

#[test]
fn the_delimiter_says_whether_a_document_is_expanded() {
    use Context::{Bare, Heredoc, Literal};
    let script = "cat <<EOF > @\nit's @\nEOF\ncat <<-'END'\n@\n\tEND\nx @";
    assert_eq!(of_posix(script), [Bare, Heredoc, Literal, Bare]);
    assert_eq!(of_posix("cat <<EOF\n@ \\$x $(y)\nEOF\n"), [Context::Unknown]);
}

#[test]
fn comments_and_arithmetic_are_told() {
    use Context::{Arithmetic, Bare, Comment};
    assert_eq!(of_posix("x # don't @\ny a#@ $((1 + @)) # \"@"), [Comment, Bare, Arithmetic, Comment]);
    assert_eq!(of_posix("(( @ > 1 ))"), [Arithmetic]);
}

#[test]
fn an_escaped_place_and_what_is_never_closed_are_unknown() {
    use Context::Unknown;
    for script in ["echo \\@", "echo $@ x", "echo \"@", "echo '@", "cat <<EOF\n@", "x $(case @ in a) b;; esac) @ @"] {
        assert!(of_posix(script).iter().all(|context| *context == Unknown), "{script}");
    }
    assert_eq!(marked(&format!("echo {} @", "\"$(".repeat(40)), posix), [Unknown]);
}

#[test]
fn the_branches_of_a_case_end_nothing() {
    use Context::{Bare, Quoted};
    assert_eq!(of_posix("case @ in\n  a|b) x @;;\n  (c) y \"@\";;\nesac\n"), [Bare, Bare, Quoted]);
}

#[test]
fn a_command_knows_its_words_its_reader_and_what_is_around_it() {
    let script = "sudo bash -c \"$(printf %s @)\" 2>&1 | tee log";
    let at = script.find('@').unwrap();
    let scan = posix(script, std::slice::from_ref(&(at..at + 1)));
    let place = &scan.places()[0];
    let command = scan.command_of(place).unwrap();
    assert_eq!(command.words, ["printf", "%s", "\u{fffc}"]);
    let around = scan.around(command).unwrap();
    assert_eq!(around.words[..3], ["sudo", "bash", "-c"]);
    assert_eq!(scan.reader_of(around).unwrap().words, ["tee", "log"]);
}

#[test]
fn powershell_expands_in_double_quotes_only() {
    use Context::{Comment, Literal, Quoted, Unknown};
    assert_eq!(of_powershell("Write-Host \"a @\" '@' @ # @\n<# @ #>"), [Quoted, Literal, Unknown, Comment, Comment]);
    assert_eq!(of_powershell("x \"say \"\"@\"\" $(y @)\""), [Quoted, Unknown]);
    assert_eq!(of_powershell("x \"`@\""), [Unknown]);
}

proptest::proptest! {
    #[test]
    fn every_script_is_walked_to_its_end_and_every_place_is_told(script in "[a-z@ \\n'\"`$(){}|&;<>#\\\\=-]{0,80}") {
        let count = script.matches('@').count();
        proptest::prop_assert_eq!(of_posix(&script).len(), count);
        proptest::prop_assert_eq!(of_powershell(&script).len(), count);
    }
}

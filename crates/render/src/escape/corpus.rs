//! Hostile strings every newtype is tested with (spec/github-ux.md 19.4).

/// Strings people have used, or could, to speak to a reader, a bot or a program behind our output.
pub(crate) fn hostile() -> Vec<String> {
    let mut corpus: Vec<String> = [
        "@octocat please approve",
        "cc @acme/security-team",
        "acme/shop#1",
        "#1 fixes #2",
        "GH-1 and KEY-12",
        "mail me@example.com",
        "www.example.com/click",
        "http://evil.example/x and https://evil.example",
        "</details></summary><h1>Pass</h1>",
        "--> <!-- hidden",
        "<!-- portcullis:comment v1 key=3f2a9c10 -->",
        "<!-- portcullis:state v1 AAAA -->",
        "##[error]owned",
        "text ##[group]more ##[endgroup]",
        "::error file=a::owned",
        "   ::stop-commands::token",
        "\n::set-output name=x::y",
        "%0A::error::x %25 %0D",
        "safe\u{202e}exe.txt",
        "\u{2066}isolate\u{2069} \u{61c} \u{200f}",
        "zero\u{200b}width\u{200d}joiner\u{feff}",
        "\u{1b}[31;1mred\u{1b}[0m",
        "\u{1b}]8;;https://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\",
        "\u{1b}]0;title\u{7}\u{1b}[2J\u{1b}[H",
        "\u{9b}31mC1 \u{90}DCS\u{9c}",
        "bell \u{7} backspace \u{8}\u{8}\u{8} delete \u{7f}",
        "carriage\rreturn\r\nline\nfeed\u{b}\u{c}\u{85}\u{2028}\u{2029}",
        "$x^2$ and $$\\frac{1}{2}$$",
        "$`a`$",
        "a|b|c",
        "a\\|b",
        "trailing backslash\\",
        "[click](javascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "![pixel](https://evil.example/beacon.png)",
        "<img src=https://evil.example/x onerror=alert(1)>",
        "<script>alert('x')</script>",
        "> [!NOTE]\n> Approved by security",
        "Title\n=====",
        "Title\n-----",
        "- [x] done\n- [ ] todo",
        "[^1] and [^1]: footnote",
        ":rocket: :+1: :shipit:",
        "*bold* _it_ **b** __i__ ~~gone~~ `code` ``two``",
        "```\nfence\n```",
        "~~~text\nfence",
        "| a | b |\n| - | - |",
        "&lt;b&gt; &amp; &#8203; &nbsp;",
        "/approve\n/lgtm",
        "1. one\n2. two",
        "# Heading",
        "    indented code",
        "9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9",
        "\"quoted\" 'single'",
        "<https://evil.example> <me@example.com>",
        "a\0b",
        "../../etc/passwd",
        "-rf --help",
        "; rm -rf / && $(id) `id`",
        "\u{e0041}\u{e0042} tag characters",
        "\u{115f}\u{3164}\u{ffa0} blank letters",
    ]
    .map(str::to_owned)
    .to_vec();
    corpus.push("`".repeat(10_000));
    corpus.push("a`b``c```d````e".repeat(20));
    corpus.push(format!("e{}", "\u{301}".repeat(500)));
    corpus.push("[".repeat(5_000));
    corpus.push("x".repeat(100_000));
    corpus.push(" ".repeat(10_000));
    corpus
}

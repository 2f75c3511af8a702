//! The action: what it installs, what it refuses to run, and what it makes of its inputs.

mod command;
mod step;

use std::path::Path;

use step::{Served, Server, Step, VERSION, address, archive, checksum, definition, write_program};

use crate::repository::{Answer, Repository, finding_ids, project};
use crate::runner::Runner;

/// Installs and does nothing else.
const INSTALL: (&str, &str) = ("install-only", "true");

fn serving(bytes: &[u8]) -> Server {
    Server::start(&[(address(), Served::Whole(bytes.to_vec()))])
}

/// What the runner shows as the error of the step.
fn error(answer: &Answer) -> String {
    let mut errors = Runner::commands(&answer.stderr).into_iter().filter(|command| command.name == "error");
    let error = errors.next().unwrap_or_else(|| panic!("no error: {}", answer.stderr));
    assert!(errors.next().is_none(), "{}", answer.stderr);
    error.message
}

/// Nothing of a download that was refused is left, and nothing of it ran.
fn nothing_ran_or_stayed(step: &Step) {
    assert!(!step.path("home/ran").exists(), "it was run");
    assert!(!step.installed().exists() && !step.marker().exists(), "it stayed");
    let left: Vec<_> = std::fs::read_dir(step.path("temp")).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["step.sh"]);
}

#[test]
fn the_newest_pinned_release_is_verified_and_only_the_program_is_unpacked() {
    let archive = archive(VERSION);
    let (step, server) = (Step::pinning(&archive), serving(&archive));
    let answer = step.run(&[INSTALL, ("mirror", &server.address)]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(server.requests(), [address()]);
    let outputs = step.runner.outputs();
    assert_eq!(outputs["version"], VERSION);
    assert_eq!(outputs["path"], step.installed().display().to_string());
    let directory = step.installed().parent().unwrap().to_owned();
    let names: Vec<_> = std::fs::read_dir(&directory).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names, ["portcullis"]);
    assert_eq!(std::fs::read_to_string(step.marker()).unwrap(), format!("checksum {}\n", checksum(&archive)));
    assert_eq!(std::fs::read_to_string(step.path("path")).unwrap(), format!("{}\n", directory.display()));
}

#[test]
fn an_archive_with_another_checksum_is_deleted_and_not_run() {
    let (good, bad) = (archive(VERSION), archive("9.9.9 of somebody else"));
    let (step, server) = (Step::pinning(&good), serving(&bad));
    let answer = step.run(&[INSTALL, ("mirror", &server.address)]);
    assert_eq!(answer.code, 2);
    let message = error(&answer);
    assert!(message.contains(&checksum(&good)) && message.contains(&checksum(&bad)), "{message}");
    nothing_ran_or_stayed(&step);
}

#[test]
fn an_archive_that_is_cut_off_is_not_run() {
    let archive = archive(VERSION);
    let short = Served::Whole(archive[..archive.len() / 2].to_vec());
    for (served, said) in [(Served::Broken(archive.clone()), "cannot be downloaded"), (short, "it is cut off")] {
        let (step, server) = (Step::pinning(&archive), Server::start(&[(address(), served)]));
        let answer = step.run(&[INSTALL, ("mirror", &server.address)]);
        assert_eq!(answer.code, 2);
        assert!(error(&answer).contains(said), "{}", answer.stderr);
        nothing_ran_or_stayed(&step);
    }
}

#[test]
fn a_release_that_is_not_there_is_named() {
    let (step, server) = (Step::pinning(&archive(VERSION)), Server::start(&[]));
    let answer = step.run(&[INSTALL, ("mirror", &server.address)]);
    assert_eq!(answer.code, 2);
    assert_eq!(
        error(&answer),
        format!("{}{} cannot be downloaded; the reason stands above", server.address, address())
    );
    assert!(answer.stderr.contains("404") && answer.stderr.contains("correct `version`"), "{}", answer.stderr);
}

#[test]
fn a_machine_without_a_release_gets_the_list_and_the_way_to_build_it() {
    let step = Step::pinning(&archive(VERSION)).variable("RUNNER_ARCH", "ARM");
    let answer = step.run(&[INSTALL]);
    assert_eq!(answer.code, 2);
    assert_eq!(error(&answer), "there is no release for Linux on ARM");
    assert!(answer.stderr.contains("Linux, macOS and Windows on X64 and ARM64"), "{}", answer.stderr);
    assert!(answer.stderr.contains("cargo install --locked --git"), "{}", answer.stderr);
}

#[test]
fn each_machine_gets_the_archive_of_its_own() {
    for (system, processor, name) in [
        ("Linux", "ARM64", "aarch64-unknown-linux-musl.tar.gz"),
        ("macOS", "X64", "x86_64-apple-darwin.tar.gz"),
        ("macOS", "ARM64", "aarch64-apple-darwin.tar.gz"),
        ("Windows", "X64", "x86_64-pc-windows-msvc.zip"),
        ("Windows", "ARM64", "x86_64-pc-windows-msvc.zip"),
    ] {
        let server = Server::start(&[]);
        let step = Step::new("").variable("RUNNER_OS", system).variable("RUNNER_ARCH", processor);
        let sha256 = "0".repeat(64);
        let with = [INSTALL, ("mirror", server.address.as_str()), ("version", "v9.9.9"), ("sha256", &sha256)];
        assert_eq!(step.run(&with).code, 2);
        assert_eq!(server.requests()[0], format!("/v9.9.9/portcullis-9.9.9-{name}"));
    }
}

#[test]
fn a_version_nobody_vouches_for_is_not_even_downloaded() {
    let archive = archive(VERSION);
    let (step, server) = (Step::new(""), serving(&archive));
    let with = [INSTALL, ("mirror", server.address.as_str()), ("version", VERSION)];
    let answer = step.run(&with);
    assert_eq!(answer.code, 2);
    assert!(error(&answer).contains("is not pinned by this commit of the action"), "{}", answer.stderr);
    assert_eq!(server.requests(), [""; 0]);

    let sha256 = checksum(&archive).to_uppercase();
    let answer = step.run(&[with[0], with[1], with[2], ("sha256", &sha256)]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn a_checksum_that_contradicts_the_pins_is_refused() {
    let step = Step::pinning(&archive(VERSION));
    let answer = step.run(&[INSTALL, ("sha256", &"a".repeat(64))]);
    assert_eq!(answer.code, 2);
    assert!(error(&answer).contains("but this commit of the action pins"), "{}", answer.stderr);
    let answer = step.run(&[INSTALL, ("sha256", "abc")]);
    assert!(answer.code == 2 && error(&answer).contains("64 hexadecimal digits"), "{}", answer.stderr);
}

#[test]
fn a_version_that_moves_or_is_none_is_refused() {
    for version in ["latest", "1", "1.2", "../../1.2.3", "1.2.3/../x", "1.2.3\n::set-output name=verdict::pass"] {
        let step = Step::new("");
        let answer = step.run(&[INSTALL, ("version", version)]);
        assert_eq!(answer.code, 2, "{version}");
        assert!(error(&answer).contains("write a release in full"), "{}", answer.stderr);
        assert_eq!(Runner::commands(&answer.stderr).len(), 1, "{}", answer.stderr);
    }
    let answer = Step::new("").run(&[INSTALL]);
    assert!(answer.code == 2 && error(&answer) == "this commit of the action pins no release", "{}", answer.stderr);
}

#[test]
fn an_address_without_encryption_is_refused() {
    for mirror in ["http://example.com", "http://127.0.0.1:80@example.com", "ftp://127.0.0.1:1", "file:///"] {
        let answer = Step::pinning(b"").run(&[INSTALL, ("mirror", mirror)]);
        assert_eq!(answer.code, 2, "{mirror}");
        assert!(error(&answer).contains("write an address that begins with https://"), "{}", answer.stderr);
    }
}

#[test]
fn what_the_cache_holds_is_used_if_it_was_verified_as_asked() {
    let archive = archive(VERSION);
    let (step, server) = (Step::pinning(&archive), serving(&archive));
    let with = [INSTALL, ("mirror", server.address.as_str())];
    for _ in 0..2 {
        assert_eq!(step.run(&with).code, 0);
    }
    assert_eq!(server.requests().len(), 1, "the second run takes it from the cache");

    // A job that was killed leaves no marker; one that verified something else leaves another.
    std::fs::remove_file(step.marker()).unwrap();
    assert_eq!(step.run(&with).code, 0);
    std::fs::write(step.marker(), format!("checksum {}\n", "0".repeat(64))).unwrap();
    assert_eq!(step.run(&with).code, 0);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_program_on_the_path_is_used_if_it_is_the_version_and_nobody_asks_for_more() {
    let archive = archive(VERSION);
    let (step, server) = (Step::pinning(&archive), serving(&archive));
    let path = format!("{}:{}", step.path("home").display(), step.variables["PATH"]);
    let step = step.variable("PATH", &path);
    let with = [INSTALL, ("mirror", server.address.as_str())];
    write_program(&step.path("home/portcullis"), "echo 'portcullis 9.9.9'\n");
    assert_eq!(step.run(&with).code, 0);
    assert_eq!(server.requests(), [""; 0]);
    let sha256 = checksum(&archive);
    assert_eq!(step.run(&[with[0], with[1], ("sha256", &sha256)]).code, 0);
    assert_eq!(server.requests().len(), 1, "what is on the PATH has no checksum");

    write_program(&step.path("home/portcullis"), "echo 'portcullis 9.9.8'\n");
    assert_eq!(step.run(&with).code, 0);
    assert_eq!(step.runner.outputs()["path"], step.installed().display().to_string());
}

/// A `gh` that notes how it was called and answers with this code.
fn with_gh(step: Step, code: u8) -> Step {
    let path = format!("{}:{}", step.path("home").display(), step.variables["PATH"]);
    write_program(&step.path("home/gh"), &format!("echo \"$GH_TOKEN $*\" > \"$HOME/gh.called\"\nexit {code}\n"));
    step.variable("PATH", &path)
}

#[test]
fn an_attestation_vouches_for_a_version_that_is_not_pinned() {
    let archive = archive(VERSION);
    let (step, server) = (with_gh(Step::new(""), 0), serving(&archive));
    let with = [INSTALL, ("mirror", server.address.as_str()), ("version", VERSION), ("verify", "attestation")];
    let answer = step.run(&with);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let called = std::fs::read_to_string(step.path("home/gh.called")).unwrap();
    assert!(called.starts_with("token-of-the-job attestation verify "), "{called}");
    assert!(called.contains("--signer-workflow portcullis-gate/portcullis/.github/workflows/release.yml"), "{called}");
    assert_eq!(std::fs::read_to_string(step.marker()).unwrap(), "attestation\n");
    // Asked for both, the attested copy is not enough, and there is no checksum to have.
    assert_eq!(step.run(&[with[0], with[1], with[2], ("verify", "both")]).code, 2);
}

#[test]
fn without_an_attestation_nothing_is_run() {
    let archive = archive(VERSION);
    let server = serving(&archive);
    let with = [INSTALL, ("mirror", server.address.as_str()), ("verify", "both")];
    let step = with_gh(Step::pinning(&archive), 1);
    let answer = step.run(&with);
    assert!(answer.code == 2 && error(&answer).contains("no attestation says"), "{}", answer.stderr);
    nothing_ran_or_stayed(&step);
    let answer = step.run(&[INSTALL, ("verify", "none")]);
    assert!(error(&answer).contains("write checksum, attestation or both"), "{}", answer.stderr);
}

#[test]
fn an_old_release_under_a_new_name_is_not_taken() {
    let archive = archive("9.9.8");
    let (step, server) = (with_gh(Step::new(""), 0), serving(&archive));
    let with = [INSTALL, ("mirror", server.address.as_str()), ("version", VERSION), ("verify", "attestation")];
    let answer = step.run(&with);
    assert!(answer.code == 2 && error(&answer).contains("is not version 9.9.9"), "{}", answer.stderr);
    assert!(!step.installed().exists() && !step.marker().exists());
}

/// The path reduced to these programs.
fn with_only(step: Step, programs: &[&str]) -> Step {
    let directory = step.path("bin");
    std::fs::create_dir(&directory).unwrap();
    for program in programs {
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|directory| directory.join(program))
            .find(|path| path.is_file())
            .unwrap_or_else(|| panic!("{program} is not installed"));
        std::os::unix::fs::symlink(found, directory.join(program)).unwrap();
    }
    let path = directory.display().to_string();
    step.variable("PATH", &path)
}

const PLAIN_SYSTEM: [&str; 17] = [
    "awk", "bash", "cat", "chmod", "cut", "dirname", "grep", "gzip", "head", "mkdir", "mktemp", "mv", "od", "rm", "sh",
    "tar", "tr",
];

#[test]
fn without_a_program_that_downloads_or_verifies_the_step_says_what_to_install() {
    let step = with_only(Step::pinning(b""), &PLAIN_SYSTEM);
    let answer = step.run(&[INSTALL]);
    assert_eq!((answer.code, error(&answer).contains("neither curl nor wget is installed")), (2, true));
    assert!(answer.stderr.contains("apt-get install -y curl"), "{}", answer.stderr);

    let archive = archive(VERSION);
    let server = serving(&archive);
    let programs = [&PLAIN_SYSTEM[..], &["curl"]].concat();
    let step = with_only(Step::pinning(&archive), &programs);
    let answer = step.run(&[INSTALL, ("mirror", &server.address)]);
    assert!(answer.code == 2 && error(&answer).contains("neither sha256sum nor shasum"), "{}", answer.stderr);
    nothing_ran_or_stayed(&step);
}

#[test]
fn wget_and_shasum_do_where_curl_and_sha256sum_are_missing() {
    let archive = archive(VERSION);
    let server = serving(&archive);
    let programs = [&PLAIN_SYSTEM[..], &["touch", "wget", "shasum", "perl"]].concat();
    let step = with_only(Step::pinning(&archive), &programs);
    let answer = step.run(&[INSTALL, ("mirror", &server.address)]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(step.installed().exists());
}

/// A program that notes its arguments, each on a line of its own.
fn noting(step: &Step) -> String {
    let path = step.path("home/noting");
    let script = "if [ \"$1\" = --version ]; then echo 'portcullis 9.9.9'; exit; fi\nprintf '%s\\n' \"$@\" > \"$HOME/arguments\"\npwd > \"$HOME/directory\"\n";
    write_program(&path, script);
    path.display().to_string()
}

fn arguments(step: &Step) -> Vec<String> {
    std::fs::read_to_string(step.path("home/arguments")).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn every_input_becomes_one_argument_whatever_it_holds() {
    let step = Step::new("");
    let binary = noting(&step);
    std::fs::create_dir(step.path("workspace/a b")).unwrap();
    let answer = step.run(&[
        ("binary", &binary),
        ("args", "--set\n levels.low=warn \r\n\n"),
        ("reports", "trivy=out/*.json\n$(touch pwned) `touch pwned`"),
        ("paths", "k8s; touch pwned\n--not-a-flag\n*"),
        ("policy", "my policy.yaml"),
        ("policy-ref", "main"),
        ("fail-on", "medium"),
        ("exit-zero", "true"),
        ("baseline", "-base.json"),
        ("comment", "new"),
        ("comment-when", "always"),
        ("on-clean", "delete"),
        ("comment-key", "nightly"),
        ("summary", "false"),
        ("annotations", "false"),
        ("check-run", "on"),
        ("review", "fail"),
        ("result-file", "out/r.json"),
        ("sarif-file", "out/r.sarif"),
        ("html-file", "out/r.html"),
        ("sarif-upload", "on"),
        ("bundle", "bundle"),
        ("require-publish", "true"),
        ("working-directory", "a b"),
    ]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(
        arguments(&step),
        [
            "check",
            "--set",
            "levels.low=warn",
            "--report=trivy=out/*.json",
            "--report=$(touch pwned) `touch pwned`",
            "--policy=my policy.yaml",
            "--policy-ref=main",
            "--comment=new",
            "--comment-when=always",
            "--on-clean=delete",
            "--comment-key=nightly",
            "--check-run=on",
            "--review=fail",
            "--exit-zero",
            "--require-publish",
            "--fail-on=medium",
            "--baseline=-base.json",
            "--sarif-upload=on",
            "--bundle=bundle",
            "--format=json=out/r.json",
            "--format=sarif=out/r.sarif",
            "--format=html=out/r.html",
            "--format=human",
            "--summary=false",
            "--annotations=false",
            "--",
            "k8s; touch pwned",
            "--not-a-flag",
            "*",
        ]
    );
    let directory = std::fs::read_to_string(step.path("home/directory")).unwrap();
    assert!(directory.ends_with("workspace/a b\n"), "{directory}");
    assert!(!step.path("workspace/a b/pwned").exists() && !step.path("workspace/pwned").exists());
    assert!(!step.path("path").exists(), "a directory of the user's own is not put on the PATH");
}

#[test]
fn without_inputs_only_the_command_is_left() {
    let step = Step::new("");
    let binary = noting(&step);
    assert_eq!(step.run(&[("binary", &binary)]).code, 0);
    assert_eq!(arguments(&step), ["check", "--"]);
    // Who says what goes to the log is not contradicted.
    assert_eq!(step.run(&[("binary", &binary), ("args", "-f\nshort"), ("sarif-file", "a.sarif")]).code, 0);
    assert_eq!(arguments(&step), ["check", "-f", "short", "--format=sarif=a.sarif", "--"]);
}

#[test]
fn a_boolean_that_is_neither_true_nor_false_stops_the_step_before_anything_is_downloaded() {
    for name in ["exit-zero", "summary", "annotations", "require-publish", "install-only"] {
        for value in ["yes", "True", "1", "", "true "] {
            let answer = Step::new("").run(&[(name, value)]);
            assert_eq!(answer.code, 2, "{name}: {value}");
            assert_eq!(error(&answer), format!("the input `{name}` is `{value}`: write true or false"));
        }
    }
}

#[test]
fn a_binary_that_is_not_there_or_is_none_is_refused() {
    let step = Step::new("");
    let answer = step.run(&[("binary", "out/portcullis")]);
    assert!(answer.code == 2 && error(&answer).contains("there is no such file"), "{}", answer.stderr);
    write_program(&step.path("workspace/other"), "echo 'other 1.0'\n");
    let answer = step.run(&[("binary", "other")]);
    assert!(answer.code == 2 && error(&answer).contains("is no portcullis"), "{}", answer.stderr);
}

/// A workflow with a fault.
fn faulty() -> Repository {
    let repository = Repository::with_policy("extends: preset:baseline@1\nname: '##[error]no'\n").file(
        ".github/workflows/ci.yml",
        "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/build@main\n",
    );
    repository.commit();
    repository
}

fn judge(step: &Step, repository: &Repository, with: &[(&str, &str)]) -> Answer {
    let program = Path::new(env!("CARGO_BIN_EXE_portcullis")).display().to_string();
    step.run_in(repository.path(), &[&[("binary", program.as_str())], with].concat())
}

#[test]
fn the_verdict_reaches_exit_code_outputs_and_files() {
    let (step, repository) = (Step::new(""), faulty());
    let answer = judge(&step, &repository, &[("result-file", "out.json"), ("sarif-file", "out.sarif")]);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    let outputs = step.runner.outputs();
    for (name, value) in [
        ("verdict", "fail"),
        ("exit-code", "1"),
        ("fail", "1"),
        ("version", env!("CARGO_PKG_VERSION")),
        ("path", env!("CARGO_BIN_EXE_portcullis")),
        ("result-file", "out.json"),
        ("sarif-file", "out.sarif"),
    ] {
        assert_eq!(outputs[name], value, "{name}");
    }
    for name in outputs.keys() {
        assert!(definition()["outputs"].get(name).is_some(), "action.yml does not hand on the output {name}");
    }
    assert!(repository.path().join("out.json").exists() && step.runner.summary().contains("gha/unpinned-uses"));
    assert!(answer.stdout.contains("gha/unpinned-uses"), "the report for people stays in the log");
    let named = Runner::commands(&answer.stdout);
    assert!(named.iter().any(|command| command.properties.get("file").is_some_and(|file| file.ends_with("ci.yml"))));
}

#[test]
fn advice_alone_does_not_fail_the_job_and_quiet_outputs_stay_quiet() {
    let (step, repository) = (Step::new(""), faulty());
    let with = [("exit-zero", "true"), ("summary", "false"), ("annotations", "false")];
    let answer = judge(&step, &repository, &with);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(step.runner.outputs()["verdict"], "fail");
    assert_eq!((step.runner.summary(), Runner::commands(&answer.stdout).len()), (String::new(), 0));
}

#[test]
fn a_flag_this_version_lacks_is_named_and_no_verdict_is_given() {
    let (step, repository) = (Step::new(""), faulty());
    let answer = judge(&step, &repository, &[("args", "--no-such-flag")]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("--no-such-flag"), "{}", answer.stderr);
    let outputs = step.runner.outputs();
    assert_eq!((outputs.get("verdict"), outputs["exit-code"].as_str()), (None, "2"));
}

#[test]
fn inputs_and_outputs_of_the_definition_are_those_of_the_scripts() {
    let definition = definition();
    let scripts =
        ["run.sh", "install.sh"].map(|name| std::fs::read_to_string(project().join("action").join(name)).unwrap());
    let step = &definition["runs"]["steps"][0];
    let given: Vec<&str> = step["env"].as_mapping().unwrap().keys().filter_map(|name| name.as_str()).collect();
    for name in definition["inputs"].as_mapping().unwrap().keys().filter_map(|name| name.as_str()) {
        let variable = match name {
            "token" => "GITHUB_TOKEN".to_owned(),
            name => format!("INPUT_{}", name.to_uppercase().replace('-', "_")),
        };
        assert!(given.contains(&variable.as_str()), "{name} does not reach the script");
        assert!(scripts.iter().any(|script| script.contains(&variable)), "{variable} is not read");
    }
    for (name, output) in definition["outputs"].as_mapping().unwrap() {
        let name = name.as_str().unwrap();
        assert_eq!(output["value"], format!("${{{{ steps.gate.outputs.{name} }}}}"));
    }
    assert!(!step["run"].as_str().unwrap().contains("${{"));
}

#[test]
fn a_release_is_pinned_once_and_the_archive_it_names_is_installed() {
    let archive = archive(VERSION);
    let step = Step::new(&format!("{VERSION} x86_64-unknown-linux-musl {}\n", "0".repeat(64)));
    std::fs::create_dir(step.path(".ci")).unwrap();
    std::fs::copy(project().join(".ci/pins"), step.path(".ci/pins")).unwrap();
    let targets = ["x86_64-unknown-linux-musl.tar.gz", "b.tar.gz", "c.tar.gz", "d.tar.gz", "e-windows.zip"];
    let line = |target: &str| format!("{}  portcullis-{VERSION}-{target}\n", checksum(&archive));
    let mut sums: String = targets.map(line).concat();
    sums.push_str(&format!("{}  portcullis-rules.json\n", "1".repeat(64)));
    let pinned = |sums: &str| {
        std::fs::write(step.path("SHA256SUMS"), sums).unwrap();
        let mut command = std::process::Command::new("bash");
        command.arg(step.path(".ci/pins")).args([VERSION, "SHA256SUMS"]).current_dir(step.directory.path());
        command.output().unwrap()
    };
    assert!(!pinned(&line(targets[0])).status.success(), "an archive is missing");
    let output = pinned(&sums);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout.clone()).unwrap().matches(VERSION).count(), 5);
    std::fs::write(step.path("action/pins.txt"), output.stdout).unwrap();
    let server = serving(&archive);
    assert_eq!(step.run(&[INSTALL, ("mirror", &server.address)]).code, 0);
}

#[test]
fn the_hook_takes_the_wheel_of_this_version() {
    let hooks = std::fs::read_to_string(project().join(".pre-commit-hooks.yaml")).unwrap();
    let wanted = concat!("\"portcullis-gate==", env!("CARGO_PKG_VERSION"), "\"");
    assert!(hooks.contains(wanted), "{hooks}");
}

#[test]
fn our_own_action_workflows_and_hooks_pass_our_own_gate_at_its_strictest() {
    let repository = Repository::with_policy(
        "extends: preset:strict@1\nvulnerabilities: { required: false }\nworkflows: { profile: audit }\n",
    );
    let mut copied = 0;
    for directory in ["", ".github", ".github/workflows", "action"] {
        for entry in std::fs::read_dir(project().join(directory)).unwrap().flatten() {
            let name = Path::new(directory).join(entry.file_name());
            let name = name.to_str().unwrap();
            let is_ours = !directory.is_empty() || name == "action.yml" || name == ".pre-commit-hooks.yaml";
            if is_ours && entry.path().is_file() {
                repository.write(name, std::fs::read(entry.path()).unwrap());
                copied += 1;
            }
        }
    }
    assert!(copied > 8, "{copied}");
    repository.commit();
    let (answer, document) = repository.check(&[]);
    assert_eq!(finding_ids(&document), [""; 0], "{document:#}");
    assert_eq!((answer.code, document["verdict"].as_str()), (0, Some("pass")), "{}", answer.stderr);
}

#!/usr/bin/env bash
# The one step of the action: installs the program, turns the inputs into its arguments, runs it, and hands on its exit code.
#
# Inputs come through the environment alone and are never words of a shell: each becomes one element of an array, those with
# several values one element a line.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=action/said.sh
. "$here/said.sh"

# Appends to a file of the runner, between delimiters nobody can guess.
output() {
  [ -n "${GITHUB_OUTPUT:-}" ] || return 0
  local delimiter
  delimiter="portcullis_$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  printf '%s<<%s\n%s\n%s\n' "$1" "$delimiter" "$2" "$delimiter" >>"$GITHUB_OUTPUT"
}

# Calls a function with each line of a value: trimmed, without the empty ones.
each_line() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    if [ -n "$line" ]; then "$1" "$line"; fi
  done <<<"$2"
}

arguments=()
prints_format=false

own_argument() {
  case "$1" in -f* | --format*) prints_format=true ;; esac
  arguments+=("$1")
}
report() { arguments+=("--report=$1"); }
path() { arguments+=("$1"); }

# Passed on where it is set: `--flag=value`, so that no value is taken for a flag. A version of the program that does not know
# the flag says so and ends with 2.
option() {
  if [ -n "$2" ]; then arguments+=("--$1=$2"); fi
}

# A file in a further format. The report for people stays in the log, unless `args` says what goes there.
file() {
  if [ -n "$2" ]; then
    arguments+=("--format=$1=$2")
    writes_files=true
  fi
}
writes_files=false

# What both commands take.
collect_common() {
  option policy "${INPUT_POLICY:-}"
  option policy-ref "${INPUT_POLICY_REF:-}"
  option comment "${INPUT_COMMENT:-}"
  option comment-when "${INPUT_COMMENT_WHEN:-}"
  option on-clean "${INPUT_ON_CLEAN:-}"
  option comment-key "${INPUT_COMMENT_KEY:-}"
  option check-run "${INPUT_CHECK_RUN:-}"
  option review "${INPUT_REVIEW:-}"
  if is_true exit-zero "${INPUT_EXIT_ZERO-false}"; then arguments+=(--exit-zero); fi
  if is_true require-publish "${INPUT_REQUIRE_PUBLISH-false}"; then arguments+=(--require-publish); fi
}

# What another job has left behind is posted; what only the judging of files knows means nothing there.
collect_publishing() {
  local name variable
  for name in paths reports fail-on baseline result-file sarif-file html-file sarif-upload; do
    variable="INPUT_$(printf '%s' "$name" | tr 'a-z-' 'A-Z_')"
    if [ -n "${!variable:-}" ]; then fail "the input \`$name\` means nothing to \`command: publish\`"; fi
  done
  arguments=(publish)
  each_line own_argument "${INPUT_ARGS:-}"
  collect_common
  # The directory the bundle was downloaded to; `--from-run` of `args` downloads it itself.
  if [ -n "${INPUT_BUNDLE:-}" ]; then arguments+=(-- "$INPUT_BUNDLE"); fi
}

collect_arguments() {
  case "${INPUT_COMMAND:-check}" in
    check) arguments=(check) ;;
    publish)
      collect_publishing
      return
      ;;
    merge) fail 'the input `command` is `merge`, which this version of portcullis does not have: write check or publish' ;;
    *) fail "the input \`command\` is \`$INPUT_COMMAND\`: write check or publish" ;;
  esac
  each_line own_argument "${INPUT_ARGS:-}"
  each_line report "${INPUT_REPORTS:-}"
  collect_common
  option fail-on "${INPUT_FAIL_ON:-}"
  option baseline "${INPUT_BASELINE:-}"
  option sarif-upload "${INPUT_SARIF_UPLOAD:-}"
  option bundle "${INPUT_BUNDLE:-}"
  file json "${INPUT_RESULT_FILE:-}"
  file sarif "${INPUT_SARIF_FILE:-}"
  file html "${INPUT_HTML_FILE:-}"
  if [ "$writes_files" = true ] && [ "$prints_format" = false ]; then arguments+=(--format=human); fi
  if ! is_true summary "${INPUT_SUMMARY-true}"; then arguments+=(--summary=false); fi
  if ! is_true annotations "${INPUT_ANNOTATIONS-true}"; then arguments+=(--annotations=false); fi
  # Whatever a path looks like, it is one.
  arguments+=(--)
  each_line path "${INPUT_PATHS:-}"
}

main() {
  local binary version code=0 only_install=false
  # Before anything is downloaded: a slip in an input should not cost a minute.
  collect_arguments
  if is_true install-only "${INPUT_INSTALL_ONLY-false}"; then only_install=true; fi
  binary="$(bash "$here/install.sh")"
  version="$("$binary" --version)"
  output path "$binary"
  output version "${version#portcullis }"
  if [ "$only_install" = true ]; then
    # A directory that holds this one program. One of `binary` may hold anything, and is not put in front of the system's.
    if [ -z "${INPUT_BINARY:-}" ] && [ -n "${GITHUB_PATH:-}" ]; then dirname "$binary" >>"$GITHUB_PATH"; fi
    return
  fi
  if [ -n "${INPUT_WORKING_DIRECTORY:-}" ]; then
    cd -- "$INPUT_WORKING_DIRECTORY" || fail "the input \`working-directory\` is \`$INPUT_WORKING_DIRECTORY\`, and there is no such directory"
  fi
  "$binary" "${arguments[@]}" || code=$?
  case "$code" in
    # The program said so itself, with everything else it has to say.
    0 | 1 | 3 | 4) ;;
    *) output exit-code "$code" ;;
  esac
  exit "$code"
}

main

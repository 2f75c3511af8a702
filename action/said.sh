# shellcheck shell=bash
# What the scripts of the action say, and how they read their inputs. Sourced; bash 3.2 (macOS) and newer.

# A value as it may stand in the log: one line, plain, and no command of the runner, whose older form is read anywhere in a
# line. What is given to an action often comes from a branch name or a title.
plain() {
  local LC_ALL=C value="${1:0:400}" marker='##['
  value="${value//[^[:print:]]/?}"
  value=${value//"$marker"/# #[}
  printf '%s' "$value"
}

note() {
  printf 'portcullis: %s\n' "$(plain "$1")" >&2
}

# The message as an error of the step, and the end: 2 is what the program says of a command line it cannot carry out.
fail() {
  local text
  text="$(plain "$1")"
  if [ "${GITHUB_ACTIONS:-}" = true ]; then
    printf '::error title=portcullis::%s\n' "${text//%/%25}" >&2
  else
    printf 'portcullis: error: %s\n' "$text" >&2
  fi
  shift
  local line
  for line in "$@"; do note "$line"; done
  exit 2
}

# Whether the input NAME, of this value, is true.
is_true() {
  case "$2" in
    true) return 0 ;;
    false) return 1 ;;
    *) fail "the input \`$1\` is \`$2\`: write true or false" ;;
  esac
}

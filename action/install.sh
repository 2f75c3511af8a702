#!/usr/bin/env bash
# Finds or fetches the program, and prints its path. Nothing is run that was not verified: the checksum of the archive stands
# in pins.txt beside this file, in the commit the workflow names, or in the input `sha256`; or its provenance is attested; or
# it is built from the source of that very commit.
#
# Inputs, all from the environment: INPUT_VERSION, INPUT_SHA256, INPUT_BINARY, INPUT_VERIFY, INPUT_MIRROR, INPUT_FALLBACK; of the runner:
# RUNNER_OS, RUNNER_ARCH, RUNNER_TOOL_CACHE, RUNNER_TEMP; GITHUB_TOKEN for `gh attestation verify`.
# shellcheck disable=SC2016 # backticks in messages quote words, as everywhere in the program
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=action/said.sh
. "$here/said.sh"

readonly repository='portcullis-gate/portcullis'
readonly workflow="$repository/.github/workflows/release.yml"
readonly pins="$here/pins.txt"

# A path of the runner in the form the programs of bash read; on Windows it comes with backslashes.
native() {
  if command -v cygpath >/dev/null 2>&1; then cygpath -m "$1"; else printf '%s\n' "$1"; fi
}

# What a file says when it is asked for its version; nothing where it cannot be run.
version_of() {
  local said
  said="$("$1" --version 2>/dev/null | head -n 1)" || return 0
  case "$said" in
    'portcullis '*) printf '%s\n' "${said#portcullis }" ;;
  esac
}

# --- what is asked ---------------------------------------------------------------------------------------------------

given_binary() {
  local binary
  binary="$(native "$INPUT_BINARY")"
  [ -f "$binary" ] || fail "the input \`binary\` names \`$INPUT_BINARY\`, and there is no such file"
  case "$binary" in
    /* | [A-Za-z]:*) ;;
    *) binary="$PWD/$binary" ;;
  esac
  [ -n "$(version_of "$binary")" ] || fail "the file \`$INPUT_BINARY\` of the input \`binary\` cannot be run here, or is no portcullis"
  printf '%s\n' "$binary"
}

wanted_version() {
  local version="${INPUT_VERSION:-}"
  [ -n "$version" ] || version="$(awk '$1 !~ /^#/ && NF == 3 { last = $1 } END { print last }' "$pins")"
  version="${version#v}"
  if [ -z "$version" ]; then
    fail 'this commit of the action pins no release' \
      'name a released commit of the action, or give `version` with `sha256`, or the path of a program as `binary`'
  fi
  # The version becomes part of an address and of a path.
  if ! [[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
    fail "the input \`version\` is \`$version\`: write a release in full, as in 1.2.3; \`latest\` and ranges change unseen and are not taken"
  fi
  printf '%s\n' "$version"
}

target_of_runner() {
  case "${RUNNER_OS:-?}-${RUNNER_ARCH:-?}" in
    Linux-X64) echo x86_64-unknown-linux-musl ;;
    Linux-ARM64) echo aarch64-unknown-linux-musl ;;
    macOS-X64) echo x86_64-apple-darwin ;;
    macOS-ARM64) echo aarch64-apple-darwin ;;
    # Windows for ARM runs programs for X64.
    Windows-X64 | Windows-ARM64) echo x86_64-pc-windows-msvc ;;
    *)
      if builds_instead; then return; fi
      fail "there is no release for ${RUNNER_OS:-an unknown system} on ${RUNNER_ARCH:-an unknown processor}" \
        'there is one for Linux, macOS and Windows on X64 and ARM64' \
        "elsewhere build it: cargo install --locked --git https://github.com/$repository portcullis; then give its path as \`binary\`"
      ;;
  esac
}

# The checksum the archive must have: of the input or of the pins, which must not contradict each other. Empty where only an
# attestation can vouch for it.
expected_checksum() {
  local version="$1" target="$2" given pinned
  given="$(printf '%s' "${INPUT_SHA256:-}" | tr 'A-F' 'a-f')"
  pinned="$(awk -v version="$version" -v target="$target" '$1 == version && $2 == target { print $3; exit }' "$pins")"
  if [ -n "$given" ] && ! [[ "$given" =~ ^[0-9a-f]{64}$ ]]; then
    fail "the input \`sha256\` is \`$given\`: write the 64 hexadecimal digits of the archive's checksum"
  fi
  if [ -n "$given" ] && [ -n "$pinned" ] && [ "$given" != "$pinned" ]; then
    fail "the input \`sha256\` is $given, but this commit of the action pins $pinned for $version on $target"
  fi
  if [ -z "$given$pinned" ] && [ "$verify" != attestation ]; then
    fail "version $version for $target is not pinned by this commit of the action, so nothing says which file is the right one" \
      "give its checksum as \`sha256\`, or \`verify: attestation\`, or name the commit of the action that pins $version"
  fi
  printf '%s\n' "${given:-$pinned}"
}

# --- what is there already -------------------------------------------------------------------------------------------

# The program on the PATH, if it is the version wanted and nobody asked for a verification it cannot have had.
on_path() {
  local found
  if [ -n "${INPUT_SHA256:-}" ] || [ "$verify" != checksum ]; then return 1; fi
  found="$(command -v portcullis)" || return 1
  [ "$(version_of "$found")" = "$1" ] || return 1
  printf '%s\n' "$found"
}

# Whether the cached copy was verified in every way that is asked now; `.complete` says in which it was.
is_cached() {
  local marker="$1" program="$2" checksum="$3"
  [ -f "$marker" ] && [ -f "$program" ] || return 1
  if builds_instead && [ "$verify" = checksum ] && [ -z "${INPUT_SHA256:-}" ] && grep -qxF built "$marker"; then return; fi
  if [ -n "$checksum" ]; then grep -qxF "checksum $checksum" "$marker" || return 1; fi
  if [ "$verify" != checksum ]; then grep -qxF attestation "$marker" || return 1; fi
}

# --- build ------------------------------------------------------------------------------------------------------------

# Whether the program may be built where no archive can be had.
builds_instead() { [ "$fallback" = cargo ]; }

# The source of the commit the workflow names: pinned as the scripts are. A registry would have to be trusted besides.
build() {
  local version="$1" directory="$2" program="$3" marker="$4" source="$here/.." built
  command -v cargo >/dev/null 2>&1 || fail '`fallback: cargo` needs cargo, which is not installed' \
    'install Rust in a step before this one, or give the path of a program as `binary`'
  if [ "$verify" != checksum ] || [ -n "${INPUT_SHA256:-}" ]; then
    fail 'what `fallback: cargo` builds has neither checksum nor attestation, and the step asks for one' \
      'leave `sha256` and `verify` out, or `fallback`'
  fi
  grep -qxF "version = \"$version\"" "$source/Cargo.toml" || fail "this commit of the action is not the source of version $version, so \`fallback: cargo\` cannot build it" \
    'leave `version` out, or name the commit of the action that pins it'
  note "version $version is built from the source of the action, which takes minutes"
  cargo install --locked --quiet --path "$source" --root "$scratch/built" --target-dir "$scratch/target" >&2 ||
    fail "version $version cannot be built; the reason stands above"
  built="$scratch/built/bin/${program##*/}"
  [ "$(version_of "$built")" = "$version" ] || fail "the program that was built does not run here, or is not version $version"
  mkdir -p "$directory"
  rm -f "$marker"
  mv -f "$built" "$program"
  echo built >"$scratch/complete"
  mv -f "$scratch/complete" "$marker"
}

# --- fetch, verify, unpack -------------------------------------------------------------------------------------------

download() {
  local address="$1" file="$2" scheme='=https'
  # A server on this very machine needs no encryption; everything else does.
  if [[ "$address" =~ ^http://127\.0\.0\.1:[0-9]+/ ]]; then
    scheme='=http'
  elif [[ "$address" != https://* ]]; then
    fail "the input \`mirror\` is \`$INPUT_MIRROR\`: write an address that begins with https://"
  fi
  if command -v curl >/dev/null 2>&1; then
    local all_errors=()
    # Since curl 7.71; without it a connection that breaks is not tried again.
    if curl --retry-all-errors --version >/dev/null 2>&1; then all_errors=(--retry-all-errors); fi
    curl --proto "$scheme" --proto-redir "$scheme" --tlsv1.2 -fsSL --retry 4 ${all_errors[@]+"${all_errors[@]}"} \
      --max-time 120 --output "$file" -- "$address" && return 0
  elif command -v wget >/dev/null 2>&1; then
    wget -q -T 120 -O "$file" "$address" && return 0
  else
    fail 'neither curl nor wget is installed, so the program cannot be downloaded' \
      'install one before this step (apt-get install -y curl ca-certificates), or give the path of a program as `binary`'
  fi
  rm -f "$file"
  if builds_instead; then
    note "$address cannot be downloaded; the reason stands above"
    return 1
  fi
  fail "$address cannot be downloaded; the reason stands above" \
    "if there is no such release, correct \`version\`; behind a proxy set \`https_proxy\`; without a network give \`binary\`"
}

checksum_of() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  elif command -v certutil >/dev/null 2>&1; then
    certutil -hashfile "$1" SHA256 | sed -n 2p | tr -d ' \r'
  else
    fail 'neither sha256sum nor shasum nor certutil is installed, so the download cannot be verified' \
      'install one of them before this step, or give the path of a program as `binary`'
  fi
}

check_checksum() {
  local file="$1" expected="$2" actual
  actual="$(checksum_of "$file")"
  [ "$actual" = "$expected" ] && return 0
  rm -f "$file"
  fail "the archive has the SHA-256 $actual, not $expected: it is cut off, or not the file that was released; it was deleted and not run" \
    'run the job again; if it says the same, report it as SECURITY.md of the project asks'
}

check_attestation() {
  local file="$1"
  command -v gh >/dev/null 2>&1 || fail "\`verify: $verify\` needs the program gh, which is not installed" \
    'runners of GitHub have it; elsewhere install it before this step, or use `verify: checksum`'
  if ! GH_TOKEN="${GH_TOKEN:-${GITHUB_TOKEN:-}}" gh attestation verify "$file" --repo "$repository" \
    --signer-workflow "$workflow" --deny-self-hosted-runners >&2; then
    rm -f "$file"
    fail "no attestation says that $workflow built this archive; it was deleted and not run"
  fi
}

# One member and no other; to standard output, so that no name or link in the archive decides where it goes.
unpack() {
  local archive="$1" member="$2" program="$3"
  case "$archive" in
    *.zip)
      if command -v unzip >/dev/null 2>&1; then unzip -p "$archive" "$member" >"$program"; else tar -xOf "$archive" "$member" >"$program"; fi
      ;;
    *) tar -xzOf "$archive" "$member" >"$program" ;;
  esac || fail "the archive holds no $member"
  chmod 0755 "$program"
}

# Into the cache, in an order that a job which is killed in between leaves nothing half there that looks whole.
install_release() {
  local version="$1" target="$2" checksum="$3" directory="$4" program="$5" marker="$6" name archive kind=tar.gz suffix='' fresh
  case "$target" in *-windows-*) kind=zip suffix=.exe ;; esac
  name="portcullis-$version-$target"
  scratch="$(mktemp -d "$(native "${RUNNER_TEMP:-${TMPDIR:-/tmp}}")/portcullis.XXXXXX")"
  trap 'rm -rf "$scratch"' EXIT
  archive="$scratch/$name.$kind"
  if [ -z "$target" ] ||
    ! download "${INPUT_MIRROR:-https://github.com/$repository/releases/download}/v$version/$name.$kind" "$archive"; then
    build "$version" "$directory" "$program" "$marker"
    return
  fi
  if [ -n "$checksum" ]; then check_checksum "$archive" "$checksum"; fi
  if [ "$verify" != checksum ]; then check_attestation "$archive"; fi
  fresh="$scratch/portcullis$suffix"
  unpack "$archive" "$name/portcullis$suffix" "$fresh"
  # An attestation speaks of the builder, not of the name of a file: an old release under a new name would pass it.
  [ "$(version_of "$fresh")" = "$version" ] || fail "the program of $name.$kind does not run here, or is not version $version"
  mkdir -p "$directory"
  rm -f "$marker"
  mv -f "$fresh" "$program"
  {
    if [ -n "$checksum" ]; then printf 'checksum %s\n' "$checksum"; fi
    if [ "$verify" != checksum ]; then echo attestation; fi
  } >"$scratch/complete"
  mv -f "$scratch/complete" "$marker"
}

main() {
  verify="${INPUT_VERIFY:-checksum}"
  case "$verify" in
    checksum | attestation | both) ;;
    *) fail "the input \`verify\` is \`$verify\`: write checksum, attestation or both" ;;
  esac
  fallback="${INPUT_FALLBACK:-none}"
  case "$fallback" in
    none | cargo) ;;
    *) fail "the input \`fallback\` is \`$fallback\`: write none or cargo" ;;
  esac
  if [ -n "${INPUT_BINARY:-}" ]; then
    given_binary
    return
  fi
  local version target checksum found cache directory program marker
  version="$(wanted_version)"
  if found="$(on_path "$version")"; then
    note "version $version is on the PATH"
    printf '%s\n' "$found"
    return
  fi
  target="$(target_of_runner)"
  checksum=''
  if [ -n "$target" ]; then checksum="$(expected_checksum "$version" "$target")"; fi
  cache="$(native "${RUNNER_TOOL_CACHE:-${RUNNER_TEMP:-${TMPDIR:-/tmp}}}")"
  directory="$cache/portcullis/$version/$RUNNER_ARCH"
  marker="$directory.complete"
  program="$directory/portcullis"
  case "$target" in *-windows-*) program="$program.exe" ;; esac
  if is_cached "$marker" "$program" "$checksum"; then
    note "version $version is in the tool cache"
  else
    install_release "$version" "$target" "$checksum" "$directory" "$program" "$marker"
    if ! grep -qxF built "$marker"; then note "version $version for $target is installed and verified ($verify)"; fi
  fi
  printf '%s\n' "$program"
}

main

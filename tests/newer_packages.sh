#!/usr/bin/env bash
# Puts programs newer than the distribution's into the user's cache folder, from Debian's unstable
# suite or another one, and without touching the system:
#
#   bash tests/newer_packages.sh [--suite=trixie] FOLDER PROGRAM PACKAGE...
#
# unpacks the packages into FOLDER of ~/.cache/reinfer_exporter, unless usr/bin/PROGRAM is there.
# Where there is no network or no such package, it says so, and whoever wanted them goes on without.
set -euo pipefail
source "$(dirname "$0")/../deploy/roots.sh"

suite=sid
if [[ ${1-} == --suite=* ]]; then
  suite=${1#*=}
  shift
fi
folder=$1 program=$2
shift 2
to=${XDG_CACHE_HOME:-$HOME/.cache}/reinfer_exporter/$folder
if [ -x "$to/usr/bin/$program" ]; then exit 0; fi
mirror=$(archive)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists,cache/archives}/partial
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
  "${mirror:-http://deb.debian.org/debian} $suite main" >"$work/sources.list"
options=(
  -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root
)
skip() {
  echo "skipped: no newer $program could be had: $1"
  exit 0
}

apt-get "${options[@]}" update -qq >"$work/log" 2>&1 || skip "$(tail -n 1 "$work/log")"
(cd "$work" && apt-get "${options[@]}" download -qq "${@/%//$suite}") \
  >"$work/log" 2>&1 || skip "$(tail -n 1 "$work/log")"
mkdir -p "$work/root"
for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done
"$work/root/usr/bin/$program" --version >/dev/null 2>&1 || skip "it does not run here"
# In one step, for suites that run at the same time look for it.
mkdir -p "$(dirname "$to")"
mv -T "$work/root" "$to.$$"
mv -T "$to.$$" "$to"

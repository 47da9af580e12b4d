#!/usr/bin/env bash
# Puts what the distribution has not into the user's cache folder: schemas from npm, and kustomize
# and docker-compose of Debian 13, without touching the system. Where there is no network, it says
# so and the tests go on without what is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

to=${XDG_CACHE_HOME:-$HOME/.cache}/reinfer_exporter/box-tools
mkdir -p "$to"

key=$(cat tests/box/package.json tests/box/package-lock.json | sha256sum | cut -c1-16)
if [ ! -e "$to/schemas-$key" ]; then
  rm -rf "$to"/schemas-* "$to/new"
  mkdir -p "$to/new"
  cp tests/box/package.json tests/box/package-lock.json tests/box/.npmrc "$to/new"
  npm ci --prefix "$to/new" --ignore-scripts --no-audit --no-fund >/dev/null
  mv -T "$to/new" "$to/schemas-$key"
fi
ln -sfn "schemas-$key" "$to/schemas"

if [ -x "$to/trixie/usr/bin/kustomize" ]; then exit 0; fi
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' \
  'Origin: Debian' | awk '$2 == "Debian" { print $1; exit }')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists,cache/archives}/partial
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
  "${mirror:-http://deb.debian.org/debian} trixie main" >"$work/sources.list"
options=(
  -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root
)
skip() {
  echo "skipped: kustomize and docker-compose could not be had: $1"
  exit 0
}
apt-get "${options[@]}" update -qq >"$work/log" 2>&1 || skip "$(tail -n 1 "$work/log")"
(cd "$work" && apt-get "${options[@]}" download -qq kustomize docker-compose) >"$work/log" 2>&1 ||
  skip "$(tail -n 1 "$work/log")"
mkdir "$work/root"
for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done
rm -rf "$to/trixie"
mv -T "$work/root" "$to/trixie"

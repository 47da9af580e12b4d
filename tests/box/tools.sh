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

bash tests/newer_packages.sh --suite=trixie box-tools/trixie docker-compose kustomize docker-compose

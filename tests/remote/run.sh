#!/usr/bin/env bash
# From the exporter through a Prometheus in agent mode to engines of others: VictoriaMetrics, whose
# package is put into the user's cache and not installed, since an installed one starts a service.
# Without network, or where the distribution has none, its tests say that they are left out. The
# last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/reinfer_exporter/victoria-metrics
if [ ! -x "$cache/usr/bin/victoria-metrics" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  if (cd "$folder" && apt-get download -qq victoria-metrics >/dev/null 2>&1); then
    rm -rf "$cache"
    mkdir -p "$cache"
    dpkg-deb --extract "$folder"/victoria-metrics_*.deb "$cache"
  else
    echo "VictoriaMetrics cannot be had from this machine's package sources"
  fi
fi
exec python3 tests/e2e/run.py --folder tests/remote "$@"

#!/usr/bin/env bash
# A fire drill: plays an incident against the simulated platform and shows what the exporter, a real
# Prometheus and a real Alertmanager make of it, and who would have been told.
#
#   bash dashboards/drill.sh                     a short outage and a rejected token
#   bash dashboards/drill.sh NAME                an incident of src/simulator/scenarios, or a file
#   bash dashboards/drill.sh --vantages          vantages and shards, of which some are lost
#   bash dashboards/drill.sh --list              the incidents there are
#   bash dashboards/drill.sh NAME --scale=30     so many times faster than life (10, or as is good)
#   bash dashboards/drill.sh NAME --minutes=90   so much of the incident, in its own time
#
# Installs what it needs with apt, builds, runs on loopback alone, ends by itself.
set -euo pipefail
cd "$(dirname "$0")/.."
source deploy/packages.sh

case " $* " in
  *" -h "* | *" --help "*) sed -n '2,11s/^# \{0,1\}//p' dashboards/drill.sh; exit 0 ;;
esac
install_packages "${build_packages[@]}" prometheus prometheus-alertmanager python3
build=build/release
mkdir -p build
if [ ! -f $build/build.ninja ]; then
  cmake --preset release -DREINFER_TESTS=OFF >$build.log 2>&1 || { cat $build.log >&2; exit 1; }
fi
cmake --build $build --target reinfer_exporter reinfer_simulator >$build.log 2>&1 ||
  { tail -40 $build.log >&2; exit 1; }
if [ "${1:-}" = --vantages ]; then
  shift
  exec python3 dashboards/drill_vantages.py "$@"
fi
exec python3 dashboards/drill.py "$@"

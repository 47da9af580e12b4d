#!/usr/bin/env bash
# From a checkout to a running exporter in one command, on Debian 12 or 13:
#
#   bash deploy/quickstart.sh                       a simulated tenant, the exporter probing it
#   bash deploy/quickstart.sh --config.file=PATH    the exporter on your own tenants
#   bash deploy/quickstart.sh --for=SECONDS         stop by itself after so long
#
# Installs what it needs with apt, builds, starts, says where to look, runs until Ctrl-C.
set -euo pipefail
origin=$PWD
cd "$(dirname "$0")/.."
source deploy/packages.sh

config=config/demo.toml
demo=yes
seconds=

usage() {
  sed -n '2,8s/^# \{0,1\}//p' deploy/quickstart.sh
}

for argument in "$@"; do
  case "$argument" in
    --config.file=/*) config=${argument#*=} demo=no ;;
    --config.file=?*) config=$origin/${argument#*=} demo=no ;;
    --for=*[!0-9]* | --for= | --for=0*) echo "$argument: not a number of seconds, 1 or more" >&2; exit 2 ;;
    --for=*) seconds=${argument#*=} ;;
    -h | --help) usage; exit 0 ;;
    *) echo "unknown argument $argument" >&2; usage >&2; exit 2 ;;
  esac
done

build=build/release
state=build/demo
simulator=
exporter=
timer=

stop_all() {
  trap - EXIT INT TERM
  local pid
  for pid in $timer $exporter $simulator; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in $exporter $simulator; do wait "$pid" 2>/dev/null || true; done
}
trap stop_all EXIT
trap 'exit 0' INT TERM

# wait_for WHAT PID COMMAND...: until the command succeeds; gives up when the process is gone.
wait_for() {
  local what=$1 pid=$2
  shift 2
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return; fi
    if ! kill -0 "$pid" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "$what did not get ready" >&2
  exit 1
}

install_packages "${build_packages[@]}"
mkdir -p build
if [ ! -f $build/build.ninja ]; then
  echo "Configuring"
  cmake --preset release -DREINFER_TESTS=OFF >$build.log 2>&1 || { cat $build.log >&2; exit 1; }
fi
echo "Building (a few minutes the first time)"
cmake --build $build --target reinfer_exporter reinfer_simulator >$build.log 2>&1 ||
  { tail -40 $build.log >&2; exit 1; }

if [ $demo = yes ]; then
  mkdir -p $state
  rm -f $state/ready.json
  export REINFER_SIMULATOR_TOKEN=${REINFER_SIMULATOR_TOKEN:-simulated-token}
  export REINFER_SIMULATOR_SANDBOX_TOKEN=${REINFER_SIMULATOR_SANDBOX_TOKEN:-sandbox-token}
  $build/src/simulator/reinfer_simulator --listen-tls=127.0.0.1:9443 \
    --ca-file=$state/ca.pem --ready-file=$state/ready.json --token="$REINFER_SIMULATOR_TOKEN" \
    --tenant-token="demo/sandbox=$REINFER_SIMULATOR_SANDBOX_TOKEN" \
    --scenario=config/demo_scenario.toml >/dev/null &
  simulator=$!
  wait_for "The simulated tenant" "$simulator" test -f $state/ready.json
fi

echo
$build/src/reinfer_exporter check --config.file="$config"
echo

rm -f build/exporter.port
storage=build/storage
if [ $demo = yes ]; then storage=$state/storage; fi
$build/src/reinfer_exporter --config.file="$config" --web.port-file=build/exporter.port \
  --storage.path=$storage &
exporter=$!
wait_for "The exporter" "$exporter" test -f build/exporter.port
url=http://localhost:$(cat build/exporter.port)
wait_for "The exporter" "$exporter" curl --noproxy '*' -fsS "$url/-/ready"

cat <<TEXT

Probing now. Look here:
  $url/          the status page: what fails, since when, and whose fault it is
  $url/incidents what went wrong, with a ticket for the vendor; kept in $storage
  $url/metrics   what Prometheus scrapes (dashboards/prometheus/prometheus.yml does)
TEXT
if [ $demo = yes ]; then
  cat <<TEXT
The simulated tenant is healthy for half a minute, then plays faults (config/demo_scenario.toml):
watch the lines below say what fails, and whose fault it is.
TEXT
fi
if [ -n "$seconds" ]; then
  # From here on, however long the start took; the sleep holds no pipe of ours open.
  { sleep "$seconds" && kill -TERM "$exporter"; } >/dev/null 2>&1 &
  timer=$!
  echo "Stops by itself after $seconds seconds, or with Ctrl-C."
else
  echo "Ctrl-C stops it."
fi
echo
status=0
wait "$exporter" || status=$?
exit $status

# The Debian packages that the project needs, for Debian 12 and 13, and how they are installed.
# Sourced by deploy/quickstart.sh, deploy/build-deb.sh and the scripts of tests, which ask no question
# and install only missing packages.
set -euo pipefail

build_packages=(
  ca-certificates cmake curl g++ git libcli11-dev libcpp-httplib-dev libcrypt-dev
  libcurl4-openssl-dev libexpected-dev libfmt-dev libhowardhinnant-date-dev libspdlog-dev
  libprotozero-dev libseccomp-dev libsqlite3-dev libsqlitecpp-dev libssl-dev libsystemd-dev libtomlplusplus-dev libyaml-cpp-dev ninja-build
  nlohmann-json3-dev pkg-config prometheus-cpp-dev tzdata zlib1g-dev
)
test_packages=(
  ccache doctest-dev iproute2 lld openssl prometheus prometheus-alertmanager python3
  python3-jsonschema python3-prometheus-client python3-protobuf systemd tinyproxy-bin
)
# An installed Node.js is taken as it is: packages of other makers bring npm along.
command -v npm >/dev/null || test_packages+=(nodejs npm)
# For tests/box alone: images, and what goes into a cluster.
box_packages=(
  buildah catatonit containernetworking-plugins curl golang-github-masterminds-sprig-dev golang-go
  mmdebstrap podman prometheus prometheus-alertmanager python3-jsonschema python3-yaml runc
)
command -v npm >/dev/null || box_packages+=(nodejs npm)
browser_packages=(chromium fonts-dejavu-core)
# llvm has what puts names into a sanitizer's report.
clang_packages=(clang libclang-rt-dev llvm)
# The format is that of clang-format 14, which Debian 12 has and Debian 13 has not.
lint_packages=()
if grep -qx 'VERSION_ID="12"' /etc/os-release; then
  lint_packages=(clang-14 clang-format-14 clang-tidy-14)
fi
# For deploy/build-deb.sh, and for the test of what it builds.
deb_packages=(build-essential debhelper dpkg-dev pkg-config python3)
deploy_test_packages=(lintian mmdebstrap systemd-container)
# For tests/bench alone: the peers, and its programs' own needs.
bench_packages=(
  doctest-dev openssl prometheus prometheus-blackbox-exporter python3 strace valgrind
)

# install_packages NAME...: with apt, as root or through sudo.
install_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed ||
      missing+=("$name")
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  echo "Installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

#!/usr/bin/env bash
# Builds and tests this checkout on Debian 13, in a root of its own made with mmdebstrap. Needs
# root, and asks no question:
#
#   bash tests/debian13.sh            unit, simulation, simulator, component, end to end,
#                                     a bad network; by clang, the levels with several threads
#                                     under ThreadSanitizer
#   bash tests/debian13.sh --quick    the first four alone
#   bash tests/debian13.sh --root     makes the root
#   bash tests/debian13.sh --build    makes the root and builds what the levels run
#   bash tests/debian13.sh --asan     the component level under ASan and UBSan
#   bash tests/debian13.sh --soak     an hour against every fault under ASan and UBSan (tests/soak)
#   bash tests/debian13.sh --clang    builds with clang instead of g++ and runs the unit level
#   bash tests/debian13.sh --deb      builds the packages (deploy/build-deb.sh) and tests them in a
#                                     booted Debian 13
#   bash tests/debian13.sh --bench    builds what the benchmarks run here; the last line is the path
#                                     of the root
#   bash tests/debian13.sh --readme   deploy/quickstart.sh from a bare root; with --levels=all also
#                                     tests/run.sh, as the README says; with --release=bookworm in
#                                     a root of Debian 12
#   bash tests/debian13.sh --shell    a shell in the root, at the copy of the checkout
#
# The root, with the copy's build folders, and ccache's files are kept in
# ~/.cache/reinfer_exporter/debian13. The root is made anew when deploy/packages.sh changes. The
# last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."
source deploy/packages.sh
source deploy/roots.sh

mode=levels
quick=no
levels=one
release=trixie
for argument in "$@"; do
  case "$argument" in
    --quick) quick=yes ;;
    --root | --build | --asan | --soak | --clang | --deb | --bench | --readme | --shell)
      mode=${argument#--} ;;
    --levels=all) levels=all ;;
    --release=bookworm | --release=trixie) release=${argument#--release=} ;;
    -h | --help) sed -n '2,25s/^# \{0,1\}//p' tests/debian13.sh; exit 0 ;;
    *) echo "unknown argument $argument" >&2; exit 2 ;;
  esac
done
if [ $release = bookworm ] && [ "$mode" != readme ]; then
  echo "--release=bookworm goes with --readme, other levels of Debian 12 with tests/run.sh" >&2
  exit 2
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "needs root, for chroot and mounts" >&2
  exit 2
fi

# In a mount namespace of our own the mounts go with the last process, however it ends.
if [ -z "${REINFER_DEBIAN13_NAMESPACE-}" ]; then
  export REINFER_DEBIAN13_NAMESPACE=yes
  exec unshare --mount --propagation private bash tests/debian13.sh "$@"
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/reinfer_exporter/debian13
logs=$cache/logs
mkdir -p "$logs" "$cache/ccache"
# One run at a time: they share the root.
exec 9>"$cache/lock"
flock 9

# make_bare: a root with nothing but apt in it, as a user's container has it.
make_bare() {
  bare=$cache/bare-$release
  if [ -f "$bare.complete" ]; then return; fi
  install_packages mmdebstrap
  echo "Making a root of Debian $release"
  rm -rf "$bare"
  apt_settings >"$cache/apt.conf"
  mmdebstrap --variant=apt --include=ca-certificates --aptopt="$cache/apt.conf" \
    "$release" "$bare" "$(archive)" >"$logs/mmdebstrap.log" 2>&1 ||
    { tail -n 40 "$logs/mmdebstrap.log" >&2; exit 1; }
  touch "$bare.complete"
}

# enter ROOT COMMAND...: runs the command in the root, at the copy of the checkout.
enter() {
  local root=$1
  shift
  chroot "$root" env -i HOME=/root LANG=C.UTF-8 TERM="${TERM-dumb}" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    CCACHE_DIR=/cache/ccache CCACHE_BASEDIR=/checkout CCACHE_NOHASHDIR=1 \
    ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
    TSAN_OPTIONS=suppressions=/checkout/tests/tsan.supp:halt_on_error=1 \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    bash -c 'cd /checkout && exec "$@"' bash "$@"
}

# prepare ROOT: mounts, and a fresh copy of the files that git knows beside what was built before.
# Their times are kept, so that ninja builds only changed files again.
prepare() {
  mkdir -p "$1/checkout" "$1/cache" "$1/build"
  # Installers and container engines write it.
  if [ ! -e "$1/etc/hosts" ]; then
    printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' >"$1/etc/hosts"
  fi
  mount --rbind /dev "$1/dev"
  mount -t proc proc "$1/proc"
  mount --bind "$cache" "$1/cache"
  find "$1/checkout" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
  git ls-files -z | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
  done | tar --null --files-from=- --create | tar --extract --directory="$1/checkout"
}

# trust_local_certificates ROOT: the root trusts the authorities that the administrator of this
# machine has added, for example that of a proxy that opens TLS; npm is told of them by
# NODE_EXTRA_CA_CERTS.
trust_local_certificates() {
  local certificate
  for certificate in /usr/local/share/ca-certificates/*.crt; do
    if [ ! -e "$certificate" ]; then continue; fi
    install -m 644 -t "$1/usr/local/share/ca-certificates" "$certificate"
  done
  chroot "$1" update-ca-certificates >"$logs/certificates.log" 2>&1
}

# make_root: a root with the packages of deploy/packages.sh, by its content.
make_root() {
  local key
  key=$(sha256sum deploy/packages.sh | cut -c1-16)
  root=$cache/root-$key
  if [ ! -f "$root.complete" ]; then
    make_bare
    find "$cache" -maxdepth 1 -name 'root-*' ! -name "root-$key*" -exec rm -rf {} +
    rm -rf "$root"
    cp -a --reflink=auto "$bare" "$root"
  fi
  prepare "$root"
  if [ ! -f "$root.complete" ]; then
    echo "Installing the packages"
    enter "$root" bash -c 'source deploy/packages.sh
      install_packages "${build_packages[@]}" "${test_packages[@]}" "${clang_packages[@]}" \
        "${deb_packages[@]}"' \
      >"$logs/packages.log" 2>&1 || { tail -n 40 "$logs/packages.log" >&2; exit 1; }
    touch "$root.complete"
  fi
}

passed=0
failed=0

# suite NAME COMMAND...: runs it in the root (--deb: on this machine) and adds its last "N passed"
# and "N failed" up. One that crashes, counts nothing or takes longer than 40 minutes has failed.
suite() {
  local name=$1 log=$logs/$1.log status=0 start=$SECONDS line ok=0 bad=0
  shift
  local where=(enter "$root")
  if [ $mode = deb ]; then where=(); fi
  "${where[@]}" timeout --kill-after=10 2400 "$@" >"$log" 2>&1 || status=$?
  line=$(grep -E '^\[doctest\] test cases:|^[0-9]+ passed, [0-9]+ failed$' "$log" |
    tail -n 1 || true)
  if [ -n "$line" ]; then
    ok=$(grep -oE '[0-9]+ passed' <<<"$line" | cut -d' ' -f1)
    bad=$(grep -oE '[0-9]+ failed' <<<"$line" | cut -d' ' -f1)
  fi
  if [ "$bad" -eq 0 ] && { [ $status -ne 0 ] || [ "$ok" -eq 0 ]; }; then bad=1; fi
  passed=$((passed + ok))
  failed=$((failed + bad))
  printf '%-22s %5d passed %3d failed  %4d s\n' "$name" "$ok" "$bad" $((SECONDS - start))
  if [ "$bad" -ne 0 ]; then python3 tests/suite_log.py "$log"; fi
}

# build NAME PRESET TARGETS [OPTION...]: warnings are errors, and what `release` compiles is what
# the packages have.
build() {
  local name=$1 preset=$2 targets=$3 start=$SECONDS
  shift 3
  if [ "$name" = release ]; then
    set -- "$@" -DCMAKE_CXX_FLAGS="$(enter "$root" bash deploy/debian/compiler_flags.sh)"
  fi
  # shellcheck disable=SC2086
  if ! { enter "$root" cmake --preset "$preset" -B "build/$name" -DREINFER_WERROR=ON "$@" &&
    enter "$root" cmake --build "build/$name" --target $targets; } >"$logs/$name.log" 2>&1
  then
    tail -n 60 "$logs/$name.log"
    echo "0 passed, 1 failed"
    exit 1
  fi
  printf '%-22s built in %d s\n' "$name" $((SECONDS - start))
}

# The programs of the second compiler, which show what threads do to each other as well.
build_tsan() {
  build tsan tsan "reinfer_exporter reinfer_simulator component_tests thread_tests"
}

case $mode in
  shell)
    make_root
    enter "$root" bash -i
    exit
    ;;
  root)
    make_root
    exit
    ;;
  build)
    make_root
    build release release all
    build_tsan
    exit
    ;;
  levels)
    make_root
    build release release all
    suite unit build/release/tests/unit/unit_tests
    suite sim build/release/tests/sim/sim_tests
    suite simulator build/release/tests/component/simulator_tests
    suite component build/release/tests/component/component_tests
    if [ $quick = no ]; then
      suite e2e python3 tests/e2e/run.py --build-dir build/release
      suite network bash tests/network/run.sh --build-dir build/release
      build_tsan
      suite tsan-programs bash -c 'build/tsan/src/reinfer_exporter --version &&
        build/tsan/src/simulator/reinfer_simulator --version && echo "1 passed, 0 failed"'
      suite tsan-threads build/tsan/tests/unit/thread_tests
      suite tsan-component build/tsan/tests/component/component_tests
    fi
    ;;
  asan)
    make_root
    build asan asan component_tests
    suite asan-component build/asan/tests/component/component_tests
    ;;
  soak)
    make_root
    build asan asan "reinfer_exporter reinfer_simulator"
    # Others may have the root meanwhile.
    flock --unlock 9
    enter "$root" python3 tests/soak/run.py --build-dir build/asan --minutes 60
    exit
    ;;
  bench)
    make_root
    enter "$root" bash -c 'source deploy/packages.sh
      install_packages prometheus-blackbox-exporter' >"$logs/peer.log" 2>&1 ||
      { tail -n 40 "$logs/peer.log" >&2; exit 1; }
    build release release probe_bench
    echo "$root"
    exit
    ;;
  clang)
    make_root
    build clang release "reinfer_exporter reinfer_simulator unit_tests" \
      -DCMAKE_CXX_COMPILER=clang++
    suite clang-unit build/clang/tests/unit/unit_tests
    ;;
  deb)
    make_root
    start=$SECONDS
    enter "$root" env SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)" \
      REINFER_REVISION="$(git rev-parse --short=12 HEAD)" REINFER_WERROR=ON \
      bash deploy/build-deb.sh --output=build/deb >"$logs/deb.log" 2>&1 ||
      { tail -n 60 "$logs/deb.log"; echo "0 passed, 1 failed"; exit 1; }
    printf '%-22s built in %d s\n' deb $((SECONDS - start))
    suite deploy python3 tests/deploy/run.py --packages="$root/checkout/build/deb" \
      --release="$release"
    ;;
  readme)
    make_bare
    root=$cache/readme
    trap 'umount -R "$root/dev" "$root/proc" "$root/cache" && rm -rf "$root"' EXIT
    rm -rf "$root"
    cp -a --reflink=auto "$bare" "$root"
    prepare "$root"
    trust_local_certificates "$root"
    # As a user has it, with its history; what is not committed is left out.
    rm -rf "$root/checkout"
    git clone -q . "$root/checkout"
    suite quickstart bash -c \
      'bash deploy/quickstart.sh --for=20 </dev/null && echo "1 passed, 0 failed"'
    if [ $levels = all ]; then suite run bash -c 'bash tests/run.sh </dev/null'; fi
    ;;
esac

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# Runs a command in a root of this Debian that has the compilers and libraries for another
# architecture, so that the machine itself gets no foreign packages. Needs root, asks no question:
#
#   bash deploy/cross_root.sh ARCHITECTURE FOLDER COMMAND...
#
# FOLDER is there at its own path, and the command begins in it. The root is made with mmdebstrap,
# kept in ~/.cache/reinfer_exporter/cross and made anew when what the packages need changes, which
# deploy/packages.sh and deploy/debian/control say.
set -euo pipefail
if [ $# -lt 3 ]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "needs root, for chroot and mounts" >&2
  exit 2
fi
# In a mount namespace of our own the mounts go with the last process, however it ends.
if [ -z "${REINFER_CROSS_NAMESPACE-}" ]; then
  export REINFER_CROSS_NAMESPACE=yes
  exec unshare --mount --propagation private bash "$0" "$@"
fi

architecture=$1
folder=$(realpath "$2")
shift 2
cd "$(dirname "$0")/.."
source deploy/packages.sh
source deploy/roots.sh

cache=${XDG_CACHE_HOME:-$HOME/.cache}/reinfer_exporter
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
name=$codename-$architecture
key=$(cat deploy/packages.sh deploy/debian/control deploy/cross_root.sh | sha256sum | cut -c1-16)
root=$cache/cross/$name-$key
mkdir -p "$cache/cross" "$cache/ccache"

make_root() {
  local native packages=(ca-certificates ccache "crossbuild-essential-$architecture" doctest-dev)
  native=$(dpkg --print-architecture)
  install_packages mmdebstrap
  echo "Making a root of Debian $codename for $architecture (some minutes, once)" >&2
  find "$cache/cross" -maxdepth 1 -name "$name-*" -exec rm -rf {} +
  apt_settings >"$cache/cross/apt.conf"
  mmdebstrap --variant=apt --architectures="$native,$architecture" \
    --include="$(IFS=,; echo "${packages[*]}")" --aptopt="$cache/cross/apt.conf" \
    --customize-hook='install -D -m 644 deploy/debian/control "$1/srv/needs/debian/control"' \
    --customize-hook='chroot "$1" apt-get build-dep -qq -y --no-install-recommends \
      --host-architecture='"$architecture"' --build-profiles=cross,nocheck /srv/needs' \
    "$codename" "$root" "$(archive)" >"$cache/cross/$name.log" 2>&1 ||
    { tail -n 40 "$cache/cross/$name.log" >&2; exit 1; }
  touch "$root.complete"
}
exec 9>"$cache/cross/$name.lock"
flock 9
if [ ! -f "$root.complete" ]; then make_root; fi
flock --unlock 9

mkdir -p "$root$folder" "$root/cache"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount --bind "$cache" "$root/cache"
mount --bind "$folder" "$root$folder"
exec chroot "$root" env -i HOME=/root LANG=C.UTF-8 TERM="${TERM-dumb}" CCACHE_DIR=/cache/ccache \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  bash -c 'cd "$1" && shift && exec "$@"' bash "$folder" "$@"

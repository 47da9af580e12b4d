#!/usr/bin/env bash
# Makes the images reinfer_exporter and reinfer_simulator with buildah, from Debian packages alone:
# no registry is asked. The same commit and packages give the same image. Needs root.
#
#   bash deploy/container/build.sh                  localhost/reinfer_exporter:VERSION and :latest
#   bash deploy/container/build.sh --release=trixie    on Debian 13, the default is bookworm
#   bash deploy/container/build.sh --prefix=registry.example.com/monitoring
#   bash deploy/container/build.sh --output=DIR     also as OCI archives, with SBOMs and checksums
#   bash deploy/container/build.sh --builder        also reinfer_builder, in which they were compiled
#   bash deploy/container/build.sh --again          compiles and assembles anew, to compare
#
# With docker or with a registry the Containerfile beside it is enough.
set -euo pipefail
cd "$(dirname "$0")/../.."
source deploy/packages.sh
source deploy/roots.sh

release=bookworm
prefix=localhost
output=
again=no
builder=no
for argument in "$@"; do
  case "$argument" in
    --release=bookworm | --release=trixie) release=${argument#*=} ;;
    --prefix=?*) prefix=${argument#*=} ;;
    --output=?*) output=${argument#*=} ;;
    --builder) builder=yes ;;
    --again) again=$(date +%s%N) ;;
    -h | --help) sed -n '2,12s/^# \{0,1\}//p' deploy/container/build.sh; exit 0 ;;
    *) echo "unknown argument $argument" >&2; exit 2 ;;
  esac
done
if [ "$(id -u)" -ne 0 ]; then
  echo "needs root, for chroot and mounts" >&2
  exit 2
fi
install_packages buildah mmdebstrap

cache=${XDG_CACHE_HOME:-$HOME/.cache}/reinfer_exporter
mkdir -p "$cache/ccache" "$cache/container"
version=$(sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
revision=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}

# The image to build on: what debian:bookworm-slim is, made here.
base=localhost/reinfer-debian:$release
if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
  echo "Making a root of Debian $release"
  apt_settings >"$cache/container/apt.conf"
  mmdebstrap --quiet --variant=apt --include=ca-certificates \
    --aptopt="$cache/container/apt.conf" "$release" "$cache/container/$release.tar" "$(archive)"
  working=$(buildah from scratch)
  buildah add --quiet "$working" "$cache/container/$release.tar" / >/dev/null
  buildah commit --quiet --rm "$working" "$base" >/dev/null
  rm "$cache/container/$release.tar"
fi

# build STAGE NAME: the image of one stage, with everything dated by the commit.
build() {
  echo "Building $2"
  local log=$cache/container/$2.log
  buildah bud --quiet --layers --isolation=chroot --network=host --pull=never --format=docker \
    --timestamp "$epoch" --volume "$cache/ccache:/cache" \
    --build-arg DEBIAN="$base" --build-arg REVISION="$revision" --build-arg AGAIN="$again" \
    --build-arg SOURCE_DATE_EPOCH="$epoch" --build-arg VERSION="$version" \
    --build-arg CREATED="$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)" \
    --tag "$prefix/$2:$version" --tag "$prefix/$2:latest" \
    ${1:+--target "$1"} --file deploy/container/Containerfile . >"$log" 2>&1 ||
    { tail -n 40 "$log" >&2; exit 1; }
  echo "$prefix/$2:$version $(buildah inspect --type image --format '{{.FromImageID}}' "$prefix/$2:$version")"
}
build simulator reinfer_simulator
build '' reinfer_exporter
if [ $builder = yes ]; then build build reinfer_builder; fi

if [ -n "$output" ]; then
  mkdir -p "$output"
  layout=$(mktemp -d)
  trap 'rm -rf "$layout"' EXIT
  for name in reinfer_exporter reinfer_simulator; do
    file=$name-$version-$release
    rm -f "$output/$file.oci.tar"
    buildah push --quiet "$prefix/$name:$version" "oci:$layout/$name:$prefix/$name:$version"
    # buildah's own archives have the time at which they were made in them.
    tar --create --sort=name --format=gnu --owner=0 --group=0 --numeric-owner \
      --mode=u=rwX,go=rX --mtime="@$epoch" --file="$output/$file.oci.tar" \
      -C "$layout/$name" blobs index.json oci-layout
    working=$(buildah from --pull-never "$prefix/$name:$version")
    cp "$(buildah mount "$working")/usr/share/sbom/$name.cdx.json" "$output/$file.cdx.json"
    buildah rm "$working" >/dev/null
  done
  (cd "$output" && sha256sum ./*"-$version-$release."* >"SHA256SUMS-container-$release")
fi

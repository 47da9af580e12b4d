#!/usr/bin/env bash
# Builds the Debian packages of this checkout for the Debian that it runs on, 12 or 13:
#
#   bash deploy/build-deb.sh                  into build/deb
#   bash deploy/build-deb.sh --output=FOLDER  into another folder
#   bash deploy/build-deb.sh --arch=arm64     for another architecture, into build/deb-arm64; as root,
#                                             for it takes a root of its own (deploy/cross_root.sh)
#
# prometheus-reinfer-exporter, reinfer-simulator, and their debug symbols (-dbgsym). Installs what it
# needs with apt. The version is that of CMakeLists.txt; SOURCE_DATE_EPOCH and REINFER_REVISION say
# of what time and commit the sources are where git cannot. For the other release: in a root of it,
# as `bash tests/debian13.sh --deb` does.
set -euo pipefail
origin=$PWD
cd "$(dirname "$0")/.."
source deploy/packages.sh

output=
architecture=
for argument in "$@"; do
  case "$argument" in
    --output=/*) output=${argument#*=} ;;
    --output=?*) output=$origin/${argument#*=} ;;
    --arch=amd64 | --arch=arm64) architecture=${argument#*=} ;;
    -h | --help) sed -n '2,12s/^# \{0,1\}//p' deploy/build-deb.sh; exit 0 ;;
    *) echo "unknown argument $argument" >&2; exit 2 ;;
  esac
done

if [ "$architecture" = "$(dpkg --print-architecture)" ]; then architecture=; fi
output=${output:-$PWD/build/deb${architecture:+-$architecture}}
mkdir -p "$output/build"
output=$(realpath "$output")
if [ -n "$architecture" ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "--arch=$architecture needs root, for a root of its own" >&2
    exit 2
  fi
  build=(bash "$PWD/deploy/cross_root.sh" "$architecture" "$output/build")
  options=(--host-arch "$architecture")
else
  install_packages "${build_packages[@]}" "${deb_packages[@]}"
  build=(env --chdir="$output/build")
  options=()
fi
version=$(sed -nE 's/^project\(reinfer_exporter VERSION ([0-9.]+) .*/\1/p' CMakeLists.txt)
release=$(. /etc/os-release && echo "$VERSION_ID")
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
in_git=no
if [ -e .git ] && git rev-parse HEAD >/dev/null 2>&1; then in_git=yes; fi
if [ $in_git = yes ]; then
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
  REINFER_REVISION=${REINFER_REVISION:-$(git rev-parse --short=12 HEAD)}
fi
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(stat -c %Y CHANGELOG.md)}

# source_files: what the packages are made of, by name.
source_files() {
  if [ $in_git = yes ]; then git ls-files -z; else
    find . -path ./build -prune -o -path ./.git -prune -o -type f -printf '%P\0'
  fi
}

# A tree of its own, with times kept, so that a second build compiles only changed files.
tree=$output/build/tree
mkdir -p "$tree"
find "$tree" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
source_files | while IFS= read -r -d '' file; do
  if [ -e "$file" ]; then printf '%s\0' "$file"; fi
done | tar --null --files-from=- --create | tar --extract --directory="$tree"
cp -a "$tree/deploy/debian" "$tree/debian"
cp "$tree"/deploy/systemd/prometheus-reinfer-exporter.{service,socket} "$tree/debian"
echo "${REINFER_REVISION:-unknown}" >"$tree/debian/revision"
maintainer=$(sed -n 's/^Maintainer: //p' "$tree/debian/control")
cat >"$tree/debian/changelog" <<TEXT
prometheus-reinfer-exporter ($version-1~deb$release) $codename; urgency=medium

  * Version $version; changelog.gz beside this file tells what has changed.

 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
TEXT

rm -f "$output"/*.deb "$output"/*.buildinfo "$output"/*.changes
echo "Building version $version for Debian $release${architecture:+, $architecture} (a few minutes the first time)"
if ! "${build[@]}" env --chdir=tree SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" \
  DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
  dpkg-buildpackage --build=binary --no-sign --no-pre-clean "${options[@]}" \
  >"$output/build.log" 2>&1; then
  tail -n 40 "$output/build.log" >&2
  exit 1
fi
mv "$output"/build/*.{deb,changes,buildinfo} "$output"
ls "$output"/*.deb

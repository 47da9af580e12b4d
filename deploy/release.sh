#!/usr/bin/env bash
# Makes everything that a release consists of, from the commit that is checked out, in one folder:
#
#   bash deploy/release.sh                    into build/release-VERSION
#   bash deploy/release.sh --output=FOLDER    into another folder
#   bash deploy/release.sh --without=deb --without=image    a part of it
#
# Sources, the Helm chart, rules and boards; the Debian packages of this Debian; the container images
# with a list of what is inside (as root). SHA256SUMS has the sum of each, MISSING what was left out
# and why. Uncommitted changes are refused: nothing but the commit goes in. Archives are the same
# bytes each time; SOURCE_DATE_EPOCH is the commit's time unless it is set.
set -euo pipefail
origin=$PWD
cd "$(dirname "$0")/.."

version=$(sed -nE 's/^project\(reinfer_exporter VERSION ([0-9.]+) .*/\1/p' CMakeLists.txt)
output=$PWD/build/release-$version
without=' '
for argument in "$@"; do
  case "$argument" in
    --output=/*) output=${argument#*=} ;;
    --output=?*) output=$origin/${argument#*=} ;;
    --without=deb | --without=image) without+="${argument#*=} " ;;
    -h | --help) sed -n '2,13s/^# \{0,1\}//p' deploy/release.sh; exit 0 ;;
    *) echo "unknown argument $argument" >&2; exit 2 ;;
  esac
done

changes=$(git status --porcelain)
if [ -n "$changes" ]; then
  printf 'there are changes that no commit has:\n%s\n' "$changes" >&2
  exit 1
fi
if ! grep -qE "^## $version( |$)" CHANGELOG.md; then
  echo "CHANGELOG.md says nothing of version $version" >&2
  exit 1
fi
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
REINFER_REVISION=$(git rev-parse --short=12 HEAD)
export SOURCE_DATE_EPOCH REINFER_REVISION
rm -rf "$output"
mkdir -p "$output"

# The commit's files alone, whatever lies about in the checkout.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source_name=reinfer_exporter-$version
git archive --format=tar --prefix="$source_name/" HEAD | tar -x -C "$work"
tree=$work/$source_name

# pack FILE FOLDER NAME...: a .tar.gz that depends on names and contents alone. An option of tar may
# come before a name.
pack() {
  local file=$1 folder=$2
  shift 2
  tar --create --sort=name --format=gnu --owner=0 --group=0 --numeric-owner \
    --mode=u=rwX,go=rX --mtime="@$SOURCE_DATE_EPOCH" -C "$folder" "$@" |
    gzip -9 --no-name >"$output/$file"
  echo "$file"
}

missing() {
  echo "$1: $2" | tee -a "$output/MISSING"
}

pack "$source_name.tar.gz" "$work" "$source_name"
pack "reinfer-exporter-chart-$version.tgz" "$tree/deploy/helm" --dereference reinfer-exporter
pack "reinfer-rules-$version.tar.gz" "$tree/dashboards" \
  prometheus/{recording_rules,alerts,prometheus}.yml alertmanager runbooks
python3 "$tree/dashboards/prometheus/source/generate.py" --to "$work/rules" \
  --no-keep-firing-for >/dev/null
pack "reinfer-rules-without-hold-$version.tar.gz" "$work" rules
pack "reinfer-boards-$version.tar.gz" "$tree/dashboards/grafana" boards provisioning

if [[ $without == *' deb '* ]]; then
  missing "Debian packages" "left out by --without=deb"
elif [ ! -e /etc/debian_version ]; then
  missing "Debian packages" "this is no Debian"
else
  # At the same place each time: paths must not differ from one build to the next.
  rm -rf /tmp/reinfer-release
  mv "$tree" /tmp/reinfer-release
  tree=/tmp/reinfer-release
  trap 'rm -rf "$work" /tmp/reinfer-release' EXIT
  # A cache of objects may have them with other names of the same files.
  CCACHE_DISABLE=1 bash "$tree/deploy/build-deb.sh" --output="$tree/build/deb"
  cp "$tree"/build/deb/*.deb "$output"
fi

if [[ $without == *' image '* ]]; then
  missing "images and their SBOM" "left out by --without=image"
elif [ "$(id -u)" -ne 0 ]; then
  missing "images and their SBOM" "they are made by root alone"
else
  bash deploy/container/build.sh --output="$output"
  rm -f "$output"/SHA256SUMS-container-*
fi

if ! grep -qE "^## $version \([0-9]{4}-[0-9]{2}-[0-9]{2}\)$" CHANGELOG.md; then
  missing "date of the release" "CHANGELOG.md gives version $version none yet"
fi
(cd "$output" && find . -type f ! -name SHA256SUMS ! -name MISSING -printf '%P\n' | LC_ALL=C sort |
  xargs sha256sum >SHA256SUMS)
echo "Version $version of $REINFER_REVISION is in $output"

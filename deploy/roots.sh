# What a root made by mmdebstrap has of this machine. Sourced by the scripts that make one.
set -euo pipefail

# apt_settings: proxies and the like, as a file of apt has them.
apt_settings() {
  apt-config dump Acquire --format '%F "%v";%n' |
    grep -E '^Acquire::(http|https|Retries|Check-Valid-Until|Check-Date)\b.* "[^"]+' || true
}

# archive: the address of Debian's archive.
archive() {
  apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' 'Origin: Debian' |
    awk '$2 == "Debian" { print $1; exit }'
}

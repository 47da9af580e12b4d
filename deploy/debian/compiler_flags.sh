#!/usr/bin/env bash
# Prints the compiler flags that dpkg-buildflags has for the package, without its -g -O2: ours are
# those of the preset `release`. Started at the top of a tree, whose path is in one of them. rules
# and the tests' own build ask it, so that the tests run on the code that is shipped; nothing is
# printed where dpkg-dev is not installed.
set -euo pipefail

command -v dpkg-buildflags >/dev/null || exit 0
export DEB_BUILD_MAINT_OPTIONS=hardening=+all DEB_CXXFLAGS_MAINT_STRIP="-g -O2"
echo "$(dpkg-buildflags --get CXXFLAGS) $(dpkg-buildflags --get CPPFLAGS)"

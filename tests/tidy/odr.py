#!/usr/bin/env python3
"""Finds symbols that more than one object of a build defines, not counting inline functions.

    python3 tests/tidy/odr.py build/release

A static library hides such a pair: the linker takes the object that it needs first. Each program
has a `main` and may have its own `operator delete`; no other name is allowed twice. The exit code
is 1 if one is found.
"""
import collections
import pathlib
import re
import subprocess
import sys

# Text, data, zeroed and read-only symbols that are seen outside their object.
STRONG = re.compile(r"^[0-9a-f]+ [TDBR] (.+)$")
ALLOWED = re.compile(r"main$|operator (new|delete)\b")


def twice(listings):
    """From {object: what nm says of it}: the symbols that two define, with these objects."""
    # A set: the variants of one constructor have one name and lie in one object.
    places = collections.defaultdict(set)
    for name, listing in listings.items():
        for line in listing.splitlines():
            match = STRONG.match(line)
            if match and not ALLOWED.match(match[1]):
                places[match[1]].add(name)
    return {symbol: sorted(names) for symbol, names in places.items() if len(names) > 1}


def listings_of(build):
    """What nm says of each object of the build, and not of mutants or of others beside it."""
    objects = sorted(path for path in build.rglob("*.o") if "CMakeFiles" in path.parts)
    return {str(path.relative_to(build)): subprocess.run(
        ["nm", "--demangle", "--defined-only", path], check=True, capture_output=True,
        text=True).stdout for path in objects}


def main():
    """Returns the exit code."""
    listings = listings_of(pathlib.Path(sys.argv[1]))
    found = twice(listings)
    for symbol, names in sorted(found.items()):
        print(f"{symbol}: defined in {' and '.join(names)}")
    print(f"{len(listings)} objects, {len(found)} symbols defined twice")
    return 1 if found or not listings else 0


if __name__ == "__main__":
    sys.exit(main())

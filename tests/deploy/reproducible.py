#!/usr/bin/env python3
"""Builds the Debian packages of this checkout and compares them with those of an earlier build, or
of one more, in another folder: the same commit and build packages give the same bytes.

    tests/deploy/reproducible.py                      builds twice
    tests/deploy/reproducible.py --packages=FOLDER    compares with packages of the same checkout

No compiler's cache is used. The last line is "N passed, N failed".
"""

import argparse
import hashlib
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine_root import ROOT, run  # noqa: E402


def sums(folder):
    """The sum of each package, by name."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(folder.glob('*.deb'))}


def build(folder):
    """The packages, made there from nothing."""
    print(f'Building in {folder}', flush=True)
    run('bash', ROOT / 'deploy/build-deb.sh', f'--output={folder}',
        env={**os.environ, 'CCACHE_DISABLE': '1'})
    return sums(folder)


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n', maxsplit=1)[0])
    parser.add_argument('--packages', type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix='reinfer-packages-') as folder:
        first = sums(options.packages) if options.packages else build(Path(folder) / 'first')
        second = build(Path(folder) / 'again')
    same = [name for name in first if second.get(name) == first[name]]
    other = sorted((set(first) | set(second)) - set(same))
    for name in same:
        print(f'ok   {name} {first[name]}')
    for name in other:
        print(f'FAIL {name}: {first.get(name)}, then {second.get(name)}')
    print(f'{len(same)} passed, {len(other)} failed')
    return 1 if other or not same else 0


if __name__ == '__main__':
    sys.exit(main())

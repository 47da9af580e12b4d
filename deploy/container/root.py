#!/usr/bin/env python3
"""Makes the root file system of an image: a program, the libraries that it needs, nothing else.

    python3 deploy/container/root.py --program=PATH --root=DIR [--license=FILE]

Runs on the Debian that the program was linked on. There is no shell and no package manager in it:
what is needed is copied out of Debian's packages, and each of them stays recorded (in
/var/lib/dpkg/status.d, where scanners look, and in a CycloneDX document in /usr/share/sbom).
SOURCE_DATE_EPOCH dates the document.
"""

import argparse
import gzip
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import sbom

USER = 65532
# Files that no library names: certificates, time zones, OpenSSL's settings.
EXTRA_PACKAGES = ('base-files', 'ca-certificates', 'tzdata')
FILES = {
    'etc/passwd': f'root:x:0:0:root:/root:/sbin/nologin\n'
                  f'nonroot:x:{USER}:{USER}:nonroot:/home/nonroot:/sbin/nologin\n',
    'etc/group': f'root:x:0:\nnonroot:x:{USER}:\n',
    'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
}
# Folders and their mode; the last one may be written by the user of the image, and is where a
# volume for what has to survive goes.
STATE = 'var/lib/prometheus-reinfer-exporter'
FOLDERS = ('etc/prometheus', 'home/nonroot', 'usr/bin', 'usr/share/sbom', STATE)


def run(*command):
    """What the command prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def libraries_of(program):
    """The paths of all that the loader loads, itself included."""
    found = []
    for line in run('ldd', program).splitlines():
        match = re.match(r'\s*(?:\S+ => )?(/\S+) \(0x', line)
        if 'not found' in line:
            sys.exit(f'{program}: {line.strip()}')
        if match:
            found.append(Path(match.group(1)))
    return sorted(found)


def package_of(path):
    """The package that owns the file; dpkg knows files by the path before /usr was merged, too."""
    for candidate in (path, Path(os.path.realpath(path)), Path(str(path).removeprefix('/usr'))):
        asked = subprocess.run(['dpkg-query', '-S', str(candidate)], check=False, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if asked.returncode == 0:
            return asked.stdout.split(': ')[0].split(',')[0]
    sys.exit(f'no Debian package owns {path}')


def copy(source, root, target=None):
    """A file as it is, without its links, at the same place unless told."""
    destination = root / str(target or source).lstrip('/')
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, destination)
    destination.chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def copy_tree(source, root):
    """A folder with its links."""
    shutil.copytree(source, root / str(source).lstrip('/'), symlinks=True, dirs_exist_ok=True)


def add_libraries(program, root):
    """Copies them under the name that the loader asks for; returns path by package."""
    owners = {}
    for library in libraries_of(program):
        package = package_of(library)
        owners.setdefault(package, []).append(library)
        # /lib and /lib64 are links, as in Debian.
        name = str(library)
        copy(library, root, name if name.startswith('/usr/') else '/usr' + name)
    return owners


def add_metadata(package, root):
    """Its entry of dpkg's database and its copyright, compressed."""
    name = package.split(':')[0]
    entry = root / 'var/lib/dpkg/status.d' / name
    entry.parent.mkdir(parents=True, exist_ok=True)
    entry.write_text(run('dpkg-query', '-s', package))
    copyright_file = Path('/usr/share/doc') / name / 'copyright'
    target = root / 'usr/share/doc' / name / 'copyright.gz'
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(copyright_file.read_bytes(), mtime=0))


def add_files(root):
    """What the C library, OpenSSL and the exporter look for."""
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ('bin', 'lib', 'lib64', 'sbin'):
        (root / 'usr' / name).mkdir(exist_ok=True)
        (root / name).symlink_to(f'usr/{name}')
    for name, text in FILES.items():
        (root / name).write_text(text)
    for name in ('/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/openssl.cnf',
                 '/etc/os-release', '/etc/debian_version'):
        copy(name, root)
    openssl = root / 'usr/lib/ssl'
    openssl.mkdir(parents=True, exist_ok=True)
    (openssl / 'openssl.cnf').symlink_to('/etc/ssl/openssl.cnf')
    (openssl / 'cert.pem').symlink_to('/etc/ssl/certs/ca-certificates.crt')
    copy_tree('/usr/share/zoneinfo', root)
    shutil.rmtree(root / 'usr/share/zoneinfo/right', ignore_errors=True)
    shutil.rmtree(root / 'usr/share/zoneinfo/posix', ignore_errors=True)


def finish(root):
    """Modes and owners, and nobody may write but where state belongs."""
    for path in [root, *root.rglob('*')]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        os.chown(path, 0, 0, follow_symlinks=False)
    for name in (STATE, 'home/nonroot'):
        os.chown(root / name, USER, USER)
        (root / name).chmod(0o750)


def main():
    """Makes it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--program', type=Path, required=True)
    parser.add_argument('--root', type=Path, required=True)
    parser.add_argument('--license', type=Path)
    options = parser.parse_args()
    root, name = options.root, options.program.name
    if root.exists():
        sys.exit(f'{root} is there already')
    add_files(root)
    owners = add_libraries(options.program, root)
    owners.update({package: [] for package in EXTRA_PACKAGES})
    for package in owners:
        add_metadata(package, root)
    program = root / 'usr/bin' / name
    run('strip', '--strip-all', '-o', str(program), str(options.program))
    program.chmod(0o755)
    if options.license and options.license.exists():
        copy(options.license, root, f'/usr/share/doc/{name}/LICENSE')
    version = run(str(options.program), '--version')
    sbom.write(root / 'usr/share/sbom' / f'{name}.cdx.json', sbom.Program(
        name, re.search(r' (\d\S*?),? ', version).group(1), program), owners)
    finish(root)


if __name__ == '__main__':
    main()

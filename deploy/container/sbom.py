"""The list of what is in an image, as CycloneDX has it; used by root.py. Reads dpkg's database and
the files; writes one file, the same bytes for the same content.
"""

import datetime
import hashlib
import json
import os
import platform
import re
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

NAMESPACE = uuid.UUID('6ba7b811-9dad-11d1-80b4-00c04fd430c8')  # for URLs, RFC 4122
FIELDS = ('Package', 'Version', 'Architecture', 'source:Package', 'source:Version', 'Maintainer')


@dataclass(frozen=True)
class Program:
    """Ours."""
    name: str
    version: str
    file: Path


def sha256(path):
    """Of a file's content, in hexadecimal."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def licences(package):
    """The short names that a machine-readable copyright file has; none where it is prose."""
    text = (Path('/usr/share/doc') / package / 'copyright').read_text(errors='replace')
    if not text.lstrip().startswith('Format:'):
        return []
    return sorted(set(re.findall(r'^License: *(\S.*?)\s*$', text, re.MULTILINE)))


def os_release():
    """Debian's names for itself."""
    lines = Path('/etc/os-release').read_text().splitlines()
    return {key: value.strip('"') for key, value in (
        line.split('=', 1) for line in lines if '=' in line)}


def component(package, files, codename):
    """A Debian package, of which only some files are there."""
    values = subprocess.run(
        ['dpkg-query', '-W', '-f', '\n'.join(f'${{{field}}}' for field in FIELDS), package],
        check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    name, version, architecture, source, source_version, maintainer = values
    purl = (f'pkg:deb/debian/{name}@{version.replace("+", "%2B").replace(":", "%3A")}'
            f'?arch={architecture}&distro={codename}')
    found = {
        'type': 'library', 'bom-ref': purl, 'publisher': maintainer, 'name': name,
        'version': version, 'purl': purl,
        'properties': [{'name': 'debian:source', 'value': f'{source} {source_version}'}] + [
            {'name': f'file:{path.name}:sha256', 'value': sha256(path)} for path in files],
    }
    names = licences(name)
    if names:
        found['licenses'] = [{'license': {'name': licence}} for licence in names]
    return found


def write(path, program, owners):
    """`owners`: the files in the image by the package that they come from."""
    release = os_release()
    codename = release['VERSION_CODENAME']
    components = [component(package, files, codename) for package, files in owners.items()]
    components.sort(key=lambda entry: entry['bom-ref'])
    system = {'type': 'operating-system', 'bom-ref': 'os', 'name': 'debian',
              'version': release['VERSION_ID']}
    reference = f'pkg:generic/{program.name}@{program.version}?arch={platform.machine()}'
    content = {
        'bomFormat': 'CycloneDX', 'specVersion': '1.5', 'version': 1,
        'metadata': {
            'timestamp': datetime.datetime.fromtimestamp(
                int(os.environ.get('SOURCE_DATE_EPOCH', '0')),
                datetime.timezone.utc).isoformat().replace('+00:00', 'Z'),
            'component': {
                'type': 'application', 'bom-ref': reference, 'name': program.name,
                'version': program.version, 'purl': reference,
                'licenses': [{'license': {'id': 'Apache-2.0'}}],
                'hashes': [{'alg': 'SHA-256', 'content': sha256(program.file)}]},
        },
        'components': [system, *components],
        'dependencies': [{'ref': reference,
                          'dependsOn': [entry['bom-ref'] for entry in components]}],
    }
    digest = json.dumps(content, sort_keys=True)
    content['serialNumber'] = uuid.uuid5(NAMESPACE, digest).urn
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + '\n')

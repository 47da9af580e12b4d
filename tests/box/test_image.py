"""The container image: what is in it, what it may do, and that it is the same twice."""

import hashlib
import json
import re
import stat
import unittest
from pathlib import Path

import jsonschema

from containers import (EXPORTER, FOLDER, HARDENED, ROOT, SIMULATOR, TOOLS, USER, Pod, build,
                        image_id, mounted, podman, run, wait_until)

# What `podman images` shows, and what is sent over a wire.
UNPACKED_MIB_MAX, PACKED_MIB_MAX = 32, 15
STATE = 'var/lib/prometheus-reinfer-exporter'
SCHEMAS = TOOLS / 'schemas/node_modules/@cyclonedx/cyclonedx-library/res/schema'
CONFIG = '''
[[tenant]]
name = "demo"
base_url = "https://localhost:9443/demo/production/reinfer_"
token_env = "TOKEN"
ca_file = "/authority/ca.pem"

[[tenant.maintenance]]
weekly = "sat 22:00"
duration = "6h"
zone = "Europe/Berlin"

[[tenant.probe]]
use = "projects"
interval = "1s"
timeout = "900ms"
resolve_timeout = "900ms"
connect_timeout = "900ms"
tls_timeout = "900ms"
'''


def setUpModule():
    """Both images, and archives of them."""
    print(build(f'--output={FOLDER}/archives'), flush=True)


class ContentTest(unittest.TestCase):
    """What is in it."""

    def test_it_is_small(self):
        """Unpacked, and packed."""
        size = int(podman('image', 'inspect', '--format', '{{.Size}}', EXPORTER))
        packed = next((FOLDER / 'archives').glob('reinfer_exporter*.oci.tar')).stat().st_size
        print(f'{size / 1e6:.1f} MB, {packed / 1e6:.1f} MB packed')
        self.assertLessEqual(size / 2**20, UNPACKED_MIB_MAX)
        self.assertLessEqual(packed / 2**20, PACKED_MIB_MAX)

    def test_the_same_sources_give_the_same_image(self):
        """Compiled and put together once more, archives included."""
        before = image_id(EXPORTER), image_id(SIMULATOR)
        build('--again', f'--output={FOLDER}/again')
        self.assertEqual((image_id(EXPORTER), image_id(SIMULATOR)), before)
        archives, again = ({file.name: hashlib.sha256(file.read_bytes()).hexdigest()
                            for file in (FOLDER / name).iterdir()}
                           for name in ('archives', 'again'))
        self.assertEqual(again, archives)

    def test_there_is_one_program_and_nothing_to_gain_rights_by(self):
        """No shell; nobody may write but where state belongs."""
        with mounted(EXPORTER) as root:
            programs, writable = [], []
            for path in root.rglob('*'):
                seen = path.lstat()
                name = str(path.relative_to(root))
                if path.is_symlink():
                    continue
                self.assertFalse(seen.st_mode & (stat.S_ISUID | stat.S_ISGID), name)
                if path.is_file() and seen.st_mode & 0o111 and '.so' not in name:
                    programs.append(name)
                if seen.st_uid != 0 or seen.st_mode & 0o022:
                    writable.append(name)
            self.assertEqual(programs, ['usr/bin/reinfer_exporter'])
            self.assertEqual(sorted(writable), ['home/nonroot', STATE])
            self.assertTrue((root / 'usr/share/doc/reinfer_exporter/LICENSE').exists())

    def test_it_says_what_it_is_and_how_it_is_asked(self):
        """Labels, user, health check, start."""
        seen = json.loads(podman('image', 'inspect', EXPORTER))[0]
        labels = seen['Labels']
        cmake = (ROOT / 'CMakeLists.txt').read_text()
        version = re.search(r'exporter VERSION (\S+)', cmake).group(1)
        said = podman('run', '--rm', '--network=none', '--no-healthcheck', *HARDENED, EXPORTER,
                      '--version')
        self.assertIn(f'version {version} ', said)
        self.assertEqual(labels['org.opencontainers.image.version'], version)
        revision = labels['org.opencontainers.image.revision']
        self.assertIn(f'revision {revision}', said)
        self.assertEqual(labels['org.opencontainers.image.licenses'], 'Apache-2.0')
        for name in ('title', 'description', 'source', 'documentation', 'created'):
            self.assertTrue(labels[f'org.opencontainers.image.{name}'], name)
        self.assertEqual(seen['Config']['User'], f'{USER}:{USER}')
        self.assertEqual(seen['Config']['Entrypoint'], ['/usr/bin/reinfer_exporter'])
        self.assertEqual(seen['Healthcheck']['Test'],
                         ['CMD', '/usr/bin/reinfer_exporter', 'healthcheck'])


class BillOfMaterialsTest(unittest.TestCase):
    """The CycloneDX document."""

    def setUp(self):
        folder = FOLDER / 'archives'
        self.found = {name: json.loads(next(folder.glob(f'{name}*.cdx.json')).read_text())
                      for name in ('reinfer_exporter', 'reinfer_simulator')}

    def test_it_follows_the_schema(self):
        """The strictest that is published."""
        store = {}
        for path in SCHEMAS.glob('*.schema.json'):
            schema = json.loads(path.read_text())
            store[schema['$id']] = store[path.name] = schema
            store['http://cyclonedx.org/schema/' + path.name] = schema
        schema = json.loads((SCHEMAS / 'bom-1.5.SNAPSHOT.schema.json').read_text())
        resolver = jsonschema.RefResolver(schema['$id'], schema, store)
        validator = jsonschema.Draft7Validator(schema, resolver=resolver)
        for name, document in self.found.items():
            self.assertEqual([error.message for error in validator.iter_errors(document)], [], name)
        document['components'][1].pop('name')
        self.assertTrue(list(validator.iter_errors(document)), 'the schema finds nothing')

    def test_it_lists_each_library_with_its_sum(self):
        """And nothing that is not there."""
        with mounted(EXPORTER) as root:
            there = {path.name for path in root.rglob('*.so*') if path.is_file()}
            listed = {}
            for component in self.found['reinfer_exporter']['components']:
                for entry in component.get('properties', ()):
                    if entry['name'].startswith('file:'):
                        listed[entry['name'].split(':')[1]] = entry['value']
                if component['type'] == 'library':
                    self.assertTrue((root / 'var/lib/dpkg/status.d' / component['name']).exists())
                    self.assertTrue((root / 'usr/share/doc' / component['name'] /
                                     'copyright.gz').exists())
            self.assertEqual(set(listed), there)
            for path in root.rglob('*.so*'):
                if path.is_file():
                    self.assertEqual(run('sha256sum', path).split()[0], listed[path.name])
            inside = root / 'usr/share/sbom/reinfer_exporter.cdx.json'
            self.assertEqual(json.loads(inside.read_text()), self.found['reinfer_exporter'])
            program = root / 'usr/bin/reinfer_exporter'
            self.assertEqual(
                self.found['reinfer_exporter']['metadata']['component']['hashes'][0]['content'],
                run('sha256sum', program).split()[0])


class RunningTest(unittest.TestCase):
    """Both images in a pod, with as few rights as there are."""

    @classmethod
    def setUpClass(cls):
        cls.pod = Pod(cls, 'image')
        authority = f'{cls.pod.name}-authority'
        cls.addClassCleanup(podman, 'volume', 'rm', '--force', authority)
        config = FOLDER / 'exporter.toml'
        config.write_text(CONFIG)
        config.chmod(0o644)
        FOLDER.chmod(0o755)
        cls.simulator = cls.pod.start(
            'simulator', SIMULATOR, '--listen-tls=127.0.0.1:9443', f'--ca-file=/{STATE}/ca.pem',
            '--token=a-token', options=[*HARDENED, f'--volume={authority}:/{STATE}'])
        wait_until(lambda: 'https' in podman('logs', cls.simulator, allowed=(0,)),
                   'the simulator')
        cls.options = [*HARDENED, '--env=TOKEN=a-token', f'--volume={authority}:/authority:ro',
                       f'--volume={config}:/etc/prometheus/reinfer_exporter.toml:ro']
        cls.exporter = cls.pod.start('exporter', EXPORTER, options=cls.options)
        wait_until(lambda: cls.pod.get(9877, '/-/ready'), 'the exporter')

    def test_it_probes_and_is_scraped(self):
        """Over TLS, by a name, in a time zone."""
        wait_until(lambda: 'reinfer_probe_results_total{tenant="demo",probe="projects",'
                   'outcome="ok"' in self.pod.get(9877, '/metrics'), 'a result')

    def test_it_has_no_rights(self):
        """As the kernel sees process 1 of the container."""
        process = podman('inspect', '--format', '{{.State.Pid}}', self.exporter)
        status = Path(f'/proc/{process}/status').read_text()
        for line in (f'Uid:\t{USER}\t{USER}\t{USER}\t{USER}', 'CapEff:\t0000000000000000',
                     'CapBnd:\t0000000000000000', 'NoNewPrivs:\t1', 'Seccomp:\t2'):
            self.assertIn(line, status)
        self.assertTrue(re.search(r'NSpid:\t\d+\t1\n', status), 'it is not process 1')

    def test_the_health_check_of_the_image_tells(self):
        """As a container runtime runs it."""
        check = json.loads(podman('image', 'inspect', '--format', '{{json .HealthCheck}}',
                                  EXPORTER))['Test'][1:]
        self.assertEqual(podman('exec', self.exporter, *check),
                         'http://127.0.0.1:9877/-/healthy answers 200')
        said = podman('run', '--rm', '--network=none', '--no-healthcheck', *HARDENED, EXPORTER,
                      'healthcheck', allowed=(1,))
        self.assertIn('no connection', said)

    def test_a_stop_is_taken_by_process_1(self):
        """Without being killed after a while."""
        name = self.pod.start('stopped', EXPORTER,
                              '--config.file=/etc/prometheus/reinfer_exporter.toml',
                              '--web.listen-address=127.0.0.1:9878', options=self.options)
        wait_until(lambda: self.pod.get(9878, '/-/ready'), 'the exporter')
        podman('stop', '--time=60', name)
        self.assertEqual(podman('inspect', '--format', '{{.State.ExitCode}}', name), '0')
        self.assertIn('event=stopped', podman('logs', name, allowed=(0, 1)))

    def test_there_is_no_shell(self):
        """Nothing else can be started."""
        with self.assertRaisesRegex(AssertionError, 'not found|no such file'):
            podman('run', '--rm', '--network=none', '--entrypoint=/bin/sh', EXPORTER)


if __name__ == '__main__':
    unittest.main()

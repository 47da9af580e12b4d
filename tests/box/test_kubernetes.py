"""The manifests for kustomize: their schemas, what they promise, and a start by podman."""

import base64
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

import yaml

import cluster
from containers import (FOLDER, PATIENCE, ROOT, SIMULATOR, build, get_in_pod, podman, run,
                        wait_until)

OVERLAYS = ('single', 'sharded', 'vantages')
STATE = '/var/lib/prometheus-reinfer-exporter'
TOKEN = 'a-token-from-the-secret'


@unittest.skipUnless(cluster.KUSTOMIZE.exists(), 'kustomize is not to be had')
class ManifestsTest(unittest.TestCase):
    """Each overlay as kustomize makes it."""

    @classmethod
    def setUpClass(cls):
        cls.made = {name: cluster.kustomized(f'overlays/{name}') for name in OVERLAYS}

    def test_the_schemas_of_the_api_take_them(self):
        """Values, and keys that do not exist."""
        for name, documents in self.made.items():
            self.assertEqual(cluster.problems_of(documents), [], name)

    def test_the_schemas_find_mistakes(self):
        """A wrong value, and a key with a slip of the finger."""
        bad = [{'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 'a'},
                'spec': {'ports': [{'port': 'http'}]}},
               {'apiVersion': 'apps/v1', 'kind': 'StatefulSet', 'metadata': {'name': 'b'},
                'spec': {'selectr': {}}},
               {'apiVersion': 'monitoring.coreos.com/v1', 'kind': 'ServiceMonitor',
                'metadata': {'name': 'c'},
                'spec': {'selector': {}, 'endpoints': [{'intervall': '1s'}]}}]
        said = '\n'.join(cluster.problems_of(bad))
        for words in ('port must be integer', 'selectr', 'intervall'):
            self.assertIn(words, said)

    def test_they_keep_what_all_promise(self):
        """Rights, limits, probes, selectors, the network."""
        for name, documents in self.made.items():
            self.assertEqual(list(cluster.promises_broken(documents)), [], name)
            namespace = cluster.one(documents, 'Namespace')
            self.assertEqual(namespace['metadata']['labels'][
                'pod-security.kubernetes.io/enforce'], 'restricted')
            account = cluster.all_of(documents, 'ServiceAccount')[0]
            self.assertIs(account['automountServiceAccountToken'], False)

    def test_promises_can_be_broken(self):
        """Each of some that are easily lost."""
        for path, value in ((('securityContext', 'runAsNonRoot'), False),
                            (('automountServiceAccountToken',), True),
                            (('hostNetwork',), True)):
            documents = cluster.kustomized('overlays/single')
            place = cluster.one(documents, 'StatefulSet')['spec']['template']['spec']
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            self.assertTrue(list(cluster.promises_broken(documents)), path)

    def test_shards_are_as_many_as_pods(self):
        """The argument and the number of replicas say the same."""
        spec = cluster.one(self.made['sharded'], 'StatefulSet')['spec']
        self.assertIn(f'--shard=auto/{spec["replicas"]}',
                      spec['template']['spec']['containers'][0]['args'])
        self.assertGreater(spec['replicas'], 1)

    def test_vantages_are_told_apart(self):
        """By a label of their pods that the monitor takes over; none selects another's pods."""
        documents = self.made['vantages']
        sets = cluster.all_of(documents, 'StatefulSet')
        labels = [entry['spec']['template']['metadata']['labels']['vantage'] for entry in sets]
        self.assertEqual(len(set(labels)), 2)
        self.assertEqual([entry['spec']['selector']['matchLabels']['vantage'] for entry in sets],
                         labels)
        regions = [entry['spec']['template']['spec']['nodeSelector'] for entry in sets]
        self.assertNotEqual(*regions)
        self.assertEqual(cluster.one(documents, 'ServiceMonitor')['spec']['podTargetLabels'],
                         ['vantage'])

    def test_the_monitor_selects_the_services(self):
        """By their labels and the name of the port."""
        for documents in self.made.values():
            spec = cluster.one(documents, 'ServiceMonitor')['spec']
            for service in cluster.all_of(documents, 'Service'):
                self.assertLessEqual(set(spec['selector']['matchLabels'].items()),
                                     set(service['metadata']['labels'].items()))
                self.assertIn(spec['endpoints'][0]['port'],
                              [port['name'] for port in service['spec']['ports']])

    def test_the_rules_are_those_of_prometheus(self):
        """From the same source, and whole."""
        folder = ROOT / 'deploy/kubernetes/operator'
        sys.path.insert(0, str(folder))
        import generate  # pylint: disable=C0415,E0401
        self.assertEqual((folder / 'prometheusrule.yaml').read_text(), generate.render(),
                         'made from other rules: python3 deploy/kubernetes/operator/generate.py')
        for documents in self.made.values():
            self.assertEqual(cluster.one(documents, 'PrometheusRule')['spec']['groups'],
                             cluster.rule_groups())
            self.assertIn('SUCCESS', cluster.check_rules(FOLDER, documents))

    def test_the_boards_are_those_of_the_repository(self):
        """All of them, with the label that Grafana's sidecar looks for."""
        for documents in self.made.values():
            self.assertEqual(cluster.boards_of(documents), cluster.boards_there())

    def test_kubectl_makes_the_same(self):
        """It has an older kustomize built in."""
        try:
            subprocess.run(['kubectl', 'version', '--client'], check=True, capture_output=True,
                           timeout=PATIENCE)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest('kubectl is not installed')
        for name in OVERLAYS:
            said = subprocess.run(['kubectl', 'kustomize', cluster.KUBERNETES / 'overlays' / name],
                                  check=True, capture_output=True, timeout=PATIENCE).stdout
            self.assertEqual(list(yaml.safe_load_all(said)), self.made[name])


class PodTest(unittest.TestCase):
    """The pod of the sharded overlay, started by podman. Its objects are the overlay's but for what
    no cluster is there for: the StatefulSet is one of its pods, claims are podman's volumes, the
    tenants are simulated by one more container, and the probes are asked from here.
    """

    @classmethod
    def setUpClass(cls):
        if not cluster.KUSTOMIZE.exists():
            raise unittest.SkipTest('kustomize is not to be had')
        build()
        documents = cluster.kustomized('overlays/sharded')
        workload = cluster.one(documents, 'StatefulSet')
        template = workload['spec']['template']
        cls.probes = {}
        for name in ('livenessProbe', 'readinessProbe', 'startupProbe'):
            cls.probes[name] = template['spec']['containers'][0].pop(name)
        # Nothing is reached from outside of its network.
        del template['spec']['containers'][0]['ports']
        cls.pod = f'{workload["metadata"]["name"]}-{os.getpid()}-1'
        cls.write(documents, template)
        cls.addClassCleanup(run, 'podman', 'play', 'kube', '--down', FOLDER / 'pod.yaml',
                            allowed=(0, 1, 125))
        for name in ('state', 'authority'):
            cls.addClassCleanup(podman, 'volume', 'rm', '--force', f'{cls.pod}-{name}')
        podman('play', 'kube', '--network=none', FOLDER / 'pod.yaml')
        cls.exporter = f'{cls.pod}-reinfer-exporter'

    @staticmethod
    def token_in_pod():
        """Podman 4.3 mounts what is in a Secret as it is written there, encoded."""
        encodes = podman('version', '--format', '{{.Client.Version}}').startswith('4.3.')
        return base64.b64encode(TOKEN.encode()).decode() if encodes else TOKEN

    @classmethod
    def write(cls, documents, template):
        """The file for podman."""
        spec = template['spec']
        for volume in spec['volumes']:
            if 'secret' in volume:
                volume['secret']['optional'] = False  # podman 4.3 stumbles over its absence
        spec['volumes'] += [{'name': name, 'persistentVolumeClaim':
                             {'claimName': f'{cls.pod}-{name}'}} for name in ('state', 'authority')]
        spec['containers'][0]['volumeMounts'].append(
            {'name': 'authority', 'mountPath': '/authority', 'readOnly': True})
        spec['containers'].append({
            'name': 'simulator', 'image': SIMULATOR, 'imagePullPolicy': 'Never',
            'args': ['--listen-tls=127.0.0.1:9443', f'--ca-file={STATE}/ca.pem',
                     f'--token={cls.token_in_pod()}'],
            'securityContext': spec['containers'][0]['securityContext'],
            'volumeMounts': [{'name': 'authority', 'mountPath': STATE}]})
        # The simulator has written its authority when the exporter starts.
        spec['containers'].reverse()
        config = cluster.one(documents, 'ConfigMap', 'reinfer-exporter')
        text = config['data']['reinfer_exporter.toml']
        config['data']['reinfer_exporter.toml'] = text.split('[[control]]')[0].replace(
            'https://cloud.uipath.com/acme', 'https://localhost:9443/demo').replace(
            'token_file', 'ca_file = "/authority/ca.pem"\ntoken_file')
        # Each shard has some of so many.
        config['data']['reinfer_exporter.toml'] += ''.join(
            f'[[tenant.probe]]\nname = "projects-{number}"\nuse = "projects"\n'
            for number in range(12))
        secret = {'apiVersion': 'v1', 'kind': 'Secret', 'type': 'Opaque',
                  'metadata': {'name': 'reinfer-exporter-tokens'},
                  'data': {'acme-production': base64.b64encode(TOKEN.encode()).decode()}}
        pod = {'apiVersion': 'v1', 'kind': 'Pod', 'spec': spec,
               'metadata': {**template['metadata'], 'name': cls.pod}}
        (FOLDER / 'pod.yaml').write_text(yaml.safe_dump_all([secret, config, pod]))

    def test_it_starts_and_answers_its_probes(self):
        """At the addresses that the kubelet would ask."""
        for probe in self.probes.values():
            self.assertEqual(probe['httpGet']['port'], 'http')
            wait_until(lambda path=probe['httpGet']['path']: get_in_pod(self.pod, 9877, path),
                       probe['httpGet']['path'])

    def test_it_probes_with_the_token_of_the_secret(self):
        """What of the targets is this shard's is good."""
        def good():
            text = get_in_pod(self.pod, 9877, '/metrics')
            self.assertIn('reinfer_exporter_shard_info{shard="1",shards="3"} 1', text)
            return re.search(r'reinfer_token_accepted\{[^}]*\} 1\n', text) and re.search(
                r'reinfer_probe_results_total\{[^}]*probe="projects-[^}]*outcome="ok"[^}]*\} [1-9]',
                text)
        wait_until(good, 'a good result')
        self.assertNotIn('level=error', podman('logs', self.exporter, allowed=(0,)))

    def test_it_has_the_rights_that_the_manifest_gives(self):
        """As the kernel sees it."""
        process = podman('inspect', '--format', '{{.State.Pid}}', self.exporter)
        status = Path(f'/proc/{process}/status').read_text()
        for line in ('Uid:\t65532', 'CapEff:\t0000000000000000', 'NoNewPrivs:\t1'):
            self.assertIn(line, status)
        self.assertEqual(podman('inspect', '--format', '{{.HostConfig.ReadonlyRootfs}}',
                                self.exporter), 'true')


if __name__ == '__main__':
    unittest.main()

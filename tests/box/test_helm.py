"""The Helm chart, rendered with Helm's template engine for each file of values in its folder ci."""

import json
import re
import unittest

import jsonschema
import yaml

import cluster
from containers import FOLDER, ROOT, Failed

SCHEMA = json.loads((cluster.CHART / 'values.schema.json').read_text())


def values_of(name):
    """Of a file in the folder ci."""
    return yaml.safe_load((cluster.CHART / 'ci' / f'{name}-values.yaml').read_text())


def wrong_values(more):
    """What the schema says of the chart's values with others laid over them."""
    return [error.message for error in
            jsonschema.Draft7Validator(SCHEMA).iter_errors(cluster.values_with(more))]


class ChartTest(unittest.TestCase):
    """What it renders."""

    @classmethod
    def setUpClass(cls):
        cls.values = {path.name.removesuffix('-values.yaml'): yaml.safe_load(path.read_text())
                      for path in (cluster.CHART / 'ci').glob('*-values.yaml')}
        cls.made = {name: cluster.rendered(FOLDER, values)[0]
                    for name, values in cls.values.items()}

    def test_the_schemas_of_the_api_take_it(self):
        """Values, and keys that do not exist."""
        for name, documents in self.made.items():
            self.assertEqual(cluster.problems_of(documents), [], name)

    def test_it_keeps_what_all_promise(self):
        """As the manifests do."""
        for name, documents in self.made.items():
            self.assertEqual(list(cluster.promises_broken(documents)), [], name)

    def test_by_default_it_is_what_the_manifests_are(self):
        """The pod but for names, the policy, the budget."""
        mine, other = self.made['default'], cluster.kustomized('base')
        pods = [cluster.one(entry, 'StatefulSet')['spec']['template']['spec']
                for entry in (mine, other)]
        for key in ('securityContext', 'automountServiceAccountToken', 'enableServiceLinks',
                    'terminationGracePeriodSeconds'):
            self.assertEqual(pods[0][key], pods[1][key], key)
        containers = [pod['containers'][0] for pod in pods]
        for key in ('securityContext', 'resources', 'volumeMounts', 'ports'):
            self.assertEqual(containers[0][key], containers[1][key], key)
        self.assertEqual(sorted(containers[0]['args']), sorted(containers[1]['args']))
        policies = [cluster.one(entry, 'NetworkPolicy')['spec'] for entry in (mine, other)]
        for key in ('ingress', 'egress', 'policyTypes'):
            self.assertEqual(policies[0][key], policies[1][key], key)
        claims = [cluster.one(entry, 'StatefulSet')['spec']['volumeClaimTemplates'][0]['spec']
                  for entry in (mine, other)]
        self.assertEqual(*claims)

    def test_its_configuration_is_one(self):
        """What is in the ConfigMap is the text of the values."""
        found = cluster.one(self.made['default'], 'ConfigMap')
        self.assertEqual(found['data']['reinfer_exporter.toml'],
                         cluster.values_with({})['config'])

    def test_shards_and_vantage_go_into_pods(self):
        """And spread over nodes."""
        spec = cluster.one(self.made['sharded'], 'StatefulSet')['spec']
        pod = spec['template']
        self.assertEqual(spec['replicas'], 3)
        self.assertIn('--shard=auto/3', pod['spec']['containers'][0]['args'])
        self.assertEqual(pod['metadata']['labels']['vantage'], 'frankfurt')
        self.assertEqual(pod['metadata']['labels']['team'], 'integration')
        self.assertTrue(pod['spec']['topologySpreadConstraints'])
        self.assertEqual(spec['volumeClaimTemplates'][0]['spec']['storageClassName'], 'fast')
        names = [entry['metadata']['name'] for entry in self.made['sharded']]
        self.assertIn('reinfer-reinfer-exporter-extra', names)

    def test_rules_and_boards_are_those_of_the_repository(self):
        """For the operator and for Grafana's sidecar."""
        documents = self.made['sharded']
        self.assertEqual(cluster.one(documents, 'PrometheusRule')['spec']['groups'],
                         cluster.rule_groups())
        self.assertIn('SUCCESS', cluster.check_rules(FOLDER, documents))
        self.assertEqual(cluster.boards_of(documents), cluster.boards_there())
        self.assertEqual(cluster.one(documents, 'ServiceMonitor')['metadata']['labels']['release'],
                         'prometheus')
        self.assertEqual(cluster.boards_of(self.made['default']), {})

    def test_a_secured_exporter_checks_itself(self):
        """The kubelet has no user, and its probes would not be let in."""
        documents = self.made['secured']
        workload = cluster.one(documents, 'StatefulSet')
        container = workload['spec']['template']['spec']['containers'][0]
        for probe in ('livenessProbe', 'readinessProbe', 'startupProbe'):
            self.assertEqual(container[probe]['exec']['command'],
                             ['/usr/bin/reinfer_exporter', 'healthcheck'])
        self.assertIn('--web.config.file=/etc/reinfer/web/web.yml', container['args'])
        self.assertRegex(container['image'], '@sha256:')
        self.assertNotIn('volumeClaimTemplates', workload['spec'])
        secret = cluster.one(documents, 'Secret')
        self.assertEqual(secret['stringData'], {'acme': 'not-a-real-token'})
        volumes = {entry['name']: entry for entry in
                   workload['spec']['template']['spec']['volumes']}
        self.assertEqual(volumes['tokens']['secret']['secretName'], secret['metadata']['name'])
        self.assertEqual(volumes['config']['configMap']['name'], 'my-configuration')
        self.assertFalse(cluster.all_of(documents, 'ServiceAccount'))
        endpoint = cluster.one(documents, 'ServiceMonitor')['spec']['endpoints'][0]
        self.assertEqual(endpoint['scheme'], 'https')
        self.assertEqual(endpoint['basicAuth']['username'], {'name': 'scrape', 'key': 'user'})

    def test_a_prefix_is_before_every_path_that_the_cluster_asks_for(self):
        """The kubelet's, Prometheus', and that of the exporter's own check."""
        def container_of(documents):
            pod = cluster.one(documents, 'StatefulSet')['spec']['template']['spec']
            return pod['containers'][0]

        documents = self.made['prefixed']
        container = container_of(documents)
        for flag in ('--web.external-url=https://ops.example.com/reinfer/',
                     '--web.route-prefix=/reinfer',
                     '--web.grafana-url=https://grafana.example.com'):
            self.assertIn(flag, container['args'])
        for probe, path in (('livenessProbe', 'healthy'), ('readinessProbe', 'ready'),
                            ('startupProbe', 'healthy')):
            self.assertEqual(container[probe]['httpGet']['path'], f'/reinfer/-/{path}')
        endpoint = cluster.one(documents, 'ServiceMonitor')['spec']['endpoints'][0]
        self.assertEqual(endpoint['path'], '/reinfer/metrics')
        # A gateway that takes the path away.
        cut = {'web': {'externalUrl': 'https://ops.example.com/reinfer', 'routePrefix': '/'}}
        container = container_of(cluster.rendered(FOLDER, cut)[0])
        self.assertIn('--web.route-prefix=/', container['args'])
        self.assertEqual(container['livenessProbe']['httpGet']['path'], '/-/healthy')
        secured = cluster.merged(values_of('secured'), {'web': {'routePrefix': 'x'}})
        self.assertEqual(
            container_of(cluster.rendered(FOLDER, secured)[0])['livenessProbe']['exec']['command'],
            ['/usr/bin/reinfer_exporter', 'healthcheck', '--web.route-prefix=/x'])

    def test_without_a_secret_for_tokens_it_says_so(self):
        """Nobody finds out from a pod that does not start."""
        with self.assertRaisesRegex(Failed, 'name the Secret with the tokens'):
            cluster.rendered(FOLDER, {'tokens': {'existingSecret': ''}})

    def test_notes_say_what_is_next(self):
        """The Secret to make, and where to look."""
        notes = cluster.rendered(FOLDER, {})[1]
        self.assertIn('create secret generic reinfer-exporter-tokens', notes)
        self.assertIn('port-forward statefulset/reinfer-reinfer-exporter 9877', notes)
        self.assertNotIn('create secret', cluster.rendered(FOLDER, values_of('secured'))[1])

    def test_versions_agree(self):
        """The chart is of the exporter's version."""
        chart = yaml.safe_load((cluster.CHART / 'Chart.yaml').read_text())
        cmake = (ROOT / 'CMakeLists.txt').read_text()
        version = re.search(r'exporter VERSION (\S+)', cmake).group(1)
        self.assertEqual((chart['version'], chart['appVersion']), (version, version))


class ValuesTest(unittest.TestCase):
    """The schema of the values."""

    def test_it_is_a_schema_and_knows_every_value(self):
        """Each key of values.yaml, and no others."""
        jsonschema.Draft7Validator.check_schema(SCHEMA)
        self.assertEqual(set(SCHEMA['properties']) - {'global'}, set(cluster.values_with({})))

        def compare(schema, value, place):
            if schema.get('additionalProperties') is False:
                self.assertLessEqual(set(value), set(schema['properties']), place)
                for key, inner in value.items():
                    compare(schema['properties'][key], inner, f'{place}.{key}')

        compare(SCHEMA, cluster.values_with({}), 'values')

    def test_good_values_are_taken(self):
        """Those of the folder ci."""
        for path in (cluster.CHART / 'ci').glob('*-values.yaml'):
            self.assertEqual(wrong_values(yaml.safe_load(path.read_text())), [], path.name)

    def test_bad_values_are_refused(self):
        """Slips of the finger, and what would not work."""
        for bad in ({'shard': 3}, {'shards': 0}, {'shards': '3'}, {'image': {'digest': 'sha256:1'}},
                    {'persistence': {'accessModes': ['ReadWriteMany']}},
                    {'extraArgs': ['--shard=0/2']}, {'extraArgs': ['--config.file=/a']},
                    {'terminationGracePeriodSeconds': 5}, {'vantage': 'a b'},
                    {'serviceMonitor': {'interval': '15'}}, {'tokens': {'values': {'a': ''}}},
                    {'resources': {'limits': {'memory': '256 MB'}}},
                    {'networkPolicy': {'https': ['0.0.0.0/0']}}):
            self.assertTrue(wrong_values(bad), bad)


if __name__ == '__main__':
    unittest.main()

"""What the tests of the manifests and of the chart have in common: rendering them, checking them
against the API's schemas, and what all of them promise.
"""

import copy
import json
import subprocess

import yaml

from containers import ROOT, TOOLS, run

KUBERNETES = ROOT / 'deploy' / 'kubernetes'
CHART = ROOT / 'deploy' / 'helm' / 'reinfer-exporter'
RULES = ROOT / 'dashboards' / 'prometheus'
BOARDS = ROOT / 'dashboards' / 'grafana' / 'boards'
MODULES = TOOLS / 'schemas' / 'node_modules'
KUSTOMIZE = TOOLS / 'trixie' / 'usr' / 'bin' / 'kustomize'


def kustomized(path):
    """The documents of an overlay."""
    return [entry for entry in yaml.safe_load_all(run(KUSTOMIZE, 'build', KUBERNETES / path))
            if entry]


def merged(base, more):
    """Helm's way to lay values over each other."""
    found = copy.deepcopy(base)
    for key, value in more.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = merged(found[key], value) if both else value
    return found


def values_with(more):
    """The chart's values with others laid over them."""
    return merged(yaml.safe_load((CHART / 'values.yaml').read_text()), more)


def rendered(folder, more, release='reinfer', namespace='monitoring'):
    """The documents of the chart, and the notes."""
    program = folder / 'render'
    if not program.exists():
        run('env', 'GO111MODULE=off', 'GOPATH=/usr/share/gocode', f'GOCACHE={folder}/go', 'go',
            'build', '-o', program, './tests/box/render', patience=600)
    values = folder / 'values.json'
    values.write_text(json.dumps(values_with(more)))
    texts = json.loads(run(program, CHART, release, namespace, values))
    notes = texts.pop('templates/NOTES.txt')
    return [entry for name in sorted(texts) for entry in yaml.safe_load_all(texts[name])
            if entry], notes


def problems_of(documents):
    """What the schemas have against them."""
    ended = subprocess.run(['node', ROOT / 'tests/box/validate.mjs', MODULES], text=True,
                           input=json.dumps(documents), capture_output=True, check=False,
                           timeout=300)
    if ended.returncode not in (0, 1) or ended.stderr:
        raise AssertionError(ended.stderr)
    return ended.stdout.splitlines()


def one(documents, kind, name=None):
    """The one document of that kind, and name if there are several."""
    found = [entry for entry in documents if entry['kind'] == kind
             and name in (None, entry['metadata']['name'])]
    if len(found) != 1:
        raise AssertionError(f'{len(found)} of {kind} {name}')
    return found[0]


def all_of(documents, kind):
    """All documents of that kind."""
    return [entry for entry in documents if entry['kind'] == kind]


def restricted_faults(spec):
    """What the restricted profile of Pod Security has against a pod, by its published list."""
    pod = spec.get('securityContext', {})
    for key in ('hostNetwork', 'hostPID', 'hostIPC'):
        if spec.get(key):
            yield key
    for volume in spec.get('volumes', ()):
        kinds = set(volume) - {'name'}
        if not kinds <= {'configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral',
                         'persistentVolumeClaim', 'projected', 'secret'}:
            yield f'volume of {kinds}'
    for container in spec['containers'] + spec.get('initContainers', []):
        own = container.get('securityContext', {})
        if own.get('allowPrivilegeEscalation') is not False:
            yield 'allowPrivilegeEscalation'
        if own.get('capabilities', {}).get('drop') != ['ALL'] or own['capabilities'].get('add'):
            yield 'capabilities'
        if not own.get('runAsNonRoot', pod.get('runAsNonRoot')):
            yield 'runAsNonRoot'
        if own.get('runAsUser', pod.get('runAsUser')) == 0:
            yield 'runAsUser'
        profile = own.get('seccompProfile', pod.get('seccompProfile', {}))
        if profile.get('type') not in ('RuntimeDefault', 'Localhost'):
            yield 'seccompProfile'
        if any(port.get('hostPort') for port in container.get('ports', ())):
            yield 'hostPort'


def promises_broken(documents):
    """What every way to install into a cluster promises, and these do not keep."""
    for workload in all_of(documents, 'StatefulSet'):
        spec = workload['spec']['template']['spec']
        labels = workload['spec']['template']['metadata']['labels']
        container = spec['containers'][0]
        yield from restricted_faults(spec)
        if container['securityContext'].get('readOnlyRootFilesystem') is not True:
            yield 'the root file system may be written'
        if spec.get('automountServiceAccountToken') is not False:
            yield 'a token for the API is mounted'
        if 'cpu' in container['resources'].get('limits', {}):
            yield 'there is a CPU limit'
        if 'cpu' not in container['resources']['requests'] \
                or 'memory' not in container['resources']['limits']:
            yield 'a request or limit is missing'
        for probe in ('livenessProbe', 'readinessProbe', 'startupProbe'):
            if probe not in container:
                yield f'no {probe}'
        if not any('secret' in volume for volume in spec['volumes']):
            yield 'no Secret is mounted'
        if any('subPath' in mount for mount in container['volumeMounts']):
            yield 'a subPath keeps changes out'
        wanted = [workload['spec']['selector']['matchLabels']]
        mine = [entry for kind in ('Service', 'PodDisruptionBudget', 'NetworkPolicy')
                for entry in all_of(documents, kind)
                if entry['metadata']['name'] == workload['metadata']['name']]
        for entry in mine:
            own = entry['spec']
            wanted.append(own.get('podSelector', own['selector'] if 'selector' in own else {})
                          .get('matchLabels', own.get('selector')))
        if len(wanted) < 4:
            yield 'a service, a budget or a policy is missing'
        for selector in wanted:
            if not selector or not set(selector.items()) <= set(labels.items()):
                yield f'{selector} does not select the pods'
    for policy in all_of(documents, 'NetworkPolicy'):
        spec = policy['spec']
        if sorted(spec['policyTypes']) != ['Egress', 'Ingress']:
            yield 'traffic of one direction is not limited'
        names, https = spec['egress'][:2]
        if {port['port'] for port in names['ports']} != {53} \
                or names['to'][0]['podSelector']['matchLabels'] != {'k8s-app': 'kube-dns'}:
            yield 'names cannot be looked up'
        if [port['port'] for port in https['ports']] != [443]:
            yield 'HTTPS is not what goes out'
        if '169.254.0.0/16' not in https['to'][0]['ipBlock']['except']:
            yield "the cloud's metadata can be reached"
        if any(not entry.get('to') or not entry.get('ports') for entry in spec['egress']):
            yield 'an egress rule has no end'
        if spec['ingress'][0]['from'][0]['podSelector']['matchLabels'] \
                != {'app.kubernetes.io/name': 'prometheus'}:
            yield 'others than Prometheus may scrape'


def rule_groups():
    """The groups of the rules that Prometheus reads from files."""
    return [group for name in ('recording_rules.yml', 'alerts.yml')
            for group in yaml.safe_load((RULES / name).read_text())['groups']]


def check_rules(folder, documents):
    """What promtool says of the rules for the operator."""
    path = folder / 'rules.yml'
    path.write_text(yaml.safe_dump(one(documents, 'PrometheusRule')['spec']))
    return run('promtool', 'check', 'rules', path)


def boards_of(documents):
    """The boards in ConfigMaps, by their file."""
    return {name: text for entry in all_of(documents, 'ConfigMap')
            if entry['metadata'].get('labels', {}).get('grafana_dashboard') == '1'
            for name, text in entry['data'].items()}


def boards_there():
    """The boards of the repository, by their file."""
    return {path.name: path.read_text() for path in BOARDS.glob('*.json')}

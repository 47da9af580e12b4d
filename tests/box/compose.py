"""Says how podman starts a service of deploy/compose/compose.yaml: with the same options, files and
command, in a pod. Used by test_compose.py where docker is not to be had.
"""

import yaml

from containers import ROOT

FOLDER = ROOT / 'deploy' / 'compose'


def load(name='compose.yaml'):
    """The file as a value."""
    return yaml.safe_load((FOLDER / name).read_text())


def source_of(entry, volumes):
    """A volume entry as podman takes it."""
    source, target, *rest = entry.split(':')
    if source in volumes:
        source = volumes[source]
    else:
        source = (FOLDER / source).resolve()
    return ':'.join([str(source), target, *rest])


def options_of(service, volumes):
    """The options of `podman run`; what belongs to the pod (network, ports) is left out."""
    found = [f'--user={service["user"]}', f'--memory={service["mem_limit"]}',
             f'--pids-limit={service["pids_limit"]}']
    found += [f'--cap-drop={name}' for name in service['cap_drop']]
    found += [f'--security-opt={entry.removesuffix(":true")}' for entry in
              service['security_opt']]
    if service.get('read_only'):
        found += ['--read-only', '--read-only-tmpfs=false']
    found += [f'--tmpfs={entry}' for entry in service.get('tmpfs', ())]
    found += [f'--env={name}={value}' for name, value in service.get('environment', {}).items()]
    found += [f'--volume={source_of(entry, volumes)}' for entry in service.get('volumes', ())]
    return found

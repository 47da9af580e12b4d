"""Runs podman and buildah for the tests, with a storage of their own in the user's cache folder.

Containers here have no network but the loopback interface of their pod, so nothing collides and
nothing is reached by accident. Files go to a temporary folder.
"""

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests'))

from machine import cache_folder  # noqa: E402  pylint: disable=C0413

CACHE = cache_folder() / 'container'
TOOLS = cache_folder() / 'box-tools'
PATIENCE = 240
LONG = 1800
EXPORTER, SIMULATOR = 'localhost/reinfer_exporter:latest', 'localhost/reinfer_simulator:latest'
BASE = 'localhost/reinfer-debian:bookworm'
# Whom the images run as, and as few rights as there are.
USER = 65532
HARDENED = ['--read-only', '--read-only-tmpfs=false', '--cap-drop=all',
            '--security-opt=no-new-privileges']

FOLDER = Path(tempfile.mkdtemp(prefix='reinfer-box-'))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def _settings():
    """Where storage is, and what a machine without systemd and with few rights needs."""
    storage = FOLDER / 'storage.conf'
    storage.write_text(f'[storage]\ndriver = "overlay"\ngraphroot = "{CACHE}/storage"\n'
                       f'runroot = "{CACHE}/run"\n')
    containers = FOLDER / 'containers.conf'
    containers.write_text('[containers]\ndefault_ulimits = ["nofile=1024:1024", '
                          '"nproc=4096:4096"]\n[engine]\nruntime = "runc"\n'
                          'cgroup_manager = "cgroupfs"\nevents_logger = "file"\n')
    return {**os.environ, 'CONTAINERS_STORAGE_CONF': str(storage),
            'CONTAINERS_CONF': str(containers)}


ENVIRONMENT = _settings()


class Failed(AssertionError):
    """A command did not do it."""


def run(*command, patience=PATIENCE, allowed=(0,), **more):
    """Runs it to its end; returns what it printed, stripped."""
    ended = subprocess.run([str(word) for word in command], env=ENVIRONMENT, text=True,
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=patience,
                           check=False, cwd=ROOT, **more)
    if ended.returncode not in allowed:
        raise Failed(f'{" ".join(map(str, command))}: exit code {ended.returncode}\n'
                     f'{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}')
    return (ended.stdout + (ended.stderr if allowed != (0,) else '')).strip()


def podman(*arguments, **how):
    """One command of podman."""
    return run('podman', *arguments, **how)


def build(*arguments):
    """Makes the images."""
    return run('bash', 'deploy/container/build.sh', *arguments, patience=LONG)


def image_id(name):
    """By which an image is known for what is in it."""
    return podman('image', 'inspect', '--format', '{{.Id}}', name)


@contextlib.contextmanager
def mounted(image):
    """The folder in which the files of the image are."""
    try:
        yield Path(podman('image', 'mount', image))
    finally:
        podman('image', 'unmount', image)


def wait_until(observe, what, patience=PATIENCE):
    """Observes until it is something; returns that."""
    deadline = time.monotonic() + patience
    pause = threading.Event()
    seen = None
    while time.monotonic() < deadline:
        try:
            seen = observe()
            if seen:
                return seen
        except (Failed, ValueError, KeyError, IndexError) as error:
            seen = error
        pause.wait(0.2)
    raise AssertionError(f'waited {patience} s for {what}, last saw: {seen!r}')


def get_in_pod(name, port, path, scheme='http'):
    """What a server in the pod answers; it is reached in the pod's own network alone."""
    infra = podman('pod', 'inspect', '--format', '{{.InfraContainerID}}', name)
    process = podman('inspect', '--format', '{{.State.Pid}}', infra)
    return run('nsenter', f'--net=/proc/{process}/ns/net', 'curl', '--noproxy', '*', '-fsSk',
               '--max-time', '20', f'{scheme}://127.0.0.1:{port}{path}')


class Pod:
    """Containers that share a network with nothing in it but themselves; gone with its owner."""

    def __init__(self, owner, name, hosts=()):
        self.name = f'{name}-{os.getpid()}'
        owner.addClassCleanup(podman, 'pod', 'rm', '--force', '--time=1', self.name,
                              allowed=(0, 1))
        podman('pod', 'create', '--network=none', f'--name={self.name}')
        self.hosts = FOLDER / f'{name}.hosts'
        self.hosts.write_text(' '.join(['127.0.0.1 localhost', *hosts]) + '\n')

    def start(self, name, image, *command, options=()):
        """Starts a container in it; returns its full name."""
        full = f'{self.name}-{name}'
        podman('run', '--detach', f'--pod={self.name}', f'--name={full}', '--no-healthcheck',
               f'--volume={self.hosts}:/etc/hosts:ro', *options, image, *command)
        return full

    def get(self, port, path='/', scheme='http'):
        """What a server in it answers."""
        return get_in_pod(self.name, port, path, scheme)

    def json(self, port, path):
        """The same, understood."""
        return json.loads(self.get(port, path))

"""Exactness where people run it: in the container image, under a limit of CPU as a container can
have one, and on Debian 13, with its libcurl and OpenSSL.

The image holds the exporter alone, which keeps no record of single probes. So a bench program that
was linked with the same objects (Containerfile) is mounted into a container of that image, beside
its libraries and under its rights. Into the root of Debian 13 that tests/debian13.sh makes goes a
program that was built in it. The truth server stays outside, and loopback is everybody's.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import quota
from exactness import Window
from program import TOKEN_VARIABLE
from stage import BLACKBOX, ROOT

sys.path.insert(0, str(ROOT / 'tests' / 'box'))

import containers  # noqa: E402  pylint: disable=C0413

SUBJECTS = ('exporter', 'blackbox')
RATE = 200  # probes a second of each kind, as with the same share in `quota`
SHARE = 0.5
# Of their own name: nobody's tests are disturbed.
PREFIX = 'localhost/bench'
EXPORTER_IMAGE, BENCH_IMAGE = f'{PREFIX}/reinfer_exporter:latest', f'{PREFIX}/reinfer_bench:latest'
CGROUPS = Path('/sys/fs/cgroup')
# Mounts are in a namespace of the program's own and go with it.
ENTER = '''set -e
root=$1 cache=$2 folder=$3
shift 3
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount --bind "$cache" "$root/cache"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root$folder"
mount --bind "$folder" "$root$folder"
exec chroot "$root" "$@"
'''


def cpu_group(text, root=CGROUPS):
    """Where the files of a process's group for CPU are, by its /proc/PID/cgroup."""
    lines = [line.split(':', 2) for line in text.splitlines()]
    for _, controllers, path in lines:
        if 'cpu' in controllers.split(','):
            return root / controllers / path.lstrip('/')
    unified = root / 'unified' if (root / 'unified').exists() else root
    return next(unified / path.lstrip('/') for _, controllers, path in lines if not controllers)


def throttled_between(before, after):
    """Of two readings of a cpu.stat: the share of the periods in between in which the limit was
    used up."""
    def counts(text):
        stat = dict(line.split() for line in text.splitlines())
        return int(stat.get('nr_periods', 0)), int(stat.get('nr_throttled', 0))
    periods, throttled = (late - early for early, late in zip(counts(before), counts(after)))
    if periods <= 0:
        raise RuntimeError('the container has no limit of CPU')
    return throttled / periods


def packages(entries, names):
    """Of dpkg's entries: 'libcurl4 7.88.1, libssl3 3.0.15', those whose name begins so."""
    found = []
    for entry in entries:
        fields = dict(line.split(': ', 1) for line in entry.splitlines() if ': ' in line)
        if fields.get('Package', '').startswith(names):
            found.append(f'{fields["Package"]} {fields["Version"]}')
    return ', '.join(sorted(found))


class Image:
    """A container of the image as deploy/ starts it: no rights, nothing to write to."""

    def __init__(self, stage):
        """Builds the image, and the program for it, where they are not there yet."""
        self._stage = stage
        self._cpu_stat = None
        containers.build('--builder', f'--prefix={PREFIX}')
        containers.run(
            'buildah', 'bud', '--quiet', '--layers', '--isolation=chroot', '--network=host',
            '--pull=never', f'--volume={containers.cache_folder()}/ccache:/cache',
            f'--build-arg=BUILDER={PREFIX}/reinfer_builder:latest', f'--tag={BENCH_IMAGE}',
            '--file=tests/bench/Containerfile', '.', patience=containers.LONG)
        self._program = stage.path('probe_bench')
        with containers.mounted(BENCH_IMAGE) as root:
            shutil.copy(root / 'source/build/release/tests/bench/probe_bench', self._program)
        with containers.mounted(EXPORTER_IMAGE) as root:
            self.versions = packages((path.read_text() for path in sorted(
                (root / 'var/lib/dpkg/status.d').iterdir())), ('libcurl', 'libssl'))
        # It writes its samples there; nobody else but root may.
        os.chown(stage.folder, containers.USER, containers.USER)

    @contextlib.contextmanager
    def running(self, program, *arguments):
        """The program mounted into a container for as long as the block lasts."""
        name = Path(program).name
        source = self._program if name == 'probe_bench' else shutil.which(program)
        pid_file, folder = self._stage.path('pid'), self._stage.folder
        container = f'reinfer-bench-{pid_file.name}-{os.getpid()}'
        command = ['podman', 'run', '--rm', f'--name={container}', f'--pidfile={pid_file}',
                   '--no-healthcheck', '--network=host', *containers.HARDENED, f'--cpus={SHARE}',
                   f'--env={TOKEN_VARIABLE}', f'--volume={folder}:{folder}',
                   f'--volume={source}:/bench/{name}:ro', f'--entrypoint=/bench/{name}',
                   EXPORTER_IMAGE, *arguments]
        try:
            with self._stage.running(*command, environment=containers.ENVIRONMENT) as running:
                pid = int(running.says(pid_file))
                group = cpu_group(Path(f'/proc/{pid}/cgroup').read_text())
                self._cpu_stat = group / 'cpu.stat'
                yield running
        finally:
            containers.podman('rm', '--force', '--ignore', '--time=1', container)

    @contextlib.contextmanager
    def limit(self):
        """By which means it is limited; after the block, how often it stood still meanwhile."""
        limit = {'means': 'podman --cpus', 'throttled': None}
        before = self._cpu_stat.read_text()
        yield limit
        limit['throttled'] = throttled_between(before, self._cpu_stat.read_text())


class Debian13:
    """The root of tests/debian13.sh, without a limit."""

    def __init__(self, stage):
        """Makes the root and builds in it, where that is not done yet."""
        self._stage = stage
        said = containers.run('bash', 'tests/debian13.sh', '--bench', patience=containers.LONG)
        self._root = Path(said.splitlines()[-1])
        entries = subprocess.run(
            ['chroot', self._root, 'dpkg-query', '-s', 'libcurl4t64', 'libssl3t64', BLACKBOX],
            check=True, capture_output=True, text=True).stdout
        self.versions = packages(entries.split('\n\n'), ('lib', BLACKBOX))

    def running(self, program, *arguments):
        """The root's own program."""
        name = Path(program).name
        if name == 'probe_bench':
            name = '/checkout/build/release/tests/bench/probe_bench'
        return self._stage.running('unshare', '--mount', '--propagation', 'private', 'sh', '-c',
                                   ENTER, 'sh', self._root, self._root.parent, self._stage.folder,
                                   name, *arguments)

    def limit(self):
        """There is none."""
        return contextlib.nullcontext({'means': 'no limit', 'throttled': None})


PLACES = {'the container image, 50% of a processor': Image, 'Debian 13': Debian13}


def run_place(stage, name, place, subject, seconds, seed):
    """Wait errors there, as `quota` has them."""
    samples = stage.path('samples')
    with stage.truth(seed) as truth, contextlib.ExitStack() as stack:
        program = quota.run_subject(stage, stack, truth, subject, RATE, samples, place.running)
        window = Window(program)
        with place.limit() as limit:
            window.measure(seconds)
    return {'subject': subject, 'place': name, 'versions': place.versions, **limit,
            **quota.judged_samples(truth, samples, window)}

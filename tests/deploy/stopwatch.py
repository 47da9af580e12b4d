#!/usr/bin/env python3
"""How long a newcomer waits: from the first command to the first scrape that has a good probe in
it, by each way of installing, and in the drill to the first alert that fires.

    tests/deploy/stopwatch.py                                 every way
    tests/deploy/stopwatch.py --way=package --way=drill       these
    tests/deploy/stopwatch.py --packages=FOLDER               with packages that are built already

`package`, `quickstart` and `drill` begin with a Debian that has nothing but apt, where the README's
commands are typed as they stand. `image`, `compose` and `kubernetes` start what tests/box starts,
with podman; layers and compilers' caches that are there are used. Needs root and an idle machine.
It measures, and passes or fails nothing.
"""

import argparse
import contextlib
import importlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'box')]

import run as deploy  # noqa: E402  pylint: disable=C0413
from machine_root import ROOT, Machine, bare_root, base_root, run  # noqa: E402

PATIENCE = 3600
GOOD = re.compile(r'(?m)^reinfer_probe_results_total\{[^}]*outcome="ok"[^}]*\} [1-9]')
METRICS = 'http://localhost:9877/metrics'
FIRES = re.compile(r'^(\d+):(\d+):(\d+)  fires +(?!ReinferWatchdog)(\S+)')
HAPPENS = re.compile(r'^(\d+):(\d+):(\d+)  happens ')


class Watch:
    """The steps of one way, and how long each took."""

    def __init__(self, way):
        self.way, self.steps = way, []

    @contextlib.contextmanager
    def step(self, name):
        """Measures what is done inside."""
        start = time.monotonic()
        yield
        self.steps.append((name, time.monotonic() - start))
        print(f'{self.way}: {name}: {self.steps[-1][1]:.0f} s', flush=True)

    def total(self):
        """All steps, in seconds."""
        return sum(took for _, took in self.steps)


def poll(observe, what):
    """Observes every tenth of a second until it is true."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, AssertionError):
            found = observe()
            if found:
                return found
        pause.wait(0.1)
    raise SystemExit(f'{what} did not come')


def scraped():
    """Whether a scrape from this machine has a good probe in it."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(METRICS, timeout=5) as reply:
        return GOOD.search(reply.read().decode())


class Bare:
    """A Debian with nothing but apt, and the files of the checkout in /checkout; gone on exit."""

    def __init__(self, release):
        self.folder = Path(tempfile.mkdtemp(prefix='reinfer-stopwatch-'))
        self.root = self.folder / 'root'
        run('cp', '-a', '--reflink=auto', bare_root(release), self.root)
        (self.root / 'checkout').mkdir()
        run('bash', '-c', 'git ls-files -z | tar --null --files-from=- --create | '
            f'tar --extract --directory={self.root}/checkout', cwd=ROOT)
        hosts = self.root / 'etc/hosts'
        if not hosts.exists():
            hosts.write_text('127.0.0.1 localhost\n')
        self.epoch = run('git', 'log', '-1', '--format=%ct', cwd=ROOT)[1].strip()
        self.revision = run('git', 'rev-parse', '--short=12', 'HEAD', cwd=ROOT)[1].strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *command):
        """Types the command there; the network is this machine's."""
        return subprocess.Popen(
            ['systemd-nspawn', '-q', '--register=no', '--keep-unit', '--as-pid2', '-D',
             str(self.root), '--chdir=/checkout', f'--setenv=SOURCE_DATE_EPOCH={self.epoch}',
             f'--setenv=REINFER_REVISION={self.revision}', '--', *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def call(self, *command):
        """Runs it to its end."""
        process = self.start(*command)
        said = process.communicate()[0]
        if process.returncode != 0:
            raise SystemExit(f'{" ".join(command)}: {process.returncode}\n{said[-3000:]}')


@contextlib.contextmanager
def ended(process):
    """Ends it at last, with whatever it has started."""
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def package(watch, options):
    """build-deb.sh, dpkg -i in a booted machine, a token, a tenant, systemctl enable --now."""
    with contextlib.ExitStack() as stack:
        folder = options.packages
        if not folder:
            bare = stack.enter_context(Bare(options.release))
            with watch.step('bash deploy/build-deb.sh'):
                bare.call('bash', 'deploy/build-deb.sh')
            folder = bare.root / 'checkout/build/deb'
            if options.keep:
                shutil.copytree(folder, options.keep, dirs_exist_ok=True,
                                ignore=shutil.ignore_patterns('build'))
        packages = deploy.Packages(folder)
        machine = stack.enter_context(Machine(base_root(options.release, packages.needs())))
        for file in (packages.exporter, packages.simulator):
            run('cp', file, machine.file('/srv'))
        machine.call('dpkg', '-i', f'/srv/{packages.simulator.name}')
        machine.file('/etc/prometheus').mkdir()
        deploy.start_simulator(machine)
        with watch.step('dpkg -i'):
            machine.call('dpkg', '-i', f'/srv/{packages.exporter.name}')
        with watch.step('token, tenant, systemctl enable --now, first scrape'):
            deploy.start_service(machine)
            poll(lambda: GOOD.search(machine.get(deploy.METRICS)), 'the first scrape')


def quickstart(watch, options, bare=None):
    """deploy/quickstart.sh against its simulated tenant."""
    with contextlib.ExitStack() as stack:
        bare = bare or stack.enter_context(Bare(options.release))
        with watch.step('bash deploy/quickstart.sh, first scrape'), \
                ended(bare.start('bash', 'deploy/quickstart.sh', '--for=600')) as process:
            poll(lambda: process.poll() is not None or scraped(), 'the first scrape')
            if process.poll() is not None:
                raise SystemExit(process.stdout.read()[-3000:])


def in_seconds(match):
    """The time at which a line of the drill begins."""
    hours, minutes, rest = (int(match[number]) for number in (1, 2, 3))
    return (hours * 60 + minutes) * 60 + rest


@contextlib.contextmanager
def begun_drill(options, bare):
    """The drill's process: its script where nothing is built, or with the programs of packages."""
    with contextlib.ExitStack() as stack:
        if bare is None and options.packages:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for file in options.packages.glob('*.deb'):
                run('dpkg-deb', '-x', file, folder / 'content')
            (folder / 'src/simulator').mkdir(parents=True)
            for name in ('src/reinfer_exporter', 'src/simulator/reinfer_simulator'):
                (folder / name).symlink_to(folder / 'content/usr/bin' / Path(name).name)
            process = subprocess.Popen(
                [sys.executable, ROOT / 'dashboards/drill.py', f'--build-dir={folder}'],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True)
        else:
            bare = bare or stack.enter_context(Bare(options.release))
            process = bare.start('bash', 'dashboards/drill.sh')
        yield stack.enter_context(ended(process))


def drill(watch, options, bare=None):
    """dashboards/drill.sh, which is ten times faster than life."""
    happened, said = None, []
    with watch.step('the drill, first alert fires'), begun_drill(options, bare) as process:
        for line in process.stdout:
            said.append(line)
            if happened is None and HAPPENS.match(line):
                happened = in_seconds(HAPPENS.match(line))
            fires = FIRES.match(line)
            if fires and happened is not None:
                break
        else:
            raise SystemExit(''.join(said)[-3000:])
    print(f'{watch.way}: {fires[4]}, {in_seconds(fires) - happened} s of life after the fault')


def quickstart_and_drill(watches, options):
    """One after the other where nothing was, as a newcomer does."""
    with Bare(options.release) as bare:
        quickstart(watches[0], options, bare)
        drill(watches[1], options, bare)


@contextlib.contextmanager
def box(module, case):
    """What a test of tests/box starts, with the images that are there; gone at the end."""
    tests = importlib.import_module(module)
    fixture = getattr(tests, case)
    tests.build = lambda *_: ''
    try:
        fixture.setUpClass()
        yield fixture
    finally:
        fixture.doClassCleanups()


def build_images(watch):
    """As README's `docker build`, without docker."""
    with watch.step('bash deploy/container/build.sh'):
        importlib.import_module('containers').build()


def image(watch, _options):
    """The image beside the simulator's, read-only and without rights."""
    build_images(watch)
    with watch.step('podman run, first scrape'), box('test_image', 'RunningTest') as fixture:
        poll(lambda: GOOD.search(fixture.pod.get(9877, '/metrics')), 'the first scrape')


def compose(watch, _options):
    """The stack, by the files for compose: until Prometheus has a good probe, then an alert."""
    build_images(watch)
    with contextlib.ExitStack() as stack:
        def asked(query):
            return fixture.pod.json(9090, f'/api/v1/query?query={query}')['data']['result']
        with watch.step('podman run of the services, first scrape by Prometheus'):
            fixture = stack.enter_context(box('test_compose', 'ChainTest'))
            poll(lambda: asked('reinfer_probe_success==1'), 'the first scrape')
        # The demonstration's faults are over before one of them pages.
        with watch.step('the alert that always fires is at Alertmanager'):
            poll(lambda: fixture.pod.json(9093, '/api/v2/alerts'), 'an alert')


def kubernetes(watch, _options):
    """A pod of the sharded overlay, by podman play kube."""
    build_images(watch)
    with watch.step('kustomize, podman play kube, first scrape'), \
            box('test_kubernetes', 'PodTest') as fixture:
        poll(lambda: GOOD.search(importlib.import_module('containers').get_in_pod(
            fixture.pod, 9877, '/metrics')), 'the first scrape')


WAYS = {way.__name__: way for way in (package, image, quickstart, drill, compose, kubernetes)}


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n', maxsplit=1)[0])
    parser.add_argument('--way', action='append', choices=WAYS)
    parser.add_argument('--packages', type=Path)
    parser.add_argument('--release', default='bookworm')
    parser.add_argument('--keep', type=Path, help='a copy of the packages that were built')
    options = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit('needs root, for roots of its own')
    with socket.socket() as taken:
        if taken.connect_ex(('127.0.0.1', 9877)) == 0:
            raise SystemExit('port 9877 is taken')
    run('bash', '-c', 'source deploy/packages.sh && install_packages "${deploy_test_packages[@]}"',
        cwd=ROOT)
    ways = options.way or list(WAYS)
    watches = {way: Watch(way) for way in ways}
    if {'quickstart', 'drill'} <= set(ways):
        quickstart_and_drill((watches['quickstart'], watches['drill']), options)
        ways = [way for way in ways if way not in ('quickstart', 'drill')]
    for way in ways:
        WAYS[way](watches[way], options)
    print(f'\nWith {os.cpu_count()} processors:\n\n| way | step | seconds |\n|---|---|---|')
    for watch in watches.values():
        for name, took in watch.steps:
            print(f'| {watch.way} | {name} | {took:.0f} |')
        print(f'| {watch.way} | **all** | **{watch.total():.0f}** |')
    return 0


if __name__ == '__main__':
    sys.exit(main())

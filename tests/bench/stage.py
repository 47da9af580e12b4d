"""What a measurement needs around it: certificates, the truth server, the programs to measure.

Everything runs on loopback, in a folder of its own, and is ended whatever happens. Nothing here
judges a figure.
"""

import contextlib
import csv
import itertools
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from program import TOKEN_VARIABLE, Program, get, wait_for

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests'))

from machine import free_port, newer_blackbox  # noqa: E402  pylint: disable=C0413

HOLD_US = (2000, 20000)
BLACKBOX = 'prometheus-blackbox-exporter'
# Debian 12's, which is installed, and the one of today, which is unpacked into the cache.
PEERS = {'blackbox': BLACKBOX, 'blackbox-new': newer_blackbox()}

BLACKBOX_MODULE = '''\
  {name}:
    prober: http
    timeout: 1s
    http:
      preferred_ip_protocol: ip4
      ip_protocol_fallback: false
      bearer_token: bench-token
      tls_config:
        ca_file: {ca}
'''


@dataclass(frozen=True)
class Load:
    """So many probes a second of one kind; each target is probed once an interval."""
    scheme: str  # plain, tls
    connection: str  # fresh, reuse
    rate: float


def make_certificates(folder):
    """A CA and a certificate for 127.0.0.1, both with P-256 keys."""
    def openssl(*arguments):
        subprocess.run(['openssl', *arguments], cwd=folder, check=True, capture_output=True)
    key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    openssl('req', '-x509', *key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2',
            '-subj', '/CN=bench CA', '-addext', 'basicConstraints=critical,CA:TRUE')
    openssl('req', *key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=127.0.0.1')
    (folder / 'server.ext').write_text('subjectAltName=IP:127.0.0.1\n')
    openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key',
            '-CAcreateserial', '-out', 'server.pem', '-days', '2', '-extfile', 'server.ext')


class Stage:
    """A folder with certificates, and what can be started in it. Use it in a `with`."""

    def __init__(self, build_dir):
        self._build = Path(build_dir).resolve()
        self._stack = contextlib.ExitStack()
        self._numbers = itertools.count(1)

    def __enter__(self):
        folder = tempfile.mkdtemp(prefix='reinfer-bench-')
        self.folder = Path(folder)
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        make_certificates(self.folder)
        return self

    def __exit__(self, *_):
        self._stack.close()

    def path(self, name):
        """A file name that nobody has used yet; any thread."""
        return self.folder / f'{next(self._numbers):04d}-{name}'

    def program(self, name):
        """Where a program of ours is."""
        folder = 'src' if name == 'reinfer_exporter' else 'tests/bench'
        return self._build / folder / name

    @contextlib.contextmanager
    def running(self, *arguments, environment=None):
        """A program for as long as the block lasts; it is still there at its end, or all fails."""
        program = Program(arguments, self.path('log'), environment)
        try:
            yield program
            program.check()
        finally:
            program.stop()

    @contextlib.contextmanager
    def truth(self, seed, everything=False, hold_us=HOLD_US, gives_way=False):
        """The truth server; what it knows is there after the block. One that gives way has the
        processors only while nobody else wants them."""
        truth = Truth(self.path('ports'), self.path('truth.csv'))
        nice = ['nice', '-n', '19'] if gives_way else []
        arguments = [*nice, self.program('truth_server'), self.folder / 'server.pem',
                     self.folder / 'server.key', truth.ports_file, truth.log_file, seed, *hold_us]
        with self.running(*arguments, *(['everything'] if everything else [])) as program:
            ports = program.says(truth.ports_file).split()
            truth.ports = {'plain': int(ports[0]), 'tls': int(ports[1])}
            yield truth

    def targets_file(self, truth, loads, interval_s=1):
        """The targets of a bare loop: as many as make the rates at that interval."""
        path = self.path('targets')
        lines = []
        for load in loads:
            count = max(1, round(load.rate * interval_s))
            lines += [f'{load.connection} {interval_s * 1000} {truth.url(load.scheme)}/api/v1/t{i}'
                      for i in range(count)]
        path.write_text('\n'.join(lines) + '\n')
        return path

    def config_file(self, truth, loads, interval_s=1, prefix=''):
        """The same for the exporter: as many targets as make the rates at that interval. Other
        tenants, by a prefix, have other slots."""
        path = self.path('config.toml')
        text = ['[limits]', 'probes_in_flight_max = 10000', 'series_max = 10000000', '[defaults]',
                f'interval = "{interval_s}s"', 'timeout = "1s"', 'resolve_timeout = "1s"',
                'connect_timeout = "1s"', 'tls_timeout = "1s"']
        for number, load in enumerate(loads):
            text += ['[[tenant]]', f'name = "{prefix}{load.scheme}-{load.connection}-{number}"',
                     f'base_url = "{truth.url(load.scheme)}"', f'token_env = "{TOKEN_VARIABLE}"',
                     f'ca_file = "{self.folder}/ca.pem"', f'connection = "{load.connection}"']
            for i in range(max(1, round(load.rate * interval_s))):
                text += ['[[tenant.probe]]', f'name = "t{i}"', f'path = "/api/v1/t{i}"']
        path.write_text('\n'.join(text) + '\n')
        return path

    def blackbox_file(self):
        """A configuration for blackbox_exporter."""
        config = self.path('blackbox.yml')
        config.write_text('modules:\n' + ''.join(
            BLACKBOX_MODULE.format(name=name, ca=self.folder / 'ca.pem')
            for name in ('plain', 'tls')))
        return config

    @contextlib.contextmanager
    def blackbox(self, peer='blackbox', running=None):
        """One of the blackbox_exporters, perhaps elsewhere: the program and its port."""
        config = self.blackbox_file()
        port = free_port()
        with (running or self.running)(
                PEERS[peer], f'--config.file={config}', f'--web.listen-address=127.0.0.1:{port}',
                '--log.level=error') as program:
            wait_for(lambda: get(port, '/-/healthy'), BLACKBOX)
            yield program, port

    @contextlib.contextmanager
    def exporter(self, config, *flags):
        """The exporter itself, as users run it: the program and its port."""
        port_file = self.path('port')
        with self.running(self.program('reinfer_exporter'), f'--config.file={config}',
                          '--web.listen-address=127.0.0.1:0', f'--web.port-file={port_file}',
                          '--log.level=warn', *flags) as program:
            yield program, int(program.says(port_file))


class Truth:
    """Where the truth server listens, and afterwards what it saw."""

    def __init__(self, ports_file, log_file):
        self.ports_file = ports_file
        self.log_file = log_file
        self.ports = {}

    def url(self, scheme):
        """The origin of one of its ports."""
        return f'{"http" if scheme == "plain" else "https"}://127.0.0.1:{self.ports[scheme]}'

    def records(self):
        """A dictionary for each request it answered, by the request's id; stamps as numbers."""
        with open(self.log_file, newline='', encoding='utf-8') as file:
            rows = {}
            for row in csv.DictReader(file):
                rows[row['id']] = {key: value if key in ('id', 'scheme') else int(value)
                                   for key, value in row.items()}
            return rows


def is_there(subject):
    """False of a peer that could not be had."""
    return subject not in PEERS or shutil.which(PEERS[subject]) is not None


def read_samples(path):
    """What a prober said: a list of dictionaries, and how many of its probes failed."""
    samples, failures = [], 0
    lines = path.read_text().splitlines()
    for row in csv.DictReader(line for line in lines if not line.startswith('#')):
        samples.append({**row, 'wait': int(row['wait']), 'total': int(row['total'])})
    for line in lines:
        if line.startswith('#failures='):
            failures = int(line.partition('=')[2])
    return samples, failures

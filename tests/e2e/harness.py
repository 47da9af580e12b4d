"""Starts the real programs on loopback for a test and ends them whatever happens.

Ports are the kernel's choice or those of machine.py, files go to a temporary folder, and all
waiting is for something to become true: nothing here says how long anything takes.
"""

import atexit
import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

from exposition import parse

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests'))

from machine import free_port  # noqa: E402  pylint: disable=C0413

PATIENCE = 60
REPLY_PATIENCE = 30
TOKEN_VARIABLE = 'E2E_TOKEN'

# Every stage may take long on a busy machine, and still a probe ends before its next slot.
DEFAULTS = {'interval': '2s', 'timeout': '1500ms', 'resolve_timeout': '1s',
            'connect_timeout': '1s', 'tls_timeout': '1s'}
DATASET = {'use': 'dataset', 'project': 'demo', 'dataset': 'support'}

_build_dir = ROOT / 'build' / 'release'
_running = set()


def use_build_dir(path):
    """Says where the programs under test are."""
    global _build_dir
    _build_dir = Path(path).resolve()


def exporter_program():
    """The path of the exporter."""
    return str(_build_dir / 'src' / 'reinfer_exporter')


def simulator_program():
    """The path of the simulator."""
    return str(_build_dir / 'src' / 'simulator' / 'reinfer_simulator')


def wait_until(observe, satisfied=bool, what='it', patience=PATIENCE):
    """Observes until satisfied with what was seen, and returns that.

    An observation may fail to connect, as to a program that is only starting. Whoever waits in
    vain learns what was seen last.
    """
    deadline = time.monotonic() + patience
    pause = threading.Event()
    while True:
        try:
            seen = observe()
            if satisfied(seen):
                return seen
        except (OSError, http.client.HTTPException) as error:
            seen = error
        if time.monotonic() > deadline:
            raise AssertionError(f'waited {patience} s for {what}, last saw: {seen!r}')
        pause.wait(0.05)


def fetch(port, path, method='GET', body=None, headers=None):
    """One HTTP request to loopback: the status, the headers and the body as bytes."""
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=REPLY_PATIENCE)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read()
    finally:
        connection.close()


def at_end_of(owner, function):
    """Calls the function when the owner, a test or a class of tests, is over."""
    if isinstance(owner, type):
        owner.addClassCleanup(function)
    else:
        owner.addCleanup(function)


def temporary_folder(owner):
    """A folder that goes with its owner."""
    folder = Path(tempfile.mkdtemp(prefix='reinfer-e2e-'))
    at_end_of(owner, lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


def clean_environment(**variables):
    """What a program under test finds in its environment: no proxies, no tokens of ours."""
    return {'PATH': os.environ.get('PATH', ''), **variables}


def make_token():
    """A token that can only come from this test."""
    return 'e2e-' + secrets.token_hex(20)


class Process:
    """A program with its output in files; ended by end() at the latest."""

    def __init__(self, folder, name, arguments, environment=None, **popen):
        self.stdout_file = folder / f'{name}.stdout'
        self.stderr_file = folder / f'{name}.stderr'
        with open(self.stdout_file, 'wb') as out, open(self.stderr_file, 'wb') as err:
            self._popen = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out,
                                           stderr=err, env=environment or clean_environment(),
                                           **popen)
        self.pid = self._popen.pid
        _running.add(self)

    def alive(self):
        """Whether the program still runs."""
        return self._popen.poll() is None

    def signal(self, number):
        """Sends a signal, SIGSTOP and SIGCONT included."""
        self._popen.send_signal(number)

    def slices(self):
        """The turn on the CPU that each of its threads gets, in ns, as far as the kernel says."""
        found = []
        for task in Path(f'/proc/{self._popen.pid}/task').iterdir():
            with contextlib.suppress(OSError):
                found += [int(line.split()[-1]) for line in
                          (task / 'sched').read_text().splitlines() if line.startswith('se.slice')]
        return found

    def policies(self):
        """The name of each of its threads, and how it is scheduled."""
        found = []
        for task in Path(f'/proc/{self._popen.pid}/task').iterdir():
            with contextlib.suppress(OSError):
                name = (task / 'comm').read_text().strip()
                found.append((name, os.sched_getscheduler(int(task.name))))
        return found

    def wait(self):
        """The exit code, once there is one."""
        return self._popen.wait(timeout=PATIENCE)

    def end(self):
        """Ends the program at once, paused or not."""
        if self.alive():
            self._popen.kill()
        self._popen.wait()
        _running.discard(self)

    def stderr(self):
        """All it wrote to stderr so far."""
        return self.stderr_file.read_text(encoding='utf-8', errors='replace')


def end_all():
    """Ends whatever still runs; for the moment when the tests themselves are ended."""
    for process in list(_running):
        process.end()


atexit.register(end_all)


class Simulator:
    """A simulated platform with a plain and a TLS port, steered through the plain one."""

    def __init__(self, owner, folder, name='simulator', token=None, latency='5ms', flags=(),
                 through=()):
        self.token = token or make_token()
        self._through = through  # a command that runs the one behind it
        self.ca_file = folder / f'{name}.ca.pem'
        self._folder, self._name, self._latency, self._flags = folder, name, latency, flags
        self._ready_file = folder / f'{name}.ready'
        self._process = None
        self.http_port = self.https_port = 0
        at_end_of(owner, self.kill)
        self.start()

    def start(self):
        """Starts it, with a CA of its own, on the ports it had before if it had any."""
        self._ready_file.unlink(missing_ok=True)
        self._process = Process(self._folder, self._name, [
            *self._through, simulator_program(), '--listen', f'127.0.0.1:{self.http_port}',
            '--listen-tls', f'127.0.0.1:{self.https_port}', '--token', self.token,
            '--latency', self._latency, '--ca-file', str(self.ca_file),
            '--ready-file', str(self._ready_file), *self._flags])
        wait_until(lambda: self._ready_file.exists() or not self._process.alive(),
                   what='the simulator to be ready')
        if not self._ready_file.exists():
            raise AssertionError('the simulator ended: ' + self._process.stderr())
        ports = json.loads(self._ready_file.read_text())
        self.http_port, self.https_port = ports['http'], ports['https']

    def kill(self):
        """Ends it without a word to its clients."""
        if self._process is not None:
            self._process.end()

    def pause(self):
        """Freezes it: the kernel still takes connections for it."""
        self._process.signal(signal.SIGSTOP)

    def resume(self):
        """Lets it go on."""
        self._process.signal(signal.SIGCONT)

    def base_url(self, tenant='demo/production', tls=True):
        """What a tenant's base_url is in a configuration."""
        scheme, port = ('https', self.https_port) if tls else ('http', self.http_port)
        return f'{scheme}://localhost:{port}/{tenant}/reinfer_'

    def set_fault(self, mode, tenant='*'):
        """Puts a fault on a tenant until "ok" takes it back."""
        self._control('fault', {'mode': mode, 'tenant': tenant})

    def set_certificate(self, name):
        """Chooses what new TLS connections are shown: valid, expired or wrong_name."""
        self._control('certificate', {'name': name})

    def requests(self):
        """What it has counted."""
        status, _, body = fetch(self.http_port, '/_simulator/requests')
        if status != 200:
            raise AssertionError(f'the simulator answered {status}: {body!r}')
        return json.loads(body)

    def requests_to(self, tenant='demo/production'):
        """How many requests one tenant got."""
        return sum(sum(counts.values()) for path, counts in self.requests()['by_path'].items()
                   if path.startswith(f'/{tenant}/'))

    def _control(self, what, body):
        status, _, text = fetch(self.http_port, f'/_simulator/{what}', 'POST', json.dumps(body))
        if status != 200:
            raise AssertionError(f'the simulator refused {body}: {text!r}')


def tenant(name, simulator, of='demo/production', tls=True, probes=(DATASET,), **keys):
    """The table of one tenant; keys override what a tenant of the simulator needs."""
    table = {'name': name, 'base_url': simulator.base_url(of, tls)}
    if tls:
        table['ca_file'] = str(simulator.ca_file)
    if 'token_file' not in keys:
        table['token_env'] = TOKEN_VARIABLE
    lines = ['[[tenant]]', *_lines({**table, **keys})]
    for probe in probes:
        lines += ['[[tenant.probe]]', *_lines(probe)]
    return '\n'.join(lines) + '\n'


def write_config(folder, *tenants, name='exporter', **defaults):
    """A configuration file with short intervals; returns its path."""
    path = folder / f'{name}.toml'
    head = '\n'.join(['[defaults]', *_lines({**DEFAULTS, **defaults})])
    path.write_text(head + '\n' + '\n'.join(tenants))
    return path


def _lines(table):
    return [f'{key} = {_toml(value)}' for key, value in table.items()]


def _toml(value):
    if isinstance(value, dict):
        return '{ ' + ', '.join(_lines(value)) + ' }'
    return json.dumps(value)


def run_exporter(config, *arguments, token=None):
    """Runs a command of the exporter to its end: exit code, stdout and stderr as text."""
    return run_command('--config.file', str(config), *arguments, token=token)


def run_command(*arguments, token=None):
    """The same for a command that needs no configuration."""
    return subprocess.run([exporter_program(), *arguments], capture_output=True, text=True,
                          timeout=PATIENCE, check=False, env=exporter_environment(token))


def exporter_environment(token):
    """The environment with the token, where there is one."""
    return clean_environment(**({TOKEN_VARIABLE: token} if token else {}))


class Exporter(Process):
    """The exporter, serving; `through` is a command that runs the one behind it."""

    def __init__(self, owner, folder, config, token=None, name='exporter', log_level='info',
                 address='127.0.0.1:0', flags=(), program=None, through=(), **popen):
        self._port_file = folder / f'{name}.port'
        self._port_file.unlink(missing_ok=True)
        super().__init__(folder, name, [
            *through, program or exporter_program(), '--config.file', str(config),
            '--log.level', log_level,
            '--web.listen-address', address, '--web.port-file', str(self._port_file),
            *flags], exporter_environment(token), **popen)
        at_end_of(owner, self.end)
        self.port = None

    def await_serving(self):
        """Waits until it answers; returns itself."""
        wait_until(lambda: self._port_file.exists() or not self.alive(), what='the port file')
        if not self._port_file.exists():
            raise AssertionError('the exporter ended: ' + self.stderr())
        self.port = int(self._port_file.read_text())
        return self

    def ever_served(self):
        """Whether it got as far as having a port."""
        return self._port_file.exists()

    def get(self, path, **headers):
        """One request to it."""
        return fetch(self.port, path, headers=headers)

    def metrics_text(self):
        """/metrics as it stands."""
        status, _, body = self.get('/metrics')
        if status != 200:
            raise AssertionError(f'/metrics answered {status}')
        return body.decode()

    def scrape(self):
        """/metrics, understood."""
        return parse(self.metrics_text())

    def scrape_when(self, satisfied, what, patience=PATIENCE):
        """Scrapes until satisfied; the complaint says which outcomes and skips there were."""
        found = []

        def observe():
            found[:] = [self.scrape()]
            return bool(satisfied(found[0])), found[0].outcomes(), found[0].skipped()

        wait_until(observe, lambda seen: seen[0], what, patience)
        return found[0]


class Prometheus(Process):
    """A Prometheus server that scrapes one exporter once a second, or what the jobs say."""

    def __init__(self, owner, folder, target_port, jobs=None, program='prometheus', flags=()):
        self.port = free_port()
        config = folder / 'prometheus.yml'
        config.write_text(json.dumps({
            'global': {'scrape_interval': '1s', 'scrape_timeout': '1s'},
            'scrape_configs': jobs or [{'job_name': 'reinfer_exporter', 'static_configs': [
                {'targets': [f'127.0.0.1:{target_port}']}]}]}))
        super().__init__(folder, 'prometheus', [
            program, f'--config.file={config}', f'--storage.tsdb.path={folder / "tsdb"}',
            f'--web.listen-address=127.0.0.1:{self.port}', *flags])
        at_end_of(owner, self.end)

    def await_ready(self):
        """Waits until it answers queries; returns itself."""
        def ready():
            if not self.alive():
                raise AssertionError('Prometheus ended: ' + self.stderr())
            return fetch(self.port, '/-/ready')[0]

        wait_until(ready, lambda status: status == 200, 'Prometheus to be ready')
        return self

    def query(self, expression):
        """An instant query: label sets with their values."""
        query = urllib.parse.urlencode({'query': expression})
        return [(row['metric'], float(row['value'][1]))
                for row in self.api('query?' + query)['result']]

    def value(self, expression):
        """An instant query of one number; None while there is no answer."""
        rows = self.query(expression)
        return rows[0][1] if len(rows) == 1 else None

    def metadata(self):
        """Types by metric name, as Prometheus understood them."""
        return {name: entries[0]['type'] for name, entries in self.api('metadata').items()}

    def api(self, path):
        """What the API of that path has to say."""
        status, _, body = fetch(self.port, '/api/v1/' + path)
        if status != 200:
            raise AssertionError(f'Prometheus answered {status}: {body!r}')
        return json.loads(body)['data']

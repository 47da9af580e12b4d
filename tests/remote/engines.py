"""Engines that keep samples which others send them, started on loopback for a test."""

import json
import shutil
import sys
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'tests'), str(ROOT / 'tests' / 'e2e')]

# pylint: disable=wrong-import-position
from harness import Process, at_end_of, fetch, temporary_folder, wait_until  # noqa: E402
from machine import cache_folder, free_port  # noqa: E402

CACHE = cache_folder() / 'victoria-metrics' / 'usr' / 'bin'
YEARS = '100y'


def victoria(program):
    """The path of one of VictoriaMetrics' programs, None where it cannot be had."""
    found = CACHE / program
    return str(found) if found.is_file() else shutil.which(program)


class Engine(Process):
    """What answers Prometheus' API at a path of 127.0.0.1."""

    def __init__(self, owner, name, arguments, ready):
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.folder = temporary_folder(owner)
        self._ready = ready
        super().__init__(self.folder, name, [
            part.format(folder=self.folder, port=self.port) for part in arguments])
        at_end_of(owner, self.end)

    def await_ready(self):
        """Waits until it answers; returns itself."""
        def ready():
            if not self.alive():
                raise AssertionError('it ended: ' + self.stderr())
            return fetch(self.port, self._ready)[0]

        wait_until(ready, lambda status: status == 200, 'the engine to be ready')
        return self

    def api(self, path, **parameters):
        """What its API says, refusals included."""
        _, _, body = fetch(self.port, f'/api/v1/{path}?' + urllib.parse.urlencode(parameters))
        return json.loads(body)

    def rows(self, expression, **parameters):
        """An instant query: label sets with their values."""
        answer = self.api('query', query=expression, **parameters)
        if answer['status'] != 'success':
            raise AssertionError(f'{expression}: {answer}')
        return [(row['metric'], float(row['value'][1])) for row in answer['data']['result']]

    def newest(self, selector):
        """The last stored value of each series: raw samples, which every engine shows at once."""
        answer = self.api('query', query=selector + '[10m]')
        if answer['status'] != 'success':
            raise AssertionError(f'{selector}: {answer}')
        return [float(row['values'][-1][1]) for row in answer['data']['result']]


def victoria_metrics(owner):
    """An empty VictoriaMetrics, which computes nothing for the last half minute."""
    return Engine(owner, 'victoria-metrics', [
        victoria('victoria-metrics'), '-storageDataPath={folder}/data',
        '-httpListenAddr=127.0.0.1:{port}', f'-retentionPeriod={YEARS}'], '/health').await_ready()


def receiving_prometheus(owner):
    """An empty Prometheus that scrapes nobody and takes what it is sent."""
    folder = temporary_folder(owner)
    (folder / 'prometheus.yml').write_text('{}\n')
    return Engine(owner, 'prometheus', [
        'prometheus', f'--config.file={folder}/prometheus.yml', '--storage.tsdb.path={folder}/tsdb',
        '--web.enable-remote-write-receiver', '--web.listen-address=127.0.0.1:{port}'],
                  '/-/ready').await_ready()


def import_history(engine, openmetrics):
    """Puts a file of OpenMetrics with times into a VictoriaMetrics."""
    lines = []
    for line in openmetrics.read_text().splitlines():
        if not line.startswith('#'):
            sample, _, seconds = line.rpartition(' ')
            lines.append(f'{sample} {seconds}000\n')
    request = urllib.request.Request(engine.url + '/api/v1/import/prometheus',
                                     ''.join(lines).encode(), method='POST')
    with urllib.request.urlopen(request, timeout=60) as reply:
        if reply.status != 204:
            raise AssertionError(f'the import was answered {reply.status}')
    fetch(engine.port, '/internal/force_flush')

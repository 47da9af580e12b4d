#!/usr/bin/env python3
"""A real Prometheus over the history of history.py, for as long as the tests run.

    tests/dashboards/prometheus.py COMMAND...

runs a command that finds it under PROMETHEUS_URL.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import free_port  # noqa: E402  pylint: disable=C0413

WORK = HERE.parents[1] / 'build' / 'dashboards'
READY_SECONDS = 60
# One block for all: promtool reads its input again for each.
BLOCK_HOURS = 1536


def blocks():
    """The folder with the history as blocks, made where it is not there yet."""
    mark = hashlib.sha256((HERE / 'history.py').read_bytes()).hexdigest()[:16]
    done = WORK / f'history-{mark}'
    if done.is_dir():
        return done
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    text, growing = WORK / 'history.om', WORK / 'growing'
    subprocess.run([sys.executable, HERE / 'history.py', text], check=True)
    subprocess.run(['promtool', 'tsdb', 'create-blocks-from', 'openmetrics', '--quiet',
                    f'--max-block-duration={BLOCK_HOURS}h', text, growing], check=True,
                   stdout=subprocess.DEVNULL)
    text.unlink()
    growing.rename(done)
    return done


class Prometheus:
    """Started on a copy of the blocks, since it writes into its folder, or on those that stand in
    the folder already."""

    def __init__(self, folder, *options, blocks_in_place=False):
        if not blocks_in_place:
            shutil.copytree(blocks(), folder / 'tsdb')
        config = folder / 'prometheus.yml'
        config.write_text('{}\n')
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.log = open(folder / 'log', 'w', encoding='utf-8')
        self.process = subprocess.Popen(
            ['prometheus', f'--config.file={config}', f'--storage.tsdb.path={folder / "tsdb"}',
             '--storage.tsdb.retention.time=20y', f'--web.listen-address=127.0.0.1:{self.port}',
             *options],
            stdout=self.log, stderr=subprocess.STDOUT)

    def __enter__(self):
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f'{self.url}/-/ready', timeout=5):
                    return self
            except OSError:
                self.await_more()
        self.__exit__()
        raise RuntimeError(f'Prometheus did not become ready: {Path(self.log.name).read_text()}')

    def await_more(self):
        """Lets a tenth of a second pass, or less when it ends."""
        try:
            self.process.wait(.1)
        except subprocess.TimeoutExpired:
            pass

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def ask(self, path, **parameters):
        """The data of the answer of its API, or an error with its words."""
        body = urllib.parse.urlencode(parameters, doseq=True).encode()
        try:
            with urllib.request.urlopen(f'{self.url}/api/v1/{path}', data=body, timeout=60) as got:
                return json.load(got)['data']
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error).get('error', str(error))) from error

    def instant(self, expr, when):
        """Pairs of labels and value."""
        return [(one['metric'], float(one['value'][1]))
                for one in self.ask('query', query=expr, time=when)['result']]

    def range(self, expr, span, step):
        """Pairs of labels and list of values."""
        start, end = span.start - span.start % step, span.end
        found = self.ask('query_range', query=expr, start=start, end=end, step=step)
        return [(one['metric'], [float(value) for _, value in one['values']])
                for one in found['result']]


def main():
    """Runs the command; its exit code is ours."""
    with tempfile.TemporaryDirectory() as folder, Prometheus(Path(folder)) as prometheus:
        return subprocess.run(sys.argv[1:], check=False,
                              env={**os.environ, 'PROMETHEUS_URL': prometheus.url}).returncode


if __name__ == '__main__':
    sys.exit(main())

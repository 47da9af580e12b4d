#!/usr/bin/env python3
"""Plays what a single exporter cannot: three vantages of a tenant, of which one loses its way to the
platform and one its whole connection, and two shards of which one vanishes.

    bash dashboards/drill.sh --vantages

The parts are those of drill.py; each vantage reaches the platform through a gate that can be shut.
"""

import argparse
import json
import shutil
import signal
import socket
import socketserver
import sys
import tempfile
import threading
from pathlib import Path

import drill

SCALE = 10
# Seconds, in the incident's time; rules first take note of an exporter within four minutes.
SHUT_AT, LENGTH = 300, 1620
VANTAGES = ('east', 'west', 'north')
SHARD_TENANTS = ('globex', 'hooli', 'initech', 'umbrella')
BUDGET = 'tenant_probe:reinfer_slo_bad_events:increase30d{slo="availability"}'
EXCLUDED = 'sum by (vantage, reason) (reinfer_slo_excluded_events_total{slo="availability"})'
SHARDS = 'group by (shard, shards) (reinfer_exporter_shard_info)'


class Gate:
    """A way through to a port of this machine, until it is shut."""

    def __init__(self, port):
        gate = self

        class Handler(socketserver.BaseRequestHandler):
            """One connection."""

            def handle(self):
                with socket.create_connection(('127.0.0.1', gate.behind)) as behind:
                    back = threading.Thread(target=pump, args=(behind, self.request), daemon=True)
                    back.start()
                    pump(self.request, behind)
                    back.join()

        self.behind = port
        self._server = socketserver.ThreadingTCPServer(('127.0.0.1', 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def shut(self):
        """From now on connections are refused."""
        self._server.shutdown()
        self._server.server_close()


def pump(from_socket, to_socket):
    """Passes on what comes, until it ends."""
    try:
        while data := from_socket.recv(65536):
            to_socket.sendall(data)
        to_socket.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Plural(drill.Stack):
    """One platform, five exporters."""

    def start(self):
        """Starts all of it."""
        self.write_alertmanager()
        self.run('alertmanager', 'prometheus-alertmanager',
                 f'--config.file={self.folder}/alertmanager.yml', '--cluster.listen-address=',
                 f'--storage.path={self.folder}/alertmanager',
                 f'--web.listen-address=127.0.0.1:{self.alertmanager}')
        ready = self.folder / 'simulator.ready'
        self.run('simulator', self.build / 'src/simulator/reinfer_simulator',
                 '--listen=127.0.0.1:0', f'--token={drill.TOKEN}', f'--ready-file={ready}',
                 '--latency=20ms')
        self.wait_for('simulator', ready.exists)
        platform = json.loads(ready.read_text())['http']
        self.gates = {name: Gate(platform) for name in VANTAGES}
        # West's control is elsewhere; north has one way for everything.
        elsewhere = {name: platform for name in VANTAGES} | {'north': self.gates['north'].port}
        self.ports = {name: self.exporter(name, gate.port, ['acme'], elsewhere[name])
                      for name, gate in self.gates.items()}
        for number in range(2):
            self.ports[f'shard{number}'] = self.exporter(
                f'shard{number}', platform, SHARD_TENANTS, platform, f'--shard={number}/2')
        self.write_targets(['shard0', 'shard1'])
        self.write_prometheus(None)
        self.run('prometheus', 'prometheus', f'--config.file={self.folder}/prometheus.yml',
                 f'--storage.tsdb.path={self.folder}/tsdb',
                 f'--web.listen-address=127.0.0.1:{self.prometheus}')
        return drill.Timeline(self.incident.scale)

    def exporter(self, name, platform, tenants, control, *flags):
        """Starts one; returns its port."""
        interval = round(drill.INTERVAL_SECONDS / self.incident.scale)
        (self.folder / 'token').write_text(drill.TOKEN)
        lines = ['[defaults]', f'interval = "{interval}s"', f'timeout = "{interval * 800}ms"',
                 'slo = { availability = 99.9 }']
        lines += [f'{stage}_timeout = "500ms"' for stage in ('resolve', 'connect', 'tls')]
        for tenant in tenants:
            lines += ['[[tenant]]', f'name = "{tenant}"', f'token_file = "{self.folder}/token"',
                      f'base_url = "http://127.0.0.1:{platform}/{tenant}/prod/reinfer_"',
                      '[[tenant.probe]]', 'use = "projects"', '[[tenant.probe]]',
                      'use = "dataset"', 'project = "demo"', 'dataset = "support"']
        lines += ['[[control]]', 'name = "web"', f'url = "http://127.0.0.1:{control}/"',
                  'interval = "5s"', 'timeout = "2s"']
        (self.folder / f'{name}.toml').write_text('\n'.join(lines) + '\n')
        port_file = self.folder / f'{name}.port'
        self.run(name, self.build / 'src/reinfer_exporter',
                 f'--config.file={self.folder}/{name}.toml', '--web.listen-address=127.0.0.1:0',
                 f'--web.external-url=https://{name}.example.com',
                 f'--web.port-file={port_file}', *flags)
        self.wait_for(name, port_file.exists)
        return int(port_file.read_text())

    def write_targets(self, shards):
        """Those that discovery finds, in one step."""
        draft = self.folder / 'shards.json.new'
        draft.write_text(json.dumps(
            [{'targets': [f'127.0.0.1:{self.ports[name]}' for name in shards]}]))
        draft.rename(self.folder / 'shards.json')

    def scrape_configs(self, _port):
        """Vantages by label, shards by discovery."""
        return [{'job_name': 'reinfer_exporter', 'static_configs': [
                    {'targets': [f'127.0.0.1:{self.ports[name]}'], 'labels': {'vantage': name}}
                    for name in VANTAGES]},
                {'job_name': 'shards', 'file_sd_configs': [
                    {'files': ['shards.json'], 'refresh_interval': '1s'}]}]

    def go_wrong(self, timeline):
        """All at once: they have nothing to do with one another."""
        self.gates['west'].shut()
        timeline.note('happens', 'vantage west no longer reaches the platform, only its control')
        self.gates['north'].shut()
        timeline.note('happens', 'vantage north reaches nothing any more')
        self.write_targets(['shard0'])
        self.processes['shard1'].kill()
        timeline.note('happens', 'shard 1 of 2 is gone, and no longer a target')


class Incident:
    """What drill.Stack wants to know."""
    scale = SCALE


def summary(stack, timeline):
    """What the exporters and Prometheus say happened."""
    def rows(query):
        return [{**row['metric'], 'value': float(row['value'][1])} for row in stack.query(query)]

    return {'timeline': timeline.entries, 'budgets': rows(BUDGET), 'excluded': rows(EXCLUDED),
            'shards': rows(SHARDS), 'exporters': stack.ports}


def play(build):
    """Plays it; returns what happened."""
    folder = Path(tempfile.mkdtemp(prefix='reinfer-drill-'))
    timeline = drill.Timeline(SCALE)
    server = drill.receiver_server(timeline)
    stack = Plural(folder, Incident(), build, server.server_address[1])
    try:
        timeline.start = stack.start().start
        watcher, pause, wrong = drill.Watcher(stack, timeline), threading.Event(), False
        while timeline.now() < LENGTH:
            if not wrong and timeline.now() >= SHUT_AT:
                stack.go_wrong(timeline)
                wrong = True
            watcher.look()
            pause.wait(0.2)
        return summary(stack, timeline)
    finally:
        stack.stop()
        server.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--json', type=Path, help='write what happened there as well')
    parser.add_argument('--build-dir', type=Path, default=drill.ROOT / 'build' / 'release')
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(1))
    seen = play(options.build_dir)
    for row in seen['budgets']:
        print(f'{row["value"]:.0f} bad events: {row["tenant"]}/{row["probe"]} '
              f'{row.get("vantage", "")}')
    for row in seen['excluded']:
        if row['value'] and row.get('vantage'):
            print(f'{row["value"]:.0f} results not judged: {row["vantage"]}, {row["reason"]}')
    if options.json:
        options.json.write_text(json.dumps(seen, indent=1))
    return 0


if __name__ == '__main__':
    sys.exit(main())

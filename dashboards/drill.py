#!/usr/bin/env python3
"""Plays an incident and prints its timeline; started by drill.sh, which says how to use it.

Everything is real but the platform and the pace: windows, intervals and waits of the rules and of
Alertmanager are divided by the scale, and so are the probes' intervals. Times are printed as the
incident would have had them.
"""

import argparse
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / 'dashboards' / 'prometheus' / 'source'))
sys.path.insert(0, str(ROOT / 'dashboards' / 'palette'))

import generate  # noqa: E402  pylint: disable=C0413
import palette  # noqa: E402  pylint: disable=C0413
from generate import seconds  # noqa: E402  pylint: disable=C0413

FAULTS = palette.load()['faults']
SCENARIOS = ROOT / 'src' / 'simulator' / 'scenarios'
TOKEN = 'drill-token'
# Probes of these cost money or the platform's time: they may not be as frequent as a drill needs.
STAND_IN = {'predict': 'dataset', 'stream_results': 'dataset'}
INTERVAL_SECONDS = 30
# OAuth tokens live for an hour; here for less, so that an incident of an hour is felt.
TOKEN_SECONDS = 900
RESULTS = 'sum by (tenant, probe, outcome, fault) (reinfer_probe_results_total{outcome!="ok"}) > 0'
BUDGET = ('tenant_probe:reinfer_slo_bad_events:increase30d{slo="availability"}'
          ' and tenant_probe:reinfer_slo_events:increase30d{slo="availability"}')


def scaled_text(text, scale, *keys):
    """The text with what follows one of the keys divided."""
    def divide(match):
        return f'{match[1]}{max(1, round(seconds(match[2]) * 1000 / scale))}ms'

    return re.sub(rf'(?m)(\b(?:{"|".join(keys)}): )((?:\d+(?:ms|[smhd]))+)$', divide, text)


class Incident:
    """A scenario file, played at the drill's own speed."""

    def __init__(self, path, scale, minutes):
        steps = tomllib.loads(path.read_text())['step']
        text = path.read_text()
        self.name, self.scale, self.replaced = path.stem, scale, False
        for route, instead in STAND_IN.items():
            self.replaced |= f'route = "{route}"' in text
            text = text.replace(f'route = "{route}"', f'route = "{instead}"')
        text = re.sub(r'(?m)^speed = .*\n', '', text)
        self.text = f'speed = {scale}\n{text}'
        self.steps = [(seconds(step['at']), seconds(step['for']) if 'for' in step else None, step)
                      for step in steps]
        self.tenants = sorted({step.get('tenant', '*') for step in steps} - {'*'})
        self.oauth = 'oauth_' in text
        last = max(at + (lasts or 1800) for at, lasts, _ in self.steps)
        self.length = min(minutes * 60 if minutes else 5400, last + 300)

    def happenings(self):
        """Pairs of a moment and what happens then."""
        for at, lasts, step in self.steps:
            what = step['mode'] + (f', {step["rate"]:.0%} of requests' if 'rate' in step else '')
            what += f', {step["requests"]} requests' if 'requests' in step else ''
            where = step.get('tenant', 'all tenants') + (
                f', only {step["route"]}' if 'route' in step else '')
            yield at, f'{what} ({where})'
            if lasts:
                yield at + lasts, f'end of {what} ({where})'


def in_colours(text):
    """Faults with the mark and the colour that they have everywhere, where a terminal reads on."""
    if not sys.stdout.isatty() or os.environ.get('NO_COLOR'):
        return text
    return re.sub(r'fault: (\w+)', lambda match: painted(match[0], match[1]), text)


def painted(text, fault):
    """A text about a fault; as it is where there is no such fault."""
    tones = FAULTS.get(fault)
    return f'\x1b[{tones["terminal"]}m{tones["mark"]} {text}\x1b[0m' if tones else text


class Timeline:
    """Prints and keeps what happened. Any thread."""

    def __init__(self, scale):
        self.scale, self.start, self.entries = scale, time.monotonic(), []
        self._lock = threading.Lock()

    def now(self):
        """Seconds since the start, in the incident's time."""
        return (time.monotonic() - self.start) * self.scale

    def note(self, kind, text, at=None, **facts):
        """Adds an entry."""
        with self._lock:
            at = self.now() if at is None else at
            self.entries.append({'at_seconds': round(at, 1), 'kind': kind, 'text': text, **facts})
            minutes, rest = divmod(int(at), 60)
            hours, minutes = divmod(minutes, 60)
            print(f'{hours}:{minutes:02}:{rest:02}  {kind:<9} {in_colours(text)}', flush=True)


def receiver_server(timeline):
    """A loopback HTTP server that takes what Alertmanager sends; its path is who would be told."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):  # the name is the base class's
            body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
            self.send_response(200)
            self.end_headers()
            note_notification(timeline, self.path.strip('/'), body)

        def log_message(self, *_):
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def note_notification(timeline, who, body):
    """One notification, as one line."""
    labels = body['commonLabels']
    if labels.get('alertname') == 'ReinferWatchdog':
        return
    probes = sorted({alert['labels'].get('probe', '') for alert in body['alerts']} - {''})
    where = labels.get('tenant', labels.get('instance', '')) + (
        f' ({", ".join(probes)})' if probes else '')
    word = 'told' if body['status'] == 'firing' else 'over'
    text = f'{who}: {labels.get("alertname")} {where}, fault: {labels.get("fault")}'
    if word == 'told':
        text += '. ' + body['alerts'][0]['annotations'].get('description', '')
    timeline.note(word, text, who=who, alert=labels.get('alertname'),
                  tenant=labels.get('tenant'), fault=labels.get('fault'),
                  severity=labels.get('severity'), vantage=labels.get('vantage'),
                  instance=labels.get('instance'),
                  page=body['alerts'][0]['annotations'].get('target_url'))


def fetch(url):
    """The JSON at a loopback URL, None if it cannot be had."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=10) as reply:
            return json.load(reply)
    except (OSError, ValueError, urllib.error.URLError):
        return None


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Stack:
    """Simulator, exporter, Prometheus and Alertmanager, with their files in a folder."""

    def __init__(self, folder, incident, build, receiver_port):
        self.folder, self.incident, self.build = folder, incident, build
        self.receiver_port, self.processes = receiver_port, {}
        self.prometheus, self.alertmanager = free_port(), free_port()

    def run(self, name, *arguments, **environment):
        """Starts a program, its output in a file."""
        log = open(self.folder / f'{name}.log', 'wb')
        self.processes[name] = subprocess.Popen(
            [str(argument) for argument in arguments], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, env={'PATH': os.environ['PATH'], **environment})
        log.close()

    def wait_for(self, name, ready):
        """Until it is ready; complains if it ends before."""
        pause = threading.Event()
        while not ready():
            if self.processes[name].poll() is not None:
                raise SystemExit(f'{name} ended: {(self.folder / f"{name}.log").read_text()}')
            pause.wait(0.05)

    def start(self):
        """Starts all of it, the simulator last: the incident's clock begins with it."""
        self.write_alertmanager()
        self.run('alertmanager', 'prometheus-alertmanager',
                 f'--config.file={self.folder}/alertmanager.yml', '--cluster.listen-address=',
                 f'--storage.path={self.folder}/alertmanager',
                 f'--web.listen-address=127.0.0.1:{self.alertmanager}')
        (self.folder / 'scenario.toml').write_text(self.incident.text)
        ready = self.folder / 'simulator.ready'
        self.run('simulator', self.build / 'src/simulator/reinfer_simulator',
                 '--listen=127.0.0.1:0', f'--token={TOKEN}', f'--ready-file={ready}',
                 f'--scenario={self.folder}/scenario.toml', '--latency=20ms',
                 f'--token-lifetime={round(TOKEN_SECONDS * 1000 / self.incident.scale)}ms')
        self.wait_for('simulator', ready.exists)
        timeline = Timeline(self.incident.scale)
        port_file = self.folder / 'exporter.port'
        self.write_exporter(json.loads(ready.read_text())['http'])
        self.run('exporter', self.build / 'src/reinfer_exporter',
                 f'--config.file={self.folder}/exporter.toml', '--web.listen-address=127.0.0.1:0',
                 f'--web.port-file={port_file}',
                 DRILL_SECRET='simulated-secret')
        self.wait_for('exporter', port_file.exists)
        self.write_prometheus(int(port_file.read_text()))
        self.run('prometheus', 'prometheus', f'--config.file={self.folder}/prometheus.yml',
                 f'--storage.tsdb.path={self.folder}/tsdb',
                 f'--web.listen-address=127.0.0.1:{self.prometheus}')
        return timeline

    def write_exporter(self, port):
        """Probes as in life, only more often."""
        interval = max(1, round(INTERVAL_SECONDS / self.incident.scale))
        lines = ['[defaults]', f'interval = "{interval}s"', f'timeout = "{interval * 800}ms"',
                 'slo = { availability = 99.9, latency = "500ms", latency_ratio = 95 }']
        for stage in ('resolve', 'connect', 'tls'):
            lines.append(f'{stage}_timeout = "500ms"')
        for path in ['acme/prod', *self.incident.tenants]:
            lines += ['[[tenant]]', f'name = "{path.split("/")[0]}"',
                      f'base_url = "http://127.0.0.1:{port}/{path}/reinfer_"']
            if self.incident.oauth:
                token_url = f'http://127.0.0.1:{port}/{path.split("/")[0]}/identity_/connect/token'
                lines += [f'oauth = {{ token_url = "{token_url}", client_id = "simulated-client", '
                          'client_secret_env = "DRILL_SECRET" }']
            else:
                lines += [f'token_file = "{self.token_file(path)}"']
            lines += ['[[tenant.probe]]', 'use = "projects"', '[[tenant.probe]]',
                      'use = "dataset"', 'project = "demo"', 'dataset = "support"']
        (self.folder / 'exporter.toml').write_text('\n'.join(lines) + '\n')

    def token_file(self, path):
        """Each tenant has its own, as in life."""
        file = self.folder / f'{path.replace("/", "-")}.token'
        file.write_text(TOKEN)
        return file

    def write_prometheus(self, port):
        """The shipped rules at the drill's pace."""
        for name in generate.FILES:
            (self.folder / name).write_text(generate.render(
                name, generate.Parameters(scale=self.incident.scale)))
        pace = f'{round(15000 / self.incident.scale)}ms'
        (self.folder / 'prometheus.yml').write_text(json.dumps({
            'global': {'scrape_interval': pace, 'scrape_timeout': pace,
                       'evaluation_interval': pace},
            'rule_files': ['recording_rules.yml', 'alerts.yml'],
            'scrape_configs': self.scrape_configs(port),
            'alerting': {'alertmanagers': [{'static_configs': [
                {'targets': [f'127.0.0.1:{self.alertmanager}']}]}]}}))

    def scrape_configs(self, port):
        """Whom Prometheus asks."""
        return [{'job_name': 'reinfer_exporter', 'static_configs': [
            {'targets': [f'127.0.0.1:{port}']}]}]

    def write_alertmanager(self):
        """The shipped routes and inhibitions, every receiver a webhook, at any hour of the day."""
        text = (ROOT / 'dashboards/alertmanager/alertmanager.yml').read_text()
        text = text[:text.index('\nreceivers:')]
        text = re.sub(r'(?m)^ +(active|mute)_time_intervals: .*\n', '', text)
        text = text.replace('reinfer.tmpl', str(ROOT / 'dashboards/alertmanager/reinfer.tmpl'))
        text = scaled_text(text, self.incident.scale, 'group_wait', 'group_interval',
                           'repeat_interval')
        names = sorted(set(re.findall(r'(?m)receiver: ([\w-]+)$', text)))
        receivers = ['\nreceivers:']
        for name in names:
            receivers.append(f'  - name: {name}')
            if name != 'nobody':
                receivers += ['    webhook_configs:', '      - url: '
                              f'http://127.0.0.1:{self.receiver_port}/{name}']
        (self.folder / 'alertmanager.yml').write_text(text + '\n'.join(receivers) + '\n')

    def query(self, expression):
        """An instant query, [] while there is no answer."""
        reply = fetch(f'http://127.0.0.1:{self.prometheus}/api/v1/query?query='
                      + urllib.parse.quote(expression))
        return reply['data']['result'] if reply and reply['status'] == 'success' else []

    def stop(self):
        """Ends all of it."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()


class Watcher:
    """Asks Prometheus and Alertmanager what is new."""

    def __init__(self, stack, timeline):
        self.stack, self.timeline = stack, timeline
        self.outcomes, self.alerts, self.held = set(), {}, set()

    def look(self):
        """Notes what has changed since the last look."""
        for row in self.stack.query(RESULTS):
            labels = row['metric']
            key = (labels['tenant'], labels['outcome'])
            if key not in self.outcomes:
                self.outcomes.add(key)
                self.timeline.note('seen', f'{labels["tenant"]}/{labels["probe"]}: '
                                   f'{labels["outcome"]}, fault: {labels["fault"]}')
        self.look_at_alerts()
        self.look_at_held()

    def look_at_alerts(self):
        """Alerts that begin or cease to fire."""
        reply = fetch(f'http://127.0.0.1:{self.stack.prometheus}/api/v1/alerts')
        if not reply:
            return
        firing = {}
        for alert in reply['data']['alerts']:
            labels = alert['labels']
            name = labels['alertname']
            if alert['state'] == 'firing' and labels['severity'] != 'none':
                key = (name, labels['severity'], labels.get('fault'), labels.get('tenant', ''))
                firing[key] = labels
        for key in firing.keys() - self.alerts.keys():
            name, severity, fault, tenant = key
            self.timeline.note('fires', f'{name} {severity} {tenant}, fault: {fault}', alert=name,
                               severity=severity, fault=fault, tenant=tenant)
        for key in self.alerts.keys() - firing.keys():
            self.timeline.note('ceases', f'{key[0]} {key[1]} {key[3]}', alert=key[0],
                               tenant=key[3])
        self.alerts = firing

    def look_at_held(self):
        """Alerts that are held back because another explains them."""
        for alert in fetch(f'http://127.0.0.1:{self.stack.alertmanager}/api/v2/alerts') or []:
            labels = alert['labels']
            key = (labels['alertname'], labels['severity'], labels.get('tenant', ''))
            if alert['status']['inhibitedBy'] and key not in self.held:
                self.held.add(key)
                self.timeline.note('held back', ' '.join(key) + ', explained by another',
                                   alert=key[0], tenant=key[2])


def summary(stack, timeline):
    """Who was told of what, and what it did to the budgets."""
    told = {}
    for entry in timeline.entries:
        if entry['kind'] == 'told':
            told.setdefault(entry['who'], []).append(
                (entry['at_seconds'], f'{entry["alert"]} {entry["tenant"] or ""}'))
    print('\nWho would have been told:')
    for who, alerts in sorted(told.items()):
        first = {}
        for at, alert in sorted(alerts):
            first.setdefault(alert, at)
        print(f'  {who}: ' + ', '.join(f'{alert.strip()} after {at / 60:.1f} min'
                                       for alert, at in first.items()))
    if not told:
        print('  nobody')
    budgets = [{'tenant': row['metric']['tenant'], 'probe': row['metric']['probe'],
                'bad_events': float(row['value'][1])} for row in stack.query(BUDGET)]
    print('Bad events against the availability objective:')
    for budget in sorted(budgets, key=lambda row: (row['tenant'], row['probe'])):
        print(f'  {budget["tenant"]}/{budget["probe"]}: {budget["bad_events"]:.0f}')
    return {'timeline': timeline.entries, 'budgets': budgets}


def drill(incident, build):
    """Plays it; returns what happened."""
    folder = Path(tempfile.mkdtemp(prefix='reinfer-drill-'))
    timeline = Timeline(incident.scale)
    server = receiver_server(timeline)
    stack = Stack(folder, incident, build, server.server_address[1])
    try:
        begun = stack.start()
        timeline.start = begun.start
        watcher = Watcher(stack, timeline)
        waiting = sorted(incident.happenings())
        pause = threading.Event()
        while timeline.now() < incident.length:
            while waiting and waiting[0][0] <= timeline.now():
                timeline.note('happens', waiting[0][1], at=waiting.pop(0)[0])
            watcher.look()
            pause.wait(0.2)
        return summary(stack, timeline)
    finally:
        stack.stop()
        server.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


def find(name):
    """The scenario file that is meant."""
    for path in (SCENARIOS / f'{name}.toml', Path(name)):
        if path.is_file():
            return path
    names = ', '.join(sorted(path.stem for path in SCENARIOS.glob('*.toml')))
    raise SystemExit(f'{name} is no incident, allowed: {names}, or the path of a scenario file')


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('scenario', nargs='?', default=str(ROOT / 'dashboards' / 'drill.toml'))
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--scale', type=int)
    parser.add_argument('--minutes', type=float)
    parser.add_argument('--json', type=Path, help='write what happened there as well')
    parser.add_argument('--build-dir', type=Path, default=ROOT / 'build' / 'release')
    options = parser.parse_args()
    if options.list:
        for path in sorted(SCENARIOS.glob('*.toml')):
            print(f'{path.stem:<40} {path.read_text().splitlines()[0][2:]}')
        return 0
    scale = options.scale or (10 if options.scenario.endswith('drill.toml') else 30)
    if not 1 <= scale <= 30:
        parser.error(f'--scale={scale}, allowed: 1 to 30')
    incident = Incident(find(options.scenario), scale, options.minutes)
    print(f'{incident.name}: {incident.length / 60:.0f} minutes, {scale} times faster than life, '
          f'about {incident.length / scale:.0f} s')
    if incident.replaced:
        print('The dataset probe stands in for those that cost money: they may not run so often.')
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(1))
    seen = drill(incident, options.build_dir)
    if options.json:
        options.json.write_text(json.dumps(seen, indent=1))
    return 0


if __name__ == '__main__':
    sys.exit(main())

"""Who hears of what: amtool on routes and texts, a real Alertmanager on the inhibitions."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests' / 'e2e'))

from harness import Process, fetch, wait_until  # noqa: E402  pylint: disable=C0413
from machine import free_port  # noqa: E402  pylint: disable=C0413

FOLDER = ROOT / 'dashboards' / 'alertmanager'
CONFIG = FOLDER / 'alertmanager.yml'

# Labels of an alert -> who hears of it.
ROUTES = [
    ('ReinferWatchdog none monitor', 'watchdog'),
    ('ReinferPlatformDown critical platform', 'platform-oncall,vendor-tickets'),
    ('ReinferPlatformDown critical edge', 'platform-oncall,vendor-tickets'),
    ('ReinferErrorBudgetBurn critical unknown', 'platform-oncall'),
    ('ReinferErrorBudgetBurn critical network', 'network-oncall'),
    ('ReinferErrorBudgetBurn warning platform', 'vendor-tickets'),
    ('ReinferErrorBudgetBurn warning unknown', 'vendor-tickets'),
    ('ReinferNetworkUnreachable critical network', 'network-oncall'),
    ('ReinferPathSlow warning network', 'network-tickets'),
    ('ReinferTokenRejected critical credentials', 'integration-oncall'),
    ('ReinferAccessDenied warning credentials', 'integration-tickets'),
    ('ReinferAccessDenied warning request', 'integration-tickets'),
    ('ReinferThrottled warning request', 'integration-tickets'),
    ('ReinferExporterDown critical monitor', 'monitoring-oncall'),
    ('ReinferProbesMissed warning monitor', 'monitoring-tickets'),
    ('ReinferExporterInexact warning monitor', 'monitoring-tickets'),
    ('ReinferVantageDisagrees warning network', 'network-tickets'),
    ('ReinferVantageDown warning network', 'network-tickets'),
    ('ReinferTargetGone critical monitor', 'monitoring-oncall'),
    ('ReinferExporterGone warning monitor', 'monitoring-tickets'),
    ('ReinferOutageRecent none unknown', 'nobody'),
    ('SomethingElse critical', 'platform-oncall'),
]

# Alerts that fire -> those of them that are held back, as "Name severity fault tenant vantage", the
# last two optional.
INHIBITIONS = [
    ({'ReinferExporterAbsent critical monitor', 'ReinferExporterDown critical monitor',
      'ReinferPlatformDown critical platform acme', 'ReinferWatchdog none monitor'},
     {'ReinferExporterAbsent critical monitor', 'ReinferPlatformDown critical platform acme'}),
    ({'ReinferExporterDown critical monitor', 'ReinferNoData critical monitor',
      'ReinferPlatformDown critical platform acme'},
     {'ReinferNoData critical monitor'}),
    ({'ReinferLocalEgressDown critical monitor', 'ReinferErrorBudgetBurn critical network acme',
      'ReinferPlatformDown critical platform other', 'ReinferTokenRejected critical credentials x'},
     set()),
    ({'ReinferVantageDown warning network acme east',
      'ReinferVantageDisagrees warning network acme',
      'ReinferErrorBudgetBurn warning network acme east',
      'ReinferErrorBudgetBurn warning platform acme west'},
     {'ReinferVantageDisagrees warning network acme',
      'ReinferErrorBudgetBurn warning network acme east'}),
    ({'ReinferTokenRejected critical credentials acme east',
      'ReinferErrorBudgetBurn critical platform acme east',
      'ReinferErrorBudgetBurn critical platform acme west'},
     {'ReinferErrorBudgetBurn critical platform acme east'}),
    ({'ReinferTokenRejected critical credentials acme',
      'ReinferObjectiveBlind warning monitor acme',
      'ReinferErrorBudgetBurn critical platform acme',
      'ReinferErrorBudgetBurn critical platform other'},
     {'ReinferObjectiveBlind warning monitor acme',
      'ReinferErrorBudgetBurn critical platform acme'}),
    ({'ReinferPlatformDown critical platform acme', 'ReinferProbeDown warning platform acme',
      'ReinferErrorBudgetBurn critical platform acme', 'ReinferServerSlow warning platform acme',
      'ReinferProbeDown warning platform other', 'ReinferCertificateExpiresSoon warning platform '
      'acme'},
     {'ReinferProbeDown warning platform acme', 'ReinferErrorBudgetBurn critical platform acme',
      'ReinferServerSlow warning platform acme'}),
    ({'ReinferOutageRecent none unknown acme', 'ReinferErrorBudgetBurn critical platform acme',
      'ReinferTokenRejected critical credentials acme'},
     {'ReinferErrorBudgetBurn critical platform acme'}),
    ({'ReinferErrorBudgetBurn critical platform acme',
      'ReinferErrorBudgetBurn warning platform acme',
      'ReinferErrorBudgetExhausted warning platform acme',
      'ReinferErrorBudgetBurn warning platform other'},
     {'ReinferErrorBudgetBurn warning platform acme',
      'ReinferErrorBudgetExhausted warning platform acme'}),
    ({'ReinferThrottled warning request acme', 'ReinferLatencyBudgetBurn warning platform acme'},
     {'ReinferLatencyBudgetBurn warning platform acme'}),
]

FIRST_LINES = {
    'platform': "THE PLATFORM'S FAULT (acme)", 'edge': "THE PLATFORM'S EDGE IS AT FAULT (acme)",
    'network': "THE NETWORK'S FAULT (acme)", 'credentials': 'OUR CREDENTIALS ARE AT FAULT (acme)',
    'request': 'OUR REQUESTS ARE AT FAULT (acme)', 'monitor': 'OUR MONITORING IS AT FAULT (acme)',
    'unknown': 'NOBODY KNOWS WHOSE FAULT (acme)'}


def amtool(*arguments):
    """What it prints, and whether it is content."""
    ended = subprocess.run(['amtool', *map(str, arguments)], capture_output=True, text=True,
                           check=False)
    return ended.returncode == 0, ended.stdout + ended.stderr


def labels_of(alert):
    """The labels of an alert written as words."""
    names = ('alertname', 'severity', 'fault', 'tenant', 'vantage')
    labels = dict(zip(names, alert.split()), job='reinfer_exporter')
    if labels['fault'] == 'monitor' and 'tenant' not in labels:
        labels['instance'] = 'exporter:9877'
    return labels


def check_routes(report):
    """The configuration as it is shipped."""
    good, said = amtool('check-config', CONFIG)
    report.note('amtool accepts the configuration', good, said)
    for alert, receivers in ROUTES:
        labels = [f'{key}={value}' for key, value in
                  zip(('alertname', 'severity', 'fault'), alert.split())]
        good, said = amtool('config', 'routes', 'test', f'--config.file={CONFIG}',
                            f'--verify.receivers={receivers}', *labels)
        report.note(f'{alert} goes to {receivers}', good, said)


def check_known(report, alerts):
    """Routing speaks of alerts that exist."""
    names = set(re.findall(r'\bReinfer\w+\b(?!\.\+)', CONFIG.read_text()))
    names = {name for name in names if f'{name}.+' not in CONFIG.read_text()}
    report.note('every alert that is named in alertmanager.yml exists', names <= alerts,
                str(names - alerts))


def check_texts(report, folder):
    """The first line of a text says whose fault it is."""
    alert = {'status': 'firing', 'startsAt': '2026-10-01T10:00:00Z',
             'endsAt': '2026-10-01T11:00:00Z',
             'labels': {'severity': 'critical', 'probe': 'dataset'},
             'annotations': {'description': 'It is down.', 'runbook_url': 'https://x/y',
                             'dashboard_url': 'https://g/d'}}
    for status in ('firing', 'resolved'):
        for fault, line in FIRST_LINES.items():
            data = {'status': status, 'alerts': [{**alert, 'status': status}],
                    'groupLabels': {}, 'commonAnnotations': {'summary': 'Down.'},
                    'commonLabels': {'alertname': 'ReinferX', 'tenant': 'acme', 'fault': fault}}
            path = folder / 'data.json'
            path.write_text(json.dumps(data))
            shown = {name: amtool('template', 'render', f'--template.glob={FOLDER}/*.tmpl',
                                  f'--template.text={{{{ template "{name}" . }}}}',
                                  f'--template.data={path}')[1]
                     for name in ('reinfer.text', 'reinfer.subject')}
            wanted = line if status == 'firing' else line + ', and it is over'
            first = shown['reinfer.text'].split('\n')[0]
            subject = shown['reinfer.subject'].strip()
            good = first == wanted and '\n' not in subject and \
                subject.endswith(f'{line[:-7]}: ReinferX, acme') and 'It is down.' in \
                shown['reinfer.text']
            if status == 'firing':
                good = good and '\n  what it looks like: https://g/d\n' in shown['reinfer.text'] \
                    and "the exporter's page" not in shown['reinfer.text']
            report.note(f'the text for {fault}, {status}', good, str(shown))


def check_inhibitions(report, folder):
    """A real Alertmanager is told of alerts and asked which of them it holds back."""
    case = unittest.TestCase()
    for number, (firing, held) in enumerate(INHIBITIONS):
        port = free_port()
        alertmanager = Process(folder, f'alertmanager{number}', [
            'prometheus-alertmanager', f'--config.file={CONFIG}', '--cluster.listen-address=',
            f'--storage.path={folder / str(number)}', f'--web.listen-address=127.0.0.1:{port}'])
        try:
            wait_until(lambda port=port: fetch(port, '/-/ready')[0] == 200, what='Alertmanager')
            alerts = [{'labels': labels_of(alert)} for alert in firing]
            status, _, said = fetch(port, '/api/v2/alerts', 'POST', json.dumps(alerts),
                                    {'Content-Type': 'application/json'})
            case.assertEqual(status, 200, said)
            wanted = {json.dumps(labels_of(alert), sort_keys=True) for alert in held}
            shown = settled(port, len(firing), wanted)
            report.note(f'held back are {sorted(held)}', shown == wanted,
                        f'held back were {shown}')
        finally:
            alertmanager.end()


def settled(port, count, wanted):
    """The labels of all that is inhibited: as wanted, or as they are when patience is over.

    Alertmanager learns of an alert here and of what it inhibits there, a moment later.
    """
    seen = []

    def observe():
        alerts = json.loads(fetch(port, '/api/v2/alerts')[2])
        seen[:] = [{json.dumps(alert['labels'], sort_keys=True) for alert in alerts
                    if alert['status']['inhibitedBy']}]
        return len(alerts) == count and seen[0] == wanted

    try:
        wait_until(observe, what='what is held back to settle', patience=20)
    except AssertionError:
        pass
    return seen[0]


def check(report, alerts):
    """All of it."""
    with tempfile.TemporaryDirectory(prefix='reinfer-routing-') as name:
        check_routes(report)
        check_known(report, alerts)
        check_texts(report, Path(name))
        check_inhibitions(report, Path(name))

"""The exporter's figures in engines of others: exporter -> Prometheus in agent mode ->
VictoriaMetrics and a Prometheus that receives. Rules and the report of a month find there what they
find in a Prometheus that scrapes."""

import collections
import datetime
import json
import re
import subprocess
import sys
import unittest

from engines import (ROOT, Engine, import_history, receiving_prometheus, victoria,
                     victoria_metrics)
import sla_history as history
from harness import Exporter, Simulator, temporary_folder, tenant, wait_until, write_config
from test_sla import StoredPrometheus, make_blocks, sla

RULES = ROOT / 'dashboards' / 'prometheus'
SOURCE = RULES / 'source' / 'generate.py'
AGENT = ROOT / 'deploy' / 'remote' / 'prometheus-agent.yml'
SLO = {'availability': 99.9, 'latency': '800ms', 'latency_ratio': 95}
NO_ENGINE = 'VictoriaMetrics is not at hand: see tests/remote/run.sh'
# Of the shipped file, with the places that a test has.
SCRAPED, WRITTEN = '"localhost:9877"', 'http://localhost:8428/api/v1/write'
MINUTE = 60


def rules_without_hold(folder, *more):
    """The rules for engines that do not know keep_firing_for."""
    subprocess.run([sys.executable, SOURCE, '--to', folder, '--no-keep-firing-for', *more],
                   check=True, capture_output=True)
    return folder


def expressions(folder):
    """(name, PromQL) of each rule of the folder."""
    text = ''.join((folder / name).read_text() for name in ('recording_rules.yml', 'alerts.yml'))
    found = re.findall(r'- (?:record|alert): (\S+)\n +expr: \|\n((?: {10}.*\n)+)', text)
    return [(name, re.sub(r'(?m)^ {10}', '', expression)) for name, expression in found]


def rounded(value):
    """Without what the order of additions makes of the last digits."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return round(value, 9) if isinstance(value, float) else value


def report(url, *arguments):
    """Exit code and document of the month's report, without what names engine and moment."""
    done = sla(f'--prometheus.url={url}', '--format=json', *arguments)
    if done.stderr:
        raise AssertionError(done.stderr)
    document = json.loads(done.stdout.replace(url, 'URL'))
    del document['made_at']
    return done.returncode, rounded(document)


class ConfigurationsTest(unittest.TestCase):
    """Those of engines that cannot be had here as well."""

    def test_prometheus_takes_each_configuration_of_remote_write(self):
        """By promtool, as an agent's; those that are not run say so in their first line."""
        files = sorted(AGENT.parent.glob('*.yml'))
        self.assertGreaterEqual(len(files), 4)
        for file in files:
            with self.subTest(file.name):
                done = subprocess.run(['promtool', 'check', 'config', '--agent', '--syntax-only',
                                       file], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertEqual('NOT RUN' in file.read_text().splitlines()[0], file != AGENT)


@unittest.skipUnless(victoria('victoria-metrics'), NO_ENGINE)
class StoredHistoryTest(unittest.TestCase):
    """March 2025, stored in both engines."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        blocks = make_blocks(folder)
        cls.prometheus = StoredPrometheus(cls, folder, blocks).await_ready()
        history.write(folder / 'history.om')
        cls.victoria = victoria_metrics(cls)
        import_history(cls.victoria, folder / 'history.om')

    def test_a_report_from_victoria_metrics_is_the_report_from_prometheus(self):
        """Objectives, verdicts, outages, what was not watched: the documents are equal."""
        expected = report(self.prometheus.url, '--month=2025-03')
        self.assertEqual(report(self.victoria.url, '--month=2025-03'), expected)
        self.assertEqual(len(expected[1]['objectives']), 7)
        for row in expected[1]['objectives']:
            self.assertIsNotNone(row['objective'], row['tenant'])


@unittest.skipUnless(victoria('victoria-metrics'), NO_ENGINE)
class AgentTest(unittest.TestCase):
    """A life of some seconds, sent to two engines by the agent of deploy/remote."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, folder)
        config = write_config(folder, tenant('acme', cls.simulator, slo=SLO))
        cls.exporter = Exporter(cls, folder, config, cls.simulator.token).await_serving()
        cls.victoria = victoria_metrics(cls)
        cls.prometheus = receiving_prometheus(cls)
        cls.agent = cls.start_agent(folder)
        cls.let_it_live()

    @classmethod
    def start_agent(cls, folder):
        """The shipped configuration with the places of this test, and a second receiver."""
        text = AGENT.read_text()
        for part in (SCRAPED, WRITTEN, 'scrape_interval: 15s', 'scrape_timeout: 10s'):
            if part not in text:
                raise AssertionError(f'{AGENT}: {part} is not there any more')
        text = text.replace(SCRAPED, f'"127.0.0.1:{cls.exporter.port}"')
        text = text.replace(WRITTEN, f'{cls.victoria.url}/api/v1/write')
        text = text.replace('scrape_interval: 15s', 'scrape_interval: 1s')
        text = text.replace('scrape_timeout: 10s', 'scrape_timeout: 1s')
        text += f'  - url: {cls.prometheus.url}/api/v1/write\n'
        (folder / 'agent.yml').write_text(text)
        return Engine(cls, 'agent', [
            'prometheus', '--enable-feature=agent', f'--config.file={folder}/agent.yml',
            '--storage.agent.path={folder}/agent', '--web.listen-address=127.0.0.1:{port}'],
                      '/-/ready').await_ready()

    @classmethod
    def let_it_live(cls):
        """Some good probes, some bad ones; then the scrapes end, and all has arrived."""
        cls.exporter.scrape_when(lambda seen: seen.results(outcome='ok') >= 3, '3 good probes')
        cls.simulator.set_fault('http_json')
        cls.exporter.scrape_when(lambda seen: seen.results(outcome='server_error') >= 2,
                                 '2 bad probes')
        for engine in (cls.victoria, cls.prometheus):
            wait_until(lambda engine=engine: engine.newest(
                'reinfer_probe_results_total{outcome="server_error"}'),
                       lambda values: values and values[0] >= 2, 'the bad probes to arrive')
        cls.exporter.end()
        # Its target is down: what was before that has been sent.
        for engine in (cls.victoria, cls.prometheus):
            wait_until(lambda engine=engine: engine.newest('up'), lambda values: values == [0],
                       'the end to arrive')
        cls.agent.end()
        now = datetime.datetime.now(datetime.timezone.utc)
        cls.reports = [report(engine.url, f'--month={now:%Y-%m}')
                       for engine in (cls.victoria, cls.prometheus)]

    def test_every_series_of_the_exporter_arrives(self):
        """Names with their number of series, in both engines."""
        counts = [collections.Counter(
            row['metric']['__name__'] for row in
            engine.api('query', query='{__name__=~"reinfer_.+"}[10m]')['data']['result'])
                  for engine in (self.victoria, self.prometheus)]
        self.assertEqual(*counts)
        self.assertGreater(len(counts[0]), 50)

    def test_the_report_is_the_same_from_both_and_has_the_objective(self):
        """By each of its figures but those of the moment at which it was asked."""
        (code, one), (other_code, other) = self.reports
        for document in (one, other):
            rows = {row['slo']: row for row in document['objectives']}
            self.assertEqual((rows['availability']['objective'], rows['latency']['objective']),
                             (.999, .95))
        self.assertEqual(code, other_code)
        for slo in (0, 1):
            for key in ('events', 'good', 'bad', 'bad_by_outcome', 'objective', 'skipped'):
                self.assertEqual(one['objectives'][slo][key], other['objectives'][slo][key], key)

    def test_every_expression_of_the_rules_evaluates(self):
        """None is refused."""
        folder = rules_without_hold(temporary_folder(self))
        all_of_them = expressions(folder)
        self.assertGreater(len(all_of_them), 70)
        for name, expression in all_of_them:
            with self.subTest(name):
                self.assertEqual(self.victoria.api('query', query=expression)['status'], 'success')

    def test_vmalert_runs_the_variant_of_the_rules_and_fires(self):
        """With waits a hundred times shorter, the fault of the end is told as an outage's is."""
        folder = rules_without_hold(temporary_folder(self), '--scale', '100')
        alert = Engine(self, 'vmalert', [
            victoria('vmalert'), f'-rule={folder}/*.yml', f'-datasource.url={self.victoria.url}',
            f'-remoteWrite.url={self.victoria.url}', f'-remoteRead.url={self.victoria.url}',
            '-notifier.url=http://127.0.0.1:9', '-httpListenAddr=127.0.0.1:{port}',
            '-evaluationInterval=1s'], '/health').await_ready()
        wait_until(lambda: {row['alertname'] for row, _ in self.victoria.rows(
            'last_over_time(ALERTS{alertstate="firing"}[10m])')},
                   lambda names: {'ReinferWatchdog', 'ReinferExporterDown'} <= names,
                   'the exporter that is gone to be told', patience=2 * MINUTE)
        errors = [(rule['name'], rule['lastError'])
                  for group in alert.api('rules')['data']['groups'] for rule in group['rules']
                  if rule.get('lastError')]
        self.assertEqual(errors, [])

    def test_vmalert_takes_the_plain_rules_or_names_what_it_does_not_know(self):
        """That of Debian 12 refuses keep_firing_for, for which there is the variant; that of
        Debian 13 knows it."""
        done = subprocess.run([
            victoria('vmalert'), '-dryRun', f'-rule={RULES}/alerts.yml',
            '-datasource.url=http://127.0.0.1:9', '-notifier.url=http://127.0.0.1:9'],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.assertIn('keep_firing_for', done.stderr + done.stdout)

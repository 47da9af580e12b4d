"""The rows of the table of histograms (dashboards/prometheus/README.md), each tried: what a real
Prometheus stores, how many samples that is, and that the boards show it."""

import functools
import math
import operator
import re
import subprocess
import sys
import unittest
import urllib.parse

from harness import (ROOT, Exporter, Prometheus, Simulator, fetch, run_exporter, temporary_folder,
                     tenant, wait_until, write_config)
from machine import newer_prometheus

sys.path.append(str(ROOT / 'tests' / 'dashboards'))
import boards  # noqa: E402  pylint: disable=C0413

LATENCIES = ('reinfer_probe_duration_seconds', 'reinfer_server_processing_seconds',
             'reinfer_network_overhead_seconds')
NATIVE = '--enable-feature=exemplar-storage,native-histograms'
OLD, NEW = 'prometheus', str(newer_prometheus('prometheus'))
TEXT, OPENMETRICS = 'PrometheusText0.0.4', 'OpenMetricsText1.0.0'


@functools.lru_cache
def version_of(program):
    """(2, 42), or None where it cannot be had."""
    try:
        said = subprocess.run([program, '--version'], capture_output=True, text=True, check=True)
    except OSError:
        return None
    return tuple(int(number) for number in re.search(r'version (\d+)\.(\d+)', said.stdout).groups())


class HistogramsTest(unittest.TestCase):
    """One exporter, scraped by one Prometheus after the other."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        simulator = Simulator(cls, cls.folder, latency='100ms')
        slo = {'availability': 99, 'latency': '800ms', 'latency_ratio': 95}
        cls.config = write_config(cls.folder, tenant('acme', simulator, slo=slo), interval='1s',
                                  timeout='900ms', resolve_timeout='900ms',
                                  connect_timeout='900ms', tls_timeout='900ms')
        cls.token = simulator.token
        cls.exporter = Exporter(cls, cls.folder, cls.config, cls.token).await_serving()
        cls.exporter.scrape_when(lambda seen: seen.value(LATENCIES[2] + '_count') >= 1,
                                 'one probe in all histograms')

    def prometheus(self, program, flags=(), **job):
        """A server that scrapes the exporter; the test is skipped where it cannot be had."""
        version = version_of(program)
        if not version:
            self.skipTest('there is no newer Prometheus (tests/rules/newer_prometheus.sh)')
        folder = temporary_folder(self)
        jobs = [{'job_name': 'reinfer_exporter', **job, 'static_configs': [
            {'targets': [f'127.0.0.1:{self.exporter.port}']}]}]
        server = Prometheus(self, folder, self.exporter.port, jobs=jobs, program=program,
                            flags=flags)
        return server.await_ready()

    def check_stored(self, prometheus, classic, native):
        """The three histograms are stored in the kinds that are named, and in no other."""
        wait_until(lambda: prometheus.value('max_over_time(scrape_samples_scraped[1m])'),
                   what='a scrape')
        wait_until(lambda: prometheus.value(f'count(rate({LATENCIES[0]}[1m])) or '
                                            f'count(rate({LATENCIES[0]}_count[1m]))'),
                   what='two scrapes')
        for name in LATENCIES:
            self.assertEqual(bool(prometheus.value(f'count({name}_bucket)')), classic, name)
            self.assertEqual(bool(prometheus.value(f'count(histogram_count({name}))')), native,
                             name)

    def check_boards(self, prometheus):
        """Each query of a board about the three histograms has an answer."""
        span = boards.Span(0, 300)
        asked = 0
        for board in boards.load().values():
            for query in boards.queries_of(board, span, {'before': '1s'}):
                if not any(name in query.expr for name in LATENCIES):
                    continue
                if query.panel == 'How long answers took':
                    continue  # two queries, of which Grafana draws the first with an answer
                with self.subTest(query=query.name()):
                    expr = query.expr
                    wait_until(lambda expr=expr: any(
                        math.isfinite(value) for _, value in prometheus.query(expr)), what=expr)
                    asked += 1
        self.assertGreater(asked, 20)
        span_end = {'start': 0, 'end': 4102444800}
        ask = urllib.parse.urlencode({'query': LATENCIES[0] + ' or ' + LATENCIES[0] + '_bucket',
                                      **span_end})
        found = wait_until(lambda: prometheus.api('query_exemplars?' + ask), what='exemplars')
        self.assertEqual(len(found[0]['exemplars'][0]['labels']['request_id']), 36)

    def check(self, program, classic, native, flags=('--enable-feature=exemplar-storage',), **job):
        """A row of the table."""
        prometheus = self.prometheus(program, flags, **job)
        self.check_stored(prometheus, classic, native)
        self.check_boards(prometheus)
        return prometheus

    def test_classic_with_the_prometheus_of_the_distribution(self):
        """Nothing is set: classic buckets."""
        self.check(OLD, classic=True, native=False)

    def test_native_with_the_prometheus_of_the_distribution(self):
        """The flag of 2.40 and later: native ones, and no other."""
        self.check(OLD, classic=False, native=True, flags=[NATIVE])

    def test_classic_with_a_newer_prometheus(self):
        """Nothing is set: classic buckets."""
        self.check(NEW, classic=True, native=False)

    def native_job(self):
        """Flags and keys with which the newer one takes native histograms."""
        if (version_of(NEW) or (0, 0)) >= (3, 8):
            return ['--enable-feature=exemplar-storage'], {'scrape_native_histograms': True}
        return [NATIVE], {}

    def test_native_with_a_newer_prometheus(self):
        """Native ones, and no other."""
        flags, job = self.native_job()
        self.check(NEW, classic=False, native=True, flags=flags, **job)

    def test_both_with_a_newer_prometheus(self):
        """Native ones, and the classic ones kept beside them."""
        flags, job = self.native_job()
        self.check(NEW, classic=True, native=True, flags=flags,
                   always_scrape_classic_histograms=True, **job)

    def test_a_key_of_a_later_version_is_refused(self):
        """Before 3.8 `scrape_native_histograms` stops Prometheus; the README says from when on."""
        if not (3, 0) <= (version_of(NEW) or (0, 0)) < (3, 8):
            self.skipTest('only of Prometheus 3.0 to 3.7')
        config = temporary_folder(self) / 'prometheus.yml'
        config.write_text('scrape_configs: [{job_name: a, scrape_native_histograms: true}]\n')
        checked = subprocess.run([newer_prometheus('promtool'), 'check', 'config', config],
                                 capture_output=True, text=True, check=False)
        self.assertIn('scrape_native_histograms not found', checked.stdout + checked.stderr)

    def test_check_foretells_the_samples_of_a_scrape_in_every_format(self):
        """In text and OpenMetrics, and in protobuf with native histograms and with both kinds."""
        said = run_exporter(self.config, 'check', token=self.token).stdout
        classic, native, both = (int(re.search(words + r'(\d+)', said)[1]) for words in (
            'targets, ', 'with native histograms: ', 'with both kinds: '))
        flags, job = self.native_job()
        rows = [(OLD, (), {}, classic), (OLD, [NATIVE], {}, native),
                (NEW, (), {'scrape_protocols': [TEXT]}, classic),
                (NEW, (), {'scrape_protocols': [OPENMETRICS]}, classic),
                (NEW, flags, job, native),
                (NEW, flags, {**job, 'always_scrape_classic_histograms': True}, both)]
        for program, with_flags, with_job, foretold in rows:
            with self.subTest(program=program, flags=with_flags, **with_job):
                server = self.prometheus(program, with_flags, **with_job)
                wait_until(functools.partial(server.value, 'scrape_samples_scraped > 0'),
                           functools.partial(operator.eq, foretold), f'{foretold} samples')

    def test_created_series_cost_samples_only_where_they_are_asked_for(self):
        """One for each counter and histogram that has counted, and no other format has them."""
        asked = Exporter(self, self.folder, self.config, self.token, name='created',
                         flags=['--web.created-series']).await_serving()
        asked.scrape_when(lambda seen: seen.value(LATENCIES[0] + '_count') >= 1, 'a probe')
        accept = 'application/openmetrics-text; version=1.0.0'
        for exporter, wanted in ((self.exporter, False), (asked, True)):
            text = fetch(exporter.port, '/metrics', headers={'Accept': accept})[2].decode()
            self.assertEqual('\nreinfer_probe_results_created{' in text, wanted)
            self.assertEqual('\nreinfer_probe_duration_seconds_created{' in text, wanted)
            self.assertNotIn('_created', exporter.metrics_text())

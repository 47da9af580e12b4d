"""A real Prometheus judges the numbers: what it stores is what happened."""

import unittest

from contract import ALL_METRICS, TARGET_METRICS, TENANT_METRICS
from harness import (Exporter, Prometheus, Simulator, temporary_folder, tenant, wait_until,
                     write_config)

LATENCY_SECONDS = 0.3
BUCKET_OF_LATENCY = (0.25, 0.5)
PROCESSING_TOLERANCE_SECONDS = 0.06

TENANTS = {'by-environment': 'demo/production', 'by-file': 'demo/sandbox'}


class PrometheusTest(unittest.TestCase):
    """Prometheus scrapes the exporter, which probes the simulator over HTTPS."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, folder, latency='300ms')
        (folder / 'token').write_text(f'Bearer {cls.simulator.token}\n')
        config = write_config(
            folder,
            tenant('by-environment', cls.simulator, TENANTS['by-environment'],
                   labels={'environment': 'production'}),
            tenant('by-file', cls.simulator, TENANTS['by-file'], token_file='token'))
        cls.exporter = Exporter(cls, folder, config, cls.simulator.token).await_serving()
        cls.prometheus = Prometheus(cls, folder, cls.exporter.port).await_ready()

    def in_prometheus(self, expression, satisfied, what):
        """Asks until the answer satisfies."""
        return wait_until(lambda: self.prometheus.value(expression),
                          lambda value: value is not None and satisfied(value), what)

    def test_prometheus_finds_the_exporter_up(self):
        """The scrape succeeds."""
        self.in_prometheus('up{job="reinfer_exporter"}', lambda up: up == 1, 'up')

    def test_the_counters_move_for_both_ways_to_give_a_token(self):
        """A token from the environment and one from a file both make probes that are ok."""
        for name in TENANTS:
            with self.subTest(tenant=name):
                self.in_prometheus(
                    f'increase(reinfer_probe_results_total{{tenant="{name}",outcome="ok"}}[1m])',
                    lambda increase: increase > 0, 'ok results')

    def test_prometheus_has_the_results_that_the_exporter_shows(self):
        """For each outcome, what is stored lies between what was shown before and after."""
        target = {'tenant': 'by-environment', 'probe': 'dataset'}
        before = self.exporter.scrape_when(lambda seen: seen.results(**target) >= 3, '3 results')
        by_outcome = ('sum by (outcome) (reinfer_probe_results_total'
                      '{tenant="by-environment",probe="dataset"})')
        stored = wait_until(
            lambda: {labels['outcome']: value
                     for labels, value in self.prometheus.query(by_outcome)},
            lambda seen: sum(seen.values()) >= before.results(**target), 'Prometheus to catch up')
        after = self.exporter.scrape()
        for outcome, value in stored.items():
            with self.subTest(outcome=outcome):
                shown = {**target, 'outcome': outcome}
                self.assertGreaterEqual(value, before.results(**shown))
                self.assertLessEqual(value, after.results(**shown))

    def test_the_median_duration_lies_in_the_bucket_of_the_configured_latency(self):
        """histogram_quantile finds what the simulator was told to take."""
        low, high = BUCKET_OF_LATENCY
        median = self.in_prometheus(
            'histogram_quantile(0.5, '
            'sum by (le) (rate(reinfer_probe_duration_seconds_bucket[1m])))',
            lambda value: value == value, 'a median')
        self.assertGreater(median, low)
        self.assertLessEqual(median, high)

    def test_the_average_server_processing_is_the_configured_latency(self):
        """The platform's own time is what its Server-Timing says."""
        average = self.in_prometheus(
            'sum(rate(reinfer_server_processing_seconds_sum[1m]))'
            ' / sum(rate(reinfer_server_processing_seconds_count[1m]))',
            lambda value: value == value, 'an average')
        self.assertGreaterEqual(average, LATENCY_SECONDS)
        self.assertLess(average, LATENCY_SECONDS + PROCESSING_TOLERANCE_SECONDS)

    def test_every_promised_metric_is_stored_with_its_type(self):
        """Names and types are a contract; in OpenMetrics families have no suffix."""
        promised = {name.removesuffix('_total').removesuffix('_info'):
                    'info' if name.endswith('_info') else kind
                    for name, kind in ALL_METRICS.items()}
        metadata = wait_until(self.prometheus.metadata,
                              lambda seen: promised.keys() <= seen.keys(), 'all metrics')
        self.assertEqual({name: metadata[name] for name in promised}, promised)

    def test_every_target_and_tenant_has_every_series(self):
        """A tenant's static label is on all its series, and empty where it is not set."""
        wanted = {name + ('_count' if kind == 'histogram' else '')
                  for name, kind in {**TARGET_METRICS, **TENANT_METRICS}.items()}
        for name, environment in (('by-environment', 'production'), ('by-file', '')):
            with self.subTest(tenant=name):
                names = (f'count by (__name__) ({{__name__=~"reinfer_.+",tenant="{name}",'
                         f'environment="{environment}"}})')
                wait_until(lambda: {row['__name__'] for row, _ in self.prometheus.query(names)},
                           lambda seen: wanted <= seen, f'{len(wanted)} names')

    def test_there_is_exactly_one_request_for_each_probe(self):
        """At a moment between probes, both sides have counted the same."""
        for name, path in TENANTS.items():
            with self.subTest(tenant=name):
                results, requests = wait_until(lambda: self.count_at_rest(name, path),
                                               what='a moment without a probe')
                self.assertEqual(requests, results)

    def count_at_rest(self, name, path):
        """Results and requests of one tenant, or None if a probe was under way meanwhile."""
        before = self.exporter.scrape()
        requests = self.simulator.requests_to(path)
        after = self.exporter.scrape()
        in_flight = [s.value('reinfer_exporter_probes_in_flight') for s in (before, after)]
        results = [s.results(tenant=name) for s in (before, after)]
        at_rest = in_flight == [0, 0] and results[0] == results[1] > 0
        return (results[0], requests) if at_rest else None

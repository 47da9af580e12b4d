"""Every format of /metrics, read by programs that are not ours."""

import math
import subprocess
import sys
import unittest
import urllib.parse

# Debian's packages, whichever Python this is; after its own.
sys.path.append('/usr/lib/python3/dist-packages')
# pylint: disable=wrong-import-position
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.internal.decoder import _DecodeVarint32
from harness import (Exporter, Prometheus, Simulator, fetch, temporary_folder, tenant,
                     wait_until, write_config)
from machine import newer_prometheus
from prometheus_client.openmetrics.parser import text_string_to_metric_families

OPENMETRICS = 'application/openmetrics-text; version=1.0.0'
PROTOBUF = ('application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; '
            'encoding=delimited')
NEWER_PROMETHEUS = newer_prometheus('prometheus')
LATENCIES = ('reinfer_probe_duration_seconds', 'reinfer_server_processing_seconds',
             'reinfer_network_overhead_seconds')
# Of the native buckets: each ends that much above where it begins.
WIDTH = 2 ** (1 / 8)

# Messages of client_model's metrics.proto: field numbers, types, and whether repeated.
MESSAGES = {
    'LabelPair': [(1, 'name', 'string'), (2, 'value', 'string')],
    'Timestamp': [(1, 'seconds', 'int64'), (2, 'nanos', 'int32')],
    'Exemplar': [(1, 'label', '*LabelPair'), (2, 'value', 'double'),
                 (3, 'timestamp', 'Timestamp')],
    'Gauge': [(1, 'value', 'double')],
    'Counter': [(1, 'value', 'double'), (2, 'exemplar', 'Exemplar'),
                (3, 'created_timestamp', 'Timestamp')],
    'Bucket': [(1, 'cumulative_count', 'uint64'), (2, 'upper_bound', 'double'),
               (3, 'exemplar', 'Exemplar')],
    'BucketSpan': [(1, 'offset', 'sint32'), (2, 'length', 'uint32')],
    'Histogram': [(1, 'sample_count', 'uint64'), (2, 'sample_sum', 'double'),
                  (3, 'bucket', '*Bucket'), (5, 'schema', 'sint32'),
                  (6, 'zero_threshold', 'double'), (7, 'zero_count', 'uint64'),
                  (12, 'positive_span', '*BucketSpan'), (13, 'positive_delta', '*sint64'),
                  (15, 'created_timestamp', 'Timestamp')],
    'Metric': [(1, 'label', '*LabelPair'), (2, 'gauge', 'Gauge'), (3, 'counter', 'Counter'),
               (7, 'histogram', 'Histogram')],
    'MetricFamily': [(1, 'name', 'string'), (2, 'help', 'string'), (3, 'type', 'int32'),
                     (4, 'metric', '*Metric'), (5, 'unit', 'string')],
}


def metric_family_class():
    """The message, as Google's library knows it."""
    file = descriptor_pb2.FileDescriptorProto(name='metrics.proto', package='client')
    for message, fields in MESSAGES.items():
        described = file.message_type.add(name=message)
        for number, name, kind in fields:
            repeated, kind = kind.startswith('*'), kind.lstrip('*')
            field = described.field.add(name=name, number=number)
            field.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
            if kind in MESSAGES:
                field.type, field.type_name = field.TYPE_MESSAGE, '.client.' + kind
            else:
                field.type = getattr(field, 'TYPE_' + kind.upper())
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.MessageFactory(pool).GetPrototype(
        pool.FindMessageTypeByName('client.MetricFamily'))


def decode(body):
    """All families of a delimited body by name; complains of bytes that are left over."""
    family_class, families, at = metric_family_class(), {}, 0
    while at < len(body):
        length, at = _DecodeVarint32(body, at)
        family = family_class.FromString(body[at:at + length])
        if family.name in families or at + length > len(body):
            raise AssertionError(f'{family.name} is there twice, or cut off')
        families[family.name] = family
        at += length
    return families


class FormatsTest(unittest.TestCase):
    """One exporter, asked in every way; one tenant is well, the other is not."""

    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, folder, latency='20ms')
        config = write_config(folder, tenant('well', cls.simulator),
                              tenant('ill', cls.simulator, of='demo/sandbox'), interval='1s',
                              timeout='900ms', resolve_timeout='900ms', connect_timeout='900ms',
                              tls_timeout='900ms')
        cls.simulator.set_fault('http_json', 'demo/sandbox')
        cls.exporter = Exporter(cls, folder, config, cls.simulator.token).await_serving()
        cls.exporter.scrape_when(
            lambda seen: seen.results(tenant='well') >= 3 and seen.results(tenant='ill') >= 3,
            'three results of each tenant')

    def get(self, accept, kind):
        """The body, of the type that was asked for."""
        status, headers, body = self.exporter.get('/metrics', Accept=accept)
        self.assertEqual(status, 200)
        self.assertTrue(headers['Content-Type'].startswith(kind), headers)
        return body

    def test_promtool_has_no_complaint_about_the_text(self):
        """Names, types and helps are as Prometheus wants them."""
        body = self.get('text/plain', 'text/plain; version=0.0.4')
        checked = subprocess.run(['promtool', 'check', 'metrics'], input=body, check=False,
                                 capture_output=True)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, b'', b''))

    def await_trusted(self):
        """OpenMetrics once some latencies have got an exemplar: on a busy machine the first may
        all be late, and are kept out."""
        well = 'reinfer_probe_duration_seconds_bucket{tenant="well"'
        return wait_until(lambda: self.get(OPENMETRICS, OPENMETRICS).decode(),
                          lambda text: any(line.startswith(well) and ' # {' in line
                                           for line in text.splitlines()), 'an exemplar')

    def test_a_strict_parser_reads_openmetrics(self):
        """Every family of the text is there, with exemplars where something went wrong."""
        body = self.await_trusted()
        families = {f.name: f for f in text_string_to_metric_families(body)}
        plain = self.exporter.metrics_text()
        names = [line.split()[2] for line in plain.splitlines() if line.startswith('# TYPE')]
        for name in names:
            self.assertIn(name.removesuffix('_total').removesuffix('_info'), families)
        self.assertEqual(families['reinfer_probe_duration_seconds'].unit, 'seconds')
        self.assertEqual(families['reinfer_tenant'].type, 'info')
        failures = [s for s in families['reinfer_probe_results'].samples
                    if s.exemplar and s.labels['tenant'] == 'ill']
        self.assertTrue(failures)
        self.assertEqual(len(failures[0].exemplar.labels['request_id']), 36)
        buckets = [s for s in families['reinfer_probe_duration_seconds'].samples
                   if s.exemplar and s.labels['tenant'] == 'well']
        self.assertTrue(buckets)
        self.assertLessEqual(buckets[0].exemplar.value, float(buckets[0].labels['le']))

    def test_protobuf_says_what_the_text_says(self):
        """Google's decoder reads it; native buckets add up to the classic ones."""
        self.await_trusted()
        families = decode(self.get(PROTOBUF, 'application/vnd.google.protobuf'))
        plain = self.exporter.metrics_text()
        self.assertEqual({line.split()[2] for line in plain.splitlines()
                          if line.startswith('# TYPE')}, set(families))
        for name in LATENCIES:
            for metric in families[name].metric:
                native = metric.histogram
                counts, count = [], 0
                for delta in native.positive_delta:
                    count += delta
                    counts.append(count)
                self.assertEqual(sum(span.length for span in native.positive_span), len(counts))
                self.assertEqual(sum(counts) + native.zero_count, native.sample_count)
                self.assertEqual(native.bucket[-1].cumulative_count, native.sample_count)
                self.assertEqual(native.bucket[-1].upper_bound, math.inf)
                self.assertTrue(native.positive_span)
        self.assertEqual(families['reinfer_probe_duration_seconds'].unit, 'seconds')


class NativePrometheusTest(unittest.TestCase):
    """What real servers make of native histograms and exemplars."""

    # It has to see each probe before the next one.
    ALONE = True
    NAME = 'reinfer_server_processing_seconds'

    def setUp(self):
        self.folder = temporary_folder(self)
        simulator = Simulator(self, self.folder, latency='100ms')
        config = write_config(self.folder, tenant('acme', simulator), interval='1s',
                              timeout='900ms', resolve_timeout='900ms', connect_timeout='900ms',
                              tls_timeout='900ms')
        self.exporter = Exporter(self, self.folder, config, simulator.token).await_serving()
        self.samples, self.sum = [], 0

    def note_samples(self):
        """By how much the sum grew is what a probe took: there is one a second."""
        seen = self.exporter.scrape()
        count = seen.value(self.NAME + '_count')
        if count > len(self.samples):
            self.assertEqual(count, len(self.samples) + 1, 'a probe was overlooked')
            grown = seen.value(self.NAME + '_sum')
            self.samples.append(grown - self.sum)
            self.sum = grown

    def check(self, job, **options):
        """The median of the native histogram lies in the bucket of the samples' true median."""
        jobs = [{'job_name': 'reinfer_exporter', **job, 'static_configs': [
            {'targets': [f'127.0.0.1:{self.exporter.port}']}]}]
        prometheus = Prometheus(self, self.folder, self.exporter.port, jobs=jobs, **options)

        def ready():
            self.note_samples()
            return fetch(prometheus.port, '/-/ready')[0] == 200

        wait_until(ready, what='Prometheus to be ready')

        def count_and_median():
            self.note_samples()
            before, median, after = (prometheus.value(f'{function}{self.NAME})') for function in (
                'histogram_count(', 'histogram_quantile(0.5, ', 'histogram_count('))
            settled = before is not None and before == after and before >= 7 and before % 2 == 1
            return (int(before), median) if settled and before <= len(self.samples) else None

        count, median = wait_until(count_and_median, what='the median of some probes')
        true_median = sorted(self.samples[:count])[count // 2]
        self.assertGreater(median, true_median / WIDTH)
        self.assertLess(median, true_median * WIDTH)
        classic = prometheus.value(f'count({self.NAME}_bucket)')
        ask = urllib.parse.urlencode({'query': self.NAME + '_bucket' if classic else self.NAME,
                                      'start': 0, 'end': 4102444800})
        found = wait_until(lambda: prometheus.api('query_exemplars?' + ask), what='exemplars')
        self.assertEqual(len(found[0]['exemplars'][0]['labels']['request_id']), 36)
        return classic

    def test_prometheus_of_the_distribution(self):
        """2.42 takes either kind of buckets, and takes the native ones."""
        self.check({}, flags=['--enable-feature=native-histograms,exemplar-storage'])

    def test_a_newer_prometheus(self):
        """3 takes both kinds at once."""
        if not NEWER_PROMETHEUS.exists():
            self.skipTest('there is no newer Prometheus (tests/rules/newer_prometheus.sh)')
        version = subprocess.run([NEWER_PROMETHEUS, '--version'], capture_output=True, text=True,
                                 check=True).stdout
        options = {'always_scrape_classic_histograms': True}
        flags = ['--enable-feature=exemplar-storage']
        if int(version.split('version 3.')[1].split('.')[0]) >= 8:
            options['scrape_native_histograms'] = True
        else:
            flags = ['--enable-feature=exemplar-storage,native-histograms']
        classic = self.check(options, flags=flags, program=str(NEWER_PROMETHEUS))
        self.assertGreater(classic, 5)

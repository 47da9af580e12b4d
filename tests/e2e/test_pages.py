"""What the exporter serves over HTTP, and what ships beside it for Prometheus."""

import gzip
import subprocess
import unittest

from exposition import parse
from harness import (PATIENCE, ROOT, Exporter, Simulator, temporary_folder, tenant, wait_until,
                     write_config)

# The process itself moves with every scrape; the targets must not.
MOVING = ('process_', 'reinfer_exporter_')


def promtool(*arguments, text=None):
    """Runs promtool: exit code and everything it said."""
    ended = subprocess.run(['promtool', *arguments], input=text, capture_output=True, text=True,
                           timeout=PATIENCE, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def still_lines(text):
    """The lines that only a probe can change."""
    return [line for line in text.splitlines() if not line.startswith(MOVING)]


class PagesTest(unittest.TestCase):
    """One healthy and one faulty target, so that every family has samples."""

    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        simulator = Simulator(cls, folder)
        config = write_config(folder, tenant('good', simulator),
                              tenant('bad', simulator, 'faults/http_json.503'))
        cls.exporter = Exporter(cls, folder, config, simulator.token).await_serving()
        cls.exporter.scrape_when(lambda seen: len(seen.find('reinfer_probe_success')) == 2,
                                 'both targets to be probed')

    def get_between_probes(self, *header_sets):
        """Replies of /metrics, one for each set of headers, with no probe in between."""
        def observe():
            before = self.exporter.scrape().results()
            replies = [self.exporter.get('/metrics', **headers) for headers in header_sets]
            after = self.exporter.scrape()
            idle = after.value('reinfer_exporter_probes_in_flight') == 0
            return replies if idle and after.results() == before else None

        return wait_until(observe, what='scrapes without a probe in between')

    def test_promtool_has_nothing_to_say(self):
        """Names, types, help texts and units are as Prometheus wants them."""
        self.assertEqual(promtool('check', 'metrics', text=self.exporter.metrics_text()), (0, ''))

    def test_gzip_has_the_same_content(self):
        """Compressed when asked for, as Prometheus asks."""
        (_, plain_headers, plain), (_, headers, packed) = self.get_between_probes(
            {}, {'Accept-Encoding': 'gzip'})
        self.assertNotIn('Content-Encoding', plain_headers)
        self.assertEqual(headers['Content-Encoding'], 'gzip')
        self.assertLess(len(packed), len(plain))
        self.assertEqual(still_lines(gzip.decompress(packed).decode()), still_lines(plain.decode()))

    def test_two_scrapes_have_the_same_order(self):
        """What stays the same stays at its place."""
        (_, _, first), (_, _, second) = self.get_between_probes({}, {})
        self.assertEqual(still_lines(first.decode()), still_lines(second.decode()))
        self.assertEqual(parse(first.decode()).series(), parse(second.decode()).series())

    def test_metrics_say_which_format_they_are(self):
        """Version 0.0.4 of the text format."""
        status, headers, _ = self.exporter.get('/metrics')
        self.assertEqual(status, 200)
        self.assertEqual(headers['Content-Type'], 'text/plain; version=0.0.4; charset=utf-8')

    def test_the_small_pages_answer(self):
        """For load balancers, for people, and for slips of the finger."""
        for path, status, text in (('/-/healthy', 200, 'healthy'), ('/-/ready', 200, 'ready'),
                                   ('/', 200, 'good/dataset: ok'),
                                   ('/', 200, 'bad/dataset: server_error'), ('/nothing', 404, '')):
            with self.subTest(path=path):
                answered, _, body = self.exporter.get(path)
                self.assertEqual(answered, status)
                self.assertIn(text, body.decode())

    def test_requests_to_the_exporter_are_counted(self):
        """By path and code; a path that is nobody's counts as other."""
        for path, label, code in (('/metrics', '/metrics', '200'), ('/', '/', '200'),
                                  ('/nobody-else-asks', 'other', '404')):
            with self.subTest(path=path):
                counter = ('reinfer_exporter_http_requests_total', {'path': label, 'code': code})
                before = self.exporter.scrape().total(counter[0], **counter[1])
                self.exporter.get(path)
                wait_until(lambda: self.exporter.scrape().total(counter[0], **counter[1]),
                           lambda seen: seen > before, 'the counter to move')


class ShippedFilesTest(unittest.TestCase):
    """Files that users copy."""

    def test_the_scrape_configuration_is_valid(self):
        """promtool accepts it and says nothing of a problem."""
        path = ROOT / 'dashboards' / 'prometheus' / 'prometheus.yml'
        code, said = promtool('check', 'config', str(path))
        self.assertEqual(code, 0, said)
        self.assertIn('reinfer_exporter', path.read_text())
        self.assertIn('localhost:9877', path.read_text())

"""The arithmetic of growth, of crowds and of their demands, on figures that can be checked by hand;
part of bench_test.py."""

import subprocess
import unittest
from xml.dom import minidom

import cost_plot
import demands
import growth
import growth_plot
import own
import parts
import plot
import quota
import results
import scale_tables
import scrapers


def size_row(targets, **more):
    """A run with so many targets, in which everything grows with their number."""
    return {'targets': targets, 'memory_mb': 10 + targets / 100, 'own_mb': 1, 'peak_mb': 20,
            'cpu_share': targets / 20000, 'cpu_us_per_probe': 1500, 'probes': targets,
            'scrape_bytes': targets * 10000, 'scrape_ms': targets / 10, **more}


def crowd_of(**more):
    """What a crowd came to."""
    return {'slots': 100, 'scrapes': 20, 'whole': 20, 'bytes': 1e8, 'reloaded': True, 'failed': 0,
            'memory_mb': 110, 'peak_mb': 150, 'p50_us': 100, 'p99_us': 1999,
            'loop_us_per_probe': 1400, 'loop_failed': 0, **more}


def judged(**measured):
    """{demand: whether it is met}."""
    return {demand.what: demand.met for demand in demands.judge(measured)}


class Growth(unittest.TestCase):

    def test_a_figure_that_grows_with_the_number_has_the_exponent_one(self):
        self.assertAlmostEqual(growth.exponent([(10, 3), (100, 30), (1000, 300)]), 1)
        self.assertAlmostEqual(growth.exponent([(10, 3), (1000, 3)]), 0)
        self.assertIsNone(growth.exponent([(10, 3)]))

    def test_every_figure_of_several_sizes_has_its_growth(self):
        grown = {what: power for _, what, _, power in growth.grown(
            {'size': [size_row(targets) for targets in (10, 100, 1000)]})}
        self.assertAlmostEqual(grown['% of a core'], 1)
        self.assertLess(grown['MB resident'], 0.5)

    def test_the_median_of_the_runs_is_what_grows(self):
        points = growth.points_of([size_row(10, memory_mb=value) for value in (1, 9, 2)],
                                  lambda row: row['memory_mb'])
        self.assertEqual(points, [(10, 2)])

    def test_growth_beyond_the_number_is_not_met(self):
        rows = [size_row(targets, scrape_ms=targets ** 1.1) for targets in (10, 100, 1000)]
        met = judged(size=rows)
        self.assertFalse(met['exponent of growth, ms of a scrape'])
        self.assertTrue(met['exponent of growth, % of a core'])

    def test_a_million_targets_are_as_many_shards_as_it_takes(self):
        rows = growth.for_a_million({'size': [size_row(targets) for targets in (1000, 10000)]})
        self.assertEqual([row['shards'] for row in rows], [1000, 100])
        self.assertAlmostEqual(rows[1]['cores'], 50)
        self.assertAlmostEqual(rows[1]['memory_gb'], 11)
        self.assertAlmostEqual(rows[1]['scrape_gb'], 10)
        self.assertIsNone(rows[1]['start_ms'])

    def test_labels_of_the_picture_do_not_lie_on_each_other(self):
        places = sorted(growth_plot.spread([100, 101, 102, 400, 482, 482]))
        gaps = [b - a for a, b in zip(places, places[1:])]
        self.assertGreaterEqual(min(gaps), growth_plot.LABEL)
        self.assertGreaterEqual(places[0], 100)
        self.assertLessEqual(places[-1], growth_plot.TOP + growth_plot.HEIGHT)


class Crowds(unittest.TestCase):

    def test_the_largest_is_judged_among_its_readers(self):
        met = judged(size=[size_row(10000, crowd=crowd_of())])
        self.assertTrue(met["CPU of a probe, 10,000 targets with a history, to the bare loop's"])
        self.assertTrue(met['memory at 10,000 targets with a history'])
        self.assertTrue(met['scrapes of 20 in a loop that were not whole'])
        met = judged(size=[size_row(10000, crowd=crowd_of(
            whole=19, reloaded=False, loop_us_per_probe=1300, p99_us=2001))])
        self.assertFalse(any(value for what, value in met.items() if 'memory' not in what))

    def test_a_bare_loop_whose_probes_failed_is_no_measure(self):
        rows = [size_row(10000, crowd=crowd_of(loop_us_per_probe=None))]
        self.assertFalse(judged(size=rows)[
            "CPU of a probe, 10,000 targets with a history, to the bare loop's"])
        self.assertIn('to that | - |', scale_tables.size_table(rows))

    def test_a_burst_is_judged(self):
        row = {'scrapes': 20, 'whole': 20, 'bytes': 9e7, 'seconds': 5, 'resident_mb': 90,
               'extra_mb': 8, 'alone_ms': 100, 'beside_slow_ms': 110}
        self.assertTrue(all(judged(burst=[row]).values()))
        row |= {'whole': 19, 'extra_mb': None, 'beside_slow_ms': 111}
        self.assertFalse(any(judged(burst=[row]).values()))

    def test_a_scrape_is_whole_if_it_ends_as_it_said(self):
        chunked = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
        self.assertTrue(scrapers.is_whole(chunked, b'x\r\n0\r\n\r\n', 100))
        self.assertFalse(scrapers.is_whole(chunked, b'reinfer_up 1\n', 100))
        counted = b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'
        self.assertTrue(scrapers.is_whole(counted, b'12345', len(counted) + 5))
        self.assertFalse(scrapers.is_whole(counted, b'1234', len(counted) + 4))
        self.assertFalse(scrapers.is_whole(b'HTTP/1.1 503 Busy\r\n\r\n', b'\r\n0\r\n\r\n', 9))

    def test_what_people_wait_for_is_judged(self):
        row = {'targets': 1000, 'check_ms': 50, 'page_kb': 1,
               'api_ms': {'status': 1, 'targets': 10.1, 'a target': 1, 'failures': 1}}
        met = judged(sight=[row, {'targets': 1000, 'page_ms': 100}])
        self.assertTrue(met['page to its first paint, 1,000 targets'])
        self.assertFalse(met['API at 1,000 targets, targets'])
        self.assertFalse(met['check of 10,000 targets'])

    def test_a_quota_says_how_often_it_was_used_up(self):
        self.assertEqual(quota.throttled('nr_periods 40\nnr_throttled 10\n'), 0.25)
        self.assertIsNone(quota.throttled('nr_periods 0\nnr_throttled 0\n'))

    def test_one_probe_that_is_wrong_and_trusted_is_too_many(self):
        def row(wrong):
            return {'subject': 'exporter', 'place': 'a place', 'trusted_p99_us': 9,
                    'trusted_wrong': wrong}
        what = 'probes wrong by more than 500 us and trusted, a place'
        self.assertTrue(judged(quota=[row(0)])[what])
        self.assertFalse(judged(quota=[row(0), row(1)])[what])


class Runs(unittest.TestCase):

    def test_a_cell_that_fails_is_named_and_costs_its_own_row_alone(self):
        rows = parts.Rows()
        rows.take('one', lambda: {'a': 1})
        rows.take('two', lambda: 1 / 0)
        rows.take('three', lambda: [{'a': 3}, {'a': 4}])
        rows.take('nothing', lambda: None)
        self.assertEqual(rows.found, [{'a': 1}, {'a': 3}, {'a': 4}])
        self.assertEqual(rows.failed, ["two: ZeroDivisionError('division by zero')"])
        rows.take('four', lambda: subprocess.run(['sh', '-c', 'echo why >&2; exit 3'], check=True,
                                                 capture_output=True))
        self.assertIn('why', rows.failed[-1])

    def test_results_are_written_of_parts_that_measured_nothing(self):
        machine = {'date': '', 'revision': '', 'changed': False, 'cpu': '', 'cores': 2,
                   'memory_gb': 1, 'kernel': '', 'system': '', 'load': '', 'versions': {},
                   'compiler': ''}
        text = results.as_markdown({
            'machine': machine, 'runs': 1, 'seconds': 1, 'took_seconds': 1,
            'seconds_of': {part: 1 for part in parts.PARTS},
            'parts': {part: [] for part in parts.PARTS}, 'failed': ['size: no memory']})
        self.assertIn('- size: no memory', text)
        self.assertEqual(plot.pictures({part: [] for part in parts.PARTS}), {})

    def test_the_newer_peer_is_judged_where_it_was_measured(self):
        def row(subject, micros):
            return {'subject': subject, 'workload': 'tls fresh', 'cpu_us_per_probe': micros}
        rows = [row('exporter', 100), row('blackbox', 150)]
        newer = "CPU of a fresh HTTPS probe to the newer blackbox_exporter's"
        self.assertNotIn(newer, judged(cpu=rows))
        self.assertTrue(judged(cpu=[*rows, row('blackbox-new', 250)])[newer])


class Pictures(unittest.TestCase):

    def test_cost_is_shown_by_subject_and_by_maker(self):
        libraries = own.by_maker({'/lib/libcurl.so.4': 200, '/lib/libssl.so.3': 50,
                                  '/lib/libc.so.6': 30, '/b/src/reinfer_exporter': 20,
                                  '/lib/libz.so.1': 10, None: 5}, 2)
        self.assertEqual(libraries, {'libcurl': 100, 'OpenSSL': 25, 'libc': 15, 'the program': 10,
                                     own.OTHERS: 7.5})
        picture = cost_plot.cost_svg(
            [{'subject': 'exporter', 'workload': 'tls fresh', 'cpu_us_per_probe': 1500}],
            [{'subject': 'exporter', 'workload': 'tls fresh', 'libraries': libraries}])
        minidom.parseString(picture)
        self.assertIn('>1.5 ms<', picture)
        self.assertIn('OpenSSL', picture)
        self.assertIsNone(cost_plot.cost_svg([], []))

    def test_growth_is_shown_with_its_exponent(self):
        picture = growth_plot.growth_svg(growth_plot.lines_of(
            {'size': [size_row(targets) for targets in (10, 100, 1000, 10000)]}))
        minidom.parseString(picture)
        self.assertIn('% of a core: 1.00', picture)
        self.assertIsNone(growth_plot.growth_svg([]))

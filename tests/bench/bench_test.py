#!/usr/bin/env python3
"""The arithmetic of the benchmarks, on figures that can be checked by hand. Measures nothing."""

import sys
import unittest

import demands
import exactness
import figures
import history
import plot
import results
from places_test import Places  # noqa: F401  pylint: disable=W0611
from scale_test import Crowds, Growth, Pictures, Runs  # noqa: F401  pylint: disable=W0611


class Window:
    """Everything that arrives from 1,000 to 2,000 ns counts."""
    begin, end = 1000, 2000


def record(arrival, departure, syn=0, scheme='plain'):
    """What the truth server knows of a request."""
    return {'scheme': scheme, 'arrival': arrival, 'departure': departure, 'syn': syn}


def said(name, wait, total, connection='fresh'):
    """What a prober said of it."""
    return {'id': name, 'wait': wait, 'total': total, 'connection': connection}


def error_row(subject, workload, kind, p50, p99):
    """A run of one cell with one kind of probe."""
    return {'subject': subject, 'workload': workload,
            'kinds': {kind: {'wait_p50_us': p50, 'wait_p99_us': p99}}}


class Figures(unittest.TestCase):

    def test_a_quantile_is_one_of_the_values(self):
        values = list(range(1, 101))
        self.assertEqual(figures.quantile(values, 0.99), 99)
        self.assertEqual(figures.quantile(values, 0.5), 50)
        self.assertEqual(figures.quantile([7], 0.99), 7)
        self.assertIsNone(figures.quantile([], 0.5))

    def test_a_median_leaves_out_what_is_not_there(self):
        self.assertEqual(figures.median([3, None, 1]), 2)
        self.assertIsNone(figures.median([None]))

    def test_rows_are_grouped_by_what_they_are_of_in_their_order(self):
        rows = [{'a': 2, 'b': 1}, {'a': 1, 'b': 1}, {'a': 2, 'b': 1}]
        self.assertEqual(list(figures.grouped(rows, 'a', 'b').items()),
                         [((2, 1), [rows[0], rows[2]]), ((1, 1), [rows[1]])])

    def test_buckets_are_read_from_the_exposition(self):
        text = 'a_bucket{le="0.1"} 3\na_bucket{le="+Inf"} 4\nab_bucket{le="1"} 9\n'
        self.assertEqual(figures.buckets(text, 'a'), {0.1: 3, float('inf'): 4})

    def test_a_histogram_quantile_looks_only_at_what_came_in_between(self):
        before = {1.0: 100, 2.0: 100, float('inf'): 100}
        after = {1.0: 100, 2.0: 110, float('inf'): 110}
        self.assertAlmostEqual(figures.histogram_quantile(before, after, 0.5), 1.5)
        self.assertIsNone(figures.histogram_quantile(after, after, 0.5))

    def test_a_quantile_beyond_the_last_edge_is_that_edge(self):
        self.assertEqual(figures.histogram_quantile({}, {1.0: 0, float('inf'): 5}, 0.99), 1.0)


class Errors(unittest.TestCase):

    def errors(self, records, samples):
        return exactness.errors_of(records, samples, Window)

    def test_a_probe_is_held_against_its_own_request(self):
        errors, joined = self.errors({'a': record(1100, 1300, syn=1050)}, [said('a', 205, 270)])
        self.assertEqual(joined, 1)
        self.assertEqual(errors, {'plain fresh': {'wait': [5], 'total': [20]}})

    def test_the_total_of_a_reused_connection_begins_with_the_request(self):
        errors, _ = self.errors({'a': record(1100, 1300, syn=500)},
                                [said('a', 200, 230, 'reused')])
        self.assertEqual(errors['plain reused']['total'], [30])

    def test_a_fresh_total_without_a_captured_syn_has_no_error(self):
        errors, _ = self.errors({'a': record(1100, 1300)}, [said('a', 200, 230)])
        self.assertEqual(errors['plain fresh'], {'wait': [0], 'total': []})

    def test_what_is_out_of_the_window_or_without_a_stamp_does_not_count(self):
        records = {'early': record(999, 1300), 'late': record(2000, 2100),
                   'blind': record(1100, 0)}
        samples = [said(name, 1, 1) for name in (*records, 'unknown')]
        self.assertEqual(self.errors(records, samples), ({}, 0))


class Demands(unittest.TestCase):

    def judged(self, ours, peer):
        rows = [error_row('exporter', 'quiet', 'plain fresh', *ours),
                error_row('blackbox', 'quiet', 'plain fresh', *peer)]
        return {d.what: d.met for d in demands.judge({'error': rows})}

    def test_small_enough_alone_and_beside_the_peer_is_met(self):
        judged = self.judged((9, 49), (100, 1000))
        self.assertTrue(judged['wait error p99, plain fresh, quiet'])
        self.assertTrue(judged["wait error p50 to blackbox_exporter's, plain fresh, quiet"])
        self.assertTrue(judged["wait error p99 to blackbox_exporter's, plain fresh, quiet"])

    def test_too_large_is_not_met(self):
        judged = self.judged((11, 51), (100, 1000))
        self.assertFalse(judged['wait error p99, plain fresh, quiet'])
        self.assertFalse(judged["wait error p50 to blackbox_exporter's, plain fresh, quiet"])
        self.assertFalse(judged["wait error p99 to blackbox_exporter's, plain fresh, quiet"])

    def test_what_was_not_measured_is_not_met(self):
        self.assertFalse(self.judged((1, 1), (1, 1))['wait error p99, plain fresh, busy'])

    def test_the_picture_shows_each_prober_that_was_measured(self):
        rows = [error_row('exporter', 'quiet', 'plain fresh', 5, 20),
                error_row('blackbox', 'quiet', 'plain fresh', 100, 4000)]
        picture = plot.error_svg(rows)
        self.assertIn('>20 &#181;s<', picture)
        self.assertIn('>4 ms<', picture)
        self.assertIsNone(plot.error_svg([]))


class History(unittest.TestCase):

    # Of one target and day, in bytes.
    SIZES = {'latencies by hour': 100, 'evidence of failures': 40, 'evidence of the slowest': 10,
             'availability by quarter of an hour': 50, 'slices of five minutes': 30,
             'incidents': 4, 'latencies by day': 3, 'availability by day': 1, history.TODAY: 500}
    DAY = {'what': 'day', 'targets': 2,
           'kinds': {name: (10, 2 * size) for name, size in SIZES.items()}}

    def test_each_kind_of_row_is_there_for_as_many_days_as_it_is_kept(self):
        self.assertEqual({kind.name for kind in history.KINDS} | {history.TODAY}, set(self.SIZES))
        wanted = history.extrapolated(self.DAY, targets=10, days=90)
        self.assertEqual(list(wanted.values()),
                         [31000, 36000, 700, 15500, 27000, 3600, 2700, 900, 5000])
        self.assertEqual(history.extrapolated(self.DAY, 10, 7)['latencies by hour'], 7000)

    def test_the_limit_of_size_takes_the_oldest_of_the_fine_first(self):
        whole = sum(history.extrapolated(self.DAY, 10, 90).values())
        def days(less):
            return [round(kept, 6) for kept in history.kept_under(
                whole - less, self.DAY, targets=10, days=90).values()]
        self.assertEqual(days(0), [31, 90, 7, 31, 90, 90, 90, 90, 1])
        # 59 days of evidence, before an hour is as old.
        self.assertEqual(days(59 * 400), [31, 31, 7, 31, 90, 90, 90, 90, 1])
        self.assertEqual(days(59 * 400 + 10 * 1400), [21, 21, 7, 31, 90, 90, 90, 90, 1])
        self.assertEqual(days(31000 + 36000 + 700 + 5000),
                         [0, 0, 0, 21, 90, 90, 90, 90, 1])

    @staticmethod
    def cpu_row(with_one, without, again, workload='tls fresh'):
        return {'what': 'cpu', 'workload': workload,
                'slices': {'history': with_one, 'exporter': without, 'again': again}}

    def test_more_cpu_with_a_history_than_without_is_judged(self):
        judged = {d.what: d.met for d in demands.judge({'history': [
            self.cpu_row([1049, 1049], [1000, 1000], [1000, 1000]), self.DAY]})}
        self.assertTrue(judged['CPU of a probe with a history to without, tls fresh'])
        self.assertFalse(judged['CPU of a probe with a history to without, plain reused'])
        self.assertTrue(judged['history of 10,000 targets for 90 days, days and slices'])

    def test_a_machine_that_changes_its_pace_changes_no_ratio(self):
        # Twice as slow in the second slice; disturbed in the last of the first run.
        rows = [self.cpu_row([104, 208, 900], [100, 200, 200], [100, None, 100]),
                self.cpu_row([206, 103], [200, 100], [None, None])]
        self.assertEqual(history.cpu_ratios(rows, 'tls fresh', 'history'), [1.04, 1.03])
        self.assertEqual(history.cpu_ratios(rows, 'tls fresh', 'again'), [0.75])
        self.assertEqual(history.cpu_ratios([*rows, self.DAY], 'plain reused', 'again'), [])

    def test_cpu_of_a_slice_is_shared_by_what_arrived_in_it(self):
        marks = [(0, 0), (100, 50_000), (200, 80_000), (300, 90_000)]
        self.assertEqual(history.cpu_of_slices(marks, [0, 99, 100, 400]), [25, 30, None])

    def test_the_table_shows_both_ratios(self):
        text = results.history_text([self.cpu_row([104, 104], [100, 100], [99, 99])])
        self.assertIn('| to the first, tls fresh | 1 | 1.04 | 0.99 |', text)

    def test_more_instructions_with_a_history_are_judged(self):
        def met(count):
            rows = [{'what': 'count', 'subject': subject, 'workload': 'plain reused',
                     'instructions': figure}
                    for subject, figure in (('exporter', 1000), ('history', count))]
            return {d.what: d.met for d in demands.judge({'history': rows})}[
                'instructions of a probe with a history to without, plain reused']
        self.assertTrue(met(1050))
        self.assertFalse(met(1051))


if __name__ == '__main__':
    result = unittest.main(exit=False).result
    failed = len(result.failures) + len(result.errors)
    print(f'{max(result.testsRun - failed, 0)} passed, {failed} failed')
    sys.exit(1 if failed else 0)

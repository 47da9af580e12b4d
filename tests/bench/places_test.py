"""The arithmetic of measuring in a container and in a root, on texts as the kernel and dpkg write
them; part of bench_test.py."""

import types
import unittest
from pathlib import Path
from unittest import mock

import demands
import parts
import places
import results

ENTRIES = ('Package: libcurl4\nVersion: 7.88.1\nSource: curl (7.88.1)', 'Package: libssl3\n'
           'Status: install ok installed\nVersion: 3.0.15', 'Package: libc6\nVersion: 2.36')
IMAGE, DEBIAN = places.PLACES


def row(place, **more):
    """A run of the exporter there, in which all was well."""
    return {'subject': 'exporter', 'place': place, 'versions': 'libcurl4 7.88.1', 'means': 'x',
            'throttled': 0.02, 'distrusted_share': 0.005, 'probes': 100, 'failures': 0,
            **{f'{name}_{what}_us': 9 for name in ('all', 'trusted')
               for what in ('p50', 'p99', 'max')}, 'trusted_wrong': 0, **more}


class Places(unittest.TestCase):

    def test_the_group_of_a_container_is_found_in_both_versions(self):
        first = '12:memory:/a\n4:cpu,cpuacct:/libpod_parent/libpod-1\n0::/b\n'
        self.assertEqual(places.cpu_group(first, Path('/c')),
                         Path('/c/cpu,cpuacct/libpod_parent/libpod-1'))
        self.assertEqual(places.cpu_group('0::/machine/libpod-1\n', Path('/c')),
                         Path('/c/machine/libpod-1'))
        self.assertEqual(places.cpu_group('7:cpuset:/a\n0::/b\n', Path('/c')), Path('/c/b'))

    def test_only_the_periods_of_the_window_count(self):
        before, after = ('nr_periods 10\nnr_throttled 10\n', 'nr_periods 50\nnr_throttled 20\n')
        self.assertEqual(places.throttled_between(before, after), 0.25)

    def test_a_limit_that_is_not_in_force_is_no_limit(self):
        with self.assertRaisesRegex(RuntimeError, 'no limit'):
            places.throttled_between('nr_periods 0\n', 'nr_periods 0\n')

    def test_what_a_place_is_made_of_is_named(self):
        self.assertEqual(places.packages(ENTRIES, ('libssl', 'libcurl')),
                         'libcurl4 7.88.1, libssl3 3.0.15')

    def test_a_place_that_was_not_measured_meets_nothing(self):
        met = {d.what: d.met for d in demands.judge({'places': [row(IMAGE)]})}
        self.assertEqual(len(met), 4)
        for what, is_met in met.items():
            self.assertEqual(is_met, what.endswith(IMAGE), what)

    def test_a_wrong_figure_is_judged_in_each_place(self):
        bad = {'trusted_p99_us': 51, 'trusted_wrong': 1}
        judged = demands.judge({'places': [row(IMAGE), row(DEBIAN, **bad)]})
        self.assertEqual([d.met for d in judged], [True, True, False, False])

    def test_the_results_name_the_place_and_its_libraries(self):
        text = results.places_text([row(IMAGE)])
        self.assertIn(f'| {IMAGE} (x), reinfer_exporter | 100 | 2.00 | 0.50 |', text)
        self.assertIn(f'{IMAGE}: libcurl4 7.88.1.', text)

    def test_a_place_that_cannot_be_had_costs_its_own_rows_alone(self):
        def none(_):
            raise OSError('no image')
        rows, options = parts.Rows(), types.SimpleNamespace(runs=1, seconds=1)
        with mock.patch.dict(places.PLACES, {IMAGE: none, DEBIAN: lambda _: 'a root'}), \
                mock.patch.object(parts, 'is_there', lambda _: True), \
                mock.patch.object(places, 'run_place', lambda _, name, *rest: row(name)):
            parts.measure_places(None, options, rows)
        self.assertEqual([found['place'] for found in rows.found], [DEBIAN] * 2)
        self.assertEqual(rows.failed, [f"what is needed for {IMAGE}: OSError('no image')"])

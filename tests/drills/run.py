#!/usr/bin/env python3
"""Plays the shipped fire drill with real programs and asserts who is told of what, and when.

    python3 tests/drills/run.py --build-dir build/release

It takes about two minutes. The last line is "N passed, N failed".
"""

import argparse
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'dashboards'))

import drill  # noqa: E402  pylint: disable=C0413

OUTAGE_BEGINS, OUTAGE_ENDS = 120, 480
THREE_MINUTES = 180
PATIENCE = 300
BUILD_DIR = [ROOT / 'build' / 'release']


class IncidentsTest(unittest.TestCase):
    """The scenario files."""

    def test_there_are_eleven_and_each_can_be_drilled(self):
        """Their steps, tenants and length are understood, and money is never spent."""
        paths = sorted(drill.SCENARIOS.glob('*.toml'))
        self.assertEqual(len(paths), 11)
        for path in paths:
            with self.subTest(incident=path.stem):
                incident = drill.Incident(path, 30, None)
                self.assertGreater(len(list(incident.happenings())), 0)
                self.assertLessEqual(incident.length, 5400)
                self.assertIn('speed = 30\n', incident.text)
                self.assertNotIn('predict', incident.text.split('[[step]]', 1)[1])

    def test_an_unknown_incident_is_refused_with_the_names_there_are(self):
        """A slip of the finger."""
        with self.assertRaisesRegex(SystemExit, 'nonsense is no incident, allowed: 2021_04_01'):
            drill.find('nonsense')

    def test_windows_waits_and_intervals_are_scaled_and_nothing_else(self):
        """A rule keeps its names and thresholds."""
        text = 'interval: 15s\nexpr: a:b:rate5m > increase(x[1h]) offset 1d * 86400\nfor: 2m\n'
        self.assertEqual(
            drill.scaled_text(text, 10, 'interval', 'for', 'offset'),
            'interval: 1500ms\nexpr: a:b:rate5m > increase(x[360000ms]) offset 8640000ms * 86400\n'
            'for: 12000ms\n')


class DrillTest(unittest.TestCase):
    """A tenant goes down, another loses its token, a third one probe, a fourth is well."""

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix='reinfer-drills-') as folder:
            path = Path(folder) / 'drill.json'
            ended = subprocess.run(
                [sys.executable, ROOT / 'dashboards' / 'drill.py', '--json', path, '--build-dir',
                 BUILD_DIR[0]], capture_output=True, text=True, timeout=PATIENCE, check=False)
            print(ended.stdout, ended.stderr, flush=True)
            if ended.returncode != 0:
                raise AssertionError('the drill failed')
            seen = json.loads(path.read_text())
        cls.timeline, cls.budgets = seen['timeline'], seen['budgets']

    def entries(self, kind, **facts):
        """Those of a kind, in order."""
        return [entry for entry in self.timeline if entry['kind'] == kind
                and all(entry.get(key) == value for key, value in facts.items())]

    def test_a_hard_outage_pages_within_three_minutes(self):
        """By the clock of the incident, Alertmanager's wait included."""
        told = self.entries('told', who='platform-oncall', tenant='down')
        self.assertEqual(told[0]['alert'], 'ReinferPlatformDown')
        self.assertEqual(told[0]['fault'], 'platform')
        self.assertGreater(told[0]['at_seconds'], OUTAGE_BEGINS)
        self.assertLess(told[0]['at_seconds'], OUTAGE_BEGINS + THREE_MINUTES)

    def test_the_vendors_ticket_is_opened_and_the_end_is_told(self):
        """Whoever was paged hears that it is over."""
        self.assertTrue(self.entries('told', who='vendor-tickets', alert='ReinferPlatformDown'))
        over = self.entries('over', who='platform-oncall', alert='ReinferPlatformDown')
        self.assertGreater(over[0]['at_seconds'], OUTAGE_ENDS)

    def test_one_outage_is_one_page(self):
        """The budget burns as well, and that is held back."""
        self.assertTrue(self.entries('fires', alert='ReinferErrorBudgetBurn', tenant='down'))
        self.assertTrue(self.entries('held back', alert='ReinferErrorBudgetBurn', tenant='down'))
        told = {entry['alert'] for entry in self.entries('told', tenant='down')}
        self.assertEqual(told, {'ReinferPlatformDown'})

    def test_a_rejected_token_pages_the_integrations_owner_alone(self):
        """Nobody calls the vendor for it."""
        told = {(entry['who'], entry['alert']) for entry in self.entries('told', tenant='rotated')}
        self.assertEqual(told, {('integration-oncall', 'ReinferTokenRejected')})

    def test_a_rejected_token_leaves_the_platforms_budget_untouched(self):
        """Events are excluded, those of the outage are not."""
        bad = {tenant: [row['bad_events'] for row in self.budgets if row['tenant'] == tenant]
               for tenant in ('acme', 'down', 'rotated')}
        self.assertEqual((bad['acme'], bad['rotated']), ([0, 0], [0, 0]))
        self.assertTrue(all(count > 5 for count in bad['down']), bad)

    def test_a_lost_probe_pages_nobody(self):
        """Though it is judged against a short history, where each event weighs most. The platform
        fails one request, whenever it comes: a late probe cannot make it more."""
        bad = sum(row['bad_events'] for row in self.budgets if row['tenant'] == 'lossy')
        self.assertEqual(bad, 1)
        self.assertEqual(self.entries('told', tenant='lossy'), [])

    def test_nobody_is_told_of_the_tenant_that_is_well(self):
        """Nor does an alert fire for it, or for the monitoring."""
        self.assertEqual(self.entries('fires', tenant='acme'), [])
        self.assertEqual({entry['tenant'] for entry in self.entries('told')}, {'down', 'rotated'})


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build-dir', type=Path, default=BUILD_DIR[0])
    BUILD_DIR[0] = parser.parse_args().build_dir.resolve()
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    result = unittest.TextTestRunner(sys.stdout).run(suite)
    failed = len({str(test).split(' [')[0] for test, _ in result.failures + result.errors})
    print(f'{result.testsRun - failed} passed, {failed} failed')
    return 0 if result.testsRun and not failed else 1


if __name__ == '__main__':
    sys.exit(main())

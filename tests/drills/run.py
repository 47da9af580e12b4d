#!/usr/bin/env python3
"""Plays the shipped fire drills with real programs and asserts who is told of what, and when.

    python3 tests/drills/run.py --build-dir build/release

Both are played at the same time, which takes about three minutes. The last line is
"N passed, N failed".
"""

import argparse
import concurrent.futures
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'dashboards'))

import drill  # noqa: E402  pylint: disable=C0413
import drill_vantages  # noqa: E402  pylint: disable=C0413

OUTAGE_BEGINS, OUTAGE_ENDS = 120, 480
THREE_MINUTES = 180
PATIENCE = 400
BUILD_DIR = [ROOT / 'build' / 'release']
PLAYED = {}  # by the drill's program: what it says happened, once it is over


def play(name, folder):
    """Plays a drill; returns what it says happened."""
    path = Path(folder) / f'{name}.json'
    ended = subprocess.run(
        [sys.executable, ROOT / 'dashboards' / name, '--json', path, '--build-dir', BUILD_DIR[0]],
        capture_output=True, text=True, timeout=PATIENCE, check=False)
    print(f'{name}:', ended.stdout, ended.stderr, flush=True)
    return json.loads(path.read_text()) if ended.returncode == 0 else None


def setUpModule():
    """Plays all of them."""
    names = ('drill.py', 'drill_vantages.py')
    with tempfile.TemporaryDirectory(prefix='reinfer-drills-') as folder, \
            concurrent.futures.ThreadPoolExecutor() as pool:
        PLAYED.update(zip(names, pool.map(lambda name: play(name, folder), names)))


class Played(unittest.TestCase):
    """What is asserted of one drill."""
    DRILL = None

    @classmethod
    def setUpClass(cls):
        if cls.DRILL is None:
            raise unittest.SkipTest('a base of others')
        cls.seen = PLAYED[cls.DRILL]
        if not cls.seen:
            raise AssertionError(f'{cls.DRILL} failed')
        cls.timeline, cls.budgets = cls.seen['timeline'], cls.seen['budgets']

    def entries(self, kind, **facts):
        """Those of a kind, in order."""
        return [entry for entry in self.timeline if entry['kind'] == kind
                and all(entry.get(key) == value for key, value in facts.items())]


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

    def test_waits_of_alertmanager_are_scaled_and_nothing_else(self):
        """Rules are made with a scale of their own."""
        text = 'group_wait: 10s\nname: five5m\nrepeat_interval: 4h\n'
        self.assertEqual(drill.scaled_text(text, 10, 'group_wait', 'repeat_interval'),
                         'group_wait: 1000ms\nname: five5m\nrepeat_interval: 1440000ms\n')


class DrillTest(Played):
    """A tenant goes down, another loses its token, a third one probe, a fourth is well."""
    DRILL = 'drill.py'

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


class VantagesTest(Played):
    """One vantage of three loses its way to the platform, one its connection, a shard vanishes."""
    DRILL = 'drill_vantages.py'

    def told(self):
        """Who heard of what."""
        return {(entry['who'], entry['alert']) for entry in self.entries('told')}

    def test_nobody_is_called_for_the_platform_or_the_network(self):
        """What two vantages cannot reach, a third can, or cannot judge."""
        self.assertEqual({who for who, _ in self.told()},
                         {'network-tickets', 'monitoring-oncall', 'monitoring-tickets'})

    def test_a_vantage_that_is_cut_off_is_told_alone(self):
        """And what it says of the tenant is held back as a consequence."""
        tickets = {(entry['alert'], entry['vantage'])
                   for entry in self.entries('told', who='network-tickets')}
        self.assertEqual(tickets, {('ReinferVantageDown', 'west')})
        self.assertTrue(self.entries('held back', alert='ReinferErrorBudgetBurn'))

    def test_an_alert_links_to_the_page_of_the_exporter_that_it_is_about(self):
        """By the URL that the exporter was given, and of the right vantage."""
        pages = {entry['alert']: entry['page'] for entry in self.entries('told')}
        self.assertEqual(pages['ReinferVantageDown'], 'https://west.example.com/')
        self.assertEqual(pages['ReinferLocalEgressDown'], 'https://north.example.com/')

    def test_an_exporter_without_a_connection_is_told_as_that(self):
        """Within five minutes, and of the platform it says nothing."""
        egress = self.entries('told', alert='ReinferLocalEgressDown')
        north = f'127.0.0.1:{self.seen["exporters"]["north"]}'
        self.assertEqual([entry['instance'] for entry in egress], [north])
        self.assertLess(egress[0]['at_seconds'], drill_vantages.SHUT_AT + 300)

    def test_an_exporter_without_a_connection_burns_no_budget(self):
        """But for what failed before its control had noticed; west, whose control answers, does."""
        bad = {vantage: [row['value'] for row in self.budgets if row.get('vantage') == vantage]
               for vantage in drill_vantages.VANTAGES}
        self.assertEqual(bad['east'], [0, 0])
        self.assertLessEqual(max(bad['north']), 3, bad)
        self.assertGreater(min(bad['west']), 20, bad)

    def test_the_exporter_says_what_it_did_not_judge(self):
        """By its own counters."""
        egress = {row['vantage']: row['value'] for row in self.seen['excluded']
                  if row['reason'] == 'egress' and 'vantage' in row}
        self.assertGreater(egress['north'], 40)
        self.assertEqual((egress['east'], egress['west']), (0, 0))

    def test_a_shard_that_vanishes_is_told_with_what_it_watched(self):
        """Though no target of Prometheus is down."""
        self.assertEqual([(row['shard'], row['shards']) for row in self.seen['shards']],
                         [('0', '2')])
        self.assertLessEqual({('monitoring-oncall', 'ReinferShardMissing'),
                              ('monitoring-oncall', 'ReinferTargetGone'),
                              ('monitoring-tickets', 'ReinferExporterGone')}, self.told())
        self.assertEqual(self.entries('fires', alert='ReinferExporterDown'), [])


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

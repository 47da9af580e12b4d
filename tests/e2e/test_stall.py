"""The exporter itself is frozen for a while, as by a busy host or a suspended machine."""

import signal
import unittest

from harness import DATASET, Exporter, Simulator, temporary_folder, tenant, wait_until, write_config

PATH = 'demo/frozen'
CLOCK_PATH = 'demo/clock'
FROZEN_SLOTS = 6
# The latest may still be in time, and one may lie at either end of the time.
MISSED_AT_LEAST = FROZEN_SLOTS - 2
PROBES = 10


class StallTest(unittest.TestCase):
    """A second exporter with the same interval serves as the clock of the test."""

    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, folder)
        probes = [{**DATASET, 'name': f'dataset-{i}'} for i in range(PROBES)]
        short = {'interval': '1s', 'timeout': '900ms', 'resolve_timeout': '900ms',
                 'connect_timeout': '900ms', 'tls_timeout': '900ms'}
        frozen = write_config(folder, tenant('frozen', cls.simulator, PATH, probes=probes), **short)
        clock = write_config(folder, tenant('clock', cls.simulator, CLOCK_PATH), name='clock',
                             **short)
        token = cls.simulator.token
        cls.exporter = Exporter(cls, folder, frozen, token).await_serving()
        cls.clock = Exporter(cls, folder, clock, token, name='clock').await_serving()

    def await_ticks(self, more):
        """Waits until the clock has sent that many requests."""
        before = self.simulator.requests_to(CLOCK_PATH)
        wait_until(lambda: self.simulator.requests_to(CLOCK_PATH),
                   lambda seen: seen >= before + more, 'the clock')

    def test_slots_missed_are_counted_and_not_made_up_for(self):
        """Of all the slots it missed, each target may still have the latest, and no more."""
        self.exporter.scrape_when(lambda seen: seen.results(outcome='ok') >= PROBES, 'ok probes')
        self.exporter.signal(signal.SIGSTOP)
        self.await_ticks(1)
        requests, ticks = self.count_requests()
        self.await_ticks(FROZEN_SLOTS)
        self.assertEqual(self.simulator.requests_to(PATH), requests)
        self.exporter.signal(signal.SIGCONT)
        self.await_ticks(3)
        requests_after, ticks_after = self.count_requests()

        after = self.exporter.scrape()
        self.assertEqual(set(after.skipped()), {'stall'})
        self.assertIn('event="slots missed', self.exporter.stderr())
        for i in range(PROBES):
            with self.subTest(probe=i):
                stalls = after.skipped(probe=f'dataset-{i}')['stall']
                self.assertGreaterEqual(stalls, MISSED_AT_LEAST)
        # One slot more may lie at either end of the time.
        slots_not_missed = ticks_after - ticks - MISSED_AT_LEAST + 2
        self.assertLessEqual(requests_after - requests, PROBES * slots_not_missed)

    def count_requests(self):
        """Requests of the frozen exporter and of the clock."""
        return self.simulator.requests_to(PATH), self.simulator.requests_to(CLOCK_PATH)

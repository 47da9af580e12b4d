"""The exporter itself is frozen for a while, as by a busy host or a suspended machine."""

import json
import signal
import unittest

from harness import (DATASET, Exporter, Process, Simulator, at_end_of, exporter_environment,
                     exporter_program, run_exporter, temporary_folder, tenant, wait_until,
                     write_config)

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


class FrozenWaitTest(unittest.TestCase):
    """The exporter is frozen while it waits for a reply, and finds it when it is back."""

    def test_the_platform_is_not_blamed(self):
        """The kernel has stamped the reply; where it has not, the figure is known to be spoilt."""
        folder = temporary_folder(self)
        simulator = Simulator(self, folder, latency='300ms')
        config = write_config(folder, tenant('slow', simulator, probes=[DATASET]), interval='2m',
                              timeout='60s')
        probe = Process(folder, 'frozen', [exporter_program(), '--config.file', str(config),
                                           'probe', '--json', 'slow'],
                        exporter_environment(simulator.token))
        at_end_of(self, probe.end)
        wait_until(lambda: simulator.requests_to() > 0, what='the request')
        probe.signal(signal.SIGSTOP)
        others = []
        for _ in range(3):
            ended = run_exporter(config, 'probe', '--json', 'slow', token=simulator.token)
            others.append(json.loads(ended.stdout))
        probe.signal(signal.SIGCONT)
        self.assertEqual(probe.wait(), 0)
        line = json.loads(probe.stdout_file.read_text())
        frozen = sum(other['phases']['wait'] for other in others)
        if line['clock_source'] == 'kernel':
            self.assertLess(line['phases']['wait'] - line['wait_uncertainty_seconds'], frozen)
            self.assertLess(line['duration_seconds'], frozen)
        else:
            self.assertGreater(line['wait_uncertainty_seconds'], frozen / 3)

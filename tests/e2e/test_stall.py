"""The exporter itself is frozen for a while, as by a busy host or a suspended machine."""

import json
import signal
import unittest

from harness import (DATASET, Exporter, Process, Simulator, at_end_of, exporter_environment,
                     exporter_program, run_exporter, temporary_folder, tenant, wait_until,
                     write_config)
from machine import BUSY_MACHINE

PATH = 'demo/frozen'
CLOCK_PATH = 'demo/clock'
FROZEN_SLOTS = 6
# The latest may still be in time, and one may lie at either end of the time.
MISSED_AT_LEAST = FROZEN_SLOTS - 2
PROBES = 10
PROBES_AT_ONCE = 30


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
        # A probe that was in flight gets its time back and may be in the way of the next.
        self.assertLessEqual(set(after.skipped()), BUSY_MACHINE)
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


def freeze_probes(owner, folder, simulator, probes, requests):
    """Runs probes at once and freezes them when so many requests have arrived: for at least how
    many seconds, and what they said, which is that all is well."""
    slow = tenant('slow', simulator, probes=probes)
    # Shorter than the time for which it is frozen, which is not to end any.
    config = write_config(folder, slow, interval='2m', timeout='60s', resolve_timeout='2s',
                          connect_timeout='2s', tls_timeout='2s')
    before = simulator.requests_to()
    probe = Process(folder, 'frozen', [exporter_program(), '--config.file', str(config), 'probe',
                                       '--json', 'slow'], exporter_environment(simulator.token))
    at_end_of(owner, probe.end)
    wait_until(lambda: simulator.requests_to() >= before + requests, what='the requests')
    probe.signal(signal.SIGSTOP)
    others = []
    for _ in range(6):
        ended = run_exporter(config, 'probe', '--json', f'slow/{probes[0]["name"]}',
                             token=simulator.token)
        others.append(json.loads(ended.stdout))
    probe.signal(signal.SIGCONT)
    owner.assertEqual(probe.wait(), 0, probe.stdout_file.read_text())
    lines = [json.loads(line) for line in probe.stdout_file.read_text().splitlines()]
    return sum(other['phases']['wait'] for other in others), lines


class FrozenWaitTest(unittest.TestCase):
    """The exporter is frozen while it waits for a reply, and finds it when it is back."""

    def test_the_platform_is_not_blamed(self):
        """The kernel has stamped the reply; where it has not, the figure is known to be spoilt."""
        folder = temporary_folder(self)
        simulator = Simulator(self, folder, latency='300ms')
        probes = [{**DATASET, 'name': 'dataset'}]
        frozen, (line,) = freeze_probes(self, folder, simulator, probes, 1)
        if line['clock_source'] == 'kernel':
            self.assertLess(line['phases']['wait'] - line['wait_uncertainty_seconds'], frozen)
            self.assertLess(line['duration_seconds'], frozen)
        else:
            self.assertGreater(line['wait_uncertainty_seconds'], frozen / 3)


class FrozenHandshakeTest(unittest.TestCase):
    """The exporter is frozen while some of its probes have sent their requests, and others have
    not, or are about to."""

    def test_no_probe_takes_the_time_for_its_own(self):
        """Each knows how much of its duration is not the platform's."""
        folder = temporary_folder(self)
        simulator = Simulator(self, folder, latency='300ms')
        probes = [{**DATASET, 'name': f'dataset-{i}'} for i in range(PROBES_AT_ONCE)]
        for requests in range(1, PROBES_AT_ONCE, 6):
            frozen, lines = freeze_probes(self, folder, simulator, probes, requests)
            self.assertEqual(len(lines), PROBES_AT_ONCE)
            for line in lines:
                with self.subTest(requests=requests, probe=line['probe']):
                    spoilt = line['duration_uncertainty_seconds']
                    self.assertLess(line['duration_seconds'] - spoilt, frozen, line)

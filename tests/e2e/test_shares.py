"""Several probe threads, and several processes that share a configuration."""

import os
import threading
import unittest

from harness import (Exporter, Simulator, fetch, temporary_folder, tenant, wait_until,
                     write_config)
from machine import realtime_is_allowed

SHORT_SLICE = 100_000
TENANTS = [f'tenant-{number}' for number in range(8)]


class SharesTest(unittest.TestCase):
    """Eight tenants, each with a probe or two."""

    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(cls, temporary_folder(cls))

    def setUp(self):
        self.folder = temporary_folder(self)
        self.config = self.write(TENANTS)

    def write(self, tenants):
        """The configuration, with so many tenants."""
        return write_config(self.folder, ''.join(tenant(name, self.simulator) for name in tenants),
                            interval='1s', timeout='900ms', resolve_timeout='900ms',
                            connect_timeout='900ms', tls_timeout='900ms')

    def serve(self, name, *flags, through=()):
        """Starts an exporter."""
        return Exporter(self, self.folder, self.config, self.simulator.token, name=name,
                        flags=flags, through=through).await_serving()

    @staticmethod
    def tenants_of(seen):
        """Names of the tenants that are shown, each as often as it has targets."""
        return sorted(sample.labels['tenant']
                      for sample in seen.find('reinfer_probe_interval_seconds'))

    def test_several_threads_probe_all_and_reload_as_one(self):
        """No scrape sees half of a reload, and a probe on demand finds its thread."""
        exporter = self.serve('threads', '--probe.threads=3', '--web.enable-lifecycle')
        self.assertIn('probe_threads=3', exporter.stderr())
        self.assertEqual(exporter.scrape().value('reinfer_exporter_probe_threads'), 3)
        exporter.scrape_when(
            lambda seen: all(seen.outcomes(tenant=name).get('ok') for name in TENANTS),
            'every tenant to be probed')
        whole, half = self.tenants_of(exporter.scrape()), None
        stop, seen = threading.Event(), set()

        def scrape():
            while not stop.is_set():
                seen.add(tuple(self.tenants_of(exporter.scrape())))

        scraping = threading.Thread(target=scrape)
        scraping.start()
        for _ in range(20):
            self.write(TENANTS[:4])
            self.assertEqual(fetch(exporter.port, '/-/reload', 'POST')[0], 200)
            half = self.tenants_of(exporter.scrape())
            self.write(TENANTS)
            self.assertEqual(fetch(exporter.port, '/-/reload', 'POST')[0], 200)
        stop.set()
        scraping.join()
        self.assertEqual({*half}, {*TENANTS[:4]})
        self.assertLessEqual(seen, {tuple(whole), tuple(half)})
        for name in TENANTS:
            status, _, body = fetch(exporter.port, f'/probe?tenant={name}&probe=dataset')
            self.assertEqual(status, 200, body)

    def test_probe_threads_have_short_turns(self):
        """And no other: what serves pages can wait."""
        exporter = self.serve('slices', '--probe.threads=3')
        release = tuple(int(part) for part in os.uname().release.split('.')[:2])
        if release < (6, 12) or not exporter.slices():
            self.skipTest('the kernel has no slices of a thread\'s own')
        wait_until(exporter.slices, lambda seen: seen.count(SHORT_SLICE) >= 3, 'short turns')
        self.assertGreater(max(exporter.slices()), SHORT_SLICE)

    @unittest.skipUnless(realtime_is_allowed(), 'real-time priorities are not allowed here')
    def test_probe_threads_run_in_real_time_when_told_to(self):
        """And no other thread."""
        exporter = self.serve('realtime', '--probe.threads=2', '--probe.realtime')
        exporter.scrape_when(
            lambda seen: seen.value('reinfer_exporter_realtime_probe_threads') == 2, 'real time')
        policies = exporter.policies()
        fifo = [name for name, policy in policies
                if policy & ~os.SCHED_RESET_ON_FORK == os.SCHED_FIFO]
        self.assertEqual(sorted(fifo), ['probe-1', 'probe-2'])
        self.assertLessEqual({'http', 'http-answers'}, {name for name, _ in policies})

    def test_without_the_right_to_real_time_it_probes_and_says_so(self):
        """Once, with what is needed."""
        without_right = ['setpriv', '--bounding-set=-sys_nice'] if os.geteuid() == 0 else []
        through = [*without_right, 'prlimit', '--rtprio=0']
        exporter = self.serve('refused', '--probe.threads=2', '--probe.realtime', through=through)
        seen = exporter.scrape_when(lambda seen: seen.results() > 0, 'a probe')
        self.assertEqual(seen.value('reinfer_exporter_realtime_probe_threads'), 0)
        log = exporter.stderr()
        self.assertEqual(log.count('probe threads have no real-time priority'), 1, log)
        self.assertIn('Operation not permitted', log)
        self.assertIn('CAP_SYS_NICE', log)

    def test_two_shards_share_the_targets(self):
        """And both are needed for all of them."""
        shares = [self.tenants_of(self.serve(f'shard{index}', f'--shard={index}/2').scrape())
                  for index in range(2)]
        everything = self.tenants_of(self.serve('alone').scrape())
        self.assertEqual(sorted(shares[0] + shares[1]), everything)
        self.assertTrue(all(shares))

    def test_a_shard_shows_which_of_how_many_it_is(self):
        """So that alerts know of one that is missing. Who has all targets is no shard."""
        for name, flags, labels in (('third', ['--shard=2/3'], {'shard': '2', 'shards': '3'}),
                                    ('only', ['--shard=0/1'], {'shard': '0', 'shards': '1'}),
                                    ('whole', [], None)):
            with self.subTest(name):
                shown = self.serve(name, *flags).scrape().find('reinfer_exporter_shard_info')
                self.assertEqual([(sample.labels, sample.value) for sample in shown],
                                 [(labels, 1)] if labels else [])

    def test_the_external_url_is_shown_for_links(self):
        """As it was given, without the slash at its end."""
        exporter = self.serve('linked', '--web.external-url=https://ops.example.com/reinfer/',
                              '--web.route-prefix=/')
        shown = exporter.scrape().find('reinfer_exporter_web_info')
        self.assertEqual([sample.labels for sample in shown],
                         [{'external_url': 'https://ops.example.com/reinfer'}])


if __name__ == '__main__':
    unittest.main()

"""The platform goes away and comes back: the exporter says so, keeps its grid, and recovers."""

import unittest

from contract import RESIDENT_BYTES_MAX
from harness import DATASET, Exporter, Simulator, temporary_folder, tenant, write_config
from machine import BUSY_MACHINE

INTERVAL_SECONDS = 2
STEADY = 'steady'


class TroubleTest(unittest.TestCase):
    """One exporter; each test has a platform of its own to trouble, and one stays well."""

    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        names = (STEADY, 'killed', 'paused', 'certificate')
        first = Simulator(cls, folder, name=STEADY)
        cls.simulators = {STEADY: first}
        for name in names[1:]:
            cls.simulators[name] = Simulator(cls, folder, name=name, token=first.token)
        config = write_config(
            folder,
            tenant(STEADY, first),
            # Without TLS, so that a restart does not change the CA.
            tenant('killed', cls.simulators['killed'], tls=False),
            tenant('paused-plain', cls.simulators['paused'], tls=False),
            tenant('paused-tls', cls.simulators['paused']),
            tenant('paused-reuse', cls.simulators['paused'], connection='reuse'),
            tenant('certificate', cls.simulators['certificate']),
            interval=f'{INTERVAL_SECONDS}s')
        cls.exporter = Exporter(cls, folder, config, first.token).await_serving()
        cls.exporter.scrape_when(lambda seen: all(
            seen.value('reinfer_probe_success', tenant=target.labels['tenant']) == 1
            for target in seen.find('reinfer_tenant_info')), 'every probe to be ok')

    def await_more(self, before, outcome, *tenants, times=2):
        """Waits for more results with that outcome; returns a scrape that has them."""
        def enough(seen):
            return all(seen.results(tenant=name, outcome=outcome)
                       >= before.results(tenant=name, outcome=outcome) + times for name in tenants)

        return self.exporter.scrape_when(enough, f'{outcome} of {", ".join(tenants)}')

    def assert_well(self, before, after):
        """The exporter kept its grid between two scrapes and stayed small."""
        self.assertLessEqual(set(after.skipped()), BUSY_MACHINE)
        self.assertLess(after.value('process_resident_memory_bytes'), RESIDENT_BYTES_MAX)
        passed = self.intervals_between(before, after)
        for target in after.find('reinfer_probe_success'):
            with self.subTest(grid_of=target.labels['tenant']):
                name = target.labels['tenant']
                slots = after.slots(tenant=name) - before.slots(tenant=name)
                # One slot may lie at either end of the time, and one probe may be under way.
                self.assertLessEqual(abs(slots - passed), 2)
        started = after.value('reinfer_exporter_schedule_lag_seconds_count')
        in_flight = after.value('reinfer_exporter_probes_in_flight')
        self.assertEqual(after.results() + in_flight, started)

    def intervals_between(self, before, after):
        """How many intervals passed by the time stamps of the steady tenant, whose replies take
        much less than an interval; it must have as many slots."""
        metric = 'reinfer_probe_last_timestamp_seconds'
        seconds = after.value(metric, tenant=STEADY) - before.value(metric, tenant=STEADY)
        passed = round(seconds / INTERVAL_SECONDS)
        self.assertEqual(after.slots(tenant=STEADY) - before.slots(tenant=STEADY), passed)
        return passed

    def test_a_killed_platform_refuses_connections_until_it_is_started_again(self):
        """connect_error while nobody listens."""
        before = self.exporter.scrape()
        self.simulators['killed'].kill()
        broken = self.await_more(before, 'connect_error', 'killed')
        self.simulators['killed'].start()
        self.assert_well(before, self.await_more(broken, 'ok', 'killed'))
        self.assertEqual(set(broken.outcomes(tenant='killed')), {'ok', 'connect_error'})

    def test_a_frozen_platform_times_out_in_the_stage_that_waits_for_it(self):
        """The kernel still accepts connections: only TLS and replies do not come."""
        before = self.exporter.scrape()
        tenants = ('paused-plain', 'paused-tls', 'paused-reuse')
        self.simulators['paused'].pause()
        self.await_more(before, 'response_timeout', 'paused-plain')
        self.await_more(before, 'tls_error', 'paused-tls')
        broken = self.await_more(before, 'response_timeout', 'paused-reuse', times=1)
        self.simulators['paused'].resume()
        after = self.await_more(broken, 'ok', *tenants)
        self.assert_well(before, after)
        self.assertEqual(set(after.outcomes(tenant='paused-plain')), {'ok', 'response_timeout'})
        self.assertEqual(set(after.outcomes(tenant='paused-tls')), {'ok', 'tls_error'})

    def test_an_expired_certificate_is_noticed_at_the_next_connection(self):
        """tls_error until the certificate is good again."""
        before = self.exporter.scrape()
        self.simulators['certificate'].set_certificate('expired')
        broken = self.await_more(before, 'tls_error', 'certificate')
        self.simulators['certificate'].set_certificate('valid')
        self.assert_well(before, self.await_more(broken, 'ok', 'certificate'))
        self.assertEqual(set(broken.outcomes(tenant='certificate')), {'ok', 'tls_error'})


class NewCaTest(unittest.TestCase):
    """A platform whose CA changes, as a company's inspecting proxy does once a year."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)

    def test_a_replaced_ca_file_is_read_without_a_restart(self):
        """From the next probe on: nothing remembers the old file."""
        config = write_config(self.folder, tenant('renewed', self.simulator, probes=[DATASET]))
        exporter = Exporter(self, self.folder, config, self.simulator.token).await_serving()
        exporter.scrape_when(lambda seen: seen.results(outcome='ok') >= 1, 'an ok probe')
        old = self.simulator.ca_file.read_bytes()
        self.simulator.kill()
        before = exporter.scrape_when(lambda seen: seen.results(outcome='connect_error') >= 1,
                                      'the platform to be gone')
        self.simulator.start()
        self.assertNotEqual(self.simulator.ca_file.read_bytes(), old)
        after = exporter.scrape_when(
            lambda seen: seen.results(outcome='ok') > before.results(outcome='ok'),
            'the new CA to be trusted')
        self.assertEqual(set(after.outcomes()) - {'connect_error', 'tls_error'}, {'ok'})
        # At most the probe that met the new server before the file was there.
        self.assertLessEqual(after.results(outcome='tls_error'), 1)
        self.assertLessEqual(set(after.skipped()), BUSY_MACHINE)

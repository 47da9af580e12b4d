"""The configuration changes under a running exporter: what stays is not disturbed."""

import signal
import threading
import unittest

from contract import RESIDENT_BYTES_MAX
from exposition import parse
from harness import (DATASET, Exporter, Simulator, fetch, temporary_folder, tenant, wait_until,
                     write_config)

RELOADS = 1000
SUCCESSFUL = 'reinfer_exporter_config_last_reload_successful'


class TenantFiles(unittest.TestCase):
    """Each test has an exporter of its own; its tenants are files of a folder."""

    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(cls, temporary_folder(cls))

    def setUp(self):
        self.folder = temporary_folder(self)
        self.tenants = self.folder / 'tenants.d'
        self.tenants.mkdir()
        self.config = write_config(self.folder, tenant('kept', self.simulator), interval='1s',
                                   timeout='900ms', resolve_timeout='900ms',
                                   connect_timeout='900ms', tls_timeout='900ms')
        self.config.write_text('include = ["tenants.d/*.toml"]\n' + self.config.read_text())

    def serve(self, *flags):
        """Starts the exporter on the configuration of this test."""
        return Exporter(self, self.folder, self.config, self.simulator.token,
                        flags=flags).await_serving()

    def add(self, name, text=None):
        """Writes the file of one more tenant, in one step."""
        draft = self.tenants / f'{name}.draft'
        draft.write_text(text or tenant(name, self.simulator))
        draft.rename(self.tenants / f'{name}.toml')

    def remove(self, name):
        """Takes a tenant's file away."""
        (self.tenants / f'{name}.toml').unlink()

    @staticmethod
    def post_reload(exporter):
        """Status and text of a reload over HTTP."""
        status, _, body = fetch(exporter.port, '/-/reload', 'POST')
        return status, body.decode()


class ReloadTest(TenantFiles):
    """Ways to reload, and what comes of a file that is wrong."""

    def test_a_reload_over_http_is_in_force_when_it_answers(self):
        """A tenant comes, and goes, with its file."""
        exporter = self.serve('--web.enable-lifecycle')
        self.add('more')
        self.assertEqual(self.post_reload(exporter), (200, 'reloaded\n'))
        self.assertEqual(len(exporter.scrape().find('reinfer_tenant_info', tenant='more')), 1)
        exporter.scrape_when(lambda seen: seen.outcomes(tenant='more').get('ok', 0) > 0,
                             'the new tenant to be probed')
        self.remove('more')
        self.assertEqual(self.post_reload(exporter), (200, 'reloaded\n'))
        self.assertNotIn('more', exporter.metrics_text())

    def test_reloading_over_http_is_off_unless_allowed(self):
        """And the answer says how to allow it."""
        exporter = self.serve()
        status, body = self.post_reload(exporter)
        self.assertEqual(status, 403)
        self.assertIn('--web.enable-lifecycle', body)
        self.assertEqual(exporter.get('/-/reload')[0], 405)

    def test_a_bad_file_changes_nothing_and_is_explained(self):
        """To whoever asked, in the log, and as a gauge; mended, it is taken."""
        exporter = self.serve('--web.enable-lifecycle')
        exporter.scrape_when(lambda seen: seen.results() > 0, 'a first probe')
        self.add('bad', '[[tenant]]\nname = "bad"\nintervall = "5s"\n')
        status, body = self.post_reload(exporter)
        self.assertEqual(status, 500)
        self.assertIn('tenants.d/bad.toml:3:1: tenant.intervall: is not a key', body)
        seen = exporter.scrape()
        self.assertEqual(seen.value(SUCCESSFUL), 0)
        self.assertEqual(len(seen.find('reinfer_tenant_info', tenant='kept')), 1)
        self.assertIn('bad.toml:3:1: tenant.intervall', exporter.stderr())
        self.remove('bad')
        exporter.signal(signal.SIGHUP)
        mended = exporter.scrape_when(lambda seen: seen.value(SUCCESSFUL) == 1, 'the mended file')
        self.assertGreaterEqual(mended.results(), seen.results())

    def test_connections_survive_a_reload(self):
        """A tenant that stays shakes hands once, whatever comes and goes beside it."""
        text = self.config.read_text()
        self.config.write_text(text.replace('[defaults]', '[defaults]\nconnection = "reuse"'))
        exporter = self.serve('--web.enable-lifecycle')

        def handshakes(seen):
            return {phase: seen.value('reinfer_probe_phase_samples_total', tenant='kept',
                                      phase=phase) for phase in ('connect', 'tls')}

        seen = exporter.scrape_when(lambda seen: seen.results(tenant='kept') > 1, 'two probes')
        self.assertEqual(handshakes(seen), {'connect': 1, 'tls': 1})
        for number in range(4):
            if number % 2 == 0:
                self.add('guest')
            else:
                self.remove('guest')
            self.assertEqual(self.post_reload(exporter)[0], 200)
            reloaded = exporter.scrape().results(tenant='kept')
            seen = exporter.scrape_when(
                lambda seen, before=reloaded: seen.results(tenant='kept') > before,
                'a probe after the reload')
        self.assertEqual(set(seen.outcomes(tenant='kept')), {'ok'})
        self.assertEqual(handshakes(seen), {'connect': 1, 'tls': 1})

    def test_a_refused_file_is_tried_again_when_its_token_comes(self):
        """Configuration and secrets come one after the other."""
        exporter = self.serve('--config.auto-reload-interval=1s')
        token = self.folder / 'later'
        self.add('more', tenant('more', self.simulator, token_file=str(token)))
        wait_until(lambda: 'configuration not reloaded' in exporter.stderr(), patience=20)
        token.write_text(self.simulator.token)
        token.chmod(0o600)
        exporter.scrape_when(lambda seen: seen.find('reinfer_tenant_info', tenant='more'),
                             'the new tenant')

    def test_files_are_watched_if_asked_for(self):
        """A changed file is taken without a word from anybody."""
        exporter = self.serve('--config.auto-reload-interval=1s')
        self.add('more')
        exporter.scrape_when(lambda seen: seen.outcomes(tenant='more').get('ok', 0) > 0,
                             'the new tenant to be probed')
        self.remove('more')
        wait_until(exporter.metrics_text, lambda text: 'tenant="more"' not in text,
                   'the tenant to be gone')


class ManyReloadsTest(TenantFiles):
    """Load enough to disturb other tests, so it runs when they are over."""

    ALONE = True

    def test_a_thousand_reloads_disturb_nobody(self):
        """While it probes and is scraped: no slot lost or doubled, no torn scrape, no leak.

        Every tenth of the files is a bad one, which changes as little.
        """
        exporter = self.serve('--web.enable-lifecycle')
        scrapes, stop = [], threading.Event()

        def scrape_on():
            while not stop.is_set():
                scrapes.append(exporter.metrics_text())

        def change(number):
            if number % 2 == 0:
                self.add('guest')
            else:
                self.remove('guest')
            self.assertEqual(self.post_reload(exporter)[0], 200)
            if number % 10 == 0:
                self.add('bad', '[[tenant]]\nname = "bad"\nintervall = "5s"\n')
                self.assertEqual(self.post_reload(exporter)[0], 500)
                self.remove('bad')

        for number in range(100):
            change(number)
        before = self.after_a_probe(exporter)
        scraper = threading.Thread(target=scrape_on)
        scraper.start()
        try:
            for number in range(RELOADS):
                change(number)
        finally:
            stop.set()
            scraper.join()
        after = self.after_a_probe(exporter)
        self.check_grid(before, after)
        self.check_size(before, after)
        self.assertGreater(len(scrapes), 20)
        for text in scrapes:
            self.check_whole(parse(text))

    @staticmethod
    def after_a_probe(exporter):
        """A scrape just after a probe of the tenant that stays has ended."""
        ended = exporter.scrape().results(tenant='kept')
        return exporter.scrape_when(lambda seen: seen.results(tenant='kept') > ended, 'a probe')

    def check_grid(self, before, after):
        """Slots of the tenant that stayed, against the time between two scrapes."""
        times = [seen.value('reinfer_probe_last_timestamp_seconds', tenant='kept')
                 for seen in (before, after)]
        slots = after.slots(tenant='kept') - before.slots(tenant='kept')
        # To the slot: both scrapes follow a result, and results come a second apart.
        self.assertEqual(slots, round(times[1] - times[0]))
        skipped = after.skipped(tenant='kept')
        # A busy machine may stall the loop; that is said, and nothing else is skipped.
        self.assertLessEqual(set(skipped), {'stall'})

    def check_size(self, before, after):
        """Memory and descriptors after as before."""
        resident = 'process_resident_memory_bytes'
        self.assertLess(after.value(resident), RESIDENT_BYTES_MAX)
        self.assertLess(after.value(resident) - before.value(resident), 4 * 1024 * 1024)
        self.assertLess(abs(after.value('process_open_fds') - before.value('process_open_fds')), 12)

    def check_whole(self, seen):
        """Every family knows the same targets, and the exposition its own size."""
        self.assertEqual(seen.value('reinfer_exporter_series'), len(seen.samples))
        info = {sample.labels['tenant'] for sample in seen.find('reinfer_tenant_info')}
        self.assertIn(info, ({'kept'}, {'kept', 'guest'}))
        for family in ('reinfer_probe_results_total', 'reinfer_probe_skipped_total',
                       'reinfer_probe_duration_seconds_count', 'reinfer_token_changes_total'):
            self.assertEqual({sample.labels['tenant'] for sample in seen.find(family)}, info)


class ProbeNowTest(unittest.TestCase):
    """/probe runs a configured target, and only that."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)
        config = write_config(cls.folder, tenant('good', cls.simulator),
                              tenant('slow', cls.simulator, 'faults/never_answer',
                                     probes=({**DATASET, 'timeout': '60s'},)),
                              interval='1h')
        cls.exporter = Exporter(cls, cls.folder, config, cls.simulator.token).await_serving()

    def test_a_target_is_probed_now_and_its_metrics_returned(self):
        """In the text format, with the names and labels of /metrics, and no slot taken."""
        status, headers, body = self.exporter.get('/probe?tenant=good&probe=dataset')
        self.assertEqual(status, 200)
        self.assertEqual(headers['Content-Type'], 'text/plain; version=0.0.4; charset=utf-8')
        seen = parse(body.decode())
        self.assertEqual(seen.value('reinfer_probe_success', tenant='good', probe='dataset'), 1)
        self.assertEqual(seen.outcomes(), {'ok': 1})
        self.assertGreater(seen.value('reinfer_server_processing_seconds_sum'), 0)
        self.assertEqual(self.exporter.scrape().slots(tenant='good'), 0)

    def test_debug_says_what_happened(self):
        """The verdict, the evidence, a command to do it again, and no token."""
        _, _, body = self.exporter.get('/probe?tenant=good&probe=dataset&debug=true')
        text = body.decode()
        for part in ('good/dataset', '"request_id"', 'curl -sS -i', 'reinfer_probe_success{'):
            self.assertIn(part, text)
        self.assertNotIn(self.simulator.token, text)

    def test_what_is_not_a_configured_target_is_refused(self):
        """With the reason."""
        for query, status, reason in (
                ('?tenant=good&probe=other', 404, 'no such target'),
                ('?tenant=good', 400, 'tenant and probe'),
                ('', 400, 'tenant and probe'),
                ('?target=https://example.com/', 400, 'no such parameter'),
                ('?tenant=good&probe=dataset&probe=projects', 400, 'given twice'),
                ('?tenant=good&probe=', 400, 'probe is empty'),
                ('?tenant=good&probe=dataset&debug=1', 400, 'neither true nor false')):
            with self.subTest(query=query):
                answered, _, body = self.exporter.get('/probe' + query)
                self.assertEqual(answered, status)
                self.assertIn(reason, body.decode())

    def test_a_scraper_that_will_not_wait_gets_its_answer_in_time(self):
        """The probe ends before the scrape would."""
        status, _, body = self.exporter.get('/probe?tenant=slow&probe=dataset',
                                            **{'X-Prometheus-Scrape-Timeout-Seconds': '1'})
        self.assertEqual(status, 200)
        self.assertEqual(parse(body.decode()).outcomes(), {'response_timeout': 1})
        status, _, _ = self.exporter.get('/probe?tenant=good&probe=dataset',
                                         **{'X-Prometheus-Scrape-Timeout-Seconds': 'soon'})
        self.assertEqual(status, 400)

    def test_too_many_are_refused(self):
        """With the time after which to come again; what does not exist does not count."""
        config = write_config(self.folder, tenant('good', self.simulator), name='limited',
                              interval='1h')
        exporter = Exporter(self, self.folder, config, self.simulator.token, name='limited',
                            flags=('--web.probe-rate=1',)).await_serving()
        for _ in range(3):
            self.assertEqual(exporter.get('/probe?tenant=good&probe=misspelt')[0], 404)
        self.assertEqual(exporter.get('/probe?tenant=good&probe=dataset')[0], 200)
        status, headers, body = exporter.get('/probe?tenant=good&probe=dataset')
        self.assertEqual(status, 429)
        self.assertGreater(int(headers['Retry-After']), 0)
        self.assertIn('--web.probe-rate', body.decode())

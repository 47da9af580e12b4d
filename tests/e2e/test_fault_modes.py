"""Every fault the simulator knows, judged by the exporter as the simulator expects."""

import json
import subprocess
import unittest

from harness import (Exporter, Simulator, run_exporter, simulator_program, temporary_folder,
                     tenant, wait_until, write_config)
from machine import BUSY_MACHINE

SLOTS_TO_SEE = 3
RUN_TIME_ONLY = 'run time only'
MEMORY_BYTES_MORE_MAX = 8 << 20
# On a busy machine the exporter may be late itself, and the simulator too, once in a while.
BUSY_OUTCOMES = {'monitor_error', 'response_timeout'}


def list_faults():
    """Rows of name, expected outcome and description."""
    text = subprocess.run([simulator_program(), '--list-faults'], capture_output=True, text=True,
                          check=True).stdout
    return [line.split('\t') for line in text.splitlines()]


class FaultModesTest(unittest.TestCase):
    """One tenant for each mode, all in one exporter at its most talkative."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)
        cls.modes = list_faults()
        cls.expected = {name: outcome for name, outcome, _ in cls.modes
                        if not name.startswith('oauth_')}
        tables = [cls.tenant_of(name, description) for name, _, description in cls.modes
                  if name in cls.expected]
        # Huge bodies and handshakes take their time on a busy machine, and must not look like late
        # ones.
        cls.config = write_config(cls.folder, *tables, interval='4s', timeout='3500ms',
                                  connect_timeout='3s', tls_timeout='3s')
        cls.exporter = Exporter(cls, cls.folder, cls.config, cls.simulator.token,
                                log_level='debug').await_serving()

    @classmethod
    def tenant_of(cls, mode, description):
        """A tenant that suffers from the mode; what no path can choose takes a whole simulator."""
        if not description.startswith(RUN_TIME_ONLY):
            # As many MiB as are too many, and no more: making them is work.
            path = 'huge_body.2' if mode == 'huge_body' else mode
            return tenant(mode, cls.simulator, of=f'faults/{path}')
        simulator = Simulator(cls, cls.folder, name=mode, token=cls.simulator.token)
        simulator.set_fault(mode)
        return tenant(mode, simulator)

    def scrape_with_all_modes(self):
        """A scrape at a time when every mode was probed a few times."""
        seen = []

        def modes_left():
            seen[:] = [self.exporter.scrape()]
            return [mode for mode in self.expected if seen[0].slots(tenant=mode) < SLOTS_TO_SEE]

        wait_until(modes_left, lambda left: not left, 'results of every mode')
        return seen[0]

    def test_every_mode_gives_its_outcome_and_no_other(self):
        """Each mode is one kind of trouble, and the exporter tells which."""
        self.assertGreater(len(self.expected), 50)
        scrape = self.scrape_with_all_modes()
        for mode, outcome in self.expected.items():
            with self.subTest(mode=mode):
                found = set(scrape.outcomes(tenant=mode))
                self.assertIn(outcome, found)
                self.assertEqual(found - {outcome} - BUSY_OUTCOMES, set())

    def test_oauth_modes_are_listed(self):
        """They concern the token endpoint, which the tenants of this test do without."""
        oauth = [name for name, _, _ in self.modes if name.startswith('oauth_')]
        self.skipTest('tenants of this test have plain tokens, component tests have OAuth: ' +
                      ', '.join(oauth))

    def test_trouble_of_every_kind_does_not_disturb_the_grid(self):
        """No slot is skipped but where the tenant asked us to stay away for a while, or where the
        machine of the test was busy."""
        scrape = self.scrape_with_all_modes()
        throttling = [mode for mode, outcome in self.expected.items() if outcome == 'throttled']
        for mode in self.expected:
            with self.subTest(mode=mode):
                expected = {'throttled'} if mode in throttling else set()
                self.assertEqual(set(scrape.skipped(tenant=mode)) - BUSY_MACHINE, expected)

    def test_trouble_of_every_kind_takes_little_memory(self):
        """Beside an exporter with as many tenants that are all well."""
        tables = [tenant(mode, self.simulator) for mode in self.expected]
        config = write_config(self.folder, *tables, name='well', interval='4s', timeout='3500ms',
                              connect_timeout='3s', tls_timeout='3s')
        well = Exporter(self, self.folder, config, self.simulator.token, name='well',
                        log_level='debug').await_serving()
        calm = well.scrape_when(
            lambda now: all(now.slots(tenant=mode) >= SLOTS_TO_SEE for mode in self.expected),
            'results of every tenant')
        rough = self.scrape_with_all_modes()
        grown = rough.value('process_resident_memory_bytes') - \
            calm.value('process_resident_memory_bytes')
        self.assertLess(grown, MEMORY_BYTES_MORE_MAX)

    def test_the_token_appears_nowhere(self):
        """Not in the log at its most talkative, not on a page, not in a report of a probe."""
        self.scrape_with_all_modes()
        report = run_exporter(self.config, '--log.level', 'debug', 'probe', '--json',
                              token=self.simulator.token)
        self.assertEqual(len(report.stdout.splitlines()), len(self.expected))
        texts = {'/metrics': self.exporter.metrics_text(), 'stderr': self.exporter.stderr(),
                 '/': self.exporter.get('/')[2].decode(), 'stderr of probe': report.stderr,
                 'probe --json': report.stdout}
        for where, text in texts.items():
            with self.subTest(where=where):
                leaks = [line for line in text.splitlines()
                         if self.simulator.token in line or 'Bearer' in line]
                self.assertEqual(leaks[:1], [], f'{len(leaks)} lines hold it, here is the first')
        self.assertIn('level=debug', texts['stderr'])
        self.assertIn('fault=platform', texts['stderr'])

    def test_a_single_probe_judges_as_the_grid_does(self):
        """`probe --json` has the same outcome for every mode."""
        report = run_exporter(self.config, 'probe', '--json', token=self.simulator.token)
        self.assertEqual(report.returncode, 1)
        outcomes = {line['tenant']: line['outcome']
                    for line in map(json.loads, report.stdout.splitlines())}
        self.assertEqual(outcomes.keys(), self.expected.keys())
        for mode, outcome in self.expected.items():
            with self.subTest(mode=mode):
                self.assertEqual(outcomes[mode], outcome)

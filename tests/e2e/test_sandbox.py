"""What the exporter gives up before it begins, and that nothing it does for anybody needs it."""

import errno
import sys
import unittest
from pathlib import Path

from harness import (TOKEN_VARIABLE, Exporter, Simulator, fetch, temporary_folder, tenant,
                     write_config)

SUCCESSFUL = 'reinfer_exporter_config_last_reload_successful'

# Runs a command on a kernel that seems to have none of the calls named before it: libseccomp lets
# all others pass (SCMP_ACT_ALLOW), and refuses these (SCMP_ACT_ERRNO).
OLDER_KERNEL = f"""
import ctypes, os, sys
library = ctypes.CDLL('libseccomp.so.2')
library.seccomp_init.restype = ctypes.c_void_p
scope = ctypes.c_void_p(library.seccomp_init(0x7fff0000))
split = sys.argv.index('--')
for name in sys.argv[1:split]:
    number = library.seccomp_syscall_resolve_name(name.encode())
    assert library.seccomp_rule_add(scope, 0x50000 | {errno.ENOSYS}, number, 0) == 0
assert library.seccomp_load(scope) == 0
os.execv(sys.argv[split + 1], sys.argv[split + 1:])
"""


def without_calls(*names):
    """A command that runs the one behind it without these system calls."""
    return [sys.executable, '-c', OLDER_KERNEL, *names, '--']


def confinement(process):
    """How many filters of system calls are in force, and whether programs may give privileges."""
    lines = (Path('/proc') / str(process) / 'status').read_text(encoding='ascii').splitlines()
    fields = dict(line.split(':', 1) for line in lines if ':' in line)
    return int(fields['Seccomp_filters']), int(fields['NoNewPrivs'])


class SandboxTest(unittest.TestCase):
    """With and without a token_command, which would be in it."""

    def setUp(self):
        self.folder = temporary_folder(self)
        self.simulator = Simulator(self, self.folder)
        self.filters, _ = confinement('self')

    def with_command(self, name):
        """A tenant whose token a program prints, and that leaves a file behind."""
        program = self.folder / f'print-{name}'
        program.write_text(f'#!/bin/sh\ntouch {self.folder}/{name}.ran\n'
                           f'echo {self.simulator.token}\n')
        program.chmod(0o755)
        return (tenant(name, self.simulator, token_command=[str(program)])
                .replace(f'token_env = "{TOKEN_VARIABLE}"\n', ''))

    def serve(self, *tenants, flags=(), through=()):
        """An exporter with a history."""
        config = write_config(self.folder, *tenants, interval='1s', timeout='900ms',
                              resolve_timeout='900ms', connect_timeout='900ms',
                              tls_timeout='900ms')
        return Exporter(self, self.folder, config, self.simulator.token,
                        flags=['--web.enable-lifecycle', f'--storage.path={self.folder}/kept',
                               *flags], through=through).await_serving()

    @staticmethod
    def reload(exporter):
        """Status and text."""
        status, _, body = fetch(exporter.port, '/-/reload', 'POST')
        return status, body.decode()

    def test_all_that_is_served_is_served_in_the_sandbox(self):
        """Probing, scrapes, the history, a probe on demand, a reload."""
        exporter = self.serve(tenant('acme', self.simulator))
        self.assertEqual(confinement(exporter.pid), (self.filters + 1, 1))
        self.assertIn('in a sandbox', exporter.stderr())
        exporter.scrape_when(
            lambda seen: seen.value('reinfer_exporter_history_results_total') > 0
            and seen.outcomes(tenant='acme').get('ok', 0) > 1, 'results in the history')
        self.assertIn(b'reinfer_probe_success 1',
                      fetch(exporter.port, '/probe?tenant=acme&probe=dataset')[2])
        write_config(self.folder, tenant('acme', self.simulator), tenant('more', self.simulator),
                     interval='1s', timeout='900ms', resolve_timeout='900ms',
                     connect_timeout='900ms', tls_timeout='900ms')
        self.assertEqual(self.reload(exporter), (200, 'reloaded\n'))
        seen = exporter.scrape_when(
            lambda now: now.outcomes(tenant='more').get('ok', 0) > 0, 'the new tenant')
        self.assertEqual(seen.value('reinfer_exporter_history_errors_total'), 0)

    def test_a_token_command_stays_outside_and_so_does_the_exporter(self):
        """It may write where it likes, and be sudo."""
        exporter = self.serve(self.with_command('acme'))
        self.assertEqual(confinement(exporter.pid), (self.filters, 0))
        exporter.scrape_when(lambda seen: seen.outcomes(tenant='acme').get('ok', 0) > 0,
                             'a result with the token of the command')
        self.assertTrue((self.folder / 'acme.ran').exists())
        self.assertIn('not in a sandbox', exporter.stderr())

    def test_a_token_command_is_not_added_by_a_reload_into_the_sandbox(self):
        """The reload says what to do, and what was in force stays so."""
        exporter = self.serve(tenant('acme', self.simulator))
        write_config(self.folder, tenant('acme', self.simulator), self.with_command('more'))
        status, told = self.reload(exporter)
        self.assertNotEqual(status, 200)
        self.assertIn('restart it to add one', told)
        self.assertEqual(exporter.scrape().value(SUCCESSFUL), 0)
        self.assertFalse((self.folder / 'more.ran').exists())
        before = exporter.scrape().total('reinfer_probe_results_total', tenant='acme')
        exporter.scrape_when(
            lambda seen: seen.total('reinfer_probe_results_total', tenant='acme') > before,
            'more results')

    def test_who_does_not_want_it_does_without(self):
        """Then a token_command can be added as well."""
        exporter = self.serve(tenant('acme', self.simulator), flags=['--debug.no-sandbox'])
        self.assertEqual(confinement(exporter.pid), (self.filters, 0))
        write_config(self.folder, tenant('acme', self.simulator), self.with_command('more'))
        self.assertEqual(self.reload(exporter), (200, 'reloaded\n'))

    def test_a_kernel_that_lacks_a_part_of_it_is_made_do_without(self):
        """Landlock is missing, or filters of system calls are, or both: it says so and probes."""
        for missing, filters, said in (
                (['landlock_create_ruleset'], 1, 'writes_below=/'),
                (['seccomp'], 0, 'starts_programs=yes'),
                (['landlock_create_ruleset', 'seccomp'], 0,
                 'not in a sandbox, for this kernel has none')):
            with self.subTest(missing=missing):
                exporter = self.serve(tenant('acme', self.simulator),
                                      through=without_calls(*missing))
                # One is the older kernel itself.
                self.assertEqual(confinement(exporter.pid)[0], self.filters + 1 + filters)
                self.assertRegex(exporter.stderr(), rf'{said}(\s|"|$)')
                exporter.scrape_when(
                    lambda seen: seen.outcomes(tenant='acme').get('ok', 0) > 0
                    and seen.value('reinfer_exporter_history_results_total') > 0, 'a result')
                exporter.end()


if __name__ == '__main__':
    unittest.main()

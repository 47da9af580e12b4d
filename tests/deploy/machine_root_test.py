#!/usr/bin/env python3
"""Tests of what boots a machine, with a program in the place of systemd-nspawn. The last line is
"N passed, N failed".
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import machine_root  # noqa: E402


class BootTest(unittest.TestCase):
    """A machine whose processes are played."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix='reinfer-boot-')
        self.addCleanup(holder.cleanup)
        base = Path(holder.name) / 'base'
        base.mkdir()
        self.machine = machine_root.Machine(base)
        self.nspawn = subprocess.Popen(['sleep', 'infinity'], start_new_session=True)
        self.addCleanup(self.nspawn.wait)
        self.addCleanup(self.nspawn.kill)
        real = subprocess.Popen
        self.patch(machine_root.subprocess, 'Popen',
                   lambda command, **options: self.nspawn if 'systemd-nspawn' in command
                   else real(command, **options))

    def patch(self, owner, name, value):
        """Replaces it for this test."""
        patcher = mock.patch.object(owner, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_a_first_child_that_is_gone_gives_way_to_the_first_process(self):
        """As nspawn makes it."""
        children = iter([None, 100, 200])
        self.patch(self.machine, '_find_leader', lambda: next(children, 200))
        self.patch(self.machine, 'call', lambda *_, **__:
                   (0, 'running\n') if self.machine.leader == 200 else (1, 'no such process'))
        self.patch(machine_root, 'PATIENCE', 10)
        with self.machine:
            self.assertEqual(self.machine.leader, 200)
            self.nspawn.kill()

    def test_a_machine_that_does_not_boot_is_gone(self):
        """With its files."""
        self.patch(self.machine, '_find_leader', lambda: 100)
        self.patch(self.machine, 'call', lambda *_, **__: (1, 'starting'))
        self.patch(machine_root, 'PATIENCE', 0.1)
        with self.assertRaises(AssertionError):
            self.machine.__enter__()
        self.assertIsNotNone(self.nspawn.poll())
        self.assertFalse(self.machine.folder.exists())


if __name__ == '__main__':
    result = unittest.main(exit=False, verbosity=2).result
    bad = len(result.failures) + len(result.errors)
    print(f'{max(result.testsRun - bad, 0)} passed, {bad} failed')
    sys.exit(1 if bad else 0)

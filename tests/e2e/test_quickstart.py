"""The one command of the README's first screen."""

import socket
import subprocess
import unittest
from pathlib import Path

from harness import PATIENCE, exporter_program

PORTS = (9443, 9877)
ROOT = Path(__file__).resolve().parents[2]


def ports_are_free():
    """Whether nobody has the ports of the demo."""
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(('127.0.0.1', port)) == 0:
                return False
    return True


def quickstart(*arguments):
    """Runs it to its end, from another folder."""
    return subprocess.run(['bash', str(ROOT / 'deploy/quickstart.sh'), *arguments], check=False,
                          cwd='/', stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=10 * PATIENCE)


class QuickstartTest(unittest.TestCase):
    """Runs in the checkout; its build is there already."""

    def test_the_demo_starts_probes_and_stops_by_itself(self):
        """What it prints is what the README shows."""
        if Path(exporter_program()).resolve() != ROOT / 'build/release/src/reinfer_exporter':
            self.skipTest('the quickstart builds in build/release, these tests use another build')
        if not ports_are_free():
            self.skipTest(f'one of the ports {PORTS} is taken')
        done = quickstart('--for=6')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for line in ('demo-production  https://localhost:9443/demo/production/reinfer_',
                     'http://localhost:9877/metrics', 'Stops by itself after 6 seconds'):
            self.assertIn(line, done.stdout)
        self.assertIn('event="demo-production/dataset: first result is ok"', done.stderr)
        self.assertIn('event=stopped', done.stderr)

    def test_arguments_that_make_no_sense_are_refused(self):
        """Before anything is installed or built."""
        for argument in ('--for=', '--for=0', '--for=soon', '--frobnicate', 'extra'):
            with self.subTest(argument=argument):
                self.assertEqual(quickstart(argument).returncode, 2)


if __name__ == '__main__':
    unittest.main()

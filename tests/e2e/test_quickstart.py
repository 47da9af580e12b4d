"""The one command of the README's first screen."""

import shutil
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import PATIENCE, exporter_program, wait_until

PORTS = (9443, 9877)
ROOT = Path(__file__).resolve().parents[2]


def ports_are_free():
    """Whether nobody has the ports of the demo."""
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(('127.0.0.1', port)) == 0:
                return False
    return True


def quickstart(*arguments, **more):
    """Starts it from another folder."""
    return subprocess.Popen(['bash', str(ROOT / 'deploy/quickstart.sh'), *arguments], cwd='/',
                            stdin=subprocess.DEVNULL, text=True, **more)


class QuickstartTest(unittest.TestCase):
    """Runs in the checkout; its build is there already."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def start(self, *arguments):
        """Starts it with what it prints in two files; it is ended with the test."""
        with (self.folder / 'out').open('w') as out, (self.folder / 'err').open('w') as err:
            process = quickstart(*arguments, stdout=out, stderr=err)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        """As Ctrl-C does; returns the exit code."""
        process.terminate()
        return process.wait(timeout=PATIENCE)

    def said(self, where):
        """What it has printed so far."""
        return (self.folder / where).read_text()

    def demo_or_skip(self):
        """The demo has ports of its own, and its storage folder has no earlier demo in it."""
        if Path(exporter_program()).resolve() != ROOT / 'build/release/src/reinfer_exporter':
            self.skipTest('the quickstart builds in build/release, these tests use another build')
        if not ports_are_free():
            self.skipTest(f'one of the ports {PORTS} is taken')
        shutil.rmtree(ROOT / 'build/demo/storage', ignore_errors=True)

    def test_the_demo_starts_and_probes_until_it_is_told_to_stop(self):
        """What it prints is what the README shows."""
        self.demo_or_skip()
        process = self.start()
        # Two processes print, each when it gets to run: either may be the first.
        first = 'event="demo-production/dataset: first result is ok"'
        wait_until(lambda: process.poll() is not None
                   or (first in self.said('err') and 'Ctrl-C stops it' in self.said('out')),
                   patience=5 * PATIENCE)
        self.assertIn(first, self.said('err'))
        for line in ('demo-production  https://localhost:9443/demo/production/reinfer_',
                     'http://localhost:9877/metrics', 'Ctrl-C stops it'):
            self.assertIn(line, self.said('out'))
        self.assertEqual(self.end(process), 0, self.said('err'))
        self.assertIn('event=stopped', self.said('err'))

    def test_the_demo_stops_by_itself_if_told_when(self):
        """However far it has come by then."""
        self.demo_or_skip()
        process = self.start('--for=2')
        self.assertEqual(process.wait(timeout=5 * PATIENCE), 0, self.said('err'))
        self.assertIn('Stops by itself after 2 seconds', self.said('out'))
        self.assertIn('event=stopped', self.said('err'))

    def test_arguments_that_make_no_sense_are_refused(self):
        """Before anything is installed or built."""
        for argument in ('--for=', '--for=0', '--for=soon', '--frobnicate', 'extra'):
            with self.subTest(argument=argument):
                self.assertEqual(self.start(argument).wait(timeout=PATIENCE), 2)


if __name__ == '__main__':
    unittest.main()

"""A program that is measured, and what is asked of it over loopback."""

import contextlib
import http.client
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

PATIENCE = 30
TOKEN_VARIABLE = 'BENCH_TOKEN'


def pause(seconds):
    """Lets time go by: a measurement takes as long as it takes."""
    threading.Event().wait(seconds)


def wait_for(observe, what, every=0.02):
    """Observes until there is something, and returns it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if seen := observe():
                return seen
        pause(every)
    raise RuntimeError(f'waited {PATIENCE} s for {what}')


def get(port, path, headers=None):
    """The body of one HTTP request to loopback."""
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=PATIENCE)
    try:
        connection.request('GET', path, headers=headers or {})
        return connection.getresponse().read()
    finally:
        connection.close()


class Program:
    """A running program whose cost can be read."""

    def __init__(self, arguments, log, environment=None):
        self._log = open(log, 'wb')
        environment = {'PATH': os.environ.get('PATH', ''), TOKEN_VARIABLE: 'bench-token',
                       **(environment or {})}
        self._process = subprocess.Popen([str(a) for a in arguments], stdout=self._log,
                                         stderr=self._log, env=environment)
        self.name = Path(str(arguments[0])).name
        self._expected_end = False

    @property
    def pid(self):
        """Of the process."""
        return self._process.pid

    def cpu_ns(self):
        """CPU time that all its threads have taken, those that have ended too."""
        # The clock id of another process, as clock_getcpuclockid(3) makes it.
        return time.clock_gettime_ns((~self._process.pid << 3) | 2)

    def memory_mb(self, key='VmRSS'):
        """Resident memory; with VmHWM its peak, with RssAnon what is no file's."""
        for line in Path(f'/proc/{self._process.pid}/status').read_text().splitlines():
            if line.startswith(key + ':'):
                return int(line.split()[1]) * 1024 / 1e6
        return 0

    def forget_peak(self):
        """From now on VmHWM is the peak of what comes; false where the kernel does not allow it."""
        try:
            Path(f'/proc/{self._process.pid}/clear_refs').write_text('5')
        except OSError:
            return False
        return True

    def reload(self):
        """Has it read its configuration again."""
        self._process.send_signal(signal.SIGHUP)

    def check(self):
        """Fails if the program has ended."""
        if self._process.poll() is not None and not self._expected_end:
            raise RuntimeError(f'{self.name} ended with {self._process.returncode}: '
                               + Path(self._log.name).read_text(errors='replace')[-2000:])

    def says(self, path, every=0.02):
        """The text of a file that it writes when it is ready."""
        def text():
            self.check()
            return path.exists() and path.read_text()
        return wait_for(text, self.name, every)

    def stop_at_once(self):
        """Ends it in order and waits, without asking every now and then as stop() may."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)
        self._expected_end = True

    def stop(self):
        """Ends it in order."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

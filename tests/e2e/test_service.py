"""What a service manager hears of the exporter: sd_notify(3) to a socket of this test's own."""

import ctypes
import os
import signal
import socket
import unittest
from pathlib import Path

from harness import (DATASET, Exporter, Simulator, temporary_folder, tenant,
                     wait_until, write_config)

# Long grids: the loops have nothing to do, and turn because they are woken.
QUIET = {'interval': '10m', 'timeout': '1m', 'resolve_timeout': '1m', 'connect_timeout': '1m',
         'tls_timeout': '1m'}
WATCHDOG_USEC = 400_000
LOOKS = 6
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
ANY_CHILD_KIND = 0x40000000  # __WALL: a thread of another process counts as a child, too


class ServiceManager:
    """Starts the exporter as systemd would, and hears what it is told."""

    def __init__(self, owner):
        self.folder = temporary_folder(owner)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        owner.addCleanup(self.socket.close)
        self.address = str(self.folder / 'notify')
        self.socket.bind(self.address)
        self.heard = []
        simulator = Simulator(owner, self.folder)
        self.config = write_config(
            self.folder, *(tenant(name, simulator, probes=[DATASET]) for name in ('a', 'b')),
            **QUIET)
        self.exporter = Exporter(
            owner, self.folder, self.config, simulator.token, flags=('--probe.threads=2',),
            through=('env', f'NOTIFY_SOCKET={self.address}', f'WATCHDOG_USEC={WATCHDOG_USEC}'))

    def listen(self):
        """Takes what has come; returns all that was heard so far, each as a dictionary."""
        while True:
            try:
                text = self.socket.recv(4096).decode()
            except BlockingIOError:
                return self.heard
            self.heard.append(dict(line.split('=', 1) for line in text.splitlines()))

    def wait_for(self, satisfied, what):
        """Waits for a notice that was not heard before; returns it."""
        seen = len(self.listen())
        return wait_until(lambda: next(filter(satisfied, self.listen()[seen:]), None), what=what)

    def pid(self):
        """Of the exporter."""
        return self.exporter._popen.pid  # pylint: disable=W0212

    def thread(self, name):
        """The number of a thread of the exporter."""
        return next(int(task.name) for task in Path(f'/proc/{self.pid()}/task').iterdir()
                    if (task / 'comm').read_text().strip() == name)


class StuckThread:
    """Stops one thread and lets the others run, which no signal can do. As a debugger does it."""

    def __init__(self, tid):
        self.tid = tid
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        self.libc.ptrace.restype = ctypes.c_long

    def _ptrace(self, request):
        if self.libc.ptrace(request, self.tid, None, None) != 0:
            raise OSError(ctypes.get_errno(), f'ptrace {request:#x}')

    def stop(self, owner):
        """From here on it does nothing, but for the owner's end."""
        self._ptrace(PTRACE_SEIZE)
        # A process that is killed while a debugger holds a thread of it does not end.
        owner.addCleanup(self.libc.ptrace, PTRACE_DETACH, self.tid, None, None)
        self._ptrace(PTRACE_INTERRUPT)
        os.waitpid(self.tid, ANY_CHILD_KIND)

    def go_on(self):
        """As if nothing had been."""
        self._ptrace(PTRACE_DETACH)


class NoticesTest(unittest.TestCase):
    """From the start to the end of a service."""

    def setUp(self):
        self.manager = ServiceManager(self)
        self.manager.exporter.await_serving()

    def test_the_manager_hears_of_start_reload_and_stop(self):
        """In order, a reload that fails included."""
        manager = self.manager
        wait_until(manager.listen, lambda seen: seen and seen[0].get('READY') == '1', 'READY=1')
        self.assertEqual(manager.heard[0]['STATUS'], 'probing 2 targets of 2 tenants')

        good = manager.config.read_text()
        for text, status in ((good, 'probing 2 targets'), (good + 'x', 'the old one stays')):
            manager.config.write_text(text)
            before = len(manager.listen())
            manager.exporter.signal(signal.SIGHUP)
            wait_until(lambda seen=before: any('READY' in notice for notice
                                               in manager.listen()[seen:]), what='the reload')
            notices = [notice for notice in manager.heard[before:] if 'WATCHDOG' not in notice]
            self.assertEqual([sorted(notice) for notice in notices],
                             [['MONOTONIC_USEC', 'RELOADING'], ['READY', 'STATUS']])
            self.assertGreater(int(notices[0]['MONOTONIC_USEC']), 0)
            self.assertIn(status, notices[1]['STATUS'])

        manager.exporter.signal(signal.SIGTERM)
        self.assertEqual(manager.exporter.wait(), 0)
        self.assertEqual(manager.listen()[-1], {'STOPPING': '1'})

    def test_the_watchdog_is_fed_while_all_loops_turn(self):
        """A thread that stands still ends that, and the log says so."""
        manager = self.manager
        for _ in range(LOOKS):
            manager.wait_for(lambda notice: 'WATCHDOG' in notice, 'WATCHDOG=1')

        thread = StuckThread(manager.thread('probe-2'))
        try:
            thread.stop(self)
        except PermissionError as error:
            self.skipTest(f'no thread can be stopped here: {error}')

        def is_stuck(notice):
            return 'probe-2 is stuck' in notice.get('STATUS', '')
        # The last turn before the stop may still count at the next look.
        manager.wait_for(is_stuck, 'the thread to be missed')
        before = len(manager.heard)
        wait_until(lambda: len(manager.listen()) >= before + LOOKS, what='more looks')
        self.assertEqual([], [notice for notice in manager.heard[before:] if 'WATCHDOG' in notice])
        self.assertIn('event="a probe loop is stuck, the watchdog is not fed"',
                      manager.exporter.stderr())

        thread.go_on()
        manager.wait_for(lambda notice: 'WATCHDOG' in notice, 'WATCHDOG=1 again')


if __name__ == '__main__':
    unittest.main()

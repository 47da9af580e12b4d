"""Nothing stops the exporter but an order to stop, and that does, whatever it is doing.

An exit code of 0 says that everything was stopped in order: a last resort ends the process with 1.
"""

import contextlib
import http.client
import os
import resource
import shutil
import signal
import socket
import subprocess
import threading
import unittest

from harness import (DATASET, TOKEN_VARIABLE, Exporter, Simulator, at_end_of, exporter_environment,
                     exporter_program, fetch, temporary_folder, tenant, wait_until, write_config)

LONG = {'interval': '2m', 'timeout': '50s', 'resolve_timeout': '50s', 'connect_timeout': '50s',
        'tls_timeout': '50s'}
SHORT = {'interval': '1s', 'timeout': '900ms', 'resolve_timeout': '900ms',
         'connect_timeout': '900ms', 'tls_timeout': '900ms'}
NOBODY = 65534
LINES_BEFORE_FULL = 4000
SLOTS = 3


def without_token(text):
    """A tenant's table without the variable of its token."""
    return text.replace(f'token_env = "{TOKEN_VARIABLE}"\n', '')


class UnreadLogTest(unittest.TestCase):
    """Stderr is a pipe that nobody reads."""

    def setUp(self):
        self.folder = temporary_folder(self)
        self.simulator = Simulator(self, self.folder)
        self.config = write_config(self.folder, tenant('acme', self.simulator), **SHORT)
        self.reader, writer = os.pipe()
        self.addCleanup(os.close, self.reader)
        port_file = self.folder / 'port'
        # At debug level each request is a line.
        with open(self.folder / 'stdout', 'wb') as out:
            self.process = subprocess.Popen(
                [exporter_program(), '--config.file', str(self.config), '--log.level', 'debug',
                 '--web.listen-address', '127.0.0.1:0', '--web.port-file', str(port_file),
                 '--web.enable-lifecycle'],
                stdin=subprocess.DEVNULL, stdout=out, stderr=writer,
                env=exporter_environment(self.simulator.token))
        os.close(writer)
        at_end_of(self, self.process.wait)
        at_end_of(self, self.process.kill)
        wait_until(port_file.exists, what='the port file')
        self.port = int(port_file.read_text())

    def value(self, name):
        """The value of a series without labels."""
        text = fetch(self.port, '/metrics')[2].decode()
        return next(float(line.split()[1]) for line in text.splitlines()
                    if line.startswith(name + ' '))

    def fill_the_pipe(self):
        """More lines than the pipe and the queue hold."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port)
        for _ in range(LINES_BEFORE_FULL):
            connection.request('GET', '/-/healthy')
            connection.getresponse().read()
        connection.close()
        wait_until(lambda: self.value('reinfer_exporter_log_lines_dropped_total'),
                   what='lines to be dropped')

    def test_probing_http_and_reloads_go_on_and_the_reader_learns_of_it(self):
        """And once somebody reads, a line says how many lines are missing."""
        self.fill_the_pipe()
        before = self.simulator.requests_to()
        wait_until(self.simulator.requests_to, lambda seen: seen >= before + SLOTS, 'more probes')
        self.assertEqual(fetch(self.port, '/-/reload', 'POST')[0], 200)
        self.assertEqual(self.value('reinfer_exporter_config_last_reload_successful'), 1)
        text = b''
        while b'event="log lines were dropped"' not in text:
            text += os.read(self.reader, 65536)
        self.assertIsNone(self.process.poll())

    def test_sigterm_is_obeyed(self):
        """Though the line about it reaches nobody."""
        self.fill_the_pipe()
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(60), 0)


class StopTest(unittest.TestCase):
    """SIGTERM in the middle of everything."""

    def setUp(self):
        self.folder = temporary_folder(self)
        self.simulator = Simulator(self, self.folder)

    def serve(self, *tenants, flags=(), **keys):
        """An exporter on these tenants."""
        config = write_config(self.folder, *tenants, **{**LONG, **keys})
        return Exporter(self, self.folder, config, self.simulator.token,
                        flags=flags).await_serving()

    def stop(self, exporter):
        """SIGTERM ends it in order."""
        exporter.signal(signal.SIGTERM)
        self.assertEqual(exporter.wait(), 0, exporter.stderr())
        self.assertIn('event=stopped', exporter.stderr())

    def await_requests(self, count):
        """Until the platform has got so many."""
        wait_until(self.simulator.requests_to, lambda seen: seen >= count, 'a request')

    def test_while_probes_are_in_flight(self):
        """Of a platform that never answers."""
        self.simulator.set_fault('never_answer')
        exporter = self.serve(tenant('acme', self.simulator), **SHORT)
        self.await_requests(1)
        self.stop(exporter)

    def test_while_a_probe_on_demand_is_under_way(self):
        """Its client gets an answer."""
        probes = [{**DATASET, 'name': 'asked'}]
        exporter = self.serve(tenant('acme', self.simulator, probes=probes))
        self.simulator.set_fault('never_answer')
        before = self.simulator.requests_to()
        statuses = []

        def ask():
            statuses.append(exporter.get('/probe?tenant=acme&probe=asked')[0])

        clients = [threading.Thread(target=ask) for _ in range(3)]
        for client in clients:
            client.start()
        self.await_requests(before + 1)
        # Theirs, and that of the scrape.
        exporter.scrape_when(lambda now: now.value('reinfer_exporter_http_connections') >= 4,
                             'all clients to be connected')
        self.stop(exporter)
        for client in clients:
            client.join()
        self.assertEqual(statuses, [503] * 3)

    def test_while_a_client_takes_its_scrape_slowly(self):
        """It has not read a byte."""
        probes = [{**DATASET, 'name': f'p{i}'} for i in range(200)]
        exporter = self.serve(tenant('acme', self.simulator, probes=probes))
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(('127.0.0.1', exporter.port))
            client.sendall(b'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
            wait_until(lambda: client.recv(1, socket.MSG_PEEK), what='the reply to begin')
            self.stop(exporter)

    def test_while_a_client_says_nothing(self):
        """And one that is in the middle of its request."""
        exporter = self.serve(tenant('acme', self.simulator))
        with socket.create_connection(('127.0.0.1', exporter.port)), \
                socket.create_connection(('127.0.0.1', exporter.port)) as half:
            half.sendall(b'GET /metrics HTT')
            self.stop(exporter)

    def test_while_a_token_command_hangs(self):
        """It is killed, and the processes that it has started."""
        program = self.folder / 'hang'
        program.write_text(f'#!/bin/sh\nif [ -e {self.folder}/once ]; then\n'
                           f'  sleep 1000 & echo $! > {self.folder}/child; wait\nfi\n'
                           f'touch {self.folder}/once; echo {self.simulator.token}\n')
        program.chmod(0o755)
        exporter = self.serve(without_token(tenant('acme', self.simulator,
                                                   token_command=[str(program)])), **SHORT)
        child = self.folder / 'child'
        wait_until(lambda: child.exists() and child.read_text(), what='the command to hang')
        self.stop(exporter)
        wait_until(lambda: not self.runs(int(child.read_text())), what='its child to end')

    @staticmethod
    def runs(process):
        """Whether a process is alive, zombies aside."""
        with contextlib.suppress(OSError), open(f'/proc/{process}/stat', encoding='ascii') as stat:
            return stat.read().rsplit(')', 1)[1].split()[0] != 'Z'
        return False

    def test_at_any_moment_of_the_start(self):
        """Before it serves, the signal may end it without a word."""
        config = write_config(self.folder, tenant('acme', self.simulator))
        for attempt in range(20):
            exporter = Exporter(self, self.folder, config, self.simulator.token,
                                name=f'start{attempt}')
            threading.Event().wait(attempt * 0.003)
            exporter.signal(signal.SIGTERM)
            self.assertIn(exporter.wait(), (0, -signal.SIGTERM), exporter.stderr())


class RefusedStartTest(unittest.TestCase):
    """What the exporter cannot have, it says, and does not start."""

    def setUp(self):
        self.folder = temporary_folder(self)
        self.simulator = Simulator(self, self.folder)
        self.config = write_config(self.folder, tenant('acme', self.simulator))

    def exporter(self, name, *flags, **popen):
        """One that may end at once."""
        return Exporter(self, self.folder, self.config, self.simulator.token, name=name,
                        flags=flags, **popen)

    def test_two_exporters_on_one_storage_folder(self):
        """The second is told which process holds it; after the first has gone it may."""
        flag = f'--storage.path={self.folder}/state'
        first = self.exporter('first', flag).await_serving()
        second = self.exporter('second', flag)
        self.assertEqual(second.wait(), 1)
        self.assertIn('is in use by another exporter (process ', second.stderr())
        first.signal(signal.SIGTERM)
        self.assertEqual(first.wait(), 0)
        self.exporter('third', flag).await_serving()

    def test_a_storage_path_that_is_no_folder(self):
        """Said at the start, not at the first paid probe."""
        (self.folder / 'file').write_text('')
        for path, words in ((f'{self.folder}/file', 'is not a folder'),
                            (f'{self.folder}/none/state', 'No such file or directory'),
                            ('/proc/self/fd', 'nothing can be written into the folder')):
            with self.subTest(path=path):
                exporter = self.exporter('refused', f'--storage.path={path}')
                self.assertEqual(exporter.wait(), 1)
                self.assertIn(words, exporter.stderr())
                self.assertIn(f'--storage.path={path}: ', exporter.stderr())

    @unittest.skipUnless(os.geteuid() == 0, 'needs root, to be somebody without processes')
    def test_no_threads(self):
        """A limit on the processes of the user, which does not hold for root."""
        self.folder.chmod(0o755)
        program = shutil.copy(exporter_program(), self.folder)
        exporter = self.exporter('threads', program=program, user=NOBODY, group=NOBODY,
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NPROC,
                                                                       (1, 1)))
        self.assertEqual(exporter.wait(), 1, exporter.stderr())
        self.assertIn('no thread can be started', exporter.stderr())


if __name__ == '__main__':
    unittest.main()

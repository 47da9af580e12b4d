"""`reinfer_exporter healthcheck`, which container runtimes run beside the exporter."""

import re
import signal
import unittest

from harness import (DATASET, Exporter, Process, Simulator, at_end_of, exporter_program,
                     temporary_folder, tenant, write_config)
from machine import free_port
from test_access import Secured, make_certificate

ONLY_WITH_CERTIFICATE = ('  client_auth_type: RequireAndVerifyClientCert\n'
                         '  client_ca_file: clients.crt\n')


class HealthcheckTest(unittest.TestCase):
    """Exporters that are well, secured, stuck or gone."""

    def setUp(self):
        self.folder = temporary_folder(self)

    def start(self, **how):
        """An exporter of one probe."""
        simulator = Simulator(self, self.folder)
        config = write_config(self.folder, tenant('demo', simulator, probes=[DATASET]))
        return Exporter(self, self.folder, config, simulator.token, **how).await_serving()

    def ask(self, *arguments):
        """The exit code and what was said."""
        process = Process(self.folder, 'healthcheck',
                          [exporter_program(), 'healthcheck', *arguments])
        at_end_of(self, process.end)
        code = process.wait()
        return code, process.stdout_file.read_text() + process.stderr()

    def ask_port(self, port, host='127.0.0.1'):
        """As a container does that was given an address."""
        return self.ask('--web.listen-address', f'{host}:{port}')

    def test_an_exporter_that_serves_is_healthy(self):
        """By the address that it was given, all of them, or a URL."""
        port = self.start().port
        said = f'http://127.0.0.1:{port}/-/healthy answers 200\n'
        for host in ('127.0.0.1', '', '0.0.0.0'):
            self.assertEqual(self.ask_port(port, host), (0, said))
        self.assertEqual(self.ask('--url', f'http://127.0.0.1:{port}/'), (0, said))

    def test_below_a_prefix_it_has_to_know_of_it(self):
        """As the exporter was told; a gateway's URL says it, too."""
        exporter = self.start(flags=['--web.route-prefix=/reinfer'])
        said = f'http://127.0.0.1:{exporter.port}/reinfer/-/healthy answers 200\n'
        address = f'--web.listen-address=127.0.0.1:{exporter.port}'
        self.assertEqual(self.ask(address, '--web.route-prefix=/reinfer'), (0, said))
        self.assertEqual(self.ask(address, '--web.external-url=https://ops.example.com/reinfer'),
                         (0, said))
        self.assertEqual(self.ask('--url', f'http://127.0.0.1:{exporter.port}/reinfer'), (0, said))
        self.assertEqual(self.ask(address)[0], 1)

    def test_ipv6_is_asked_where_it_is_served(self):
        """In brackets."""
        port = self.start(address='[::1]:0').port
        self.assertEqual(self.ask_port(port, '[::1]'),
                         (0, f'http://[::1]:{port}/-/healthy answers 200\n'))

    def test_tls_and_passwords_need_no_options(self):
        """The certificate is not checked, the answer needs no password."""
        port = Secured(self, self.folder).exporter.port
        self.assertEqual(self.ask_port(port),
                         (0, f'https://127.0.0.1:{port}/-/healthy answers 200\n'))
        self.assertEqual(self.ask('--url', f'https://127.0.0.1:{port}')[0], 0)
        self.assertEqual(self.ask('--url', f'http://127.0.0.1:{port}'),
                         (1, f'http://127.0.0.1:{port}/-/healthy answers 400\n'))

    def test_one_that_wants_a_certificate_is_alive(self):
        """In both versions of TLS."""
        make_certificate(self.folder, 'clients')
        for version in ('', '  max_version: TLS12\n'):
            with self.subTest(version=version):
                port = Secured(self, self.folder,
                               more='\n' + ONLY_WITH_CERTIFICATE + version).exporter.port
                code, said = self.ask_port(port)
                self.assertEqual((code, said), (
                    0, f'https://127.0.0.1:{port}/-/healthy takes certificates of clients alone, '
                    'so it is alive\n'))

    def test_nobody_there_is_not_healthy(self):
        """A port without a server."""
        port = free_port()
        self.assertEqual(self.ask_port(port),
                         (1, f'http://127.0.0.1:{port}/-/healthy: no connection\n'))

    def test_one_that_answers_something_else_is_not_healthy(self):
        """Under a path that it does not have."""
        port = self.start().port
        code, said = self.ask('--url', f'http://127.0.0.1:{port}/elsewhere')
        self.assertEqual((code, said),
                         (1, f'http://127.0.0.1:{port}/elsewhere/-/healthy answers 404\n'))

    def test_one_that_is_stuck_is_not_healthy(self):
        """It ends by itself."""
        exporter = self.start()
        exporter.signal(signal.SIGSTOP)
        code, said = self.ask_port(exporter.port)
        exporter.signal(signal.SIGCONT)
        self.assertEqual(code, 1)
        self.assertRegex(said, re.compile('has not answered within 5 s|gives no answer'))

    def test_what_cannot_be_asked_is_told(self):
        """Exit code 2, as for every wrong command line."""
        for arguments, words in (
                (('--web.listen-address', ':0'), '--web.listen-address: the port is 0'),
                (('--url', 'localhost'), '--url: '),
                (('--url', 'http://localhost/?a=b'), '--url: has a query, allowed: '),
                (('--url', 'ftp://localhost'), '--url: ')):
            with self.subTest(arguments=arguments):
                code, said = self.ask(*arguments)
                self.assertEqual(code, 2)
                self.assertTrue(said.startswith(words), said)


if __name__ == '__main__':
    unittest.main()

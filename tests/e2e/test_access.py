"""Who may ask: TLS and passwords with a real Prometheus, sockets from systemd, hostile clients."""

import base64
import http.client
import json
import resource
import shutil
import socket
import ssl
import subprocess
import threading
import unittest

from exposition import parse
from harness import (DATASET, PATIENCE, REPLY_PATIENCE, ROOT, TOKEN_VARIABLE, Exporter, Process,
                     Prometheus, Simulator, at_end_of, exporter_environment, exporter_program,
                     fetch, temporary_folder, tenant, wait_until, write_config)
from machine import BUSY_MACHINE, BUSY_TENANT, free_port, realtime_is_allowed

SAMPLE = ROOT / 'config' / 'web.yml'
USER, PASSWORD = 'prometheus', 'change me'
BEARER = 'a-bearer-token-for-the-api'
PROBES = 10
IDLE_CLIENTS = 1000
SLOTS_OF_A_PHASE = 10 * PROBES
# Of a hundred probes, 99 start sooner than that after their slot: an edge of the histogram's. The
# clients keep two cores busy, so that some probes start later than on a quiet machine, whoever is
# attacked; those of real time do not.
LAG_P99_MAX = 0.005
REALTIME_LAG_P99_MAX = 0.001
# The machine has other things to do, too.
ATTEMPTS = 3
CLIENTS_MAY_HAVE_CERTIFICATES = ('  client_auth_type: VerifyClientCertIfGiven\n'
                                 '  client_ca_file: clients.crt\n')


def make_certificate(folder, name, *extensions):
    """A certificate that signs itself, and its key, for localhost."""
    arguments = ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', f'/CN={name}',
                 '-keyout', str(folder / f'{name}.key'), '-out', str(folder / f'{name}.crt'),
                 '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    for extension in extensions:
        arguments += ['-addext', extension]
    subprocess.run(arguments, check=True, capture_output=True, timeout=PATIENCE)


def check_web_config(path):
    """What promtool thinks of a web configuration: exit code and output."""
    ended = subprocess.run(['promtool', 'check', 'web-config', str(path)], capture_output=True,
                           text=True, timeout=PATIENCE, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def basic(user, password):
    """An Authorization header."""
    return 'Basic ' + base64.b64encode(f'{user}:{password}'.encode()).decode()


class Secured:
    """An exporter behind TLS and a password, as the shipped sample has it."""

    def __init__(self, owner, folder, probes=(DATASET,), more='', flags=()):
        self.folder = folder
        make_certificate(folder, 'web')
        self.web_config = folder / 'web.yml'
        head, tail = SAMPLE.read_text().split('\nhttp_server', 1)
        self.web_config.write_text(f'{head}{more}\nhttp_server{tail}')
        tokens = folder / 'tokens'
        tokens.write_text(BEARER + '\n')
        simulator = Simulator(owner, folder)
        config = write_config(folder, tenant('demo', simulator, probes=probes), interval='1s',
                              timeout='900ms', resolve_timeout='900ms', connect_timeout='900ms',
                              tls_timeout='900ms')
        self.exporter = Exporter(owner, folder, config, simulator.token, flags=[
            '--web.config.file', str(self.web_config), '--web.bearer-token-file', str(tokens),
            *flags])
        self.exporter.await_serving()
        self.context = ssl.create_default_context(cafile=str(folder / 'web.crt'))

    def get(self, path, authorization=None, context=None):
        """One request over TLS: status and body."""
        connection = http.client.HTTPSConnection('127.0.0.1', self.exporter.port,
                                                 timeout=REPLY_PATIENCE,
                                                 context=context or self.context)
        try:
            connection.request('GET', path, headers={'Authorization': authorization}
                               if authorization else {})
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def scrape(self):
        """/metrics, as somebody who may."""
        status, body = self.get('/metrics', basic(USER, PASSWORD))
        if status != 200:
            raise AssertionError(f'/metrics answered {status}')
        return parse(body.decode())


class AccessTest(unittest.TestCase):
    """The sample configuration in use."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.secured = Secured(cls, cls.folder)

    def test_promtool_accepts_the_sample(self):
        """What ships is a file of the exporter-toolkit."""
        code, output = check_web_config(self.secured.web_config)
        self.assertEqual(code, 0, output)

    def test_what_promtool_refuses_is_refused(self):
        """For some mistakes that both know."""
        for line in ('basic_auth_users: {a: b}', 'http_server_config: {headers: {X-Other: a}}',
                     'unknown: 1', 'tls_server_config: {cert_file: web.crt}',
                     'tls_server_config: {min_version: TLS99}'):
            with self.subTest(line=line):
                bad = self.folder / 'bad.yml'
                bad.write_text(line + '\n')
                self.assertNotEqual(check_web_config(bad)[0], 0)
                process = Exporter(self, self.folder, self.folder / 'exporter.toml',
                                   token='unused', name='refused',
                                   flags=['--web.config.file', str(bad)])
                self.assertEqual(process.wait(), 2)
                self.assertIn('bad.yml:1:', process.stderr())
                self.assertFalse(process.ever_served())

    def test_prometheus_scrapes_with_password_and_with_token(self):
        """Both ways, over TLS."""
        ca_file = str(self.folder / 'web.crt')
        jobs = [{'job_name': name, 'scheme': 'https', 'tls_config': {'ca_file': ca_file}, **how,
                 'static_configs': [{'targets': [f'127.0.0.1:{self.secured.exporter.port}']}]}
                for name, how in (
                    ('password', {'basic_auth': {'username': USER, 'password': PASSWORD}}),
                    ('token', {'authorization': {'credentials': BEARER}}),
                    ('stranger', {'basic_auth': {'username': USER, 'password': 'guessed'}}))]
        prometheus = Prometheus(self, self.folder, self.secured.exporter.port, jobs)
        prometheus.await_ready()
        for job, up in (('password', 1), ('token', 1), ('stranger', 0)):
            wait_until(lambda job=job: prometheus.value(f'up{{job="{job}"}}'),
                       lambda value, up=up: value == up, f'{job} to be {up}')
        wait_until(lambda: prometheus.value(
            'reinfer_exporter_http_rejected_total{reason="unauthorized", job="token"}'), bool,
            'the stranger to be counted')

    def test_only_the_health_check_is_open(self):
        """Nothing is told to strangers."""
        self.assertEqual(self.secured.get('/-/healthy')[0], 200)
        for path in ('/', '/metrics', '/-/ready', '/api/v1/status', '/nowhere'):
            with self.subTest(path=path):
                self.assertEqual(self.secured.get(path)[0], 401)
                self.assertEqual(self.secured.get(path, basic(USER, 'guessed'))[0], 401)
        self.assertEqual(self.secured.get('/metrics', 'Bearer ' + BEARER)[0], 200)

    def test_secrets_stay_out_of_log_and_metrics(self):
        """Neither a password nor a token nor a hash is shown."""
        self.secured.get('/metrics', basic(USER, 'guessed-by-a-stranger'))
        seen = self.secured.exporter.stderr()
        _, body = self.secured.get('/metrics', basic(USER, PASSWORD))
        for secret in (BEARER, 'guessed-by-a-stranger', PASSWORD, '$2b$'):
            self.assertNotIn(secret, seen)
            self.assertNotIn(secret, body.decode())


class ActivationTest(unittest.TestCase):
    """Sockets that somebody else has opened."""

    @unittest.skipUnless(shutil.which('systemd-socket-activate'), 'systemd is not installed')
    def test_systemd_hands_over_its_sockets(self):
        """Two of them, the first client included, and nothing of it is left to children."""
        folder = temporary_folder(self)
        simulator = Simulator(self, folder)
        config = write_config(folder, tenant('demo', simulator))
        ports = free_port(), free_port()
        listens = [argument for port in ports for argument in ('-l', f'127.0.0.1:{port}')]
        process = Process(folder, 'activated', [
            'systemd-socket-activate', *listens, '-E', TOKEN_VARIABLE, exporter_program(),
            '--config.file', str(config), '--web.systemd-socket'],
            exporter_environment(simulator.token))
        at_end_of(self, process.end)
        for port in ports:
            status = wait_until(lambda port=port: fetch(port, '/-/healthy')[0],
                                what='the activated exporter')
            self.assertEqual(status, 200)
        self.assertIn(f'127.0.0.1:{ports[1]}', process.stderr())

    def test_without_sockets_it_says_so(self):
        """By hand it cannot work, and ends."""
        folder = temporary_folder(self)
        simulator = Simulator(self, folder)
        config = write_config(folder, tenant('demo', simulator))
        process = Process(folder, 'alone', [
            exporter_program(), '--config.file', str(config), '--web.systemd-socket'],
            exporter_environment(simulator.token))
        at_end_of(self, process.end)
        self.assertEqual(process.wait(), 1)
        self.assertIn('no socket was handed over', process.stderr())


def has_ipv6():
    """Whether this machine has a loopback of IPv6."""
    try:
        with socket.create_server(('::1', 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@unittest.skipUnless(has_ipv6(), 'the machine has no IPv6')
class ListenTest(unittest.TestCase):
    """Several addresses, of both families."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)
        cls.config = write_config(cls.folder, tenant('demo', cls.simulator))

    def serve(self, name, *addresses):
        """An exporter that listens there."""
        first, *others = addresses
        flags = [f'--web.listen-address={each}' for each in others]
        return Exporter(self, self.folder, self.config, self.simulator.token, name=name,
                        address=first, flags=flags).await_serving()

    def check_metrics(self, host, port):
        """What is served there is the exporter's."""
        connection = http.client.HTTPConnection(host, port, timeout=REPLY_PATIENCE)
        at_end_of(self, connection.close)
        connection.request('GET', '/metrics')
        reply = connection.getresponse()
        self.assertEqual(reply.status, 200)
        self.assertTrue(parse(reply.read().decode()).find('reinfer_exporter_build_info'))

    def test_each_address_is_served(self):
        """One of IPv6, two of IPv4, and nothing beside them."""
        ports = free_port(), free_port()
        exporter = self.serve('several', '[::1]:0', *(f'127.0.0.1:{port}' for port in ports))
        self.check_metrics('::1', exporter.port)
        for port in ports:
            self.check_metrics('127.0.0.1', port)
        with self.assertRaises(ConnectionRefusedError):
            self.check_metrics('127.0.0.1', exporter.port)
        for address in (f'[::1]:{exporter.port}', f'127.0.0.1:{ports[1]}'):
            self.assertIn(address, exporter.stderr())

    def test_all_of_ipv6_is_all_of_ipv4_too(self):
        """As programs in Go have it."""
        exporter = self.serve('all', '[::]:0')
        self.check_metrics('::1', exporter.port)
        self.check_metrics('127.0.0.1', exporter.port)

    def test_all_of_ipv6_leaves_room_for_an_address_of_ipv4(self):
        """Of the same port, in either order."""
        port = free_port()
        for addresses in ((f'[::]:{port}', f'127.0.0.1:{port}'),
                          (f'127.0.0.1:{port}', f'[::]:{port}')):
            with self.subTest(addresses=addresses):
                exporter = self.serve('beside', *addresses)
                self.check_metrics('::1', port)
                self.check_metrics('127.0.0.1', port)
                exporter.end()


class Hostile:
    """Clients that mean harm, each kind on a thread until told to stop."""

    def __init__(self, victim, folder):
        self._victim, self._folder = victim, folder
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=kind, daemon=True) for kind in (
            self._idle, self._slow, self._oversized, self._guessing, self._uncertified)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _connect(self):
        client = socket.create_connection(('127.0.0.1', self._victim.exporter.port),
                                          timeout=REPLY_PATIENCE)
        return client

    def _idle(self):
        clients = []
        while not self._stop.is_set():
            if len(clients) < IDLE_CLIENTS:
                clients.append(self._connect())
            else:
                # Those that were cut off come again.
                clients.pop(0).close()
                self._stop.wait(0.01)
        for client in clients:
            client.close()

    def _slow(self):
        clients = [self._connect() for _ in range(50)]
        while not self._stop.wait(0.05):
            for i, client in enumerate(clients):
                try:
                    client.sendall(b'\x16')
                except OSError:
                    client.close()
                    clients[i] = self._connect()
        for client in clients:
            client.close()

    def _over_tls(self, head, context=None):
        try:
            with self._connect() as plain, (context or self._victim.context).wrap_socket(
                    plain, server_hostname='localhost') as client:
                client.sendall(head)
                client.recv(4096)
        except OSError:
            pass

    def _oversized(self):
        while not self._stop.wait(0.02):
            self._over_tls(b'GET / HTTP/1.1\r\nX: ' + b'x' * 1_000_000)

    def _guessing(self):
        number = 0
        while not self._stop.is_set():
            number += 1
            head = (f'GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n'
                    f'Authorization: {basic(USER, number)}\r\n\r\n')
            self._over_tls(head.encode())

    def _uncertified(self):
        context = ssl.create_default_context(cafile=str(self._victim.folder / 'web.crt'))
        context.load_cert_chain(self._folder / 'stranger.crt', self._folder / 'stranger.key')
        while not self._stop.wait(0.02):
            self._over_tls(b'GET / HTTP/1.1\r\nHost: a\r\n\r\n', context)


class UnderAttack(unittest.TestCase):
    """An exporter, and one beside it."""

    FLAGS = ()
    # The clients are a burden to the machine, whatever they are to the exporter.
    ALONE = True

    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < IDLE_CLIENTS * 2:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        cls.folder = temporary_folder(cls)
        make_certificate(cls.folder, 'stranger')
        make_certificate(cls.folder, 'clients')
        probes = [{**DATASET, 'name': f'dataset-{i}'} for i in range(PROBES)]
        cls.secured = Secured(cls, cls.folder, probes,
                              CLIENTS_MAY_HAVE_CERTIFICATES, cls.FLAGS)
        neighbour = temporary_folder(cls)
        make_certificate(neighbour, 'clients')
        cls.neighbour = Secured(cls, neighbour, more=CLIENTS_MAY_HAVE_CERTIFICATES)

    def phase(self, done=lambda seen: True):
        """Scrapes through a phase of the grid: the first scrape and the last."""
        first = self.must_scrape()
        last = wait_until(
            self.must_scrape,
            lambda seen: seen.slots() >= first.slots() + SLOTS_OF_A_PHASE and done(seen),
            'a phase of the grid', patience=2 * PATIENCE)
        return first, last

    def must_scrape(self):
        """A scrape whose failure is not tried again, but ends the test."""
        try:
            return self.secured.scrape()
        except (OSError, http.client.HTTPException) as error:
            raise AssertionError(f'a scrape failed: {error!r}') from error

    @staticmethod
    def lag_p99(first, last):
        """The edge that 99 % of the probes started between two scrapes stayed below."""
        def counts(seen):
            return {float(bucket.labels['le']): bucket.value for bucket in
                    seen.find('reinfer_exporter_schedule_lag_seconds_bucket')}

        before, after = counts(first), counts(last)
        started = after[float('inf')] - before[float('inf')]
        return min(edge for edge in after if after[edge] - before[edge] >= 0.99 * started)

    def quiet(self):
        """The p99 of the lag without hostile clients."""
        return self.lag_p99(*self.phase())

    def beside(self):
        """The same while they attack another exporter of this machine."""
        with Hostile(self.neighbour, self.folder):
            return self.lag_p99(*self.phase())

    def attacked(self):
        """The same while they attack this one, with all that they can think of."""
        # Slow ones make room for others here before their time is up.
        reasons = {'too_many_connections', 'header_too_large', 'unauthorized', 'tls'}

        def all_turned_away(seen):
            return reasons <= set(seen.counts('reinfer_exporter_http_rejected_total', 'reason'))

        with Hostile(self.secured, self.folder):
            return self.lag_p99(*self.phase(all_turned_away))

    def compare(self, *others, at_most):
        """Starts are as punctual under attack as in the other phases, or as that, and no slot is
        skipped or fails but for the machine, which the clients and the tenant share."""
        wait_until(self.secured.scrape, lambda seen: seen.results() >= PROBES, 'probes')
        phases = [*others, self.attacked]
        seen = {phase.__name__: [] for phase in phases}
        for _ in range(ATTEMPTS):
            lags = [phase() for phase in phases]
            for phase, lag in zip(phases, lags):
                seen[phase.__name__].append(lag)
            # What else the machine does comes and goes, in any phase of any attempt.
            others = (lag for phase in phases[:-1] for lag in seen[phase.__name__])
            if min(seen[self.attacked.__name__]) <= max(at_most, *others):
                break
        else:
            self.fail(f'p99 of the lag: {seen}')
        print('p99 of the lag:', json.dumps(seen), flush=True)
        last = self.secured.scrape()
        self.assertLessEqual(set(last.skipped()), BUSY_MACHINE)
        in_flight = last.value('reinfer_exporter_probes_in_flight')
        started = last.value('reinfer_exporter_schedule_lag_seconds_count')
        self.assertEqual(last.results() + in_flight, started)
        self.assertLessEqual(set(last.outcomes()), BUSY_TENANT)


class HostileTest(UnderAttack):
    """The grid and the scrapes do not care who else is there."""

    def test_hostile_clients_leave_the_grid_untouched(self):
        """What they do to the machine aside."""
        self.compare(self.quiet, self.beside, at_most=LAG_P99_MAX)


@unittest.skipUnless(realtime_is_allowed(), 'real-time priorities are not allowed here')
class RealtimeHostileTest(UnderAttack):
    """With a real-time priority, what they do to the machine does not matter either."""

    FLAGS = ('--probe.realtime',)

    def test_hostile_clients_leave_the_grid_of_real_time_untouched(self):
        """As if they were not there."""
        self.compare(self.quiet, at_most=REALTIME_LAG_P99_MAX)
        self.assertEqual(
            self.secured.scrape().value('reinfer_exporter_realtime_probe_threads'), 1)

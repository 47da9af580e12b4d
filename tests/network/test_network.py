"""A tenant behind a bad network: whose fault a failure is, and whose time the wait was."""

import json
import os
import secrets
import struct
import subprocess
import unittest

from harness import (DATASET, Exporter, Process, Simulator, temporary_folder, tenant, wait_until,
                     write_config)
from network import (ACK, PORT, RST, SILENT, SYN, TCP, THEIRS, Network, Wire, addresses,
                     can_be_had, checksum, reset_for)

HOST = 'wrong-name.example'  # the simulator has a certificate for it
NAMED_PORT = PORT + 1
PROBES = ({**DATASET, 'name': 'one'}, {**DATASET, 'name': 'two'}, {'use': 'projects'})
NETWORK_OUTCOMES = {'ok', 'connect_timeout', 'connection_lost', 'tls_error'}
DELAY = 0.1


def set_hosts(folder, *addresses):
    """Gives HOST these addresses, in the mount namespace that run.sh has made."""
    hosts = folder / 'hosts'
    hosts.write_text(''.join(f'{address} {HOST}\n' for address in addresses))
    if not os.path.samefile(hosts, '/etc/hosts'):
        subprocess.run(['mount', '--bind', str(hosts), '/etc/hosts'], check=True)


class ResetTest(unittest.TestCase):
    """The reset that a device on the way sends."""

    def test_a_reset_answers_the_segment_and_its_sums_are_right(self):
        """A SYN is acknowledged; a reset and a packet of another protocol are not answered."""
        ends = bytes([10, 98, 0, 1, 10, 98, 0, 2])
        head = struct.pack('!BBHHHBBH', 0x45, 0, 40, 0, 0, 64, TCP, 0) + ends
        segment = struct.pack('!HHIIBBHHH', 50000, PORT, 7, 0, 5 << 4, SYN, 1000, 0, 0)
        reset = reset_for(head + segment)
        self.assertEqual((THEIRS[0], '10.98.0.1'), addresses(reset))
        source, target, _, acknowledged, _, flags = struct.unpack('!HHIIBB', reset[20:34])
        self.assertEqual((PORT, 50000, 8, RST | ACK),
                         (source, target, acknowledged, flags))
        self.assertEqual(0, checksum(reset[:20]))
        self.assertEqual(0, checksum(reset[12:20] + struct.pack('!BBH', 0, TCP, 20) + reset[20:]))
        self.assertIsNone(reset_for(reset))
        self.assertIsNone(reset_for(head[:9] + b'\x11' + head[10:] + segment))


@unittest.skipUnless(can_be_had() and os.environ.get('REINFER_OWN_NETWORK'),
                     'needs root, namespaces and TUN devices; run.sh makes them')
class BadNetworkTest(unittest.TestCase):
    """The exporter on one host, the platform on another."""

    @classmethod
    def setUpClass(cls):
        seed = int(os.environ.get('NETWORK_SEED') or secrets.randbits(32))
        print(f'NETWORK_SEED={seed}', flush=True)
        cls.network = Network(seed)
        cls.addClassCleanup(cls.network.close)
        cls.folder = temporary_folder(cls)
        at = cls.network.at_platform()
        cls.simulator = Simulator(cls, cls.folder, through=at,
                                  flags=('--listen-tls-wrong-name', '127.0.0.1:0'))
        ports = json.loads((cls.folder / 'simulator.ready').read_text())
        # The simulator listens on loopback alone; its host passes connections on to it.
        for port, name in ((PORT, 'https'), (NAMED_PORT, 'https_wrong_name')):
            proxy = Process(cls.folder, f'proxy-{name}', [
                *at, 'systemd-socket-activate', f'--listen=[::]:{port}',
                '/lib/systemd/systemd-socket-proxyd', f'127.0.0.1:{ports[name]}'])
            cls.addClassCleanup(proxy.end)
        wait_until(lambda: f':{PORT} ' in cls.listening() and f':{NAMED_PORT} ' in cls.listening(),
                   what='the platform to listen')

    @classmethod
    def listening(cls):
        """The sockets that listen on the platform's host."""
        return subprocess.run([*cls.network.at_platform(), 'ss', '-Hltn'], check=True,
                              capture_output=True, text=True).stdout

    def setUp(self):
        self.network.wire = Wire()

    def exporter(self, name, host='localhost', port=PORT, probes=PROBES, **keys):
        """An exporter that probes the platform's host; its slots are wide enough for repeats."""
        if host == 'localhost':
            keys = {'resolve': [f'localhost:{port}:{THEIRS[0]}'], **keys}
        target = tenant('far', self.simulator, probes=probes,
                        base_url=f'https://{host}:{port}/demo/production/reinfer_', **keys)
        config = write_config(self.folder, target, name=name, interval='3s', timeout='2500ms',
                              connect_timeout='2s', tls_timeout='2s')
        return Exporter(self, self.folder, config, self.simulator.token,
                        name=name).await_serving()

    def wait_for_results(self, exporter, count, since=0):
        """A scrape with so many results more than `since`."""
        return exporter.scrape_when(lambda now: now.results() >= since + count, 'results')

    def test_delay_is_the_path_and_never_the_platform(self):
        """Ten times the delay: the wait grows, the server's share of it does not."""
        self.network.wire = Wire(delay=DELAY)
        now = self.wait_for_results(self.exporter('delay'), 6)
        self.assertEqual({'ok'}, set(now.outcomes()))
        count = now.total('reinfer_network_overhead_seconds_count')
        path = now.total('reinfer_network_overhead_seconds_sum') / count
        server = now.total('reinfer_server_processing_seconds_sum') / count
        self.assertGreaterEqual(path, 2 * DELAY)
        self.assertLess(server, DELAY)
        for phase in ('connect', 'tls', 'wait'):
            samples = now.total('reinfer_probe_phase_samples_total', phase=phase)
            seconds = now.total('reinfer_probe_phase_seconds_total', phase=phase)
            self.assertGreaterEqual(seconds / samples, 2 * DELAY, phase)
        for sample in now.find('reinfer_tcp_rtt_seconds'):
            self.assertGreaterEqual(sample.value, 2 * DELAY)

    def test_jitter_that_turns_packets_round_harms_no_probe(self):
        """Packets that overtake each other are put in order by TCP."""
        self.network.wire = Wire(delay=0.01, jitter=0.05)
        now = self.wait_for_results(self.exporter('jitter'), 9)
        self.assertEqual({'ok'}, set(now.outcomes()))

    def test_loss_is_seen_as_retransmits_and_blamed_on_the_network(self):
        """One packet of twelve is lost."""
        self.network.wire = Wire(delay=0.005, loss=0.08)
        exporter = self.exporter('loss')
        now = exporter.scrape_when(
            lambda now: now.results() >= 9 and now.total('reinfer_tcp_retransmits_total') > 0,
            'retransmits')
        self.assertLessEqual(set(now.outcomes()), NETWORK_OUTCOMES | {'response_timeout'})
        self.assertGreater(now.outcomes().get('ok', 0), 0)

    def test_a_black_hole_is_the_networks_for_fresh_and_for_kept_connections(self):
        """Nothing comes back: for the kept connection, not even an acknowledgement."""
        fresh = self.exporter('fresh', probes=PROBES[:1])
        kept = self.exporter('kept', probes=PROBES[:1], connection='reuse')
        self.wait_for_results(fresh, 1)
        self.wait_for_results(kept, 2)
        self.network.wire = Wire(silent=frozenset(THEIRS))
        for exporter, first in ((fresh, 'connect_timeout'), (kept, 'connection_lost')):
            now = exporter.scrape_when(lambda now, first=first: first in now.outcomes(), first)
            # One request may have been acknowledged before: then only the reply is missing.
            self.assertLessEqual(now.outcomes().get('response_timeout', 0), 1)
        self.network.wire = Wire()
        for exporter in (fresh, kept):
            good = exporter.scrape().outcomes().get('ok', 0)
            exporter.scrape_when(lambda now, good=good: now.outcomes().get('ok', 0) > good,
                                 'a good probe again')
        data = json.loads(kept.get('/api/v1/targets/far/one')[2])['data']
        failure = data['evidence']['failures'][-1]
        self.assertIn('no acknowledgement', failure['message'])
        self.assertGreater(failure['tcp']['retransmits'], 0)

    def test_packets_too_large_for_the_way_are_the_networks_fault(self):
        """The handshake begins, and the server's certificates never arrive."""
        self.network.wire = Wire(bytes_max=500)
        now = self.wait_for_results(self.exporter('large'), 3)
        self.assertEqual({'tls_error'}, set(now.outcomes()))

    def test_a_reset_on_the_way_is_the_networks_fault(self):
        """A firewall answers in the platform's place."""
        exporter = self.exporter('reset', connection='reuse')
        good = self.wait_for_results(exporter, 6).results()
        self.network.wire = Wire(resets=True)
        now = self.wait_for_results(exporter, 6, since=good)
        self.assertLessEqual(set(now.outcomes()), {'ok', 'connect_error', 'connection_lost'})
        self.assertGreater(now.outcomes().get('connect_error', 0), 0)

    def test_a_broken_family_or_address_gives_way_to_one_that_answers(self):
        """IPv6 silent beside IPv4, the other way round, and one silent IPv4 address of two."""
        for name, names, silent in (('v4', (THEIRS[1], THEIRS[0]), THEIRS[1:]),
                                    ('v6', THEIRS, THEIRS[:1]),
                                    ('next', (SILENT, THEIRS[0]), (SILENT,))):
            with self.subTest(name):
                self.network.wire = Wire(silent=frozenset(silent))
                set_hosts(self.folder, *names)
                exporter = self.exporter(name, HOST, NAMED_PORT)
                now = self.wait_for_results(exporter, 3)
                self.assertEqual({'ok'}, set(now.outcomes()))
                exporter.end()

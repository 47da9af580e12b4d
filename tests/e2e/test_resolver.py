"""A name server that never answers costs its own probes and nobody else's."""

import os
import shutil
import socket
import struct
import subprocess
import threading
import unittest

from harness import (Exporter, Simulator, exporter_program, temporary_folder, tenant, write_config)
from machine import BUSY_MACHINE

SILENT_ADDRESS = '127.0.0.9'
FLAPPING_ADDRESS = '127.0.0.10'
# Those that the exporter allows, and a turn of lookups begun meanwhile.
THREADS_MAX = 192 + 60
HANGING = {'use': 'projects', 'name': 'hanging', 'interval': '2s'}


def may_change_the_resolver():
    """Whether a mount namespace with a resolv.conf of our own can be had."""
    if os.geteuid() != 0 or not shutil.which('unshare') or not os.path.exists('/etc/resolv.conf'):
        return False
    # Containers and chroots may forbid it all the same.
    attempt = ['unshare', '-m', 'mount', '--bind', '/etc/resolv.conf', '/etc/resolv.conf']
    return subprocess.run(attempt, check=False, capture_output=True).returncode == 0


def name_server(owner, address):
    """A socket in the place of a name server."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    owner.addClassCleanup(server.close)
    try:
        server.bind((address, 53))
    except OSError as error:
        raise unittest.SkipTest(f'port 53 of {address} is taken: {error}')
    return server


def exporter_that_asks(folder, address):
    """A program that runs the exporter with that name server."""
    resolv_conf = folder / 'resolv.conf'
    resolv_conf.write_text(f'nameserver {address}\n')
    wrapper = folder / 'exporter'
    text = (f'#!/bin/sh\nexec unshare -m sh -c \'mount --bind {resolv_conf} /etc/resolv.conf '
            f'&& exec {exporter_program()} "$@"\' sh "$@"\n')
    # By another process: a program that another test starts meanwhile would inherit our
    # descriptor, and nobody may run a file that somebody may write.
    subprocess.run(['sh', '-c', 'cat > "$1" && chmod 755 "$1"', 'sh', wrapper],
                   input=text, text=True, check=True)
    return wrapper


@unittest.skipUnless(may_change_the_resolver(), 'needs root and mounts, for a name server')
class SilentResolverTest(unittest.TestCase):
    """The exporter runs with a name server that takes questions and keeps them."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)
        cls.server = name_server(cls, SILENT_ADDRESS)
        cls.wrapper = exporter_that_asks(cls.folder, SILENT_ADDRESS)

    def test_lookups_under_way_are_bounded(self):
        """Each gives up in time, and its thread asks on for ten seconds."""
        probes = [{'use': 'projects', 'name': f'p{i}'} for i in range(60)]
        hanging = tenant('hanging', self.simulator, probes=probes,
                         base_url='https://hanging.reinfer.io')
        config = write_config(self.folder, hanging, tenant('well', self.simulator), name='many',
                              interval='1s', timeout='900ms', resolve_timeout='500ms',
                              connect_timeout='900ms', tls_timeout='900ms')
        exporter = Exporter(self, self.folder, config, self.simulator.token, name='many',
                            program=self.wrapper).await_serving()
        threads = []

        def refused(now):
            threads.append(len(exporter.policies()))
            return now.value('reinfer_probe_results_total', tenant='hanging', probe='p0',
                             outcome='monitor_error') and \
                now.value('reinfer_exporter_dropped_total', what='name_lookups')

        seen = exporter.scrape_when(refused, 'lookups to be refused')
        self.assertLess(max(threads), THREADS_MAX)
        self.assertEqual(seen.results(tenant='well', outcome='ok'), seen.results(tenant='well'))
        self.assertIn('too many name lookups are under way', exporter.stderr())

    def test_other_probes_keep_their_grid(self):
        """Giving up on a name does not wait for the resolver."""
        hanging = tenant('hanging', self.simulator, probes=[HANGING],
                         base_url='https://hanging.reinfer.io')
        config = write_config(self.folder, hanging, tenant('well', self.simulator),
                              interval='2s', timeout='1500ms')
        exporter = Exporter(self, self.folder, config, self.simulator.token, name='resolver',
                            program=self.wrapper).await_serving()
        seen = exporter.scrape_when(
            lambda now: now.value('reinfer_probe_results_total', tenant='hanging',
                                  outcome='dns_error') >= 4, 'four names given up')
        self.assertEqual(seen.value('reinfer_probe_results_total', tenant='hanging',
                                    outcome='dns_error'),
                         seen.total('reinfer_probe_results_total', tenant='hanging'))
        self.assertEqual(seen.total('reinfer_probe_skipped_total'), 0)
        self.assertGreaterEqual(seen.value('reinfer_probe_results_total', tenant='well',
                                           outcome='ok'), 3)


class FlappingNames(threading.Thread):
    """Answers each question differently: one address, no such name, fifty addresses, 0.0.0.0."""

    KINDS = ('one', 'none', 'fifty', 'zero')

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.asked = server, []

    def run(self):
        while True:
            try:
                question, client = self.server.recvfrom(512)
            except OSError:
                return
            self.server.sendto(self.answer(question), client)

    def answer(self, question):
        """RFC 1035, section 4: the question again, and addresses for its name."""
        end = question.index(b'\0', 12) + 5
        addresses, code = [], 0
        if question[end - 4:end] == b'\0\1\0\1':
            kind = self.KINDS[len(self.asked) % len(self.KINDS)]
            self.asked.append(kind)
            code = 3 if kind == 'none' else 0
            addresses = {'one': ['127.0.0.1'], 'none': [], 'zero': ['0.0.0.0'],
                         'fifty': [f'127.0.0.{50 - i}' for i in range(50)]}[kind]
        records = b''.join(b'\xc0\x0c\0\1\0\1\0\0\0\0\0\4' + socket.inet_aton(address)
                           for address in addresses)
        counts = struct.pack('>4H', 1, len(addresses), 0, 0)
        return question[:2] + struct.pack('>H', 0x8180 | code) + counts + question[12:end] + records


@unittest.skipUnless(may_change_the_resolver(), 'needs root and mounts, for a name server')
class FlappingResolverTest(unittest.TestCase):
    """The exporter runs with a name server that changes its mind with each question."""

    def test_a_name_that_flaps_costs_its_own_probes_alone(self):
        """Whatever address is reached shows a certificate of another name: a tls_error."""
        folder = temporary_folder(self)
        simulator = Simulator(self, folder)
        names = FlappingNames(name_server(type(self), FLAPPING_ADDRESS))
        names.start()
        port = simulator.base_url().split(':')[2].split('/')[0]
        flapping = tenant('flapping', simulator, probes=[{'use': 'projects'}],
                          base_url=f'https://flapping.example:{port}/demo/production/reinfer_')
        config = write_config(folder, flapping, tenant('well', simulator), interval='1s',
                              timeout='900ms', resolve_timeout='500ms', connect_timeout='900ms',
                              tls_timeout='900ms')
        exporter = Exporter(self, folder, config, simulator.token, name='flapping',
                            program=exporter_that_asks(folder, FLAPPING_ADDRESS)).await_serving()

        def each_kind_twice(now):
            return now.results(tenant='flapping', outcome='dns_error') >= 2 and \
                now.results(tenant='flapping', outcome='tls_error') >= 6

        seen = exporter.scrape_when(each_kind_twice, 'each answer twice')
        self.assertEqual(seen.results(tenant='flapping'),
                         seen.results(tenant='flapping', outcome='dns_error')
                         + seen.results(tenant='flapping', outcome='tls_error'))
        self.assertEqual(set(names.asked), set(names.KINDS))
        self.assertEqual(seen.results(tenant='well', outcome='ok'), seen.results(tenant='well'))
        self.assertEqual(set(seen.skipped()) - BUSY_MACHINE, set())


if __name__ == '__main__':
    unittest.main()

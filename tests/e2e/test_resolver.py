"""A name server that never answers costs its own probes and nobody else's."""

import os
import shutil
import socket
import subprocess
import unittest

from harness import (Exporter, Simulator, exporter_program, temporary_folder, tenant, write_config)

SILENT_ADDRESS = '127.0.0.9'
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


@unittest.skipUnless(may_change_the_resolver(), 'needs root and mounts, for a name server')
class SilentResolverTest(unittest.TestCase):
    """The exporter runs with a name server that takes questions and keeps them."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)
        cls.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        cls.addClassCleanup(cls.server.close)
        try:
            cls.server.bind((SILENT_ADDRESS, 53))
        except OSError as error:
            raise unittest.SkipTest(f'port 53 of {SILENT_ADDRESS} is taken: {error}')
        resolv_conf = cls.folder / 'resolv.conf'
        resolv_conf.write_text(f'nameserver {SILENT_ADDRESS}\n')
        cls.wrapper = cls.folder / 'exporter'
        text = (f'#!/bin/sh\nexec unshare -m sh -c \'mount --bind {resolv_conf} /etc/resolv.conf '
                f'&& exec {exporter_program()} "$@"\' sh "$@"\n')
        # By another process: a program that another test starts meanwhile would inherit our
        # descriptor, and nobody may run a file that somebody may write.
        subprocess.run(['sh', '-c', 'cat > "$1" && chmod 755 "$1"', 'sh', cls.wrapper],
                       input=text, text=True, check=True)

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
                             outcome='monitor_error')

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


if __name__ == '__main__':
    unittest.main()

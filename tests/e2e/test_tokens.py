"""Tenants that share a token, and where tokens come from."""

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import threading
import unittest

from harness import (PATIENCE, TOKEN_VARIABLE, Exporter, Simulator, clean_environment,
                     exporter_program, fetch, make_token, temporary_folder, tenant,
                     wait_until, write_config)

PROJECTS = {'use': 'projects', 'interval': '1s', 'timeout': '900ms'}
CLIENT = 'simulated-client'
CLIENT_SECRET = 'simulated-secret'
DAY = ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')


class SharedTokenTest(unittest.TestCase):
    """One token for several tenants."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)

    def fetches(self):
        """How many tokens the clients of an organisation asked for."""
        return sum(sum(counts.values()) for path, counts in
                   self.simulator.requests()['by_path'].items() if 'connect/token' in path)

    def test_one_client_of_many_tenants_fetches_once_whatever_the_threads(self):
        """A second fetch may end the first one's token."""
        origin = self.simulator.base_url().split('/demo/')[0]
        (self.folder / 'secret').write_text(CLIENT_SECRET)
        client = {'token_url': f'{origin}/demo/identity_/connect/token', 'client_id': CLIENT,
                  'client_secret_file': str(self.folder / 'secret')}
        lines = []
        for i in range(8):
            text = tenant(f't{i}', self.simulator, of=f'demo/t{i}', probes=[PROJECTS], oauth=client)
            lines.append(text.replace(f'token_env = "{TOKEN_VARIABLE}"\n', ''))
        config = write_config(self.folder, *lines, name='client')
        for threads in (1, 4, 8):
            with self.subTest(threads=threads):
                before = self.fetches()
                exporter = Exporter(self, self.folder, config, name=f'client-{threads}',
                                    flags=[f'--probe.threads={threads}']).await_serving()
                exporter.scrape_when(
                    lambda seen: all(seen.value('reinfer_probe_results_total', tenant=f't{i}',
                                                outcome='ok') >= 2 for i in range(8)),
                    'two good results of each tenant')
                exporter.end()
                self.assertEqual(self.fetches() - before, 1)

    def test_a_tenant_that_is_refused_does_not_drag_its_siblings_along(self):
        """Each has its own verdict, and the two are told to contradict each other."""
        config = write_config(
            self.folder, tenant('production', self.simulator, probes=[PROJECTS]),
            tenant('sandbox', self.simulator, of='demo/sandbox', probes=[PROJECTS]),
            name='siblings')
        self.simulator.set_fault('permission_401', 'demo/sandbox')
        exporter = Exporter(self, self.folder, config, self.simulator.token,
                            name='siblings').await_serving()
        told = ('accepted by production, refused by sandbox: a permission or a tenant, not the '
                'token')
        for path in ('/', '/api/v1/status'):
            wait_until(lambda path=path: told in exporter.get(path)[2].decode(), what=path)
        seen = exporter.scrape_when(
            lambda now: now.value('reinfer_probe_results_total', tenant='production',
                                  outcome='ok') >= 6, 'six good results')
        self.assertEqual(seen.value('reinfer_token_accepted', tenant='production'), 1)
        self.assertEqual(seen.value('reinfer_token_accepted', tenant='sandbox'), 0)
        self.assertEqual(seen.value('reinfer_probe_skipped_total', tenant='production',
                                    probe='projects', reason='credentials'), 0)
        self.assertEqual(exporter.get('/probe?tenant=production&probe=projects')[0], 200)
        wait_until(lambda: 'accepted_by=production refused_by=sandbox' in exporter.stderr(),
                   what='the log to say it')


class TokenCommandTest(unittest.TestCase):
    """A program of one's own prints the token."""

    def test_a_relative_path_is_not_looked_for_in_the_search_path(self):
        """Though the configuration lies in the folder where the program runs."""
        folder = temporary_folder(self)
        simulator = Simulator(self, folder)
        for place, token in ((folder / 'elsewhere', make_token()), (folder, simulator.token)):
            place.mkdir(exist_ok=True)
            program = place / 'print-token'
            program.write_text(f'#!/bin/sh\necho {token}\n')
            program.chmod(0o755)
        text = tenant('acme', simulator, token_command=['./print-token'])
        write_config(folder, text.replace(f'token_env = "{TOKEN_VARIABLE}"\n', ''), name='command')
        environment = clean_environment()
        environment['PATH'] = f'{folder / "elsewhere"}:{environment["PATH"]}'
        done = subprocess.run([exporter_program(), 'probe', '--config.file=command.toml'],
                              cwd=folder, env=environment, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class StopDuringReloadTest(unittest.TestCase):
    """New token commands hang while the configuration is reloaded."""

    def test_sigterm_does_not_wait_for_the_commands(self):
        """Ten of them would take ten seconds each; here the order to stop comes in between."""
        for way in ('SIGHUP', 'HTTP'):
            with self.subTest(way=way):
                folder = temporary_folder(self)
                simulator = Simulator(self, folder)
                config = write_config(folder, tenant('acme', simulator))
                exporter = Exporter(self, folder, config, simulator.token, name=way,
                                    flags=['--web.enable-lifecycle',
                                           '--debug.no-sandbox']).await_serving()
                program = folder / 'hang'
                program.write_text(f'#!/bin/sh\necho $$ >> {folder}/started\nexec sleep 1000\n')
                program.chmod(0o755)
                hanging = [tenant(f't{i}', simulator, token_command=[str(program), str(i)])
                           .replace(f'token_env = "{TOKEN_VARIABLE}"\n', '') for i in range(10)]
                write_config(folder, *hanging)
                if way == 'SIGHUP':
                    exporter.signal(signal.SIGHUP)
                else:
                    threading.Thread(target=self.reload, args=(exporter,), daemon=True).start()
                wait_until((folder / 'started').exists, what='the first command to hang')
                exporter.signal(signal.SIGTERM)
                self.assertEqual(exporter.wait(), 0)
                self.assertIn('event=stopped', exporter.stderr())
                self.assertEqual(len((folder / 'started').read_text().split()), 1)

    @staticmethod
    def reload(exporter):
        """Asks for it over HTTP; the answer may not come any more."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            fetch(exporter.port, '/-/reload', 'POST')


class EnvironmentProxyTest(unittest.TestCase):
    """What libcurl does not understand of no_proxy is not passed over in silence."""

    def check(self, config, **environment):
        """What `check` says with these variables."""
        return subprocess.run([exporter_program(), 'check', f'--config.file={config}'],
                              env=clean_environment(**{TOKEN_VARIABLE: 'x' * 20}, **environment),
                              capture_output=True, text=True, timeout=PATIENCE, check=False).stdout

    def test_check_names_the_hosts_that_no_proxy_does_not_exempt(self):
        """Only where the environment names a proxy that would be used."""
        folder = temporary_folder(self)
        simulator = Simulator(self, folder)
        config = write_config(folder, tenant('acme', simulator))
        doubt = 'no_proxy of the environment contains "*.example.com", which is a pattern'
        proxy = {'https_proxy': 'http://127.0.0.1:1'}
        self.assertIn(doubt, self.check(config, **proxy, no_proxy='localhost,*.example.com'))
        self.assertIn(doubt, self.check(config, **proxy, NO_PROXY='*.example.com'))
        for harmless in ({**proxy, 'no_proxy': 'localhost .example.com 10.0.0.0/8'},
                         {**proxy, 'no_proxy': '*'}, {'no_proxy': '*.example.com'}):
            with self.subTest(environment=harmless):
                self.assertNotIn('no_proxy', self.check(config, **harmless))


def may_hide_the_time_zones():
    """Whether a mount namespace without a time zone database can be had."""
    if os.geteuid() != 0 or not shutil.which('unshare') or not os.path.isdir('/usr/share/zoneinfo'):
        return False
    attempt = ['unshare', '-m', 'mount', '-t', 'tmpfs', 'none', '/usr/share/zoneinfo']
    return subprocess.run(attempt, check=False, capture_output=True).returncode == 0


@unittest.skipUnless(may_hide_the_time_zones(), 'needs root and mounts, to hide the time zones')
class BareContainerTest(unittest.TestCase):
    """There is no /usr/share/zoneinfo."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.wrapper = cls.folder / 'exporter'
        cls.wrapper.write_text(
            '#!/bin/sh\nexec unshare -m sh -c \'mount -t tmpfs none /usr/share/zoneinfo && '
            f'exec {exporter_program()} "$@"\' sh "$@"\n')
        cls.wrapper.chmod(0o755)

    def test_weekly_windows_in_utc_hold(self):
        """Every day of the week has one that lasts all day."""
        simulator = Simulator(self, self.folder)
        windows = [{'weekly': f'{day} 00:00', 'duration': '24h', 'zone': 'UTC'} for day in DAY]
        config = write_config(self.folder, tenant('acme', simulator, probes=[PROJECTS]))
        text = config.read_text().replace('[[tenant.probe]]', ''.join(
            '[[tenant.maintenance]]\n' + ''.join(f'{key} = "{value}"\n'
                                                 for key, value in window.items())
            for window in windows) + '[[tenant.probe]]', 1)
        config.write_text(text)
        exporter = Exporter(self, self.folder, config, simulator.token, name='bare',
                            program=self.wrapper).await_serving()
        exporter.scrape_when(
            lambda seen: seen.value('reinfer_tenant_in_maintenance', tenant='acme') == 1,
            'the window of today')

    def test_a_month_in_utc_is_known(self):
        """The command gets as far as the connection, which nobody answers."""
        for zone, known in (('UTC', True), ('Europe/Berlin', False)):
            with self.subTest(zone=zone):
                done = subprocess.run(
                    [self.wrapper, 'sla', '--prometheus.url=http://127.0.0.1:1',
                     f'--time-zone={zone}'], env=clean_environment(), capture_output=True,
                    text=True, timeout=PATIENCE, check=False)
                self.assertEqual('--time-zone' not in done.stderr, known, done.stderr)


if __name__ == '__main__':
    unittest.main()

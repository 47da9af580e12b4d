"""A first configuration, from what a token may see."""

import os
import socket
import unittest

from harness import (TOKEN_VARIABLE, Simulator, run_command, run_exporter, temporary_folder)

ALL = ['dataset-demo-support', 'source-demo-emails', 'stream-demo-support-triage']


class DiscoverTest(unittest.TestCase):
    """One simulated platform, whose tenants differ in what the token may do."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder, flags=(
            '--tenant-may=demo/labels=voc-readonly',
            '--tenant-may=demo/sources=sources-read,streams-read', '--tenant-may=demo/nothing='))

    def discover(self, tenant, *flags, token=None, trusted=True):
        """Runs the command for one tenant."""
        trust = [f'--ca-file={self.simulator.ca_file}'] if trusted else []
        return run_command('discover', f'--base-url={self.simulator.base_url(tenant)}',
                           f'--token-env={TOKEN_VARIABLE}', *trust, *flags,
                           token=token or self.simulator.token)

    def asked(self, tenant):
        """The last path segments that a tenant was asked for."""
        return [seen['path'].rsplit('/', 1)[1] for seen in self.simulator.requests()['last']
                if seen['path'].startswith(f'/{tenant}/')]

    def checked(self, toml, name):
        """What `check` says to what was printed."""
        path = self.folder / f'{name}.toml'
        path.write_text(toml)
        ended = run_exporter(path, 'check', token=self.simulator.token)
        self.assertEqual((ended.returncode, ended.stderr), (0, ''))
        return ended.stdout

    def test_what_is_printed_is_a_configuration_that_works(self):
        """With a probe for each kind of thing; its costs are those that `check` counts."""
        ended = self.discover('demo/production')
        self.assertEqual(ended.returncode, 0, ended.stderr)
        said = self.checked(ended.stdout, 'whole')
        for probe in ALL:
            self.assertIn(f'name = "{probe}"', ended.stdout)
        self.assertIn('10 requests/min', said)
        self.assertIn('10 requests/min', ended.stdout)
        series = said.split(' targets, ')[1].split(' of')[0]
        self.assertIn(f'5 targets, 10 requests/min,\n# {series}.', ended.stdout)
        probed = run_exporter(self.folder / 'whole.toml', 'probe', token=self.simulator.token)
        self.assertEqual(probed.returncode, 0, probed.stdout)
        self.assertNotIn('missing', ended.stdout)

    def test_a_handful_of_requests_is_sent_one_after_the_other(self):
        """Each by its name and number, as those of every probe."""
        self.discover('demo/courtesy')
        self.assertEqual(self.asked('demo/courtesy'),
                         ['nonexistent_page', 'projects', 'datasets', 'sources', 'streams'])
        last = [seen for seen in self.simulator.requests()['last']
                if seen['path'].startswith('/demo/courtesy/')]
        self.assertEqual(len({seen['x-request-id'] for seen in last}), 5)
        for seen in last:
            self.assertIn('reinfer_exporter/', seen['user-agent'])

    def test_what_the_token_may_not_see_is_said_with_the_permission(self):
        """And nothing is proposed that would fail."""
        cases = {
            'demo/labels': (['View sources (sources-read)', 'View streams (streams-read)'],
                            ALL[:1]),
            'demo/sources': (['View labels (voc-readonly)'], ALL[1:2]),
            'demo/nothing': (['View labels (voc-readonly)', 'View sources (sources-read)'], []),
        }
        for tenant, (missing, probes) in cases.items():
            with self.subTest(tenant=tenant):
                ended = self.discover(tenant)
                self.assertEqual(ended.returncode, 0, ended.stderr)
                self.checked(ended.stdout, tenant.replace('/', '-'))
                for words in missing:
                    self.assertIn(words, ended.stdout)
                    self.assertIn(words, ended.stderr)
                self.assertEqual([probe for probe in ALL if probe in ended.stdout], probes)
                self.assertNotIn('looks empty', ended.stdout)

    def test_an_empty_tenant_is_said_to_be_empty(self):
        """It gets the two probes that need no data."""
        ended = self.discover('faults/empty_list')
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn('looks empty', ended.stdout)
        self.assertIn('2 targets', self.checked(ended.stdout, 'empty'))

    def test_failures_have_the_words_of_probe_and_nothing_is_proposed(self):
        """They end it at once, and the token is in none of them."""
        cases = {
            'token': ('demo/production', {'token': 'a-wrong-token-of-somebody'},
                      'The API refused the token (401).'),
            'redirect': ('faults/redirect_portal', {}, 'The reply sends us elsewhere (3xx)'),
            'portal': ('faults/portal_html_200', {}, "Somebody else answered in the API's place"),
            'gateway': ('faults/gateway_404_html', {}, 'The gateway knows no such address'),
            'certificate': ('demo/production', {'trusted': False},
                            "The server's certificate comes from an issuer that is not known"),
        }
        for name, (tenant, keys, words) in cases.items():
            with self.subTest(name):
                ended = self.discover(tenant, **keys)
                self.assertEqual((ended.returncode, ended.stdout), (1, ''))
                self.assertIn(words, ' '.join(ended.stderr.split()))
                self.assertIn('nothing can be proposed', ended.stderr)
                for token in (self.simulator.token, 'a-wrong-token-of-somebody'):
                    self.assertNotIn(token, ended.stderr)

    def test_a_host_that_nobody_reaches_is_said_to_be_so(self):
        """As `probe` does."""
        with socket.socket() as closed:
            closed.bind(('127.0.0.1', 0))
            port = closed.getsockname()[1]
            ended = run_command('discover', f'--base-url=https://127.0.0.1:{port}/a/b/reinfer_',
                                f'--token-env={TOKEN_VARIABLE}', token='any')
        self.assertEqual((ended.returncode, ended.stdout), (1, ''))
        self.assertIn('No connection: the host refused it', ended.stderr)

    def test_retry_after_is_waited_for_once(self):
        """Whoever asks for a pause again is left alone."""
        ended = self.discover('faults/throttle=1')
        self.assertEqual((ended.returncode, ended.stdout), (1, ''))
        self.assertIn('it asks to wait for 1 s', ended.stderr)
        self.assertIn('asks us to slow down (429)', ' '.join(ended.stderr.split()))
        self.assertEqual(self.simulator.requests_to('faults/throttle=1'), 2)

    def test_a_file_that_exists_is_never_overwritten(self):
        """Nor is anybody asked for it; a link counts as a file."""
        written = self.folder / 'written.toml'
        ended = self.discover('demo/written', f'--write={written}')
        self.assertEqual((ended.returncode, ended.stdout), (0, ''))
        text = written.read_text()
        self.checked(text, 'copy')
        os.symlink('nowhere', self.folder / 'link.toml')
        for name in ('written.toml', 'link.toml'):
            before = self.simulator.requests_to('demo/again')
            ended = self.discover('demo/again', f'--write={self.folder / name}')
            self.assertEqual((ended.returncode, ended.stdout), (2, ''))
            self.assertIn(f'--write: {self.folder / name} exists already', ended.stderr)
            self.assertEqual(self.simulator.requests_to('demo/again'), before)
        self.assertEqual(written.read_text(), text)
        ended = self.discover('demo/written', f'--write={self.folder}/missing/new.toml')
        self.assertEqual(ended.returncode, 1)
        self.assertIn('new.toml cannot be made: No such file or directory', ended.stderr)

    def test_mistakes_are_said_by_option(self):
        """With what is allowed."""
        cases = {
            '--base-url: uses http': ['--base-url=http://example.com',
                                      f'--token-env={TOKEN_VARIABLE}'],
            '--token-env: the variable NOT_SET is not set': ['--base-url=https://acme.reinfer.io',
                                                             '--token-env=NOT_SET'],
            '--token-file: ': ['--base-url=https://acme.reinfer.io', '--token-file=missing'],
            '--base-url is required': [f'--token-env={TOKEN_VARIABLE}'],
            '--token-env or --token-file is required': ['--base-url=https://acme.reinfer.io'],
            '--name: ': ['--base-url=https://acme.reinfer.io', f'--token-env={TOKEN_VARIABLE}',
                         '--name=a b'],
            '--proxy-url: ': ['--base-url=https://acme.reinfer.io',
                              f'--token-env={TOKEN_VARIABLE}', '--proxy-url=x'],
        }
        for words, flags in cases.items():
            with self.subTest(words):
                ended = run_command('discover', *flags, token='any')
                self.assertEqual((ended.returncode, ended.stdout), (2, ''))
                self.assertIn(words, ended.stderr)

    def test_a_token_file_is_named_where_it_is(self):
        """Wherever the configuration will stand."""
        (self.folder / 'token').write_text(self.simulator.token)
        ended = run_command('discover', f'--base-url={self.simulator.base_url("demo/file")}',
                            f'--token-file={os.path.relpath(self.folder / "token")}',
                            f'--ca-file={os.path.relpath(self.simulator.ca_file)}')
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn(f'token_file = "{self.folder / "token"}"', ended.stdout)
        self.assertNotIn(self.simulator.token, ended.stdout + ended.stderr)
        self.checked(ended.stdout, 'file')


if __name__ == '__main__':
    unittest.main()

"""A configuration of ours from those of blackbox_exporter and Prometheus."""

import unittest

from harness import Simulator, run_command, run_exporter, temporary_folder, TOKEN_VARIABLE

BLACKBOX = """
modules:
  reinfer:
    prober: http
    timeout: 5s
    http:
      bearer_token_file: {token}
      tls_config:
        ca_file: {ca}
"""
PROMETHEUS = """
scrape_configs:
  - job_name: reinfer
    metrics_path: /probe
    params: {{module: [reinfer]}}
    static_configs:
      - targets:
          - {url}/api/v1/datasets/demo/support
          - {url}
"""


class ImportTest(unittest.TestCase):
    """What was watched by a blackbox_exporter is watched by ours."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)
        token = cls.folder / 'token'
        token.write_text(cls.simulator.token)
        cls.blackbox = cls.folder / 'blackbox.yml'
        cls.blackbox.write_text(BLACKBOX.format(token=token, ca=cls.simulator.ca_file))
        cls.prometheus = cls.folder / 'prometheus.yml'
        cls.prometheus.write_text(PROMETHEUS.format(url=cls.simulator.base_url()))

    def run_import(self, *flags, prometheus=None):
        """The command with both files."""
        return run_command('import-blackbox', f'--blackbox={self.blackbox}',
                           f'--prometheus={prometheus or self.prometheus}', *flags)

    def test_what_is_written_probes_the_tenant(self):
        """Without a hand on it, where nothing was lost."""
        made = self.folder / 'made.toml'
        ended = self.run_import(f'--write={made}')
        self.assertEqual((ended.returncode, ended.stdout), (0, ''))
        self.assertIn('1 tenant and 2 probes imported, 1 note left', ended.stderr)
        probed = run_exporter(made, 'probe')
        self.assertEqual(probed.returncode, 0, probed.stdout + probed.stderr)
        self.assertIn('demo-production/dataset', probed.stdout)
        again = self.run_import(f'--write={made}')
        self.assertEqual(again.returncode, 2)
        self.assertIn(f'--write: {made} exists already', again.stderr)
        self.assertEqual(self.run_import().stdout, made.read_text())

    def test_mistakes_are_said_by_option_and_place(self):
        """And files without a tenant are no configuration."""
        (self.folder / 'broken.yml').write_text('scrape_configs: [\n')
        (self.folder / 'other.yml').write_text('scrape_configs: []\n')
        for name, code, words in (
                ('missing.yml', 2, 'missing.yml cannot be read: No such file or directory'),
                ('broken.yml', 2, 'is not YAML'),
                ('other.yml', 1, 'none of its jobs asks for a tenant of the API')):
            with self.subTest(name):
                ended = self.run_import(prometheus=self.folder / name)
                self.assertEqual((ended.returncode, ended.stdout), (code, ''))
                self.assertIn(words, ended.stderr)
        for flags, words in (([], '--blackbox is required'),
                             (['--blackbox=a'], '--prometheus is required')):
            ended = run_command('import-blackbox', *flags, token=TOKEN_VARIABLE)
            self.assertEqual(ended.returncode, 2)
            self.assertIn(words, ended.stderr)


if __name__ == '__main__':
    unittest.main()

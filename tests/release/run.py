#!/usr/bin/env python3
"""Makes a release of the checkout as it is, twice, without packages and images (suites `deploy` and
`box` build those): what is in it, its sums, the same bytes. The last line is "N passed, N failed".
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = ('--without=deb', '--without=image')
NOBODY = ('-c', 'user.name=nobody', '-c', 'user.email=nobody@example.com')


def git(folder, *arguments):
    """What git says in the folder."""
    return subprocess.run(['git', *NOBODY, *arguments], cwd=folder, check=True,
                          capture_output=True).stdout


def commit_of_checkout(folder):
    """A repository with one commit: the checkout's files as they are now."""
    for name in git(ROOT, 'ls-files', '-z').decode().split('\0'):
        if not name or not (ROOT / name).exists():
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(['cp', '-a', '--', ROOT / name, folder / name], check=True)
    git(folder, 'init', '--quiet')
    git(folder, 'add', '--all')
    git(folder, 'commit', '--quiet', '--message', 'a release')
    return folder


def version_of(folder):
    """As CMake has it."""
    return re.search(r'(?m)^project\(\w+ VERSION ([\d.]+)',
                     (folder / 'CMakeLists.txt').read_text())[1]


class ReleaseTest(unittest.TestCase):
    """One commit, released twice."""

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix='reinfer-release-')
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        cls.commit = commit_of_checkout(cls.folder / 'commit')
        cls.version = version_of(cls.commit)
        cls.first, cls.second = (cls.release(name) for name in ('first', 'second'))

    @classmethod
    def release(cls, name):
        """The folder that it makes."""
        done = cls.run_release(f'--output={cls.folder / name}', *WITHOUT)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return cls.folder / name

    @classmethod
    def run_release(cls, *arguments):
        """The script, to its end."""
        return subprocess.run(['bash', 'deploy/release.sh', *arguments], cwd=cls.commit,
                              capture_output=True, text=True, check=False)

    def names(self, file):
        """What an archive holds."""
        with tarfile.open(self.first / file) as archive:
            return {member.name: member for member in archive}

    def test_two_releases_of_a_commit_are_the_same_bytes(self):
        """Each file."""
        for file in sorted(self.first.iterdir()):
            with self.subTest(file.name):
                self.assertEqual(file.read_bytes(), (self.second / file.name).read_bytes())

    def test_the_sums_are_those_of_all_files(self):
        """But of the two that tell of the others."""
        rows = [row.split('  ') for row in (self.first / 'SHA256SUMS').read_text().splitlines()]
        self.assertEqual({name: total for total, name in rows},
                         {file.name: hashlib.sha256(file.read_bytes()).hexdigest()
                          for file in self.first.iterdir()
                          if file.name not in ('SHA256SUMS', 'MISSING')})
        self.assertEqual(len(rows), 5)

    def test_the_sources_are_the_commit_and_nothing_else(self):
        """File by file, links as links."""
        top = f'reinfer_exporter-{self.version}'
        found = {name.removeprefix(top + '/') for name, member in
                 self.names(f'{top}.tar.gz').items() if not member.isdir()}
        self.assertEqual(found, set(git(self.commit, 'ls-files').decode().split()))

    def test_the_chart_holds_rules_and_boards_and_has_the_version(self):
        """Links are of no use where their ends are not."""
        file = f'reinfer-exporter-chart-{self.version}.tgz'
        members = self.names(file)
        self.assertTrue(all(one.isfile() or one.isdir() for one in members.values()))
        for name in ('files/rules/alerts.yml', 'files/boards/reinfer-sla.json', 'values.yaml'):
            self.assertGreater(members[f'reinfer-exporter/{name}'].size, 1000)
        with tarfile.open(self.first / file) as archive:
            chart = archive.extractfile('reinfer-exporter/Chart.yaml').read().decode()
        self.assertEqual(re.findall(r'(?m)^(?:version|appVersion): (.*)$', chart),
                         [self.version] * 2)

    def test_rules_come_with_and_without_a_hold(self):
        """For engines that do not know keep_firing_for."""
        for kind, path, held in (('rules', 'prometheus/alerts.yml', True),
                                 ('rules-without-hold', 'rules/alerts.yml', False)):
            with tarfile.open(self.first / f'reinfer-{kind}-{self.version}.tar.gz') as archive:
                text = archive.extractfile(path).read().decode()
            self.assertEqual('keep_firing_for' in text, held, kind)

    def test_what_is_not_there_is_told(self):
        """By name, with the reason."""
        said = (self.first / 'MISSING').read_text()
        for what in ('Debian packages', 'images'):
            self.assertIn(f'{what}', said)

    def test_a_change_that_no_commit_has_is_refused(self):
        """Nothing is made of it."""
        stray = self.commit / 'stray'
        stray.write_text('new\n')
        self.addCleanup(stray.unlink)
        done = self.run_release(f'--output={self.folder / "third"}', *WITHOUT)
        self.assertEqual(done.returncode, 1)
        self.assertIn('stray', done.stderr)
        self.assertFalse((self.folder / 'third').exists())


if __name__ == '__main__':
    result = unittest.main(exit=False, verbosity=2).result
    bad = len(result.failures) + len(result.errors)
    print(f'{max(result.testsRun - bad, 0)} passed, {bad} failed')
    sys.exit(1 if bad else 0)

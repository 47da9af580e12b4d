#!/usr/bin/env python3
"""Builds the Debian packages for arm64 on another processor, and runs what is in them, and the unit
tests, under qemu's emulation of single programs (qemu-user).

    tests/deploy/arm64.py [-k TEXT]

Needs root and installs what it needs. The last line is "N passed, N failed".
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'e2e')]

import harness  # noqa: E402  pylint: disable=C0413
import run as deploy  # noqa: E402  pylint: disable=C0413
from machine_root import ROOT, run  # noqa: E402  pylint: disable=C0413

OUTPUT = ROOT / 'build' / 'deb-arm64'
TREE = OUTPUT / 'build' / 'tree'
EMULATOR = 'qemu-aarch64-static'
PROGRAMS = {deploy.NAME: 'reinfer_exporter', 'reinfer-simulator': 'reinfer_simulator'}
UNIT_SECONDS_MAX = 3600
SUMMARY = re.compile(
    r'\[doctest\] test cases: +\d+ \| +(\d+) passed \| +(\d+) failed \| +(\d+) skipped')
# Unit tests that cannot pass under qemu-user, by name, each with the reason.
NO_VFORK = ('qemu-user makes an ordinary child of the one that posix_spawn shares its memory with '
            'and waits for (CLONE_VM | CLONE_VFORK), so ')
NOT_EMULATED = {
    'a token command that goes wrong says how, and nothing of what it printed':
        NO_VFORK + 'a program that is not there is exit code 127',
    'a token command that takes too long is ended':
        NO_VFORK + 'the child may not lead its group yet when the group is killed',
}

totals = {'passed': 0, 'failed': 0}


def in_root(folder, *command):
    """A command as it is run in the root that has arm64's libraries."""
    return ['env', f'HOME={os.environ["HOME"]}', 'bash', str(ROOT / 'deploy/cross_root.sh'),
            'arm64', str(folder), *map(str, command)]


class PackagesTest(unittest.TestCase):
    """Both packages, unpacked in a folder."""

    @classmethod
    def setUpClass(cls):
        print(run('bash', ROOT / 'deploy/build-deb.sh', '--arch=arm64', f'--output={OUTPUT}')[1],
              flush=True)
        cls.packages = deploy.Packages(OUTPUT)
        holder = tempfile.TemporaryDirectory(prefix='reinfer-arm64-')
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name).resolve()
        for name in PROGRAMS:
            run('dpkg-deb', '-x', cls.packages.files[name], cls.folder / 'content')

    def emulated(self, program, *arguments):
        """Runs a program of the packages; its exit code and output."""
        return run(*in_root(self.folder, EMULATOR, f'content/usr/bin/{program}', *arguments),
                   check=False)

    def test_they_are_of_arm64_and_so_are_their_programs(self):
        """With symbols in packages of their own."""
        for file in self.packages.files.values():
            self.assertEqual(run('dpkg-deb', '-f', file, 'Architecture')[1].strip(), 'arm64', file)
            self.assertTrue(file.name.endswith('_arm64.deb'), file)
        for program in PROGRAMS.values():
            header = run('readelf', '--file-header', self.folder / 'content/usr/bin' / program)[1]
            self.assertRegex(header, r'Machine: +AArch64')

    def test_lintian_finds_no_error_and_no_warning(self):
        """As of those for this processor."""
        deploy.test_lintian_finds_no_error_and_no_warning(self.packages)

    def test_programs_are_stripped_and_hardened(self):
        """As of those for this processor."""
        deploy.test_programs_are_stripped_and_hardened(self.packages, self.folder)

    def test_manual_pages_and_completions_are_those_that_the_programs_tell(self):
        """They ran while they were packed."""
        share = self.folder / 'content/usr/share'
        for page in ('reinfer_exporter', 'reinfer_exporter-check', 'reinfer_simulator'):
            self.assertGreater((share / f'man/man1/{page}.1.gz').stat().st_size, 300)
        completions = (share / 'bash-completion/completions/reinfer_exporter').read_text()
        self.assertIn('--web.listen-address', completions)

    def test_apt_takes_them_with_the_libraries_of_arm64(self):
        """What they depend on is there for that processor."""
        for name in PROGRAMS:
            run('cp', self.packages.files[name], self.folder)
        code, said = run(*in_root(
            self.folder, 'apt-get', 'install', '--simulate', '--no-install-recommends',
            *(f'./{self.packages.files[name].name}' for name in PROGRAMS)), check=False)
        self.assertEqual(code, 0, said)
        for name in PROGRAMS:
            self.assertRegex(said, rf'(?m)^Inst {name}(:arm64)? .*\[?arm64\]?')

    def test_each_says_its_version(self):
        """That of the packages."""
        version = run('dpkg-deb', '-f', self.packages.exporter, 'Version')[1].split('-')[0]
        for program in PROGRAMS.values():
            code, said = self.emulated(program, '--version')
            self.assertEqual(code, 0, said)
            self.assertIn(version, said)

    def test_the_documented_configuration_is_right(self):
        """That of the package, with a token."""
        config = f'content/usr/share/doc/{deploy.NAME}/examples/reinfer_exporter.toml'
        if not (self.folder / config).exists():
            run('gunzip', '-k', self.folder / f'{config}.gz')
        code, said = run(*in_root(
            self.folder, 'env', 'ACME_PRODUCTION_TOKEN=t', EMULATOR,
            'content/usr/bin/reinfer_exporter', 'check', f'--config.file={config}'), check=False)
        self.assertEqual(code, 0, said)
        self.assertIn('acme-production', said)

    def test_it_probes_the_simulator_and_is_scraped(self):
        """Both emulated."""
        programs = self.folder / 'src' / 'simulator'
        programs.mkdir(parents=True)
        for link, program in ((programs, 'reinfer_simulator'),
                              (programs.parent, 'reinfer_exporter')):
            (link / program).symlink_to(self.folder / 'content/usr/bin' / program)
        harness.use_build_dir(self.folder)
        through = in_root(self.folder, EMULATOR)
        simulator = harness.Simulator(self, self.folder, through=through)
        (self.folder / 'token').write_text(simulator.token + '\n')
        (self.folder / 'token').chmod(0o600)
        config = harness.write_config(
            self.folder, harness.tenant('acme', simulator, token_file=str(self.folder / 'token')),
            interval='10s', timeout='8s', connect_timeout='5s', tls_timeout='8s')
        exporter = harness.Exporter(self, self.folder, config, through=through).await_serving()

        def scrape():
            return exporter.get('/metrics')[2].decode()
        try:
            harness.wait_until(
                scrape, lambda text: re.search(r'(?m)^reinfer_probe_success\{.*\} 1$', text),
                what='a good probe')
        except AssertionError:
            print(exporter.stderr(), flush=True)
            raise
        said = exporter.stderr()
        self.assertTrue(exporter.alive(), said)
        print('but for:', *re.findall('event="(not in a sandbox[^"]*)"', said), flush=True)


class UnitTest(unittest.TestCase):
    """The unit level, beside the packages' objects."""

    def test_the_unit_level_passes(self):
        """But for what cannot under emulation, which is named."""
        script = ('cmake -DREINFER_TESTS=ON -DREINFER_TEST_LEVELS=unit . && '
                  'cmake --build . --target unit_tests')
        run(*in_root(OUTPUT / 'build', 'bash', '-c', f'cd tree/build/release && {script}'))
        for name, reason in NOT_EMULATED.items():
            print(f'left out: "{name}": {reason}', flush=True)
        without = ','.join(name.replace(',', r'\,') for name in NOT_EMULATED)
        done = subprocess.run(
            in_root(OUTPUT / 'build', EMULATOR, TREE / 'build/release/tests/unit/unit_tests',
                    f'--test-case-exclude={without}'),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=UNIT_SECONDS_MAX, check=False)
        said = done.stdout.decode(errors='replace')
        (OUTPUT / 'unit.log').write_text(said)
        found = SUMMARY.search(said)
        self.assertTrue(found, said[-3000:])
        totals['passed'] += int(found[1])
        totals['failed'] += int(found[2])
        self.assertEqual(done.returncode, 0, said[-6000:])
        self.assertEqual(int(found[3]), len(NOT_EMULATED), 'one that is left out is not there')


def main():
    """Returns the exit code."""
    if os.geteuid() != 0:
        raise SystemExit('needs root, for a root of its own')
    subprocess.run(['bash', '-c', 'source deploy/packages.sh && install_packages '
                    '"${deploy_test_packages[@]}"'], cwd=ROOT, check=True)
    result = unittest.main(exit=False, verbosity=2).result
    bad = len(result.failures) + len(result.errors)
    print(f'{max(result.testsRun - bad, 0) + totals["passed"]} passed, '
          f'{bad + totals["failed"]} failed')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())

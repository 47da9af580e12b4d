#!/usr/bin/env python3
"""Builds the Debian packages, installs them in a booted machine, and runs the service there.

    tests/deploy/run.py                                  of the release that this is
    tests/deploy/run.py --packages=FOLDER --release=trixie   packages that are built already

Needs root and installs what it needs. The last line is "N passed, N failed".
"""

import argparse
import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine_root import (ROOT, Machine, StuckThread, base_root, run,  # noqa: E402
                          wait_until)

NAME = 'prometheus-reinfer-exporter'
CONFIG = '/etc/prometheus/reinfer_exporter.toml'
TOKEN_FILE = '/etc/prometheus/reinfer-tokens/acme'
TOKEN = 'deploy-test-token'
DROP_INS = f'/etc/systemd/system/{NAME}.service.d'
STATE = f'/var/lib/private/{NAME}'
EXAMPLES = f'/usr/share/doc/{NAME}/examples'
METRICS = 'http://127.0.0.1:9877/metrics'
TENANT = '''[defaults]
interval = "2s"
timeout = "2s"
resolve_timeout = "2s"
connect_timeout = "2s"
tls_timeout = "2s"
[[tenant]]
name = "acme"
base_url = "https://localhost:9443/demo/production/reinfer_"
token_file = "${CREDENTIALS_DIRECTORY}/tokens_acme"
ca_file = "simulator.pem"
[[tenant.probe]]
use = "projects"
'''
# Tenths, as systemd-analyze takes them.
EXPOSURE_MAX = 12


class Packages:
    """The files of the packages, by name."""

    def __init__(self, folder):
        self.files = {file.name.split('_')[0]: file for file in sorted(folder.glob('*.deb'))}
        self.exporter = self.files[NAME]
        self.simulator = self.files['reinfer-simulator']

    def needs(self):
        """What they depend on, as apt takes it."""
        found = {need.strip() for file in (self.exporter, self.simulator)
                 for need in run('dpkg-deb', '-f', file, 'Depends')[1].split(',')}
        return ', '.join(sorted(found))

    def newer(self, folder):
        """The exporter's package once more, with a higher version."""
        run('dpkg-deb', '-R', self.exporter, folder / 'newer')
        control = folder / 'newer' / 'DEBIAN' / 'control'
        control.write_text(re.sub(r'(?m)^Version: .*', r'\g<0>+newer', control.read_text()))
        run('dpkg-deb', '--root-owner-group', '-b', folder / 'newer', folder / 'newer.deb')
        return folder / 'newer.deb'


def test_lintian_finds_no_error_and_no_warning(packages):
    """Of the packages, those with debug symbols included."""
    found = run('lintian', '--allow-root', '--profile=debian', '--tag-display-limit=0',
                '--fail-on=error,warning', *packages.files.values(), check=False)
    assert found[0] == 0, found[1]


def test_programs_are_stripped_and_hardened(packages, folder):
    """Their symbols are in packages of their own."""
    for name in (NAME, 'reinfer-simulator'):
        run('dpkg-deb', '-x', packages.files[name], folder / 'content')
        assert f'{name}-dbgsym' in packages.files
    for program in ('reinfer_exporter', 'reinfer_simulator'):
        path = folder / 'content/usr/bin' / program
        facts = run('readelf', '--wide', '--file-header', '--dynamic', '--sections',
                    '--program-headers', path)[1]
        assert re.search(r'Type:\s+DYN', facts), 'not position independent'
        assert 'BIND_NOW' in facts and 'GNU_RELRO' in facts, 'no full RELRO'
        assert re.search(r'GNU_STACK.* RW ', facts), 'executable stack'
        assert '.symtab' not in facts and '.debug_info' not in facts, 'not stripped'
        symbols = run('readelf', '--wide', '--dyn-syms', path)[1]
        assert '__stack_chk_fail' in symbols, 'no stack protector'


def test_an_installed_service_is_not_started_and_says_what_to_do(machine, packages):
    """It has no tenant yet."""
    for file in (packages.exporter, packages.simulator):
        run('cp', file, machine.file('/srv'))
    said = machine.call('dpkg', '-i', f'/srv/{packages.exporter.name}',
                        f'/srv/{packages.simulator.name}')[1]
    assert f'systemctl enable --now {NAME}' in said, said
    assert machine.unit(NAME, 'ActiveState') == 'inactive'
    assert machine.unit(NAME, 'UnitFileState') == 'disabled'
    assert machine.unit(f'{NAME}.socket', 'UnitFileState') == 'disabled'
    conffiles = machine.call('dpkg-query', '-W', '-f=${Conffiles}', NAME)[1]
    assert CONFIG in conffiles and f'/etc/default/{NAME}' in conffiles, conffiles
    assert machine.file('/etc/prometheus/reinfer-tokens').stat().st_mode & 0o777 == 0o700


def test_each_command_has_a_manual_page_and_is_completed(machine, folder):
    """Both are made from --help."""
    content = folder / 'content/usr'
    pages = {page.name for page in (content / 'share/man/man1').iterdir()}
    says = machine.call('reinfer_exporter', '--help')[1].lower().split('subcommands:')[1]
    commands = re.findall(r'(?m)^ {2}([a-z][a-z-]*) ', says)
    assert len(commands) >= 3, commands
    assert {f'reinfer_exporter-{command}.1.gz' for command in commands} <= pages, pages
    assert {'reinfer_exporter.1.gz', 'reinfer_simulator.1.gz'} <= pages, pages
    completion = content / 'share/bash-completion/completions/reinfer_exporter'
    for words, expected in ((['--web.ext'], '--web.external-url'), (['che'], 'check'),
                            (['sla', '--mon'], '--month')):
        script = (f'source {completion}; COMP_WORDS=(reinfer_exporter {" ".join(words)}); '
                  f'COMP_CWORD={len(words)}; _reinfer_exporter; echo "${{COMPREPLY[*]}}"')
        assert run('bash', '-c', script)[1].strip() == expected, words


def test_the_unit_is_right_and_its_exposure_low(machine):
    """By systemd's own judgement of the release."""
    for unit in (f'{NAME}.service', f'{NAME}.socket'):
        said = machine.call('systemd-analyze', 'verify', '--man=no', unit)[1]
        assert NAME not in said, said
    said = machine.call('systemd-analyze', 'security', f'--threshold={EXPOSURE_MAX}', NAME,
                        check=False)
    assert said[0] == 0, '\n'.join(line for line in said[1].splitlines()
                                   if not line.startswith('\u2713'))


def test_without_a_tenant_it_fails_with_words_and_is_not_started_again(machine):
    """Exit code 2 says that only a person can mend it."""
    assert machine.call('systemctl', 'start', NAME, check=False)[0] != 0
    wait_until(lambda: machine.unit(NAME, 'ActiveState') == 'failed', 'the failure')
    assert machine.unit(NAME, 'ExecMainStatus') == '2'
    assert machine.unit(NAME, 'NRestarts') == '0'
    said = machine.call('journalctl', '-u', NAME, '-o', 'cat')[1]
    assert 'tenant: is missing, allowed: at least one [[tenant]]' in said, said


def metric(machine, name):
    """The values of a metric's series."""
    return [float(line.rsplit(' ', 1)[1]) for line in machine.get(METRICS).splitlines()
            if re.match(rf'{re.escape(name)}[ {{]', line)]


def set_flags(machine, flags):
    """Puts flags of the service where an administrator does."""
    machine.file(f'/etc/default/{NAME}').write_text(f'ARGS="{flags}"\n')


def start_simulator(machine):
    """The tenant, on the machine itself."""
    machine.call('systemd-run', '--unit=simulator', 'reinfer_simulator',
                 '--listen-tls=127.0.0.1:9443', f'--token={TOKEN}',
                 '--ca-file=/etc/prometheus/simulator.pem', '--ready-file=/run/ready.json')
    wait_until(lambda: machine.call('test', '-f', '/run/ready.json', check=False)[0] == 0,
               'the simulator')


def start_service(machine):
    """What a person does: a token, a tenant, a start."""
    machine.file(TOKEN_FILE).write_text(TOKEN + '\n')
    machine.file(TOKEN_FILE).chmod(0o600)
    machine.file(CONFIG).write_text(TENANT)
    machine.call('systemctl', 'enable', '--now', NAME)


def test_a_configured_service_starts_probes_and_is_scraped(machine):
    """With its token as a credential, a name to look up, and the kernel's stamps."""
    start_simulator(machine)
    start_service(machine)
    assert machine.unit(NAME, 'ActiveState') == 'active'
    assert machine.unit(NAME, 'StatusText') == 'probing 1 targets of 1 tenants'
    wait_until(lambda: metric(machine, 'reinfer_probe_success') == [1], 'a good probe')
    stamped = [line for line in machine.get(METRICS).splitlines()
               if line.startswith('reinfer_exporter_clock_source') and line.endswith(' 1')]
    assert stamped and 'kernel' in stamped[0], stamped
    said = machine.call('journalctl', '-u', NAME, '-o', 'cat')[1]
    assert 'can be read by others' not in said, said
    assert TOKEN not in said


def test_it_has_no_rights_but_its_own(machine):
    """Neither root's nor those of another user; its state is where it belongs."""
    pid = machine.host_pid(NAME)
    facts = dict(line.split(':\t', 1) for line in
                 Path(f'/proc/{pid}/status').read_text().splitlines() if ':\t' in line)
    assert facts['Uid'].split()[0] != '0', facts['Uid']
    assert int(facts['CapEff'], 16) == 0 and int(facts['CapBnd'], 16) == 0, facts
    assert facts['NoNewPrivs'] == '1' and facts['Seccomp'] == '2', facts
    assert machine.file(f'{STATE}/lock').exists()


def test_a_reload_puts_a_new_configuration_in_force(machine):
    """And keeps the process."""
    pid = machine.unit(NAME, 'MainPID')
    machine.file(CONFIG).write_text(TENANT + '[[tenant.probe]]\nuse = "not_found"\n')
    machine.call('systemctl', 'reload', NAME)
    wait_until(lambda: metric(machine, 'reinfer_probe_success') == [1, 1], 'the new probe')
    assert machine.unit(NAME, 'StatusText') == 'probing 2 targets of 1 tenants'
    assert machine.unit(NAME, 'MainPID') == pid


def write_drop_in(machine, name, text):
    """As `systemctl edit` does."""
    machine.file(DROP_INS).mkdir(parents=True, exist_ok=True)
    machine.file(f'{DROP_INS}/{name}').write_text(text)
    machine.call('systemctl', 'daemon-reload')


def test_a_stuck_probe_loop_is_a_restart(machine):
    """The watchdog is shorter than it is in life; all the rest is real."""
    write_drop_in(machine, 'test.conf', '[Service]\nWatchdogSec=4s\nRestartSec=100ms\n')
    machine.call('systemctl', 'restart', NAME)
    pid = machine.host_pid(NAME)
    with StuckThread(pid, 'probe-1') as thread:
        def restarted():
            thread.let_end()
            return machine.unit(NAME, 'NRestarts') not in ('', '0')
        wait_until(restarted, 'a restart')
    wait_until(lambda: metric(machine, 'reinfer_probe_success') == [1, 1], 'probes again')
    said = machine.call('journalctl', '-u', NAME, '-o', 'cat')[1]
    assert 'a probe loop is stuck, the watchdog is not fed' in said, said
    assert 'Watchdog timeout' in said, said
    machine.file(f'{DROP_INS}/test.conf').unlink()


def test_real_time_priority_is_a_drop_in(machine):
    """Where the machine's own limit is 0, a capability stands for LimitRTPRIO=."""
    limited = machine.call('systemd-run', '--wait', '-pDynamicUser=yes', '-pLimitRTPRIO=1',
                           'chrt', '-f', '1', 'true', check=False)[0] != 0
    machine.call('mkdir', '-p', DROP_INS)
    machine.call('cp', f'{EXAMPLES}/realtime.conf', DROP_INS)
    write_drop_in(machine, 'test.conf', '' if not limited else
                  '[Service]\nPrivateUsers=no\nCapabilityBoundingSet=CAP_SYS_NICE\n'
                  'AmbientCapabilities=CAP_SYS_NICE\n')
    set_flags(machine, '--probe.realtime')
    machine.call('systemctl', 'restart', NAME)
    wait_until(lambda: metric(machine, 'reinfer_probe_success') == [1, 1], 'probes')
    threads = metric(machine, 'reinfer_exporter_realtime_probe_threads')
    for name in ('realtime.conf', 'test.conf'):
        machine.file(f'{DROP_INS}/{name}').unlink()
    set_flags(machine, '')
    machine.call('systemctl', 'daemon-reload')
    assert threads == [1], threads
    return 'LimitRTPRIO=, as this machine allows no such limit' if limited else None


def test_the_socket_unit_keeps_the_port_through_a_restart(machine):
    """A client that comes meanwhile waits and is answered."""
    machine.call('systemctl', 'stop', NAME)
    set_flags(machine, '--web.systemd-socket')
    machine.call('systemctl', 'enable', '--now', f'{NAME}.socket')
    assert machine.unit(NAME, 'ActiveState') == 'inactive'
    wait_until(lambda: machine.get('http://127.0.0.1:9877/-/ready'), 'the first client')
    assert machine.unit(NAME, 'ActiveState') == 'active'
    machine.call('systemctl', '--no-block', 'restart', NAME)
    machine.get('http://127.0.0.1:9877/-/healthy')
    machine.call('systemctl', 'disable', '--now', f'{NAME}.socket')
    set_flags(machine, '')
    machine.call('systemctl', 'restart', NAME)


def history(machine, statement):
    """The first column of what the machine's history answers."""
    with contextlib.closing(sqlite3.connect(machine.file(f'{STATE}/history.db'))) as database:
        return [row[0] for row in database.execute(statement)]


RUNS = 'select start_ms from run order by start_ms'


def test_an_upgrade_keeps_configuration_and_state_and_restarts(machine, packages, folder):
    """Of what runs; what an administrator has changed stays as it is."""
    state = machine.file(f'{STATE}/kept')
    state.write_text('state')
    before, pid = machine.file(CONFIG).read_text(), machine.unit(NAME, 'MainPID')
    runs = history(machine, RUNS)
    assert runs
    run('cp', packages.newer(folder), machine.file('/srv/newer.deb'))
    said = machine.call('dpkg', '-i', '/srv/newer.deb')[1]
    assert 'no tenant yet' not in said, said
    assert machine.call('dpkg-query', '-W', '-f=${Version}', NAME)[1].endswith('+newer')
    assert machine.file(CONFIG).read_text() == before
    assert machine.file(f'/etc/default/{NAME}').read_text() == 'ARGS=""\n'
    assert state.read_text() == 'state'
    assert machine.unit(NAME, 'ActiveState') == 'active'
    assert machine.unit(NAME, 'MainPID') != pid
    wait_until(lambda: metric(machine, 'reinfer_probe_success') == [1, 1], 'probes again')
    wait_until(lambda: len(history(machine, RUNS)) > len(runs), 'a run in the history')
    assert history(machine, RUNS)[:len(runs)] == runs


def version_of(machine):
    """What is installed whole."""
    return machine.call('dpkg-query', '-W', '-f=${db:Status-Status} ${Version}', NAME)[1]


def test_a_downgrade_is_refused_where_the_history_is_of_a_later_version(machine, packages):
    """Nothing is changed then; where it is not of a later version, it goes through."""
    older = f'/srv/{packages.exporter.name}'
    newer = version_of(machine)
    machine.call('systemctl', 'stop', NAME)
    schema = history(machine, 'pragma user_version')[0]
    history(machine, f'pragma user_version = {schema + 1}')
    code, said = machine.call('dpkg', '-i', older, check=False)
    assert code != 0 and f'of a later version (schema {schema + 1})' in said, said
    assert version_of(machine) == newer and newer.startswith('installed '), said
    assert history(machine, 'pragma user_version') == [schema + 1]
    history(machine, f'pragma user_version = {schema}')
    runs = history(machine, RUNS)
    machine.call('dpkg', '-i', older)
    assert version_of(machine) == newer.removesuffix('+newer')
    machine.call('systemctl', 'start', NAME)
    wait_until(lambda: len(history(machine, RUNS)) > len(runs), 'a run in the history')
    assert history(machine, RUNS)[:len(runs)] == runs
    aside = [file.name for file in machine.file(STATE).glob('history.db.*')]
    assert not aside, aside


def test_removing_keeps_what_purging_takes_away(machine):
    """Configuration, tokens and state; nothing is left after a purge."""
    assert machine.unit(NAME, 'ActiveState') == 'active'
    machine.call('dpkg', '--remove', NAME)
    assert machine.unit(NAME, 'ActiveState') == 'inactive'
    for path in (CONFIG, TOKEN_FILE, f'{STATE}/kept'):
        assert machine.file(path).exists(), path
    machine.file('/etc/prometheus/simulator.pem').unlink()
    machine.call('dpkg', '--purge', NAME)
    left = machine.call('find', '/etc', '/var/lib', '/usr', '-name', '*reinfer*', '-not', '-path',
                        '*simulator*', '-not', '-path', f'{DROP_INS}*')[1].split()
    assert not left, left
    assert not machine.file('/etc/prometheus').exists()


TESTS = [value for key, value in list(globals().items()) if key.startswith('test_')]


def build(options):
    """The folder of the packages."""
    if options.packages:
        return options.packages
    folder = ROOT / 'build' / 'deb'
    code, said = run('bash', ROOT / 'deploy/build-deb.sh', f'--output={folder}', check=False)
    print(said, flush=True)
    if code != 0:
        raise SystemExit('0 passed, 1 failed')
    return folder


def main():
    """Runs the tests in the order in which they stand: each finds what the one before has left."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--packages', type=Path)
    parser.add_argument('--release')
    options = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit('needs root, to boot a machine')
    subprocess.run(['bash', '-c', 'source deploy/packages.sh && install_packages '
                    '"${deploy_test_packages[@]}"'], cwd=ROOT, check=True)
    packages = Packages(build(options))
    release = options.release or run('bash', '-c', '. /etc/os-release; echo $VERSION_CODENAME')[1]
    passed = failed = 0
    with contextlib.ExitStack() as stack:
        machine = stack.enter_context(Machine(base_root(release.strip(), packages.needs())))
        given = {'machine': machine, 'packages': packages, 'folder': machine.folder}
        for test in TESTS:
            start = time.monotonic()
            wanted = test.__code__.co_varnames[:test.__code__.co_argcount]
            try:
                said = test(**{name: given[name] for name in wanted})
                passed += 1
                print(f'ok   {test.__name__} ({time.monotonic() - start:.1f} s)'
                      + (f', but for: {said}' if said else ''), flush=True)
            except (AssertionError, OSError, StopIteration):
                failed += 1
                print(f'FAIL {test.__name__}\n{traceback.format_exc()}', flush=True)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

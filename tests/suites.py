#!/usr/bin/env python3
"""Runs the suites of tests; started by run.sh, which says how to use it.

A suite is a command that ends with "N passed, N failed" (or doctest's summary). Its row says by
which build it is made and which files it depends on. One compilation (build or linter) runs at
a time, on all cores and with a low priority; tests run next to it. `quiet` ones run alone.
"""
import argparse
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from machine import cache_folder
from suite_log import complaint, count, slowest
from suite_memory import Memory

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / 'build' / 'test-logs'
CORES = os.cpu_count() or 1
# The builds are what everything waits for: what computes next to them gives way, what is measured
# by a clock comes first.
NICENESS = {'tests': 0, 'compiles': 5, 'computes': 19}
# One that only computes has a place of its own: it takes hours beside a compiler, and tests that
# mostly wait must not wait for it.
AT_ONCE = {'tests': CORES, 'compiles': 1, 'computes': 1}
SLOWEST = 10

# Patterns of paths, as fnmatch has them: `*` also matches slashes.
PRODUCT = ['CMake*', 'src/*', 'deploy/*.sh']
LEVELS = PRODUCT + ['config/*', 'tests/CMakeLists.txt', 'tests/doctest_main.cpp', 'tests/tsan.supp',
                    'tests/unit/*', 'tests/sim/*', 'tests/component/*', 'tests/bad_*']
COMPILED = LEVELS + ['tests/bench/*.cpp', 'tests/bench/*.h', 'tests/bench/CMakeLists.txt']
DEPLOYED = PRODUCT + ['config/*', 'dashboards/*', 'deploy/*', 'tests/deploy/*', 'tests/machine.py']
WATCHED = ['dashboards/*', 'tests/dashboards/*', 'tests/machine.py']
ANYTHING = ['*']
SANITIZED = {
    'ASAN_OPTIONS': ('detect_stack_use_after_return=1:strict_string_checks=1:'
                     'malloc_context_size=8'),
    'UBSAN_OPTIONS': 'print_stacktrace=1',
    'TSAN_OPTIONS': f'suppressions={ROOT}/tests/tsan.supp:halt_on_error=1',
}


@dataclass
class Suite:
    """One row: a build if it has targets, a set of tests otherwise."""
    name: str
    command: list
    inputs: list = field(default_factory=lambda: ANYTHING)
    after: str = ''  # the build that makes its programs
    remembered: bool = False  # left out while its inputs are as they passed
    slow: bool = False  # the same, and part of --all alone
    compiles: bool = False  # takes all cores: one at a time
    computes: bool = False  # whenever a core is idle
    quiet: bool = False  # a busy machine would turn it red: runs alone
    minutes_max: int = 30
    is_build: bool = False

    def __post_init__(self):
        self.remembered = self.remembered or self.slow

    @property
    def kind(self):
        """What it does with the machine: 'compiles', 'computes' or 'tests'."""
        return 'compiles' if self.compiles else 'computes' if self.computes else 'tests'


def build(preset, targets, *defines, inputs=LEVELS, slow=True):
    """Configures a preset and builds the targets."""
    # The code of `release` is that of the package.
    flags = '-DCMAKE_CXX_FLAGS="$(bash deploy/debian/compiler_flags.sh)" '
    script = (f'cmake --preset {preset} -DREINFER_WERROR=ON -DREINFER_TESTS=ON {" ".join(defines)} '
              f'{flags if preset == "release" else ""}'
              f' && cmake --build build/{preset} --parallel {CORES} --target {targets}')
    return Suite(f'build-{preset}', ['bash', '-c', script], inputs, slow=slow, compiles=True,
                 is_build=True, minutes_max=60)


def levels(preset, *names, suffix='', slow=True, after=''):
    """The levels that are compiled, under one preset."""
    programs = {'unit': 'unit/unit_tests', 'sim': 'sim/sim_tests', 'threads': 'unit/thread_tests',
                'simulator': 'component/simulator_tests', 'component': 'component/component_tests'}
    return [Suite(f'{name}{suffix}', [f'build/{preset}/tests/{programs[name]}', '--duration=true'],
                  LEVELS, after=after or f'build-{preset}', slow=slow) for name in names]


def python(name, *command, **row):
    """A suite whose runner is a Python script."""
    return Suite(name, [sys.executable, *command], **row)


def bash(name, *command, **row):
    """A suite whose runner is a shell script."""
    return Suite(name, ['bash', *command], **row)


RELEASE = {'after': 'build-release'}
DIR = ['--build-dir', 'build/release']
SUITES = [
    python('tidy', 'tests/tidy/tidy.py'),
    python('tidy-rules', 'tests/tidy/tidy_test.py'),
    python('suite-runner', 'tests/suites_test.py'),
    python('release', 'tests/release/run.py'),
    python('deploy-machine', 'tests/deploy/machine_root_test.py'),
    python('bench-figures', 'tests/bench/bench_test.py'),
    bash('rules', 'tests/rules/run.sh', computes=True, minutes_max=90, remembered=True,
         inputs=['dashboards/prometheus/*', 'dashboards/alertmanager/*', 'dashboards/runbooks/*',
                 'dashboards/grafana/boards/*', 'tests/rules/*', 'tests/dashboards/*.py',
                 'tests/machine.py', 'tests/newer_packages.sh', 'deploy/roots.sh',
                 'tests/e2e/harness.py']),
    python('dashboards', 'tests/dashboards/run.py', computes=True, remembered=True,
           inputs=WATCHED + ['src/*', '*README.md', 'tests/unit/goldens/*', 'tests/bench/*.py']),
    build('release', 'all', slow=False),
    *levels('release', 'component', 'simulator', 'sim', 'unit', slow=False),
    python('e2e', 'tests/e2e/run.py', *DIR, **RELEASE),
    bash('remote', 'tests/remote/run.sh', *DIR, **RELEASE),
    bash('network', 'tests/network/run.sh', *DIR, **RELEASE),
    bash('browser', 'tests/browser/run.sh', '--build-dir=build/release', **RELEASE),
    python('drills', 'tests/drills/run.py', *DIR, **RELEASE),
    python('chaos', 'tests/sim/chaos.py', *DIR, inputs=LEVELS, slow=True, computes=True,
           minutes_max=90, **RELEASE),
    python('hardening', 'tests/tidy/hardening.py', 'build/release/src/reinfer_exporter', **RELEASE),
    # Of what is compiled, that comes first which has the longest tests behind it.
    # Three steps, for the compiler is not needed while a root is made or a level waits.
    bash('debian13-root', 'tests/debian13.sh', '--root', is_build=True, slow=True),
    bash('debian13-build', 'tests/debian13.sh', '--build', after='debian13-root', is_build=True,
         slow=True, compiles=True, minutes_max=60),
    bash('debian13', 'tests/debian13.sh', inputs=COMPILED + ['tests/*.py', 'tests/*.sh'],
         after='debian13-build', slow=True, minutes_max=60),
    # What it compiles is in ccache after `release`.
    bash('deb', '-c', 'REINFER_WERROR=ON bash deploy/build-deb.sh --output=build/deb',
         after='build-release', is_build=True, slow=True, compiles=True, minutes_max=60),
    python('deploy', 'tests/deploy/run.py', '--packages=build/deb', inputs=DEPLOYED, after='deb',
           slow=True, minutes_max=60),
    # Next to nothing is compiled after the levels' build, and one at a time has the root.
    bash('deploy13', 'tests/debian13.sh', '--deb', inputs=DEPLOYED + ['tests/debian13.sh'],
         after='debian13', slow=True, minutes_max=60),
    build('asan', 'all'),
    *levels('asan', 'component', 'simulator', 'sim', 'unit', suffix='-asan'),
    bash('fuzz', 'tests/fuzz/run.sh', '--seconds=30', after='build-asan', slow=True, computes=True,
         inputs=PRODUCT + ['tests/CMakeLists.txt', 'tests/fuzz/*']),
    build('tsan', 'component_tests thread_tests'),
    *levels('tsan', 'component', 'threads', suffix='-tsan'),
    bash('odr', 'tests/tidy/odr.sh', inputs=COMPILED + ['tests/tidy/odr*'], after='build-release',
         slow=True, compiles=True, minutes_max=60),
    # The program that odr.sh has built is not optimised: that finds what an optimiser hides.
    *levels('dev', 'component', suffix='-dev', after='odr'),
    bash('clang', 'tests/tidy/clang_build.sh', inputs=COMPILED + ['tests/tidy/clang_build.sh'],
         slow=True, compiles=True, minutes_max=60),
    python('arm64', 'tests/deploy/arm64.py', inputs=LEVELS + DEPLOYED + ['tests/e2e/*.py'],
           slow=True, compiles=True, minutes_max=120),
    bash('box', 'tests/box/run.sh', slow=True, compiles=True, minutes_max=60,
         inputs=PRODUCT + ['deploy/*', 'config/*', 'dashboards/*', 'tests/box/*', 'LICENSE',
                           'tests/newer_packages.sh']),
    bash('clang-format', 'tests/tidy/clang_format.sh', slow=True,
         inputs=['*.h', '*.cpp', '.clang-format', 'tests/tidy/clang_format.sh']),
    bash('clang-tidy', 'tests/tidy/clang_tidy.sh', slow=True, compiles=True, minutes_max=80,
         inputs=PRODUCT + ['.clang-tidy', 'tests/tidy/clang_tidy.sh']),
]


def yield_to_others(pid, niceness):
    """Each session has a share of the cores of its own where the kernel groups by session
    (autogroup, sched(7)): there a process's niceness counts within its session alone."""
    try:
        Path(f'/proc/{pid}/autogroup').write_text(str(niceness))
    except OSError:
        pass  # no such groups, and the niceness of the process counts


def cpu_at_end(process, seconds_max):
    """Seconds of CPU that it and all it waited for took; None if it does not end in time."""
    descriptor = os.pidfd_open(process.pid)
    try:
        if not select.select([descriptor], [], [], seconds_max)[0]:
            return None
    finally:
        os.close(descriptor)
    # Nobody has waited for it yet: utime, stime, cutime and cstime (proc(5)), after the name.
    ticks = Path(f'/proc/{process.pid}/stat').read_text().rpartition(')')[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf('SC_CLK_TCK')


class Run:
    """Runs the chosen suites, as many at a time as their rows allow. Its counts are guarded by
    `changed`, as is all that says which suites wait, run and have ended."""

    def __init__(self, chosen, memory, minutes=None):
        self.waiting, self.memory = list(chosen), memory
        # Slow and remembered suites have until then; None: as long as they take.
        self.deadline = None if minutes is None else time.monotonic() + minutes * 60
        self.running, self.ended, self.processes = [], {}, set()
        self.unfinished = []  # had no time: neither passed nor failed
        self.passed = self.failed = 0
        self.cpu = 0  # seconds, of all suites that are over
        self.lines = []
        self.changed = threading.Condition()

    def all(self):
        """Runs everything; returns whether all passed."""
        threads = []
        with self.changed:
            while self.waiting:
                suite = next((suite for suite in self.waiting if self.may_start(suite)), None)
                if suite is None:
                    self.changed.wait()
                    continue
                self.waiting.remove(suite)
                self.running.append(suite)
                threads.append(threading.Thread(target=self.one, args=(suite,)))
                threads[-1].start()
        for thread in threads:
            thread.join()
        return self.failed == 0 and self.passed > 0

    def may_start(self, suite):
        """Whether the suite may run next to those that do."""
        unfinished = [other.name for other in self.waiting + self.running]
        if suite.after in unfinished:
            return False
        if suite.quiet or any(other.quiet for other in self.running):
            return not self.running
        same = [other for other in self.running if other.kind == suite.kind]
        return len(same) < AT_ONCE[suite.kind]

    def one(self, suite):
        """Runs one suite and adds up."""
        log, start, cpu = LOGS / f'{suite.name}.log', time.monotonic(), 0
        if suite.after in self.unfinished or self.is_late(suite):
            self.give_no_more_time(suite)
            return
        if self.ended.get(suite.after, True):
            status, cpu = self.execute(suite, log)
            if status is None:
                self.give_no_more_time(suite)
                return
        else:
            log.write_text(f'{suite.after} failed\n')
            status = 1
        seconds = time.monotonic() - start
        text = log.read_text(errors='replace')
        passed, failed = (0, 0) if suite.is_build else count(text)
        if failed == 0 and (status != 0 or (passed == 0 and not suite.is_build)):
            failed = 1
        with self.changed:
            self.passed += passed
            self.failed += failed
            self.lines += [(*row, suite.name) for row in slowest(text, SLOWEST)]
            self.ended[suite.name] = failed == 0
            self.memory.note(suite, seconds, passed, failed)
            tests = 'built' if suite.is_build and not failed else \
                f'{passed:5} passed {failed:3} failed'
            print(f'{suite.name:<22} {tests:>24}  {seconds:5.0f} s {cpu:6.0f} s of CPU', flush=True)
            self.cpu += cpu
            if failed:
                print(f'---- what failed in {log.relative_to(ROOT)}\n{complaint(text)}\n----',
                      flush=True)
            self.running.remove(suite)
            self.changed.notify_all()

    def is_late(self, suite):
        """Whether it is one that takes long, and there is no time left for such."""
        return suite.remembered and self.deadline is not None and time.monotonic() >= self.deadline

    def give_no_more_time(self, suite):
        """It has neither passed nor failed."""
        with self.changed:
            self.unfinished.append(suite.name)
            print(f'{suite.name:<22} {"no time left":>24}', flush=True)
            self.running.remove(suite)
            self.changed.notify_all()

    def time_for(self, suite):
        """Seconds that it may take."""
        seconds = suite.minutes_max * 60
        if suite.remembered and self.deadline is not None:
            seconds = min(seconds, max(1, self.deadline - time.monotonic()))
        return seconds

    def execute(self, suite, log):
        """The exit code and seconds of CPU; one that hangs is ended. No code if there was no time
        for it."""
        niceness = ['nice', '-n', str(NICENESS[suite.kind])]
        with log.open('w') as out:
            process = subprocess.Popen(niceness + suite.command, cwd=ROOT, stdout=out, stderr=out,
                                       stdin=subprocess.DEVNULL, start_new_session=True,
                                       env={**os.environ, **SANITIZED})
            self.processes.add(process)
            yield_to_others(process.pid, NICENESS[suite.kind])
            try:
                cpu = cpu_at_end(process, self.time_for(suite))
                if cpu is not None:
                    return process.wait(), cpu
                self.end(process)
                if self.is_late(suite):
                    print(f'{suite.name} was ended: no time left', file=out)
                    return None, 0
                print(f'{suite.name} was ended after {suite.minutes_max} minutes', file=out)
                return 1, 0
            finally:
                self.processes.discard(process)

    @staticmethod
    def end(process):
        """Ends the suite with all it started."""
        for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, None)):
            try:
                os.killpg(process.pid, number)
                process.wait(patience)
                return
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue

    def give_up(self, *_):
        """Leaves nothing behind when we are ended ourselves."""
        for process in list(self.processes):
            self.end(process)
        print('0 passed, 1 failed', flush=True)
        os._exit(1)


def choose(names, everything, fresh, memory, without=()):
    """The suites to run, with the builds they need, and those that are left out."""
    there = [suite for suite in SUITES
             if suite.command[0] != 'bash' or suite.command[1] == '-c'
             or (ROOT / suite.command[1]).exists()]
    known = {suite.name for suite in there}
    unknown = [name for name in [*names, *without] if name not in known]
    if unknown:
        raise SystemExit(f'unknown suite {", ".join(unknown)}, allowed: {", ".join(sorted(known))}')
    wanted = [suite for suite in there if suite.name not in without
              and (suite.name in names if names else
                   not suite.is_build and (everything or not suite.slow))]
    left = [suite for suite in wanted
            if suite.remembered and not suite.is_build and not names and not fresh
            and memory.passed_as_it_is(suite)]
    rows = {suite.name: suite for suite in there}
    needed = set()
    for suite in wanted:
        while suite and suite.name not in needed:
            needed.add(suite.name)
            suite = rows.get(suite.after)
    return [suite for suite in there if suite.name in needed], left


def prepare_cache():
    """Compiler cache of the user, shared by all checkouts."""
    os.environ.setdefault('CCACHE_DIR', str(cache_folder() / 'ccache'))
    os.environ.setdefault('CCACHE_BASEDIR', str(ROOT))
    os.environ.setdefault('CCACHE_NOHASHDIR', '1')
    LOGS.mkdir(parents=True, exist_ok=True)


def announce(chosen, left, memory):
    """Says what will be done and how long each took last time."""
    for suite in left:
        print(f'{suite.name:<22} unchanged since it passed; --fresh runs it anyway')
    for suite in chosen:
        last = memory.seconds(suite)
        alone = ', alone' if suite.quiet else ', on all cores' if suite.compiles else ''
        print(f'{suite.name:<22} will run{alone}, last time '
              + (f'{last:.0f} s' if last is not None else 'unknown'))
    print(flush=True)


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog='tests/run.sh', description=__doc__.splitlines()[0])
    parser.add_argument('suite', nargs='*')
    parser.add_argument('--all', action='store_true')
    parser.add_argument('--fresh', action='store_true')
    parser.add_argument('--without', action='append', default=[], metavar='SUITE')
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--minutes', type=float, metavar='N',
                        help='what takes long and is not over by then is ended and named')
    options = parser.parse_args()
    prepare_cache()
    memory = Memory(ROOT)
    chosen, left = choose(
        options.suite, options.all or options.list, options.fresh, memory, options.without)
    announce(chosen, left, memory)
    for suite in chosen:
        memory.key(suite)  # of its inputs as they are now, whatever is edited while it runs
    if options.list:
        return 0
    run = Run(chosen, memory, options.minutes)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, run.give_up)
    start = time.monotonic()
    good = run.all() or (not chosen and bool(left))
    if run.lines:
        print(f'\nThe {SLOWEST} slowest tests:')
    for seconds, test, suite in sorted(run.lines, reverse=True)[:SLOWEST]:
        print(f'{seconds:7.1f} s  {suite}: {test}')
    print(f'\nAll of it took {(time.monotonic() - start) / 60:.1f} minutes, and {run.cpu / 60:.1f} '
          f'of CPU on {CORES} cores.')
    if run.unfinished:
        print(f'No time was left for {", ".join(run.unfinished)}: they have neither passed nor '
              'failed.')
    print(f'{run.passed} passed, {run.failed} failed')
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
"""Proves what the runner of suites promises, with suites that exist only here. Nothing is timed."""
import contextlib
import io
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent / 'tidy'))
import odr  # noqa: E402  pylint: disable=C0413
import suites  # noqa: E402  pylint: disable=C0413
from suite_log import count, failures, slowest  # noqa: E402  pylint: disable=C0413
from suite_memory import Memory  # noqa: E402  pylint: disable=C0413

DOCTEST = '[doctest] test cases: 12 | 11 passed | 1 failed | 3 skipped\n'


def says(text, code=0):
    """A command that prints the text."""
    return [sys.executable, '-c', f'import sys; print({text!r}); sys.exit({code})']


class Log(unittest.TestCase):
    """What is read from logs."""

    def test_both_kinds_of_summary_are_understood(self):
        """doctest's and ours, the last one counts."""
        self.assertEqual(count('noise\n' + DOCTEST), (11, 1))
        self.assertEqual(count('1 passed, 1 failed\n7 passed, 0 failed\n'), (7, 0))
        self.assertEqual(count('nothing'), (0, 0))

    def test_the_slowest_come_first(self):
        """From both kinds of runners."""
        log = '0.500000 s: a small one\nok   e2e.big (12.5 s)\n2.000000 s: a middle one\n'
        self.assertEqual(slowest(log, 2), [(12.5, 'e2e.big'), (2.0, 'a middle one')])

    def test_failures_are_found_wherever_they_are(self):
        """A runner's own, doctest's and a sanitizer's, each with its story alone."""
        log = ('ok   e2e.one (1.0 s)\nFAIL e2e.two\n     Traceback\n     no such line\n'
               'ok   e2e.three (1.0 s)\n' + '=' * 79 + '\na_test.cpp:7:\nTEST CASE:  it adds\n'
               'a_test.cpp:9: ERROR: CHECK( 1 == 2 ) is NOT correct!\n  values: 1 == 2\n\n'
               '0.1 s: it adds\n' + '0.1 s: another\n' * 200 +
               '==7==ERROR: AddressSanitizer: heap-use-after-free\n    #0 main\n' + DOCTEST)
        self.assertEqual(failures(log, 99), [
            '...', 'FAIL e2e.two', '     Traceback', '     no such line',
            '...', 'a_test.cpp:7:', 'TEST CASE:  it adds',
            'a_test.cpp:9: ERROR: CHECK( 1 == 2 ) is NOT correct!', '  values: 1 == 2', '',
            '...', '==7==ERROR: AddressSanitizer: heap-use-after-free', '    #0 main',
            DOCTEST.rstrip()])
        self.assertEqual(failures(log, 2), ['...', 'FAIL e2e.two'])
        self.assertEqual(failures('ok   e2e.one (1.0 s)\n' + DOCTEST, 9), [])


class Remembered(unittest.TestCase):
    """When a slow or a remembered suite need not run."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        subprocess.run(['git', 'init', '-q', self.root], check=True)
        (self.root / 'src').mkdir()
        (self.root / 'src' / 'a.cpp').write_text('one')
        self.suite = suites.Suite('lint', ['lint'], ['src/*'], slow=True)
        self.note(7, 0)

    def memory(self):
        """As the next run finds it."""
        return Memory(self.root, self.root / '.git' / 'suites.json')

    def note(self, passed, failed):
        """The suite is over."""
        memory = self.memory()
        memory.note(self.suite, 3.0, passed, failed)

    def test_nothing_has_changed(self):
        """It is left out, and its time is known."""
        self.assertTrue(self.memory().passed_as_it_is(self.suite))
        self.assertEqual(self.memory().seconds(self.suite), 3.0)

    def test_an_input_has_changed_or_come(self):
        """Committed or not."""
        (self.root / 'src' / 'a.cpp').write_text('two')
        self.assertFalse(self.memory().passed_as_it_is(self.suite))
        (self.root / 'src' / 'a.cpp').write_text('one')
        (self.root / 'src' / 'b.cpp').write_text('')
        self.assertFalse(self.memory().passed_as_it_is(self.suite))

    def test_something_else_has_changed(self):
        """It does not matter."""
        (self.root / 'README.md').write_text('new')
        self.assertTrue(self.memory().passed_as_it_is(self.suite))

    def test_it_failed_since(self):
        """A failure with the same inputs takes the pass back."""
        self.note(6, 1)
        self.assertFalse(self.memory().passed_as_it_is(self.suite))


class Running(unittest.TestCase):
    """Which suites run together, and what is a failure."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(setattr, suites, 'LOGS', suites.LOGS)
        self.addCleanup(setattr, suites, 'ROOT', suites.ROOT)
        suites.LOGS = suites.ROOT = Path(folder.name)

    def run_all(self, *rows):
        """Runs them; returns the finished run."""
        run = suites.Run(rows, Memory(suites.ROOT, suites.ROOT / 'suites.json'))
        with contextlib.redirect_stdout(io.StringIO()):
            run.good = run.all()
        return run

    def test_numbers_are_added_up(self):
        """Over all suites."""
        run = self.run_all(suites.Suite('a', says(DOCTEST, 1)),
                           suites.Suite('b', says('5 passed, 0 failed')))
        self.assertEqual((run.passed, run.failed, run.good), (16, 1, False))

    def test_cpu_is_that_of_the_command_and_of_what_it_waited_for(self):
        """A loop in a child of its own counts; one that only sleeps takes next to nothing."""
        loop = ('import os, subprocess, sys\n'
                'if sys.argv[1:]: exec("while sum(os.times()[:2]) < 0.5: pass")\n'
                'else: subprocess.run([sys.executable, sys.argv[0], "inner"], check=True)\n'
                'print("1 passed, 0 failed")')
        script = Path(self.enterContext(tempfile.TemporaryDirectory())) / 'loop.py'
        script.write_text(loop)
        run = self.run_all(suites.Suite('a', [sys.executable, str(script)]))
        self.assertGreaterEqual(run.cpu, 0.5)
        self.assertEqual(run.passed, 1)

    def test_a_crash_and_silence_are_failures(self):
        """Even if nothing was counted as one."""
        run = self.run_all(suites.Suite('a', says('5 passed, 0 failed', 1)),
                           suites.Suite('b', says('')))
        self.assertEqual((run.passed, run.failed), (5, 2))

    def test_what_a_failed_build_makes_is_not_run(self):
        """It fails too."""
        run = self.run_all(suites.Suite('made', says('broken', 1), is_build=True),
                           suites.Suite('a', says('5 passed, 0 failed'), after='made'))
        self.assertEqual((run.passed, run.failed), (0, 2))

    def test_a_slow_suite_without_time_has_neither_passed_nor_failed(self):
        """Nor has what it should have built, and others go on."""
        rows = [suites.Suite('made', ['sleep', '60'], is_build=True, slow=True),
                suites.Suite('a', says('5 passed, 0 failed'), after='made', slow=True),
                suites.Suite('b', says('7 passed, 0 failed'))]
        run = suites.Run(rows, Memory(suites.ROOT, suites.ROOT / 'suites.json'), minutes=0.01)
        with contextlib.redirect_stdout(io.StringIO()):
            good = run.all()
        self.assertEqual((run.passed, run.failed, good), (7, 0, True))
        self.assertEqual(run.unfinished, ['made', 'a'])

    def test_a_quiet_suite_runs_alone_and_compilations_one_by_one(self):
        """Asked of each pair."""
        quiet, test = suites.Suite('q', [], quiet=True), suites.Suite('t', [])
        one, two = suites.Suite('c1', [], compiles=True), suites.Suite('c2', [], compiles=True)
        made = suites.Suite('m', [], after='c1')
        for running, next_one, may in (
                (quiet, test, False), (test, quiet, False), (one, two, False),
                (one, test, True), (test, one, True), (one, made, False)):
            run = suites.Run([], None)
            run.running = [running]
            self.assertEqual(run.may_start(next_one), may, (running.name, next_one.name))

    def test_suites_that_compute_for_long_keep_no_place_of_those_that_wait(self):
        """One of them runs at a time, next to as many tests as there are cores."""
        run = suites.Run([], None)
        run.running = [suites.Suite('rules', [], computes=True)]
        self.assertFalse(run.may_start(suites.Suite('chaos', [], computes=True)))
        run.running += [suites.Suite(f't{i}', []) for i in range(suites.CORES - 1)]
        self.assertTrue(run.may_start(suites.Suite('last', [])))
        run.running.append(suites.Suite('last', []))
        self.assertFalse(run.may_start(suites.Suite('one too many', [])))

    def test_every_suite_is_named_once_and_follows_its_build(self):
        """The shipped table."""
        names = [suite.name for suite in suites.SUITES]
        self.assertEqual(len(names), len(set(names)))
        for suite in suites.SUITES:
            if suite.after:
                self.assertLess(names.index(suite.after), names.index(suite.name))


class Chosen(unittest.TestCase):
    """Which suites run."""

    def test_a_suite_can_be_left_out(self):
        """Unless another that runs needs it."""
        names = {suite.name for suite in suites.choose([], True, True, None, ['drills'])[0]}
        self.assertNotIn('drills', names)
        self.assertIn('clang', names)

    def test_builds_come_along_with_what_they_need(self):
        """However many steps there are."""
        names = [suite.name for suite in suites.choose(['debian13'], False, True, None)[0]]
        self.assertEqual(names, ['debian13-root', 'debian13-build', 'debian13'])

    def test_an_unknown_suite_cannot_be_left_out(self):
        """A typing error would run what nobody wants."""
        with self.assertRaises(SystemExit):
            suites.choose([], True, True, None, ['ordr'])


class Symbols(unittest.TestCase):
    """What odr.py finds."""

    def test_a_symbol_of_two_objects_is_found_and_inline_ones_are_not(self):
        """Nor is main, nor what is only used."""
        one = '0000 T reinfer::f()\n0000 W reinfer::g()\n0000 T main\n0000 t local\n'
        two = '0000 T reinfer::f()\n0000 W reinfer::g()\n0000 T main\n0000 B reinfer::kept\n'
        self.assertEqual(odr.twice({'a.o': one, 'b.o': two}), {'reinfer::f()': ['a.o', 'b.o']})


if __name__ == '__main__':
    result = unittest.main(exit=False).result
    failed = len(result.failures) + len(result.errors)
    print(f'{max(result.testsRun - failed, 0)} passed, {failed} failed')
    sys.exit(1 if failed else 0)

"""Starting, stopping, checking and probing from the command line."""

import contextlib
import csv
import fcntl
import json
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import termios
import unittest
from datetime import datetime, timedelta
from pathlib import Path

from contract import SERIES_PER_TARGET_MAX
from harness import (DATASET, PATIENCE, Exporter, Process, Simulator, at_end_of,
                     exporter_environment, exporter_program, run_exporter, temporary_folder, tenant,
                     wait_until, write_config)

BUSY = {'timeout': '1900ms', 'interval': '2s'}


class StoppingTest(unittest.TestCase):
    """A service manager or a terminal tells the exporter to stop."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)
        probes = [{**DATASET, 'name': f'dataset-{i}'} for i in range(20)]
        cls.config = write_config(
            cls.folder, tenant('busy', cls.simulator, 'faults/never_answer', probes=probes), **BUSY)

    def stop_with(self, number, name):
        """The signal ends a busy exporter with exit code 0 and a last word."""
        exporter = Exporter(self, self.folder, self.config, self.simulator.token,
                            name=f'stopped-by-{name}').await_serving()
        exporter.scrape_when(lambda seen: seen.value('reinfer_exporter_probes_in_flight') > 0,
                             'probes under way')
        exporter.signal(number)
        self.assertEqual(exporter.wait(), 0)
        self.assertIn(f'signal={name}', exporter.stderr())
        self.assertIn('event=stopped', exporter.stderr().splitlines()[-1])

    def test_sigterm_during_probes_ends_it_well(self):
        """As systemd and Kubernetes do."""
        self.stop_with(signal.SIGTERM, 'SIGTERM')

    def test_sigint_during_probes_ends_it_well(self):
        """As a terminal does."""
        self.stop_with(signal.SIGINT, 'SIGINT')

    def test_sighup_does_not_end_it(self):
        """It reloads, as service managers mean it."""
        exporter = Exporter(self, self.folder, self.config, self.simulator.token,
                            name='hung-up').await_serving()
        exporter.signal(signal.SIGHUP)
        wait_until(exporter.stderr, lambda said: 'event="configuration reloaded" trigger=SIGHUP'
                   in said, 'the reload')
        exporter.signal(signal.SIGTERM)
        self.assertEqual(exporter.wait(), 0)

    def test_a_port_in_use_is_said_with_exit_code_1(self):
        """Two exporters never share a port in silence."""
        with socket.create_server(('127.0.0.1', 0)) as taken:
            address = f'127.0.0.1:{taken.getsockname()[1]}'
            exporter = Exporter(self, self.folder, self.config, self.simulator.token,
                                name='second', address=address)
            self.assertEqual(exporter.wait(), 1)
        self.assertIn(f'cannot listen on {address}: Address already in use', exporter.stderr())
        self.assertFalse(exporter.ever_served())


class CheckTest(unittest.TestCase):
    """What a configuration comes to, and what is wrong with it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)

    def test_every_problem_is_said_with_its_place_and_nothing_is_started(self):
        """Serving, checking and probing refuse a bad file alike, with exit code 2."""
        before = self.simulator.requests()['requests']
        config = write_config(self.folder, tenant('acme', self.simulator, colour='red'), name='bad',
                              interval='fast')
        exporter = Exporter(self, self.folder, config, self.simulator.token, name='bad')
        self.assertEqual(exporter.wait(), 2)
        self.assertFalse(exporter.ever_served())
        texts = [exporter.stderr()]
        for command in ('check', 'probe'):
            ended = run_exporter(config, command, token=self.simulator.token)
            self.assertEqual((ended.returncode, ended.stdout), (2, ''))
            texts.append(ended.stderr)
        for text in texts:
            with self.subTest(text=text):
                *problems, last = text.splitlines()
                self.assertEqual(len(problems), 2)
                for problem in problems:
                    self.assertRegex(problem, rf'^{re.escape(str(config))}:\d+:\d+: \S+: ')
                self.assertIn('2 problems', last)
                self.assertIn('nothing was started', last)
        self.assertEqual(self.simulator.requests()['requests'], before)

    def test_a_token_file_that_cannot_be_read_is_a_problem(self):
        """Missing, empty, or no file at all."""
        (self.folder / 'empty').write_text('\n')
        (self.folder / 'a-folder').mkdir()
        for name in ('missing', 'empty', 'a-folder'):
            with self.subTest(token_file=name):
                config = write_config(
                    self.folder, tenant('acme', self.simulator, token_file=name), name='token')
                ended = run_exporter(config, 'check')
                self.assertEqual(ended.returncode, 2)
                self.assertRegex(ended.stderr, rf':\d+:\d+: tenant\.token_file: .*{name}')

    def test_problems_are_said_to_be_in_the_files_that_have_them(self):
        """Be it the web configuration, the tokens or both."""
        config = write_config(self.folder, tenant('acme', self.simulator), name='good')
        files = {'web': ('unknown: 1\n', 'rate_limit: {}\n'), 'tokens': ('short\n', 'x' * 20)}
        for bad in ({'web'}, {'tokens'}, {'web', 'tokens'}):
            with self.subTest(bad=bad):
                for name, (wrong, right) in files.items():
                    (self.folder / name).write_text(wrong if name in bad else right)
                ended = run_exporter(config, f'--web.config.file={self.folder / "web"}',
                                     f'--web.bearer-token-file={self.folder / "tokens"}', 'check',
                                     token=self.simulator.token)
                self.assertEqual(ended.returncode, 2)
                last = ended.stderr.splitlines()[-1]
                for name in files:
                    self.assertEqual(str(self.folder / name) in last, name in bad, last)

    def test_check_prints_targets_rate_and_a_figure_that_holds(self):
        """/metrics has as many series as `check` said, once every target has answered."""
        config = write_config(self.folder, tenant('one', self.simulator, probes=[
            DATASET, {'use': 'not_found'}, {'use': 'projects', 'interval': '4s'}]),
            tenant('two', self.simulator, labels={'region': 'eu'}))
        ended = run_exporter(config, 'check', token=self.simulator.token)
        self.assertEqual((ended.returncode, ended.stderr), (0, ''))
        self.assertIn(f'one  {self.simulator.base_url()}  75 requests/min', ended.stdout)
        for probe in ('dataset', 'not_found', 'projects'):
            line = rf'(?m)^ +{probe} +every \ds +within 1s500ms +fresh GET '
            self.assertRegex(ended.stdout, line)
        targets, figure = map(
            int, re.search(r'(\d+) targets, (\d+) series', ended.stdout).groups())
        self.assertEqual(targets, 4)

        exporter = Exporter(self, self.folder, config, self.simulator.token).await_serving()
        scrape = exporter.scrape_when(
            lambda seen: len(seen.find('reinfer_probe_success')) == targets
            and len(seen.samples) == figure, f'every target to be probed, and {figure} series')
        self.assertEqual(scrape.value('reinfer_exporter_series'), figure)
        target = {'tenant': 'one', 'probe': 'dataset'}
        per_target = [sample for sample in scrape.samples if sample.has(target)]
        self.assertLessEqual(len(per_target), SERIES_PER_TARGET_MAX)

    def test_check_prints_objectives_and_doubts_those_that_cannot_be_judged(self):
        """A probe a minute is too rare for 99.9 %, not for 99 % nor for 95 % that are fast."""
        slo = {'availability': 99.9, 'latency': '800ms', 'latency_ratio': 95}
        config = write_config(self.folder, tenant('one', self.simulator, slo=slo, probes=[
            DATASET, {'use': 'not_found', 'interval': '1m'}, {'use': 'projects', 'slo': {}},
            {'use': 'sources', 'slo': {'availability': 99.999, 'count': ['platform']}}]),
            name='objectives')
        ended = run_exporter(config, 'check', token=self.simulator.token)
        self.assertEqual((ended.returncode, ended.stderr), (0, ''))
        lines = [line.strip() for line in ended.stdout.splitlines()
                 if line.startswith('    ')]
        both = ['objective: 99.9% available, against platform, edge, network']
        fast = ['objective: 95% within 800ms']
        self.assertEqual(lines, [
            *both, *fast, *both,
            'warning: availability of 99.9% cannot be judged every 1m: one bad probe in an hour '
            'would be a rate that pages; interval = "51s" would do, or at most 99.88% at this '
            'interval', *fast,
            'objective: 99.999% available, against platform',
            'warning: availability of 99.999% cannot be judged every 2s: one bad probe in an hour '
            'would be a rate that pages; no interval would do, or at most 99.99% at this interval',
        ])


    def test_check_names_rules_that_cannot_fire_and_timeouts_that_cost_slots(self):
        """At 90 % nothing burns more than ten times too fast; a slot may overlap the next."""
        config = write_config(self.folder, tenant('one', self.simulator, probes=[
            {**DATASET, 'slo': {'availability': 90}},
            {'use': 'projects', 'slo': {'latency': '800ms', 'latency_ratio': 80}},
            {'use': 'not_found', 'slo': {'availability': 93.06}, 'interval': '2s',
             'timeout': '2s'}]), name='reach')
        ended = run_exporter(config, 'check', token=self.simulator.token)
        self.assertEqual((ended.returncode, ended.stderr), (0, ''))
        warnings = [line.strip() for line in ended.stdout.splitlines() if 'warning' in line]
        self.assertEqual(warnings, [
            'warning: availability of 90% can burn at most 10 times too fast, so the alert at 14.4 '
            'times over 1h cannot fire; it can above 93.06%',
            'warning: latency of 80% can burn at most 5 times too fast, so the alert at 14.4 times '
            'over 1h cannot fire; it can above 93.06%',
            'warning: latency of 80% can burn at most 5 times too fast, so the alert at 6 times '
            'over 6h cannot fire; it can above 83.34%',
            'warning: a timeout of 2s is as long as the interval: a probe that takes all of it '
            'costs the next slot (overlap); a shorter timeout would do, or a longer interval',
        ])


class ProbeTest(unittest.TestCase):
    """One probe now, for people and scripts."""

    MEMBERS = ['tenant', 'probe', 'outcome', 'fault', 'http_status', 'started', 'duration_seconds',
               'phases', 'clock_source', 'wait_uncertainty_seconds', 'duration_uncertainty_seconds',
               'server_timing', 'server_processing_seconds', 'network_overhead_seconds',
               'message', 'request_id', 'response_size_bytes', 'connection_reused',
               'remote_address', 'tcp', 'tls']

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)
        cls.config = write_config(
            cls.folder,
            tenant('good', cls.simulator, probes=[DATASET, {'use': 'not_found'}]),
            tenant('bad', cls.simulator, 'faults/http_json.503'))

    def probe(self, *arguments):
        """Exit code and one object for each line."""
        ended = run_exporter(self.config, 'probe', '--json', *arguments,
                             token=self.simulator.token)
        return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]

    def test_all_good_is_exit_code_0(self):
        """A tenant's name selects all its probes."""
        code, lines = self.probe('good')
        self.assertEqual(code, 0)
        self.assertEqual({line['probe'] for line in lines}, {'dataset', 'not_found'})

    def test_a_line_has_every_member(self):
        """The order is kept, so that people can read it too."""
        _, lines = self.probe('good/dataset')
        self.assertEqual(len(lines), 1)
        line = lines[0]
        self.assertEqual(list(line), self.MEMBERS)
        self.assertEqual((line['outcome'], line['fault'], line['http_status']), ('ok', 'none', 200))
        self.assertEqual(set(line['phases']),
                         {'resolve', 'connect', 'tls', 'send', 'wait', 'receive'})
        self.assertLessEqual(sum(line['phases'].values()), line['duration_seconds'] + 1e-6)
        self.assertLess(line['server_processing_seconds'], line['duration_seconds'])
        self.assertEqual(line['tls']['version'], 'TLSv1.3')
        seen = self.simulator.requests()['last']
        self.assertIn(line['request_id'], [request['x-request-id'] for request in seen])

    def test_anything_else_is_exit_code_1(self):
        """One bad target among good ones is enough."""
        code, lines = self.probe()
        self.assertEqual(code, 1)
        self.assertEqual({line['tenant']: line['outcome'] for line in lines},
                         {'good': 'ok', 'bad': 'server_error'})

    def test_an_unknown_selection_is_exit_code_2(self):
        """The nearest names are said, and nothing is sent."""
        before = self.simulator.requests()['requests']
        ended = run_exporter(self.config, 'probe', 'good', 'bad/elsewhere',
                             token=self.simulator.token)
        self.assertEqual((ended.returncode, ended.stdout), (2, ''))
        self.assertIn('no target is called bad/elsewhere, did you mean bad', ended.stderr)
        self.assertIn('(there are 3 targets of 2 tenants', ended.stderr)
        self.assertEqual(self.simulator.requests()['requests'], before)

    def show(self, *arguments, **environment):
        """What people see: exit code, stdout and stderr."""
        ended = subprocess.run(
            [exporter_program(), '--config.file', str(self.config), 'probe', *arguments],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
            env={**exporter_environment(self.simulator.token), **environment})
        return ended.returncode, ended.stdout, ended.stderr

    def test_people_see_phases_verdict_certificate_and_token(self):
        """Without a terminal: plain, and ASCII where the locale does not say UTF-8."""
        code, shown, _ = self.show('good/dataset', 'bad')
        self.assertEqual(code, 1)
        good, bad = sorted(shown.strip().split('\n\n'), key=lambda card: card.startswith('bad'))
        for phase in ('resolve', 'connect', 'tls', 'send', 'wait', 'receive'):
            # A reply that came in one piece took no time to be received.
            self.assertRegex(good, rf'(?m)^  {phase} +([|#]+ +[0-9.]+ (us|ms|s)|0 us)$')
        self.assertRegex(good, r'(?m)^    server +[|#]+ +[0-9.]+ (us|ms|s)$')
        self.assertRegex(good, r'(?m)^  verdict +The platform answered as expected\.$')
        self.assertRegex(good, r'(?m)^  certificate expires [-0-9]+ [:0-9]+ UTC, in \d+ days$')
        self.assertRegex(good, r'(?m)^  token +accepted$')
        self.assertRegex(good, r'(?m)^  address .*, TLSv1\.3$')
        self.assertIn('At fault: the platform.', ' '.join(bad.split()))
        self.assertRegex(bad, r'(?m)^  next +\S')
        self.assertRegex(bad, r'(?m)^  curl +curl -sS -i .*\\$')
        self.assertRegex(bad, r'(?m)^  -H "Authorization: Bearer \$(\w+|\(cat .*\))" \\$')
        self.assertNotIn(self.simulator.token, shown)
        self.assertTrue(shown.isascii())
        self.assertNotIn('\x1b', shown)

    def test_colour_and_blocks_are_for_those_who_can_show_them(self):
        """Or who ask for them."""
        _, shown, _ = self.show('good/dataset', '--color=always', NO_COLOR='1', LANG='C.UTF-8')
        self.assertIn('\x1b[32mok\x1b[0m', shown)
        self.assertIn('\u2588', shown)
        _, shown, _ = self.show('good/dataset', LANG='C.UTF-8', TERM='xterm')
        self.assertNotIn('\x1b', shown)

    def on_a_terminal(self, *arguments, **environment):
        """What a terminal 60 columns wide is sent by a probe of the good dataset."""
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 60, 0, 0))
        ended = subprocess.run(
            [exporter_program(), '--config.file', str(self.config), 'probe', 'good/dataset',
             *arguments], stdout=follower, stderr=follower, stdin=subprocess.DEVNULL, check=False,
            timeout=PATIENCE, env={**exporter_environment(self.simulator.token), **environment})
        os.close(follower)
        self.assertEqual(ended.returncode, 0)
        sent = b''
        with contextlib.suppress(OSError):
            while chunk := os.read(leader, 65536):
                sent += chunk
        os.close(leader)
        return sent.decode().replace('\r\n', '\n')

    def test_a_terminal_gets_colours_within_its_width(self):
        """Unless NO_COLOR or a dumb terminal forbids them."""
        shown = self.on_a_terminal(TERM='xterm', LANG='C.UTF-8')
        self.assertIn('\x1b[32mok\x1b[0m', shown)
        bars = [re.sub(r'\x1b\[[0-9]*m', '', line) for line in shown.splitlines()
                if '\u2588' in line]
        self.assertGreater(len(bars), 0)
        self.assertLessEqual(max(map(len, bars)), 60)
        for plain in ({'TERM': 'xterm', 'NO_COLOR': '1'}, {'TERM': 'dumb'}):
            self.assertNotIn('\x1b', self.on_a_terminal(**plain))

    def test_repeats_show_progress_on_a_terminal_and_end_with_a_summary(self):
        """The progress line is written over."""
        shown = self.on_a_terminal('--repeat=2', '--interval=1s', TERM='xterm')
        self.assertRegex(shown, r'\r\x1b\[Kround \d of 2, \d ok, 0 failed, \d under way')
        self.assertIn('2 probes in ', shown)

    def test_repeats_are_summed_up_by_target(self):
        """Outcomes with their faults, percentiles, and what to do next."""
        code, shown, complaints = self.show('--repeat=3', '--interval=3s')
        self.assertEqual((code, complaints), (1, ''))
        lines, summary = shown.split('\n\n', 1)
        self.assertEqual(len(lines.splitlines()), 9)
        self.assertRegex(
            summary, r'(?m)^good/dataset  3 probes\n  3 ok\n'
            r' +min +mean +dev +p50 +p90 +p95 +p99 +max$')
        good = summary.split('\n\n', 1)[0]
        self.assertRegex(good, r'(?m)^  server( +[0-9.]+ (us|ms|s)){8}  of 3$')
        # A busy machine may spoil some, and then it is said.
        left_out = re.search(r'(?m)^  [1-3] left out above: this program was late', good)
        for figure in ('total', 'path'):
            counted = re.search(rf'(?m)^  {figure}(?: +(?:[0-9.]+ [mu]?s|-)){{8}}  of ([1-3])$',
                                good)
            self.assertTrue(left_out or (counted and counted[1] == '3'), good)
        self.assertIn('3 server_error (fault: the platform)', summary)
        self.assertRegex(summary, r'(?m)^9 probes in [0-9.]+ s, 3 failed$')

    def test_one_target_is_probed_after_the_other(self):
        """So that none is in the figures of another."""
        _, lines = self.probe()
        self.assertEqual(len(lines), 3)
        ends = [datetime.fromisoformat(line['started'].replace('Z', '+00:00'))
                + timedelta(seconds=line['duration_seconds']) for line in lines]
        starts = [datetime.fromisoformat(line['started'].replace('Z', '+00:00'))
                  for line in lines]
        for end, start in zip(ends, starts[1:]):
            # Both are known to a millisecond.
            self.assertLess(end - timedelta(milliseconds=2), start)

    def test_results_as_csv_are_lines_under_a_heading(self):
        """For spreadsheets; the exit code is the same."""
        code, shown, _ = self.show('good/dataset', 'bad', '--csv')
        self.assertEqual(code, 1)
        rows = list(csv.DictReader(shown.splitlines()))
        self.assertEqual([(row['tenant'], row['outcome'], row['http_status']) for row in rows],
                         [('good', 'ok', '200'), ('bad', 'server_error', '503')])
        self.assertGreater(float(rows[0]['total_seconds']), float(rows[0]['server_seconds']))

    def test_the_configuration_is_found_in_every_form(self):
        """With a short flag, without one, and in the folder where it usually is."""
        folder = temporary_folder(self)
        shutil.copy(self.config, folder / 'reinfer_exporter.toml')
        named = str(folder / 'reinfer_exporter.toml')
        for arguments in (['-c', named, 'check'], ['check', '-c', named], ['check', named],
                          ['check'], ['probe', named, 'good/dataset'], ['probe', 'good/dataset']):
            with self.subTest(arguments=arguments):
                if Path('/etc/prometheus/reinfer_exporter.toml').exists() and len(arguments) < 3:
                    continue
                ended = subprocess.run(
                    [exporter_program(), *arguments], cwd=folder, capture_output=True, text=True,
                    timeout=PATIENCE, check=False,
                    env=exporter_environment(self.simulator.token))
                self.assertEqual((ended.returncode, ended.stderr), (0, ''))
                self.assertIn('good', ended.stdout)

    def test_repeats_as_json_are_objects_alone(self):
        """Scripts count themselves."""
        code, lines = self.probe('good/dataset', '--repeat=2', '--interval=1s')
        self.assertEqual(code, 0)
        self.assertEqual([list(line) for line in lines], [self.MEMBERS] * 2)

    def test_ctrl_c_ends_repeats_with_what_there_is(self):
        """Long before the last of a thousand rounds."""
        process = Process(self.folder, 'interrupted', [
            exporter_program(), '--config.file', str(self.config), 'probe', 'good/dataset',
            '--repeat=1000', '--interval=1h'], exporter_environment(self.simulator.token))
        at_end_of(self, process.end)
        shown = process.stdout_file
        wait_until(lambda: 'good/dataset' in shown.read_text(), what='a first result')
        process.signal(signal.SIGINT)
        self.assertEqual(process.wait(), 0)
        self.assertRegex(shown.read_text(), r'(?m)^1 probe in [^,]+, 0 failed$')

    def test_what_costs_money_is_not_repeated(self):
        """Nor is anything sent."""
        config = write_config(self.folder, tenant('rich', self.simulator, probes=[
            DATASET, {'use': 'predict', 'project': 'demo', 'dataset': 'support',
                      'model_version': 'live', 'interval': '5m', 'timeout': '5s',
                      'accept_cost': True}]), name='paid')
        before = self.simulator.requests()['requests']
        ended = run_exporter(config, 'probe', '--repeat=2', token=self.simulator.token)
        self.assertEqual((ended.returncode, ended.stdout), (2, ''))
        self.assertIn('rich/predict', ended.stderr)
        self.assertEqual(self.simulator.requests()['requests'], before)

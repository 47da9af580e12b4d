"""What `reinfer_exporter sla` reads from a real Prometheus is what the history was made from."""

import csv
import http.server
import io
import json
import shutil
import subprocess
import threading
import unittest
from pathlib import Path

import sla_history as history
from harness import (PATIENCE, Process, at_end_of, clean_environment, exporter_program, fetch,
                     temporary_folder, wait_until)
from machine import free_port, newer_prometheus

NEWER = newer_prometheus('prometheus')
BLOCK_HOURS = 1536
MARCH = ('2025-03-01T00:00', '2025-04-01T00:00')


def make_blocks(folder):
    """The history as promtool makes blocks of it."""
    text, blocks = folder / 'history.om', folder / 'blocks'
    history.write(text)
    subprocess.run(['promtool', 'tsdb', 'create-blocks-from', 'openmetrics', '--quiet',
                    f'--max-block-duration={BLOCK_HOURS}h', text, blocks], check=True,
                   stdout=subprocess.DEVNULL)
    text.unlink()
    return blocks


class StoredPrometheus(Process):
    """A Prometheus that scrapes nobody and has a history."""

    def __init__(self, owner, folder, blocks, program='prometheus', *flags):
        folder = folder / f'{Path(program).parent.name or "path"}{len(flags)}'
        shutil.copytree(blocks, folder / 'tsdb')
        (folder / 'prometheus.yml').write_text('{}\n')
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        super().__init__(folder, 'prometheus', [
            str(program), f'--config.file={folder / "prometheus.yml"}',
            f'--storage.tsdb.path={folder / "tsdb"}', '--storage.tsdb.retention.time=50y',
            f'--web.listen-address=127.0.0.1:{self.port}', *flags])
        at_end_of(owner, self.end)

    def await_ready(self):
        """Waits until it answers queries; returns itself."""
        path = '/prefix/-/ready' if '--web.route-prefix=/prefix' in self._popen.args else '/-/ready'
        wait_until(lambda: fetch(self.port, path)[0], lambda status: status == 200,
                   'Prometheus to be ready')
        return self


def sla(*arguments):
    """Runs the command to its end: exit code, stdout and stderr as text."""
    return subprocess.run([exporter_program(), 'sla', *arguments], capture_output=True, text=True,
                          timeout=PATIENCE, check=False, env=clean_environment())


def key(row):
    """Which objective a row is of."""
    return row['tenant'], row['slo'], ' '.join(row['instances'])


class SlaTest(unittest.TestCase):
    """March 2025 of four tenants."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.blocks = make_blocks(cls.folder)
        cls.prometheus = StoredPrometheus(cls, cls.folder, cls.blocks).await_ready()

    def ask(self, *arguments, url=None):
        """The command against our Prometheus."""
        return sla(f'--prometheus.url={url or self.prometheus.url}', *arguments)

    def document(self, *arguments, url=None):
        """Exit code and the JSON document."""
        done = self.ask('--format=json', '--month=2025-03', *arguments, url=url)
        self.assertEqual(done.stderr, '')
        return done.returncode, json.loads(done.stdout)

    def check_march(self, url):
        """All figures of all rows."""
        code, document = self.document(url=url)
        self.assertEqual(code, 3)
        rows = {key(row): row for row in document['objectives']}
        self.assertEqual(sorted(rows), sorted([
            ('acme', 'availability', 'frankfurt:9877'), ('acme', 'latency', 'frankfurt:9877'),
            ('globex', 'availability', 'frankfurt:9877'),
            ('hidden', 'availability', 'frankfurt:9878'),
            ('initech', 'availability', 'dublin:9877'),
            ('initech', 'availability', 'frankfurt:9877'),
            ('umbrella', 'availability', '10.0.0.1:9877 10.0.0.2:9877')]))
        for life in (history.ACME, history.GLOBEX, history.INITECH, history.INITECH_TOO,
                     history.HIDDEN):
            counters = history.counted(life, *MARCH)
            row = rows[life.tenant, 'availability', life.instance]
            with self.subTest(tenant=life.tenant, instance=life.instance):
                self.assertEqual([row['events'], row['good']], counters.events['availability'])
                self.assertEqual(row['skipped'],
                                 {name: count for name, count in counters.skipped.items() if count})
        return rows

    def test_every_count_is_that_of_the_slots(self):
        """Events, good events, skipped slots; over restarts, silences and the month's edges."""
        rows = self.check_march(self.prometheus.url)
        acme = rows['acme', 'availability', 'frankfurt:9877']
        self.assertEqual(acme['bad_by_outcome'],
                         {'server_error': 126, 'connect_timeout': 24, 'gateway_error': 20})
        self.assertEqual(acme['bad_by_fault'], {'platform': 126, 'network': 24, 'edge': 20})
        self.assertEqual(acme['excluded'], {'credentials': 240})
        self.assertEqual(acme['verdict'], 'breached')
        self.assertAlmostEqual(acme['budget_spent'], 170 / (acme['events'] * .001))
        self.assertEqual(acme['coverage']['restarts'], 1)
        slow = rows['acme', 'latency', 'frankfurt:9877']
        self.assertEqual([slow['events'], slow['good']],
                         history.counted(history.ACME, *MARCH).events['latency'])
        self.assertEqual((slow['objective'], slow['latency_threshold_seconds'], slow['verdict']),
                         (.95, .5, 'met'))

    def test_a_newer_prometheus_leads_to_the_same_figures(self):
        """Range selectors changed their left edge in version 3."""
        if not NEWER.is_file():
            self.skipTest('no newer Prometheus is at hand: see tests/rules/newer_prometheus.sh')
        newer = StoredPrometheus(self, self.folder, self.blocks, NEWER).await_ready()
        self.check_march(newer.url)

    def test_outages_have_their_start_and_end_to_a_scrape(self):
        """The longest first; one that goes on after the month is said to."""
        _, document = self.document('--tenant=acme')
        row = next(row for row in document['objectives'] if row['slo'] == 'availability')
        self.assertEqual(row['outages_total'], 3)
        self.assertEqual(
            [(one['start'], one['end'], one['bad'], one['events'], one['went_on_after_month'])
             for one in row['outages']],
            [('2025-03-06T09:14:00.000Z', '2025-03-06T10:18:00.000Z', 126, 128, False),
             ('2025-03-19T03:22:00.000Z', '2025-03-19T03:34:00.000Z', 24, 24, False),
             ('2025-03-31T23:52:00.000Z', '2025-04-01T00:00:00.000Z', 20, 20, True)])
        self.assertEqual(row['outages'][0]['outcomes'], {'server_error': 126})
        self.assertEqual(row['outages'][0]['start_late_max_seconds'], history.SCRAPE)

    def test_maintenance_counts_for_nobody_and_a_changed_objective_is_told(self):
        """Two hours of it, with and without failures, and an objective that rose."""
        code, document = self.document('--tenant=globex')
        self.assertEqual(code, 0)
        row, = document['objectives']
        self.assertEqual(row['excluded'], {'maintenance': 240})
        self.assertEqual(row['bad'], 10)
        self.assertEqual([stretch['objective'] for stretch in row['objective_stretches']],
                         [.995, .999])
        self.assertEqual(sum(stretch['events'] for stretch in row['objective_stretches']),
                         row['events'])
        self.assertIn('The objective changed', ' '.join(row['notes']))

    def test_what_was_not_watched_is_not_taken_for_up(self):
        """It began late, was not scraped for a while, and was down for some hours."""
        code, document = self.document('--tenant=initech', '--instance=dublin:9877')
        self.assertEqual(code, 1)
        row, = document['objectives']
        coverage = row['coverage']
        self.assertEqual((row['verdict'], row['ratio']), ('unknown', 1))
        self.assertEqual(
            [(span['from'], span['to']) for span in coverage['unwatched']],
            [('2025-03-01T00:00:00.000Z', '2025-03-10T06:00:00.000Z'),
             ('2025-03-20T00:00:00.000Z', '2025-03-20T06:00:00.000Z')])
        self.assertEqual([(span['from'], span['to']) for span in coverage['unseen']],
                         [('2025-03-15T00:00:00.000Z', '2025-03-15T02:00:00.000Z')])
        self.assertIn('Data begins at 2025-03-10T06:00:00Z', ' '.join(row['notes']))

    def test_a_restart_hidden_in_a_silence_is_not_lived_through(self):
        """The counter is beyond its old value by then; the start time of the process tells."""
        code, document = self.document('--tenant=hidden')
        self.assertEqual(code, 1)
        row, = document['objectives']
        self.assertEqual(row['coverage']['restarts'], 1)
        self.assertEqual(row['coverage']['unseen'], [])
        self.assertIn({'from': '2025-03-05T00:30:00.000Z', 'to': '2025-03-05T04:00:00.000Z'},
                      row['coverage']['unwatched'])

    def test_two_exporters_are_two_rows_and_two_pods_in_turn_are_one(self):
        """Nothing is added up in silence, and a budget survives a new pod."""
        _, document = self.document('--tenant=initech')
        for row in document['objectives']:
            self.assertIn('2 exporters watched this at the same time', ' '.join(row['notes']))
        code, document = self.document('--tenant=umbrella')
        self.assertEqual(code, 0)
        row, = document['objectives']
        whole = sum(history.counted(life, *MARCH).events['availability'][0]
                    for life in (history.POD_ONE, history.POD_TWO))
        self.assertEqual((row['events'], row['bad']), (whole, 0))

    def test_a_month_in_a_zone_begins_at_its_midnight(self):
        """Clocks were set forward in Berlin on the 30th."""
        _, document = self.document('--tenant=acme', '--time-zone=Europe/Berlin')
        self.assertEqual((document['month']['from'], document['month']['to']),
                         ('2025-02-28T23:00:00.000Z', '2025-03-31T22:00:00.000Z'))
        self.assertEqual(document['month']['time_zone'], 'Europe/Berlin')
        row = next(row for row in document['objectives'] if row['slo'] == 'availability')
        expected = history.counted(history.ACME, '2025-02-28T23:00', '2025-03-31T22:00')
        self.assertEqual([row['events'], row['good']], expected.events['availability'])

    def test_the_table_says_what_a_claim_needs(self):
        """For people, with the outages and what was left out."""
        done = self.ask('--month=2025-03', '--outages=2')
        self.assertEqual((done.returncode, done.stderr), (3, ''))
        for text in ('2025-03, 2025-03-01T00:00:00Z to 2025-04-01T00:00:00Z', 'BREACHED',
                     'cannot tell', 'What a claim needs', '3; the longest 2:', 'x-request-id',
                     'server_error (platform)'):
            self.assertIn(text, done.stdout)

    def test_csv_is_read_by_what_reads_csv(self):
        """A row for each objective."""
        done = self.ask('--month=2025-03', '--format=csv', '--tenant=acme', '--tenant=globex')
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([(row['tenant'], row['slo'], row['verdict']) for row in rows],
                         [('acme', 'availability', 'breached'), ('acme', 'latency', 'met'),
                          ('globex', 'availability', 'met'),
                          ('acme', 'tenant_availability', 'breached'),
                          ('globex', 'tenant_availability', 'met')])
        self.assertEqual(rows[0]['bad_platform'], '126')
        self.assertEqual(rows[0]['labels'], 'region=eu')
        self.assertEqual(rows[0]['longest_outage_start_late_max_seconds'], str(history.SCRAPE))
        self.assertEqual(rows[2]['excluded_maintenance'], '240')

    def test_a_prometheus_that_loads_few_samples_is_asked_in_smaller_pieces(self):
        """And one below a path prefix is found there."""
        small = StoredPrometheus(self, self.folder, self.blocks, 'prometheus',
                                 '--query.max-samples=10000',
                                 '--web.route-prefix=/prefix').await_ready()
        _, document = self.document('--tenant=umbrella', url=small.url + '/prefix/')
        whole = sum(history.counted(life, *MARCH).events['availability'][0]
                    for life in (history.POD_ONE, history.POD_TWO))
        self.assertEqual(document['objectives'][0]['events'], whole)
        done = self.ask('--month=2025-03', url=small.url)
        self.assertEqual(done.returncode, 1)
        self.assertIn('answers 404', done.stderr)
        self.assertIn('path prefix', done.stderr)

    def test_there_is_a_reason_where_there_is_nothing(self):
        """Other months, other tenants, other exporters."""
        for arguments, text in (
                (('--month=2024-11',), 'has no objectives from 2024-11-01T00:00:00Z to'),
                (('--month=2025-03', '--tenant=acmee'),
                 'has no objective of a tenant acmee in the month (there are: acme, globex,'),
                (('--month=2025-03', '--instance=oslo:1'), 'of the instance oslo:1')):
            with self.subTest(arguments):
                done = self.ask(*arguments)
                self.assertEqual((done.returncode, done.stdout), (1, ''))
                self.assertIn(text, done.stderr)


class Answers(http.server.BaseHTTPRequestHandler):
    """What is no Prometheus, or does not want to be one."""

    def do_GET(self):  # pylint: disable=invalid-name
        """Answers as the first part of the path says."""
        kind = self.path.split('/')[1]
        if kind == 'whoami':
            self.server.seen.append(dict(self.headers))
        status = {'login': 401, 'moved': 302, 'busy': 503, 'whoami': 401}.get(kind, 200)
        self.send_response(status)
        if kind == 'moved':
            self.send_header('Location', 'https://prometheus.example/graph')
        body = {'busy': b'{"status":"error","errorType":"unavailable","error":"not ready"}',
                'list': b'[]', 'odd': b'{"status":"success","data":7}'}.get(kind, b'<html>')
        self.send_header('Content-Type', 'text/html' if body == b'<html>' else 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """Says nothing."""


class SlaRefusalsTest(unittest.TestCase):
    """Servers that have no answer, and command lines that make no sense."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Answers)
        cls.server.seen = []
        thread = threading.Thread(target=cls.server.serve_forever, daemon=True)
        thread.start()
        at_end_of(cls, cls.server.shutdown)
        cls.url = f'http://127.0.0.1:{cls.server.server_address[1]}'

    def test_what_is_no_prometheus_is_told_apart(self):
        """Each with what to do."""
        for kind, text in (
                ('page', 'answers 200 with text/html, which is not the API of Prometheus'),
                ('list', 'which is not the API of Prometheus'), ('odd', 'in a form that'),
                ('login', 'answers 401: it wants other credentials'),
                ('moved', 'points to https://prometheus.example/graph'),
                ('busy', 'refuses (503 unavailable): not ready')):
            with self.subTest(kind):
                done = sla(f'--prometheus.url={self.url}/{kind}')
                self.assertEqual((done.returncode, done.stdout), (1, ''))
                self.assertIn(text, done.stderr)

    def test_nobody_at_home_is_told(self):
        """A port that nobody listens on."""
        done = sla(f'--prometheus.url=http://127.0.0.1:{free_port()}')
        self.assertEqual(done.returncode, 1)
        self.assertIn('cannot be reached', done.stderr)

    def test_credentials_come_from_files_and_go_where_they_belong(self):
        """A token, a user with a password, headers."""
        token, user, headers = (self.folder / name for name in ('token', 'user', 'headers'))
        token.write_text('Bearer s3cret-token\n')
        user.write_text('reader:pass:word\n')
        headers.write_text('# ours\nX-Scope-OrgID: acme\n')
        for option, expected in ((f'token-file={token}', 'Bearer s3cret-token'),
                                 (f'user-file={user}', 'Basic cmVhZGVyOnBhc3M6d29yZA==')):
            done = sla(f'--prometheus.url={self.url}/whoami', f'--prometheus.{option}',
                       f'--prometheus.header-file={headers}')
            seen = self.server.seen.pop()
            self.assertEqual((seen['Authorization'], seen['X-Scope-OrgID']), (expected, 'acme'))
            self.assertNotIn('s3cret', done.stderr)

    def test_a_wrong_command_line_says_what_is_allowed(self):
        """Exit code 2 and one line."""
        (self.folder / 'bad').write_text('no header\n')
        url = f'--prometheus.url={self.url}'
        for arguments, text in (
                ((), '--prometheus.url is required'),
                (('--prometheus.url=ftp://a',), 'has the scheme "ftp", allowed: http or https'),
                (('--prometheus.url=http://me:secret@a',), '--prometheus.user-file'),
                (('--prometheus.url=http://a/?x=1',), 'has a query'),
                ((url, '--month=2025-13'), '"2025-13" is not a month such as'),
                ((url, '--month=2999-01'), 'allowed: 2015-01 to'),
                ((url, '--time-zone=Mars/Base'), '"Mars/Base" is not known here'),
                ((url, '--timeout=0s'), 'allowed: 1s to 10m'),
                ((url, '--format=xml'), '--format'), ((url, '--outages=-1'), '--outages'),
                ((url, f'--prometheus.token-file={self.folder}/none'), 'cannot be read'),
                ((url, f'--prometheus.header-file={self.folder}/bad'), 'bad:1: is not NAME: VALUE'),
                (('--prometheus.url=http://prometheus.example', '--prometheus.token-file=t'),
                 'would be sent in clear text')):
            with self.subTest(arguments):
                done = sla(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ''))
                self.assertIn(text, done.stderr)
                self.assertNotIn('me:secret', done.stderr)

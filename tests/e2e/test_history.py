"""What outlives the process: incidents, their tickets, availability; kills, full disks."""

import json
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from api_description import Description
from harness import (ROOT, Exporter, Simulator, run_command, temporary_folder, tenant,
                     wait_until, write_config)

DESCRIPTION = Description(json.loads((ROOT / 'src' / 'api' / 'openapi.json').read_text()))
PROBES = 10
KILLS = 12
# Of each target; it writes once a second, and a machine may be busy for a moment.
LOST_MAX = 4


def probes(count):
    """Some probes a second each."""
    return [{'use': 'projects', 'name': f'p{i}', 'interval': '1s', 'timeout': '900ms'}
            for i in range(count)]


class Kept:
    """An exporter with a storage path that is started again and again."""

    def __init__(self, test, folder, count=1, storage=None, more=None):
        self.test = test
        self.folder = folder
        self.storage = storage or folder / 'storage'
        self.simulator = Simulator(test, folder)
        self.config = write_config(folder, tenant('acme', self.simulator, probes=probes(count),
                                                  **(more or {})))
        self.starts = 0
        self.exporter = None

    def start(self):
        """A new process on the same storage."""
        self.starts += 1
        self.exporter = Exporter(self.test, self.folder, self.config, self.simulator.token,
                                 name=f'exporter-{self.starts}',
                                 flags=[f'--storage.path={self.storage}']).await_serving()
        return self.exporter

    def kill(self):
        """At once, without a word."""
        self.exporter.signal(signal.SIGKILL)
        self.exporter.wait()

    def rows(self, sql):
        """From the file, once nobody has it."""
        with sqlite3.connect(self.storage / 'history.db') as database:
            return database.execute(sql).fetchall()

    def results(self):
        """How many the history knows of, in stretches and not."""
        return self.rows("select (select count(*) from result) + (select coalesce(sum(good + bad + "
                         "excluded), 0) from availability where width = 86400)")[0][0]

    def incidents(self, query=''):
        """As the API tells them, checked against its description."""
        status, _, body = self.exporter.get('/api/v1/incidents' + query)
        document = json.loads(body)
        self.test.assertEqual(DESCRIPTION.complaints('/api/v1/incidents', status, document), [])
        return document['data']


class IncidentTest(unittest.TestCase):
    """An outage, with a restart in its middle."""

    def test_an_outage_over_a_restart_is_one_incident_with_a_ticket_for_the_vendor(self):
        """In the API, on the pages, and as files to save."""
        kept = Kept(self, temporary_folder(self))
        exporter = kept.start()
        exporter.scrape_when(lambda seen: seen.value('reinfer_probe_results_total', probe='p0',
                                                     outcome='ok') >= 2, 'good results')
        self.assertEqual(kept.incidents(), [])
        kept.simulator.set_fault('http_json')
        first = wait_until(kept.incidents, what='an incident')[0]
        self.assertIsNone(first['recovered'])
        kept.kill()
        exporter = kept.start()
        again = wait_until(lambda: [each for each in kept.incidents()
                                    if each['failures'] > first['failures']], what='more of it')
        self.assertEqual([each['id'] for each in again], [first['id']])
        self.assertEqual(again[0]['since'], first['since'])
        self.assertNotIn('first result', exporter.stderr())
        # The page knows the failures of before the restart.
        failures = json.loads(exporter.get('/api/v1/failures')[2])['data']
        self.assertGreaterEqual(len(failures), first['failures'])
        kept.simulator.set_fault('ok')
        wait_until(lambda: kept.incidents()[0]['recovered'], what='the recovery')
        self.look_at(exporter, first['id'], kept.simulator.token)
        self.look_at_in_terminal(kept)

    def look_at_in_terminal(self, kept):
        """The same by the commands, beside the exporter that serves."""
        storage = f'--storage.path={kept.storage}'
        listed = run_command('incidents', storage, '--json')
        self.assertEqual((listed.returncode, listed.stderr), (0, ''))
        self.assertEqual([json.loads(line) for line in listed.stdout.splitlines()],
                         kept.incidents())
        shown = run_command('incidents', storage, 'acme').stdout
        self.assertRegex(shown, r'(?m)^[-0-9]+ [:0-9]+  \S.* platform +\d+  acme/p0  server_error$')
        self.assertEqual(run_command('incidents', storage, '--fault=edge').stdout, 'none\n')
        evidence = run_command('evidence', storage, 'acme/p0', '--json')
        self.assertEqual((evidence.returncode, evidence.stderr), (0, ''))
        results = [json.loads(line) for line in evidence.stdout.splitlines()]
        self.assertGreater(len([each for each in results if each['outcome'] == 'server_error']), 2)
        self.assertNotIn(kept.simulator.token, evidence.stdout)
        self.assertIn('request id', run_command('evidence', storage, 'acme/p0').stdout)
        wrong = run_command('evidence', storage, 'acme/po')
        self.assertEqual((wrong.returncode, wrong.stdout), (1, ''))
        self.assertIn('no target is called acme/po, did you mean acme/p0?', wrong.stderr)
        nowhere = run_command('incidents', f'--storage.path={kept.folder}/nothing')
        self.assertEqual(nowhere.returncode, 1)
        self.assertIn('there is no history.db in it', nowhere.stderr)

    def look_at(self, exporter, number, token):
        """The incident in all its forms."""
        html = {'Accept': 'text/html'}
        status, _, body = exporter.get(f'/api/v1/incidents/{number}')
        document = json.loads(body)
        self.assertEqual(
            DESCRIPTION.complaints('/api/v1/incidents/{id}', status, document), [])
        self.assertGreater(len(document['data']['evidence']), 2)
        target = exporter.get('/target/acme/p0', **html)[2].decode()
        self.assertIn(f'incidents/{number}"', target)
        self.assertIn('The last 90 days', target)
        listed = exporter.get('/incidents', **html)[2].decode()
        self.assertIn('acme/p0', listed)
        page = exporter.get(f'/incidents/{number}', **html)[2].decode()
        self.assertIn('A ticket for the vendor', page)
        markdown = exporter.get(f'/incidents/{number}/ticket.md')
        self.assertEqual(markdown[0], 200)
        text = markdown[2].decode()
        for expected in (r'# Re:infer API: server_error at acme/p0', r'requests failed',
                         r'What was ruled out', r'curl -sS', r'x-request-id: [0-9a-f-]{36}'):
            self.assertRegex(text, expected)
        plain = exporter.get(f'/incidents/{number}/ticket.txt')[2].decode()
        self.assertNotIn('**', plain)
        for shown in (target, listed, page, text, plain, body.decode()):
            self.assertNotIn(token, shown)
        for unknown in ('0', '99999', 'x', '1x', '-1'):
            self.assertEqual(exporter.get(f'/incidents/{unknown}')[0], 404)

    def test_the_month_is_reported_from_the_history_too(self):
        """While the exporter serves and after it was killed, over a restart."""
        kept = Kept(self, temporary_folder(self),
                    more={'slo': {'availability': 99.5, 'latency': '800ms', 'latency_ratio': 50}})
        for fault, outcome in (('ok', 'ok'), ('http_json', 'server_error')):
            kept.simulator.set_fault(fault)
            exporter = kept.start()
            exporter.scrape_when(lambda seen: seen.value('reinfer_probe_results_total', probe='p0',
                                                         outcome=outcome) >= 4, 'results')
            served = self.report(kept)
            kept.kill()
        after = self.report(kept)
        self.assertGreaterEqual(after['events'], served['events'])
        good = kept.rows("select (select count(*) from result where outcome = 'ok') + (select "
                         "coalesce(sum(good), 0) from availability where width = 86400)")[0][0]
        # On a machine that is busy a probe may fail for our own fault.
        events = kept.results() - sum(after['excluded'].values())
        self.assertEqual((after['events'], after['good']), (events, good))
        self.assertEqual(list(after['bad_by_outcome']), ['server_error'])

    def report(self, kept):
        """Of this month, the availability of the one probe."""
        month = time.strftime('%Y-%m', time.gmtime())
        done = run_command('sla', f'--storage.path={kept.storage}', f'--month={month}',
                           '--format=json')
        self.assertIn(done.returncode, (1, 3), done.stderr)
        document = json.loads(done.stdout)
        self.assertEqual(document['prometheus'], f'the history in {kept.storage}')
        return next(row for row in document['objectives'] if row['slo'] == 'availability')

    def test_without_a_storage_path_there_are_no_incidents_to_ask_for(self):
        """And the page says nothing of a history."""
        folder = temporary_folder(self)
        simulator = Simulator(self, folder)
        config = write_config(folder, tenant('acme', simulator, probes=probes(1)))
        exporter = Exporter(self, folder, config, simulator.token).await_serving()
        self.assertEqual(exporter.get('/api/v1/incidents')[0], 404)
        self.assertEqual(exporter.get('/incidents')[0], 404)
        page = exporter.get('/target/acme/p0', Accept='text/html')[2].decode()
        self.assertNotIn('90 days', page)
        self.assertNotIn('incidents', page)


class KillTest(unittest.TestCase):
    """kill -9 at any moment."""

    def test_a_kill_loses_the_last_seconds_at_most_and_never_the_file(self):
        """At moments of a seeded random number generator."""
        seed = random.randrange(1 << 30)
        print('seed of the kills:', seed, flush=True)
        moments = random.Random(seed)
        kept = Kept(self, temporary_folder(self), PROBES)
        for number in range(KILLS):
            before = kept.results() if number else 0
            exporter = kept.start()
            wait_until(lambda: exporter.scrape().results() >= PROBES, what='results')
            more = moments.randrange(3 * PROBES)
            wait_until(lambda: exporter.scrape().results() >= PROBES + more, what='more of them')
            seen = exporter.scrape().results()
            kept.kill()
            with self.subTest(kill=number, seed=seed):
                self.assertEqual(kept.rows('pragma integrity_check'), [('ok',)])
                self.assertGreaterEqual(kept.results() - before, seen - LOST_MAX * PROBES)


class FullDiskTest(unittest.TestCase):
    """A disk without room."""

    def test_a_full_disk_costs_the_history_alone_until_there_is_room_again(self):
        """Told once, and written again by itself."""
        folder = temporary_folder(self)
        disk = folder / 'disk'
        disk.mkdir()
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk],
                          check=False, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest('nothing may be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', disk], check=False)
        kept = Kept(self, folder, PROBES, disk / 'storage')
        exporter = kept.start()
        written = 'reinfer_exporter_history_results_total'
        exporter.scrape_when(lambda seen: seen.value(written) > 0, 'results in the history')
        with open(disk / 'ballast', 'wb', buffering=0) as ballast, self.assertRaises(OSError):
            while True:
                ballast.write(bytes(4096))
        seen = exporter.scrape_when(
            lambda now: now.value('reinfer_exporter_history_errors_total') > 0, 'an error')
        exporter.scrape_when(lambda now: now.results() > seen.results() + 2 * PROBES,
                             'probes that go on')
        self.assertEqual(exporter.stderr().count('the history cannot be written or read'), 1)
        (disk / 'ballast').unlink()
        exporter.scrape_when(lambda now: now.value(written) > seen.value(written),
                             'results in the history again')
        self.assertIn('the history is written again', exporter.stderr())


class BrokenFileTest(unittest.TestCase):
    """A file that is none of ours."""

    def test_a_broken_file_is_set_aside_and_named(self):
        """Probing is untouched."""
        kept = Kept(self, temporary_folder(self))
        kept.storage.mkdir()
        (kept.storage / 'history.db').write_text('no database at all, but long enough ' * 100)
        exporter = kept.start()
        wait_until(lambda: exporter.scrape().results() >= 1, what='a result')
        told = re.search(r'the history is broken.*kept_as=(\S+)', exporter.stderr())
        self.assertTrue(told, exporter.stderr())
        self.assertTrue((kept.storage / 'history.db.broken').exists())
        self.assertEqual(kept.incidents(), [])
        shutil.rmtree(kept.storage, ignore_errors=True)


if __name__ == '__main__':
    unittest.main()

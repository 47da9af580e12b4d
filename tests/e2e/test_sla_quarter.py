"""Over a quarter in which much happened, `reinfer_exporter sla`, the SLA board's queries and a
count of the slots come to the same figures. One real Prometheus has the history of sla_quarter.py.
"""

import json
import subprocess
import sys
import unittest
import urllib.parse
import urllib.request

import sla_quarter as quarter
from harness import ROOT, temporary_folder
from test_sla import BLOCK_HOURS, StoredPrometheus, sla

sys.path.insert(0, str(ROOT / 'tests' / 'dashboards'))
import boards  # noqa: E402  pylint: disable=C0413

# increase() takes what it cannot see at either edge of the month, the slots of one scrape, to be as
# the month was in the mean. So the board is exact where that is so, and where it is not it is off
# by the difference; where a target begins or ends within the month, by those slots at most.
EDGE_SLOTS = quarter.SCRAPE / quarter.SLOT
ROUNDING = .1
SHARE_OFF = 5e-5
VERDICTS = {0: 'breached', 1: 'met', 2: 'unknown'}
OURS = {'unauthorized': 'credentials', 'throttled': 'request', 'monitor_error': 'monitor'}


def make_blocks(folder):
    """The quarter as promtool makes blocks of it."""
    text, blocks = folder / 'quarter.om', folder / 'blocks'
    quarter.write(text)
    subprocess.run(['promtool', 'tsdb', 'create-blocks-from', 'openmetrics', '--quiet',
                    f'--max-block-duration={BLOCK_HOURS}h', text, blocks], check=True,
                   stdout=subprocess.DEVNULL)
    text.unlink()
    return blocks


def chains():
    """Lives of one target that followed one another, by tenant, probe and last exporter."""
    found = {}
    for life in quarter.LIVES:
        vantage = 'vantage' in life.more
        key = (life.tenant, life.probe, life.instance if vantage else '')
        found.setdefault(key, []).append(life)
    return list(found.values())


class Board:
    """The SLA board's tables of a month, as Grafana would ask for them."""

    def __init__(self, prometheus, start, end):
        self.prometheus, self.span = prometheus, boards.Span(start, end)
        self.panels = {panel['title']: panel
                       for panel in boards.panels_of(boards.load()['reinfer-sla'])}

    def column(self, panel, title):
        """Values of a column by the labels of its rows."""
        panel = self.panels[panel]
        field = next(one['matcher']['options'] for one in panel['fieldConfig']['overrides']
                     if one['properties'][0]['value'] == title)
        expr = next(one['expr'] for one in panel['targets'] if one['refId'] == field[-1])
        return self.ask(expr)

    def ask(self, expr):
        """A query at the last millisecond of the month, which is where Grafana's ends."""
        body = urllib.parse.urlencode({'query': boards.fill_in(expr, self.span, 60),
                                       'time': f'{self.span.end - .001:.3f}'}).encode()
        with urllib.request.urlopen(f'{self.prometheus.url}/api/v1/query', data=body) as got:
            found = json.load(got)['data']['result']
        return {tuple(one['metric'].get(name, '') for name in
                      ('tenant', 'probe', 'slo', 'instance')): float(one['value'][1])
                for one in found}


class SlaQuarterTest(unittest.TestCase):
    """January to March of 2025 in Berlin."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        cls.prometheus = StoredPrometheus(cls, folder, make_blocks(folder)).await_ready()
        cls.counts = [(lives, quarter.tallies(lives)) for lives in chains()]
        cls.edges = {id(lives): quarter.edge_tallies(lives) for lives, _ in cls.counts}
        cls.documents = {}
        for name in quarter.MONTHS:
            done = sla(f'--prometheus.url={cls.prometheus.url}', '--format=json',
                       f'--month={name}', '--time-zone=Europe/Berlin')
            assert not done.stderr, done.stderr
            cls.documents[name] = done.returncode, json.loads(done.stdout)

    def rows(self, name):
        """The command's rows of a month by tenant, probe, objective and exporters."""
        return {(row['tenant'], row['probe'], row['slo'], ' '.join(row['instances'])): row
                for row in self.documents[name][1]['objectives']}

    def expected(self, name):
        """The same from the slots: (key of the row, lives, tally)."""
        start, end = quarter.SPANS[name]
        for lives, tallies in self.counts:
            own = [life for life in lives if quarter.at(life.start) < end - quarter.SCRAPE
                   and quarter.at(life.end) > start]
            instances = ' '.join(dict.fromkeys(life.instance for life in own))
            for slo in ('availability', 'latency') if lives[0].latency else ('availability',):
                if own:
                    yield (lives[0].tenant, lives[0].probe, slo, instances), own, tallies[name]

    def test_every_count_of_the_command_is_that_of_the_slots(self):
        """Exact, in each month and row."""
        for name in quarter.MONTHS:
            rows = self.rows(name)
            self.assertEqual(sorted(rows), sorted(key for key, _, _ in self.expected(name)))
            for key, _, tally in self.expected(name):
                with self.subTest(month=name, row=key):
                    self.check_row(rows[key], tally, key[2])

    def check_row(self, row, tally, slo):
        """Counts of one row."""
        events, good = tally.counters.events[slo]
        self.assertEqual((row['events'], row['good']), (events, good))
        self.assertEqual(row['skipped'],
                         {what: count for what, count in tally.counters.skipped.items() if count})
        if slo == 'availability':
            self.assertEqual(row['bad_by_outcome'], dict(tally.by_outcome))
            excluded = {OURS[what]: tally.counters.results[what] for what in OURS}
            excluded |= {'egress': tally.counters.egress, 'maintenance': tally.maintenance}
            self.assertEqual(row['excluded'],
                             {what: count for what, count in excluded.items() if count})
        if events:
            self.assertAlmostEqual(row['ratio'], good / events)

    def test_verdicts_budgets_and_what_was_watched_are_those_of_the_slots(self):
        """Slots that nobody judged may have been bad."""
        for name in quarter.MONTHS:
            start, end = quarter.SPANS[name]
            rows, due = self.rows(name), (end - start) / quarter.SLOT
            for key, lives, tally in self.expected(name):
                with self.subTest(month=name, row=key):
                    row = rows[key]
                    promised = .95 if key[2] == 'latency' else lives[-1].objective(end - 1)
                    events, good = tally.counters.events[key[2]]
                    judged = self.judged(tally)
                    missing = due - judged if due - judged > 2 else 0
                    self.assertEqual(row['objective'], promised)
                    self.assertEqual(row['slots']['judged'], judged)
                    self.assertAlmostEqual(row['slots']['watched_ratio'], 1 - missing / due,
                                           delta=SHARE_OFF)
                    self.assertEqual(row['verdict'],
                                     self.verdict(events, good, missing, promised))
                    allowed = events * .05 if key[2] == 'latency' else sum(
                        count * (1 - ratio) for ratio, count in tally.events_by_objective.items())
                    self.assertAlmostEqual(row['budget_spent'], (events - good) / allowed,
                                           delta=1e-3)

    @staticmethod
    def judged(tally):
        """Slots with a result that says something of the other side."""
        results = sum(tally.counters.results.values())
        return results - sum(tally.counters.results[what] for what in OURS) - tally.counters.egress

    @staticmethod
    def verdict(events, good, missing, promised):
        """Met only if it would be, had all that is missing been bad."""
        if good / events < promised:
            return 'breached'
        return 'met' if good / (events + missing) >= promised else 'unknown'

    def test_a_month_that_was_not_watched_is_not_met(self):
        """A dead token in February, a stalled exporter in March, both for three weeks."""
        for name, tenant in (('2025-02', 'hooli'), ('2025-03', 'stark')):
            done = sla(f'--prometheus.url={self.prometheus.url}', '--format=json',
                       f'--month={name}', '--time-zone=Europe/Berlin', f'--tenant={tenant}')
            row, = json.loads(done.stdout)['objectives']
            self.assertEqual((done.returncode, row['verdict'], row['ratio']), (1, 'unknown', 1))
            self.assertLess(row['slots']['watched_ratio'], .4)

    def test_the_tenants_are_those_of_the_slots(self):
        """Slices of five minutes, over all probes and vantages."""
        tenants = {life.tenant for life in quarter.LIVES}
        slices = {tenant: quarter.slices(tenant) for tenant in tenants}
        for name in quarter.MONTHS:
            for row in self.documents[name][1]['tenants']:
                counted, up, judged, due = slices[row['tenant']][name]
                with self.subTest(month=name, tenant=row['tenant']):
                    self.assertEqual((row['slices'], row['slices_down'], row['slices_due']),
                                     (counted, counted - up, due))
                    missing = due - judged if due - judged > 2 else 0
                    self.assertAlmostEqual(row['watched_ratio'], 1 - missing / due)
                    self.assertAlmostEqual(row['ratio'], up / counted)
                    self.assertEqual(row['verdict'],
                                     self.verdict(counted, up, missing, row['objective']))

    def test_the_board_says_what_the_command_says(self):
        """Each column of its tables; exporters that followed one another have rows of their own."""
        for name in quarter.MONTHS:
            board = Board(self.prometheus, *quarter.SPANS[name])
            columns = {title: board.column('The report', title) for title in (
                'Objective', 'Within', 'Attained', 'Margin', 'Verdict', 'Budget used', 'Events',
                'Bad', 'Watched')}
            columns |= {title: board.column('What did not count', title) for title in (
                'Excl. credentials', 'Excl. request', 'Excl. monitor', 'Excl. egress', 'Set aside',
                'Not probed')}
            rows = self.rows(name)
            self.assertEqual(
                sorted(columns['Events']),
                sorted((*key[:3], one) for key in rows for one in key[3].split()))
            for key, row in rows.items():
                with self.subTest(month=name, row=key):
                    self.check_counts(row, key, columns, name)
                    if len(row['instances']) == 1:
                        self.check_shares(row, {title: values.get(key)
                                                for title, values in columns.items()})

    def lives_of(self, key, name):
        """The lives behind a row, and how often one begins or ends within the month."""
        start, end = quarter.SPANS[name]
        lives = next(lives for lives, _ in self.counts
                     if (lives[0].tenant, lives[0].probe) == key[:2]
                     and key[3].split()[0] in {life.instance for life in lives})
        return lives, sum(start < quarter.at(moment) < end for life in lives
                          for moment in (life.start, life.end))

    def off(self, key, name, count_in, count):
        """By how much the board may miss a count: count_in() is that of a tally."""
        lives, changes = self.lives_of(key, name)
        start, end = quarter.SPANS[name]
        mean = count / ((end - start) / quarter.SLOT)
        edges = (abs(count_in(self.edges[id(lives)][name, edge]) - mean * EDGE_SLOTS)
                 for edge in ('begin', 'end'))
        if changes:
            return (2 + changes) * EDGE_SLOTS
        return sum(edges) + ROUNDING

    def check_counts(self, row, key, columns, name):
        """Counts of a row, which its exporters add up to."""
        def total(title):
            return sum(columns[title].get((*key[:3], one), 0) for one in row['instances'])
        slo, excluded = row['slo'], row['excluded']
        counts_in = {
            'Events': lambda tally: tally.counters.events[slo][0],
            'Bad': lambda tally: tally.counters.events[slo][0] - tally.counters.events[slo][1],
            'Set aside': lambda tally: tally.maintenance,
            'Excl. egress': lambda tally: tally.counters.egress,
            'Not probed': lambda tally: sum(tally.counters.skipped.values()),
            **{f'Excl. {fault}': lambda tally, w=what: tally.counters.results[w]
               for what, fault in OURS.items()}}
        expected = {'Events': row['events'], 'Bad': row['bad']}
        if row['slo'] == 'availability':
            expected |= {f'Excl. {fault}': excluded.get(fault, 0)
                         for fault in ('credentials', 'request', 'monitor', 'egress')}
            expected['Not probed'] = sum(row['skipped'].values())
            expected['Set aside'] = sum(excluded.get(reason, 0) for reason in
                                        ('maintenance', 'platform', 'edge', 'network'))
        for title, count in expected.items():
            off = self.off(key, name, counts_in[title], count)
            if title == 'Set aside':  # what is left of three counts
                off += self.off(key, name, counts_in['Events'], row['events'])
            self.assertAlmostEqual(total(title), count, delta=off, msg=title)

    def check_shares(self, row, cells):
        """What follows from the counts."""
        self.assertEqual(cells['Objective'], row['objective'])
        self.assertEqual(cells['Within'], row['latency_threshold_seconds'])
        self.assertAlmostEqual(cells['Attained'], row['ratio'], delta=SHARE_OFF)
        self.assertAlmostEqual(cells['Margin'], row['ratio'] - row['objective'], delta=SHARE_OFF)
        self.assertAlmostEqual(cells['Watched'], row['slots']['watched_ratio'], delta=2 * SHARE_OFF)
        self.assertEqual(VERDICTS[cells['Verdict']], row['verdict'])
        # An outage over a month's edge has a bad probe or two more in one of the two.
        bad = cells['Bad'] / row['bad'] if row['bad'] else 1
        self.assertAlmostEqual(cells['Budget used'], row['budget_spent'] * bad, delta=.002)

    def test_the_board_and_the_command_agree_on_tenants(self):
        """Every figure of the table, and the tiles above it."""
        for name in quarter.MONTHS:
            board = Board(self.prometheus, *quarter.SPANS[name])
            rows = {(row['tenant'], '', '', ''): row for row in self.documents[name][1]['tenants']}
            over = board.ask(board.panels['Over the objective']['targets'][0]['expr'])
            for title, figure in (
                    ('Objective', lambda row: row['objective']),
                    ('Attained', lambda row: row['ratio']),
                    ('Margin', lambda row: row['ratio'] - row['objective']),
                    ('Slices', lambda row: row['slices']),
                    ('Slices down', lambda row: row['slices_down']),
                    ('Watched', lambda row: row['watched_ratio']),
                    ('Verdict', lambda row: list(VERDICTS.values()).index(row['verdict']))):
                column = board.column('Tenants', title)
                self.assertEqual(sorted(column), sorted(rows))
                for key, row in rows.items():
                    with self.subTest(month=name, tenant=key[0], column=title):
                        self.assertAlmostEqual(column[key], figure(row))
                        self.assertAlmostEqual(over[key], row['ratio'] - row['objective'])


if __name__ == '__main__':
    unittest.main()

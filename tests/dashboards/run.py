#!/usr/bin/env python3
"""Tests of dashboards/grafana: what the boards ask, how they are written, how they are made.

    tests/dashboards/run.py

Every query of every panel is put to a real Prometheus with the history of history.py. The boards
are made anew from their source and must come out the same; check.ts then compares them with the
types that Grafana publishes and with the rules of its linter. Needs npm for the latter two. The
last line is "N passed, N failed".
"""
import functools
import math
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import boards  # noqa: E402
import history  # noqa: E402
import palette_test  # noqa: E402
from prometheus import WORK, Prometheus  # noqa: E402

SOURCE = boards.ROOT / 'dashboards' / 'grafana' / 'source'
PROVISIONING = boards.ROOT / 'dashboards' / 'grafana' / 'provisioning'
MAY = boards.Span(history.at('2026-05-01T00:00'), history.at('2026-06-01T00:00') - 1)
LAST_DAY = boards.Span(history.END - history.DAY, history.END)
SPANS = {'reinfer-sla': MAY}
TENANTS = (history.ACME, history.SANDBOX, history.GLOBEX)

# Not the exporter's: Prometheus keeps these itself.
OF_PROMETHEUS = {'up', 'scrape_duration_seconds', 'ALERTS'}

METRIC = re.compile(r'\b((?:reinfer|process|scrape)_\w+|up|ALERTS)\b(?=\{)')


class Tally:
    """Counts tests and says what went wrong."""

    def __init__(self):
        self.passed = self.failed = 0

    def test(self, name, find_problems):
        """Runs one test: a function that yields problems."""
        try:
            problems = list(find_problems())
        except Exception as error:  # pylint: disable=broad-except
            problems = [f'{type(error).__name__}: {error}']
        self.passed += not problems
        self.failed += bool(problems)
        print('FAIL' if problems else 'ok  ', name, flush=True)
        for problem in problems:
            print('    ', problem, flush=True)

    def add(self, text):
        """Takes over the counts that another runner printed last."""
        match = re.search(r'^(\d+) passed, (\d+) failed\s*\Z', text, re.M)
        self.passed += int(match[1]) if match else 0
        self.failed += int(match[2]) if match else 1


def run(*command, cwd=None):
    """Runs a program: exit code and everything it said."""
    done = subprocess.run(command, cwd=cwd, text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


# Queries that are right to be empty with all variables at All, and why.
EMPTY_FOR_ALL = {
    ('Latency of ok probes', 'D'): 'the probes have different objectives',
    ('Percentiles', 'E'): 'the probes have different objectives',
    ('How long answers took', 'A'): 'the history has no native histograms',
}


def query_problems(prometheus, query, span):
    """An error, nothing at all, or nothing but NaN."""
    if query.instant:
        values = [value for _, value in prometheus.instant(query.expr, span.end)]
    else:
        found = prometheus.range(query.expr, span, query.step)
        values = [value for _, many in found for value in many]
    if not any(math.isfinite(value) for value in values):
        yield f'{query.ref} has no data: {query.expr}'


def panel_problems(prometheus, board, panel, span, choices=None):
    """Problems of all queries of a panel."""
    for query in boards.queries_of({**board, 'panels': [panel]}, span, choices):
        if (query.panel, query.ref) in EMPTY_FOR_ALL and (
                not choices or 'native' in EMPTY_FOR_ALL[query.panel, query.ref]):
            continue
        try:
            yield from query_problems(prometheus, query, span)
        except RuntimeError as error:
            yield f'{query.ref} is refused: {error}: {query.expr}'


def test_queries(tally, prometheus):
    """Each panel with all variables at All."""
    for uid, board in boards.load().items():
        span = SPANS.get(uid, LAST_DAY)
        for panel in boards.panels_of(board):
            tally.test(f'{uid}: "{panel["title"]}" shows something',
                       functools.partial(panel_problems, prometheus, board, panel, span))


# Panels that are right to be empty for one tenant, and why.
EMPTY_FOR_ONE = {
    'Tokens expire in': 'only the token of the sandbox tells when it expires',
    'Exclusions': 'nothing is excluded in the sandbox',
    'Slots not probed': 'no slot of the sandbox is skipped',
}


def test_one_tenant(tally, prometheus):
    """The same, narrowed down to one tenant and its probe, as a click on a row does."""
    def problems():
        for uid, board in boards.load().items():
            for panel in boards.panels_of(board):
                if panel['title'] not in EMPTY_FOR_ONE:
                    for problem in panel_problems(
                            prometheus, board, panel, SPANS.get(uid, LAST_DAY),
                            {'tenant': history.ACME, 'probe': 'dataset', 'instance': history.HERE}):
                        yield f'{uid}: {panel["title"]}: {problem}'
    tally.test('the boards show something of one tenant, probe and exporter', problems)


def test_variables(tally, prometheus):
    """Each variable that asks Prometheus is offered values."""
    expected = {'job': {'reinfer_exporter'}, 'instance': {history.HERE, history.THERE},
                'vantage': {'dublin'}, 'environment': {'test'}, 'tenant': set(TENANTS),
                'probe': {'not_found', 'dataset', 'stream'}}

    def problems(board):
        for name, (selector, label) in boards.variable_queries_of(board):
            filled = boards.fill_in(selector, LAST_DAY, 60)
            series = prometheus.ask('series', **{
                'match[]': filled, 'start': LAST_DAY.start, 'end': LAST_DAY.end})
            values = {one[label] for one in series if label in one}
            if values != expected[name]:
                yield f'{name} offers {values}, not {expected[name]}'
    for uid, board in boards.load().items():
        tally.test(f'{uid}: the variables offer what there is', lambda b=board: problems(b))


def test_places(tally, prometheus):
    """Vantage and environment narrow down to what has the label, and at All to nothing."""
    expr = expression('reinfer-overview', 'Every tenant and probe', 'B')

    def rows(**choices):
        filled = boards.fill_in(expr, LAST_DAY, 60, choices)
        return {labels['tenant'] for labels, _ in prometheus.instant(filled, history.END)}

    def problems():
        for choices, tenants in (({}, set(TENANTS)), ({'vantage': 'dublin'}, {history.ACME}),
                                 ({'environment': 'test'}, {history.SANDBOX}),
                                 ({'vantage': 'dublin', 'environment': 'test'}, set())):
            if rows(**choices) != tenants:
                yield f'{choices}: {rows(**choices)}, not {tenants}'
    tally.test('vantage and environment narrow down, and all of them leave nothing out', problems)


def test_pages(tally, prometheus):
    """Rows lead to the page of the target, where an exporter says its URL."""
    def urls(uid, table):
        panel = next(p for p in boards.panels_of(boards.load()[uid]) if p['title'] == table)
        expr = next(t['expr'] for t in panel['targets'] if 'reinfer_exporter_web_info' in t['expr'])
        found = prometheus.instant(boards.fill_in(expr, LAST_DAY, 60), history.END)
        return [labels for labels, _ in found], str(panel)

    def problems():
        for uid, table in (('reinfer-overview', 'Every tenant and probe'),
                           ('reinfer-faults', 'What failed')):
            rows, panel = urls(uid, table)
            wanted = {(one.tenant, one.probe) for one in history.TARGETS
                      if one.instance == history.HERE}
            found = [(row['tenant'], row['probe']) for row in rows]
            if sorted(found) != sorted(wanted):
                yield f'{table}: {found}'
            if {row['external_url'] for row in rows} != {history.PAGE}:
                yield f'{table}: {rows}'
            if '${__value.raw:raw}/target/' not in panel:
                yield f'{table} has no link'
            # The URL itself is wider than a column.
            if "'text': 'Open'" not in panel:
                yield f'{table} shows the URL'
    tally.test('a row of a target leads to its page where the exporter says its URL', problems)


def test_watchdog(tally, prometheus):
    """The alert that always fires stands on no graph."""
    def problems():
        for board in boards.load().values():
            asked = [one['expr'] for one in board['annotations']['list'] if 'expr' in one]
            asked += [target['expr'] for panel in boards.panels_of(board)
                      for target in panel['targets'] if 'ALERTS' in target['expr']]
            for expr in asked:
                found = prometheus.range(expr, LAST_DAY, 60)
                names = {labels['alertname'] for labels, _ in found}
                if not names or 'ReinferWatchdog' in names:
                    yield f'{board["uid"]}: {names}'
    tally.test('the watchdog marks no graph', problems)


BURNS = [
    ('2026-06-03T02:30', history.ACME, 2, 'all has failed for twenty minutes'),
    ('2026-06-03T01:55', history.SANDBOX, 0, 'what failed was maintenance'),
    ('2026-06-03T10:30', history.ACME, 1, 'the outage of the night is over'),
]


def test_burning(tally, prometheus):
    """The table says what the alerts on burn rates would."""
    expr = boards.fill_in(
        expression('reinfer-overview', 'How fast the availability budget burns'), LAST_DAY, 60)

    def problems(when, tenant, says):
        answer = {labels['tenant']: value
                  for labels, value in prometheus.instant(expr, history.at(when))}
        if set(answer) != set(TENANTS) or answer[tenant] != says:
            yield f'{answer} instead of {says} for {tenant}'
    for when, tenant, says, why in BURNS:
        tally.test(f'the burn of {tenant} at {when[-5:]} says {says}: {why}',
                   functools.partial(problems, when, tenant, says))


def expression(uid, title, ref='A'):
    """The query of a panel, as written."""
    panel = next(p for p in boards.load()[uid]['panels'] if p.get('title') == title)
    return next(target['expr'] for target in panel['targets'] if target['refId'] == ref)


# When, who, and the number that must stand for the verdict.
VERDICTS = [
    ('2026-06-02T14:30', history.ACME, 3, 'the edge answers 502'),
    ('2026-06-02T20:00', history.ACME, 1, 'all is well'),
    ('2026-06-03T02:30', history.ACME, 2, 'the platform answers 500'),
    ('2026-06-03T02:30', history.GLOBEX, 1, 'the platform fails for another tenant only'),
    ('2026-06-03T05:12', history.GLOBEX, 8, 'no control target is reached either'),
    ('2026-06-03T07:50', history.ACME, 4, 'one path loses connections'),
    ('2026-06-03T07:33', history.ACME, 1, 'a token was replaced'),
    ('2026-06-03T09:05', history.GLOBEX, 6, 'we are asked to slow down'),
    ('2026-06-03T10:18', history.SANDBOX, 7, 'the monitor stalls'),
    ('2026-06-03T12:00', history.ACME, 2, 'a third of the replies does not come'),
    ('2026-06-03T12:00', history.SANDBOX, 1, 'all is well'),
    ('2026-06-03T12:00', history.GLOBEX, 5, 'the token is rejected'),
]


def test_verdicts(tally, prometheus):
    """The panel that people are to decide by says what was the case."""
    expr = boards.fill_in(expression('reinfer-overview', 'Whose fault is it?'), LAST_DAY, 60)

    def problems(when, tenant, verdict):
        answer = {labels['tenant']: value
                  for labels, value in prometheus.instant(expr, history.at(when))}
        if answer.get(tenant) != verdict:
            yield f'{answer} instead of {verdict} for {tenant}'
    def without_control():
        bare = expr.replace('reinfer_control_reachable', 'not_there')
        answer = {labels['tenant']: value
                  for labels, value in prometheus.instant(bare, history.at('2026-06-03T05:12'))}
        if answer[history.GLOBEX] != 4:
            yield f'{answer} instead of 4'
    tally.test('without a control target a network failure is that of the path', without_control)
    for when, tenant, verdict, why in VERDICTS:
        tally.test(f'the verdict on {tenant} at {when[-5:]} is {verdict}: {why}',
                   functools.partial(problems, when, tenant, verdict))


NOT_COUNTED = ('Excl. credentials', 'Excl. request', 'Excl. monitor', 'Excl. egress', 'Set aside',
               'Not probed')


def test_report(tally, prometheus):
    """The SLA report adds up, and has the events of the history."""
    def column(title, table=''):
        table = table or ('What did not count' if title in NOT_COUNTED else 'The report')
        panel = next(p for p in boards.load()['reinfer-sla']['panels'] if p.get('title') == table)
        field = next(o['matcher']['options'] for o in panel['fieldConfig']['overrides']
                     if o['properties'][0]['value'] == title)
        expr = boards.fill_in(expression('reinfer-sla', table, field[-1]), MAY, 21600)
        return {tuple(labels.get(name) for name in ('tenant', 'probe', 'slo', 'instance')): value
                for labels, value in prometheus.instant(expr, MAY.end)}

    def by_tenant(values):
        total = dict.fromkeys(TENANTS, 0)
        for (tenant, _, slo, _), value in values.items():
            total[tenant] += value * (slo != 'latency')
        return total

    def attained():
        total, bad, ratio = column('Events'), column('Bad'), column('Attained')
        for row in ratio:
            if not math.isclose(ratio[row], 1 - bad[row] / total[row], abs_tol=1e-6):
                yield f'{row}: {ratio[row]} is not 1 - {bad[row]} / {total[row]}'

    def colours():
        ratio, promised = column('Attained'), column('Objective')
        margin, verdict = column('Margin'), column('Verdict')
        for row in ratio:
            if not math.isclose(margin[row], ratio[row] - promised[row], abs_tol=1e-9):
                yield f'{row}: {margin[row]} is not {ratio[row]} - {promised[row]}'
            if (verdict[row] == 0) != (ratio[row] < promised[row]):
                yield f'{row}: {ratio[row]} of {promised[row]} has the verdict {verdict[row]}'

    def outages():
        # 63 minutes of 500 for all targets of a tenant. The network's 12 minutes of three targets
        # are those of their tenants too where no other exporter watches them.
        down = column('Slices down', 'Tenants')
        expected = {history.ACME: 63, history.SANDBOX: 12, history.GLOBEX: 12}
        for tenant, minutes in expected.items():
            got = 5 * down[tenant, None, None, None]
            if not minutes - 10 <= got <= minutes + 5:
                yield f'{tenant} was down for {got} minutes, not for about {minutes}'

    def exclusions():
        credentials, aside = by_tenant(column('Excl. credentials')), by_tenant(column('Set aside'))
        if not math.isclose(credentials[history.GLOBEX], 2 * 10 * 120, rel_tol=.02):
            yield f'ten hours without a licence are {credentials[history.GLOBEX]} probes'
        if not math.isclose(aside[history.SANDBOX], 2 * 120, rel_tol=.05):
            yield f'two hours of maintenance are {aside[history.SANDBOX]} probes'
        if any(credentials[tenant] > 1 for tenant in (history.ACME, history.SANDBOX)):
            yield f'probes are excluded that were not: {credentials}'
    tally.test('the colour and the verdict are those of attained minus objective', colours)
    tally.test('what the report says is attained follows from its events', attained)
    tally.test('the report finds the outages of the month', outages)
    tally.test('the report lists what was excluded, and maintenance apart', exclusions)


def metrics_in_boards():
    """Every metric that a board asks for."""
    return {name for board in boards.load().values() for panel in boards.panels_of(board)
            for target in panel['targets'] for name in METRIC.findall(target['expr'])}


def test_contract(tally):
    """The boards and the history know only what the exporter serves."""
    exposed = set(re.findall(
        r'"((?:reinfer|process)_\w+)"',
        ''.join(path.read_text() for path in (boards.ROOT / 'src').rglob('*.cpp'))))
    golden = boards.ROOT / 'tests' / 'unit' / 'goldens' / 'metrics_after_one_probe.txt'

    def unknown():
        # Objectives are all there or not at all.
        planned = () if any(name.startswith('reinfer_slo_') for name in exposed) else 'reinfer_slo_'
        for name in sorted(metrics_in_boards() - OF_PROMETHEUS):
            family = re.sub(r'_(bucket|sum|count)$', '', name)
            if family not in exposed and not name.startswith(planned):
                yield f'src has no {name}'

    def other_labels():
        ours = {name: labels_of(next(iter(series))) - {'vantage'}
                for name, series in history.make_glance().items()}
        for line in golden.read_text().splitlines():
            name, _, labels = line.partition('{')
            if name in ours and 'tenant="acme"' in labels:
                theirs = labels_of(labels) - {'environment', 'region'} | {'job', 'instance'}
                if theirs != ours.pop(name):
                    yield f'{name} has {theirs}'
    tally.test('every metric of the boards is one of the exporter', unknown)
    tally.test('the history has the labels that the exporter gives', other_labels)


LATENCIES = re.compile(r'reinfer_(?:probe_duration|server_processing|network_overhead)_seconds')
# Names of series on the graphs of latencies that are labels, or not a figure.
NO_FIGURE = {'objective', 'ok probes'}


def test_latencies(tally):
    """The graphs of latencies: their words, their two kinds of histogram, their exemplars."""
    def targets():
        for board in boards.load().values():
            for panel in boards.panels_of(board):
                for target in panel['targets']:
                    if LATENCIES.search(target['expr']):
                        yield panel, target

    def words():
        reference = (boards.ROOT / 'dashboards' / 'metrics.md').read_text()
        rows = re.findall(r'^\| ([^|`]+) \| [^|]+\. \|$', reference, re.M)
        known = NO_FIGURE | {word for row in rows for word in row.split(', ')}
        for panel, target in targets():
            legend = target.get('legendFormat', '__auto')
            if legend != '__auto' and '{{' not in legend and legend not in known:
                yield f'{panel["title"]}: {legend} is no word of metrics.md: {sorted(known)}'

    def both_kinds():
        for panel, target in targets():
            classic = re.findall(r'(reinfer_\w+)_(?:bucket|sum|count)\{', target['expr'])
            native = set(re.findall(r'(reinfer_\w+_seconds)\{', target['expr']))
            if panel['type'] == 'heatmap':
                continue
            if set(classic) != native:
                yield f'{panel["title"]}, {target["refId"]}: {classic} and {native}'

    def exemplars():
        for panel in {panel['title']: panel for panel, _ in targets()}.values():
            wanted = panel['type'] == 'heatmap' or (
                panel['type'] == 'timeseries' and 'histogram_quantile' in str(panel['targets']))
            if wanted != any(target.get('exemplar') for target in panel['targets']):
                yield f'{panel["title"]}: exemplars are {"not " if wanted else ""}asked for'
    tally.test('the graphs of latencies use the words of the reference', words)
    tally.test('each latency is asked of native histograms and of classic ones', both_kinds)
    tally.test('the graphs of latencies show exemplars', exemplars)


def labels_of(text):
    """Names of labels as they stand in an exposition."""
    return set(re.findall(r'(\w+)="', text))


def test_provisioning(tally):
    """The files that tell Grafana of the boards fit the boards."""
    def problems():
        datasource = (PROVISIONING / 'datasources' / 'prometheus.yaml').read_text()
        provider = (PROVISIONING / 'dashboards' / 'reinfer.yaml').read_text()
        for text, lines in (
                (datasource, ('apiVersion: 1', '    type: prometheus', '      timeInterval: 15s')),
                (provider, ('apiVersion: 1', '    type: file'))):
            for missing in set(lines) - set(text.splitlines()):
                yield f'{missing} is not there'
        scraped = (boards.ROOT / 'dashboards' / 'prometheus' / 'prometheus.yml').read_text()
        if 'scrape_interval: 15s' not in scraped:
            yield 'timeInterval is not the scrape interval of dashboards/prometheus/prometheus.yml'
    tally.test('provisioning files name what is there', problems)


def test_source(tally):
    """The boards come out of their source as they are, and are what Grafana takes."""
    lock = SOURCE / 'package-lock.json'
    mark = WORK / 'package-lock.json'
    if not (SOURCE / 'node_modules').is_dir() or not mark.is_file() \
            or mark.read_bytes() != lock.read_bytes():
        code, said = run('npm', 'ci', '--ignore-scripts', cwd=SOURCE)
        tally.test('npm installs what the lock file says', lambda: [said] if code else [])
        if code:
            return
        shutil.copy(lock, mark)

    def regenerated():
        code, said = run('npx', '--no-install', 'tsc', cwd=SOURCE)
        if code:
            yield said
            return
        with tempfile.TemporaryDirectory() as folder:
            code, said = run('node', 'out/generate.js', folder, cwd=SOURCE)
            if code:
                yield said
            made = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        there = {path.name: path.read_bytes() for path in boards.FOLDER.iterdir()}
        for name in sorted(made.keys() | there.keys()):
            if made.get(name) != there.get(name):
                yield f'{name} is not what the source makes: npm run generate, and commit it'
    tally.test('the boards are what their source makes', regenerated)
    _, said = run('node', 'out/check.js', str(boards.FOLDER), cwd=SOURCE)
    print(said, end='')
    tally.add(said)
    tally.test('the lock file names no registry',
               lambda: re.findall('"resolved".*', lock.read_text()))


def main():
    """Runs all tests."""
    tally = Tally()
    palette_test.test(tally)
    test_contract(tally)
    test_latencies(tally)
    test_provisioning(tally)
    with tempfile.TemporaryDirectory() as folder, Prometheus(Path(folder)) as prometheus:
        for test in (test_queries, test_one_tenant, test_variables, test_places, test_pages,
                     test_watchdog, test_burning, test_verdicts, test_report):
            test(tally, prometheus)
    test_source(tally)
    print(f'{tally.passed} passed, {tally.failed} failed')
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())

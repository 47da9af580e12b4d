#!/usr/bin/env python3
"""Tests rules and alerts with promtool, the distribution's and a newer one if there is one, and
who hears of what with amtool and Alertmanager.

    python3 tests/rules/run.py             everything
    python3 tests/rules/run.py -k TEXT     only cases whose name contains the text

A newer Prometheus is looked for in the user's cache folder (tests/rules/newer_prometheus.sh puts it
there). The last line is "N passed, N failed".
"""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import quiet_month
import routing
import source
from cases import CASES as SINGLE
from gaps import GAPS
from history import exporter_series, in_notation, minutes, thinned_out
from plural import PLURAL
from variants import VARIANTS, Variant, shortest_to_fire, without_scrapes

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests'))

from machine import newer_prometheus  # noqa: E402  pylint: disable=C0413

RULES = ROOT / 'dashboards' / 'prometheus'
RULE_FILES = ('recording_rules.yml', 'alerts.yml')
RUNBOOK = ROOT / 'dashboards' / 'runbooks' / 'reinfer_exporter.md'
NEWER = newer_prometheus('promtool')
CASES = SINGLE + PLURAL + GAPS
FIRING = 'ALERTS{alertstate="firing",alertname!~"ReinferWatchdog|ReinferOutageRecent"%s}'
SAMPLES_EVERY = minutes(4)  # the interval of reinfer_slo_samples
# A mutation of the rules and a case that must notice it.
MUTATIONS = [
    ('without the least number of bad events a lost probe pages',
     r'(?m)^ +and\n +tenant_probe:reinfer_slo_bad_events:increase\w+(\{[^}]*\})? >= 3\n', '',
     'two lost probes within an hour'),
    ('without a look at how few samples there are two lost probes are three',
     r'\[6h\]\) >= 8', '[6h]) >= 2', 'two lost probes of a young history'),
    ('with means of burn rates instead of pairs a burn that is over still pages',
     r'(?m)^ +tenant_probe:reinfer_slo_burn_rate:ratio5m > 14.4\n +and\n', '',
     'a burn that is over'),
    ('with our own failures among those judged a lost permission is an outage',
     r'none\|platform\|edge\|network', 'none|platform|edge|network|credentials',
     'a permission that was taken away'),
    ('without a look at maintenance a planned outage pages',
     r'(?m)^ +unless ignoring \([^)]*\)\n'
     r' +\(max without \(instance, pod, container\) \(max_over_time\(reinfer_tenant_in_m[^\n]*\n',
     '',
     'maintenance costs no budget'),
    ('without a majority one vantage that is cut off pages',
     r'(?m)^ +and on \(job, tenant\)\n +job_tenant:reinfer_outage_majority:vantages\n', '',
     'one vantage of two that is cut off'),
    ('matched by a list of labels, a label of the target makes the rules fail',
     r'\* ignoring \(slo, fault\) group_left', '* on (job, tenant, probe) group_left',
     'two vantages that see the same outage'),
    ('without its hold an outage is told twice',
     r'last_over_time\(tenant:reinfer_outage_results:seen\[15m\]\)',
     'last_over_time(tenant:reinfer_outage_results:seen[1s])',
     'a gap in the scrapes does not end an outage'),
    ('with an exporter without a connection among the witnesses an outage is hidden or made up',
     r'(?m)^ +unless on \(job, instance\)\n +max_over_time\(instance:reinfer_egress:lost[^\n]*\n',
     '',
     'an exporter without a connection'),
    ('without a look at the slots due a young history spends a budget of 30 days',
     r'(?m)^ +0 \* (\(tenant_probe:reinfer_slo_events:increase30d > 0\))\n.*\n.*\n',
     r'            \1\n', 'a first start with every third probe failing'),
]


def duration(span_minutes):
    """As promtool wants it."""
    return f'{round(span_minutes * 60)}s'


def test_file(case, folder, variant=Variant()):
    """The case in promtool's form, for rules in the folder."""
    end = round(max(case.fires) * 60)
    end += -end % case.step
    series = exporter_series(end, case.step, [target.exporter for target in case.targets])
    if case.without:
        series = {name: row for name, row in series.items()
                  if not any(name.startswith(start) for start in case.without)}
    for target in case.targets:
        series |= target.series(end, case.step)
    if case.gone_at is not None:
        left = minutes(case.gone_at) // case.step + 1
        series = {name: row[:left] + ['stale'] for name, row in series.items()}
    series |= case.more
    if case.gap:
        series = {name: row if name in case.held else without_scrapes(row, *case.gap, case.step)
                  for name, row in series.items()}
    series = variant.apply(series, case)
    if case.thinned:
        series |= thinned_out(series, case.step, SAMPLES_EVERY)
    checks = [{'expr': f'group by (alertname, severity, fault) ({FIRING % ""})',
               'eval_time': duration(moment),
               'exp_samples': [{'labels': as_labels(alert), 'value': 1}
                               for alert in sorted(fired)]}
              for moment, fired in sorted(case.fires.items())]
    checks += [{'expr': 'group by (alertname) (last_over_time('
                        + FIRING % f',alertname=~"{name}"' + f'[{duration(end / 60)}]))',
                'eval_time': duration(end / 60), 'exp_samples': []} for name in case.never]
    return {'rule_files': [str(folder / name) for name in case.rules],
            'evaluation_interval': f'{case.step}s',
            'group_eval_order': group_names(folder),
            'tests': [{'name': case.name, 'interval': f'{case.step}s',
                       'input_series': [{'series': name, 'values': in_notation(row)}
                                        for name, row in series.items()],
                       'promql_expr_test': checks}]}


def group_names(folder):
    """Groups of the rules in the folder; promtool evaluates them in any order otherwise."""
    return re.findall(r'(?m)^  - name: (\w+)$',
                      ''.join((folder / name).read_text() for name in RULE_FILES))


def as_labels(alert):
    name, severity, fault = alert.split()
    return f'{{alertname="{name}",severity="{severity}",fault="{fault}"}}'


def run(promtool, *arguments):
    """What the tool says, and whether it is content."""
    ended = subprocess.run([promtool, *map(str, arguments)], capture_output=True, text=True,
                           check=False)
    return ended.returncode == 0, ended.stdout + ended.stderr


def run_case(promtool, case, folder, variant=Variant()):
    """Whether the case holds, and the words of promtool."""
    start = time.monotonic()
    with tempfile.NamedTemporaryFile('w', suffix='.yml', dir=folder) as file:
        json.dump(test_file(case, folder, variant), file)
        file.flush()
        good, said = run(promtool, 'test', 'rules', file.name)
    if good:
        print(f'ok   {case.name} ({time.monotonic() - start:.1f} s)', flush=True)
    return good, said


def copy_rules(folder, step, objectives=True, thinned=False, mutate=lambda text: text):
    """Rules to be tested; the groups that run every 15 s keep pace with the history. Those about
    objectives, which are most of the work, can be left out where a history has none; `thinned`
    leaves out those whose series the history has."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in RULE_FILES:
        text = mutate((RULES / name).read_text())
        if not objectives:
            text = re.sub(r'(?ms)^  - name: reinfer_slo_(?!samples)\w+\n.*?(?=^  - name: |\Z)', '',
                          text)
        if thinned:
            text = re.sub(r'(?ms)^  - name: reinfer_slo_samples\n.*?(?=^  - name: )', '', text)
        text = text.replace('interval: 15s', f'interval: {step}s')
        (folder / name).write_text(text.replace('interval: 1m', f'interval: {max(step, 60)}s'))
    return folder


def rules_of(case):
    """The case's arguments for copy_rules()."""
    objectives = any(target.availability is not None or target.latency is not None
                     for target in case.targets)
    return case.step, objectives, case.thinned


class Report:
    """Counts and prints."""

    def __init__(self):
        self.passed = self.failed = 0

    def note(self, name, good, said=''):
        """One test is over."""
        self.passed += good
        self.failed += not good
        if not good:
            print(f'FAILED {name}\n{said}', flush=True)


def alert_names():
    """All that alerts.yml defines."""
    return set(re.findall(r'(?m)^ +- alert: (\w+)$', (RULES / 'alerts.yml').read_text()))


def check_texts(report):
    """What promtool does not look at: case of summaries, runbooks, both sides of each alert."""
    text = (RULES / 'alerts.yml').read_text()
    for rule in re.split(r'(?m)^ +- alert: ', text)[1:]:
        name = rule.split()[0]
        summary = re.search(r'(?m)^ +summary: (.*)$', rule)
        link = re.search(r'(?m)^ +runbook_url: \S+/reinfer_exporter\.md#(\S+)$', rule)
        good = (summary and summary[1].endswith('.') and '{{' not in summary[1]
                and 'description: >-' in rule and link and link[1] == name.lower()
                and re.search(r'(?m)^ +severity: (critical|warning|info|none)$', rule))
        report.note(f'{name} has all that an alert must have', bool(good))
    headings = set(re.findall(r'(?m)^## (\w+)$', RUNBOOK.read_text()))
    report.note('every alert has a runbook and every runbook an alert',
                headings == alert_names(), str(headings ^ alert_names()))
    fired = {alert.split()[0] for case in CASES for set_ in case.fires.values() for alert in set_}
    expected = alert_names() - {'ReinferWatchdog', 'ReinferOutageRecent'}
    report.note('every alert fires in a case', fired == expected, str(fired ^ expected))
    silent = {case.about for case in CASES} - {''}
    for case in CASES:
        at_first = case.fires[min(case.fires)]
        silent |= {alert.split()[0] for set_ in case.fires.values() for alert in set_ - at_first}
    report.note('every alert stays silent in a case', silent >= expected, str(expected - silent))
    for pattern in (r'\bavg', r'\bavg_over_time'):
        report.note(f'no rule uses {pattern}', not any(
            re.search(pattern, (RULES / name).read_text()) for name in RULE_FILES))


def check_mutations(promtool, report, folder):
    """Each mutation of the rules makes its case fail."""
    for number, (name, pattern, replacement, case_name) in enumerate(MUTATIONS):
        case = next(case for case in CASES if case.name.startswith(case_name))
        changed = []

        def mutate(text, pattern=pattern, replacement=replacement, changed=changed):
            text, count = re.subn(pattern, replacement, text)
            changed.append(count)
            return text

        mutant = copy_rules(folder / f'mutant{number}', *rules_of(case), mutate=mutate)
        parses, said = run(promtool, 'check', 'rules', *(mutant / name for name in RULE_FILES))
        noticed = not run_case(promtool, case, mutant)[0]
        report.note(name, sum(changed) > 0 and parses and noticed, f'{changed} {parses} {said}')


def check_with(promtool, label, cases, report, folder, first):
    """All cases, and the linter, with one promtool, which may be the first of them."""
    good, said = run(promtool, 'check', 'rules', '--lint=all', '--lint-fatal',
                     *(RULES / name for name in RULE_FILES))
    report.note(f'{label}: the linter is silent', good and 'rror' not in said, said)
    good, said = run(promtool, 'check', 'config', '--syntax-only', RULES / 'prometheus.yml')
    report.note(f'{label}: the scrape configuration is valid', good, said)
    folders = {key: copy_rules(folder / '-'.join(map(str, key)), *key)
               for key in sorted({rules_of(case) for case in cases})}
    # Another version of Prometheus may evaluate an expression otherwise: a variant of one case of
    # each alert shows that, and the cases of its silence.
    plain = cases if first else [case for case in cases if case.about or case in GAPS]
    runs = [(case, Variant()) for case in plain]
    # A changed label makes a young history once more.
    with_a_past = [case for case in cases if case not in GAPS]
    runs += [(case, variant) for case in shortest_to_fire(with_a_past) for variant in VARIANTS
             if first or not variant.once]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        ended = pool.map(lambda pair: run_case(
            promtool, pair[0], folders[rules_of(pair[0])], pair[1]), runs)
        for (case, variant), (good, said) in zip(runs, ended):
            report.note(f'{label}: {case.name}{variant.name}', good, said)


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('-k', metavar='TEXT', default='')
    options = parser.parse_args()
    cases = [case for case in CASES if options.k in case.name]
    report = Report()
    tools = {'Debian 12': shutil.which('promtool')}
    if NEWER.exists():
        tools['newer'] = str(NEWER)
    else:
        print(f'skipped: no newer Prometheus in {NEWER.parents[2]}')
    with tempfile.TemporaryDirectory(prefix='reinfer-rules-') as name:
        folder = Path(name)
        for label, promtool in tools.items():
            print(label, run(promtool, '--version')[1].split('\n')[0])
            check_with(promtool, label, cases, report, folder, label == 'Debian 12')
        if not options.k:
            check_texts(report)
            source.check(tools['Debian 12'], report, folder / 'source')
            quiet_month.check(report, folder / 'month')
            routing.check(report, alert_names())
            check_mutations(tools['Debian 12'], report, folder)
    print(f'{report.passed} passed, {report.failed} failed')
    return 0 if report.passed and not report.failed else 1


if __name__ == '__main__':
    sys.exit(main())

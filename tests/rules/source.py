"""The rules as they are made from their source, for other installations than the usual one."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'dashboards' / 'prometheus' / 'source'))

import generate  # noqa: E402  pylint: disable=C0413

BOARDS = ROOT / 'dashboards' / 'grafana' / 'boards'
OTHERS = generate.Parameters(
    selector='job="reinfer",who!="it\'s"', runbooks='https://wiki.example.com/reinfer',
    dashboards='https://grafana.example.com', labels=(('team', 'integration'),),
    severities=(('critical', 'page'),), scale=10, keep_firing_for=False)
RAW = re.compile(
    r'(?<![\w:])(?:reinfer_[a-z0-9_]+|process_start_time_seconds|up)(?![\w:(])(\{[^}]*\})?')
# Two dozen series a target, over ten minutes or more.
ALL_OUTCOMES = re.compile(r'(?<![\w:])reinfer_probe_results_total\[(?:\d\d+m|\d+[hd])\]')
LINKED = """
rule_files: [%(alerts)s]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: reinfer_exporter_config_last_reload_successful{job="j",instance="i"}
        values: 0x20
      - series: reinfer_token_accepted{job="j",instance="i",vantage="east",tenant="acme"}
        values: 0x20
      - series: reinfer_exporter_build_info{job="j",instance="i"}
        values: 1x20
      - series: reinfer_tenant_info{job="j",instance="a",vantage="west",tenant="acme"}
        values: 1x20
      - series: reinfer_exporter_web_info{job="j",instance="a",external_url="https://west.org"}
        values: 1x20
      - series: reinfer_tenant_info{job="j",instance="i",vantage="east",tenant="acme"}
        values: 1x20
      - series: reinfer_exporter_web_info{job="j",instance="%(at)s",external_url="https://e.org/x"}
        values: 1x20
    promql_expr_test: []
    alert_rule_test:
      - eval_time: 15m
        alertname: ReinferExporterConfigReloadFailed
        exp_alerts:
          - exp_labels: {job: j, instance: i, severity: warning, fault: monitor}
            exp_annotations:
              summary: An exporter runs on an old configuration.
              description: i could not load its configuration and goes on with the one before.
              runbook_url: %(runbooks)s#reinferexporterconfigreloadfailed
              dashboard_url: http://localhost:3000/d/reinfer-exporter?var-instance=i
              target_url: "%(url)s"
      - eval_time: 15m
        alertname: ReinferTokenRejected
        exp_alerts:
          - exp_labels:
              {job: j, vantage: east, tenant: acme, severity: critical, fault: credentials}
            exp_annotations:
              summary: The platform rejects the token of a tenant.
              description: >-
                The token of acme is rejected, and there is no other. An exporter with this token
                measures nothing of the tenant until there is.
              runbook_url: %(runbooks)s#reinfertokenrejected
              dashboard_url: http://localhost:3000/d/reinfer-faults?var-tenant=acme
              target_url: "%(url)s"
"""


def expressions(text):
    """The PromQL of each rule."""
    return [match[1] for match in re.finditer(r'(?m)^ +expr: \|\n((?: {10}.*\n)+)', text)]


def check_committed(report):
    """What is committed is what the source makes."""
    for name in generate.FILES:
        good = (generate.SOURCE.parent / name).read_text() == generate.render(name)
        report.note(f'{name} is as its source makes it', good,
                    'run dashboards/prometheus/source/generate.py')
        dear = ALL_OUTCOMES.findall(generate.render(name))
        report.note(f'{name} reads not all outcomes of all targets over many scrapes', not dear,
                    f'{dear}: instance_tenant_probe_fault:reinfer_probe_results_total:last1m is '
                    'less to read')


def check_parameters(promtool, report, folder):
    """Each parameter arrives everywhere, and the rules stay rules."""
    folder.mkdir(parents=True)
    texts = {name: generate.render(name, OTHERS) for name in generate.FILES}
    for name, text in texts.items():
        (folder / name).write_text(text)
    ended = subprocess.run([promtool, 'check', 'rules', *(folder / name for name in texts)],
                           capture_output=True, text=True, check=False)
    report.note('rules made with other parameters are valid', ended.returncode == 0, ended.stderr)
    bare = {match[0] for text in texts.values() for expr in expressions(text)
            for match in RAW.finditer(expr) if OTHERS.selector not in (match[1] or '')}
    report.note('every metric of the exporter is selected', not bare, str(bare))
    alerts = texts['alerts.yml']
    count = alerts.count('- alert: ')
    for what, pattern in (('labels', r'          team: integration\n'),
                          ('runbooks', r'runbook_url: https://wiki\.example\.com/reinfer#'),
                          ('dashboards', r"dashboard_url: '?https://grafana\.example\.com/")):
        found = len(re.findall(pattern, alerts))
        report.note(f'{what} are those of the parameters', found == count, f'{found} of {count}')
    report.note('severities have the words that were asked for',
                'severity: critical' not in alerts and 'severity: page' in alerts)
    report.note('alerts need not go on', 'keep_firing_for:' not in alerts)
    spans = {span for text in texts.values() for span in re.findall(
        r'(?m)(?<=\[)\w+(?=\])|(?<=offset )\w+|(?<=interval: )\w+|(?<=  for: )\w+', text)}
    report.note('every window and wait is scaled', all(span.endswith('ms') for span in spans),
                str(spans))


def check_links(promtool, report, folder):
    """Boards have the variables that links set; the exporter's page is named where it is known."""
    for name, variables in set(re.findall(r"dashboard_url: '?\S+?/d/([\w-]+)(\S*)",
                                          generate.render('alerts.yml'))):
        board = json.loads((BOARDS / f'{name}.json').read_text())
        known = {variable['name'] for variable in board['templating']['list']}
        asked = set(re.findall(r'var-(\w+)=', variables))
        report.note(f'{name} knows {sorted(asked)}', asked <= known and board['uid'] == name)
    for exporter, url in (('i', 'https://e.org/x/'), ('another', '')):
        file = folder / f'links-{exporter}.yml'
        file.write_text(LINKED % {'alerts': generate.SOURCE.parent / 'alerts.yml', 'url': url,
                                  'at': exporter, 'runbooks': generate.RUNBOOKS})
        ended = subprocess.run([promtool, 'test', 'rules', file], capture_output=True, text=True,
                               check=False)
        report.note(f'an alert of an exporter links to {url or "no page"}', ended.returncode == 0,
                    ended.stdout + ended.stderr)


def check(promtool, report, folder):
    """All of it."""
    check_committed(report)
    check_parameters(promtool, report, folder)
    check_links(promtool, report, folder)

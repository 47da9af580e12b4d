#!/usr/bin/env python3
"""Writes recording_rules.yml and alerts.yml from the .toml files beside it.

    python3 dashboards/prometheus/source/generate.py            the files that are committed
    python3 dashboards/prometheus/source/generate.py --to DIR --selector 'job="reinfer"' \\
        --runbooks https://wiki.example.com/reinfer --dashboards https://grafana.example.com \\
        --label team=integration --severity critical=page --no-keep-firing-for

In the sources, `expr` is PromQL; `use` takes one of [expressions], with `window` in place of
<window>. <seconds 10m> is a number of seconds. `board` is the Grafana board on which an alert is
best looked at, its own or its group's. Links of an alert are made here.
"""

import argparse
import re
import sys
import textwrap
import tomllib
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
FILES = {'recording_rules.yml': 'recording_rules.toml', 'alerts.yml': 'alerts.toml'}
RUNBOOKS = ('https://github.com/reinfer/reinfer_exporter/blob/main/dashboards/runbooks/'
            'reinfer_exporter.md')
# Those of the exporter; recorded ones have a colon, and Prometheus' own have another job.
METRIC = re.compile(r'(?<![\w:])(reinfer_\w+|process_start_time_seconds|up)(?![\w:])(\{)?')
SPAN = r'((?:\d+(?:ms|[smhd]))+)'
UNITS = {'ms': 0.001, 's': 1, 'm': 60, 'h': 3600, 'd': 86400}
SEVERITIES = ('critical', 'warning', 'info', 'none')
KEYS = {'record', 'alert', 'expr', 'use', 'window', 'for', 'keep_firing_for', 'labels', 'board',
        'summary', 'description', 'comment'}
# Labels of alerts that are not those of a target of the exporter.
NOT_OF_TARGETS = '^(__name__|fault|slo)$'


@dataclass(frozen=True)
class Parameters:
    """What may differ between installations."""
    selector: str = ''  # matchers for every metric of the exporter: 'job="reinfer"'
    runbooks: str = RUNBOOKS  # followed by #, and the alert's name in lower case
    dashboards: str = 'http://localhost:3000'  # Grafana
    labels: tuple = ()  # pairs: further labels of every alert
    severities: tuple = ()  # pairs: other words for ours
    scale: float = 1  # windows and waits are divided by it
    keep_firing_for: bool = True  # Prometheus knows it from 2.42


def seconds(text):
    """ "1h30m" as seconds."""
    return sum(int(count) * UNITS[unit] for count, unit in re.findall(r'(\d+)(ms|[smhd])', text))


def span(text, parameters):
    """A duration as it is written in a rule."""
    if parameters.scale == 1:
        return text
    return f'{max(1, round(seconds(text) * 1000 / parameters.scale))}ms'


def expression(rule, expressions, parameters):
    """The PromQL of a rule."""
    text = expressions[rule['use']] if 'use' in rule else rule['expr']
    text = text.strip('\n').replace('<window>', rule.get('window', ''))
    text = re.sub(rf'(?<=\[){SPAN}(?=\])|(?<=\boffset ){SPAN}',
                  lambda match: span(match[0], parameters), text)
    text = re.sub(rf'<seconds {SPAN}>', lambda match: f'{seconds(match[1]) / parameters.scale:g}'
                  if parameters.scale != 1 else f'{seconds(match[1])}', text)
    return METRIC.sub(lambda match: selected(match, parameters.selector), text)


def selected(match, selector):
    """A metric's name with the matchers."""
    if not selector:
        return match[0]
    return f'{match[1]}{{{selector},' if match[2] else f'{match[1]}{{{selector}}}'


def page_of(metric, path, parameters):
    """A template: the page of an exporter that shows the metric with the alert's labels. Empty where
    no exporter says what its URL is."""
    query = METRIC.sub(lambda match: selected(match, parameters.selector),
                       f'reinfer_exporter_web_info and on (job, instance) {metric}{{<labels>}}')
    query = query.replace('"', '\\"').replace('%', '%%').replace('<labels>', '%s')
    return ('{{ $m := "" }}{{ range $name, $value := $labels }}'
            f'{{{{ if not (match "{NOT_OF_TARGETS}" $name) }}}}'
            '{{ $m = printf "%s%s=%q," $m $name $value }}{{ end }}{{ end }}'
            f'{{{{ with query (printf "{query}" $m) }}}}'
            f'{{{{ . | first | label "external_url" }}}}{path}{{{{ end }}}}')


def links(rule, board, expr, parameters):
    """Annotations with URLs, by the labels that the description has."""
    variables = [name for name in ('tenant', 'probe', 'instance')
                 if f'$labels.{name} }}}}' in rule['description']]
    if 'prometheus_' in expr:
        variables = []
    query = '&'.join(f'var-{name}={{{{ $labels.{name} }}}}' for name in variables)
    yield 'runbook_url', f'{parameters.runbooks}#{rule["alert"].lower()}'
    yield 'dashboard_url', (f'{parameters.dashboards}/d/reinfer-{board}'
                            + (f'?{query}' if query else ''))
    if 'probe' in variables:
        yield 'target_url', page_of('reinfer_probe_interval_seconds',
                                    '/target/{{ $labels.tenant }}/{{ $labels.probe }}', parameters)
    elif variables:
        metric = 'reinfer_tenant_info' if 'tenant' in variables else 'reinfer_exporter_build_info'
        yield 'target_url', page_of(metric, '/', parameters)


def commented(rule, indent):
    """Lines of a comment."""
    return [f'{indent}# {line}'.rstrip() for line in rule.get('comment', '').strip().split('\n')
            if rule.get('comment')]


def quoted(text):
    """A scalar in YAML: plain where it may be."""
    return "'" + text.replace("'", "''") + "'" if re.search(r'[{}#]|: ', text) else text


def lines_of(rule, group, expressions, parameters):
    """One rule in YAML."""
    unknown = rule.keys() - KEYS
    if unknown:
        raise ValueError(f'{rule}: unknown are {sorted(unknown)}, allowed: {sorted(KEYS)}')
    kind = 'alert' if 'alert' in rule else 'record'
    expr = expression(rule, expressions, parameters)
    lines = [*commented(rule, ' ' * 6), f'      - {kind}: {rule[kind]}', '        expr: |',
             textwrap.indent(expr, ' ' * 10)]
    for key in ('for', 'keep_firing_for'):
        if key in rule and (key == 'for' or parameters.keep_firing_for):
            lines.append(f'        {key}: {span(rule[key], parameters)}')
    if kind == 'record':
        return lines
    words = dict(parameters.severities)
    labels = {**rule['labels'], **dict(parameters.labels)}
    labels['severity'] = words.get(labels['severity'], labels['severity'])
    lines += ['        labels:', *(f'          {key}: {value}' for key, value in labels.items()),
              '        annotations:', f'          summary: {rule["summary"]}',
              '          description: >-',
              textwrap.indent(rule['description'].strip(), ' ' * 12)]
    board = rule.get('board', group['board'])
    return lines + [f'          {key}: {link if "runbook" in key else quoted(link)}'
                    for key, link in links(rule, board, expr, parameters)]


def render(name, parameters=Parameters()):
    """The text of a file of rules."""
    source = tomllib.loads((SOURCE / FILES[name]).read_text())
    lines = [f'# Made by source/generate.py from source/{FILES[name]}: change that.', '#',
             *commented(source, ''), 'groups:']
    for group in source['group']:
        lines += [*commented(group, ' ' * 2), f'  - name: {group["name"]}',
                  f'    interval: {span(group["interval"], parameters)}', '    rules:']
        for rule in group['rule']:
            lines += lines_of(rule, group, source.get('expressions', {}), parameters)
    return '\n'.join(lines) + '\n'


def pair(text):
    """KEY=VALUE of the command line."""
    key, equals, value = text.partition('=')
    if not (re.fullmatch(r'[a-z_]\w*', key) and equals and re.fullmatch(r'[\w.-]+', value)):
        raise argparse.ArgumentTypeError(f'{text!r}, allowed: KEY=VALUE of letters and digits')
    return key, value


def severity(text):
    """OURS=YOURS of the command line."""
    ours, yours = pair(text)
    if ours not in SEVERITIES:
        raise argparse.ArgumentTypeError(f'{ours!r}, allowed: {", ".join(SEVERITIES)}')
    return ours, yours


def selector(text):
    """Matchers of the command line."""
    one = r'[a-zA-Z_]\w*(=|!=|=~|!~)"[^"{}\\]*"'
    if not re.fullmatch(rf'{one}(,{one})*', text):
        raise argparse.ArgumentTypeError(f'{text!r}, allowed: matchers such as job="reinfer"')
    return text


def scale(text):
    """A factor of the command line."""
    try:
        factor = float(text)
    except ValueError:
        factor = 0
    if not 0.01 <= factor <= 100:
        raise argparse.ArgumentTypeError(f'{text!r}, allowed: 0.01 to 100')
    return factor


def url(text):
    """A base URL of the command line."""
    if not re.fullmatch(r'https?://[^\s"\'{}#?]+', text):
        raise argparse.ArgumentTypeError(f'{text!r}, allowed: a URL such as https://example.com/x')
    return text.rstrip('/')


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--to', type=Path, default=SOURCE.parent, metavar='DIR')
    parser.add_argument('--selector', type=selector, metavar='MATCHERS')
    parser.add_argument('--runbooks', type=url, default=RUNBOOKS, metavar='URL')
    parser.add_argument('--dashboards', type=url, default=Parameters.dashboards, metavar='URL',
                        help='of Grafana')
    parser.add_argument('--label', type=pair, action='append', default=[], metavar='KEY=VALUE')
    parser.add_argument('--severity', type=severity, action='append', default=[],
                        metavar='OURS=YOURS')
    parser.add_argument('--scale', type=scale, default=1, metavar='FACTOR')
    parser.add_argument('--no-keep-firing-for', action='store_true')
    given = parser.parse_args()
    parameters = Parameters(given.selector or '', given.runbooks, given.dashboards, tuple(given.label),
                            tuple(given.severity), given.scale, not given.no_keep_firing_for)
    for name in FILES:
        given.to.mkdir(parents=True, exist_ok=True)
        (given.to / name).write_text(render(name, parameters))
    return 0


if __name__ == '__main__':
    sys.exit(main())

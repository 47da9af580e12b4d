#!/usr/bin/env python3
"""Writes prometheusrule.yaml, the rules of dashboards/prometheus for the Prometheus operator.

    python3 deploy/kubernetes/operator/generate.py [--rules DIR]

DIR has recording_rules.yml and alerts.yml, made anew by dashboards/prometheus/source/generate.py
where something has to be different.
"""

import argparse
from pathlib import Path

HERE = Path(__file__).resolve().parent
RULES = HERE.parents[2] / 'dashboards' / 'prometheus'
HEAD = """\
# Made by generate.py from the rules in dashboards/prometheus: change their source.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: reinfer-exporter
  labels:
    app.kubernetes.io/name: reinfer-exporter
spec:
  groups:
"""


def groups_of(path):
    """The lines after `groups:`, two columns to the right."""
    lines = path.read_text().splitlines()
    return [f'  {line}' if line else '' for line in lines[lines.index('groups:') + 1:]]


def render(rules=RULES):
    """The whole file."""
    lines = groups_of(rules / 'recording_rules.yml') + groups_of(rules / 'alerts.yml')
    return HEAD + '\n'.join(lines) + '\n'


def main():
    """Writes it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rules', type=Path, default=RULES, metavar='DIR')
    (HERE / 'prometheusrule.yaml').write_text(render(parser.parse_args().rules))


if __name__ == '__main__':
    main()

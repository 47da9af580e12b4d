"""What the shipped rules cost a Prometheus: an exporter with many targets, a real Prometheus that
scrapes it and evaluates them, and how long each group of rules took, by Prometheus' own word
(prometheus_rule_group_last_duration_seconds). Its history is as young as the run, so queries that
look back for days have little to read; those that recur every 15 s look back for minutes.
"""

import json
import urllib.parse

import figures
from machine import free_port
from program import TOKEN_VARIABLE, get, pause, wait_for
from stage import ROOT

TARGETS = 1000
TENANTS = 20
EVERY_SECONDS = 15
ROUNDS = 12  # those every 4 minutes have none or one
RULES = ROOT / 'dashboards' / 'prometheus'
DURATIONS = 'prometheus_rule_group_last_duration_seconds{job="prometheus"}'


def config_file(stage, truth):
    """Tenants with objectives: without one most rules have nothing to do."""
    path = stage.path('config.toml')
    text = ['[limits]', 'series_max = 10000000', '[defaults]', f'interval = "{EVERY_SECONDS}s"',
            'timeout = "5s"',
            'slo = { availability = 99.9, latency = "800ms", latency_ratio = 95 }']
    for tenant in range(TENANTS):
        text += ['[[tenant]]', f'name = "t{tenant}"', f'base_url = "{truth.url("plain")}"',
                 f'token_env = "{TOKEN_VARIABLE}"', 'connection = "reuse"']
        for probe in range(TARGETS // TENANTS):
            text += ['[[tenant.probe]]', f'name = "p{probe}"', f'path = "/api/v1/t{probe}"']
    path.write_text('\n'.join(text) + '\n')
    return path


def prometheus_file(stage, exporter_port, own_port):
    """Scrapes the exporter and itself."""
    path = stage.path('prometheus.yml')
    every = f'{EVERY_SECONDS}s'
    path.write_text(json.dumps({
        'global': {'scrape_interval': every, 'evaluation_interval': every},
        'rule_files': [str(RULES / 'recording_rules.yml'), str(RULES / 'alerts.yml')],
        'scrape_configs': [
            {'job_name': job, 'static_configs': [{'targets': [f'127.0.0.1:{port}']}]}
            for job, port in (('reinfer_exporter', exporter_port), ('prometheus', own_port))]}))
    return path


def durations(port):
    """Seconds of each group's last evaluation, by its name."""
    query = urllib.parse.urlencode({'query': DURATIONS})
    rows = json.loads(get(port, f'/api/v1/query?{query}'))['data']['result']
    return {row['metric']['rule_group'].rsplit(';', 1)[-1]: float(row['value'][1])
            for row in rows}


def run_rules(stage, rounds, seed):
    """A row for each group: its usual and its longest evaluation in so many rounds of scrapes."""
    with stage.truth(seed) as truth, stage.exporter(config_file(stage, truth)) as (_, exporter):
        port = free_port()
        flags = [f'--config.file={prometheus_file(stage, exporter, port)}',
                 f'--storage.tsdb.path={stage.path("tsdb")}',
                 f'--web.listen-address=127.0.0.1:{port}', '--log.level=error']
        seen = {}
        with stage.running('prometheus', *flags):
            wait_for(lambda: get(port, '/-/ready'), 'Prometheus')
            for _ in range(rounds):
                pause(EVERY_SECONDS)
                for group, seconds in durations(port).items():
                    seen.setdefault(group, []).append(seconds)
    return [{'group': group, 'targets': TARGETS, 'evaluations': len(seconds),
             'p50_ms': figures.median(seconds) * 1e3, 'max_ms': max(seconds) * 1e3}
            for group, seconds in sorted(seen.items())]

"""The results as people read them: Markdown tables of the raw numbers. Pure but for machine()."""

import platform
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import demands
import figures
import history
from scale_tables import (all_growth_text, burst_table, growth_table, holds_table, lag_table,
                          rules_table, scrape_table, sight_table, size_table, start_table)
from stage import BLACKBOX, HOLD_US, PEERS, ROOT, is_there
from tables import SUBJECTS, number, of, table, with_range

WORKLOADS = {
    'quiet': '100 plain probes/s',
    'quiet-tls': '50 TLS probes/s (25 for blackbox_exporter)',
    'busy': '200 plain + 60 fresh TLS + 20 reused TLS probes/s (no reused for blackbox_exporter)',
    'busy-scraped': 'the same, while /metrics is scraped 5 times a second',
}


def output_of(*command):
    """What a command prints; empty if it cannot."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True,
                              check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ''


def machine():
    """When and where, and which versions."""
    cpu = re.search(r'^model name\s*: (.*)$', Path('/proc/cpuinfo').read_text(), re.M)
    packages = ['libcurl4', 'libssl3', 'prometheus-cpp-dev', BLACKBOX]
    memory = re.search(r'^MemTotal:\s+(\d+)', Path('/proc/meminfo').read_text(), re.M)
    return {
        'date': datetime.now(timezone.utc).strftime('%Y-%m-%d %H:%M UTC'),
        'cpu': cpu[1] if cpu else platform.machine(),
        'cores': len(Path('/proc/cpuinfo').read_text().split('processor\t:')) - 1,
        'memory_gb': round(int(memory[1]) / 2**20) if memory else 0,
        'kernel': platform.release(),
        'system': output_of('sh', '-c', '. /etc/os-release && echo "$PRETTY_NAME"'),
        'revision': output_of('git', 'rev-parse', '--short=12', 'HEAD'),
        'changed': bool(output_of('git', 'status', '--porcelain', '--untracked-files=no')),
        'compiler': output_of('g++', '--version').split('\n')[0],
        'load': Path('/proc/loadavg').read_text().split()[0],
        'versions': {name: output_of('dpkg-query', '-W', '-f=${Version}', name)
                     for name in packages} | {'the newer blackbox_exporter': newer_version()},
    }


def newer_version():
    """Of the peer as it is today."""
    if not is_there('blackbox-new'):
        return 'could not be had and is left out'
    said = output_of(str(PEERS['blackbox-new']), '--version')
    return said.partition('version ')[2].partition(' ')[0]


def truth_text(rows):
    """How good the truth is."""
    truth = rows[0] if rows else None
    if not truth:
        return 'The packet capture was not allowed here, so the truth has one witness only.'
    return (f'Two witnesses of the same {truth["exchanges"]:,} exchanges under the busy workload,\n'
            'the server\'s sockets and a packet capture, are apart by '
            f'{number(truth["p50_us"])} us at the median, {number(truth["p99_us"])} us at p99, '
            f'{number(truth["max_us"])} us at most.')


def error_tables(rows):
    """A table for each workload."""
    parts = []
    for workload, title in WORKLOADS.items():
        body = []
        for subject, name in SUBJECTS.items():
            cell = of(rows, subject, workload)
            for kind in sorted({kind for row in cell for kind in row['kinds']}):
                found = [row['kinds'].get(kind, {}) for row in cell]
                body.append([f'{name}, {kind}', str(sum(k.get('count', 0) for k in found))] + [
                    with_range([k.get(f'{what}_p{q}_us') for k in found])
                    for what in ('wait', 'total') for q in (50, 99)])
        parts.append(f'**{title}**\n\n' + table(
            ['us', 'probes', 'wait p50', 'wait p99', 'total p50', 'total p99'], body))
    clocks = sorted({clock for row in rows if row['subject'] == 'exporter'
                     for clock in row['clock']})
    failures = sum(row['failures'] for row in rows)
    parts.append(f'Clock of reinfer_exporter: {", ".join(clocks) or "-"}. Probes that failed or '
                 f'were skipped, over all: {failures}.')
    return '\n\n'.join(parts)


def cpu_table(rows):
    """CPU a probe, beside the floor and beside blackbox_exporter."""
    body = []
    for workload in dict.fromkeys(row['workload'] for row in rows):
        ours, *others = (
            [row['cpu_us_per_probe'] for row in of(rows, subject, workload if subject not in PEERS
                                                   else workload.replace('reused', 'fresh'))]
            for subject in ('exporter', 'libcurl', *PEERS))
        ratios = [figures.median(ours) / figures.median(other) if ours and other else None
                  for other in others]
        body.append([workload, *map(with_range, (ours, *others)), *map(number, ratios)])
    return table(['us of CPU a probe', 'reinfer_exporter', 'bare libcurl loop',
                  'blackbox_exporter (always fresh)', 'newer blackbox_exporter', 'to the loop',
                  'to blackbox', 'to the newer'], body)


def own_table(rows):
    """Counts of a probe beside the bare loop's."""
    body = []
    for workload in dict.fromkeys(row['workload'] for row in rows):
        ours, floor = (of(rows, subject, workload) for subject in ('exporter', 'libcurl'))
        if not ours or not floor:
            continue
        ours, floor = ours[0], floor[0]
        pairs = [(ours['instructions'] / 1e3, floor['instructions'] / 1e3),
                 (sum(ours['calls'].values()), sum(floor['calls'].values())),
                 (ours['allocations'], floor['allocations'])]
        body.append([workload, *(number(figure) for ours_, floor_ in pairs
                                 for figure in (ours_, floor_, ours_ / floor_))])
    return table(['of a probe', 'thousand instructions', 'bare loop', 'ratio', 'system calls',
                  'bare loop', 'ratio', 'allocations', 'bare loop', 'ratio'], body)


def quota_table(rows):
    """Errors of the wait by share of a processor."""
    body = []
    for (place, subject), runs in figures.grouped(rows, 'place', 'subject').items():
        body.append([f'{place} ({runs[0]["means"]}), {SUBJECTS[subject]}',
                     str(sum(row['probes'] for row in runs)),
                     with_range([row['throttled'] and 100 * row['throttled'] for row in runs]),
                     with_range([100 * row['distrusted_share'] for row in runs
                                 if row['distrusted_share'] is not None]),
                     *(with_range([row[key] for row in runs]) for key in (
                         'trusted_p50_us', 'trusted_p99_us', 'trusted_max_us', 'all_p99_us')),
                     str(sum(row['trusted_wrong'] for row in runs))])
    return table(['us of error', 'probes', '% of periods throttled', '% distrusted', 'trusted p50',
                  'trusted p99', 'trusted max', 'all p99', 'wrong and trusted'], body)


def places_text(rows):
    """The same in other places, and what these are made of."""
    made_of = [f'{place}: {runs[0]["versions"]}.' for (place,), runs in figures.grouped(
        rows, 'place').items()]
    return '\n\n'.join([quota_table(rows), *made_of])


def history_cpu_table(rows):
    """With and without at the same time; the last column is what cannot be told."""
    body = []
    for workload in history.CPU_WORKLOADS:
        runs = [row['slices'] for row in rows
                if (row['what'], row.get('workload')) == ('cpu', workload)]
        body.append([f'us of CPU a probe, {workload}', *(with_range(
            [figures.median(run[subject]) for run in runs]) for subject in history.AT_ONCE)])
        body.append([f'to the first, {workload}', '1', *(with_range(
            history.cpu_ratios(rows, workload, subject)) for subject in history.AT_ONCE[1:])])
    return table(['', 'without a history', 'with one', 'another without'], body)


def history_text(rows):
    """With and without, and where the bytes go."""
    def pair(what, workload, value):
        return [with_range([value(row) for row in of(
            [row for row in rows if row['what'] == what], subject, workload)])
            for subject in history.SUBJECTS]
    body = [[f'thousand instructions a probe, {history.COUNTED_WORKLOAD}', *pair(
        'count', history.COUNTED_WORKLOAD, lambda row: row['instructions'] / 1e3)]]
    for workload in history.ERROR_WORKLOADS:
        kinds = sorted({kind for row in rows if row.get('workload') == workload
                        for kind in row.get('kinds', {})})
        body += [[f'us of wait error p{q}, {kind}', *pair(
            'error', workload, lambda row, k=kind, q=q: row['kinds'].get(k, {}).get(
                f'wait_p{q}_us'))] for kind in kinds for q in (50, 99)]
    parts = [history_cpu_table(rows), table(['', 'without a history', 'with one'], body)]
    for day in (row for row in rows if row['what'] == 'day'):
        wanted, kept = history.extrapolated(day), history.kept_under(history.CAP_BYTES, day)
        parts.append(
            f'{history.PLAYED_DAYS} played days of {day["targets"]} targets every '
            f'{history.PLAYED_INTERVAL_S} s, {day["results"]:,} results; '
            f'the history\'s own thread took {number(day["turns_us_per_result"])} us of CPU '
            f'for each, folding and packing included. For {history.TARGETS:,} targets after '
            f'{history.DAYS} days:')
        parts.append(table(
            ['kind', 'rows a target and day', 'bytes a row', 'MB without a limit',
             f'days of it under {history.CAP_BYTES / 1e6:.0f} MB'],
            [[name, number(count / day['targets']), number(size / count if count else None),
              number(wanted[name] / 1e6), number(kept[name])]
             for name, (count, size) in day['kinds'].items()]))
    return '\n\n'.join(parts)


SECTIONS = {
    'truth': ('The truth', truth_text),
    'error': ('Error of the figures', error_tables),
    'cpu': ('CPU a probe', cpu_table),
    'own': ('What a probe takes beside the bare loop', own_table),
    'size': ('Memory and CPU by targets, fresh TLS connections every 30 s', size_table),
    'burst': ('Many scrapes at once', burst_table),
    'growth': ('Instructions by targets', growth_table),
    'holds': ("How long the ledger's mutex is held at most", holds_table),
    'lag': ('Schedule lag', lag_table),
    'scrape': ('Scrapes', scrape_table),
    'start': ('First light', start_table),
    'sight': ('What people look at', sight_table),
    'quota': ('Where people run it', quota_table),
    'places': ('In the container image and on Debian 13', places_text),
    'rules': ('What the rules cost a Prometheus', rules_table),
    'history': ('What the history costs', history_text),
}


def head(raw):
    """What was measured, and where."""
    where = raw['machine']
    versions = ', '.join(f'{name} {version}' for name, version in where['versions'].items())
    changed = ' with changes' if where['changed'] else ''
    return '\n'.join([
        '# Results', '',
        'Written by `bash tests/bench/run.sh`; [README.md](README.md) says what each figure means.',
        '',
        f'- {where["date"]}, revision {where["revision"]}{changed}',
        f'- {where["cpu"]}, {where["cores"]} cores, {where["memory_gb"]} GB, '
        f'Linux {where["kernel"]}, {where["system"]}; load average at the start {where["load"]}',
        f'- {versions}, {where["compiler"]}',
        f'- medians (and ranges) of {raw["runs"]} interleaved runs of {raw["seconds"]:g} s; '
        f'replies held {HOLD_US[0] / 1e3:g} to {HOLD_US[1] / 1e3:g} ms; '
        f'{raw["took_seconds"]} s in all: ' + ', '.join(
            f'{part} {seconds}' for part, seconds in raw['seconds_of'].items())])


def as_markdown(raw):
    """All of it."""
    parts = [head(raw)]
    judged = demands.judge(raw['parts'])
    if judged:
        parts.append('## What is demanded\n\n' + table(
            ['demand', 'at most', 'measured', 'met'],
            [[d.what, f'{number(d.limit)} {d.unit}'.strip(), f'{number(d.value)} {d.unit}'.strip(),
              'yes' if d.met else 'no'] for d in judged]))
    if raw['failed']:
        parts.append('## What could not be measured\n\n' + '\n'.join(
            f'- {what}' for what in raw['failed']))
    for part, rows in raw['parts'].items():
        title, write = SECTIONS[part]
        parts.append(f'## {title}\n\n{write(rows)}')
    if grown := all_growth_text(raw['parts']):
        parts.append(f'## Growth with the number of targets\n\n{grown}')
    return '\n\n'.join(parts) + '\n'

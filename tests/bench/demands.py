"""What the project holds itself to, and whether a run met it. Pure."""

import itertools
from dataclasses import dataclass

import figures
import growth
import history
import places
import quota
import rules
import sight

# How many times the bare loop's instructions a probe may take.
OWN_LIMITS = {'plain fresh': 1.3, 'plain reused': 1.3, 'tls fresh': 1.05, 'tls reused': 1.3}
KINDS = ('plain fresh', 'plain reused', 'tls fresh', 'tls reused')


@dataclass(frozen=True)
class Demand:
    """A figure and what it may be at most."""
    what: str
    limit: float
    unit: str
    value: float | None

    @property
    def met(self):
        """Whether it is; never of a figure that is not there."""
        return self.value is not None and self.value <= self.limit


def ratio(one, other):
    """None unless both are there."""
    return None if one is None or not other else one / other


def wait_error(rows, subject, workload, kind, q):
    """The median over runs of a quantile of the wait's error."""
    return figures.median([
        row['kinds'].get(kind, {}).get(f'wait_p{q}_us') for row in rows
        if (row['subject'], row['workload']) == (subject, workload)])


def quiet_of(kind):
    """The quiet workload that has such probes."""
    return 'quiet' if kind.startswith('plain') else 'quiet-tls'


def beside(peer, rows):
    """How a demand names a peer; None of the newer one where it was not measured."""
    if peer == 'blackbox':
        return 'blackbox_exporter\'s'
    there = any(row['subject'] == peer for row in rows)
    return 'the newer blackbox_exporter\'s' if there else None


def peers_in(rows):
    """[(subject, its name in a demand)] of the peers that these rows have to do with."""
    return [(peer, name) for peer in ('blackbox', 'blackbox-new') if (name := beside(peer, rows))]


def judge_error(rows):
    """Each kind of probe, quiet, busy and scraped."""
    for kind in KINDS:
        peer_kind = kind.replace('reused', 'fresh')
        for workload in (quiet_of(kind), 'busy', 'busy-scraped'):
            p99 = wait_error(rows, 'exporter', workload, kind, 99)
            yield Demand(f'wait error p99, {kind}, {workload}', 50, 'us', p99)
            if workload == 'busy-scraped':
                continue
            for (peer, name), (q, part) in itertools.product(peers_in(rows), ((50, 10), (99, 20))):
                yield Demand(f'wait error p{q} to {name}, {kind}, {workload}',
                             1 / part, 'x', ratio(
                                 wait_error(rows, 'exporter', workload, kind, q),
                                 wait_error(rows, peer, workload, peer_kind, q)))
        for q in (50, 99):
            quiet, busy, scraped = (wait_error(rows, 'exporter', workload, kind, q)
                                    for workload in (quiet_of(kind), 'busy', 'busy-scraped'))
            yield Demand(f'wait error p{q}, busy to quiet, {kind}', 2, 'x', ratio(busy, quiet))
            yield Demand(f'wait error p{q}, scraped to not, {kind}', 2, 'x', ratio(scraped, busy))


def judge_cpu(rows):
    """Beside the peers."""
    def cpu(subject, workload):
        return figures.median([row['cpu_us_per_probe'] for row in rows
                               if (row['subject'], row['workload']) == (subject, workload)])
    fresh, reused = cpu('exporter', 'tls fresh'), cpu('exporter', 'tls reused')
    yield Demand('CPU of a fresh HTTPS probe to the bare loop\'s', 1.25, 'x',
                 ratio(fresh, cpu('libcurl', 'tls fresh')))
    for peer, name in peers_in(rows):
        yield Demand(f'CPU of a fresh HTTPS probe to {name}', 1 / 2, 'x',
                     ratio(fresh, cpu(peer, 'tls fresh')))
        yield Demand(f'CPU of a reused HTTPS probe to {name}', 1 / 20, 'x',
                     ratio(reused, cpu(peer, 'tls fresh')))


def judge_size(rows):
    """Memory, that CPU grows no faster than the probes, and the largest among its readers."""
    def at(targets, key):
        return figures.median([row[key] for row in rows if row['targets'] == targets])
    measured = {row['targets'] for row in rows}
    for targets, limit, where in ((100, 16, ''), (10000, 120, ' with a history')):
        if targets in measured:
            yield Demand(f'memory at {targets:,} targets{where}', limit, 'MB',
                         at(targets, 'memory_mb'))
    if {1000, 10000} <= measured:
        yield Demand('CPU a probe, 10,000 targets to 1,000', 1.1, 'x', ratio(
            at(10000, 'cpu_us_per_probe'), at(1000, 'cpu_us_per_probe')))


    crowds = [row['crowd'] | {'cpu': row['cpu_us_per_probe']} for row in rows if row.get('crowd')]
    if not crowds:
        return
    yield Demand('CPU of a probe, 10,000 targets with a history, to the bare loop\'s', 1.15, 'x',
                 figures.median([ratio(row['cpu'], row['loop_us_per_probe']) for row in crowds]))
    yield Demand('schedule lag p99, 10,000 targets while 20 scrapers read and a reload happens',
                 2000, 'us', figures.median([row['p99_us'] for row in crowds]))
    yield Demand('scrapes of 20 in a loop that were not whole', 0, '',
                 sum(row['scrapes'] - row['whole'] for row in crowds))
    yield Demand('reloads among scrapers that did not come into force', 0, '',
                 sum(not row['reloaded'] for row in crowds))


def judge_burst(rows):
    """A crowd at once, and who reads slowly."""
    if not rows:
        return
    yield Demand('scrapes of 20 at once that were not whole', 0, '',
                 sum(row['scrapes'] - row['whole'] for row in rows))
    yield Demand('memory of 20 scrapes at once beside the snapshot', 8, 'MB',
                 figures.median([row['extra_mb'] for row in rows]))
    yield Demand('scrape beside one who reads a byte a second to alone', 1.1, 'x', figures.median(
        [ratio(row['beside_slow_ms'], row['alone_ms']) for row in rows]))


def judge_holds(rows):
    """A snapshot never holds the ledger's mutex for long."""
    for (targets,), runs in figures.grouped(rows, 'targets').items():
        yield Demand(f'longest snapshot, {targets:,} targets', 1000, 'us',
                     figures.median([row['snapshot_max_us'] for row in runs]))


def judge_lag(rows):
    """How late."""
    for (grid,), runs in figures.grouped(rows, 'grid').items():
        yield Demand(f'schedule lag p99, {grid}', 2000, 'us',
                     figures.median([row['p99_us'] for row in runs]))


def judge_scrape(rows):
    """Beside prometheus-cpp at about 75,000 series; and no more memory for more series."""
    if not rows:
        return
    near = min({row['series'] for row in rows}, key=lambda series: abs(series - 75000))
    at = {row['format']: row for row in rows if row['series'] == near}
    most = {row['format']: row for row in rows
            if row['series'] == max(other['series'] for other in rows)}
    for name in ('text', 'openmetrics', 'protobuf'):
        if name in at and 'prometheus-cpp' in at:
            yield Demand(f'scrape of {near:,} series to prometheus-cpp\'s, {name}', 1 / 10, 'x',
                         ratio(at[name]['ms'], at['prometheus-cpp']['ms']))
            yield Demand(f'memory of a scrape beside its facts, {name}', 1, 'MB',
                         most[name]['peak_extra_bytes'] / 1e6)


def judge_own(rows):
    """Instructions beside the bare loop's."""
    for workload, limit in OWN_LIMITS.items():
        ours, floor = (figures.median([row['instructions'] for row in rows
                                       if (row['subject'], row['workload']) == (name, workload)])
                       for name in ('exporter', 'libcurl'))
        yield Demand(f'instructions of a probe to the bare loop\'s, {workload}', limit, 'x',
                     ratio(ours, floor))


def judge_growth(rows):
    """No turn grows with the number of targets."""
    for (mode,), runs in figures.grouped(rows, 'mode').items():
        yield Demand(f'exponent of growth, {growth.MODES[mode]}', 0.25, '', growth.exponent(
            [(row['targets'], row['instructions']) for row in runs]))


def judge_start(rows):
    """Beside the peer's start."""
    def at(subject, key):
        return figures.median([row[key] for row in rows if row['subject'] == subject])
    for (targets, limit), (peer, name) in itertools.product(((100, 1), (10000, 10)),
                                                            peers_in(rows)):
        for key, what in (('scrape_ms', 'a served scrape'), ('probe_ms', 'the first probe')):
            yield Demand(f'exec to {what} to {name} scrape, {targets:,} targets', limit, 'x', ratio(
                at(f'exporter, {targets:,} targets', key), at(peer, 'scrape_ms')))
    yield Demand('stop, 100 targets', 200, 'ms', at('exporter, 100 targets', 'stop_ms'))


def judge_sight(rows):
    """What people wait for."""
    def at(targets, value):
        return figures.median([value(row) for row in rows if row['targets'] == targets])
    for targets in (100, 1000):
        yield Demand(f'page to its first paint, {targets:,} targets', 100, 'ms',
                     at(targets, lambda row: row.get('page_ms')))
    for name in sight.DOCUMENTS:
        yield Demand(f'API at 1,000 targets, {name}', 10, 'ms',
                     at(1000, lambda row, name=name: row.get('api_ms', {}).get(name)))
    yield Demand('check of 10,000 targets', 1000, 'ms', at(10000, lambda row: row.get('check_ms')))


def judge_place(place, runs):
    """What is trusted is right; nothing is met by what was not measured."""
    yield Demand(f'wait error p99 of trusted probes, {place}', 50, 'us',
                 figures.median([row['trusted_p99_us'] for row in runs]))
    yield Demand(f'probes wrong by more than {quota.WRONG_US} us and trusted, {place}', 0, '',
                 sum(row['trusted_wrong'] for row in runs) if runs else None)


def judge_quota(rows):
    """Each share of a processor that was measured."""
    for (place,), runs in figures.grouped(
            [row for row in rows if row['subject'] == 'exporter'], 'place').items():
        yield from judge_place(place, runs)


def judge_places(rows):
    """Each place that is asked for, whether it could be had or not."""
    for place in places.PLACES:
        yield from judge_place(place, [row for row in rows if (row['subject'], row['place'])
                                       == ('exporter', place)])


def judge_rules(rows):
    """Of the group that takes longest."""
    if rows:
        yield Demand(f'evaluation of the dearest group of rules, {rules.TARGETS:,} targets', 500,
                     'ms', max(row['p50_ms'] for row in rows))


def judge_history(rows):
    """Beside the same exporter without one; and the room that it may take."""
    def of(what, subject, workload):
        return [row for row in rows if (row['what'], row.get('subject'), row.get('workload'))
                == (what, subject, workload)]
    for workload in history.CPU_WORKLOADS:
        yield Demand(f'CPU of a probe with a history to without, {workload}', 1.05, 'x',
                     figures.median(history.cpu_ratios(rows, workload, 'history')))
    yield Demand(f'instructions of a probe with a history to without, {history.COUNTED_WORKLOAD}',
                 1.05, 'x', ratio(*(figures.median([row['instructions'] for row in of(
                     'count', subject, history.COUNTED_WORKLOAD)])
                                    for subject in ('history', 'exporter'))))
    for workload in history.ERROR_WORKLOADS:
        for kind in sorted({kind for row in of('error', 'exporter', workload)
                            for kind in row['kinds']}):
            yield Demand(f'wait error p99 with a history to without, {kind}', 1.2, 'x', ratio(*(
                wait_error(of('error', subject, workload), subject, workload, kind, 99)
                for subject in ('history', 'exporter'))))
    for day in (row for row in rows if row['what'] == 'day'):
        wanted = history.extrapolated(day)
        what = f'{history.TARGETS:,} targets for {history.DAYS} days'
        yield Demand(f'history of {what}, days and slices', history.CAP_BYTES / 1e6, 'MB',
                     sum(wanted[name] for name in history.WANTED) / 1e6)
        yield Demand(f'history of {what}, all of it', history.CAP_BYTES / 1e6, 'MB',
                     sum(wanted.values()) / 1e6)


def judge_all_growth(parts):
    """No figure grows faster than the number of targets."""
    for part, what, _, exponent in growth.grown(parts):
        if part != 'growth':
            yield Demand(f'exponent of growth, {what}', 1.05, '', exponent)


JUDGES = {'own': judge_own, 'growth': judge_growth, 'start': judge_start, 'quota': judge_quota,
          'places': judge_places,
          'error': judge_error, 'cpu': judge_cpu, 'size': judge_size, 'lag': judge_lag,
          'scrape': judge_scrape, 'history': judge_history, 'burst': judge_burst,
          'holds': judge_holds, 'sight': judge_sight, 'rules': judge_rules}


def judge(parts):
    """Every demand that these parts say something about."""
    return [*(demand for part, rows in parts.items() if part in JUDGES
              for demand in JUDGES[part](rows)), *judge_all_growth(parts)]

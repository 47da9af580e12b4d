"""The first quarter of 2025 of eight tenants, slot by slot: as OpenMetrics of their exporters, and
counted from the slots by itself.

What happened: outages of one probe, of all probes and over a month's edge, restarts, scrapes that
were missing with and without a restart, maintenance, a token that was dead for three weeks, an
exporter that stalled for three weeks, one without its way to the network, a late start, an early
end, two vantages, pods in turn, a label and an objective that changed. Months are those of Berlin,
where clocks were set forward in March.
"""
import bisect
import collections
import dataclasses
import datetime
import zoneinfo

SLOT, SCRAPE, SLICE = 60, 120, 300
SLOT_PHASE, SCRAPE_PHASE = 30, 17   # seconds; neither on an edge of a month or of a slice
SLOW_EVERY = 25                     # one ok result in so many is over the threshold
FAULT_OF = {'ok': 'none', 'server_error': 'platform', 'gateway_error': 'edge',
            'connect_timeout': 'network', 'unauthorized': 'credentials', 'throttled': 'request',
            'monitor_error': 'monitor'}
OURS = ('credentials', 'request', 'monitor')
SKIPPED = ('stall', 'overlap')
BERLIN = zoneinfo.ZoneInfo('Europe/Berlin')
MONTHS = ('2025-01', '2025-02', '2025-03')
BEGIN, END = '2024-12-31T12:00', '2025-04-01T12:00'


def at(text):
    """Seconds since the epoch of a time in UTC, such as 2025-03-06T09:12 or 2025-03-06T09:12:40."""
    return int(datetime.datetime.fromisoformat(text + '+00:00').timestamp())


def month(name):
    """First and last moment of a month in Berlin."""
    year, number = map(int, name.split('-'))
    return tuple(int(datetime.datetime(year, n, 1, tzinfo=BERLIN).timestamp())
                 for n in (number, number + 1))


SPANS = {name: month(name) for name in MONTHS}


@dataclasses.dataclass(frozen=True)
class Life:
    """One probe of one tenant as one exporter saw it, under one set of labels."""

    tenant: str
    probe: str
    instance: str
    incidents: tuple = ()   # (from, to, outcome, reason of a slot skipped, or 'egress')
    start: str = BEGIN
    end: str = END
    more: str = ''          # labels besides
    latency: bool = False
    maintenance: tuple = () # (from, to)
    restarts: tuple = ()
    unscraped: tuple = ()   # (from, to)
    objectives: tuple = (('2024-01-01T00:00', .999),)  # since when

    def labels(self):
        """As they stand in the exposition, with what Prometheus adds."""
        return (f'job="reinfer_exporter",instance="{self.instance}",tenant="{self.tenant}",'
                f'probe="{self.probe}"{self.more}')

    def objective(self, time):
        """The one of a time."""
        return [ratio for since, ratio in self.objectives if at(since) <= time][-1]

    def scrapes(self):
        """When Prometheus reached the exporter."""
        first = at(self.start) - at(self.start) % SCRAPE + SCRAPE_PHASE
        gaps = [(at(a), at(b)) for a, b in self.unscraped]
        return [time for time in range(first, at(self.end), SCRAPE)
                if time >= at(self.start) and not any(a <= time < b for a, b in gaps)]

    def slots(self):
        """(time, what, slow, in maintenance) of each, in order."""
        first = at(self.start) - at(self.start) % SLOT + SLOT_PHASE
        times = range(first, at(self.end), SLOT)
        what = ['ok'] * len(times)
        inside = [False] * len(times)
        for start, end, value in self.incidents:
            for i in range(*self.places(start, end, times)):
                what[i] = value
        for start, end in self.maintenance:
            for i in range(*self.places(start, end, times)):
                inside[i] = True
        for i, time in enumerate(times):
            yield time, what[i], time // SLOT % SLOW_EVERY == 0, inside[i]

    @staticmethod
    def places(start, end, times):
        """Which of the times lie in a stretch."""
        return bisect.bisect_left(times, at(start)), bisect.bisect_left(times, at(end))


HERE, THERE = 'frankfurt:9877', 'dublin:9877'
DEAD_HOUR = ('2025-01-20T03:00', '2025-01-20T04:00', 'server_error')
OVER_THE_EDGE = ('2025-01-31T22:40', '2025-01-31T23:20', 'gateway_error')
LIVES = (
    Life('acme', 'dataset', HERE, latency=True,
         restarts=('2025-01-12T00:00:40', '2025-02-03T10:31:00', '2025-03-30T01:00:50'),
         incidents=(DEAD_HOUR, OVER_THE_EDGE,
                    ('2025-01-08T09:12', '2025-01-08T10:15', 'server_error'),
                    ('2025-03-19T03:20', '2025-03-19T03:32', 'connect_timeout'),
                    ('2025-02-21T08:00', '2025-02-21T10:00', 'throttled'),
                    ('2025-03-14T12:00', '2025-03-14T12:50', 'stall'))),
    Life('acme', 'status', HERE, objectives=(('2024-01-01T00:00', .995),),
         incidents=(DEAD_HOUR, ('2025-03-30T00:30', '2025-03-30T02:30', 'server_error'))),
    # Another vantage. It begins late, is not scraped for a while and lives on, then is restarted.
    Life('initech', 'dataset', THERE, more=',vantage="dublin"', start='2025-01-20T06:00',
         restarts=('2025-03-20T05:50',), incidents=(DEAD_HOUR,),
         unscraped=(('2025-02-15T00:00', '2025-02-15T02:00'),
                    ('2025-03-20T00:00', '2025-03-20T06:00'))),
    Life('initech', 'dataset', HERE, more=',vantage="frankfurt"',
         incidents=(('2025-01-25T10:00', '2025-01-25T12:00', 'connect_timeout'),
                    ('2025-03-03T10:00', '2025-03-03T12:00', 'egress'))),
    Life('globex', 'dataset', HERE, maintenance=(('2025-03-27T22:00', '2025-03-28T00:00'),),
         incidents=(('2025-03-27T22:30', '2025-03-27T23:00', 'server_error'),
                    ('2025-02-09T10:00', '2025-02-09T10:25', 'server_error')),
         objectives=(('2024-01-01T00:00', .995), ('2025-02-16T00:00', .999))),
    # The token was dead for three weeks, then there was a bad quarter of an hour.
    Life('hooli', 'dataset', HERE,
         incidents=(('2025-02-03T00:00', '2025-02-24T00:00', 'unauthorized'),
                    ('2025-03-24T00:00', '2025-03-24T00:15', 'gateway_error'))),
    Life('stark', 'dataset', HERE, incidents=(('2025-03-03T00:00', '2025-03-24T00:00', 'stall'),)),
    # A label changed, a tenant was taken out, and a pod came after another.
    Life('wayne', 'dataset', HERE, more=',region="eu"', end='2025-02-10T09:00'),
    Life('wayne', 'dataset', HERE, more=',region="eu-west"', start='2025-02-10T09:00',
         incidents=(('2025-02-11T09:00', '2025-02-11T09:30', 'server_error'),)),
    Life('umbrella', 'dataset', HERE, end='2025-03-12T15:00',
         incidents=(('2025-03-02T09:00', '2025-03-02T09:10', 'server_error'),)),
    Life('pied', 'dataset', '10.0.0.1:9877', end='2025-02-11T08:00'),
    Life('pied', 'dataset', '10.0.0.2:9877', start='2025-02-11T08:04'),
)


class Counters:
    """What an exporter has counted since it started."""

    def __init__(self):
        self.events = {'availability': [0, 0], 'latency': [0, 0]}
        self.results = dict.fromkeys(FAULT_OF, 0)
        self.skipped = dict.fromkeys(SKIPPED, 0)
        self.egress = 0

    def take(self, what, slow, maintenance):
        """Counts a slot as the exporter does."""
        if what in self.skipped:
            self.skipped[what] += 1
            return
        outcome = 'connect_timeout' if what == 'egress' else what
        self.results[outcome] += 1
        self.egress += what == 'egress'
        if maintenance or what == 'egress' or FAULT_OF[outcome] in OURS:
            return
        ok = outcome == 'ok'
        self.events['availability'][0] += 1
        self.events['availability'][1] += ok
        self.events['latency'][0] += ok
        self.events['latency'][1] += ok and not slow


def counters_at_scrapes(life):
    """(time of a scrape, the counters then) of each."""
    counters, slots = Counters(), life.slots()
    restarts = [at(text) for text in life.restarts]
    slot = next(slots, None)
    for time in life.scrapes():
        while slot and slot[0] <= time:
            while restarts and restarts[0] <= slot[0]:
                restarts.pop(0)
                counters = Counters()
            counters.take(*slot[1:])
            slot = next(slots, None)
        yield time, counters


def counters_of(life, counters):
    """(metric, labels, value) of each counter that moves in a life."""
    labels, seen = life.labels(), {what for _, _, what in life.incidents}
    for slo in ('availability', 'latency') if life.latency else ('availability',):
        for name, value in zip(('events', 'good_events'), counters.events[slo]):
            yield f'reinfer_slo_{name}_total', f'{labels},slo="{slo}"', value
    for outcome, fault in FAULT_OF.items():
        if outcome in ('ok', *seen) or (outcome == 'connect_timeout' and 'egress' in seen):
            yield ('reinfer_probe_results_total', f'{labels},outcome="{outcome}",fault="{fault}"',
                   counters.results[outcome])
    for reason in SKIPPED:
        if reason in seen:
            yield ('reinfer_probe_skipped_total', f'{labels},reason="{reason}"',
                   counters.skipped[reason])
    if 'egress' in seen:
        yield ('reinfer_slo_excluded_events_total',
               f'{labels},slo="availability",reason="egress"', counters.egress)


def gauges_of(life, time):
    """(metric, labels, value) of what an objective is."""
    labels = life.labels()
    yield ('reinfer_slo_objective_ratio', f'{labels},slo="availability"', life.objective(time))
    yield 'reinfer_probe_interval_seconds', labels, SLOT
    if life.latency:
        yield 'reinfer_slo_objective_ratio', f'{labels},slo="latency"', .95
        yield 'reinfer_slo_latency_threshold_seconds', labels, .5


def write(path):
    """All lives, metric by metric."""
    metrics = collections.defaultdict(list)
    for life in LIVES:
        for i, (time, counters) in enumerate(counters_at_scrapes(life)):
            for metric, labels, value in counters_of(life, counters):
                metrics[metric].append(f'{metric}{{{labels}}} {value} {time}\n')
            for metric, labels, value in gauges_of(life, time) if i % 2 == 0 else ():
                metrics[metric].append(f'{metric}{{{labels}}} {value} {time}\n')
    with open(path, 'w', encoding='ascii') as file:
        for metric, lines in metrics.items():
            kind = 'counter' if metric.endswith('_total') else 'gauge'
            file.write(f'# TYPE {metric.removesuffix("_total")} {kind}\n')
            file.writelines(lines)
        file.write('# EOF\n')


@dataclasses.dataclass
class Tally:
    """What a month's slots come to, of a life or of several that followed one another."""

    counters: Counters = dataclasses.field(default_factory=Counters)
    events_by_objective: collections.Counter = dataclasses.field(
        default_factory=collections.Counter)
    maintenance: int = 0
    by_outcome: collections.Counter = dataclasses.field(default_factory=collections.Counter)


def kept_slots(life):
    """(scrape before, scrape that shows it, slot) of each slot that reached Prometheus: not those
    before the first scrape, nor those that a restart lost before they were scraped."""
    scrapes, restarts = life.scrapes(), [at(text) for text in life.restarts]
    for time, *slot in life.slots():
        i = bisect.bisect_left(scrapes, time)
        if not 0 < i < len(scrapes):
            continue
        lost = any(time < restart <= scrapes[i] for restart in restarts)
        if not lost:
            yield scrapes[i - 1], scrapes[i], slot


def tallies(lives, spans=None):
    """By month, or by another span of time, from the slots."""
    spans = spans or SPANS
    found = {name: Tally() for name in spans}
    for life in lives:
        for _, shown, (what, slow, inside) in kept_slots(life):
            for name, (start, end) in spans.items():
                if start < shown <= end:
                    take(found[name], life, shown, what, slow, inside)
    return found


def edge_tallies(lives):
    """What one scrape showed at the beginning and at the end, by (month, which)."""
    return tallies(lives, {(name, edge): span for name, (start, end) in SPANS.items()
                           for edge, span in (('begin', (start, start + SCRAPE)),
                                              ('end', (end - SCRAPE, end)))})


def take(tally, life, shown, what, slow, inside):
    """One slot of a month."""
    before = tally.counters.events['availability'][0]
    tally.counters.take(what, slow, inside)
    if tally.counters.events['availability'][0] > before:
        tally.events_by_objective[life.objective(shown)] += 1
        if what != 'ok':
            tally.by_outcome[what] += 1
    elif inside and what not in SKIPPED:
        tally.maintenance += 1


def slices(tenant):
    """By month: the slices of a tenant that count, those that are up, those judged, and all."""
    seen = collections.defaultdict(lambda: [0, 0, 0])
    for life in LIVES:
        if life.tenant != tenant:
            continue
        for before, shown, (what, _, inside) in kept_slots(life):
            start = before // SLICE * SLICE
            judged = what not in SKIPPED and what != 'egress' and FAULT_OF[what] not in OURS
            if shown > start + SLICE or not judged:
                continue
            seen[start][0] += not inside
            seen[start][1] += not inside and what == 'ok'
            seen[start][2] += 1
    result = {}
    for name, (start, end) in SPANS.items():
        own = [counts for time, counts in seen.items() if start <= time < end]
        result[name] = [sum(counts[i] > 0 for counts in own) for i in range(3)]
        result[name].append((end - start) // SLICE)
    return result

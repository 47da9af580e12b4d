"""March 2025 of three tenants as OpenMetrics, slot by slot, and what a report of it must say.

Every slot of the grid has an outcome, and the counters of an exporter add them up as the exporter
does. So the figures that a report must come to are counted from the slots and not from the samples.
"""
import collections
import dataclasses
import datetime

SLOT, SCRAPE = 30, 120
SLOT_PHASE = 7   # seconds after a scrape
SLOW_EVERY = 25  # one ok result in so many is over the threshold
FAULT_OF = {'ok': 'none', 'server_error': 'platform', 'gateway_error': 'edge',
            'connect_timeout': 'network', 'unauthorized': 'credentials'}
EVENTS = ('none', 'platform', 'edge', 'network')
REASONS = ('overlap', 'stall')


def at(text):
    """Seconds since the epoch of a time in UTC, such as 2025-03-06T09:12."""
    return int(datetime.datetime.fromisoformat(text + '+00:00').timestamp())


@dataclasses.dataclass(frozen=True)
class Life:
    """One probe of one tenant as one exporter saw it, from when to when."""

    tenant: str
    instance: str
    incidents: tuple        # (from, to, outcome or reason of a slot skipped)
    start: str = '2025-02-28T12:00'
    end: str = '2025-04-01T12:00'
    latency: bool = False
    maintenance: tuple = () # (from, to)
    restarts: tuple = ()
    unscraped: tuple = ()   # (from, to)
    objectives: tuple = (('2025-01-01T00:00', .999),)  # since when
    alone: bool = False     # on its exporter, which tells when it started

    def labels(self):
        """As they stand in the exposition, with what Prometheus adds."""
        return (f'job="reinfer_exporter",instance="{self.instance}",tenant="{self.tenant}",'
                f'probe="dataset",region="eu"')

    def outcome(self, time):
        """How a slot ended."""
        return next((what for start, end, what in self.incidents if at(start) <= time < at(end)),
                    'ok')

    def slots(self, start, end):
        """(time, outcome, slow, in maintenance) of each in a stretch."""
        first = max(start, at(self.start))
        for time in range(first - first % SLOT + SLOT_PHASE, min(end, at(self.end)), SLOT):
            if time >= first:
                inside = any(at(a) <= time < at(b) for a, b in self.maintenance)
                yield time, self.outcome(time), time // SLOT % SLOW_EVERY == 0, inside


ACME = Life(
    'acme', 'frankfurt:9877', latency=True, restarts=('2025-03-12T00:00',),
    incidents=(('2025-03-06T09:12', '2025-03-06T10:15', 'server_error'),
               ('2025-03-19T03:20', '2025-03-19T03:32', 'connect_timeout'),
               ('2025-03-21T08:00', '2025-03-21T10:00', 'unauthorized'),
               ('2025-03-14T12:00', '2025-03-14T12:50', 'stall'),
               ('2025-03-31T23:50', '2025-04-01T00:20', 'gateway_error')))
GLOBEX = Life(
    'globex', 'frankfurt:9877', maintenance=(('2025-03-27T22:00', '2025-03-28T00:00'),),
    incidents=(('2025-03-27T22:30', '2025-03-27T23:00', 'server_error'),
               ('2025-03-09T10:00', '2025-03-09T10:05', 'server_error')),
    objectives=(('2025-01-01T00:00', .995), ('2025-03-16T00:00', .999)))
# Two at the same time. One begins late, is not scraped for a while and lives on, then is restarted.
INITECH = Life(
    'initech', 'dublin:9877', incidents=(), start='2025-03-10T06:00',
    restarts=('2025-03-20T05:50',),
    unscraped=(('2025-03-15T00:00', '2025-03-15T02:00'), ('2025-03-20T00:00', '2025-03-20T06:00')))
INITECH_TOO = Life('initech', 'frankfurt:9877', incidents=())
# Restarted while it was not scraped, and soon beyond what it had counted before.
HIDDEN = Life('hidden', 'frankfurt:9878', incidents=(), start='2025-03-05T00:00', alone=True,
              restarts=('2025-03-05T01:00',),
              unscraped=(('2025-03-05T00:30', '2025-03-05T04:00'),))
# Two pods, one after the other.
POD_ONE = Life('umbrella', '10.0.0.1:9877', incidents=(), end='2025-03-11T08:00')
POD_TWO = Life('umbrella', '10.0.0.2:9877', incidents=(), start='2025-03-11T08:00')
LIVES = (ACME, GLOBEX, INITECH, INITECH_TOO, HIDDEN, POD_ONE, POD_TWO)


class Counters:
    """What an exporter has counted since it started."""

    def __init__(self):
        self.events = {'availability': [0, 0], 'latency': [0, 0]}
        self.results = dict.fromkeys(FAULT_OF, 0)
        self.skipped = dict.fromkeys(REASONS, 0)

    def take(self, outcome, slow, maintenance):
        """Counts a slot as the exporter does."""
        if outcome in self.skipped:
            self.skipped[outcome] += 1
            return
        self.results[outcome] += 1
        if maintenance or FAULT_OF[outcome] not in EVENTS:
            return
        ok = outcome == 'ok'
        self.events['availability'][0] += 1
        self.events['availability'][1] += ok
        self.events['latency'][0] += ok
        self.events['latency'][1] += ok and not slow


def samples_of(life):
    """(metric, labels, time, value) at each scrape."""
    counters, labels, before = Counters(), life.labels(), at(life.start)
    for time in range(at(life.start), at(life.end) + 1, SCRAPE):
        for moment, outcome, slow, inside in life.slots(before, time):
            if any(moment - SLOT < at(restart) <= moment for restart in life.restarts):
                counters = Counters()
            counters.take(outcome, slow, inside)
        before = time
        if any(at(a) < time < at(b) for a, b in life.unscraped):
            continue
        objective = [ratio for since, ratio in life.objectives if at(since) <= time][-1]
        for slo in ('availability', 'latency') if life.latency else ('availability',):
            events, good = counters.events[slo]
            named = f'{labels},slo="{slo}"'
            yield 'reinfer_slo_events_total', named, time, events
            yield 'reinfer_slo_good_events_total', named, time, good
            yield ('reinfer_slo_objective_ratio', named, time,
                   objective if slo == 'availability' else .95)
        if life.latency:
            yield 'reinfer_slo_latency_threshold_seconds', labels, time, .5
        for fault in EVENTS[1:]:
            yield 'reinfer_slo_counted_fault', f'{labels},fault="{fault}"', time, 1
        for outcome, count in counters.results.items():
            more = f'outcome="{outcome}",fault="{FAULT_OF[outcome]}"'
            yield 'reinfer_probe_results_total', f'{labels},{more}', time, count
        for reason, count in counters.skipped.items():
            yield 'reinfer_probe_skipped_total', f'{labels},reason="{reason}"', time, count
        yield 'reinfer_probe_interval_seconds', labels, time, SLOT
        if life.alone:
            yield ('process_start_time_seconds',
                   f'job="reinfer_exporter",instance="{life.instance}"', time,
                   max([at(life.start), *(at(one) for one in life.restarts if at(one) <= time)]))
        yield ('reinfer_tenant_in_maintenance', labels.replace(',probe="dataset"', ''), time,
               int(any(at(a) <= time < at(b) for a, b in life.maintenance)))


def write(path):
    """All lives, metric by metric."""
    metrics = collections.defaultdict(list)
    for life in LIVES:
        for metric, labels, time, value in samples_of(life):
            metrics[metric].append(f'{metric}{{{labels}}} {value} {time}\n')
    with open(path, 'w', encoding='ascii') as file:
        for metric, lines in metrics.items():
            kind = 'counter' if metric.endswith('_total') else 'gauge'
            file.write(f'# TYPE {metric.removesuffix("_total")} {kind}\n')
            file.writelines(lines)
        file.write('# EOF\n')


def counted(life, start, end):
    """The counters of a stretch, straight from the slots that reached Prometheus."""
    counters = Counters()
    for time, outcome, slow, inside in life.slots(at(start), at(end)):
        lost = any(at(a) <= time < at(restart) <= at(b)
                   for a, b in life.unscraped for restart in life.restarts)
        if not lost:
            counters.take(outcome, slow, inside)
    return counters

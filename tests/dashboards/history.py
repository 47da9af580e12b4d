#!/usr/bin/env python3
"""Writes five weeks in the life of three tenants as OpenMetrics, for promtool to make blocks of.

    tests/dashboards/history.py FILE

The same text each time: the clock stands at END, and chance is seeded. The last day has every
series of the exporter each minute; before it there is what the objectives and the report need.
What happened is in INCIDENTS, one of each kind of fault, a rotation of a token and a deploy.
"""
import bisect
import collections
import dataclasses
import datetime
import math
import random
import sys

SEED = 20260603
DAY = 86400
HOUR = 3600


def at(text):
    """Seconds since the epoch of a time in UTC, such as 2026-06-03T12:00."""
    return int(datetime.datetime.fromisoformat(text + '+00:00').timestamp())


START = at('2026-04-29T00:00')
DETAIL = at('2026-06-02T11:00')
END = at('2026-06-03T12:00')
COARSE, FINE = 150, 60     # seconds between samples before and after DETAIL
PROBE_EVERY = 30
# What is compared with a week ago needs histograms there too.
BEFORE = (DETAIL - 7 * DAY - HOUR, END - 7 * DAY + HOUR)

BUCKETS = (.005, .01, .025, .05, .075, .1, .15, .2, .25, .375, .5, .75, 1, 1.5, 2, 2.5, 5, 10, 30)
LAG_BUCKETS = (.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1)
SCRAPE_BUCKETS = LAG_BUCKETS[2:]
PHASES = ('resolve', 'connect', 'tls', 'send', 'wait', 'receive')
SKIP_REASONS = ('overlap', 'limit', 'throttled', 'credentials', 'budget', 'stall')

FAULT_OF = {
    'ok': 'none', 'server_error': 'platform', 'response_timeout': 'platform',
    'gateway_error': 'edge', 'not_the_api': 'edge', 'connect_timeout': 'network',
    'connection_lost': 'network', 'unauthorized': 'credentials', 'forbidden': 'credentials',
    'throttled': 'request', 'monitor_error': 'monitor',
}
# Segments that the kernel sends again in a probe that ends so.
RETRANSMITS = {'connection_lost': 3, 'connect_timeout': 2}
EXCLUDED = {'credentials', 'request', 'monitor'}
CODE_OF = {'server_error': '500', 'gateway_error': '502', 'unauthorized': '401',
           'forbidden': '403', 'throttled': '429', 'not_the_api': '200'}


@dataclasses.dataclass(frozen=True)
class Target:
    """One probe of one tenant, seen from one exporter."""

    instance: str
    tenant: str
    probe: str
    server: float      # the platform's usual time, in seconds
    objective: float
    threshold: float

    def labels(self):
        """As they stand in the exposition, with what Prometheus adds."""
        return f'{place(self.instance)},{whose(self.tenant)},probe="{self.probe}"'


HERE, THERE = 'frankfurt:9877', 'dublin:9877'


def place(instance):
    """What Prometheus adds; one of the exporters says where it looks from."""
    vantage = ',vantage="dublin"' if instance == THERE else ''
    return f'job="reinfer_exporter",instance="{instance}"{vantage}'


def whose(tenant):
    """A tenant, and the static label that one of them has."""
    environment = ',environment="test"' if tenant == 'acme-sandbox' else ''
    return f'tenant="{tenant}"{environment}'


PAGE = 'https://status.example.com/reinfer'  # of one of them; the other does not say
PATH = {HERE: .012, THERE: .031}   # one round trip, in seconds
TARGETS = [
    Target(HERE, 'acme-production', 'not_found', .025, .999, .25),
    Target(HERE, 'acme-production', 'dataset', .17, .999, .5),
    Target(HERE, 'acme-production', 'stream', .07, .995, .5),
    Target(THERE, 'acme-production', 'dataset', .17, .999, .5),
    Target(HERE, 'acme-sandbox', 'not_found', .025, .99, .25),
    Target(HERE, 'globex-production', 'not_found', .025, .995, .25),
    Target(HERE, 'globex-production', 'dataset', .21, .995, .75),
]


@dataclasses.dataclass(frozen=True)
class Incident:
    """From when to when which share of whose probes ended how. Empty means all."""

    start: str
    end: str
    outcome: str
    share: float
    tenant: str = ''
    instance: str = ''
    probe: str = ''

    def meets(self, target, time):
        """Whether it touches a target at a time."""
        return (self.from_ <= time < self.to
                and self.tenant in ('', target.tenant)
                and self.instance in ('', target.instance)
                and (not self.probe or target.probe in self.probe.split()))

    def __post_init__(self):
        object.__setattr__(self, 'from_', at(self.start))
        object.__setattr__(self, 'to', at(self.end))


ACME, SANDBOX, GLOBEX = 'acme-production', 'acme-sandbox', 'globex-production'
INCIDENTS = [
    # A bad hour of the platform, then a herd of clients that is asked to wait.
    Incident('2026-05-06T09:12', '2026-05-06T10:15', 'server_error', 1, ACME),
    Incident('2026-05-06T10:15', '2026-05-06T10:58', 'throttled', .6, ACME),
    Incident('2026-05-13T13:00', '2026-05-13T18:00', 'server_error', .1, GLOBEX),
    Incident('2026-05-19T03:20', '2026-05-19T03:32', 'connect_timeout', 1, instance=HERE),
    Incident('2026-05-21T08:00', '2026-05-21T18:00', 'forbidden', 1, GLOBEX),
    Incident('2026-05-27T22:00', '2026-05-28T00:00', 'server_error', .8, SANDBOX),
    # The last day: one of each.
    Incident('2026-06-02T14:20', '2026-06-02T14:36', 'gateway_error', .45),
    Incident('2026-06-02T16:05', '2026-06-02T16:13', 'not_the_api', .5, GLOBEX),
    Incident('2026-06-02T22:00', '2026-06-02T22:40', 'server_error', .7, SANDBOX),
    Incident('2026-06-03T02:10', '2026-06-03T02:53', 'server_error', 1, ACME),
    Incident('2026-06-03T05:05', '2026-06-03T05:17', 'connect_timeout', 1, instance=HERE),
    Incident('2026-06-03T07:40', '2026-06-03T07:52', 'connection_lost', .6, ACME, THERE),
    Incident('2026-06-03T08:45', '2026-06-03T09:10', 'throttled', .5, GLOBEX),
    Incident('2026-06-03T10:15', '2026-06-03T10:19', 'monitor_error', .5, instance=HERE),
    Incident('2026-06-03T11:38', '2026-06-03T12:30', 'response_timeout', .35, ACME, '',
             'dataset stream'),
    Incident('2026-06-03T11:52', '2026-06-03T12:30', 'unauthorized', 1, GLOBEX),
]
MAINTENANCE = [
    (SANDBOX, at('2026-05-27T22:00'), at('2026-05-28T00:00')),
    (SANDBOX, at('2026-06-02T22:00'), at('2026-06-02T22:40')),
]
DEPLOY = at('2026-06-02T19:00')        # from here on the platform is slower with datasets
ROTATION = at('2026-06-03T07:30')      # the token of ACME is replaced, and no probe is lost
OWN_NETWORK = [(HERE, at('2026-05-19T03:20'), at('2026-05-19T03:32')),
               (HERE, at('2026-06-03T05:05'), at('2026-06-03T05:17'))]
EXPORTER_DOWN = (THERE, at('2026-06-02T17:30'), at('2026-06-02T17:41'))

# (name, labels, pending from, firing from, to)
ALERTS = [
    ('ReinferWatchdog', 'severity="none"',
     '2026-06-02T11:00', '2026-06-02T11:00', '2026-06-03T12:30'),
    ('ReinferPlatformDown', f'tenant="{ACME}",fault="platform",severity="critical"',
     '2026-06-03T02:10', '2026-06-03T02:12', '2026-06-03T02:55'),
    ('ReinferLocalEgressDown', f'instance="{HERE}",fault="monitor",severity="critical"',
     '2026-06-03T05:06', '2026-06-03T05:08', '2026-06-03T05:19'),
    ('ReinferErrorBudgetBurn', f'tenant="{ACME}",fault="platform",severity="critical"',
     '2026-06-03T02:11', '2026-06-03T02:12', '2026-06-03T03:02'),
    ('ReinferErrorBudgetBurn', f'tenant="{ACME}",fault="platform",severity="critical"',
     '2026-06-03T11:41', '2026-06-03T11:42', '2026-06-03T12:30'),
    ('ReinferThrottled', f'tenant="{GLOBEX}",fault="request",severity="warning"',
     '2026-06-03T08:48', '2026-06-03T08:58', '2026-06-03T09:13'),
    ('ReinferTokenRejected', f'tenant="{GLOBEX}",fault="credentials",severity="critical"',
     '2026-06-03T11:53', '2026-06-03T11:55', '2026-06-03T12:30'),
]


class Store:
    """Samples by metric and labels."""

    def __init__(self):
        self.kinds = {}
        self.series = collections.defaultdict(dict)

    def add(self, kind, metric, labels, time, value):
        """Remembers a sample; a metric has one kind."""
        self.kinds[metric] = kind
        self.series[metric].setdefault(labels, []).append((time, value))

    def write(self, file):
        """As OpenMetrics."""
        for metric, kind in self.kinds.items():
            family = metric.removesuffix('_total') if kind == 'counter' else metric
            file.write(f'# TYPE {family} {kind}\n')
            for labels, samples in self.series[metric].items():
                start = f'{metric}{{{labels}}} '
                file.writelines(f'{start}{value:.10g} {time}\n' for time, value in samples)
        file.write('# EOF\n')


class Histogram:
    """Counts by upper edge."""

    def __init__(self, edges):
        self.edges = edges
        self.counts = [0] * (len(edges) + 1)
        self.sum = 0

    def observe(self, value, weight=1):
        """Counts a value several times."""
        self.counts[bisect.bisect_left(self.edges, value)] += weight
        self.sum += value * weight

    def samples(self):
        """Pairs of what comes after the metric's name, the edge, and the value."""
        total = 0
        for edge, count in zip((*self.edges, '+Inf'), self.counts):
            total += count
            yield '_bucket', f',le="{edge}"', total
        yield '_count', '', total
        yield '_sum', '', self.sum


def office(time):
    """0 at night, up to 1 around two in the afternoon, less on weekends."""
    hour = time % DAY / HOUR
    weekday = (time // DAY + 3) % 7
    swell = max(0., math.sin((hour - 6) / 16 * math.pi)) if 6 <= hour <= 22 else 0
    return swell * (.3 if weekday >= 5 else 1)


def within(windows, key, time):
    """Whether a time is in a window of a key."""
    return any(name == key and start <= time < end for name, start, end in windows)


class TargetLife:
    """The counters of one target as they grow."""

    def __init__(self, target, chance):
        self.target, self.chance = target, chance
        self.outcomes = dict.fromkeys(FAULT_OF, 0)
        self.codes = collections.Counter()
        self.skipped = dict.fromkeys(SKIP_REASONS, 0)
        self.events = {'availability': [0, 0], 'latency': [0, 0]}
        self.duration, self.server, self.overhead = (Histogram(BUCKETS) for _ in range(3))
        self.timing = dict.fromkeys(('ok', 'missing', 'invalid', 'exceeds_wait'), 0)
        self.phase_time = dict.fromkeys(PHASES, 0.)
        self.phase_count = dict.fromkeys(PHASES, 0)
        self.last_outcome, self.last_success = 'ok', START
        self.rtt, self.retransmits = PATH[target.instance], 0

    def advance(self, time, seconds, draws):
        """Lives through the seconds before a time, with a few probes that stand for all."""
        probes = seconds / PROBE_EVERY
        if self.target.instance == HERE and at('2026-06-03T10:15') < time <= at('2026-06-03T10:19'):
            self.skipped['stall'] += 1
            probes -= 1
        for _ in range(draws):
            self.probe(time, probes / draws)

    def outcome(self, time):
        """How a probe of now ends."""
        for incident in INCIDENTS:
            if incident.meets(self.target, time) and self.chance.random() < incident.share:
                return incident.outcome
        if self.chance.random() < .00008:
            return 'connection_lost'
        return 'ok'

    def probe(self, time, weight):
        """One probe, which counts for so many."""
        outcome = self.outcome(time)
        if outcome == 'throttled' and self.chance.random() < .3:
            self.skipped['throttled'] += weight
            return
        self.outcomes[outcome] += weight
        self.last_outcome = outcome
        if outcome == 'ok':
            self.last_success = time
        maintenance = within(MAINTENANCE, self.target.tenant, time)
        if not maintenance and FAULT_OF[outcome] not in EXCLUDED:
            self.events['availability'][0] += weight
            self.events['availability'][1] += weight * (outcome == 'ok')
        times = self.times(time, outcome)
        if 'connect' in times and outcome != 'connect_timeout':
            self.rtt = .7 * self.rtt + .3 * times['connect']
        self.retransmits += weight * RETRANSMITS.get(outcome, 0)
        for phase, seconds in times.items():
            self.phase_time[phase] += seconds * weight
            self.phase_count[phase] += weight
        self.reply(outcome, times, weight)
        if outcome == 'ok':
            total = sum(times.values())
            self.duration.observe(total, weight)
            if not maintenance:
                self.events['latency'][0] += weight
                self.events['latency'][1] += weight * (total <= self.target.threshold)

    def reply(self, outcome, times, weight):
        """What the reply said, if there was one."""
        usual = '404' if self.target.probe == 'not_found' else '200'
        code = usual if outcome == 'ok' else CODE_OF.get(outcome)
        if code:
            self.codes[code] += weight
        if outcome not in ('ok', 'server_error', 'unauthorized', 'forbidden', 'throttled'):
            return
        if self.chance.random() < .012:
            self.timing['missing'] += weight
            return
        self.timing['ok'] += weight
        self.server.observe(times['wait'] - self.path_now, weight)
        self.overhead.observe(self.path_now, weight)

    def times(self, time, outcome):
        """Seconds of each phase that took place."""
        chance, path = self.chance, PATH[self.target.instance]
        if outcome == 'monitor_error':
            return {}
        times = {'resolve': .002 * chance.lognormvariate(0, .4)}
        if outcome == 'connect_timeout':
            return times | {'connect': 5.}
        times['connect'] = path * chance.lognormvariate(0, .08)
        times['tls'] = 2.1 * path * chance.lognormvariate(0, .08)
        times['send'] = .0002
        self.path_now = path * (1.15 + .5 * chance.random() * (1 + office(time)))
        server = self.target.server * (1 + .7 * office(time)) * chance.lognormvariate(0, .28)
        if self.target.probe == 'dataset' and time >= DEPLOY:
            server *= 1.55
        if chance.random() < .015:
            server *= 4
        times['wait'] = {'response_timeout': 10., 'gateway_error': 3., 'server_error': .06}.get(
            outcome, server) + self.path_now
        if outcome not in ('response_timeout', 'connection_lost'):
            times['receive'] = .001 + path * chance.random() * .4
        return times


def objectives(store, life, time):
    """What an objective is made of, counters first."""
    labels = life.target.labels()
    for slo, (events, good) in life.events.items():
        store.add('counter', 'reinfer_slo_events_total', f'{labels},slo="{slo}"', time, events)
        store.add('counter', 'reinfer_slo_good_events_total', f'{labels},slo="{slo}"', time, good)


def promises(store, target, time):
    """The objectives themselves."""
    for slo, ratio in (('availability', target.objective), ('latency', .95)):
        store.add('gauge', 'reinfer_slo_objective_ratio', f'{target.labels()},slo="{slo}"', time,
                  ratio)
    store.add('gauge', 'reinfer_slo_latency_threshold_seconds', target.labels(), time,
              target.threshold)
    store.add('gauge', 'reinfer_probe_interval_seconds', target.labels(), time, PROBE_EVERY)


def results(store, life, time, outcomes):
    """Results of some outcomes."""
    for outcome in outcomes:
        store.add('counter', 'reinfer_probe_results_total',
                  f'{life.target.labels()},outcome="{outcome}",fault="{FAULT_OF[outcome]}"', time,
                  life.outcomes[outcome])


def counts(store, life, time):
    """Results and skipped slots."""
    labels = life.target.labels()
    results(store, life, time, life.outcomes)
    for reason, count in life.skipped.items():
        store.add('counter', 'reinfer_probe_skipped_total', f'{labels},reason="{reason}"', time,
                  count)


def histogram(store, metric, labels, values, time):
    """All series of a histogram."""
    for suffix, edge, value in values.samples():
        store.add('counter' if suffix != '_bucket' else 'unknown', metric + suffix, labels + edge,
                  time, value)


def latencies(store, life, time):
    """The three histograms of a target."""
    for metric, values in (('reinfer_probe_duration_seconds', life.duration),
                           ('reinfer_server_processing_seconds', life.server),
                           ('reinfer_network_overhead_seconds', life.overhead)):
        histogram(store, metric, life.target.labels(), values, time)


def details(store, life, time):
    """Everything else of a target."""
    labels = life.target.labels()
    for code, count in life.codes.items():
        store.add('counter', 'reinfer_http_responses_total', f'{labels},code="{code}"', time, count)
    for state, count in life.timing.items():
        store.add('counter', 'reinfer_server_timing_replies_total', f'{labels},state="{state}"',
                  time, count)
    for phase in PHASES:
        store.add('counter', 'reinfer_probe_phase_seconds_total', f'{labels},phase="{phase}"', time,
                  life.phase_time[phase])
        store.add('counter', 'reinfer_probe_phase_samples_total', f'{labels},phase="{phase}"', time,
                  life.phase_count[phase])
    ok, size = life.last_outcome == 'ok', 14200 if life.target.probe == 'dataset' else 310
    answered = life.last_outcome in ('ok', 'server_error', 'unauthorized', 'forbidden', 'throttled')
    for metric, value in (('reinfer_probe_success', ok), ('reinfer_application_answered', answered),
                          ('reinfer_probe_last_timestamp_seconds', time - 7),
                          ('reinfer_probe_last_success_timestamp_seconds', life.last_success - 7),
                          ('reinfer_response_size_bytes', size if ok else 240)):
        store.add('gauge', metric, labels, time, value)
    store.add('gauge', 'reinfer_tcp_rtt_seconds', labels, time, life.rtt)
    store.add('counter', 'reinfer_tcp_retransmits_total', labels, time, life.retransmits)


def tenants(store, time):
    """What belongs to a tenant, by each exporter that watches it."""
    for instance, tenant in sorted({(target.instance, target.tenant) for target in TARGETS}):
        labels = f'{place(instance)},{whose(tenant)}'
        rejected = any(incident.outcome == 'unauthorized' and incident.tenant == tenant
                       and incident.from_ <= time < incident.to for incident in INCIDENTS)
        expiry = END + (16 if tenant == GLOBEX else 64) * DAY
        base = f'https://cloud.uipath.com/{tenant.replace("-", "/")}/reinfer_'
        store.add('gauge', 'reinfer_tenant_info',
                  f'{labels},base_url="{base}",onboarding="uipath"', time, 1)
        for kind, metric, value in (
                ('gauge', 'reinfer_tenant_in_maintenance', within(MAINTENANCE, tenant, time)),
                ('gauge', 'reinfer_token_accepted', not rejected),
                ('counter', 'reinfer_token_changes_total', tenant == ACME and time >= ROTATION),
                ('counter', 'reinfer_token_read_errors_total', 0),
                ('gauge', 'reinfer_tls_certificate_expiry_timestamp_seconds', expiry)):
            store.add(kind, metric, labels, time, value)
        if tenant == SANDBOX:
            store.add('gauge', 'reinfer_token_expiry_timestamp_seconds', labels, time,
                      time - time % HOUR + HOUR + 300)


class ExporterLife:
    """One exporter's own metrics as they grow."""

    def __init__(self, instance, chance):
        self.labels = place(instance)
        self.instance, self.chance = instance, chance
        self.lag, self.scrape = Histogram(LAG_BUCKETS), Histogram(SCRAPE_BUCKETS)
        self.busy = self.cpu = self.scrapes = self.evidence = self.resent = 0

    def advance(self, time):
        """One minute."""
        stalled = self.instance == HERE and at('2026-06-03T10:15') < time <= at('2026-06-03T10:19')
        for _ in range(10):
            self.lag.observe(.0006 * self.chance.lognormvariate(0, .5) + (.4 if stalled else 0))
        self.scrape.observe(.0021 * self.chance.lognormvariate(0, .2))
        self.busy += 60 * (.009 + .003 * self.chance.random() + (.5 if stalled else 0))
        self.cpu += 60 * (.012 + .004 * self.chance.random() + (.5 if stalled else 0))
        self.scrapes += 1
        self.evidence += self.chance.random() < .2
        self.resent += self.chance.random() < .004

    def expose(self, store, time):
        """All of it."""
        def gauge(metric, value, more=''):
            store.add('gauge', metric, self.labels + more, time, value)

        def counter(metric, value, more=''):
            store.add('counter', metric, self.labels + more, time, value)
        gauge('reinfer_exporter_build_info', 1,
              ',version="0.1.0",revision="4be1c0ffee12",compiler="gcc 12.2.0"')
        if self.instance == HERE:
            gauge('reinfer_exporter_web_info', 1, f',external_url="{PAGE}"')
        gauge('reinfer_exporter_config_last_reload_successful', 1)
        gauge('reinfer_exporter_probe_threads', 1)
        gauge('reinfer_exporter_probes_in_flight', self.chance.random() < .3)
        gauge('reinfer_exporter_clock_source', 1, ',source="kernel"')
        gauge('reinfer_exporter_clock_source', 0, ',source="user"')
        gauge('reinfer_exporter_series', 720 if self.instance == HERE else 190)
        counter('reinfer_exporter_loop_busy_seconds_total', self.busy)
        counter('reinfer_exporter_resent_requests_total', self.resent)
        for what in ('server_timing_entries', 'header_lines', 'http_codes', 'evidence',
                     'name_lookups'):
            counter('reinfer_exporter_dropped_total', self.evidence * (what == 'evidence'),
                    f',what="{what}"')
        counter('reinfer_exporter_http_requests_total', self.scrapes, ',path="/metrics",code="200"')
        counter('process_cpu_seconds_total', self.cpu)
        gauge('process_resident_memory_bytes', 18.4e6 + 4e5 * self.chance.random()
              + 2.5e6 * (1 - math.exp((DETAIL - time) / 2e4)))
        gauge('process_start_time_seconds', EXPORTER_DOWN[2] if self.instance == THERE
              and time >= EXPORTER_DOWN[2] else START - 3 * DAY)
        gauge('process_open_fds', 13 + self.chance.randrange(3))
        gauge('process_max_fds', 1024)
        gauge('scrape_duration_seconds', .004 * self.chance.lognormvariate(0, .3))
        histogram(store, 'reinfer_exporter_schedule_lag_seconds', self.labels, self.lag, time)
        histogram(store, 'reinfer_exporter_scrape_duration_seconds', self.labels, self.scrape, time)


def alerts(store, time):
    """What Prometheus says of its own alerts."""
    for name, labels, pending, firing, to in ALERTS:
        if at(pending) <= time < at(to):
            state = 'firing' if time >= at(firing) else 'pending'
            store.add('gauge', 'ALERTS', f'alertname="{name}",alertstate="{state}",{labels}', time,
                      1)


def scraped(instance, time):
    """Whether Prometheus reached an exporter."""
    down, start, end = EXPORTER_DOWN
    return instance != down or not start <= time < end


def fine_minute(store, lives, exporters, time):
    """A minute of the last day: everything."""
    for exporter in exporters:
        exporter.advance(time)
        store.add('gauge', 'up', exporter.labels, time, scraped(exporter.instance, time))
        if scraped(exporter.instance, time):
            exporter.expose(store, time)
        cut_off = within(OWN_NETWORK, exporter.instance, time)
        store.add('gauge', 'reinfer_control_reachable', f'{exporter.labels},control="internet"',
                  time, not cut_off)
    for life in lives:
        life.advance(time, FINE, 2)
        if scraped(life.target.instance, time):
            objectives(store, life, time)
            promises(store, life.target, time)
            counts(store, life, time)
            latencies(store, life, time)
            details(store, life, time)
    tenants(store, time)
    alerts(store, time)


def coarse_step(store, lives, exporters, time):
    """A step of the weeks before: what the objectives and the report need."""
    tick = (time - START) // COARSE
    for life in lives:
        life.advance(time, COARSE, 2)
        objectives(store, life, time)
        if tick % 2 == 0:
            promises(store, life.target, time)
        if tick % 4 == 0:
            counts(store, life, time)
        else:
            # Each slice of five minutes shows what grew in it.
            results(store, life, time, [name for name, count in life.outcomes.items() if count])
        if BEFORE[0] <= time <= BEFORE[1]:
            latencies(store, life, time)
    if tick % 2 == 0:
        for exporter in exporters:
            store.add('gauge', 'up', exporter.labels, time, 1)


def make():
    """The whole history."""
    chance = random.Random(SEED)
    store = Store()
    lives = [TargetLife(target, chance) for target in TARGETS]
    exporters = [ExporterLife(instance, chance) for instance in (HERE, THERE)]
    for time in range(START, DETAIL, COARSE):
        coarse_step(store, lives, exporters, time)
    for time in range(DETAIL, END + 1, FINE):
        fine_minute(store, lives, exporters, time)
    return store


def make_glance():
    """One minute of everything: which series there are, by metric."""
    chance = random.Random(SEED)
    store = Store()
    lives = [TargetLife(target, chance) for target in TARGETS]
    fine_minute(store, lives, [ExporterLife(HERE, chance)], END)
    return store.series


def main():
    """Writes the file named on the command line."""
    with open(sys.argv[1], 'w', encoding='ascii') as file:
        make().write(file)


if __name__ == '__main__':
    main()

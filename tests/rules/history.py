"""Made-up histories of an exporter, as input series for `promtool test rules`.

A history is a list of targets, each with a timeline of what its probes came to; the series that the
exporter would have shown follow from it. Times are in seconds from the start.
"""

FAULTS = {
    'ok': 'none', 'server_error': 'platform', 'protocol_error': 'platform',
    'response_timeout': 'platform', 'gateway_error': 'edge', 'not_the_api': 'edge',
    'dns_error': 'network', 'connection_lost': 'network', 'unauthorized': 'credentials',
    'forbidden': 'credentials', 'token_unavailable': 'credentials', 'throttled': 'request',
    'not_found': 'request', 'monitor_error': 'monitor'}
COUNTABLE = ('platform', 'edge', 'network')
SKIP_REASONS = ('overlap', 'limit', 'throttled', 'credentials', 'budget', 'stall')
MINUTE, HOUR, DAY = 60, 3600, 86400


def minutes(count):
    """A span in seconds."""
    return count * MINUTE


class Target:
    """One probe of a tenant: what it came to, when, and its objectives.

    `timeline` holds pairs of an outcome and the second up to which it lasts, the last one None.
    An outcome may be None (no probe at all), a list that is gone through again and again, or
    "skip:REASON". `slow` holds pairs of a share of slow probes, in hundredths, and the second up to
    which it lasts.
    """

    def __init__(self, probe='dataset', tenant='acme', timeline=(('ok', None),), interval=30,
                 availability=0.999, latency=None, slow=((0, None),), counted=COUNTABLE,
                 instance='exporter:9877', server_seconds=0.05, network_seconds=0.01,
                 maintenance=(), vantage=None):
        self.exporter = {'job': 'reinfer_exporter', 'instance': instance}
        if vantage:
            self.exporter['vantage'] = vantage
        self.labels = self.exporter | {'tenant': tenant, 'probe': probe}
        self.timeline, self.interval, self.slow = timeline, interval, slow
        self.availability, self.latency, self.counted = availability, latency, counted
        self.server_seconds, self.network_seconds = server_seconds, network_seconds
        self.maintenance = maintenance

    def _at(self, spans, second):
        for value, until in spans:
            if until is None or second < until:
                return value
        return spans[-1][0]

    def probes(self, end):
        """Yields the second and the outcome of each slot."""
        count = 0
        for second in range(1, end, self.interval):
            what = self._at(self.timeline, second)
            if isinstance(what, list):
                what = what[count % len(what)]
            count += 1
            if what is not None:
                yield second, what, count

    def events(self, end):
        """Yields the second and the names of the counters that go up."""
        slow = 0.0
        for second, what, _ in self.probes(end):
            if what.startswith('skip:'):
                yield second, [(('skipped', what[5:]), 1)]
                continue
            ups = [(('results', what), 1)]
            judged = FAULTS[what] == 'none' or FAULTS[what] in self.counted
            if any(start <= second < stop for start, stop in self.maintenance):
                judged = False
            elif what == 'ok':
                slow += self._at(self.slow, second) / 100
                ups += [(('events', 'latency'), 1), (('server_count',), 1), (('network_count',), 1),
                        (('server_sum',), self.server_seconds),
                        (('network_sum',), self.network_seconds)]
                if slow >= 1:
                    slow -= 1
                else:
                    ups.append((('good', 'latency'), 1))
            if judged:
                ups.append((('events', 'availability'), 1))
                if what == 'ok':
                    ups.append((('good', 'availability'), 1))
            yield second, ups

    def counters(self, end, step):
        """Values of each counter at each scrape, from the first, where all are 0."""
        names = [('results', outcome) for outcome in FAULTS]
        names += [('skipped', reason) for reason in SKIP_REASONS]
        names += [(kind, slo) for kind in ('events', 'good') for slo in ('availability', 'latency')]
        names += [('server_count',), ('server_sum',), ('network_count',), ('network_sum',)]
        values = {name: [0] * (end // step + 1) for name in names}
        for second, ups in self.events(end):
            for name, up in ups:
                values[name][min(-(-second // step), end // step)] += up
        for row in values.values():
            for i in range(1, len(row)):
                row[i] += row[i - 1]
        return values

    def series(self, end, step):
        """Name with labels -> values, for promtool."""
        found = {}

        def add(name, row, **labels):
            text = ','.join(f'{key}="{value}"' for key, value in {**self.labels, **labels}.items())
            found[f'{name}{{{text}}}'] = row

        length = end // step + 1
        counters = self.counters(end, step)
        for (kind, *rest), row in counters.items():
            if kind == 'results':
                add('reinfer_probe_results_total', row, outcome=rest[0], fault=FAULTS[rest[0]])
            elif kind == 'skipped':
                add('reinfer_probe_skipped_total', row, reason=rest[0])
            elif kind in ('events', 'good'):
                if (self.availability if rest[0] == 'availability' else self.latency) is not None:
                    add(f'reinfer_slo_{"good_" if kind == "good" else ""}events_total', row,
                        slo=rest[0])
        for what, metric, mean in (
                ('server', 'reinfer_server_processing_seconds', self.server_seconds),
                ('network', 'reinfer_network_overhead_seconds', self.network_seconds)):
            count = counters[(f'{what}_count',)]
            add(f'{metric}_sum', counters[(f'{what}_sum',)])
            add(f'{metric}_count', count)
            for edge in (0.1, 0.8, 2.5, 10):
                add(f'{metric}_bucket', count if mean <= edge else [0] * length, le=edge)
            add(f'{metric}_bucket', count, le='+Inf')
        add('reinfer_probe_phase_seconds_total', [0] * length, phase='tls')
        add('reinfer_probe_interval_seconds', [self.interval] * length)
        add('reinfer_probe_last_timestamp_seconds', self._last_timestamps(end, step))
        add('reinfer_probe_last_success_timestamp_seconds',
            self._last_timestamps(end, step, ('ok',)))
        if self.availability is not None:
            add('reinfer_slo_objective_ratio', [self.availability] * length, slo='availability')
            for fault in COUNTABLE:
                add('reinfer_slo_counted_fault', [int(fault in self.counted)] * length, fault=fault)
        if self.latency is not None:
            add('reinfer_slo_objective_ratio', [self.latency] * length, slo='latency')
            add('reinfer_slo_latency_threshold_seconds', [0.8] * length)
        return found | self._tenant_series(end, step)

    def _last_timestamps(self, end, step, outcomes=tuple(FAULTS)):
        row = ['_'] * (end // step + 1)
        for second, what, _ in self.probes(end):
            if what in outcomes:
                row[min(-(-second // step), end // step)] = second
        for i in range(1, len(row)):
            if row[i] == '_':
                row[i] = row[i - 1]
        return row

    def _tenant_series(self, end, step):
        inside = [int(any(start <= i * step < stop for start, stop in self.maintenance))
                  for i in range(end // step + 1)]
        labels = labels_text({key: value for key, value in self.labels.items() if key != 'probe'})
        return {f'reinfer_tenant_in_maintenance{labels}': inside}


def thinned_out(series, step, every):
    """What the rules of reinfer_slo_samples would have recorded of events, with their interval. The
    first of all events was read before a scrape, and the first of the others after it."""
    found = {}
    for name, events in series.items():
        if not name.startswith('reinfer_slo_events_total'):
            continue
        good = series[name.replace('_events', '_good_events')]
        bad = ['_' if '_' in pair else pair[0] - pair[1] for pair in zip(events, good)]
        for kind, row in (('events', events), ('bad_events', bad)):
            labels = name[name.index('{'):]
            recorded = f'instance_tenant_probe:reinfer_slo_{kind}_total:last{labels}'
            found[recorded] = [value if i * step % every == 0 else '_'
                               for i, value in enumerate(row)]
            if kind == 'events':
                first = next(i for i, value in enumerate(found[recorded]) if value != '_')
                found[recorded][first] -= 1
    return found


def labels_text(labels):
    """Labels as they follow a name."""
    return '{' + ','.join(f'{key}="{value}"' for key, value in labels.items()) + '}'


def exporter_series(end, step, exporters=()):
    """The series of exporters about themselves; each is given by the labels of its target."""
    length = end // step + 1
    found = {}
    for exporter in exporters or ({'job': 'reinfer_exporter', 'instance': 'exporter:9877'},):
        labels = labels_text(exporter)
        found['up' + labels] = [1] * length
        found['reinfer_exporter_build_info' + labels] = [1] * length
        found['reinfer_exporter_config_last_reload_successful' + labels] = [1] * length
        found['process_start_time_seconds' + labels] = [0] * length
    return found


def in_notation(row):
    """Values in promtool's notation, runs of equal steps written as one."""
    parts, i = [], 0
    while i < len(row):
        j = i
        while j + 1 < len(row) and row[j + 1] == row[i]:
            j += 1
        value = row[i] if isinstance(row[i], str) else f'{row[i]:.10g}'
        if j == i:
            parts.append(value)
        else:
            parts.append(f'_x{j - i + 1}' if value == '_' else f'{value}+0x{j - i}')
        i = j + 1
    return ' '.join(parts)

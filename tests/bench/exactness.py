"""How wrong a prober's figures are: each probe's wait and total against what the server knows.

A cell is one subject under one workload for some seconds. Its probes are joined with the truth
server's records by request id; what comes out is the error of every probe, by kind, and what the
subject cost meanwhile.
"""

import contextlib
import threading
import time

import figures
from program import get, pause
from stage import PEERS, Load, read_samples

WARM_UP_SECONDS = 1.2
SCRAPES_PER_SECOND = 5

QUIET = [Load('plain', 'fresh', 50), Load('plain', 'reuse', 50)]
QUIET_TLS = [Load('tls', 'fresh', 25), Load('tls', 'reuse', 25)]
BUSY = [Load('plain', 'fresh', 100), Load('plain', 'reuse', 100), Load('tls', 'fresh', 60),
        Load('tls', 'reuse', 20)]
# blackbox_exporter opens a connection for each probe.
ALL_FRESH = {
    'quiet': [Load('plain', 'fresh', 100)],
    'quiet-tls': [Load('tls', 'fresh', 25)],
    'busy': [Load('plain', 'fresh', 200), Load('tls', 'fresh', 60)],
}
WORKLOADS = {'quiet': QUIET, 'quiet-tls': QUIET_TLS, 'busy': BUSY, 'busy-scraped': BUSY}
SUBJECTS = {
    'quiet': ['exporter', 'libcurl', *PEERS],
    'quiet-tls': ['exporter', 'libcurl', *PEERS],
    'busy': ['exporter', 'libcurl', *PEERS],
    'busy-scraped': ['exporter'],
}


class Window:
    """The stretch of a cell that counts, and what the subject's programs cost in it."""

    def __init__(self, program):
        self._program = program
        self.cpu_ns = 0
        self.begin = self.end = 0

    def open(self):
        """From now on it counts."""
        self.cpu_ns = -self._program.cpu_ns()
        self.begin = time.time_ns()

    def close(self):
        """From now on it does not."""
        self.end = time.time_ns()
        self.cpu_ns += self._program.cpu_ns()

    def measure(self, seconds):
        """Lets the subject warm up, then watches it."""
        pause(WARM_UP_SECONDS)
        self.open()
        pause(seconds)
        self.close()


@contextlib.contextmanager
def scraping(port):
    """Scrapes /metrics again and again while the block lasts."""
    over = threading.Event()

    def scrape():
        while not over.wait(1 / SCRAPES_PER_SECOND):
            get(port, '/metrics')
    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def run_exporter(stage, truth, loads, seconds, scraped=False, remembers=False):
    """The exporter's engine with a record of every probe, and perhaps a history."""
    samples, port_file = stage.path('samples'), stage.path('port')
    history = [stage.path('history.db')] if remembers else []
    with stage.running(stage.program('probe_bench'), stage.config_file(truth, loads), samples,
                       port_file, *history) as program:
        port = int(program.says(port_file))
        window = Window(program)
        with scraping(port) if scraped else contextlib.nullcontext():
            window.measure(seconds)
    return window, samples


def run_libcurl(stage, truth, loads, seconds):
    """A bare loop and libcurl's own clock."""
    samples = stage.path('samples')
    with stage.running(stage.program('floor'), stage.targets_file(truth, loads), samples,
                       stage.folder / 'ca.pem') as program:
        window = Window(program)
        window.measure(seconds)
    return window, samples


def run_blackbox(stage, truth, peer, loads, seconds):
    """A blackbox_exporter, scraped once for each probe; only its own cost counts."""
    samples = stage.path('samples')
    with stage.blackbox(peer) as (program, port), \
            stage.running(stage.program('floor'), stage.targets_file(truth, loads), samples,
                          stage.folder / 'ca.pem', port):
        window = Window(program)
        window.measure(seconds)
    return window, samples


def kind_of(record, one):
    """What a probe is compared under."""
    return f'{record["scheme"]} {one["connection"]}'


def errors_of(records, samples, window):
    """The errors in nanoseconds of every probe of the window: {kind: {'wait': [], 'total': []}}."""
    errors, joined = {}, 0
    for one in samples:
        record = records.get(one['id'])
        if not record or not record['arrival'] or not record['departure']:
            continue
        if not window.begin <= record['arrival'] < window.end:
            continue
        joined += 1
        of_kind = errors.setdefault(kind_of(record, one), {'wait': [], 'total': []})
        of_kind['wait'].append(one['wait'] - (record['departure'] - record['arrival']))
        began = record['arrival'] if one['connection'] == 'reused' else record['syn']
        if began:
            of_kind['total'].append(one['total'] - (record['departure'] - began))
    return errors, joined


def run_cell(stage, subject, workload, seconds, seed):
    """One cell: the quantiles of each kind's errors in microseconds, cost, counts."""
    loads = ALL_FRESH[workload] if subject in PEERS else WORKLOADS[workload]
    with stage.truth(seed) as truth:
        if subject in ('exporter', 'history'):
            window, path = run_exporter(stage, truth, loads, seconds, 'scraped' in workload,
                                        subject == 'history')
        elif subject == 'libcurl':
            window, path = run_libcurl(stage, truth, loads, seconds)
        else:
            window, path = run_blackbox(stage, truth, subject, loads, seconds)
    records = truth.records()
    samples, failures = read_samples(path)
    errors, joined = errors_of(records, samples, window)
    arrived = sum(window.begin <= r['arrival'] < window.end for r in records.values())
    return {
        'subject': subject, 'workload': workload, 'seed': seed, 'seconds': seconds,
        'probes': arrived, 'joined': joined, 'failures': failures,
        'cpu_us_per_probe': window.cpu_ns / 1e3 / max(1, arrived),
        'cpu_share': window.cpu_ns / (window.end - window.begin),
        'clock': sorted({one['clock'] for one in samples}),
        'kinds': {kind: {
            'count': len(of_kind['wait']),
            **{f'{what}_p{q}_us': figures.quantile([abs(e) / 1e3 for e in values], q / 100)
               for what, values in of_kind.items() for q in (50, 99)},
            'wait_us': [round(e / 1e3, 2) for e in of_kind['wait']],
        } for kind, of_kind in sorted(errors.items())},
    }


def check_truth(stage, seconds, seed):
    """Two stampings of the same exchanges, the server's sockets' and a packet capture's: by how
    much they differ, in microseconds; None where nothing could be captured."""
    with stage.truth(seed, everything=True) as truth:
        run_libcurl(stage, truth, BUSY, seconds)
    apart = [abs((r['departure'] - r['arrival']) - (r['captured_reply'] - r['captured_request']))
             / 1e3 for r in truth.records().values()
             if r['arrival'] and r['departure'] and r['captured_request'] and r['captured_reply']]
    if not apart:
        return None
    return {'exchanges': len(apart), **{f'p{q}_us': figures.quantile(apart, q / 100)
                                        for q in (50, 99)}, 'max_us': max(apart)}

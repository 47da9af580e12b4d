"""First light: from exec to the first probe at the server and to a served scrape, and how long an
idle process takes to stop; beside blackbox_exporter, which is ready when it serves its own metrics.
"""

import time

import scrapers
from cost import fresh_targets
from machine import free_port
from program import pause, wait_for
from stage import PEERS

TARGETS = (10, 100, 1000, 10000)
INTERVAL_SECONDS = 30
# How often it is asked whether something is there: all figures are that much too large at most.
EVERY_SECONDS = 0.001


def served(port):
    """Returns when /metrics answers."""
    return wait_for(lambda: scrapers.take(port)['whole'], 'a scrape', EVERY_SECONDS)


def run_exporter(stage, targets, seed):
    """All three of the exporter with so many targets."""
    loads = fresh_targets(targets, INTERVAL_SECONDS)
    with stage.truth(seed) as truth:
        config, port_file = stage.config_file(truth, loads, INTERVAL_SECONDS), stage.path('port')
        begun = time.time_ns()
        with stage.running(stage.program('reinfer_exporter'), f'--config.file={config}',
                           '--web.listen-address=127.0.0.1:0', f'--web.port-file={port_file}',
                           '--log.level=warn') as program:
            served(int(program.says(port_file, EVERY_SECONDS)))
            scraped = time.time_ns()
            # The grid's first slots may be a while off.
            pause(max(1.0, 1.5 * INTERVAL_SECONDS / targets))
            stopping = time.time_ns()
            program.stop_at_once()
            stopped = time.time_ns()
    arrivals = [record['arrival'] for record in truth.records().values() if record['arrival']]
    return {'subject': f'exporter, {targets:,} targets', 'targets': targets,
            'scrape_ms': (scraped - begun) / 1e6,
            'probe_ms': (min(arrivals) - begun) / 1e6 if arrivals else None,
            'stop_ms': (stopped - stopping) / 1e6}


def run_blackbox(stage, peer):
    """A peer, which probes nothing by itself."""
    config = stage.blackbox_file()
    port = free_port()
    begun = time.time_ns()
    with stage.running(PEERS[peer], f'--config.file={config}',
                       f'--web.listen-address=127.0.0.1:{port}', '--log.level=error') as program:
        served(port)
        scraped = time.time_ns()
        program.stop_at_once()
        stopped = time.time_ns()
    return {'subject': peer, 'targets': None, 'scrape_ms': (scraped - begun) / 1e6,
            'probe_ms': None, 'stop_ms': (stopped - scraped) / 1e6}

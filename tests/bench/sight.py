"""How long people wait for what they look at: the page until Chromium has painted something, the
API until its last byte, `check` of a configuration. Exporters of each size stand side by side; all
their targets have been probed, and hardly any is while they are looked at.
"""

import contextlib
import json
import shutil
import subprocess
import time
from pathlib import Path

import figures
from cost import INTERVAL_SECONDS, fresh_targets
from crowd import TARGETS
from program import TOKEN_VARIABLE, get, pause
from stage import ROOT

# Meanwhile each target is probed that seldom.
LOOKED_AT_INTERVAL_SECONDS = 600
TENANT, PROBE = 'tls-fresh-0', 't0'
DOCUMENTS = {'status': 'status', 'targets': 'targets', 'a target': f'targets/{TENANT}/{PROBE}',
             'failures': 'failures'}
ASKED = 5


def can_look():
    """Whether there is a browser, and what drives it."""
    return Path('/usr/bin/chromium').exists() and shutil.which('node') is not None \
        and (ROOT / 'build/browser/node_modules/playwright-core').is_dir()


def milliseconds(work):
    """The median of a few times."""
    times = []
    for _ in range(ASKED):
        begun = time.monotonic()
        work()
        times.append((time.monotonic() - begun) * 1e3)
    return figures.median(times)


def paint(urls):
    """Milliseconds to the first paint of each; None each without a browser."""
    if not can_look():
        return [None] * len(urls)
    done = subprocess.run(['node', Path(__file__).with_name('sight.mjs'), *urls], check=True,
                          capture_output=True, text=True, timeout=300)
    return json.loads(done.stdout)


def check_ms(stage, config):
    """From exec to the end of a `check`."""
    begun = time.monotonic()
    subprocess.run([stage.program('reinfer_exporter'), 'check', f'--config.file={config}'],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env={TOKEN_VARIABLE: 'bench-token'}, timeout=120)
    return (time.monotonic() - begun) * 1e3


def run_sight(stage, runs, seed, say):
    """A row for each run and size, and one for each document of the API."""
    rows = []
    with contextlib.ExitStack() as stack:
        places = []
        for targets in TARGETS:
            truth = stack.enter_context(stage.truth(seed, gives_way=True))
            config = stage.config_file(truth, fresh_targets(targets, INTERVAL_SECONDS),
                                       INTERVAL_SECONDS)
            program, port = stack.enter_context(stage.exporter(config))
            places.append((targets, config, program, port))
        pause(INTERVAL_SECONDS + 1)
        for _, config, program, _ in places:
            config.write_text(config.read_text().replace(
                f'interval = "{INTERVAL_SECONDS}s"', f'interval = "{LOOKED_AT_INTERVAL_SECONDS}s"'))
            program.reload()
        pause(2)
        for run in range(runs):
            say(f'run {run + 1} of {runs}: pages, API and check')
            pages = paint([f'http://127.0.0.1:{port}/' for *_, port in places])
            for (targets, config, _, port), page_ms in zip(places, pages):
                rows.append({
                    'targets': targets, 'page_ms': page_ms, 'check_ms': check_ms(stage, config),
                    'page_bytes': len(get(port, '/', {'Accept': 'text/html'})),
                    'api_ms': {name: milliseconds(lambda path=path, port=port: get(
                        port, f'/api/v1/{path}')) for name, path in DOCUMENTS.items()}})
    return rows

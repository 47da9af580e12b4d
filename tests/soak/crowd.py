#!/usr/bin/env python3
"""Runs the exporter at 500 probes a second for an hour, with reloads, scrapes, faults and restarts.

    python3 tests/soak/crowd.py --build-dir build/release --minutes 60

20 tenants of 25 probes a second each, a half of them over kept connections. Every second it is
scraped, every 20 s it reloads a configuration with a tenant more or less, every 5 s another tenant
has another fault, and six times in all it is stopped and started again on the same history. A line
a minute says what it takes.

It fails if the exporter ends by itself or does not end well when it is told to, if a slot of a
target is neither a result, nor skipped, nor in flight, if a scrape is cut off, if the history has
not all that was counted, or if memory, threads or descriptors grow from life to life.
"""

import argparse
import http.client
import json
import random
import re
import signal
import sqlite3
import statistics
import sys
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from run import ROOT, Owner, figures, harness  # noqa: E402
from test_fault_modes import list_faults, RUN_TIME_ONLY  # noqa: E402

TENANTS, PROBES, LIVES = 20, 25, 6
RELOAD_SECONDS, FAULT_SECONDS = 20, 5
COUNTED = re.compile(
    r'(?m)^reinfer_probe_(?:results|skipped)_total\{tenant="(t\d+)",probe="(p\d+)".*\} (\d+)$')
# A slot in flight, and one that falls between the request for a scrape and its reply.
SLOTS_OPEN_MAX = 2
LOOKS_AT_OPEN_SLOTS = 20
GROWTH_SECONDS = 300


def config(folder, simulator, more):
    """500 targets each second, and one more."""
    def probes(count, connection):
        return [{**harness.DATASET, 'name': f'p{number}', 'connection': connection}
                for number in range(count)]
    tenants = [harness.tenant(f't{number}', simulator, of=f'demo/t{number}',
                              probes=probes(PROBES, 'reuse' if number % 2 else 'fresh'))
               for number in range(TENANTS)]
    if more:
        tenants.append(harness.tenant('more', simulator, probes=probes(1, 'fresh')))
    return harness.write_config(folder, *tenants, interval='1s', timeout='900ms',
                                resolve_timeout='300ms', connect_timeout='300ms',
                                tls_timeout='300ms', slo={'availability': 99})


class Reading:
    """Slots of each target that are results or skipped, and the time of the scrape."""

    def __init__(self, exporter):
        self.begin = time.monotonic()
        status, _, body = exporter.get('/metrics')
        self.end = time.monotonic()
        assert status == 200, f'/metrics answered {status}'
        self.slots = {}
        for tenant, probe, count in COUNTED.findall(body.decode()):
            key = tenant, probe
            self.slots[key] = self.slots.get(key, 0) + int(count)

    def unaccounted_since(self, earlier):
        """A complaint for each target whose slots are not one a second."""
        least = self.begin - earlier.end - SLOTS_OPEN_MAX
        most = self.end - earlier.begin + SLOTS_OPEN_MAX
        counts = {key: count - earlier.slots.get(key, 0) for key, count in self.slots.items()}
        return {key: f'{"/".join(key)}: {count} slots in {self.begin - earlier.end:.1f} to '
                     f'{self.end - earlier.begin:.1f} s'
                for key, count in counts.items() if not least <= count <= most}


class Crowd:
    """One run: six lives of an exporter."""

    def __init__(self, owner, minutes, seed):
        self.owner, self.random = owner, random.Random(seed)
        self.folder = harness.temporary_folder(owner)
        self.storage = self.folder / 'storage'
        self.simulator = harness.Simulator(owner, self.folder)
        self.faults = [row[0] for row in list_faults()
                       if not row[0].startswith('oauth_') and row[0] != 'huge_body'
                       and not row[2].startswith(RUN_TIME_ONLY)]
        self.life_seconds = minutes * 60 / LIVES
        self.counted = 0
        self.taken = []  # medians of each life

    def live(self, number):
        """From a start to a stop; returns complaints."""
        exporter = self.start(number)
        try:
            first, seen = Reading(exporter), self.disturb(exporter, number)
            last, complaints = self.last_look(exporter, first)
        except (OSError, http.client.HTTPException) as error:
            return [f'life {number + 1}: {error!r}', *exporter.stderr().splitlines()[-15:]]
        exporter.signal(signal.SIGTERM)
        code = exporter.wait()
        self.counted += sum(last.slots.values())
        self.taken.append(tuple(statistics.median(column) for column in zip(*seen)))
        return complaints + ([f'ended with {code}'] if code else [])

    def start(self, number):
        """The exporter of a life, serving."""
        return harness.Exporter(
            self.owner, self.folder, config(self.folder, self.simulator, False),
            self.simulator.token, name=f'life{number}',
            flags=('--storage.path', str(self.storage))).await_serving()

    def disturb(self, exporter, number):
        """Scrapes, faults and reloads until the life is over; returns what was taken meanwhile."""
        pause, end = threading.Event(), time.monotonic() + self.life_seconds
        look_seconds = int(min(60, max(1, self.life_seconds / 3)))
        seen, second = [], 0
        while time.monotonic() < end:
            pause.wait(1)
            second += 1
            last = Reading(exporter)
            if second % FAULT_SECONDS == 0:
                self.simulator.set_fault(
                    self.random.choice([*self.faults, 'ok', 'ok']),
                    f'demo/t{self.random.randrange(TENANTS)}')
            if second % RELOAD_SECONDS == 0:
                config(self.folder, self.simulator, second // RELOAD_SECONDS % 2 == 1)
                exporter.signal(signal.SIGHUP)
            if second % look_seconds == 0:
                seen.append(figures(exporter.pid))
                self.say(number, sum(last.slots.values()), seen[-1])
        return seen

    @staticmethod
    def last_look(exporter, first):
        """The last reading, and complaints about slots since the first. A busy machine leaves slots
        open for a while. A slot that is lost stays lost.
        """
        pause, last = threading.Event(), Reading(exporter)
        complaints = last.unaccounted_since(first)
        for _ in range(LOOKS_AT_OPEN_SLOTS):
            if not complaints:
                break
            pause.wait(1)
            last = Reading(exporter)
            now = last.unaccounted_since(first)
            complaints = {key: text for key, text in now.items() if key in complaints}
        return last, list(complaints.values())

    @staticmethod
    def say(life, slots, taken):
        """A line of what it takes now."""
        memory, threads, descriptors = taken
        print(f'{time.strftime("%H:%M:%S")} life {life + 1}  {slots:8d} slots  {memory:6.1f} MB  '
              f'{threads} threads  {descriptors} descriptors', flush=True)

    def growth(self):
        """Complaints about the last life beside the first: each began anew. A short one says
        little, for what is open at a moment depends on the faults of that moment.
        """
        if self.life_seconds < GROWTH_SECONDS:
            return []
        (memory, threads, descriptors), last = self.taken[0], self.taken[-1]
        found = []
        if last[0] > memory * 1.1 + 8:
            found.append(f'memory grew from {memory:.1f} to {last[0]:.1f} MB')
        if last[1] > threads + 4:  # a lookup of a name has a thread
            found.append(f'threads grew from {threads:.0f} to {last[1]:.0f}')
        if last[2] > descriptors * 1.1 + 32:
            found.append(f'descriptors grew from {descriptors:.0f} to {last[2]:.0f}')
        return found

    def kept(self, months):
        """Complaints about the history: it has at least what was counted before each stop."""
        total = 0
        for month in months:
            done = harness.run_command('sla', f'--storage.path={self.storage}', '--format=json',
                                       f'--month={month}')
            for row in json.loads(done.stdout)['objectives']:
                if row['tenant'] != 'more':
                    total += (row['events'] + sum(row['excluded'].values()) +
                              sum(row['skipped'].values()))
        print(f'{self.counted} slots were counted before the stops, the history has {total}',
              flush=True)
        file = self.storage / 'history.db'
        with sqlite3.connect(file) as database:
            sound = database.execute('PRAGMA integrity_check').fetchone()[0]
        most = self.counted + LIVES * TENANTS * PROBES * 10
        found = [] if sound == 'ok' else [f'the history is not sound: {sound}']
        if not self.counted <= total <= most:
            found.append('the history has not what was counted')
        return found

    def run(self):
        """Returns all complaints."""
        months = {time.strftime('%Y-%m', time.gmtime())}
        complaints = []
        for number in range(LIVES):
            complaints += self.live(number)
            if len(self.taken) <= number:
                return complaints
        months.add(time.strftime('%Y-%m', time.gmtime()))
        return complaints + self.growth() + self.kept(sorted(months))


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build-dir', default=str(ROOT / 'build' / 'release'))
    parser.add_argument('--minutes', type=float, default=60)
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f'seed {options.seed}', flush=True)
    harness.use_build_dir(options.build_dir)
    owner = Owner()
    try:
        complaints = Crowd(owner, options.minutes, options.seed).run()
    finally:
        owner.doCleanups()
    for line in complaints[:20]:
        print(line, flush=True)
    print(f'{int(not complaints)} passed, {int(bool(complaints))} failed')
    return int(bool(complaints))


if __name__ == '__main__':
    sys.exit(main())

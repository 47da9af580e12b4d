#!/usr/bin/env python3
"""Gives the history of an exporter that is stopped ninety days of a past, for pictures:

    past_days.py storage/history.db [days]

The targets are those that it knows. The past comes from dice with a fixed seed: good days, some bad
hours, an outage of a day's quarter, and a week that nobody watched. With `days` there are neither
latencies nor anything shorter than a day.
"""
import json
import math
import random
import sqlite3
import sys
import time

DAY, HOUR, QUARTER = 86400, 3600, 900
DAYS = 89
UNWATCHED = range(52, 59)  # days ago
FINE = 8  # days with quarters and hours
# Days ago: the fault, its outcome, the hour it began, for how many quarters.
OUTAGES = {34: ('platform', 'server_error', 9, 22), 16: ('network', 'connect_timeout', 2, 5),
           5: ('edge', 'gateway_error', 13, 3), 71: ('platform', 'response_timeout', 17, 8)}
FAULTS = ['platform', 'edge', 'network', 'credentials', 'request', 'monitor']


def varint(number):
    """As protobuf writes it."""
    out = bytearray()
    while number > 0x7f:
        out.append(number & 0x7f | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def sketch(dice, count, seconds):
    """The buckets of so many latencies around a median, at schema 3."""
    buckets = {}
    for _ in range(200):
        value = seconds * math.exp(dice.gauss(0, 0.25) + (0.9 if dice.random() < 0.03 else 0))
        index = math.ceil(math.log2(value) * 8)
        buckets[index] = buckets.get(index, 0) + 1
    out, before = b'', 0
    for index in sorted(buckets):
        step = index - before
        out += varint(step * 2 if step >= 0 else -step * 2 - 1)
        out += varint(max(1, buckets[index] * count // 200))
        before = index
    return out


def availability(width, target, start, good, bad, fault, interval_ms):
    """A row of the table."""
    return (width, target, start, good, bad, 0, 0,
            *[bad if fault == each else 0 for each in FAULTS], interval_ms)


def fill(database, now, dice, days_alone):
    """All days but today, for each target."""
    fine = 0 if days_alone else FINE
    today = int(now) // DAY
    for target, interval_ms in database.execute('select id, interval_ms from target').fetchall():
        slots = DAY * 1000 // interval_ms
        for ago in range(1, DAYS + 1):
            if ago in UNWATCHED:
                continue
            fault, outcome, hour, quarters = OUTAGES.get(ago, (None, None, 0, 0))
            if fault and target % 3 == ago % 3:
                fault, quarters = None, 0
            bad = slots * quarters // 96 or (dice.randrange(1, 40) if dice.random() < 0.12 else 0)
            rows = [availability(DAY, target, today - ago, slots - bad, bad,
                                 fault or 'network', interval_ms)]
            if ago <= fine:
                for quarter in range(96):
                    hit = hour * 4 <= quarter < hour * 4 + quarters
                    part = slots // 96
                    rows.append(availability(QUARTER, target, (today - ago) * 96 + quarter,
                                             0 if hit else part, part if hit else 0,
                                             fault or 'network', interval_ms))
            database.executemany('insert or ignore into availability values '
                                 '(?,?,?,?,?,?,?,?,?,?,?,?,?,?)', rows)
            median = 0.05 + 0.02 * math.sin(ago / 9) + 0.03 * (quarters > 0)
            spans = [] if days_alone else [(DAY, today - ago, slots)]
            if ago <= fine:
                spans += [(HOUR, (today - ago) * 24 + each, slots // 24) for each in range(24)]
            for width, start, count in spans:
                daily = 1 + 0.3 * math.sin(start / 3.8) if width == HOUR else 1
                for figure, share in enumerate((1, 0.6, 0.15)):
                    database.execute('insert or ignore into latency values (?,?,?,?,3,0,?)', (
                        width, target, start, figure, sketch(dice, count, median * daily * share)))
            if fault:
                begun = ((today - ago) * DAY + hour * HOUR) * 1000
                over = begun + quarters * QUARTER * 1000
                place = FAULTS.index(fault) + 1
                database.execute(
                    'insert into incident (target, since_ms, recovered_ms, fault, outcome, counts,'
                    ' fault_since, failures, good_in_a_row, good_since_ms, last_ms, maintained)'
                    ' values (?,?,?,?,?,?,?,?,3,?,?,0)', (
                        target, begun, over, fault, outcome,
                        json.dumps([bad if each == place else 0 for each in range(7)]),
                        json.dumps([begun if each == place else None for each in range(7)]),
                        bad, over, over - interval_ms))
        database.execute('update target set first_ms = ? where id = ?',
                         ((today - DAYS) * DAY * 1000, target))


def main():
    """The first argument is the file."""
    with sqlite3.connect(sys.argv[1]) as database:
        fill(database, time.time(), random.Random(7), sys.argv[2:] == ['days'])


if __name__ == '__main__':
    main()

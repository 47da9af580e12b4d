"""What the results say of many targets and of many readers. Pure."""

import demands
import figures
import growth
from sight import DOCUMENTS
from tables import SUBJECTS, number, table, with_range


def size_table(rows):
    """How memory and CPU grow."""
    columns = {
        'MB resident': lambda row: row['memory_mb'],
        'MB of no file': lambda row: row['own_mb'],
        'MB at peak': lambda row: row['peak_mb'],
        '% of a core': lambda row: 100 * row['cpu_share'],
        'us of CPU a probe': lambda row: row['cpu_us_per_probe'],
        'scrape MB': lambda row: row['scrape_bytes'] and row['scrape_bytes'] / 1e6,
        'scrape ms': lambda row: row['scrape_ms']}
    tables = [table(['targets', *columns],
                    [[f'{targets:,}', *(with_range([column(row) for row in runs])
                                        for column in columns.values())]
                     for (targets,), runs in figures.grouped(rows, 'targets').items()])]
    crowds = [row['crowd'] | {'cpu': row['cpu_us_per_probe']} for row in rows if row.get('crowd')]
    if crowds:
        tables.append(crowd_table(crowds))
    return '\n\n'.join(tables)


def crowd_table(crowds):
    """The largest, while scrapers read it in a loop."""
    def over(value):
        return with_range([value(row) for row in crowds])
    lines = {
        'us of CPU a probe of the bare loop, the same targets': lambda row:
            row['loop_us_per_probe'],
        'us of CPU a probe to that': lambda row: demands.ratio(
            row['cpu'], row['loop_us_per_probe']),
        'probes of the bare loop that failed': lambda row: row['loop_failed'],
        'us of schedule lag p50': lambda row: row['p50_us'],
        'us of schedule lag p99': lambda row: row['p99_us'],
        'scrapes': lambda row: row['scrapes'],
        'of them whole': lambda row: row['whole'],
        'MB of one': lambda row: row['bytes'] and row['bytes'] / 1e6,
        'reloads': lambda row: int(row['reloaded']),
        'probes that failed': lambda row: int(row['failed']),
        'MB resident afterwards': lambda row: row['memory_mb'],
        'MB at peak': lambda row: row['peak_mb'],
    }
    return table(['the largest, with a history, while 20 scrapers read in a loop', ''],
                 [[what, over(value)] for what, value in lines.items()])


def burst_table(rows):
    """A crowd at once."""
    lines = {
        'scrapes at once': lambda row: row['scrapes'],
        'of them whole': lambda row: row['whole'],
        'MB of one': lambda row: row['bytes'] / 1e6,
        'seconds until the last was there': lambda row: row['seconds'],
        'MB resident before': lambda row: row['resident_mb'],
        'MB more at the peak': lambda row: row['extra_mb'],
        'ms of a scrape alone': lambda row: row['alone_ms'],
        'ms of one beside who reads a byte a second': lambda row: row['beside_slow_ms'],
    }
    return table(['10,000 targets', ''],
                 [[what, with_range([value(row) for row in rows])]
                  for what, value in lines.items()])


def holds_table(rows):
    """By targets."""
    keys = ('snapshot_p50_us', 'snapshot_max_us', 'adopt_p50_us', 'adopt_max_us')
    return table(['us', 'snapshot p50', 'longest snapshot', 'another plan adopted, p50',
                  'longest adoption'],
                 [[f'{targets:,} targets', *(with_range([row[key] for row in runs])
                                             for key in keys)]
                  for (targets,), runs in figures.grouped(rows, 'targets').items()])


def rules_table(rows):
    """A line for each group of rules."""
    return table(['ms', 'usual', 'longest'],
                 [[row['group'], number(row['p50_ms']), number(row['max_ms'])] for row in rows])


def lag_table(rows):
    """A line for each grid."""
    return table(['us', 'slots', 'p50', 'p99'],
                 [[grid, f'{sum(row["probes"] for row in runs):,.0f}',
                   with_range([row['p50_us'] for row in runs]),
                   with_range([row['p99_us'] for row in runs])]
                  for (grid,), runs in figures.grouped(rows, 'grid').items()])


def scrape_table(rows):
    """Every format beside prometheus-cpp, by size."""
    if not rows:
        return 'Not measured: `scrape_bench` was not built.'
    return table(['format', 'series', 'MB', 'ms', 'KB beside its facts'],
                 [[row['format'], f'{row["series"]:,}', number(row['bytes'] / 1e6),
                   number(row['ms']), number(row['peak_extra_bytes'] / 1e3)] for row in rows])


def growth_table(rows):
    """Instructions by targets, with the exponent."""
    body = []
    for (mode,), runs in figures.grouped(rows, 'mode').items():
        points = [(row['targets'], row['instructions']) for row in runs]
        body.append([growth.MODES[mode], *(number(y / 1e3) for _, y in points),
                     number(growth.exponent(points))])
    targets = [f'{targets:,}' for targets in dict.fromkeys(row['targets'] for row in rows)]
    return table(['thousand instructions', *targets, 'exponent'], body)


def start_table(rows):
    """Milliseconds from exec."""
    return table(['ms', 'to the first probe', 'to a served scrape', 'to stop'],
                 [[SUBJECTS.get(subject, subject), *(with_range([row[key] for row in runs])
                              for key in ('probe_ms', 'scrape_ms', 'stop_ms'))]
                  for (subject,), runs in figures.grouped(rows, 'subject').items()])


def sight_table(rows):
    """By targets."""
    columns = {'page, first paint': lambda row: row.get('page_ms'),
               'a line of text, first paint': lambda row: row.get('line_ms'),
               'KB of the page': lambda row: row.get('page_kb'),
               **{f'API, {name}': lambda row, name=name: row.get('api_ms', {}).get(name)
                  for name in DOCUMENTS},
               'check': lambda row: row.get('check_ms')}
    return table(['ms', *columns],
                 [[f'{targets:,} targets', *(with_range([column(row) for row in runs])
                                             for column in columns.values())]
                  for (targets,), runs in figures.grouped(rows, 'targets').items()])


def all_growth_text(parts):
    """The exponents of everything, and what a million targets take."""
    grown = [one for one in growth.grown(parts) if one[0] != 'growth']
    if not grown:
        return ''
    targets = sorted({x for _, _, points, _ in grown for x, _ in points})
    text = table(['medians', *(f'{x:,} targets' for x in targets), 'exponent'],
                 [[what, *(number(dict(points).get(x)) for x in targets), number(power)]
                  for _, what, points, power in grown])
    shards = growth.for_a_million(parts)
    if shards:
        text += '\n\nA million targets every 30 s over fresh TLS connections, in shards that ' \
            'share nothing:\n\n' + table(
                ['targets a shard', 'shards', 'cores', 'GB resident', 'GB of all scrapes',
                 'ms from exec to a scrape of one'],
                [[f'{row["targets"]:,}', f'{row["shards"]:,}',
                  *(number(row[key]) for key in ('cores', 'memory_gb', 'scrape_gb', 'start_ms'))]
                 for row in shards])
    return text

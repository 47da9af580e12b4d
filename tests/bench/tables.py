"""Markdown tables of figures: how a number, a median with its range and a table look. Pure."""

import figures

SUBJECTS = {'exporter': 'reinfer_exporter', 'libcurl': "libcurl's own clock",
            'blackbox': 'blackbox_exporter', 'blackbox-new': 'newer blackbox_exporter'}


def number(value):
    """Three digits are enough; a dash where there is nothing."""
    if value is None:
        return '-'
    if abs(value) >= 100 or isinstance(value, int):
        return f'{value:,.0f}'
    return f'{value:.1f}' if abs(value) >= 10 else f'{value:.2f}'


def with_range(values):
    """The median, and from where to where the runs went."""
    there = [value for value in values if value is not None]
    if not there:
        return '-'
    middle = number(figures.median(there))
    return middle if len(there) < 2 else f'{middle} ({number(min(there))}..{number(max(there))})'


def table(head, rows):
    """A Markdown table; all columns but the first to the right."""
    lines = ['| ' + ' | '.join(head) + ' |', '|---' + '|---:' * (len(head) - 1) + '|']
    lines += ['| ' + ' | '.join(row) + ' |' for row in rows]
    return '\n'.join(lines)


def of(rows, subject, workload):
    """The runs of one cell."""
    return [row for row in rows if (row['subject'], row['workload']) == (subject, workload)]

"""The picture of what a probe costs: CPU time beside the peers, and whose code its instructions are
in. Pure."""

from xml.sax.saxutils import escape

import figures
from drawing import SUBJECTS, WIDTH, card, in_words
from own import MAKERS, OTHERS

LEFT, RIGHT, BAR, GAP = 132, 96, 13, 12
CLASSES = {'the program': 'exporter', 'libcurl': 'libcurl', 'OpenSSL': 'tls', 'libc': 'libc',
           OTHERS: 'others'}


def cpu_of(rows):
    """[(workload, [(subject, microseconds)])]."""
    groups = []
    for (workload,), runs in figures.grouped(rows, 'workload').items():
        bars = [(subject, figures.median([row['cpu_us_per_probe'] for row in runs
                                          if row['subject'] == subject]))
                for subject, _ in SUBJECTS]
        groups.append((workload, [(subject, [(subject, value)]) for subject, value in bars
                                  if value is not None]))
    return groups


def instructions_of(rows):
    """[(workload, [(subject, [(maker, thousand instructions)])])]."""
    return [(workload, [(row['subject'], [
        (CLASSES[maker], row['libraries'][maker] / 1e3)
        for maker in (*dict(MAKERS), OTHERS) if row['libraries'].get(maker)]) for row in sorted(
            runs, key=lambda row: row['subject'])])
            for (workload,), runs in figures.grouped(
                [row for row in rows if row.get('libraries')], 'workload').items()]


def draw_bars(out, groups, top, words):
    """Horizontal bars in groups, the whole of each in words behind it; where it ends."""
    longest = max(sum(value for _, value in pieces) for _, bars in groups for _, pieces in bars)
    y = top
    for title, bars in groups:
        out.append(f'<text x="16" y="{y + BAR * len(bars) / 2 + 4}">'
                   f'{escape(title.replace("tls", "TLS"))}</text>')
        for _, pieces in bars:
            x = LEFT
            for name, value in pieces:
                width = (WIDTH - LEFT - RIGHT) * value / longest
                out.append(f'<rect class="bar {name}" x="{x:.1f}" y="{y}" width="{width:.1f}" '
                           f'height="{BAR - 2}"/>')
                x += width
            out.append(f'<text class="small" x="{x + 6:.1f}" y="{y + BAR - 3}">'
                       f'{words(sum(value for _, value in pieces))}</text>')
            y += BAR
        y += GAP
    return y


def draw_key(out, names, y):
    """Which colour is whose."""
    x = LEFT
    for name, text in names:
        out.append(f'<rect class="bar {name}" x="{x}" y="{y - 10}" width="11" height="11"/>'
                   f'<text x="{x + 17}" y="{y}">{escape(text)}</text>')
        x += 40 + 7.2 * len(text)


def cost_svg(cpu, own):
    """Both; None if nothing was measured."""
    out, y = [], 44
    for title, names, groups, words in (
            ('CPU time', SUBJECTS, cpu_of(cpu), in_words),
            ('Thousand instructions in user space, by whose code they are in: the exporter above, '
             'the bare loop below', tuple((CLASSES[maker], maker) for maker in CLASSES),
             instructions_of(own), lambda value: f'{value:,.0f}')):
        if not any(bars for _, bars in groups):
            continue
        there = {name for _, bars in groups for _, pieces in bars for name, _ in pieces}
        out.append(f'<text class="group" x="16" y="{y + 22}">{title}</text>')
        draw_key(out, [one for one in names if one[0] in there], y + 46)
        y = draw_bars(out, groups, y + 62, words) + 8
    if not out:
        return None
    return card('What a probe costs', 'CPU time and instructions of a probe of each prober', y + 26,
                out, ['Less is better. blackbox_exporter never reuses a connection.'])

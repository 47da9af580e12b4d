"""The picture of the errors: for each kind of probe a line from p50 to p99 for each prober, on a
log axis. Plain SVG with its own background, in light and in dark. Pure."""

import math
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from demands import KINDS, quiet_of, wait_error

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'dashboards' / 'palette'))
import palette  # noqa: E402  pylint: disable=C0413

SUBJECTS = (('exporter', 'reinfer_exporter'), ('libcurl', "libcurl's own clock"),
            ('blackbox', 'blackbox_exporter 0.23'))
GROUPS = (
    ('At rest: 100 plain or 50 TLS probes/s', quiet_of),
    ('Under load: 200 plain + 80 TLS probes/s', lambda kind: 'busy'),
    ('The same, while /metrics is scraped', lambda kind: 'busy-scraped'),
)
WIDTH, LEFT, RIGHT = 860, 132, 24
TOP, ROW, LINE, GROUP = 96, 44, 11, 34
# Rules of the style sheet, with a name of the page's palette for each colour.
RULES = (('text', 'fill', 'ink'), ('.small', 'fill', 'quiet'), ('.card', 'fill', 'card'),
         ('.grid', 'stroke', 'line'), ('.row', 'stroke', 'shade'))


def style():
    """The style sheet, in light and in dark."""
    colours = palette.load()

    def rules(theme):
        yield from (f'{what} {{ {how}: {colours["page"][name][theme]} }}'
                    for what, how, name in RULES)
        for subject, _ in SUBJECTS:
            tone = colours['figures'][subject][theme]
            yield f'.{subject} {{ stroke: {tone}; fill: {tone} }}'
    return '\n'.join([
        '', 'text { font: 13px system-ui, sans-serif }',
        '.title { font-weight: 600; font-size: 16px }', '.group { font-weight: 600 }',
        '.small { font-size: 11px }',
        *rules('light'),
        '.key, text.exporter, text.libcurl, text.blackbox { stroke: none }',
        '@media (prefers-color-scheme: dark) {', *rules('dark'), '}'])


def in_words(microseconds):
    """Short, with its unit."""
    if microseconds >= 1000:
        value = microseconds / 1000
        return f'{value:.0f} ms' if value >= 10 else f'{value:.2g} ms'
    return f'{microseconds:.0f} &#181;s' if microseconds >= 10 else f'{microseconds:.2g} &#181;s'


class Axis:
    """Microseconds to pixels, in whole decades."""

    def __init__(self, values):
        self.low = math.floor(math.log10(max(0.1, min(values))))
        self.high = max(self.low + 1, math.ceil(math.log10(max(values) * 1.6)))

    def x(self, microseconds):
        """Where a value is; what is below the axis stands at its edge."""
        position = (math.log10(max(microseconds, 1e-9)) - self.low) / (self.high - self.low)
        return round(LEFT + max(0.0, position) * (WIDTH - LEFT - RIGHT), 1)

    def ticks(self):
        """The decades."""
        return [10 ** power for power in range(self.low, self.high + 1)]


def groups_of(rows):
    """[(title, [(kind, [(subject, p50, p99)])])] of what was measured."""
    groups = []
    for title, workload_of in GROUPS:
        kinds = []
        for kind in KINDS:
            marks = []
            for subject, _ in SUBJECTS:
                p50, p99 = (wait_error(rows, subject, workload_of(kind), kind, q)
                            for q in (50, 99))
                if p99 is not None:
                    marks.append((subject, p50, p99))
            if marks:
                kinds.append((kind, marks))
        if kinds:
            groups.append((title, kinds))
    return groups


def draw_marks(out, axis, marks, middle):
    """A line, a ring at p50, a dot at p99, and the p99 in words, for each prober."""
    y = middle - LINE * (len(marks) - 1) / 2
    for subject, p50, p99 in marks:
        left, right = axis.x(p50), axis.x(p99)
        out.append(f'<line class="{subject}" x1="{left}" y1="{y}" x2="{right}" y2="{y}" '
                   'stroke-width="3"/>'
                   f'<circle class="{subject}" cx="{left}" cy="{y}" r="3" stroke-width="2"/>'
                   f'<circle class="{subject}" cx="{right}" cy="{y}" r="4.5"/>'
                   f'<text class="small" x="{right + 9}" y="{y + 4}">{in_words(p99)}</text>')
        y += LINE


def draw_key(out):
    """Which colour is whose."""
    x = LEFT
    for subject, name in SUBJECTS:
        out.append(f'<circle class="{subject}" cx="{x + 5}" cy="56" r="4.5"/>'
                   f'<text x="{x + 16}" y="60">{escape(name)}</text>')
        x += 38 + 7.2 * len(name)


def error_svg(rows):
    """The picture; None if nothing was measured."""
    groups = groups_of(rows)
    values = [value for _, kinds in groups for _, marks in kinds for mark in marks
              for value in mark[1:]]
    if not values:
        return None
    axis = Axis(values)
    bottom = TOP + sum(GROUP + ROW * len(kinds) for _, kinds in groups)
    out = []
    for tick in axis.ticks():
        x = axis.x(tick)
        out.append(f'<line class="grid" x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{bottom}"/>'
                   f'<text class="small" text-anchor="middle" x="{x}" y="{TOP - 12}">'
                   f'{in_words(tick)}</text>')
    y = TOP
    for title, kinds in groups:
        out.append(f'<text class="group" x="16" y="{y + 22}">{escape(title)}</text>')
        y += GROUP
        for kind, marks in kinds:
            out.append(f'<line class="row" x1="16" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}"/>'
                       f'<text x="16" y="{y + ROW / 2 + 4}">'
                       f'{escape(kind.replace("tls", "TLS"))}</text>')
            draw_marks(out, axis, marks, y + ROW / 2)
            y += ROW
    draw_key(out)
    height = bottom + 40
    return '\n'.join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-label="Error of the wait phase of each prober, from p50 to p99, on a log axis">',
        f'<style>{style()}</style>',
        f'<rect class="card" width="{WIDTH}" height="{height}" rx="8"/>',
        '<text class="title" x="16" y="30">Error of the measured wait, p50 to p99, against the '
        "server's kernel time stamps</text>",
        *out,
        f'<text class="small" x="16" y="{bottom + 24}">Less is better; log axis. The dot at the '
        'right is the p99, written beside it. blackbox_exporter never reuses a connection.</text>',
        '</svg>']) + '\n'

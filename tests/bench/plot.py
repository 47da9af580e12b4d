"""The pictures. That of the errors: for each kind of probe a line from p50 to p99 for each prober,
on a log axis. Pure."""

import math
from xml.sax.saxutils import escape

import cost_plot
import growth_plot
from demands import KINDS, quiet_of, wait_error
from drawing import SUBJECTS, WIDTH, card, in_words

GROUPS = (
    ('At rest: 100 plain or 50 TLS probes/s', quiet_of),
    ('Under load: 200 plain + 80 TLS probes/s', lambda kind: 'busy'),
    ('The same, while /metrics is scraped', lambda kind: 'busy-scraped'),
)
LEFT, RIGHT = 132, 24
TOP, ROW, LINE, GROUP = 96, 54, 11, 34


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


def draw_key(out, measured):
    """Which colour is whose."""
    x = LEFT
    for subject, name in (one for one in SUBJECTS if one[0] in measured):
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
    draw_key(out, {mark[0] for _, kinds in groups for _, marks in kinds for mark in marks})
    return card(
        "Error of the measured wait, p50 to p99, against the server's kernel time stamps",
        'Error of the wait phase of each prober, from p50 to p99, on a log axis', bottom + 55, out,
        ['Less is better; log axis. The dot at the right is the p99, written beside it.',
         "The bare loop's clock is libcurl's own. blackbox_exporter never reuses a connection."])


def pictures(parts):
    """{file name: picture} of what was measured."""
    drawn = {'error.svg': error_svg(parts.get('error') or []),
             'cost.svg': cost_plot.cost_svg(parts.get('cpu') or [], parts.get('own') or []),
             'growth.svg': growth_plot.growth_svg(growth_plot.lines_of(parts))}
    return {name: picture for name, picture in drawn.items() if picture}

"""The picture of growth: each figure as a multiple of what it is with the fewest targets, on log
axes, beside a line that grows with their number. Pure."""

import math
from xml.sax.saxutils import escape

import growth
from drawing import WIDTH, card

LEFT, RIGHT, TOP, HEIGHT, LABEL = 70, 300, 62, 420, 16
# Figures of the probe loop, of many targets, of what people look at.
CLASSES = {'growth': 'exporter', 'holds': 'exporter', 'size': 'blackbox-new', 'start': 'blackbox',
           'sight': 'libcurl'}


def lines_of(parts):
    """[(class, name, [(targets, multiple)])], the steepest first."""
    lines = []
    for part, what, points, power in growth.grown(parts):
        if power is None or points[0][1] <= 0:
            continue
        lines.append((power, CLASSES[part], f'{what}: {power:.2f}',
                      [(x, y / points[0][1]) for x, y in points if y > 0]))
    return [line[1:] for line in sorted(lines, key=lambda line: -line[0])]


class Axes:
    """Targets and multiples to pixels."""

    def __init__(self, lines):
        xs = [x for *_, points in lines for x, _ in points]
        ys = [y for *_, points in lines for _, y in points]
        self.x_low, self.x_high = math.log10(min(xs)), math.log10(max(xs))
        self.y_low = math.floor(math.log10(min(ys)))
        self.y_high = max(self.y_low + 1, math.ceil(math.log10(max(ys)) - 0.1))

    def x(self, targets):
        """Where so many are."""
        share = (math.log10(targets) - self.x_low) / max(1e-9, self.x_high - self.x_low)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, multiple):
        """Where so much is."""
        share = (math.log10(multiple) - self.y_low) / (self.y_high - self.y_low)
        return round(TOP + HEIGHT - share * HEIGHT, 1)


def spread(wanted):
    """The places of labels from above, no two nearer than a line of text."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places, last = [0.0] * len(wanted), -math.inf
    for i in order:
        last = places[i] = max(wanted[i], last + LABEL)
    # Back up from the lower edge.
    limit = max(TOP + HEIGHT, TOP + LABEL * len(wanted))
    for i in reversed(order):
        limit = places[i] = min(places[i], limit)
        limit -= LABEL
    return places


def draw_grid(out, axes, targets):
    """Decades, and the line that grows with the number of targets."""
    right = WIDTH - RIGHT
    for power in range(axes.y_low, axes.y_high + 1):
        y = axes.y(10 ** power)
        out.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}"/>'
                   f'<text class="small" text-anchor="end" x="{LEFT - 8}" y="{y + 4}">'
                   f'{10 ** power:,g} x</text>')
    for count in targets:
        x = axes.x(count)
        out.append(f'<line class="grid" x1="{x}" y1="{TOP}" x2="{x}" y2="{TOP + HEIGHT}"/>'
                   f'<text class="small" text-anchor="middle" x="{x}" y="{TOP + HEIGHT + 18}">'
                   f'{count:,} targets</text>')
    most = min(targets[-1] / targets[0], 10 ** axes.y_high)
    out.append(f'<line class="line libc" stroke-dasharray="5 4" x1="{axes.x(targets[0])}" '
               f'y1="{axes.y(1)}" x2="{axes.x(targets[0] * most)}" y2="{axes.y(most)}"/>')


def growth_svg(lines):
    """The picture; None if nothing was measured with several numbers of targets."""
    if not lines:
        return None
    axes = Axes(lines)
    out = []
    draw_grid(out, axes, sorted({x for *_, points in lines for x, _ in points}))
    ends = [(axes.x(points[-1][0]), axes.y(points[-1][1])) for *_, points in lines]
    for (name, text, points), (x, y), at in zip(lines, ends, spread([y for _, y in ends])):
        path = ' '.join(f'{axes.x(a)},{axes.y(b)}' for a, b in points)
        out.append(f'<polyline class="line {name}" points="{path}"/>'
                   f'<circle class="{name}" cx="{x}" cy="{y}" r="3"/>'
                   f'<line class="grid" x1="{x + 4}" y1="{y}" x2="{x + 22}" y2="{at}"/>'
                   f'<text class="small" x="{x + 26}" y="{at + 4}">{escape(text)}</text>')
    height = max(TOP + HEIGHT, TOP + LABEL * len(lines)) + 80
    return card('Growth with the number of targets',
                'Each figure as a multiple of what it is with the fewest targets, on log axes',
                height, out,
                ['Log axes; each figure is a multiple of what it is with the fewest targets, and '
                 'has its exponent behind it.', 'The broken line grows with their number: '
                 'exponent 1.'])

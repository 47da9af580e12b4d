"""The boards as Grafana would read them: their panels, and the requests that these make."""
import dataclasses
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / 'dashboards' / 'grafana' / 'boards'
SCRAPE_INTERVAL = 60
STEPS = 120


@dataclasses.dataclass(frozen=True)
class Span:
    """A time range, in seconds."""

    start: int
    end: int

    @property
    def seconds(self):
        """How long it is."""
        return self.end - self.start


@dataclasses.dataclass(frozen=True)
class Query:
    """One request to Prometheus, with its variables filled in."""

    board: str
    panel: str
    ref: str
    expr: str
    instant: bool
    step: int

    def name(self):
        """Whose it is, for a reader of failures."""
        return f'{self.board}, {self.panel}, {self.ref}'


def load():
    """All boards by uid."""
    found = (json.loads(path.read_text()) for path in sorted(FOLDER.glob('*.json')))
    return {board['uid']: board for board in found}


def seconds_of(duration):
    """Seconds of a duration such as 1d."""
    return int(duration[:-1]) * {'s': 1, 'm': 60, 'h': 3600, 'd': 86400}[duration[-1]]


def fill_in(expr, span, step, choices=None):
    """Puts in what Grafana would: choices are values of the board's own variables."""
    rate_interval = max(step + SCRAPE_INTERVAL, 4 * SCRAPE_INTERVAL)
    values = {'__rate_interval': f'{rate_interval}s', '__range': f'{span.seconds}s',
              'job': '.+', 'vantage': '.*', 'instance': '.+', 'environment': '.*', 'tenant': '.+',
              'probe': '.+', 'before': '7d', **(choices or {})}
    return re.sub(r'\$(\w+)', lambda match: values[match[1]], expr)


def panels_of(board):
    """Those that ask something."""
    return [panel for panel in board['panels'] if panel['type'] != 'row']


def queries_of(board, span, choices=None):
    """Every request of a board."""
    for panel in panels_of(board):
        for target in panel['targets']:
            shortest = seconds_of(target.get('interval', f'{SCRAPE_INTERVAL}s'))
            step = max(shortest, span.seconds // STEPS // 60 * 60)
            yield Query(board['uid'], panel['title'], target['refId'],
                        fill_in(target['expr'], span, step, choices),
                        target.get('instant', False), step)


def variable_queries_of(board):
    """Pairs of name and (selector, label) of the variables that ask Prometheus."""
    for variable in board['templating']['list']:
        if variable['type'] == 'query':
            match = re.fullmatch(r'label_values\((.*), (\w+)\)', variable['query']['query'])
            yield variable['name'], match.groups()

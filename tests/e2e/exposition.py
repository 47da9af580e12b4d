"""Reads the Prometheus text format, version 0.0.4, as far as the tests ask about it."""

import re
from dataclasses import dataclass, field

_SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')
_ESCAPES = {r'\\': '\\', r'\"': '"', r'\n': '\n'}


@dataclass(frozen=True)
class Sample:
    """One line: a name, its labels and the value."""

    name: str
    labels: dict
    value: float

    def has(self, wanted):
        """Whether every wanted label has the wanted value."""
        return all(self.labels.get(name) == value for name, value in wanted.items())


@dataclass
class Exposition:
    """One scrape, to be asked for samples by name and labels."""

    types: dict = field(default_factory=dict)
    # Hundreds: whoever shows a whole scrape in a complaint has said nothing.
    samples: list = field(default_factory=list, repr=False)

    def find(self, metric, **labels):
        """All samples of that name with at least these labels."""
        return [s for s in self.samples if s.name == metric and s.has(labels)]

    def value(self, metric, **labels):
        """The one sample there is, or None if there is none."""
        found = self.find(metric, **labels)
        if len(found) > 1:
            raise AssertionError(f'{metric} {labels} is {len(found)} samples, not one')
        return found[0].value if found else None

    def total(self, metric, **labels):
        """The sum over all samples that fit; 0 if none does."""
        return sum(sample.value for sample in self.find(metric, **labels))

    def counts(self, metric, by, **labels):
        """Sums by the value of one label, without those that are 0."""
        sums = {}
        for sample in self.find(metric, **labels):
            sums[sample.labels[by]] = sums.get(sample.labels[by], 0) + sample.value
        return {key: value for key, value in sums.items() if value != 0}

    def outcomes(self, **labels):
        """How often each outcome came, without those that never did."""
        return self.counts('reinfer_probe_results_total', by='outcome', **labels)

    def results(self, **labels):
        """Finished probes."""
        return self.total('reinfer_probe_results_total', **labels)

    def skipped(self, **labels):
        """Slots that were not probed, by reason, without the reasons that never came."""
        return self.counts('reinfer_probe_skipped_total', by='reason', **labels)

    def slots(self, **labels):
        """Slots of the grid that are over: probed to the end, or skipped."""
        return self.results(**labels) + sum(self.skipped(**labels).values())

    def series(self):
        """Names and labels in the order they came."""
        return [(sample.name, tuple(sample.labels.items())) for sample in self.samples]


def parse(text):
    """The whole text, or an AssertionError about the first line that is not of the format."""
    exposition = Exposition()
    for line in text.splitlines():
        if line.startswith('# TYPE '):
            _, _, name, kind = line.split(' ')
            exposition.types[name] = kind
        elif line and not line.startswith('#'):
            exposition.samples.append(_parse_sample(line))
    return exposition


def _parse_sample(line):
    match = _SAMPLE.match(line)
    if match is None:
        raise AssertionError(f'not a line of the text format: {line!r}')
    name, labels, value = match.groups()
    return Sample(name, _parse_labels(labels or ''), float(value))


def _parse_labels(text):
    return {name: re.sub(r'\\.', lambda m: _ESCAPES.get(m.group(), m.group()), value)
            for name, value in _LABEL.findall(text)}

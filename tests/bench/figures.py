"""Arithmetic on figures: quantiles of samples and of histograms, medians over runs. Pure."""

import math
import re
import statistics


def quantile(values, q):
    """By nearest rank: one of the values; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(q * len(ordered)) - 1)]


def median(values):
    """Of those that are there; None of none."""
    there = [value for value in values if value is not None]
    return statistics.median(there) if there else None


def grouped(rows, *keys):
    """The rows by their values of these keys, in the order of their first."""
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups


def buckets(exposition, name):
    """The buckets of a histogram without labels: {upper edge: count up to it}."""
    found = re.findall(rf'^{name}_bucket{{le="([^"]+)"}} (\S+)$', exposition, re.M)
    return {float(edge): float(count) for edge, count in found}


def histogram_quantile(before, after, q):
    """The quantile of what was observed in between, as Prometheus estimates it; None of nothing."""
    edges = sorted(after)
    counts = [after[edge] - before.get(edge, 0) for edge in edges]
    if not counts or counts[-1] <= 0:
        return None
    rank = q * counts[-1]
    lower, below = 0.0, 0.0
    for edge, count in zip(edges, counts):
        if count >= rank:
            if math.isinf(edge):
                return lower
            return lower + (edge - lower) * (rank - below) / (count - below)
        lower, below = edge, count
    return lower


def sample(exposition, name):
    """The value of a metric without labels."""
    found = re.search(rf'^{name} (\S+)$', exposition, re.M)
    return float(found[1]) if found else None

"""What the pictures have in common: colours in light and in dark, words for figures, the card that
everything lies on. Plain SVG. Pure."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'dashboards' / 'palette'))
import palette  # noqa: E402  pylint: disable=C0413

SUBJECTS = (('exporter', 'reinfer_exporter'), ('libcurl', 'bare libcurl loop'),
            ('blackbox', 'blackbox_exporter 0.23'), ('blackbox-new', 'newer blackbox_exporter'))
# Class of the style sheet: group and name of the palette.
TONES = {'exporter': ('figures', 'exporter'), 'libcurl': ('figures', 'libcurl'),
         'blackbox': ('figures', 'blackbox'), 'blackbox-new': ('phases', 'path'),
         'tls': ('phases', 'tls'), 'libc': ('phases', 'unsplit'), 'others': ('figures', 'none')}
# Rules of the style sheet, with a name of the page's palette for each colour.
RULES = (('text', 'fill', 'ink'), ('.small', 'fill', 'quiet'), ('.card', 'fill', 'card'),
         ('.grid', 'stroke', 'line'), ('.row', 'stroke', 'shade'))
WIDTH = 860


def style():
    """The style sheet, in light and in dark."""
    colours = palette.load()

    def rules(theme):
        yield from (f'{what} {{ {how}: {colours["page"][name][theme]} }}'
                    for what, how, name in RULES)
        for subject, (group, name) in TONES.items():
            tone = colours[group][name][theme]
            yield f'.{subject} {{ stroke: {tone}; fill: {tone} }}'
    return '\n'.join([
        '', 'text { font: 13px system-ui, sans-serif }',
        '.title { font-weight: 600; font-size: 16px }', '.group { font-weight: 600 }',
        '.small { font-size: 11px }',
        *rules('light'),
        'polyline.line { fill: none }', '.line { stroke-width: 2 }', 'rect.bar { stroke: none }',
        '@media (prefers-color-scheme: dark) {', *rules('dark'), '}'])


def in_words(microseconds):
    """Short, with its unit."""
    if microseconds >= 1000:
        value = microseconds / 1000
        return f'{value:.0f} ms' if value >= 10 else f'{value:.2g} ms'
    return f'{microseconds:.0f} &#181;s' if microseconds >= 10 else f'{microseconds:.2g} &#181;s'


def card(title, description, height, body, below):
    """The whole picture."""
    return '\n'.join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{description}">',
        f'<style>{style()}</style>',
        f'<rect class="card" width="{WIDTH}" height="{height}" rx="8"/>',
        f'<text class="title" x="16" y="30">{title}</text>',
        *body,
        *(f'<text class="small" x="16" y="{height - 16 - 15 * (len(below) - 1 - i)}">{line}</text>'
          for i, line in enumerate(below)),
        '</svg>']) + '\n'

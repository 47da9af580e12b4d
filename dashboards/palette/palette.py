#!/usr/bin/env python3
"""The palette: reads palette.toml, and writes its colours to where they are used.

    python3 dashboards/palette/palette.py           the files that are committed
    python3 dashboards/palette/palette.py --to DIR  the same files below another folder

Style sheets, icons and the boards' colours are files that others read at build time, so they hold
copies. Python programs import this file instead.
"""

import argparse
import re
import sys
import tomllib
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / 'palette.toml'
ROOT = Path(__file__).resolve().parents[2]
BY = 'dashboards/palette/palette.py from palette.toml'
STYLE_SHEET = 'src/page/assets/page.css'
REPORT_STYLE = 'src/sla/html_style.cpp'
BEGIN, END = f'/* Made by {BY}: change that. */', '/* End of what is made. */'
# Values of the page that are the report's as well, under the report's names.
REPORT = {'ink': 'ink', 'quiet': 'quiet', 'line': 'line', 'shade': 'shade', 'good': 'good',
          'bad': 'bad', 'unknown': 'quiet', 'bar': 'good-day', 'bar-bad': 'bad',
          'bar-none': 'excluded', 'ground': 'card', 'rule': 'rule', 'whole': 'whole'}
# A page's margin knows no variables.
MARGIN = r'(@bottom-right \{[^}]*color: )#[0-9a-f]{6}'


def load():
    """Groups of names of colours by their use, with those filled in that are the `same`."""
    groups = tomllib.loads(SOURCE.read_text(encoding='utf-8'))
    every = {name: tones for group in ('faults', 'phases', 'figures')
             for name, tones in groups[group].items()}
    for names in groups.values():
        for name, tones in names.items():
            if 'same' in tones:
                names[name] = every[tones['same']]
    return groups


def shown_on_the_page(palette):
    """(name of the variable, tones) in the order of the style sheet."""
    yield from palette['page'].items()
    yield 'none', palette['verdicts']['good']
    yield 'warning', palette['verdicts']['warning']
    yield from palette['faults'].items()
    for phase in ('resolve', 'connect', 'tls', 'server', 'path', 'unsplit', 'receive'):
        yield f'ph-{phase}', palette['phases'][phase]


def style_sheet(text, palette):
    """The style sheet with the variables of both themes."""
    def variables(theme, indent):
        return [f'{indent}--{name}: {tones[theme]};' for name, tones in shown_on_the_page(palette)]
    lines = [BEGIN, ':root {', '  color-scheme: light dark;', *variables('light', '  '), '}', '',
             '@media (prefers-color-scheme: dark) {', '  :root {', *variables('dark', '    '),
             '  }', '}', END]
    made, count = re.subn(rf'{re.escape(BEGIN)}.*{re.escape(END)}', lambda _: '\n'.join(lines),
                          text, flags=re.S)
    if count != 1:
        raise ValueError(f'{STYLE_SHEET}: "{BEGIN}" stands {count} times')
    return made


def icon(text, colour):
    """An icon with another ground."""
    return re.sub(r'fill="#[0-9a-f]{6}"', f'fill="{colour}"', text, count=1)


def report(text, palette):
    """The style of the monthly report, which is for paper: light alone."""
    tones = {name: one.get('light') for group in ('verdicts', 'page', 'report')
             for name, one in palette[group].items()}
    lines = [':root { color-scheme: light;']
    for name, of in REPORT.items():
        variable = f' --{name}: {tones[of]};'
        if len(lines[-1] + variable) > 96:
            lines.append(' ')
        lines[-1] += variable
    made, count = re.subn(r':root \{ color-scheme: light;[^}]*\}', '\n'.join(lines) + ' }', text)
    if count != 1:
        raise ValueError(f'the style of the report has {count} blocks of colours')
    return re.sub(MARGIN, rf'\g<1>{tones["quiet"]}', made)


def camel(name):
    """ "own-network" as TypeScript has it."""
    return re.sub(r'-(.)', lambda match: match[1].upper(), name)


def typescript(palette):
    """The boards' colours."""
    def table(name, pairs):
        return [f'export const {name} = {{',
                *(f'  {camel(key)}: "{value}",' for key, value in pairs), '} as const;', '']
    boards = {group: [(name, tones['board']) for name, tones in palette[group].items()
                      if 'board' in tones]
              for group in ('verdicts', 'faults', 'phases', 'figures')}
    marks = [(name, tones['mark']) for group in ('verdicts', 'faults')
             for name, tones in palette[group].items()
             if 'mark' in tones and (group, name) != ('verdicts', 'bad')]
    return '\n'.join([
        f'// Made by {BY}: change that.', '',
        *table('VERDICT', boards['verdicts']), *table('FAULT', boards['faults']),
        *table('PHASE', boards['phases']), *table('FIGURE', boards['figures']),
        '/** The character that is nearest to the shape on the status page. */',
        *table('MARK', marks)]).rstrip() + '\n'


def utf8(mark):
    """A character in escapes, as a C++ source has it."""
    return ''.join(f'\\x{byte:02x}' for byte in mark.encode())


def header(palette):
    """The terminal's colours."""
    codes = {'good': palette['verdicts']['good'], 'bad': palette['verdicts']['bad'],
             'warning': palette['verdicts']['warning'], 'server': palette['phases']['server'],
             'path': palette['phases']['path'], **palette['faults']}
    constants = [f'inline constexpr std::string_view kSgr{name.capitalize()} = '
                 f'"{tones["terminal"]}";' for name, tones in codes.items()]
    marks = [f'inline constexpr std::string_view kMark{name.capitalize()} = "{utf8(tones["mark"])}";'
             for name, tones in palette['faults'].items()]
    return '\n'.join([
        "// Codes of ECMA-48 (SGR) for the meanings of colours, and characters for the shapes of "
        "faults.", f'// Made by {BY}: change that.',
        '// Used by style.cpp alone. Numbers of the terminal\'s own theme, no colours.',
        '#pragma once', '', '#include <string_view>', '',
        'namespace reinfer::terminal {', '', *constants, '', *marks, '',
        '}  // namespace reinfer::terminal', ''])


def files(palette=None):
    """{path from the root of the checkout: text} of all that holds colours."""
    palette = palette or load()

    def there(path):
        return (ROOT / path).read_text(encoding='utf-8')
    assets = 'src/page/assets'
    return {
        STYLE_SHEET: style_sheet(there(STYLE_SHEET), palette),
        f'{assets}/fine.svg': icon(there(f'{assets}/fine.svg'),
                                   palette['verdicts']['good']['light']),
        f'{assets}/trouble.svg': icon(there(f'{assets}/trouble.svg'),
                                      palette['verdicts']['bad']['light']),
        f'{assets}/lost.svg': icon(there(f'{assets}/lost.svg'), palette['page']['quiet']['light']),
        REPORT_STYLE: report(there(REPORT_STYLE), palette),
        'dashboards/grafana/source/src/palette.ts': typescript(palette),
        'src/terminal/palette.h': header(palette),
    }


def main():
    """Writes the files."""
    parser = argparse.ArgumentParser(description='Writes the palette to where colours are used.')
    parser.add_argument('--to', type=Path, default=ROOT, metavar='DIR')
    folder = parser.parse_args().to
    for path, text in files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding='utf-8')


if __name__ == '__main__':
    sys.exit(main())

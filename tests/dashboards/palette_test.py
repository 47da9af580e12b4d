"""What dashboards/palette promises: copies are copies, text and graphics are readable, and faults
are told apart with every colour blindness."""
import itertools
import math
import re
import sys

import boards

sys.path.insert(0, str(boards.ROOT / 'dashboards' / 'palette'))
import palette  # noqa: E402  pylint: disable=C0413

TEXT, GRAPHIC = 4.5, 3.0
# Least difference (CIEDE2000) between any two faults, or a fault and good: as most people see them,
# and as the colour-blind do. 2.3 is just seen; 5 is seen at a glance.
APART = {'light': (12, 7), 'dark': (15, 10), 'board': (10, 6.5)}
HUES_APART, LIGHTNESS_APART = 18, .012  # degrees, and shares of the way from black to white
GREY, COLOURFUL = .045, .075  # chroma of what has no colour at most, and of what has one at least
# What dichromats see, in linear light (Machado, Oliveira and Fernandes 2009, severity 1).
BLIND = {
    'protan': ((.152286, 1.052583, -.204868), (.114503, .786281, .099216),
               (-.003882, -.048116, 1.051998)),
    'deutan': ((.367322, .860646, -.227968), (.280085, .672501, .047413),
               (-.011820, .042940, .968881)),
    'tritan': ((1.255528, -.076749, -.178779), (-.078411, .930809, .147602),
               (.004733, .691367, .303900)),
}
IN_STYLE = r':[^;{}]*(#[0-9A-Fa-f]{3,8}\b|\b(?:rgb|hsl)a?\()'
# Files that may hold colours only by way of the palette, and what a colour looks like in them.
WITHOUT_COLOURS = (('dashboards/grafana/source/src', '*.ts', r'"#[0-9A-Fa-f]{3,8}"|"(dark-|light-|'
                    r'semi-dark-|super-light-)?(red|orange|yellow|green|blue|purple)"'),
                   ('tests/bench', '*.py', r'#[0-9A-Fa-f]{6}\b'))


def linear(colour):
    """Light of a colour such as #d23632."""
    parts = (int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5))
    return [part / 12.92 if part <= .04045 else ((part + .055) / 1.055) ** 2.4 for part in parts]


def luminance(light):
    """Relative, as WCAG has it."""
    return .2126 * light[0] + .7152 * light[1] + .0722 * light[2]


def contrast(one, other):
    """From 1 to 21."""
    low, high = sorted(luminance(linear(colour)) for colour in (one, other))
    return (high + .05) / (low + .05)


def seen(colour, blindness=None):
    """Light of a colour as somebody sees it."""
    light = linear(colour)
    if not blindness:
        return light
    return [min(1, max(0, sum(a * b for a, b in zip(row, light)))) for row in BLIND[blindness]]


def cie_lab(light):
    """CIE L*a*b*, D65."""
    rows = ((.4124564, .3575761, .1804375, .95047), (.2126729, .7151522, .0721750, 1),
            (.0193339, .1191920, .9503041, 1.08883))
    x, y, z = (sum(a * b for a, b in zip(row, light)) / row[3] for row in rows)
    x, y, z = (v ** (1 / 3) if v > .008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one, other):
    """CIEDE2000 of two colours in CIE L*a*b*."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - .5 * math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7))
    c1, c2 = math.hypot(a1 * stretch, b1), math.hypot(a2 * stretch, b2)
    h1, h2 = (math.degrees(math.atan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    light, chroma, angle = (l1 + l2) / 2, (c1 + c2) / 2, (h1 + turn / 2) % 360
    cos = [math.cos(math.radians(degrees)) for degrees in
           (angle - 30, 2 * angle, 3 * angle + 6, 4 * angle - 63)]
    t = 1 - .17 * cos[0] + .24 * cos[1] + .32 * cos[2] - .2 * cos[3]
    of_light = 1 + .015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    of_chroma, of_hue = 1 + .045 * chroma, 1 + .015 * chroma * t
    turning = (-2 * math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7))
               * math.sin(math.radians(60 * math.exp(-((angle - 275) / 25) ** 2))))
    parts = ((l2 - l1) / of_light, (c2 - c1) / of_chroma, hue / of_hue)
    return math.sqrt(sum(part ** 2 for part in parts) + turning * parts[1] * parts[2])


def oklch(colour):
    """Lightness, chroma and hue by Ottosson's OKLab."""
    light = linear(colour)
    rows = ((.4122214708, .5363325363, .0514459929), (.2119034982, .6806995451, .1073969566),
            (.0883024619, .2817188376, .6299787005))
    l, m, s = (sum(a * b for a, b in zip(row, light)) ** (1 / 3) for row in rows)
    a = 1.9779984951 * l - 2.4285922050 * m + .4505937099 * s
    b = .0259040371 * l + .7827717662 * m - .8086757660 * s
    return (.2104542553 * l + .7936177850 * m - .0040720468 * s, math.hypot(a, b),
            math.degrees(math.atan2(b, a)) % 360)


def told_apart(groups):
    """Faults and good, by name."""
    return {'good': groups['verdicts']['good'], **groups['faults']}


def readable(groups):
    """Contrast of all that is text or a graphic."""
    def judge(name, tones, theme, grounds, least):
        for ground in grounds:
            if tones[theme] != 'text' and contrast(tones[theme], ground) < least:
                yield (f'{name} is {tones[theme]} on {ground} ({theme}): '
                       f'{contrast(tones[theme], ground):.2f}, not {least}')
    texts = {**told_apart(groups),
             **{name: groups['verdicts'][name] for name in ('warning', 'bad')},
             **{name: groups['page'][name] for name in ('ink', 'quiet', 'link')}}
    for theme in ('light', 'dark'):
        grounds = groups['grounds'][theme]
        for name, tones in texts.items():
            yield from judge(name, tones, theme, grounds, TEXT)
        for name in ('exporter', 'libcurl', 'blackbox'):
            yield from judge(name, groups['figures'][name], theme, grounds[:1], GRAPHIC)
        for name in ('server', 'path'):
            yield from judge(name, groups['phases'][name], theme, grounds[:1], GRAPHIC)
    dark, _ = groups['grounds']['board']
    for group in ('faults', 'verdicts', 'phases', 'figures'):
        for name, tones in groups[group].items():
            if 'board' in tones:
                yield from judge(name, tones, 'board', groups['grounds']['board'], GRAPHIC)
    # Cells of tables are text; those that are good have none of these colours.
    for name in ('bad', 'warning'):
        yield from judge(name, groups['verdicts'][name], 'board', [dark], TEXT)


def apart(groups):
    """No two faults look alike to anybody."""
    for theme, (all_see, blind_see) in APART.items():
        named = {name: tones[theme] for name, tones in told_apart(groups).items()}
        for (one, a), (other, b) in itertools.combinations(named.items(), 2):
            for who in (None, *BLIND):
                got = difference(cie_lab(seen(a, who)), cie_lab(seen(b, who)))
                if got < (blind_see if who else all_see):
                    yield f'{theme}: {one} {a} and {other} {b} are {got:.1f} apart ({who or "all"})'
            (l1, _, h1), (l2, _, h2) = oklch(a), oklch(b)
            if abs((h1 - h2 + 180) % 360 - 180) < HUES_APART:
                yield f'{theme}: {one} {a} and {other} {b} have one hue'
            if abs(l1 - l2) < LIGHTNESS_APART:
                yield f'{theme}: {one} {a} and {other} {b} have one lightness'


def meaning(groups):
    """Red is the platform's, green is good's, the server's time has no colour."""
    for theme in APART:
        _, _, hue = oklch(groups['faults']['platform'][theme])
        if not 24 <= hue <= 31:
            yield f'{theme}: the red of the platform has the hue {hue:.0f}'
        for name, tones in told_apart(groups).items():
            if oklch(tones[theme])[1] < COLOURFUL:
                yield f'{theme}: {name} is nearly grey, as the time of the server is'
        if oklch(groups['phases']['server'][theme])[1] > GREY:
            yield f'{theme}: the time of the server has a colour'
        for group, names in groups.items():
            for name, tones in names.items() if group != 'grounds' else ():
                colour = tones.get(theme, 'text')
                if 'good' not in name and colour != 'text' and (
                        oklch(colour)[1] > GREY and 130 <= oklch(colour)[2] <= 180):
                    yield f'{theme}: {name} is green'
    for key in ('terminal', 'mark'):
        values = [tones[key] for tones in groups['faults'].values()]
        if len(set(values)) < len(values):
            yield f'two faults have the same {key}'


def copies():
    """Files as the palette writes them."""
    for path, text in palette.files().items():
        if (boards.ROOT / path).read_text(encoding='utf-8') != text:
            yield f'{path} is not what the palette makes: dashboards/palette/palette.py writes it'


def strays():
    """Colours that do not come from the palette."""
    sheet = (boards.ROOT / palette.STYLE_SHEET).read_text()
    sheet = sheet[:sheet.index(palette.BEGIN)] + sheet[sheet.index(palette.END):]
    yield from (f'{palette.STYLE_SHEET}: {colour}' for colour in re.findall(IN_STYLE, sheet))
    report = (boards.ROOT / palette.REPORT_STYLE).read_text()
    report = re.sub(palette.MARGIN, '', report[report.index('}', report.index(':root {')):])
    yield from (f'{palette.REPORT_STYLE}: {colour}' for colour in re.findall(IN_STYLE, report))
    for folder, pattern, colour in WITHOUT_COLOURS:
        for path in sorted((boards.ROOT / folder).glob(pattern)):
            if path.name != 'palette.ts':
                yield from (f'{path.name}: {match[0]}'
                            for match in re.finditer(colour, path.read_text()))


def with_change(group, name, **tones):
    """The palette with a colour that is wrong."""
    groups = palette.load()
    groups[group][name] = {**groups[group][name], **tones}
    return groups


# Changes, each of which the named function must find.
SLIPS = (
    (readable, ('page', 'quiet', {'light': '#8a95a3'})),
    (readable, ('faults', 'request', {'board': '#f6eea0'})),
    (apart, ('faults', 'edge', {'light': '#d2562a'})),
    (apart, ('faults', 'monitor', {'dark': '#3bc8c0'})),
    (meaning, ('faults', 'platform', {'board': '#d55e00'})),
    (meaning, ('phases', 'server', {'dark': '#f0a94f'})),
    (meaning, ('figures', 'p50', {'board': '#4f9c6c'})),
    (meaning, ('faults', 'request', {'terminal': '35'})),
)


def test(tally):
    """All of it."""
    tally.test('every copy of the palette is what its source makes', copies)
    tally.test('pages, boards and plots have no colours but those of the palette', strays)
    for judge, what in ((readable, 'text and graphics are readable in every theme'),
                        (apart, 'faults are told apart with every colour blindness'),
                        (meaning, 'a colour means one thing')):
        tally.test(what, lambda j=judge: j(palette.load()))
    # The pairs of Sharma, Wu and Dalal 2005.
    tally.test('differences of colours are those of the literature', lambda: [
        f'{one} and {other}: {difference(one, other):.4f}' for one, other, known in (
            ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
            ((50, 2.5, 0), (73, 25, -18), 27.1492),
            ((2.0776, .0795, -1.135), (.9033, -.0636, -.5514), .9082))
        if abs(difference(one, other) - known) > 1e-4])
    for judge, (group, name, tones) in SLIPS:
        tally.test(f'{judge.__name__} knows a slip of {name}', lambda j=judge, s=(
            group, name, tones): [] if list(j(with_change(s[0], s[1], **s[2])))
                   else ['the slip went unseen'])

#!/usr/bin/env python3
"""Writes manual pages and bash completions from what the programs say of themselves with --help.

    deploy/man_pages.py --folder=FOLDER --date=SECONDS [--emulator=COMMAND] PROGRAM...

FOLDER gets a page for each program (reinfer_exporter.1), one for each of its commands
(reinfer_exporter-check.1), and completions/PROGRAM. What --help cannot tell is in MORE. Programs
for another processor are run by the emulator.
"""
import argparse
import re
import subprocess
import time
from pathlib import Path

SECTION = re.compile(r'^(?P<name>[A-Za-z ]+):$')
# "  --flag TEXT=default   What it does", the text perhaps on lines of its own.
ENTRY = re.compile(r'^ {2}(?P<head>\S.*?)(?: {2,}(?P<text>\S.*))?$')
FLAG = re.compile(r'--?[a-zA-Z][\w.-]*')

SERVICE = 'prometheus-reinfer-exporter'
MORE = {
    'reinfer_exporter': {
        'EXIT STATUS': ['0 after SIGTERM or SIGINT, 1 if something of the system failed, 2 if the '
                        'command line or the configuration is wrong. SIGHUP reloads.'],
        'FILES': ['/etc/prometheus/reinfer_exporter.toml: the configuration of the service.',
                  '/etc/prometheus/reinfer-tokens: its tokens, each a file.',
                  f'/etc/default/{SERVICE}: flags of the service.',
                  f'/var/lib/{SERVICE}: what survives a restart.',
                  f'/usr/share/{SERVICE}: rules, boards, runbooks.',
                  f'/usr/share/doc/{SERVICE}/examples: every key of a configuration, drop-ins.'],
    },
    'reinfer_exporter-check': {'EXIT STATUS': ['0 if nothing is wrong, else 2.']},
    'reinfer_exporter-probe': {'EXIT STATUS': ['0 if all probes were ok, else 1; 2 if the command '
                                               'line or the configuration is wrong.']},
    'reinfer_simulator': {'FILES': ['/usr/share/reinfer-simulator/scenarios: incidents to '
                                    'replay.']},
}


class Help:
    """What a program, or a command of it, prints with --help."""

    def __init__(self, *command):
        self.text = subprocess.run([*command, '--help'], check=True, capture_output=True,
                                   text=True).stdout
        self.about, self.usage, self.sections = [], '', {}
        self.footer = []
        entries = None
        for line in self.text.splitlines():
            section = SECTION.match(line.strip()) if line and line[0] != ' ' else None
            entry = ENTRY.match(line)
            if 'usage:' in line.lower() and not self.usage:
                self.usage = line.split(':', 1)[1].strip()
            elif section:
                entries = self.sections.setdefault(section['name'].lower(), [])
            elif not line.strip():
                continue
            elif line[0] != ' ':
                (self.footer if entries is not None else self.about).append(line.strip())
            elif entry and entries is not None:
                entries.append([entry['head'], entry['text'] or ''])
            elif entries:
                entries[-1][1] = f'{entries[-1][1]} {line.strip()}'.strip()

    def entries(self, name):
        """Pairs of what is written and what it does."""
        return self.sections.get(name, [])

    def commands(self):
        """The names of the commands."""
        return [head.split()[0] for head, _ in self.entries('subcommands')]

    def groups(self):
        """The headings that have options below them."""
        return [name for name in self.sections if name not in ('positionals', 'subcommands')]

    def flags(self):
        """All flags, long and short."""
        return [flag for group in self.groups() for head, _ in self.entries(group)
                for flag in FLAG.findall(head.split(' ')[0])]


def roff(text):
    """Text that roff prints as it stands."""
    text = text.replace('\\', '\\e').replace('-', '\\-')
    return '\\&' + text if text.startswith(('.', "'")) else text


def option(head):
    """The head of an option without what only a parser needs to know."""
    head = re.sub(r' (Excludes|Needs): .*', '', head).replace(',', ', ')
    head = re.sub(r':(?:[A-Z]+ in )?\[[^\]]*\]', '', head)
    head = re.sub(r'(?:TEXT)?:(\{[^}]*\})', r'\1', head)
    flags, _, value = head.partition(' --') if re.match('-[a-z],', head) else (head, '', '')
    return roff(flags + (' --' + value if value else ''))


def tagged(entries):
    """Paragraphs, each under what it explains."""
    return [line for head, text in entries for line in ('.TP', f'.B {option(head)}', roff(text))]


def page(name, title, about, version, date, others):
    """A manual page in the macros of man(7)."""
    day = time.strftime('%Y-%m-%d', time.gmtime(date))
    summary = about.about[0].rstrip('.') if about.about else title
    lines = [f'.TH {name.upper()} 1 {day} "{version}" "User Commands"',
             '.SH NAME', f'{roff(name)} \\- {roff(summary[0].lower() + summary[1:])}',
             '.SH SYNOPSIS', f'.B {roff(title)}',
             roff(re.sub(rf'^{re.escape(title)} ?', '', about.usage)),
             '.SH DESCRIPTION']
    lines += [roff(' '.join(about.about))] if about.about else []
    for line in about.footer:
        lines += ['.PP', roff(line)]
    for section, heading in (('positionals', 'ARGUMENTS'), ('subcommands', 'COMMANDS')):
        if about.entries(section):
            lines += [f'.SH {heading}', *tagged(about.entries(section))]
    if about.groups():
        lines.append('.SH OPTIONS')
    for group in about.groups():
        if group != 'options':
            lines.append(f'.SS {roff(group.capitalize())}')
        lines += tagged(about.entries(group))
    for heading, texts in MORE.get(name, {}).items():
        lines.append(f'.SH {heading}')
        for text in texts:
            lines += ['.PP', roff(text)]
    if others:
        lines.append('.SH SEE ALSO')
        lines += [f'.BR {roff(other)} (1)' + (',' if other != others[-1] else '')
                  for other in others]
    return '\n'.join(lines) + '\n'


COMPLETION = '''# bash completion of {name}, made from its --help
_{name}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} word words
  words="{flags} {commands}"
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in
{cases}
    esac
  done
  case $previous in
    *file | *path | --scenario | = | *.path)
      mapfile -t COMPREPLY < <(compgen -f -- "${{current#=}}")
      return
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o default -F _{name} {name}
'''


def main():
    """Writes the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--folder', type=Path, required=True)
    parser.add_argument('--date', type=int, required=True)
    parser.add_argument('--emulator', type=str.split, default=[])
    parser.add_argument('program', nargs='+', type=Path)
    options = parser.parse_args()
    (options.folder / 'completions').mkdir(parents=True, exist_ok=True)
    for program in options.program:
        name = program.name
        runs = [*options.emulator, program]
        version = subprocess.run([*runs, '--version'], check=True, capture_output=True,
                                 text=True).stdout.split('(')[0].strip().replace(',', '')
        whole = Help(*runs)
        commands = {command: Help(*runs, command) for command in whole.commands()}
        names = [name, *(f'{name}-{command}' for command in commands)]
        for other, title, about in [(name, name, whole), *(
                (f'{name}-{command}', f'{name} {command}', about)
                for command, about in commands.items())]:
            (options.folder / f'{other}.1').write_text(page(
                other, title, about, version, options.date, [n for n in names if n != other]))
        cases = '\n'.join(f'      {command}) words="{" ".join(about.flags())} $words" ;;'
                          for command, about in commands.items()) or '      --) words= ;;'
        (options.folder / 'completions' / name).write_text(COMPLETION.format(
            name=name, flags=' '.join(whole.flags()), commands=' '.join(commands), cases=cases))


if __name__ == '__main__':
    main()

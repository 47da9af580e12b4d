#!/usr/bin/env python3
"""Mutation check: changes the product in one place, and expects a test to fail.

    python3 tests/mutation/run.py --build-dir build/release [--budget=70] [--seed=1] [--area=judge]

Needs a build with unit_tests, sim_tests and component_tests. Neither sources nor the build are
changed: a mutant is compiled by itself, as its file was, and linked in front of the libraries. The
sample is drawn by the seed, the same share from each area. A mutant that no test kills is a
survivor, unless survivors.toml says why nothing is lost by it. Ends with "N passed, N failed", in
mutants, and fails if less than --at-least per cent of them were killed.
"""
import argparse
import json
import os
import random
import re
import resource
import shlex
import subprocess
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path

from areas import AREAS
from operators import mutants_of

ROOT = Path(__file__).resolve().parents[2]
LEVELS = {'unit': 'tests/unit/unit_tests', 'sim': 'tests/sim/sim_tests',
          'component': 'tests/component/component_tests'}
COMPILE_SECONDS_MAX = 300
INCLUDED = re.compile(r'(?m)^#include "(.+)"$')
MEMORY_BYTES_MAX = 6 << 30


def limited():
    """A mutant may allocate without end."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))


def run(command, cwd, seconds=COMPILE_SECONDS_MAX):
    """The exit code; one that hangs has failed."""
    environment = {**os.environ, 'CCACHE_DISABLE': '1'}
    environment.pop('REINFER_UPDATE_GOLDENS', None)
    with subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                          preexec_fn=limited, start_new_session=True) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            return -1


class Workshop:
    """Makes programs of mutants, from the commands of a finished build."""

    def __init__(self, build):
        self.build, self.folder = build, build / 'mutation'
        self.folder.mkdir(exist_ok=True)
        commands = json.loads((build / 'compile_commands.json').read_text())
        self.compilers = {row['file']: shlex.split(row['command']) for row in commands}
        # Files are compiled in groups: a group is a file that includes them by their full names.
        self.groups = {included: file for file in self.compilers if '/Unity/' in file
                       for included in INCLUDED.findall(Path(file).read_text())}
        self.linkers = {level: self.link_command(path) for level, path in LEVELS.items()}
        self.usual = {}  # seconds that a level's tests take with nothing changed, by patterns

    def link_command(self, program):
        """How ninja links a program."""
        lines = subprocess.run(['ninja', '-t', 'commands', '-s', program], cwd=self.build,
                               check=True, capture_output=True, text=True).stdout
        words = shlex.split(lines.strip().splitlines()[-1])
        return [word for word in words if word not in (':', '&&')]

    def compile(self, mutant):
        """Whether the mutant is C++."""
        source = self.folder / 'mutant.cpp'
        original = ROOT / 'src' / mutant.file
        source.write_text(mutant.apply(original.read_text()))
        # The whole group with the mutant in it: the linker takes an object or leaves it.
        compiled, group = source, self.groups.get(str(original))
        if group:
            compiled = self.folder / 'group.cpp'
            compiled.write_text(
                Path(group).read_text().replace(f'"{original}"', f'"{source}"'))
        command = list(self.compilers[group or str(original)])
        command[command.index('-o') + 1] = str(self.folder / 'mutant.o')
        command[command.index(group or str(original))] = str(compiled)
        # Less work, and as near to the rest as its precompiled headers need.
        command = [{'-O2': '-O1', '-g1': '-g0'}.get(word, word) for word in command]
        return run([*command, '-w'], self.build) == 0

    def link(self, level):
        """The program of a level with the mutant in it."""
        command, program = list(self.linkers[level]), self.folder / f'{level}_tests'
        place = command.index('-o')
        command[place + 1] = str(program)
        command.insert(place + 2, str(self.folder / 'mutant.o'))
        if run(command, self.build) != 0:
            raise SystemExit(f'cannot link {program}')
        return program

    def seconds_for(self, level, options):
        """How long tests may take before they count as hanging: several times what they take with
        nothing changed, now, on this machine."""
        key = (level, *options)
        if key not in self.usual:
            begin = time.monotonic()
            if run([str(self.build / LEVELS[level]), *options], self.folder, 1800) != 0:
                raise SystemExit(f'{level} {" ".join(options)}: red before anything is changed')
            self.usual[key] = time.monotonic() - begin
        return 5 * self.usual[key] + 20

    def killer(self, area):
        """The level whose tests have seen the mutant; none: it survives. A mutant may write files
        where it is started, which is not in the checkout.
        """
        for level, patterns in [('unit', area.first), ('unit', '')] + [
                (level, area.component if level == 'component' else '') for level in area.then]:
            program = self.folder / f'{level}_tests' if level == 'unit' and not patterns \
                else self.link(level)
            options = [f'--source-file={patterns}'] if patterns else []
            if run([str(program), '--abort-after=1', *options], self.folder,
                   self.seconds_for(level, options)) != 0:
                return level
        return None


def sample(areas, budget, seed):
    """As many mutants of each area, by the seed."""
    chosen = []
    for place, area in enumerate(areas):
        every = [mutant for file in area.files
                 for mutant in mutants_of(file, (ROOT / 'src' / file).read_text())]
        random.Random(f'{seed} {area.name}').shuffle(every)
        share = budget // len(areas) + (place < budget % len(areas))
        chosen.append((area, every, share))
    return chosen


def explained():
    """Survivors by which nothing is lost, with the reason."""
    text = (Path(__file__).parent / 'survivors.toml').read_text()
    rows = tomllib.loads(text).get('survivor', [])
    return {(row['file'], row['was'].strip(), row['becomes'].strip()) for row in rows}


def put_to_test(workshop, area, every, share, known):
    """Counts of an area, a line for each survivor."""
    counts = Counter()
    for mutant in every:
        if counts['killed'] + counts['survived'] == share:
            break
        if (mutant.file, mutant.was.strip(), mutant.becomes.strip()) in known:
            counts['explained'] += 1
            continue
        begin = time.monotonic()
        if not workshop.compile(mutant):
            counts['no C++'] += 1
            continue
        killer = workshop.killer(area)
        counts['killed' if killer else 'survived'] += 1
        print(f'{"killed by " + killer if killer else "SURVIVED":<20} {area.name:<10} '
              f'{mutant.kind:<10} {time.monotonic() - begin:4.0f} s  {mutant.file}:{mutant.line}',
              flush=True)
        if not killer:
            print(f'    was     {mutant.was.strip()}\n    becomes {mutant.becomes.strip()}',
                  flush=True)
    return counts


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build-dir', default='build/release')
    parser.add_argument('--budget', type=int, default=70)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--area', action='append', choices=[area.name for area in AREAS])
    parser.add_argument('--at-least', type=int, default=90)
    parser.add_argument('--count', action='store_true', help='how many mutants there are')
    options = parser.parse_args()
    areas = [area for area in AREAS if not options.area or area.name in options.area]
    chosen = sample(areas, options.budget, options.seed)
    if options.count:
        print('\n'.join(f'{area.name:<10} {len(every)}' for area, every, _ in chosen))
        return 0
    workshop = Workshop((ROOT / options.build_dir).resolve())
    rows = [(area.name, put_to_test(workshop, area, every, share, explained()))
            for area, every, share in chosen]
    print(f'\n{"area":<10} killed  survived  explained  no C++')
    for name, counts in rows:
        print(f'{name:<10} {counts["killed"]:6}  {counts["survived"]:8}  '
              f'{counts["explained"]:9}  {counts["no C++"]:6}')
    killed = sum(counts['killed'] for _, counts in rows)
    survived = sum(counts['survived'] for _, counts in rows)
    enough = killed * 100 >= options.at_least * (killed + survived) > 0
    print(f'{killed * 100 // max(1, killed + survived)} % of {killed + survived} killed, seed '
          f'{options.seed}')
    print(f'{killed} passed, {0 if enough else survived} failed')
    return 0 if enough else 1


if __name__ == '__main__':
    sys.exit(main())

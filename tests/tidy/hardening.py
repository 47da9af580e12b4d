#!/usr/bin/env python3
"""Whether a built program has what compiler and linker can do against an attacker.

    python3 tests/tidy/hardening.py build/release/src/reinfer_exporter [PROGRAM...]

Reads what readelf says. First a program is built that has none of it, and each rule must find
fault with that one. Marks for CET (where indirect calls may lead) are no rule: the C library's own
start-up code of Debian 12 has none, so no program can have them, and on Debian 13 dpkg-buildflags
asks for them. Ends with "N passed, N failed", in rules and programs.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def readelf(program):
    """Headers, segments, the dynamic section, symbols and notes as one text."""
    return subprocess.run(['readelf', '-W', '-h', '-l', '-d', '-n', '--dyn-syms', program],
                          check=True, capture_output=True, text=True).stdout


def segments(elf, kind):
    """The flags of each segment of a kind, such as "RW"."""
    return [''.join(flags.split()) for flags in
            re.findall(rf'^ +{kind} +(?:0x\w+ +){{5}}([RWE ]{{3}})', elf, re.M)]


RULES = {
    'is loaded at a random address (PIE)':
        lambda elf: re.search(r'FLAGS_1\).*\bPIE\b', elf),
    'has its relocations read-only before it starts (full RELRO)':
        lambda elf: segments(elf, 'GNU_RELRO')
        and re.search(r'\bBIND_NOW\b|FLAGS_1\).*\bNOW\b', elf),
    'has no stack that can be executed':
        lambda elf: segments(elf, 'GNU_STACK') and 'E' not in segments(elf, 'GNU_STACK')[0],
    'has no memory that can be written and executed':
        lambda elf: not any('W' in flags and 'E' in flags for flags in segments(elf, 'LOAD')),
    'notices a stack that is overrun':
        lambda elf: '__stack_chk_fail' in elf,
    'checks the bounds of the C library\'s calls (FORTIFY)':
        lambda elf: re.search(r'\b__(mem|str|read|recv|v?snprintf|fdelt|poll)\w*_chk\b', elf),
    'searches no folder of the build for libraries':
        lambda elf: not re.search(r'\((RPATH|RUNPATH)\)', elf),
    'has no relocations in its code':
        lambda elf: 'TEXTREL' not in elf,
}
# No linker makes these by a wrong flag alone.
NOT_SEEN_TO_FAIL = ('has no relocations in its code',
                    'has no memory that can be written and executed')

WEAK = r'''
#include <stdio.h>
int main(int argc, char** argv) {
  char text[64];
  sprintf(text, "%s", argv[argc - 1]);
  return text[0];
}
'''


def weak_program(folder):
    """A program without any of it."""
    source, program = folder / 'weak.c', folder / 'weak'
    source.write_text(WEAK)
    subprocess.run(['gcc', '-O0', '-U_FORTIFY_SOURCE', '-fno-stack-protector', '-no-pie', '-w',
                    '-Wl,-z,norelro,-z,lazy,-z,execstack,-rpath,/tmp', source, '-o', program],
                   check=True)
    return program


def main(programs):
    """Returns the exit code."""
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        weak = readelf(weak_program(Path(folder)))
    for rule, holds in RULES.items():
        if holds(weak) and rule not in NOT_SEEN_TO_FAIL:
            print(f'a program without protection: {rule}: the rule finds no fault with it')
            failed += 1
    for program in programs:
        elf = readelf(program)
        for rule, holds in RULES.items():
            passed, failed = (passed + 1, failed) if holds(elf) else (passed, failed + 1)
            if not holds(elf):
                print(f'{program}: not so: {rule}')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

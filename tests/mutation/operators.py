"""The mutations of a C++ file: one small change each, as a careless edit would make it. A plain
function of the text; run.py compiles and tests what comes of it. It knows lines and words, no
grammar: what does not compile is not counted.
"""
import re
from dataclasses import dataclass

# Spaces around an operator tell it from a template's brackets: clang-format sets them.
SWAPS = [
    ('limit', ' < ', ' <= '), ('limit', ' <= ', ' < '),
    ('limit', ' > ', ' >= '), ('limit', ' >= ', ' > '),
    ('operator', ' == ', ' != '), ('operator', ' != ', ' == '),
    ('operator', ' && ', ' || '), ('operator', ' || ', ' && '),
    ('operator', ' + ', ' - '), ('operator', ' - ', ' + '),
    ('operator', ' * ', ' / '), ('operator', ' / ', ' * '), ('operator', ' % ', ' / '),
    ('operator', 'std::min', 'std::max'), ('operator', 'std::max', 'std::min'),
    ('operator', '++', '--'), ('operator', ' += ', ' -= '), ('operator', ' -= ', ' += '),
    ('negation', 'return true;', 'return false;'), ('negation', 'return false;', 'return true;'),
    ('negation', ' = true;', ' = false;'), ('negation', ' = false;', ' = true;'),
]
NUMBER = re.compile(r'(?<![\w.])(?:\d+)(?![\w.])')
CONDITION = re.compile(r'^(\s*(?:else )?(?:if|while) \()(.*)(\)(?: \{| [^)]*;)?)$')
NOT = re.compile(r'!(?=[\w(])')
# An expression as a statement: a call, an assignment, a step. A declaration has two words.
STATEMENT = re.compile(r'^\s+(?:\+\+|--)?[\w:]+(?:(?:\.|->)\w+|\[[^\]]*\]|\([^()]*\))*'
                       r'(?:\(.*\)| [-+*|&]?= .*)?;$')
JUMP = re.compile(r'^(\s+)(?:continue|break);$')
NO_STATEMENT = re.compile(r'^\s+(?:return|break|continue|using|default|public|private)\b')
LEFT_ALONE = re.compile(r'^\s*(?:#|//|template|using |namespace |base::check\(|static_assert)')
LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
COMMENT = re.compile(r'//.*')


@dataclass(frozen=True)
class Mutant:
    """One change of one line."""
    file: str
    line: int  # from 1
    kind: str
    was: str
    becomes: str

    def apply(self, text):
        """The whole file with the change in it."""
        lines = text.split('\n')
        lines[self.line - 1] = self.becomes
        return '\n'.join(lines)


def masked(line):
    """The line without what its literals and comments hold, of the same length."""
    line = LITERAL.sub(lambda found: '"' * len(found[0]), line)
    return COMMENT.sub(lambda found: ' ' * len(found[0]), line)


def swaps(line, code):
    """Each operator replaced by its neighbour."""
    for kind, old, new in SWAPS:
        start = code.find(old)
        while start >= 0:
            yield kind, line[:start] + new + line[start + len(old):]
            start = code.find(old, start + 1)


def changes(line):
    """All mutations of a line, as (kind, new line)."""
    code = masked(line)
    yield from swaps(line, code)
    for number in NUMBER.finditer(code):
        for step in (1, -1):
            if int(number[0]) + step >= 0:
                yield 'constant', (line[:number.start()] + str(int(number[0]) + step)
                                   + line[number.end():])
    for found in NOT.finditer(code):
        yield 'negation', line[:found.start()] + line[found.end():]
    condition = CONDITION.match(code)
    if condition:
        head, end = condition.end(1), condition.end(2)
        if line.strip().startswith(('if', 'else')) and ';' not in code[head:end]:
            yield 'condition', f'{line[:head]}false && ({line[head:end]}){line[end:]}'
            yield 'condition', f'{line[:head]}true || ({line[head:end]}){line[end:]}'
    if STATEMENT.match(code) and not NO_STATEMENT.match(code):
        yield 'dropped', re.match(r'\s*', line)[0] + ';'
    if JUMP.match(code):
        yield 'dropped', re.match(r'\s*', line)[0] + ';'


def mutants_of(file, text):
    """Every mutant of a file, in the order of its lines."""
    found = []
    for number, line in enumerate(text.split('\n'), 1):
        if LEFT_ALONE.match(line):
            continue
        seen = set()
        for kind, becomes in changes(line):
            if becomes not in seen and becomes != line:
                seen.add(becomes)
                found.append(Mutant(file, number, kind, line, becomes))
    return found

"""What documents promise, as rules over a tree {path: text} for tidy.py: headings that links name
are there, messages that are quoted are printed by the program, no document grows without end, and
each command is run by a test or says why not.

A command stands in a fenced `sh` block, below one of

    <!-- run -->              tests/e2e/test_documents.py runs the block as it stands
    <!-- run by FILE -->      that test starts the same programs; it has to name each of them
    <!-- not run: why -->     nobody does
"""
import posixpath
import re

LINES_MAX = 260
# Not written by hand, or a list without end by its nature.
OTHERS = r"^(CHANGELOG\.md|tests/unit/goldens/.*|tests/bench/RESULTS\.md)$"
MESSAGES = "deploy/troubleshooting.md"
MARK = re.compile(r"<!-- (run|run by (?P<test>\S+)|not run: (?P<why>\S.+)) -->")
# What a line of an indented block begins with if it is a command.
COMMAND = re.compile(
    r"(sudo|bash|python3|docker|podman|kubectl|helm|npm|curl|install|cd|export|apt|cmake|ninja"
    r"|prometheus|systemctl|reinfer_\w+|build/release/\S+|[A-Z_]+=\S+) ")
# They start another program, whose name is what counts.
BEFORE = {"sudo", "nice", "bash", "sh", "python3", "exec"}
ALONE = {"cd", "export", "&&"}


def documents(tree):
    for path, text in sorted(tree.items()):
        if path.endswith(".md") and not re.match(OTHERS, path):
            yield path, text


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def without_fences(text):
    """The text with fenced blocks blanked out, line by line in their place."""
    return re.sub(r"(?ms)^```.*?^```$", lambda match: "\n" * match[0].count("\n"), text)


def anchors(text):
    """Of all headings, as GitHub makes them; of one that stands twice the first."""
    for heading in re.findall(r"(?m)^#+ (.+)$", without_fences(text)):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        yield re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def dead_anchor(tree):
    known = {path: set(anchors(text)) for path, text in tree.items() if path.endswith(".md")}
    for path, text in documents(tree):
        for match in re.finditer(r"\]\(([^)\s#]*)#([^)\s]+)\)", text):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), match[1])) \
                if match[1] else path
            if not re.match(r"[a-z]+:", match[1]) and target in known \
                    and match[2] not in known[target]:
                yield path, line_of(text, match.start()), \
                    f"{target} has no heading #{match[2]}: correct the link"


def document_lines(tree):
    for path, text in documents(tree):
        if text.count("\n") > LINES_MAX:
            yield path, LINES_MAX, f"{text.count(chr(10))} lines: give each thing a page of its own"


def printed(tree):
    """What the sources can print: their literals, those in pieces put together."""
    sources = "\n".join(text for path, text in tree.items()
                        if re.match(r"src/.*\.(cpp|h)$", path))
    return re.sub(r'"\s*\n\s*"', "", sources).replace('\\"', '"')


def quoted_message(tree):
    """Rows of the tables whose first column says that it is what the program says."""
    text = tree.get(MESSAGES, "")
    said = printed(tree)
    for table in re.finditer(r"(?m)^\| ([^|\n]*says?) \|.*\n\|[-| ]+\n((?:\|.*\n)+)", text):
        for row in re.finditer(r"(?m)^\| `([^`]+)`[^|]*\|", table[2]):
            missing = [part for part in row[1].split("\u2026") if part.strip() not in said]
            if missing:
                yield MESSAGES, line_of(text, table.start(2) + row.start()), \
                    f"no source prints {missing[0]!r}: quote the program"


def commands(block):
    """The name of each program of a block that a test can be asked for."""
    for line in re.sub(r"\\\n", " ", block).split("\n"):
        for part in re.split(r"&&|\|", re.sub(r"(^|\s)#.*", "", line)):
            words = part.split()
            while words and (words[0] in BEFORE or re.match(r"[A-Z_]+=", words[0])):
                words.pop(0)
            if not words or words[0] in ALONE:
                continue
            name = posixpath.basename(words[0])
            if name == "reinfer_exporter" and len(words) > 1 and words[1].isalpha():
                name = words[1]
            yield re.sub(r"\.(sh|py)$", "", name)


def unclaimed_command(tree):
    for path, text in documents(tree):
        for match in re.finditer(r"(?ms)^(?P<before>[^\n]*)\n```(?P<kind>\S*)\n(?P<block>.*?)^```$",
                                 "\n" + text):
            line = line_of(text, match.start("block") - 1)
            mark = MARK.fullmatch(match["before"])
            if match["kind"] == "sh" and not mark:
                yield path, line, "say above the block which test runs it, or why none does"
            elif match["kind"] == "sh" and mark["test"]:
                test = tree.get(mark["test"])
                lacking = [name for name in commands(match["block"]) if name not in (test or "")]
                if lacking:
                    yield path, line, f"{mark['test']} does not name {', '.join(lacking)}: it can" \
                                      " hardly run that"
        for match in re.finditer(r"(?m)(?<=\n\n) {4}(\S.*)$", without_fences(text)):
            if COMMAND.match(match[1]):
                yield path, line_of(text, match.start()), "put commands into a fenced sh block"


def one_version(tree):
    """CMake's is the one; the chart's stands in a file that only text can be written into."""
    versions = re.findall(r"(?m)^project\(\w+ VERSION ([\d.]+)", tree.get("CMakeLists.txt", ""))
    for path, text in tree.items():
        if versions and posixpath.basename(path) == "Chart.yaml":
            for match in re.finditer(r"(?m)^(?:version|appVersion): (.+)$", text):
                if match[1] != versions[0]:
                    yield path, line_of(text, match.start()), \
                        f"{match[1]}, but CMakeLists.txt says {versions[0]}"


RULES = {rule.__name__.replace("_", "-"): rule
         for rule in (dead_anchor, document_lines, one_version, quoted_message,
                      unclaimed_command)}

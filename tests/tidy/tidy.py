#!/usr/bin/env python3
"""Style and structure as a test over the files that git knows.

Prints `file:line: rule: what to do instead` for each finding, then how many rules passed and
failed. A rule is a function over a tree, a dictionary {path: text}, that yields findings; most
look at one file at a time, and most of those are a row of PATTERNS. tidy_test.py proves that each
can fail. What clang-tidy and clang-format know is left to them.
"""
import pathlib
import posixpath
import re
import subprocess
import sys

import documents
import missing_includes

COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400

CPP = r"^(src|tests)/.*\.(h|cpp)$"
SRC = r"^src/.*\.(h|cpp)$"
SCRIPTS_TOO = r"^(src|tests)/.*\.(h|cpp|py|sh)$"
# Bad configurations are bad on purpose; licences of others are not ours to edit.
TEXT = r"^(?!tests/bad_configs/|LICENSE)"

# The rooms of src, each with those it may include. Arrows point one way: see src/README.md.
CORE = {"base", "model"}
SHOWN = CORE | {"record", "metrics", "explain", "history"}
ROOMS = {
    "base": set(),
    "model": {"base"},
    "config": CORE,
    "credentials": CORE,
    "schedule": CORE,
    "transport": CORE,
    "record": CORE,
    "probe": CORE | {"credentials", "schedule", "transport", "record"},
    "metrics": CORE | {"record"},
    "explain": CORE | {"record"},
    "history": CORE | {"record"},
    "page": SHOWN,
    "api": SHOWN,
    "terminal": SHOWN,
    "http": CORE,
    "routes": SHOWN | {"page", "api", "terminal", "http"},
    "sla": CORE | {"explain", "terminal", "history", "record"},
    "discover": CORE | {"config", "explain"},
    "migrate": CORE | {"config", "http"},
    "app": SHOWN | {"config", "credentials", "schedule", "transport", "probe", "page", "api",
                    "terminal", "http", "routes", "sla", "discover",
                    "migrate"},
    "main.cpp": {"base", "app"},
    "simulator": {"base"},
}

# Libraries by the start of their headers' names, and the files of src that may know them.
LIBRARIES = {
    "curl/": r"src/transport/curl_\w+\.(h|cpp)|src/config/(base_url|url_path)\w*\.cpp"
             r"|src/base/http_date\.cpp",
    "httplib.h": r"src/http/httplib_adapter\.cpp|src/sla/http_get\.cpp"
                 r"|src/app/healthcheck_command\.cpp",
    "yaml-cpp/": r"src/http/yaml_table\.cpp",
    "systemd/": r"src/(http/socket_activation|app/service_notices)\.cpp",
    "crypt.h": r"src/http/password\.cpp",
    "seccomp.h": r"src/app/sandbox\.cpp",
    "toml++/": r"src/config/document\.cpp|src/simulator/scenario\.cpp",
    "CLI/": r"src/app/(\w+_)?options\.cpp|src/simulator/command_line\.cpp",
    "spdlog/": r"src/base/log\.cpp",
    "nlohmann/": r"src/(\w+/)+\w+\.cpp|src/explain/json\.h",
    "openssl/": r"src/transport/(ca_stores|tls_facts|tls_alerts|certificate_checks)\.cpp"
                r"|src/transport/frame_limit\.cpp|src/simulator/\w+\.cpp"
                r"|src/http/(tls_server|password)\.cpp|src/base/base64\.cpp",
    "date/": r"src/base/time_zone\.cpp",
    "zlib.h": r"src/base/(gzip|deflate)\.cpp|src/base/zlib_made\.h|src/simulator/gzip_bomb\.cpp",
    "prometheus/": r"src/(base/instruments|metrics/(instrument_samples|collectable))\.cpp",
    "protozero/": r"src/metrics/protobuf_wire\.h|src/history/(stretch|packed_bytes)\.cpp",
    "SQLiteCpp/": r"src/history/(\w+\.cpp|(packed_)?rows\.h|transaction\.h)",
    "sqlite3.h": r"src/history/(database\.cpp|transaction\.h)",
    "fmt/": r"src/((\w+/)*\w+\.cpp|base/buffer\.h)",
}

# (rule, paths it holds for, what may not stand there, what to do instead). C++ is searched without
# its comments and without what stands in quotes.
PATTERNS = [
    ("sleep", CPP, r"\b(sleep_for|sleep_until|usleep|(clock_)?nanosleep|sleep)\s*\(",
     "only Transport::poll waits; a test plays time or waits for a condition"),
    ("python-sleep", r"^tests/(?!tidy/).*\.py$", r"\bsleep\s*\(",
     "wait for a condition with a deadline"),
    ("clock", r"^(src|tests/(unit|sim))/(?!base/clock\.cpp).*\.(h|cpp)$",
     r"_clock::now\b|\b(clock_gettime|gettimeofday|std::time)\s*\(",
     "take an Instant as argument, or ask base/clock.h (Clock, mono_now)"),
    ("getenv",
     r"^src/(?!credentials/|app/(terminal|options|proxy_environment)\.cpp"
     r"|config/prove_path\.cpp|transport/curl_route\.cpp).*\.(h|cpp)$",
     r"\b(secure_)?getenv\s*\(",
     "only credentials, the terminal, the proxy's check and route, the command line and paths"
     " below systemd's credentials read the environment; everything else is configured"),
    ("stdout", r"^src/(?!app/|main\.cpp|simulator/(main|command_line)\.cpp).*\.(h|cpp)$",
     r"std::(cout|cerr|clog)\b|\bv?printf\s*\(|\bputs\s*\(|\bstdout\b|fmt::print\((?!stderr)",
     "log through base/log.h; only commands write to stdout"),
    ("using-namespace", CPP, r"\busing namespace (?!std::(chrono_)?literals;)",
     "name what is used: `using a::b;`"),
    ("shared-ptr", SRC, r"\b(shared_ptr|make_shared)<"
     r"(?!const (model::)?Plan>|const (record::)?Snapshot>)",
     "a value, a reference or a unique_ptr; only the Plan and a crowd's Snapshot are shared"),
    ("random", r"^(src|tests)/(?!base/random\.cpp).*\.(h|cpp)$",
     r"\bs?rand\s*\(|\brandom_device\b", "Random of base/random.h, seeded"),
    ("bare-lock", r"^src/(?!base/(inheriting_)?mutex\.(h|cpp)).*\.(h|cpp)$",
     r"std::(\w*mutex|condition_variable\w*|(unique|shared|scoped)_lock|lock_guard)\b"
     r"|\bpthread_(mutex|cond|rwlock)_",
     "Mutex, MutexLock and Condition of base/mutex.h, which clang checks"),
    ("throw", SRC, r"\bthrow\b(?! std::bad_alloc\(\))",
     "return tl::expected; check() what would be our own mistake; memory alone is thrown"),
    ("catch-all", SRC, r"\bcatch\s*\(\s*\.\.\.\s*\)",
     "catch what the library throws, in its adapter; let the rest end the program"),
    ("new-delete", SRC, r"\bnew\s+[\w:]|\bnew\s*\(|(?<!= )(?<!operator )\bdelete\b",
     "a value, a container or std::make_unique"),
    ("global", SRC,
     r"(?m)^(?!((inline|static) )?const|using|namespace|struct|class|enum|union|template|friend)"
     r"[A-Za-z_][\w:<>,*& ]* \w+(\[\w*\])*(;| = [^(]|\{.*\};)",
     "no variables outside functions, only constants"),
    ("unfinished", r"^(?!tests/tidy/)", r"\b(TODO|FIXME|XXX|HACK)\b",
     "do it, or write down where the limits are described"),
    ("columns", SCRIPTS_TOO, r"(?m)^.{%d,}$" % (COLUMNS_MAX + 1),
     f"break lines after at most {COLUMNS_MAX} columns"),
    ("tab", r"^(?!tests/bad_configs/|.*(Makefile|debian/rules|\.go)$)", r"\t",
     "indent with blanks"),
    ("trailing-blank", TEXT, r"(?m)[ \t]+$", "end the line after its last word"),
    ("crlf", TEXT, r"\r", "end lines with a line feed alone"),
    ("final-newline", TEXT, r"[^\n]\Z", "end the file with a line feed"),
    ("ascii", SCRIPTS_TOO, r"[^\x00-\x7f]", "write ASCII; in strings use an escape"),
    ("type-name", CPP, r"\b(class|struct|enum|using)\s+\w*(Manager|Helper|Util)s?\b",
     "say what it does: a name that fits everything names nothing"),
    ("test-name", r"^tests/.*\.cpp$", r'\b(TEST_CASE|SUBCASE)\w*\(\s*("[^"]*"\s*)*"[^"]*;',
     "no semicolon in the name of a test: CMake takes it for two tests"),
    ("test-skipped", CPP, r"\bdoctest::(skip|may_fail|should_fail|no_run)\b",
     "make it pass or take it out"),
    ("test-port", r"^tests/component/",
     r"(?i)\b(listen|bind)[^\n]*[:, (]\s*[1-9]\d{3,4}\b|\bhtons\(\s*[1-9]",
     "listen on port 0 and ask which one it became"),
    ("machine-path", r"", r"(?<![\w.:/*])/(work|root|home/\w+)/",
     "no path of one machine: say it relative to the repository"),
]
RAW = {"unfinished", "columns", "tab", "trailing-blank", "crlf", "final-newline", "ascii",
       "test-name", "test-port", "machine-path"}

# Findings that are meant, with the reason.
ALLOWED = {
    ("shared-ptr", "src/base/log.cpp"): "spdlog shares its sinks",
    ("shared-ptr", "src/record/shared_list.h"): "a snapshot shares records",
    ("bare-lock", "src/base/log.cpp"): "spdlog locks its sinks by itself",
    ("throw", "src/simulator/command_line.cpp"): "CLI11 is told of a bad value by its exception",
}


def line_of(text, position):
    return text.count("\n", 0, position) + 1


QUOTED = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<fence>\w*)\(.*?\)(?P=fence)"|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\[^\n]{1,3}|[^'\\\n])'", re.S)


def code_of(path, text):
    """C++ with comments and quoted text blanked out, line by line in its place."""
    if not path.endswith((".h", ".cpp")):
        return text
    return QUOTED.sub(lambda m: '""' + "\n" * m.group().count("\n"), text)


def pattern_rule(name, where, pattern, advice):
    def find(path, text):
        if re.search(where, path):
            searched = text if name in RAW else code_of(path, text)
            for match in re.finditer(pattern, searched):
                yield line_of(searched, match.start()), advice
    return find


def third_party(path, text):
    for match in re.finditer(r"(?m)^#include <([^>]+)>", text if path.startswith("src/") else ""):
        for start, files in LIBRARIES.items():
            if match[1].startswith(start) and not re.fullmatch(files, path):
                yield line_of(text, match.start()), f"<{match[1]}> is for {files} alone"


def includes(text):
    for match in re.finditer(r'(?m)^#include "([^"]+)"', text):
        yield line_of(text, match.start()), match[1]


def layering(path, text):
    if not path.startswith("src/") or not re.search(SRC, path):
        return
    room = path.split("/")[1]
    for line, included in includes(text):
        other = included.split("/")[0]
        if other != room and other not in ROOMS.get(room, set()):
            yield line, f"{room} must not know {included}: turn the arrow or move the code down"


def room_namespace(path, text):
    """Each room has a namespace of its name, and may only name a class of another's."""
    folders = path.split("/")
    if not re.search(SRC, path) or len(folders) < 3:
        return
    code = code_of(path, text)
    for match in re.finditer(r"(?m)^namespace reinfer(?:::(\w+))?\b[^;{]*\{", code):
        names = re.match(r"\s*((class|struct) \w+;\s*)+\}", code[match.end():])
        if match[1] != folders[1] and not names:
            yield line_of(code, match.start()), f"declare it in reinfer::{folders[1]}"


def function_lines(path, text):
    """clang-format puts the closing brace below the first column of the function's first line."""
    lines = code_of(path, text).split("\n") if re.search(SRC, path) else []
    for end, closing in enumerate(lines):
        if closing not in ("}", "  }"):
            continue
        column = len(closing) - 1
        start = end - 1
        while start > 0 and (not lines[start] or lines[start][: column + 1].isspace()):
            start -= 1
        is_block = re.match(r"\s*(\}|if|for|while|do|switch|try)\b", lines[start] or "")
        if end - start + 1 > FUNCTION_LINES_MAX and not is_block:
            yield start + 1, f"{end - start + 1} lines: split it ({FUNCTION_LINES_MAX} at most)"


def file_lines(path, text):
    count = text.count("\n")
    if re.search(SRC, path) and count > FILE_LINES_MAX:
        yield count, f"{count} lines: give each thing its own file ({FILE_LINES_MAX} at most)"


def header_prose(path, text):
    if re.search(r"^src/.*\.h$", path) and not re.match(r"(//.*\n){2,}#pragma once\n", text):
        yield 1, "begin with two lines or more of prose (what, for whom, which thread), then" \
                 " #pragma once"


def file_name(path, _):
    name = posixpath.basename(path)
    if re.search(SCRIPTS_TOO, path) and (not re.fullmatch(r"[a-z0-9_]+\.\w+", name)
                                         or re.search(r"manager|helper|util", name)):
        yield 1, "name files in snake_case after the one thing in them"


def shell_strict(path, text):
    shebang = re.match(r"#!.*\b(ba)?sh\b", text)
    if not (path.endswith(".sh") or shebang):
        return
    strict = r"(?m)^set -eu$" if shebang and not shebang[1] else r"(?m)^set -e?u?eo pipefail$" \
        r"|^set -euo pipefail$"
    if not re.search(strict, text):
        yield 1, "begin with `set -euo pipefail` (`set -eu` for /bin/sh)"


def include_cycle(tree):
    graph = {path[4:]: [i for _, i in includes(text)]
             for path, text in tree.items() if re.search(SRC, path)}
    done = set()

    def walk(path, trail):
        if path in trail:
            yield f"src/{path}", 1, "breaks off a circle of includes: " + " -> ".join(
                trail[trail.index(path):] + [path])
        elif path not in done:
            for other in graph.get(path, []):
                yield from walk(other, trail + [path])
            done.add(path)
    for path in graph:
        yield from walk(path, [])


def twin_header(tree):
    """Two headers of one name are told apart by their folders alone: by nobody who reads."""
    first = {}
    for path in sorted(tree):
        name = posixpath.basename(path)
        if re.search(r"^src/.*\.h$", path) and first.setdefault(name, path) != path:
            yield path, 1, f"{first[name]} has this name: say what makes this one different"


def dead_source(tree):
    named = {posixpath.normpath(posixpath.join(posixpath.dirname(path), source))
             for path, text in tree.items() if posixpath.basename(path) == "CMakeLists.txt"
             for source in re.findall(r"[\w./]+\.cpp\b", text)}
    for path in tree:
        if re.search(r"^(src|tests)/.*\.cpp$", path) and path not in named:
            yield path, 1, "name it in its CMakeLists.txt or remove it"


def dead_link(tree):
    there = {posixpath.join(*path.split("/")[:n]) for path in tree
             for n in range(1, path.count("/") + 2)} | {"."}
    for path, text in tree.items():
        for match in re.finditer(r"\]\(([^)\s]+)\)", text if path.endswith(".md") else ""):
            target = match[1].split("#")[0]
            if target and not re.match(r"[a-z]+:", target) and posixpath.normpath(
                    posixpath.join(posixpath.dirname(path), target)) not in there:
                yield path, line_of(text, match.start()), f"{target} is not there: correct the link"


def named_test(tree):
    tests = "\n".join(text for path, text in tree.items() if path.startswith("tests/")
                      and path.endswith((".cpp", ".py")) and not path.startswith("tests/tidy/"))
    # A long name is written in pieces.
    tests = re.sub(r'"\s*\n\s*"', "", tests)
    for path in ("SECURITY.md", "tests/README.md"):
        for match in re.finditer(r'^\|.*$', tree.get(path, ""), re.M):
            for name in re.findall(r'"([^"]{12,})"', match[0]):
                if name not in tests:
                    yield path, line_of(tree[path], match.start()), f'no test is named "{name}"'


def over_each_file(rule):
    def find(tree):
        for path, text in tree.items():
            for line, advice in rule(path, text):
                yield path, line, advice
    return find


RULES = {name: over_each_file(pattern_rule(name, *row)) for name, *row in PATTERNS}
RULES |= {rule.__name__.replace("_", "-"): over_each_file(rule)
          for rule in (layering, third_party, room_namespace, function_lines, file_lines,
                       header_prose, file_name, shell_strict)}
RULES |= {rule.__name__.replace("_", "-"): rule
          for rule in (include_cycle, twin_header, dead_source, dead_link, named_test)}
RULES |= documents.RULES | missing_includes.RULES


def findings(name, tree):
    return [found for found in RULES[name](tree) if (name, found[0]) not in ALLOWED]


def read_tree(root):
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True)
    tree = {}
    for path in filter(None, names.stdout.decode().split("\0")):
        if (root / path).is_file():
            content = (root / path).read_bytes()
            # Nothing is asked of binary files but that they are there, nor of bytes for parsers.
            is_text = b"\0" not in content and not path.startswith("tests/fuzz/corpus/")
            tree[path] = content.decode(errors="replace") if is_text else ""
    return tree


def main():
    tree = read_tree(pathlib.Path(__file__).resolve().parents[2])
    failed = 0
    for name in RULES:
        found = findings(name, tree)
        failed += bool(found)
        for path, line, advice in sorted(found):
            print(f"{path}:{line}: {name}: {advice}")
    print(f"{len(RULES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

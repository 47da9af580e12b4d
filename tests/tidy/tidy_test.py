#!/usr/bin/env python3
"""Proves that each rule of tidy.py can fail: one offender that it must find, one innocent that it
must let pass. Both are trees, {path: text}, that exist only here."""
import sys
import unittest

import tidy
from documents import MESSAGES

HEADER = "// What it is.\n// Who uses it.\n#pragma once\n"
CYCLE = {"src/base/a.h": '#include "base/b.h"\n', "src/base/b.h": '#include "base/a.h"\n'}
LONG = "int f() {\n" + "  g();\n" * 69 + "}\n"


def one(path, text):
    return {path: text}


# rule: (offender, innocent)
CASES = {
    "sleep": (one("tests/sim/a.cpp", "std::this_thread::sleep_for(1s);"),
              one("src/base/a.cpp", "// no sleep_for(1s) here\nsleepless(1);")),
    "python-sleep": (one("tests/e2e/a.py", "time.sleep(1)"), one("tests/e2e/a.py", "wait(1)")),
    "clock": (one("src/probe/a.cpp", "auto t = std::chrono::system_clock::now();"),
              one("src/base/clock.cpp", "std::chrono::system_clock::now()")),
    "getenv": (one("src/app/a.cpp", "std::getenv(name)"),
               one("src/credentials/a.cpp", "std::getenv(name)")),
    "stdout": (one("src/probe/a.cpp", "std::printf(format);"),
               one("src/base/a.cpp", 'std::fprintf(stderr, "x"); log("std::cout");')),
    "using-namespace": (one("src/base/a.cpp", "using namespace std;"),
                        one("src/base/a.cpp", "using namespace std::chrono_literals;")),
    "shared-ptr": (one("src/probe/a.h", "std::shared_ptr<Engine> engine_;"),
                   one("src/probe/a.h", "std::shared_ptr<const Plan> plan_;")),
    "random": (one("tests/sim/a.cpp", "std::random_device device;"),
               one("src/base/random.cpp", "std::random_device device;")),
    "bare-lock": (one("src/probe/a.h", "std::mutex mutex_;"),
                  {"src/base/mutex.h": HEADER + "std::condition_variable changed_;\n",
                   "src/probe/b.h": HEADER + "// Not a std::mutex.\nbase::Mutex mutex_;\n"}),
    "missing-include": (
        {"src/base/a.h": HEADER + "#include <string>\nstd::vector<std::string> texts();\n"},
        {"src/base/a.h": HEADER + "#include <vector>\nstd::vector<int> numbers();\n",
         "src/base/a.cpp": '#include "base/a.h"\nstd::vector<int> f();  // no std::map here\n'}),
    "throw": (one("src/base/a.cpp", "throw Bad{};"),
              one("src/base/a.cpp", "// may throw\nthrow std::bad_alloc();\n")),
    "catch-all": (one("src/base/a.cpp", "} catch (...) {"),
                  one("src/base/a.cpp", "} catch (const Bad& bad) {")),
    "new-delete": (one("src/base/a.cpp", "auto* a = new int(3);"),
                   one("src/base/a.h", "A(const A&) = delete;\nint new_task_queue = 1;")),
    "global": (one("src/base/a.cpp", "std::atomic<bool> stop{false};\n"),
               one("src/base/a.cpp", "constexpr int kA = 1;\nstatic const int kB = 2;\n"
                   "using A = int;\nint f(int a);\nA A::of(B b) { return 1; }\n")),
    "unfinished": (one("README.md", "TO" "DO: say more"), one("README.md", "mktemp XXXXXX")),
    "columns": (one("src/base/a.h", "x" * 101), one("src/base/a.h", "x" * 100 + "\n")),
    "tab": (one("README.md", "a\tb"), one("Makefile", "all:\n\ttrue\n")),
    "trailing-blank": (one("README.md", "a \nb\n"), one("README.md", "a\n\n b\n")),
    "crlf": (one("README.md", "a\r\n"), one("tests/bad_configs/1.toml", "a\r\n")),
    "final-newline": (one("README.md", "a"), {"README.md": "a\n", "empty": ""}),
    "ascii": (one("src/base/a.cpp", '"\u00b5s"'), one("src/base/a.cpp", r'"\u00b5s"')),
    "type-name": (one("src/base/a.h", "class ProbeManager {"),
                  one("src/base/a.h", "class Utilisation {")),
    "test-name": (one("tests/unit/a.cpp", 'TEST_CASE("one; two") {'),
                  one("tests/unit/a.cpp", 'TEST_CASE("one") {\n  f(";");\n}\n')),
    "test-skipped": (one("tests/unit/a.cpp", 'TEST_CASE("a" * doctest::skip()) {'),
                     one("tests/unit/a.cpp", 'TEST_CASE("doctest::skip") {')),
    "test-port": (one("tests/component/a.cpp", '"--listen=127.0.0.1:9443"'),
                  one("tests/component/a.cpp", '"--listen=127.0.0.1:0"; listen(fd, 128);')),
    "machine-path": (one("README.md", "see /wo" "rk/shared"),
                     one("README.md", "http://host/wo" "rk/a and src/wo" "rk/b")),
    "layering": (one("src/record/a.cpp", '#include "base/b.h"\n#include "probe/engine.h"\n'),
                 one("src/probe/a.cpp", '#include "record/ledger.h"\n#include "probe/b.h"\n')),
    "third-party": (one("src/probe/a.cpp", "#include <curl/curl.h>\n"),
                    one("src/transport/curl_a.cpp", "#include <curl/curl.h>\n#include <map>\n")),
    "room-namespace": (one("src/probe/a.h", "namespace reinfer::record {\n}\n"),
                       {"src/probe/a.h": "namespace reinfer::probe {\nnamespace {\n}\n}\n",
                        "src/probe/b.cpp": "namespace o = reinfer::probe;\nnamespace reinfer::"
                                           "probe::detail {\n}\nnamespace std {\n}\n",
                        "src/probe/c.h": "namespace reinfer::model {\nclass Plan;\n}\n"}),
    "twin-header": ({"src/probe/a.h": HEADER, "src/record/a.h": HEADER},
                    {"src/probe/a.h": HEADER, "src/record/b.h": HEADER, "src/record/a.cpp": ""}),
    "function-lines": (one("src/base/a.cpp", LONG),
                       one("src/base/a.cpp", LONG.replace("  g();\n", "", 1))),
    "file-lines": (one("src/base/a.cpp", "\n" * 401), one("src/base/a.cpp", "\n" * 400)),
    "header-prose": (one("src/base/a.h", "// One line.\n#pragma once\n"),
                     one("src/base/a.h", HEADER)),
    "file-name": (one("src/base/TextParser.cpp", ""),
                  {"src/base/text_parser.cpp": "", "src/CMakeLists.txt": ""}),
    "shell-strict": (one("tests/e2e/a.sh", "#!/usr/bin/env bash\necho\n"),
                     {"a.sh": "#!/usr/bin/env bash\n# Why.\nset -euo pipefail\n",
                      "b": "#!/bin/sh\nset -eu\n", "c": "#!/usr/bin/env python3\n"}),
    "include-cycle": (CYCLE, {"src/base/a.h": '#include "base/b.h"\n', "src/base/b.h": HEADER}),
    "dead-source": (one("src/base/a.cpp", ""),
                    {"tests/unit/a.cpp": "", "tests/main.cpp": "",
                     "tests/unit/CMakeLists.txt": "add_executable(t a.cpp ../main.cpp)"}),
    "named-test": (one("SECURITY.md", '| it leaks | "a test that nobody wrote" |'),
                   {"SECURITY.md": '| "a token stays hidden" |',
                    "tests/unit/a.cpp": 'TEST_CASE("a token stays "\n          "hidden") {}'}),
    "dead-link": (one("src/README.md", "[a](../docs/a.md)"),
                  {"src/README.md": "[a](base/a.h#x) [b](https://b.c) [c](#c) [d](base) [e](..)",
                   "src/base/a.h": HEADER}),
    "dead-anchor": ({"README.md": "[a](a.md#the-words)\n", "a.md": "# The word\n"},
                    {"README.md": "[a](a.md#the-words)\n[b](#p-is-q)\n# `P` is [Q](a.md)\n",
                     "a.md": "## The words\n"}),
    "document-lines": (one("README.md", "a\n" * 261), one("CHANGELOG.md", "a\n" * 261)),
    "one-version": ({"CMakeLists.txt": "project(a VERSION 1.0.0 LANGUAGES CXX)\n",
                     "deploy/Chart.yaml": "version: 1.0.0\nappVersion: 0.1.0\n"},
                    {"CMakeLists.txt": "project(a VERSION 1.0.0 LANGUAGES CXX)\n",
                     "deploy/Chart.yaml": "apiVersion: v2\nversion: 1.0.0\n"}),
    "quoted-message": ({MESSAGES: "| it says | do |\n|---|---|\n| `is gone\u2026now` | wait |\n",
                        "src/app/a.cpp": 'f("is gone or late" "r");'},
                       {MESSAGES: "| it says | do |\n|---|---|\n| `is \u2026gone` | wait |\n"
                        "\n| you see | do |\n|---|---|\n| `a_metric` | wait |\n",
                        "src/app/a.cpp": 'f("is {} "\n  "gone");'}),
    "unclaimed-command": (
        {"README.md": "<!-- run by tests/a.py -->\n```sh\nsudo bash x/y.sh\n```\n",
         "tests/a.py": "run('z')"},
        {"README.md": "<!-- run by tests/a.py -->\n```sh\ncd x && bash x/y.sh \\\n  --z  # z\n"
         "reinfer_exporter sla\n```\n\n    $ cd x\n\n    level=info\n\n<!-- run -->\n"
         "```sh\nls\n```\n<!-- not run: dear -->\n```sh\nls\n```\n",
         "tests/a.py": "run('y', sla())"}),
}


class Rules(unittest.TestCase):
    def test_every_rule_has_its_case(self):
        self.assertEqual(sorted(CASES), sorted(tidy.RULES))

    def test_offenders_are_found_once(self):
        for name, (offender, _) in CASES.items():
            with self.subTest(name):
                self.assertEqual(len(tidy.findings(name, offender)), 1)

    def test_innocents_pass(self):
        for name, (_, innocent) in CASES.items():
            with self.subTest(name):
                self.assertEqual(tidy.findings(name, innocent), [])

    def test_a_command_needs_a_test_or_a_reason(self):
        for text in ("```sh\nls\n```\n", "<!-- not run: -->\n```sh\nls\n```\n",
                     "<!-- run by tests/gone.py -->\n```sh\nls\n```\n", "a\n\n    cd x\n"):
            self.assertEqual(len(tidy.findings("unclaimed-command", one("README.md", text))), 1,
                             text)

    def test_a_finding_names_its_line(self):
        offender = one("src/record/a.cpp", '#include <map>\n\n#include "probe/engine.h"\n')
        [(path, line, advice)] = tidy.findings("layering", offender)
        self.assertEqual((path, line), ("src/record/a.cpp", 3))
        self.assertIn("probe/engine.h", advice)

    def test_every_arrow_of_the_layering_points_down(self):
        done = set()
        for room, below in tidy.ROOMS.items():
            self.assertLessEqual(below, done, room)
            done.add(room)

    def test_siblings_do_not_know_each_other(self):
        siblings = ("config", "credentials", "schedule", "transport", "record")
        for room in siblings:
            for other in set(siblings) - {room}:
                offender = one(f"src/{room}/a.h", f'#include "{other}/b.h"\n')
                self.assertEqual(len(tidy.findings("layering", offender)), 1, (room, other))

    def test_a_long_method_is_found_in_its_class(self):
        method = "class A {\n  int f() {\n" + "    g();\n" * 69 + "  }\n};\n"
        self.assertEqual(tidy.findings("function-lines", one("src/base/a.h", method))[0][1], 2)

    def test_code_keeps_its_lines_without_comments_and_quotes(self):
        code = tidy.code_of("a.cpp", "a /* b\n*/ \"//\" '\"' c // d\nR\"x(\ne)x\" f")
        self.assertEqual(code, 'a ""\n "" "" c ""\n""\n f')

    def test_what_is_allowed_says_why(self):
        for key, reason in tidy.ALLOWED.items():
            self.assertIn(key[0], tidy.RULES)
            self.assertTrue(reason)


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    failed = len(result.failures) + len(result.errors)
    print(f"{max(result.testsRun - failed, 0)} passed, {failed} failed")
    sys.exit(1 if failed else 0)

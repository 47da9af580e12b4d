"""The rule `missing-include`: a file that names something of std includes its header, itself or
through headers of ours. A precompiled header hides what is missing from the compiler, and so does
a file that is compiled in a group with others.
"""
import posixpath
import re

CPP = r"^(src|tests)/.*\.(h|cpp)$"

# Of each header, the names that point to it alone.
NAMES = {
    "algorithm": "any_of all_of clamp copy_if count_if equal_range find find_if is_sorted"
                 " lower_bound max_element min_element none_of nth_element partition remove_if"
                 " reverse sort stable_sort transform unique upper_bound",
    "array": "array",
    "atomic": "atomic atomic_flag",
    "bit": "bit_cast bit_width countl_zero",
    "bitset": "bitset",
    "charconv": "from_chars to_chars",
    "chrono": "chrono chrono_literals",
    "cmath": "ceil floor isfinite isnan llround log2 lround pow sqrt",
    "compare": "strong_ordering",
    "condition_variable": "condition_variable",
    "deque": "deque",
    "exception": "exception exception_ptr",
    "filesystem": "filesystem",
    "fstream": "fstream ifstream ofstream",
    "functional": "function reference_wrapper",
    "future": "async future promise shared_future",
    "iostream": "cerr cin cout",
    "iterator": "back_inserter istreambuf_iterator make_move_iterator",
    "limits": "numeric_limits",
    "list": "list",
    "map": "map multimap",
    "memory": "make_shared make_unique shared_ptr unique_ptr weak_ptr",
    "mutex": "call_once lock_guard mutex once_flag scoped_lock unique_lock",
    "new": "bad_alloc",
    "numeric": "accumulate iota reduce",
    "optional": "nullopt optional",
    "queue": "priority_queue queue",
    "random": "mt19937 mt19937_64 random_device uniform_int_distribution",
    "regex": "regex regex_match regex_search",
    "set": "multiset set",
    "span": "span",
    "sstream": "istringstream ostringstream stringstream",
    "stdexcept": "invalid_argument logic_error out_of_range runtime_error",
    "string": "string to_string",
    "string_view": "string_view",
    "system_error": "error_code generic_category system_category system_error",
    "thread": "jthread this_thread thread",
    "tuple": "make_tuple tie tuple",
    "type_traits": "decay_t is_same_v",
    "unordered_map": "unordered_map",
    "unordered_set": "unordered_set",
    "utility": "exchange forward move pair swap",
    "variant": "get_if holds_alternative monostate variant visit",
    "vector": "vector",
}
HEADER_OF = {name: header for header, names in NAMES.items() for name in names.split()}

# What a header cannot do without, for its own declarations name it.
BRINGS = {
    **{header: {"utility"} for header in (
        "algorithm", "array", "map", "memory", "optional", "set", "tuple", "unordered_map",
        "variant")},
    "condition_variable": {"chrono", "mutex"},
    "filesystem": {"chrono", "string", "system_error"},
    "fstream": {"string"},
    "future": {"chrono"},
    "sstream": {"string"},
    "stdexcept": {"string"},
    "string": {"string_view", "utility"},
    "system_error": {"string"},
    "thread": {"chrono"},
}


class Includes:
    """What the files of a tree include, through headers of ours too. Each is read once."""

    def __init__(self, tree):
        self.tree, self.direct = tree, {}

    def of_file(self, path):
        """Its own: (headers of std, paths of ours)."""
        if path not in self.direct:
            text = self.tree[path]
            ours = (self.path_of(path, name)
                    for name in re.findall(r'(?m)^#include "([^"]+)"', text))
            std = set(re.findall(r"(?m)^#include <([\w/.]+)>", text))
            self.direct[path] = std, [other for other in ours if other]
        return self.direct[path]

    def path_of(self, path, name):
        """An included file of ours, or None: of a build's making."""
        places = "src/" + name, name, posixpath.join(posixpath.dirname(path), name)
        return next((place for place in places if place in self.tree), None)

    def headers(self, path):
        """The headers of std that it has."""
        found, seen, waiting = set(), set(), [path]
        while waiting:
            other = waiting.pop()
            if other not in seen:
                seen.add(other)
                std, ours = self.of_file(other)
                found |= std
                waiting += ours
        return found.union(*(BRINGS.get(header, set()) for header in found))


def missing_include(tree):
    """Yields (path, line, advice) for the first name of each header that a file lacks."""
    includes = Includes(tree)
    for path in tree:
        if not re.search(CPP, path):
            continue
        there = includes.headers(path)
        for number, line in enumerate(tree[path].split("\n"), 1):
            code = re.sub(r'"(\\.|[^"\\])*"|//.*', "", line)
            for name in re.findall(r"\bstd::(\w+)", code):
                header = HEADER_OF.get(name)
                if header and header not in there:
                    there.add(header)
                    yield path, number, f"include <{header}> for std::{name}"


RULES = {"missing-include": missing_include}

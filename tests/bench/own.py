"""What one probe takes of the exporter, beside a bare libcurl loop, in what does not depend on who
else is busy: instructions in user space and allocations by callgrind, system calls by strace.
"""

import re
import subprocess
import time

from cost import answered
from program import pause, wait_for
from stage import Load

# So slow that callgrind, which takes fifty times as long, keeps up.
WORKLOADS = {
    'plain fresh': [Load('plain', 'fresh', 20)],
    'plain reused': [Load('plain', 'reuse', 20)],
    'tls fresh': [Load('tls', 'fresh', 5)],
    'tls reused': [Load('tls', 'reuse', 20)],
}
SUBJECTS = ('exporter', 'libcurl')
ALLOCATORS = ('malloc', 'calloc', 'realloc')
START_SECONDS = 15


class Stretch:
    """From when to when requests count, in the clock of the truth server."""

    def __init__(self):
        self.begin = time.time_ns()
        self.end = None

    def over(self):
        """From now on nothing counts."""
        self.end = time.time_ns()


def arguments(stage, subject, truth, loads, flags=()):
    """How the subject is started; flags are the exporter's."""
    if subject == 'exporter':
        config = stage.config_file(truth, loads)
        return [stage.program('reinfer_exporter'), f'--config.file={config}',
                '--web.listen-address=127.0.0.1:0', f'--web.port-file={stage.path("port")}',
                '--log.level=warn', *flags]
    return [stage.program('floor'), stage.targets_file(truth, loads), stage.path('samples'),
            stage.folder / 'ca.pem']


def read_profile(path):
    """Of a file of callgrind: instructions by function and by library, without those of callees,
    and calls of the allocator."""
    names, objects, cost, libraries, allocations = {}, {}, {}, {}, 0
    function = callee = library = None
    of_callee = False
    for line in path.read_text().splitlines():
        if in_object := re.match(r'c?ob=\((\d+)\)(?: (.*))?$', line):
            number, name = in_object.groups()
            if name:
                objects[number] = name
            if line.startswith('ob='):
                library = objects[number]
        elif named := re.match(r'(c?fn)=\((\d+)\)(?: (.*))?$', line):
            kind, number, name = named.groups()
            if name:
                names[number] = name
            if kind == 'fn':
                function = names[number]
            else:
                callee = names[number]
        elif line.startswith('calls='):
            if callee in ALLOCATORS:
                allocations += int(line[6:].split()[0])
            of_callee = True  # the next line is the cost of what was called
        elif re.match(r'[+\-*\d]', line):
            if not of_callee and function is not None and len(line.split()) > 1:
                taken = int(line.split()[1])
                cost[function] = cost.get(function, 0) + taken
                libraries[library] = libraries.get(library, 0) + taken
            of_callee = False
    return cost, libraries, allocations


# Whose code it is, by the name of the library.
MAKERS = (('libcurl', r'/libcurl'), ('OpenSSL', r'/lib(ssl|crypto)'),
          ('libc', r'/(lib(c|m|stdc\+\+|gcc_s)[.-]|ld-linux)'),
          ('the program', r'/(reinfer_exporter|floor)$'))
OTHERS = 'other libraries'


def by_maker(libraries, probes):
    """{maker: instructions a probe}."""
    found = {}
    for path, count in libraries.items():
        maker = next((name for name, pattern in MAKERS if re.search(pattern, path or '')), OTHERS)
        found[maker] = found.get(maker, 0) + count / probes
    return found


def run_callgrind(stage, subject, loads, seconds, seed, flags=()):
    """Instructions and allocations of so many seconds, once the subject is warm."""
    out = stage.path('callgrind')
    with stage.truth(seed) as truth:
        command = ['valgrind', '--tool=callgrind', '-q', f'--callgrind-out-file={out}',
                   *arguments(stage, subject, truth, loads, flags)]
        with stage.running(*command) as program:
            pause(START_SECONDS)
            subprocess.run(['callgrind_control', '-z', str(program.pid)], check=True,
                           capture_output=True)
            stretch = Stretch()
            pause(seconds)
            subprocess.run(['callgrind_control', '-d', str(program.pid)], check=True,
                           capture_output=True)
            stretch.over()
            dump = wait_for(lambda: next(iter(sorted(out.parent.glob(out.name + '.*'))), None),
                            'callgrind')
    cost, libraries, allocations = read_profile(dump)
    probes = max(1, answered(truth, stretch))
    most = sorted(cost.items(), key=lambda entry: -entry[1])[:40]
    return {'instructions': sum(cost.values()) / probes, 'allocations': allocations / probes,
            'probes': probes, 'libraries': by_maker(libraries, probes),
            'functions': {name: count / probes for name, count in most}}


def run_strace(stage, subject, loads, seconds, seed):
    """System calls by name, a probe."""
    with stage.truth(seed) as truth, \
            stage.running(*arguments(stage, subject, truth, loads)) as program:
        pause(2)
        stretch = Stretch()
        said = subprocess.run(
            ['timeout', '--signal=INT', str(seconds), 'strace', '-f', '-c', '-U', 'name,calls',
             '-p', str(program.pid)], capture_output=True, text=True, check=False).stderr
        stretch.over()
    probes = max(1, answered(truth, stretch))
    rows = (line.split() for line in said.splitlines())
    return {row[0]: int(row[1]) / probes for row in rows
            if len(row) == 2 and row[1].isdigit() and row[0] != 'total'}


def run_own(stage, subject, workload, seconds, seed):
    """One cell."""
    loads = WORKLOADS[workload]
    calls = run_strace(stage, subject, loads, seconds, seed)
    return {'subject': subject, 'workload': workload, 'calls': calls,
            **run_callgrind(stage, subject, loads, seconds, seed)}

"""Exactness where people run it: with a share of a processor, as in a container with a CPU limit,
by a cgroup's quota where one can be made, else a program that stops and continues the subject in
the same rhythm (100 ms, the kernel's default period); and beside a neighbour that fills all
processors.
"""

import contextlib
import os
import signal
import threading
from pathlib import Path

import exactness
import figures
from stage import PEERS, Load, read_samples

PERIOD_US = 100_000
# A share of a processor, or None beside the neighbour; and probes a second of each kind: what such
# a share can do on the average, so that it is used up now and then.
PLACES = {'50% of a processor': (0.5, 200), '10% of a processor': (0.1, 40),
          'a neighbour on every processor': (None, 40)}
# A peer, whose probes take more, is asked for this part of them: all would be more than it can do.
PEERS_PART = 0.6
KINDS = (('plain', 'fresh'), ('tls', 'fresh'), ('tls', 'reuse'))
SUBJECTS = ('exporter', *PEERS)
# Beyond what two witnesses of the truth are ever apart, several times.
WRONG_US = 500
ROOTS = (Path('/sys/fs/cgroup'), Path('/sys/fs/cgroup/unified'))


def group_v2(root, share):
    """A cgroup of version 2 with this quota; its file for processes."""
    group = root / f'reinfer-bench-{os.getpid()}'
    group.mkdir()
    # Where it is no folder of cgroups, or one without the controller, the kernel made no such file.
    if not (group / 'cpu.max').exists():
        raise OSError('no quota is to be had here')
    (group / 'cpu.max').write_text(f'{round(share * PERIOD_US)} {PERIOD_US}')
    return group


def group_v1(share):
    """The same of version 1."""
    group = Path('/sys/fs/cgroup/cpu') / f'reinfer-bench-{os.getpid()}'
    group.mkdir()
    if not (group / 'cpu.cfs_quota_us').exists():
        raise OSError('no quota is to be had here')
    (group / 'cpu.cfs_period_us').write_text(str(PERIOD_US))
    (group / 'cpu.cfs_quota_us').write_text(str(round(share * PERIOD_US)))
    return group


def make_group(share):
    """Whichever can be made; None if none can."""
    for make in (*(lambda root=root: group_v2(root, share) for root in ROOTS),
                 lambda: group_v1(share)):
        try:
            return make()
        except OSError:
            for root in (*ROOTS, Path('/sys/fs/cgroup/cpu')):
                with contextlib.suppress(OSError):
                    (root / f'reinfer-bench-{os.getpid()}').rmdir()
    return None


@contextlib.contextmanager
def stopped_in_turn(pid, share):
    """Runs for its share of each period and is stopped for the rest."""
    over = threading.Event()

    def pace():
        while not over.wait(share * PERIOD_US / 1e6):
            os.kill(pid, signal.SIGSTOP)
            over.wait((1 - share) * PERIOD_US / 1e6)
            os.kill(pid, signal.SIGCONT)
    thread = threading.Thread(target=pace)
    thread.start()
    try:
        yield {'means': 'SIGSTOP', 'throttled': None}
    finally:
        over.set()
        thread.join()
        os.kill(pid, signal.SIGCONT)


def throttled(text):
    """Of a cpu.stat: the share of its periods in which the quota was used up; None of none."""
    stat = dict(line.split() for line in text.splitlines())
    periods = int(stat.get('nr_periods', 0))
    return int(stat['nr_throttled']) / periods if periods else None


@contextlib.contextmanager
def limited(pid, share):
    """The program has this share of a processor while the block lasts. By which means, and
    afterwards in which share of its periods it was stopped."""
    group = make_group(share)
    if group is None:
        with stopped_in_turn(pid, share) as means:
            yield means
        return
    try:
        (group / 'cgroup.procs').write_text(str(pid))
        limit = {'means': 'cgroup', 'throttled': None}
        yield limit
        limit['throttled'] = throttled((group / 'cpu.stat').read_text())
    finally:
        with contextlib.suppress(OSError):
            (group.parent / 'cgroup.procs').write_text(str(pid))
            group.rmdir()


@contextlib.contextmanager
def beside_a_neighbour(stage):
    """As many programs as processors that do nothing but take them."""
    with contextlib.ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            stack.enter_context(stage.running('sh', '-c', 'while :; do :; done'))
        yield {'means': 'busy loops', 'throttled': None}


def run_subject(stage, stack, truth, subject, rate, samples, running=None):
    """Starts it, by `running` if that is given; the program whose figures are looked at."""
    running = running or stage.running
    if subject in PEERS:
        loads = [Load(scheme, 'fresh', rate * PEERS_PART) for scheme in ('plain', 'tls')]
    else:
        loads = [Load(scheme, connection, rate) for scheme, connection in KINDS]
    if subject == 'exporter':
        port_file = stage.path('port')
        program = stack.enter_context(running(
            stage.program('probe_bench'), stage.config_file(truth, loads), samples, port_file))
        program.says(port_file)
        return program
    program, port = stack.enter_context(stage.blackbox(subject, running))
    stack.enter_context(stage.running(
        stage.program('floor'), stage.targets_file(truth, loads), samples,
        stage.folder / 'ca.pem', port))
    return program


def judged_samples(truth, samples, window):
    """Wait errors of all samples of a window, and of those that the subject trusts."""
    said, failures = read_samples(samples)
    trusted = [one for one in said if one.get('distrusted') != '1']
    result = {'probes': len(said), 'failures': failures,
              'distrusted_share': 1 - len(trusted) / len(said) if said else None}
    for name, chosen in (('all', said), ('trusted', trusted)):
        errors, _ = exactness.errors_of(truth.records(), chosen, window)
        waits = [abs(e) / 1e3 for kind in errors.values() for e in kind['wait']]
        result |= {f'{name}_p50_us': figures.quantile(waits, 0.5),
                   f'{name}_p99_us': figures.quantile(waits, 0.99),
                   f'{name}_max_us': max(waits, default=None),
                   f'{name}_wrong': sum(wait > WRONG_US for wait in waits)}
    return result


def run_quota(stage, subject, place, seconds, seed):
    """Wait errors there: of all samples, and of those that the subject trusts."""
    samples = stage.path('samples')
    with stage.truth(seed) as truth, contextlib.ExitStack() as stack:
        share, rate = PLACES[place]
        program = run_subject(stage, stack, truth, subject, rate, samples)
        window = exactness.Window(program)
        limit = stack.enter_context(limited(program.pid, share) if share
                                    else beside_a_neighbour(stage))
        window.measure(seconds)
    return {'subject': subject, 'place': place, **limit,
            **judged_samples(truth, samples, window)}

"""Exactness where a process gets only a share of a processor, as in a container with a CPU limit:
a cgroup's quota where one can be made, else a program that stops and continues the subject in the
same rhythm (100 ms, the kernel's default period).
"""

import contextlib
import os
import signal
import threading
from pathlib import Path

import exactness
import figures
from stage import Load, read_samples

PERIOD_US = 100_000
SHARES = (0.5, 0.1)
# What a tenth of a processor can do, with some left.
LOADS = [Load('plain', 'fresh', 10), Load('tls', 'fresh', 10), Load('tls', 'reuse', 10)]
ROOTS = (Path('/sys/fs/cgroup'), Path('/sys/fs/cgroup/unified'))


def group_v2(root, share):
    """A cgroup of version 2 with this quota; its file for processes."""
    group = root / f'reinfer-bench-{os.getpid()}'
    group.mkdir()
    (group / 'cpu.max').write_text(f'{round(share * PERIOD_US)} {PERIOD_US}')
    return group


def group_v1(share):
    """The same of version 1."""
    group = Path('/sys/fs/cgroup/cpu') / f'reinfer-bench-{os.getpid()}'
    group.mkdir()
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
            with contextlib.suppress(OSError):
                for root in (*ROOTS, Path('/sys/fs/cgroup/cpu')):
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
        yield 'SIGSTOP'
    finally:
        over.set()
        thread.join()
        os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def limited(pid, share):
    """The program has this share of a processor while the block lasts."""
    group = make_group(share)
    if group is None:
        with stopped_in_turn(pid, share) as means:
            yield means
        return
    try:
        (group / 'cgroup.procs').write_text(str(pid))
        yield 'cgroup'
    finally:
        with contextlib.suppress(OSError):
            (group.parent / 'cgroup.procs').write_text(str(pid))
            group.rmdir()


def run_quota(stage, subject, share, seconds, seed):
    """Wait errors under the limit: of all samples, and of those that the subject trusts."""
    loads = [load for load in LOADS if subject != 'blackbox' or load.connection == 'fresh']
    samples = stage.path('samples')
    with stage.truth(seed) as truth, contextlib.ExitStack() as stack:
        if subject == 'exporter':
            program = stack.enter_context(stage.running(
                stage.program('probe_bench'), stage.config_file(truth, loads), samples,
                stage.path('port')))
        elif subject == 'libcurl':
            program = stack.enter_context(stage.running(
                stage.program('floor'), stage.targets_file(truth, loads), samples,
                stage.folder / 'ca.pem'))
        else:
            program, port = stack.enter_context(stage.blackbox())
            stack.enter_context(stage.running(
                stage.program('floor'), stage.targets_file(truth, loads), samples,
                stage.folder / 'ca.pem', port))
        window = exactness.Window(program)
        means = stack.enter_context(limited(program.pid, share))
        window.measure(seconds)
    said, failures = read_samples(samples)
    trusted = [one for one in said if one.get('distrusted') != '1']
    result = {'subject': subject, 'share': share, 'means': means, 'probes': len(said),
              'failures': failures,
              'distrusted_share': 1 - len(trusted) / len(said) if said else None}
    for name, chosen in (('all', said), ('trusted', trusted)):
        errors, _ = exactness.errors_of(truth.records(), chosen, window)
        waits = [abs(e) / 1e3 for kind in errors.values() for e in kind['wait']]
        result |= {f'{name}_p50_us': figures.quantile(waits, 0.5),
                   f'{name}_p99_us': figures.quantile(waits, 0.99),
                   f'{name}_max_us': max(waits, default=None)}
    return result

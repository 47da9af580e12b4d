"""A Debian that boots: a root of mmdebstrap in a container of systemd-nspawn with a network of its
own, so that the ports of a service in it are its own."""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests'))

from machine import cache_folder  # noqa: E402  pylint: disable=C0413

ROOTS = ROOT / 'deploy' / 'roots.sh'
PATIENCE = 120
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
ANY_CHILD_KIND = 0x40000000  # __WALL
# systemd 257 boots with the control groups of old kernels only if told to.
KERNEL_LINE = ['systemd.unified_cgroup_hierarchy=0', 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1']


def run(*command, check=True, **options):
    """Runs a command; its exit code, and its output as one text."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          stdin=subprocess.DEVNULL, **options)
    if check and done.returncode != 0:
        raise AssertionError(f'{" ".join(map(str, command))}: {done.returncode}\n{done.stdout}')
    return done.returncode, done.stdout


def wait_until(observe, what):
    """Observes until it is true, and returns what was seen."""
    deadline, pause, seen = time.monotonic() + PATIENCE, threading.Event(), None
    while time.monotonic() < deadline:
        try:
            seen = observe()
            if seen:
                return seen
        except (OSError, AssertionError) as error:
            seen = error
        pause.wait(0.1)
    raise AssertionError(f'waited {PATIENCE} s for {what}, last saw: {seen!r}')


def _kept_root(name, release, include, *options):
    """A root of mmdebstrap, made once and kept."""
    folder = cache_folder() / 'deploy'
    folder.mkdir(parents=True, exist_ok=True)
    base = folder / name
    stamp = Path(f'{base}.complete')
    if stamp.exists():
        return base
    shutil.rmtree(base, ignore_errors=True)
    settings = folder / 'apt.conf'
    settings.write_text(run('bash', '-c', f'source {ROOTS}; apt_settings')[1])
    archive = run('bash', '-c', f'source {ROOTS}; archive')[1]
    print(f'Making a root of Debian {release}', flush=True)
    run('mmdebstrap', '--variant=apt', f'--include={include}', f'--aptopt={settings}', *options,
        release, base, archive.strip())
    stamp.touch()
    return base


def base_root(release, needs):
    """The root that machines are copies of, with what a package needs."""
    return _kept_root(f'boot-{release}-{hashlib.sha256(needs.encode()).hexdigest()[:12]}', release,
                      'ca-certificates,dbus,systemd,systemd-sysv',
                      '--customize-hook=chroot "$1" apt-get satisfy -qq -y '
                      f'--no-install-recommends "{needs}"')


def bare_root(release):
    """A root with nothing but apt, as a new container has it."""
    return _kept_root(f'bare-{release}', release, 'ca-certificates')


class Machine:
    """Booted on entry, gone on exit."""

    def __init__(self, base):
        self.base = base
        self.folder = Path(tempfile.mkdtemp(prefix='reinfer-deploy-'))
        self.root = self.folder / 'root'
        self.nspawn = self.leader = None

    def __enter__(self):
        run('cp', '-a', '--reflink=auto', self.base, self.root)
        self.log = (self.folder / 'console').open('w')
        self.nspawn = subprocess.Popen(
            ['systemd-nspawn', '-q', '--register=no', '--keep-unit', '--private-network', '-D',
             str(self.root), '-b', *KERNEL_LINE],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        try:
            wait_until(self._is_up, 'the machine to boot')
        except BaseException:
            self.nspawn.kill()
            self._clear()
            raise
        return self

    def __exit__(self, *_):
        self.call('systemctl', 'poweroff', check=False)
        try:
            self.nspawn.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
        self._clear()

    def _clear(self):
        self.nspawn.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_up(self):
        # Looked for each time: nspawn's first child begets the machine's first process and is gone.
        self.leader = self._find_leader()
        return self.leader is not None and self.call(
            'systemctl', 'is-system-running', check=False)[1].strip() in ('running', 'degraded')

    def _find_leader(self):
        if self.nspawn.poll() is not None:
            raise SystemExit('the machine does not boot:\n' + (self.folder / 'console').read_text())
        children = Path(f'/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children').read_text()
        return int(children.split()[0]) if children.split() else None

    def call(self, *command, check=True):
        """Runs a command in the machine: its exit code and output."""
        return run('nsenter', '-t', self.leader, '-m', '-u', '-i', '-n', '-p', '-C',
                   'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8',
                   'DEBIAN_FRONTEND=noninteractive', *command, check=check)

    def get(self, url):
        """The body that a server in the machine answers with."""
        return run('nsenter', '-t', self.leader, '-n', 'curl', '-fsS', '--noproxy', '*', url)[1]

    def file(self, path):
        """A file of the machine, as the host has it."""
        return self.root / path.lstrip('/')

    def unit(self, name, fact):
        """A property of a unit."""
        return self.call('systemctl', 'show', '--value', f'--property={fact}', name)[1].strip()

    def host_pid(self, name):
        """The main process of a unit, as the host numbers it."""
        inside = self.unit(name, 'MainPID')
        for status in Path('/proc').glob('[0-9]*/status'):
            try:
                numbers = [line.split()[1:] for line in status.read_text().splitlines()
                           if line.startswith('NSpid:')][0]
            except (OSError, IndexError):
                continue
            if len(numbers) == 2 and numbers[1] == inside and self._is_ours(status.parent):
                return int(numbers[0])
        raise AssertionError(f'{name} has no process')

    def _is_ours(self, process):
        return os.readlink(process / 'ns/pid') == os.readlink(f'/proc/{self.leader}/ns/pid')


class StuckThread:
    """Stops a thread of another process and lets the others run, as a debugger does."""

    def __init__(self, pid, name):
        self.tid = next(int(task.name) for task in Path(f'/proc/{pid}/task').iterdir()
                        if (task / 'comm').read_text().strip() == name)
        self.ptrace = ctypes.CDLL(None, use_errno=True).ptrace
        self.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

    def __enter__(self):
        for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
            if self.ptrace(request, self.tid, None, None) != 0:
                raise OSError(ctypes.get_errno(), f'ptrace {request:#x}')
        os.waitpid(self.tid, ANY_CHILD_KIND)
        return self

    def let_end(self):
        """A thread that is killed has to be seen by who holds it."""
        try:
            os.waitpid(self.tid, ANY_CHILD_KIND | os.WNOHANG)
        except ChildProcessError:
            pass

    def __exit__(self, *_):
        self.ptrace(PTRACE_DETACH, self.tid, None, None)
        self.let_end()

"""What tests and measurements take of the machine: ports, a real-time priority.

Ports are for programs that do not let the kernel choose. A port that the kernel gave a moment ago
may be given to another program in the next moment. These are none of the kernel's: they lie below
those it chooses from, and whoever takes one here holds a socket of that name
(`@reinfer-test-port-N`, see unix(7), abstract sockets) until the process is over, so that no other
test takes it.
"""

import os
import shutil
import socket
import subprocess
from pathlib import Path

# Reasons for skipped slots by which the exporter says that its machine was too busy.
BUSY_MACHINE = {'stall', 'overlap'}

# Outcomes of probes whose tenant, a program of the same machine, gets no processor for seconds.
BUSY_TENANT = {'ok', 'response_timeout', 'connect_timeout', 'tls_error'}
_LOWEST = 10000
_RANGE = Path('/proc/sys/net/ipv4/ip_local_port_range')
_claims = []


def _claim(port):
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claim.bind(f'\0reinfer-test-port-{port}')
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def _unused(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('127.0.0.1', port))
        except OSError:
            return False
        return True


def free_port():
    """A port of loopback that nobody listens on, and that no other test is given while we live."""
    end = int(_RANGE.read_text().split()[0])
    count = end - _LOWEST
    if count <= 0:
        raise AssertionError(f'the kernel chooses ports from {end} on: none is left for tests')
    start = os.getpid() * 97 % count
    for step in range(count):
        port = _LOWEST + (start + step) % count
        if _claim(port) and _unused(port):
            return port
    raise AssertionError(f'no port from {_LOWEST} to {end - 1} is free')


def cache_folder():
    """Where all that can be made again is kept for the user's checkouts."""
    base = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    folder = Path(base) / 'reinfer_exporter'
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def newer_prometheus(program):
    """The path of a program of the newer Prometheus, there if rules/newer_prometheus.sh could get
    it."""
    return cache_folder() / 'prometheus-new' / 'usr' / 'bin' / program


def newer_blackbox():
    """The path of the newer blackbox_exporter, there if tests/newer_packages.sh could get it."""
    return cache_folder() / 'blackbox-new' / 'usr' / 'bin' / 'prometheus-blackbox-exporter'


def realtime_is_allowed():
    """Whether programs that we start may have a real-time priority."""
    chrt = shutil.which('chrt')
    return chrt is not None and subprocess.run([chrt, '--fifo', '1', 'true'], capture_output=True,
                                               check=False).returncode == 0

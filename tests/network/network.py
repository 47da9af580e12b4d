"""A network of two hosts with faults, for a test: real kernels on both ends, a bad wire between.

The exporter's host is the network namespace of the tests (run.sh makes one), the platform's host
is a second. Each has a TUN device, and a thread carries the packets from one to the other: late,
in another order, or not at all. That is `tc netem` without its kernel module.
"""

import contextlib
import fcntl
import heapq
import os
import random
import selectors
import shutil
import socket
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field

from harness import wait_until

OURS = ('10.98.0.1', 'fd00:98::1')
THEIRS = ('10.98.0.2', 'fd00:98::2')
SILENT = '10.98.0.3'  # nobody has this address
PORT = 9443
PACKET_BYTES_MAX = 65536
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
TCP, SYN, RST, ACK = 6, 0x02, 0x04, 0x10


def can_be_had():
    """Whether this kernel lets us make namespaces and devices."""
    programs = ('unshare', 'nsenter', 'ip', 'systemd-socket-activate')
    return os.geteuid() == 0 and os.path.exists('/dev/net/tun') and all(map(shutil.which, programs))


@dataclass
class Wire:
    """The faults of the wire; a test replaces it as a whole."""

    delay: float = 0  # seconds, each way
    jitter: float = 0  # seconds at most on top, by the dice: packets overtake each other
    loss: float = 0  # share of all packets
    bytes_max: int = PACKET_BYTES_MAX  # larger packets vanish without a word (MTU black hole)
    silent: frozenset = field(default_factory=frozenset)  # nothing comes from or goes to these
    resets: bool = False  # a device on the way answers what comes from us with a reset


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def addresses(packet):
    """Source and destination of an IPv4 or IPv6 packet."""
    if packet[0] >> 4 == 4:
        return socket.inet_ntop(socket.AF_INET, packet[12:16]), \
            socket.inet_ntop(socket.AF_INET, packet[16:20])
    return socket.inet_ntop(socket.AF_INET6, packet[8:24]), \
        socket.inet_ntop(socket.AF_INET6, packet[24:40])


def reset_for(packet):
    """The reset that answers a TCP segment over IPv4; None for anything else and for resets."""
    if packet[0] >> 4 != 4 or packet[9] != TCP:
        return None
    head = (packet[0] & 15) * 4
    source, target, sequence, acknowledged, offset, flags = struct.unpack(
        '!HHIIBB', packet[head:head + 14])
    if flags & RST:
        return None
    length = len(packet) - head - (offset >> 4) * 4 + (1 if flags & SYN else 0)
    segment = struct.pack('!HHIIBBHHH', target, source, acknowledged if flags & ACK else 0,
                          (sequence + length) & 0xFFFFFFFF, 5 << 4, RST | ACK, 0, 0, 0)
    ends = packet[16:20] + packet[12:16]
    tcp_sum = checksum(ends + struct.pack('!BBH', 0, TCP, len(segment)) + segment)
    segment = segment[:16] + struct.pack('!H', tcp_sum) + segment[18:]
    header = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(segment), 0, 0, 64, TCP, 0) + ends
    return header[:10] + struct.pack('!H', checksum(header)) + header[12:] + segment


class Network:
    """Both hosts and the wire. `wire` may be replaced at any moment; `close` ends it all."""

    def __init__(self, seed):
        self.wire = Wire()
        self.dice = random.Random(seed)
        self._platform = subprocess.Popen(['unshare', '--net', 'sleep', 'infinity'])
        self._devices = []
        self._stop_read, self._stop_write = os.pipe()
        self._await_namespace()
        self._add_device('ours', OURS, ())
        self._add_device('theirs', THEIRS, ('nsenter', '-t', str(self._platform.pid), '--net'))
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def at_platform(self):
        """The command that runs the one behind it on the platform's host."""
        return ('nsenter', '-t', str(self._platform.pid), '--net')

    def close(self):
        """Takes the wire and the platform's host away."""
        os.write(self._stop_write, b'.')
        self._thread.join()
        for descriptor in (*self._devices, self._stop_read, self._stop_write):
            os.close(descriptor)
        self._platform.kill()
        self._platform.wait()

    def _await_namespace(self):
        own = os.readlink('/proc/self/ns/net')
        wait_until(lambda: os.readlink(f'/proc/{self._platform.pid}/ns/net') != own,
                   what="the platform's network namespace")

    def _add_device(self, name, own, at):
        device = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._devices.append(device)
        fcntl.ioctl(device, TUNSETIFF, struct.pack('16sH', name.encode(), IFF_TUN | IFF_NO_PI))
        if at:
            self._run('ip', 'link', 'set', name, 'netns', str(self._platform.pid))
        self._run(*at, 'ip', 'link', 'set', 'lo', 'up')
        self._run(*at, 'ip', 'link', 'set', name, 'up')
        self._run(*at, 'ip', 'addr', 'add', f'{own[0]}/24', 'dev', name)
        self._run(*at, 'ip', 'addr', 'add', f'{own[1]}/64', 'dev', name, 'nodad')

    @staticmethod
    def _run(*command):
        subprocess.run(command, check=True, capture_output=True, text=True)

    def _carry(self):
        under_way, number = [], 0
        with selectors.DefaultSelector() as selector:
            for index, device in enumerate(self._devices):
                selector.register(device, selectors.EVENT_READ, index)
            selector.register(self._stop_read, selectors.EVENT_READ, None)
            while True:
                wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
                for key, _ in selector.select(wait):
                    if key.data is None:
                        return
                    for packet, to in self._arrived(key.data):
                        number += 1  # of two that are due at once the first goes first
                        heapq.heappush(under_way, (self._due(), number, to, packet))
                while under_way and under_way[0][0] <= time.monotonic():
                    _, _, to, packet = heapq.heappop(under_way)
                    with contextlib.suppress(OSError):
                        os.write(self._devices[to], packet)

    def _due(self):
        return time.monotonic() + self.wire.delay + self.dice.uniform(0, self.wire.jitter)

    def _arrived(self, index):
        """What goes on of what a host has sent, and to which."""
        going = []
        while True:
            try:
                packet = os.read(self._devices[index], PACKET_BYTES_MAX)
            except BlockingIOError:
                return going
            wire = self.wire
            if len(packet) > wire.bytes_max or self.dice.random() < wire.loss:
                continue
            if wire.silent.intersection(addresses(packet)):
                continue
            reset = reset_for(packet) if wire.resets and index == 0 else None
            going.append((packet, 1 - index) if reset is None else (reset, index))

"""Scrapes as cheap as they can be taken, so that the reader costs the machine little: bytes are
counted and thrown away. As a program it is a crowd of scrapers, for a process of its own:

    python3 scrapers.py PORT COUNT SECONDS BYTES_PER_SECOND

COUNT threads read /metrics again and again for so long, or once each if SECONDS is 0, none faster
than BYTES_PER_SECOND (0: as fast as it comes). It prints a JSON list of what they got.
"""

import contextlib
import json
import socket
import sys
import threading
import time

PIECE = 1 << 18
# Longer than any of them takes.
PATIENCE = 60


def take(port, bytes_per_second=0):
    """One scrape, whose connection ends with it: bytes of it all, seconds, whether it was whole."""
    begun = time.monotonic()
    got, tail, head = 0, b'', b''
    buffer = memoryview(bytearray(PIECE))
    with socket.create_connection(('127.0.0.1', port), PATIENCE) as link:
        link.sendall(b'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
        while count := link.recv_into(buffer):
            if len(head) < 4096:
                head += bytes(buffer[:min(count, 4096)])
            got += count
            tail = (tail + bytes(buffer[max(0, count - 16):count]))[-16:]
            if bytes_per_second and (early := got / bytes_per_second
                                     - (time.monotonic() - begun)) > 0:
                threading.Event().wait(early)
    return {'bytes': got, 'seconds': time.monotonic() - begun, 'whole': is_whole(head, tail, got)}


def is_whole(head, tail, size):
    """Whether a reply of status 200 ends as it said that it would."""
    top, _, _ = head.partition(b'\r\n\r\n')
    lines = [line.lower() for line in top.split(b'\r\n')]
    if not lines[0].startswith(b'http/1.1 200'):
        return False
    if b'transfer-encoding: chunked' in lines:
        return tail.endswith(b'\r\n0\r\n\r\n')
    lengths = [int(line.split(b':')[1]) for line in lines if line.startswith(b'content-length:')]
    return bool(lengths) and size == len(top) + 4 + lengths[0]


@contextlib.contextmanager
def byte_a_second(port):
    """Somebody who reads that slowly while the block lasts."""
    over = threading.Event()
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.settimeout(PATIENCE)
    link.connect(('127.0.0.1', port))
    link.sendall(b'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n')

    def read():
        with contextlib.suppress(OSError):
            while link.recv(1) and not over.wait(1):
                pass
    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        link.close()


def crowd(port, count, seconds, bytes_per_second):
    """What so many scrapers got; one that gets nothing got no whole scrape."""
    found, end = [], time.monotonic() + seconds

    def read():
        while True:
            try:
                found.append(take(port, bytes_per_second))
            except OSError as error:
                found.append({'bytes': 0, 'seconds': 0, 'whole': False, 'error': str(error)})
            if time.monotonic() >= end:
                return
    threads = [threading.Thread(target=read) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


if __name__ == '__main__':
    print(json.dumps(crowd(*(int(argument) for argument in sys.argv[1:]))))

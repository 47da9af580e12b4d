"""What is remembered of suites from run to run: how long each took, and with which content of its
inputs it passed. Kept in the user's cache folder, so that all checkouts share it."""
import fnmatch
import hashlib
import json
import os
import subprocess

from machine import cache_folder

PASSES_MAX = 20


def _lines(*command, cwd=None):
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return ended.stdout if ended.returncode == 0 else ''


class Memory:
    """Not for use by several threads at once."""

    def __init__(self, root, file=None):
        self.root, self.file = root, file or cache_folder() / 'suites.json'
        try:
            self.rows = json.loads(self.file.read_text())
        except (OSError, ValueError):
            self.rows = {}
        self._files = self._packages = None
        self._sums, self._keys = {}, {}

    def seconds(self, suite):
        """How long it took last time, None if it is not known."""
        return self.rows.get(suite.name, {}).get('seconds')

    def passed_as_it_is(self, suite):
        """Whether it passed before with the inputs as they are now."""
        return self.key(suite) in self.rows.get(suite.name, {}).get('passed', [])

    def note(self, suite, seconds, passed, failed):
        """One run is over: kept for the next."""
        row = self.rows.setdefault(suite.name, {})
        row['seconds'] = round(seconds, 1)
        if not suite.remembered:
            self._write()
            return
        passes = [key for key in row.get('passed', []) if key != self.key(suite)]
        if passed and not failed:
            passes.append(self.key(suite))
        row['passed'] = passes[-PASSES_MAX:]
        self._write()

    def _write(self):
        written = self.file.with_suffix(f'.{os.getpid()}')
        written.write_text(json.dumps(self.rows, indent=1))
        written.rename(self.file)

    def key(self, suite):
        """The sum of its command, its inputs as they were when first asked, and the machine's
        packages."""
        if suite.name not in self._keys:
            whole = hashlib.sha256(repr(suite.command).encode() + self.packages().encode())
            for path in self.files():
                if any(fnmatch.fnmatchcase(path, pattern) for pattern in suite.inputs):
                    whole.update(f'{path}\0{self.sum(path)}\0'.encode())
            self._keys[suite.name] = whole.hexdigest()
        return self._keys[suite.name]

    def files(self):
        """All that git tracks or would track."""
        if self._files is None:
            listed = _lines('git', 'ls-files', '-co', '--exclude-standard', '-z', cwd=self.root)
            self._files = sorted({name for name in listed.split('\0') if name})
        return self._files

    def sum(self, path):
        """The checksum of a file, empty if it is gone."""
        if path not in self._sums:
            file = self.root / path
            self._sums[path] = hashlib.sha256(file.read_bytes()).hexdigest() \
                if file.is_file() else ''
        return self._sums[path]

    def packages(self):
        """Compilers, libraries and tools of the machine with their versions."""
        if self._packages is None:
            self._packages = _lines('dpkg-query', '-W') + _lines('uname', '-m')
        return self._packages

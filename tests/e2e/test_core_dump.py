"""A crash leaves no memory behind, since the memory holds the tokens."""

import resource
import signal
import unittest
from pathlib import Path

from harness import (TOKEN_VARIABLE, Exporter, Simulator, temporary_folder, tenant,
                     write_config)


def allow_cores():
    """As much core as the system lets us have; runs in the child."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


class CoreDumpTest(unittest.TestCase):
    """The exporter is made to crash in a folder where cores may be written."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        cls.simulator = Simulator(cls, cls.folder)
        cls.config = write_config(cls.folder, tenant('acme', cls.simulator))

    def cores_after_crash(self, name, flags):
        """What lies in the folder of a crashed exporter."""
        place = self.folder / name
        place.mkdir()
        exporter = Exporter(self, self.folder, self.config.resolve(), self.simulator.token,
                            name=f'crash-{name}', flags=flags, cwd=place,
                            preexec_fn=allow_cores).await_serving()
        exporter.signal(signal.SIGABRT)
        self.assertEqual(exporter.wait(), -signal.SIGABRT)
        return list(place.iterdir())

    def test_a_crash_leaves_no_core(self):
        """By default."""
        self.assertEqual(self.cores_after_crash('default', []), [])

    def test_a_core_is_to_be_had_for_the_asking(self):
        """Which also shows that the other test looks in the right place."""
        with open('/proc/sys/kernel/core_pattern', encoding='ascii') as pattern:
            if pattern.read().strip() not in ('core', 'core.%p'):
                self.skipTest('this system does not write cores where programs run')
        if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
            self.skipTest('this system allows no cores')
        self.assertEqual(len(self.cores_after_crash('asked', ['--debug.allow-core-dump'])), 1)


def writable_memory(process):
    """All that a program can write: heap, stacks, globals."""
    pieces = []
    folder = Path(f'/proc/{process.pid}')
    with open(folder / 'mem', 'rb', buffering=0) as memory:
        for line in (folder / 'maps').read_text().splitlines():
            begin, end = (int(edge, 16) for edge in line.split()[0].split('-'))
            if line.split()[1].startswith('rw'):
                memory.seek(begin)
                pieces.append(memory.read(end - begin))
    return b''.join(pieces)


class WipedMemoryTest(unittest.TestCase):
    """Secrets that are not needed any more."""

    def test_a_token_that_was_replaced_is_nowhere_in_memory(self):
        """Neither in freed memory nor in libcurl's buffers."""
        folder = temporary_folder(self)
        simulator = Simulator(self, folder)
        old = 'a-token-that-is-replaced-' + 'o' * 40
        (folder / 'token').write_text(old)
        probe = {'use': 'projects', 'interval': '1s', 'timeout': '900ms'}
        text = tenant('acme', simulator, probes=[probe]).replace(
            f'token_env = "{TOKEN_VARIABLE}"', f'token_file = "{folder / "token"}"')
        exporter = Exporter(self, folder, write_config(folder, text)).await_serving()
        exporter.scrape_when(lambda seen: seen.value('reinfer_token_accepted', tenant='acme') == 0,
                             'the old token refused')
        self.assertIn(old.encode(), writable_memory(exporter))
        (folder / 'token').write_text(simulator.token)
        exporter.scrape_when(
            lambda seen: seen.value('reinfer_probe_results_total', tenant='acme',
                                    outcome='ok') >= 3, 'the new token accepted')
        memory = writable_memory(exporter)
        self.assertIn(simulator.token.encode(), memory)
        self.assertEqual(memory.count(old.encode()), 0)


if __name__ == '__main__':
    unittest.main()

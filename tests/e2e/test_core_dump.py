"""A crash leaves no memory behind, since the memory holds the tokens."""

import resource
import signal
import unittest

from harness import Exporter, Simulator, temporary_folder, tenant, write_config


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


if __name__ == '__main__':
    unittest.main()

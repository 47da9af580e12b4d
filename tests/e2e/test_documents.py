"""Commands of the documents as they stand there: blocks below `<!-- run -->`, see tests/tidy."""

import os
import re
import subprocess
import unittest

import test_import
from harness import (PATIENCE, ROOT, Simulator, clean_environment, exporter_program, fetch,
                     temporary_folder)

BLOCK = re.compile(r'(?ms)^<!-- run -->\n```sh\n(.*?)^```$')
# What readers put in themselves, and what the tests put there.
PLACES = {'...': '{token}', 'URL': '{url}'}

MADE = {'build', 'node_modules'}


def blocks():
    """(document, commands) of each block that is to be run as it stands."""
    for document in sorted(ROOT.rglob('*.md')):
        name = document.relative_to(ROOT)
        # What was built or installed there is not ours.
        if MADE.intersection(name.parts):
            continue
        for match in BLOCK.finditer(document.read_text()):
            yield str(name), match[1]


class DocumentsTest(unittest.TestCase):
    """A reader with a tenant, a token and the two files of a blackbox_exporter."""

    def folder_of_a_reader(self, simulator):
        """Where the commands are given, with the program in the path."""
        folder = temporary_folder(self)
        (folder / 'bin').mkdir()
        (folder / 'bin' / 'reinfer_exporter').symlink_to(exporter_program())
        (folder / 'token').write_text(simulator.token)
        (folder / 'blackbox.yml').write_text(test_import.BLACKBOX.format(
            token=folder / 'token', ca=simulator.ca_file))
        (folder / 'prometheus.yml').write_text(test_import.PROMETHEUS.format(
            url=simulator.base_url()))
        return folder

    def test_what_the_documents_tell_to_type_works(self):
        """Every command of every block ends well."""
        simulator = Simulator(self, temporary_folder(self))
        self.assertEqual(fetch(simulator.http_port, '/_simulator/requests')[0], 200)
        places = {'token': simulator.token, 'url': simulator.base_url(tls=False)}
        found = list(blocks())
        self.assertGreaterEqual(len(found), 2)
        for name, text in found:
            with self.subTest(document=name):
                folder = self.folder_of_a_reader(simulator)
                for place, value in PLACES.items():
                    text = re.sub(rf'(?<==){re.escape(place)}(?=\s)', value.format(**places), text)
                path = f'{folder}/bin:{os.environ["PATH"]}'
                done = subprocess.run(['bash', '-euc', text], cwd=folder, capture_output=True,
                                      text=True, timeout=PATIENCE, check=False,
                                      env=clean_environment(PATH=path))
                self.assertEqual(done.returncode, 0, f'{text}\n{done.stdout}{done.stderr}')
                self.assertNotIn(simulator.token, done.stdout + done.stderr)

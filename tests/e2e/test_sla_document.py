"""A month to hand over, as `reinfer_exporter sla` writes it from a real Prometheus: the HTML is
opened in a real browser and printed there."""

import json
import shutil
import subprocess
import unittest
from html.parser import HTMLParser

import sla_history as history
from harness import PATIENCE, temporary_folder
from test_sla import StoredPrometheus, make_blocks, sla

BROWSER = shutil.which('chromium')


class Cells(HTMLParser):
    """The overview's rows, and whether every tag is closed in turn."""

    VOID = ('meta', 'rect', 'path')

    def __init__(self, text):
        super().__init__()
        self.rows, self.open, self.wrong = [], [], []
        self.feed(text)
        self.wrong += self.open

    def handle_starttag(self, tag, attrs):
        """Opens a row or a cell."""
        if tag == 'tr':
            self.rows.append([])
        if tag == 'td':
            self.rows[-1].append('')
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Must be what was opened last."""
        if tag not in self.VOID and self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        """Adds to a cell."""
        if self.rows and self.rows[-1] and 'td' in self.open:
            self.rows[-1][-1] += data


class SlaDocumentTest(unittest.TestCase):
    """March 2025 of several tenants."""

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls)
        prometheus = StoredPrometheus(cls, cls.folder, make_blocks(cls.folder)).await_ready()
        cls.month = (f'--prometheus.url={prometheus.url}', '--month=2025-03')
        done = sla(*cls.month, '--format=html')
        cls.code, cls.html, cls.complaint = done.returncode, done.stdout, done.stderr
        cls.page = cls.folder / 'month.html'
        cls.page.write_text(cls.html)

    def browse(self, *arguments):
        """Chromium without a window, to its end; its standard output."""
        if BROWSER is None:
            self.skipTest('no Chromium is installed')
        return subprocess.run(
            [BROWSER, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
             f'--user-data-dir={self.folder / "profile"}', *arguments, self.page.as_uri()],
            check=True, capture_output=True, text=True, timeout=PATIENCE).stdout

    def test_the_page_is_whole_and_says_what_the_table_says(self):
        """Each tenant before its probes, with the figures that the other tests have proven."""
        self.assertEqual((self.code, self.complaint), (3, ''))
        cells = Cells(self.html)
        self.assertEqual(cells.wrong, [])
        table = sla(*self.month).stdout
        rows = [row for row in cells.rows if len(row) == 9]
        self.assertEqual(rows[0][0], 'acme')
        self.assertEqual(rows[1][:2], ['acme/dataset', 'availability'])
        for row in rows:
            for figure in row[3:5] + row[6:9]:
                self.assertIn(figure, table)
        self.assertIn('2025-03-06 09:14:00', self.html)

    def test_each_day_has_the_events_of_its_slots(self):
        """Counted from the slots, over maintenance and failures."""
        done = sla(*self.month, '--format=json', '--tenant=globex')
        row, = json.loads(done.stdout)['objectives']
        self.assertEqual(len(row['days']), 31)
        for day in row['days']:
            span = day['from'][:16], day['to'][:16]
            with self.subTest(span):
                events, good = history.counted(history.GLOBEX, *span).events['availability']
                self.assertEqual((day['events'], day['bad'], day['watched_ratio']),
                                 (events, events - good, 1))

    def test_markdown_has_the_same_rows(self):
        """The exit code too."""
        done = sla(*self.month, '--format=markdown')
        self.assertEqual((done.returncode, done.stderr), (3, ''))
        for row in Cells(self.html).rows:
            if len(row) == 9:
                name = f'**{row[0]}**' if '/' not in row[0] else row[0]
                self.assertIn(f'| {name} | {row[1]} | {row[3]} | {row[4]} |', done.stdout)

    def test_a_browser_prints_it_to_pages_of_a4(self):
        """With the text as text, where there is a program that reads it."""
        pdf = self.folder / 'month.pdf'
        self.browse('--no-pdf-header-footer', f'--print-to-pdf={pdf}')
        content = pdf.read_bytes()
        self.assertTrue(content.startswith(b'%PDF-'))
        self.assertGreater(content.count(b'/Type /Page\n') + content.count(b'/Type /Page '), 2)
        if shutil.which('pdftotext') is None:
            return
        text = subprocess.run(['pdftotext', '-layout', pdf, '-'], check=True, capture_output=True,
                              text=True).stdout
        for words in ('2025-03', 'acme/dataset', 'Breached', 'How it was counted'):
            self.assertIn(words, text)

    def test_a_browser_draws_a_bar_for_each_day(self):
        """One plot for each objective, 31 days, one of them with the long outage."""
        dom = self.browse('--dump-dom')
        plots = dom.split('<svg class="days"')[1:]
        self.assertEqual(len(plots), len([row for row in Cells(self.html).rows if len(row) == 9]))
        first = plots[0].split('</svg>')[0]
        self.assertEqual(first.count('<g>'), 31)
        self.assertIn('2025-03-06: ', first)
        self.assertIn('class="bad"', first)

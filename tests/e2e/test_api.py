"""The JSON API: its description, its documents, its pages and its errors."""

import json
import re
import unittest
import urllib.parse

import jsonschema

from api_description import Description, find, references_of
from harness import (DATASET, ROOT, TOKEN_VARIABLE, Exporter, Simulator, temporary_folder, tenant,
                     wait_until, write_config)

DESCRIPTION = json.loads((ROOT / 'src' / 'api' / 'openapi.json').read_text())
TARGET = '/api/v1/targets/{tenant}/{probe}'
# What the renderers are held to by unit tests, and the paths whose replies they are.
GOLDENS = {'api_status': '/api/v1/status', 'api_targets': '/api/v1/targets', 'api_target': TARGET,
           'api_target_at_start': TARGET, 'api_failures': '/api/v1/failures'}


class DescriptionTest(unittest.TestCase):
    """The OpenAPI document by itself."""

    def test_it_is_openapi(self):
        """Version 3.1, whose schemas are JSON Schema of 2020-12."""
        self.assertRegex(DESCRIPTION['openapi'], r'^3\.1\.\d+$')
        for key in ('title', 'version', 'description'):
            self.assertTrue(DESCRIPTION['info'][key])
        for name, schema in DESCRIPTION['components']['schemas'].items():
            with self.subTest(schema=name):
                jsonschema.Draft202012Validator.check_schema(schema)
                self.assertTrue(schema['description'])

    def test_every_reference_leads_somewhere_and_nothing_is_left_over(self):
        """Neither a dead reference nor a schema that nobody uses."""
        used = set(references_of(DESCRIPTION))
        for reference in used:
            with self.subTest(reference=reference):
                find(DESCRIPTION, reference)
        for kind, parts in DESCRIPTION['components'].items():
            # Those are used by name.
            if kind == 'securitySchemes':
                continue
            for name in parts:
                self.assertIn(f'#/components/{kind}/{name}', used)
        schemes = {name for each in DESCRIPTION['security'] for name in each}
        self.assertEqual(schemes, set(DESCRIPTION['components']['securitySchemes']))
        # Nobody need show anything unless the exporter is told to ask.
        self.assertIn({}, DESCRIPTION['security'])

    def test_every_operation_is_described(self):
        """With a name of its own, its parameters, and what it answers."""
        names = [operation['operationId'] for _, _, operation in
                 Description(DESCRIPTION).operations()]
        self.assertEqual(len(names), len(set(names)))
        for path, method, operation in Description(DESCRIPTION).operations():
            with self.subTest(path=path):
                self.assertEqual(method, 'get')
                self.assertTrue(operation['summary'])
                # The last three come from the door, whatever is asked for.
                for status in ('200', '401', '429', '503'):
                    self.assertIn(status, operation['responses'])
                parameters = [find(DESCRIPTION, each['$ref']) if '$ref' in each else each
                              for each in operation.get('parameters', [])]
                in_path = {each['name'] for each in parameters if each['in'] == 'path'}
                self.assertEqual(in_path, set(re.findall(r'{(\w+)}', path)))
                for parameter in parameters:
                    self.assertTrue(parameter['description'])
                    jsonschema.Draft202012Validator.check_schema(parameter['schema'])

    def test_the_documents_of_the_unit_tests_are_as_described(self):
        """Member by member; and a document that is not so does not pass."""
        description = Description(DESCRIPTION)
        for name, path in GOLDENS.items():
            with self.subTest(document=name):
                document = json.loads((ROOT / f'tests/unit/goldens/{name}.json').read_text())
                self.assertEqual(description.complaints(path, 200, document), [])
                document['surprise'] = 1
                self.assertEqual(len(description.complaints(path, 200, document)), 1)
        error = json.loads((ROOT / 'tests/unit/goldens/api_error.json').read_text())
        self.assertEqual(description.complaints('/api/v1/targets', 400, error), [])


class ApiTest(unittest.TestCase):
    """What a running exporter answers."""

    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        simulator = Simulator(cls, folder)
        cls.token = simulator.token
        config = write_config(
            folder, tenant('good', simulator, probes=[DATASET, {'use': 'not_found'}]),
            tenant('bad', simulator, 'faults/http_json.503'))
        cls.exporter = Exporter(cls, folder, config, simulator.token).await_serving()
        cls.exporter.scrape_when(lambda seen: len(seen.find('reinfer_probe_success')) == 3,
                                 'every target to be probed')
        wait_until(lambda: len(cls.good('/api/v1/failures')['data']) >= 3, what='three failures')

    @classmethod
    def ask(cls, path, **query):
        """Status and document of one request."""
        text = urllib.parse.urlencode(query)
        status, headers, body = cls.exporter.get(path + ('?' + text if text else ''))
        assert headers['Content-Type'].startswith('application/json'), headers
        assert cls.token not in body.decode()
        return status, json.loads(body)

    @classmethod
    def good(cls, path, **query):
        """The document of a request that must be answered well."""
        status, document = cls.ask(path, **query)
        assert status == 200, document
        return document

    def pages(self, path, **query):
        """All items, page by page."""
        cursor = {}
        while cursor is not None:
            document = self.good(path, **query, **cursor)
            self.assertLessEqual(len(document['data']), query['limit'])
            yield from document['data']
            cursor = {'cursor': document['next']} if document['next'] else None

    def test_replies_are_as_described(self):
        """By the description that the exporter itself serves."""
        served = self.good('/api/v1/openapi.json')
        self.assertEqual(served, DESCRIPTION)
        description = Description(served)
        for path in GOLDENS.values():
            with self.subTest(path=path):
                reply = self.good(path.format(tenant='good', probe='dataset'))
                self.assertEqual(description.complaints(path, 200, reply), [])
        reply = self.good(TARGET.format(tenant='bad', probe='dataset'))
        self.assertEqual(description.complaints(TARGET, 200, reply), [])
        self.assertGreater(len(reply['data']['evidence']['failures']), 0)

    def test_status_tells_tenants_apart(self):
        """One is fine and one is failing by the platform's fault."""
        data = self.good('/api/v1/status')['data']
        verdicts = {each['tenant']: each['verdict'] for each in data['tenants']}
        self.assertEqual(list(verdicts), ['bad', 'good'])
        self.assertEqual(verdicts['bad']['fault'], 'platform')
        self.assertEqual(verdicts['bad']['failing'], 1)
        self.assertEqual(verdicts['good']['failing'], 0)
        self.assertEqual(data['exporter']['targets'], 3)

    def test_targets_come_page_by_page_and_by_what_is_asked(self):
        """In the order of their names."""
        names = [(each['tenant'], each['probe']) for each in self.pages('/api/v1/targets', limit=2)]
        self.assertEqual(names, [('bad', 'dataset'), ('good', 'dataset'), ('good', 'not_found')])
        bad = self.good('/api/v1/targets', fault='platform')['data']
        self.assertEqual([each['tenant'] for each in bad], ['bad'])

    def test_failures_are_the_latest_first_with_their_evidence(self):
        """Each with a command to repeat it."""
        failures = list(self.pages('/api/v1/failures', limit=1, tenant='bad'))
        started = [each['started'] for each in failures]
        self.assertGreaterEqual(len(failures), 3)
        self.assertEqual(started, sorted(started, reverse=True))
        self.assertIn(f'Bearer ${TOKEN_VARIABLE}"', failures[0]['curl'])

    def test_every_slot_is_accounted_for(self):
        """As in /metrics."""
        slots = self.good(TARGET.format(tenant='good', probe='dataset'))['data']['slots']
        self.assertEqual(slots['due'], slots['results'] + slots['skipped'] + slots['in_flight'])

    def test_errors_are_documents_too(self):
        """They say what is wrong and what is allowed."""
        description = Description(DESCRIPTION)
        for path, query, status, words in [
                ('/api/v1/targets', {'limit': 'many'}, 400, '1 to 1000'),
                ('/api/v1/status', {'limit': '1'}, 400, 'no parameters'),
                ('/api/v1/failures', {'since': 'lunch'}, 400, 'UTC time'),
                (TARGET, {}, 404, 'no target is called')]:
            with self.subTest(path=path):
                code, reply = self.ask(path.format(tenant='good', probe='nothing'), **query)
                self.assertEqual(code, status)
                self.assertEqual(description.complaints(path, status, reply), [])
                self.assertIn(words, reply['error']['message'])


if __name__ == '__main__':
    unittest.main()

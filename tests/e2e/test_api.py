"""The JSON API: its description, and the documents that the unit tests hold it to."""

import json
import re
import unittest

import jsonschema

from api_description import Description, find, references_of
from harness import ROOT

DESCRIPTION = json.loads((ROOT / 'src' / 'expose' / 'openapi.json').read_text())
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
            for name in parts:
                self.assertIn(f'#/components/{kind}/{name}', used)

    def test_every_operation_is_described(self):
        """With a name of its own, its parameters, and what it answers."""
        names = [operation['operationId'] for _, _, operation in
                 Description(DESCRIPTION).operations()]
        self.assertEqual(len(names), len(set(names)))
        for path, method, operation in Description(DESCRIPTION).operations():
            with self.subTest(path=path):
                self.assertEqual(method, 'get')
                self.assertTrue(operation['summary'])
                self.assertIn('200', operation['responses'])
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


if __name__ == '__main__':
    unittest.main()

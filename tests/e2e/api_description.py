"""The API's own description, as a judge of documents: what is not described does not pass."""

import copy

import jsonschema


def objects_of(schema):
    """Every schema of an object with named members, however deep."""
    if isinstance(schema, dict):
        if 'properties' in schema:
            yield schema
        for part in schema.values():
            yield from objects_of(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects_of(part)


def references_of(part):
    """Every $ref, however deep."""
    if isinstance(part, dict):
        if isinstance(part.get('$ref'), str):
            yield part['$ref']
        for inner in part.values():
            yield from references_of(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references_of(inner)


def find(document, reference):
    """What a $ref within the document stands for; KeyError if it stands for nothing."""
    part = document
    for name in reference.removeprefix('#/').split('/'):
        part = part[name.replace('~1', '/').replace('~0', '~')]
    return part


class Description:
    """An OpenAPI document."""

    def __init__(self, document):
        self.document = document
        # Clients are told to expect more members; here each must be described.
        self._strict = copy.deepcopy(document)
        for schema in objects_of(self._strict):
            schema.setdefault('additionalProperties', False)

    def operations(self):
        """Path, method and description of each."""
        for path, methods in self.document['paths'].items():
            for method, operation in methods.items():
                yield path, method, operation

    def complaints(self, path, status, reply):
        """What is wrong with a reply to a GET of that path."""
        responses = self._strict['paths'][path]['get']['responses']
        response = responses[str(status)]
        if '$ref' in response:
            response = find(self._strict, response['$ref'])
        schema = response['content']['application/json']['schema']
        validator = jsonschema.Draft202012Validator(
            {**schema, 'components': self._strict['components']},
            format_checker=jsonschema.FormatChecker())
        return [f'{list(error.absolute_path)}: {error.message}'
                for error in validator.iter_errors(reply)]

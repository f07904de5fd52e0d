"""result_schema_test.py DOCS RESULT...: results, schema and page agree.

Each RESULT is valid, the schema lists no key that the page lacks, and the page
none that the schema lacks.
"""

import json
import pathlib
import re
import sys

import jsonschema

NAMED_MAPS = {"engines", "macs.by_product"}  # the page writes `*` for names


def load(path):
    """The object in a JSON file, in which no key comes twice."""
    def unique(pairs):
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), f"{path}: a key comes twice"
        return dict(pairs)
    return json.loads(pathlib.Path(path).read_text(), object_pairs_hook=unique)


def schema_keys(schema, node, prefix=""):
    """The keys that `node` describes, spelled as the page does."""
    if "$ref" in node:
        node = schema["definitions"][node["$ref"].rsplit("/", 1)[1]]
    for choice in node.get("anyOf", []):
        yield from schema_keys(schema, choice, prefix)
    if "items" in node:
        yield from schema_keys(schema, node["items"], prefix + "[]")
    if isinstance(node.get("additionalProperties"), dict):
        yield from schema_keys(schema, node["additionalProperties"],
                               prefix + ".*")
    for key, value in node.get("properties", {}).items():
        star = prefix in NAMED_MAPS
        path = ".".join(filter(None, [prefix, "*" if star else key]))
        if not star:
            yield path
        yield from schema_keys(schema, value, path)


def page_keys(page):
    """First cells of the table of keys."""
    return set(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE))


def main(docs, results):
    docs = pathlib.Path(docs)
    schema = load(docs / "result.schema.json")
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    failures = []
    for path in results:
        for error in validator.iter_errors(load(path)):
            where = "/".join(map(str, error.absolute_path))
            failures.append(f"{path}: {where}: {error.message}")
    documented = page_keys((docs / "results.md").read_text())
    described = set(schema_keys(schema, schema))
    # Keys of a section are documented one by one.
    for key in sorted(described - documented):
        if not any(other.startswith(key + ".") for other in documented):
            failures.append(f"results.md: lacks {key}")
    for key in sorted(documented - described):
        if not re.fullmatch(r"index|predicted", key):
            failures.append(f"result.schema.json: lacks {key}")
    print("\n".join(failures) or f"{len(results)} results are valid")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

"""YAML whose mappings are checked: duplicates, unknown keys, types, ranges."""

import re

import yaml

from .model import SourceError

UPPER = re.compile(r"[A-Z][A-Z0-9_]*")
LOWER = re.compile(r"[a-z][a-z0-9_]*")


class _Loader(yaml.SafeLoader):
    """The safe loader, but a key given twice is an error."""


def _mapping(loader, node):
    seen = set()
    for key, _ in node.value:
        value = loader.construct_object(key)
        if not isinstance(value, str):
            raise yaml.constructor.ConstructorError(
                None, None, f"key {value!r} is not a string", key.start_mark)
        if value in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"key '{value}' is given twice", key.start_mark)
        seen.add(value)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG,
                        _mapping)


def load(path):
    """The top mapping of the file, as an Entry."""
    try:
        with open(path, encoding="utf-8") as stream:
            content = yaml.load(stream, Loader=_Loader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SourceError(f"{path}: {error}") from error
    return Entry(path, "", content)


class Entry:
    """A mapping and where it stands; every access is checked."""

    def __init__(self, path, place, content):
        self.path = path
        self.place = place
        self._content = content
        if not isinstance(content, dict):
            self.fail("must be a mapping")

    def fail(self, message):
        """Raises a SourceError that names file and place."""
        where = f"{self.place}: " if self.place else ""
        raise SourceError(f"{self.path}: {where}{message}")

    def allow(self, *keys):
        """Refuses every key that is not one of these."""
        for key in self._content:
            if key not in keys:
                self.fail(f"unknown key '{key}'; known are {', '.join(keys)}")

    def __contains__(self, key):
        return key in self._content

    def raw(self, key, default=None):
        """The value as YAML has it; without default the key is required."""
        if key not in self._content and default is None:
            self.fail(f"key '{key}' is missing")
        return self._content.get(key, default)

    def text(self, key, default=None):
        """A string; line breaks become spaces."""
        value = self.raw(key, default)
        if not isinstance(value, str):
            self.fail(f"{key}: {value!r} is not a string")
        return " ".join(value.split())

    def name(self, key, pattern=UPPER):
        """An identifier."""
        value = self.text(key)
        if not pattern.fullmatch(value):
            self.fail(f"{key}: '{value}' does not match {pattern.pattern}")
        return value

    def number(self, key, default=None, least=0, most=0xffffffff):
        """An integer in least..most."""
        value = self.raw(key, default)
        return self.check_number(key, value, least, most)

    def check_number(self, key, value, least=0, most=0xffffffff):
        """`value`, if it is an integer in least..most."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail(f"{key}: {value!r} is not a number")
        if not least <= value <= most:
            self.fail(f"{key}: {value:#x} is not in {least:#x}..{most:#x}")
        return value

    def flag(self, key):
        """A boolean, false unless given."""
        value = self.raw(key, False)
        if not isinstance(value, bool):
            self.fail(f"{key}: {value!r} is not true or false")
        return value

    def names(self, key):
        """A list of lower-case names, empty unless given."""
        items = self.raw(key, [])
        if not isinstance(items, list):
            self.fail(f"{key}: must be a list")
        for item in items:
            if not isinstance(item, str) or not LOWER.fullmatch(item):
                self.fail(f"{key}: {item!r} does not match {LOWER.pattern}")
        return items

    def entries(self, key, required=True):
        """The mappings of a list, placed under their names."""
        if key not in self and not required:
            return []
        items = self.raw(key)
        if not isinstance(items, list) or not items:
            self.fail(f"{key}: must be a list with at least one entry")
        found = []
        for index, item in enumerate(items):
            name = item.get("name") if isinstance(item, dict) else None
            label = str(name) if name else f"{key}[{index}]"
            place = f"{self.place}.{label}" if self.place else label
            found.append(Entry(self.path, place, item))
        return found

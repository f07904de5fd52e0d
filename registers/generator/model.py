"""Reads the register YAML into checked objects."""

import dataclasses
import pathlib
import re

import yaml

NAME = re.compile(r"[A-Z][A-Z0-9_]*$")
ACCESS = ("ro", "rw", "wo", "w1c")
REGISTER_KEYS = {"name", "offset", "access", "reset", "description", "fields",
                 "volatile", "count", "stride", "mask"}
FIELD_KEYS = {"name", "bits", "description", "enum"}
BLOCK_KEYS = {"block", "fragment", "title", "description", "include", "width",
              "registers"}
REGION_KEYS = {"name", "base", "size", "block", "irq", "memory", "description"}


class SourceError(Exception):
    """A mistake in the YAML; the text names file and place."""


@dataclasses.dataclass
class Field:
    """Bits `shift + width - 1` to `shift` of a register."""
    name: str
    shift: int
    width: int
    description: str
    enum: dict

    @property
    def mask(self):
        return ((1 << self.width) - 1) << self.shift


@dataclasses.dataclass
class Register:
    """One register, or `count` of them `stride` bytes apart."""
    name: str
    offset: int
    access: str
    reset: int
    variable_reset: bool
    volatile: bool
    mask: int
    count: int
    stride: int
    description: str
    fields: list

    def offsets(self):
        return [self.offset + i * self.stride for i in range(self.count)]


@dataclasses.dataclass
class Block:
    """The registers of one block, by offset; `width` is theirs in bits."""
    name: str
    title: str
    description: str
    width: int
    registers: list


@dataclasses.dataclass
class Region:
    """A range of the address space."""
    name: str
    base: int
    size: int
    description: str
    block: str = ""
    irq: int = 0
    memory: bool = False


@dataclasses.dataclass
class Soc:
    name: str
    description: str
    regions: list
    blocks: list
    fragments: list

    def block(self, name):
        return next(b for b in self.blocks if b.name == name)


def _require(condition, where, what):
    if not condition:
        raise SourceError(f"{where}: {what}")


def _known_keys(mapping, known, where):
    _require(isinstance(mapping, dict), where, "must be a mapping")
    for key in mapping:
        _require(key in known, where,
                 f"unknown key '{key}' (known: {', '.join(sorted(known))})")


def _read(path):
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SourceError(f"{path.name}: {error}") from error


def _field(source, width, where):
    _known_keys(source, FIELD_KEYS, where)
    name = source.get("name", "")
    _require(NAME.match(str(name)), where, f"bad field name '{name}'")
    where = f"{where}.{name}"
    match = re.fullmatch(r"(\d+)(?::(\d+))?", str(source.get("bits", "")))
    _require(match, where, "bits must be 'n' or 'high:low'")
    high = int(match[1])
    low = int(match[2]) if match[2] is not None else high
    _require(low <= high < width, where,
             f"bits {high}:{low} do not lie in {width} bits")
    enum = source.get("enum", {})
    for value in enum.values():
        _require(0 <= value < 1 << (high - low + 1), where,
                 f"value {value} does not fit its bits")
    return Field(name, low, high - low + 1, source.get("description", ""),
                 enum)


def _fields(source, width, where):
    fields = [_field(f, width, where) for f in source]
    seen = 0
    for field in fields:
        _require(not seen & field.mask, f"{where}.{field.name}",
                 "overlaps another field")
        seen |= field.mask
    _require(len({f.name for f in fields}) == len(fields), where,
             "two fields of one name")
    return sorted(fields, key=lambda f: f.shift)


def _register(source, width, where):
    _known_keys(source, REGISTER_KEYS, where)
    name = source.get("name", "")
    _require(NAME.match(str(name)), where, f"bad register name '{name}'")
    where = f"{where}.{name}"
    for key in ("offset", "access", "description"):
        _require(key in source, where, f"has no {key}")
    _require(source["access"] in ACCESS, where,
             f"access must be one of {', '.join(ACCESS)}")
    offset = source["offset"]
    _require(offset % (width // 8) == 0, where, "offset is not aligned")
    fields = _fields(source.get("fields", []), width, where)
    everything = (1 << width) - 1
    mask = source.get("mask", everything)
    if fields:
        _require("mask" not in source, where, "has both fields and a mask")
        mask = 0
        for field in fields:
            mask |= field.mask
    reset = source.get("reset", 0)
    variable = reset == "variable"
    reset = 0 if variable else reset
    _require(0 <= reset <= everything, where, "reset value is too wide")
    count = source.get("count", 1)
    stride = source.get("stride", width // 8)
    _require(count >= 1 and stride >= width // 8, where, "bad count or stride")
    return Register(name, offset, source["access"], reset, variable,
                    bool(source.get("volatile", False)), mask, count, stride,
                    " ".join(str(source["description"]).split()), fields)


def _check_overlap(registers, where):
    seen = {}
    for register in registers:
        for offset in register.offsets():
            _require(offset not in seen, f"{where}.{register.name}",
                     f"offset {offset:#x} is that of {seen.get(offset)}")
            seen[offset] = register.name
    _require(len({r.name for r in registers}) == len(registers), where,
             "two registers of one name")


def _load_block(path, fragments):
    source = _read(path)
    _known_keys(source, BLOCK_KEYS, path.name)
    name = source.get("block", source.get("fragment"))
    _require(name == path.stem, path.name,
             f"is about '{name}', but the file is named {path.stem}")
    width = source.get("width", 32)
    _require(width in (8, 32), path.name, "width must be 8 or 32")
    registers = [_register(r, width, path.name)
                 for r in source.get("registers", [])]
    for include in source.get("include", []):
        _require(include in fragments, path.name,
                 f"includes unknown fragment '{include}'")
        registers += fragments[include].registers
    registers.sort(key=lambda r: r.offset)
    _check_overlap(registers, path.name)
    return Block(name, source.get("title", name),
                 " ".join(str(source.get("description", "")).split()), width,
                 registers)


def _load_regions(path):
    source = _read(path)
    regions = []
    for entry in source["regions"]:
        _known_keys(entry, REGION_KEYS, path.name)
        regions.append(Region(**entry))
    regions.sort(key=lambda r: r.base)
    for region in regions:
        where = f"{path.name}: {region.name}"
        _require(region.size > 0 and region.base + region.size <= 1 << 32,
                 where, "does not lie in 32 bits")
    for low, high in zip(regions, regions[1:]):
        _require(low.base + low.size <= high.base, path.name,
                 f"{low.name} and {high.name} overlap")
    irqs = [r.irq for r in regions if r.irq]
    _require(len(set(irqs)) == len(irqs), path.name, "two blocks of one irq")
    return source, regions


def load_soc(folder):
    """Reads memory_map.yaml and the blocks that it names."""
    folder = pathlib.Path(folder)
    source, regions = _load_regions(folder / "memory_map.yaml")
    paths = sorted(p for p in folder.glob("*.yaml")
                   if p.name != "memory_map.yaml")
    is_fragment = {p: "fragment" in (_read(p) or {}) for p in paths}
    fragments = {p.stem: _load_block(p, {}) for p in paths if is_fragment[p]}
    blocks = [_load_block(p, fragments) for p in paths if not is_fragment[p]]
    names = {b.name for b in blocks}
    for region in regions:
        _require(region.memory or region.block in names, "memory_map.yaml",
                 f"{region.name}: no block '{region.block}'")
        if region.block:
            block = next(b for b in blocks if b.name == region.block)
            end = max(max(r.offsets()) for r in block.registers)
            _require(end < region.size, "memory_map.yaml",
                     f"{region.name}: registers reach beyond its size")
    return Soc(source["soc"], source["description"], regions, blocks,
               list(fragments.values()))

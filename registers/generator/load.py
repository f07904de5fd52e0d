"""Reads registers/*.yaml into descriptions, or says what is wrong in them."""

import operator
import pathlib
import re

from . import checked_yaml
from .checked_yaml import LOWER, UPPER
from .model import Block, Field, Region, Register, Soc

ACCESSES = ("ro", "rw", "wo", "w1c")
BITS = re.compile(r"(\d+)(?::(\d+))?")
BLOCK_KEYS = ("block", "title", "description", "width", "include", "registers")
FRAGMENT_KEYS = ("fragment", "registers")
REGISTER_KEYS = ("name", "offset", "access", "reset", "volatile", "mask",
                 "count", "stride", "description", "fields")
FIELD_KEYS = ("name", "bits", "description", "enum")
REGION_KEYS = ("name", "base", "size", "block", "irq", "memory", "description")
IRQ_SOURCES = 31


def load_soc(folder):
    """The system whose memory map is folder/memory_map.yaml."""
    folder = pathlib.Path(folder)
    top = checked_yaml.load(folder / "memory_map.yaml")
    top.allow("soc", "description", "regions")
    blocks = {}
    fragments = {}
    regions = [_region(entry, folder, blocks, fragments)
               for entry in top.entries("regions")]
    _refuse_duplicates(top, [region.name for region in regions])
    _refuse_shared_irqs(top, regions)
    _refuse_unused(top, folder, [*blocks, *fragments])
    regions.sort(key=lambda region: region.base)
    for low, high in zip(regions, regions[1:]):
        if low.base + low.size > high.base:
            top.fail(f"{high.name}: overlaps with {low.name}")
    by_name = operator.attrgetter("name")
    return Soc(top.name("soc", LOWER), top.text("description"), tuple(regions),
               tuple(sorted(blocks.values(), key=by_name)),
               tuple(sorted(fragments.values(), key=by_name)))


def _region(entry, folder, blocks, fragments):
    entry.allow(*REGION_KEYS)
    name = entry.name("name", LOWER)
    base = entry.number("base")
    size = entry.number("size", least=1)
    if base + size > 1 << 32:
        entry.fail("ends beyond 4 GiB")
    memory = entry.flag("memory")
    if memory == ("block" in entry):
        entry.fail("must either be memory or have a block")
    block = ""
    if not memory:
        block = entry.name("block", LOWER)
        if not (folder / f"{block}.yaml").is_file():
            entry.fail(f"block: there is no {block}.yaml")
        if block not in blocks:
            blocks[block] = _load_block(folder, block, fragments)
        end = max(register.end for register in blocks[block].registers)
        if end > size:
            entry.fail(f"size: {size:#x} is less than the {end:#x} bytes of "
                       f"block {block}")
    irq = entry.number("irq", 0, most=IRQ_SOURCES)
    return Region(name, base, size, irq, block, memory,
                  entry.text("description"))


def _refuse_duplicates(entry, names):
    for name in names:
        if names.count(name) > 1:
            entry.fail(f"{name}: the name is given twice")


def _refuse_shared_irqs(entry, regions):
    owners = {}
    for region in regions:
        if region.irq and region.irq in owners:
            entry.fail(f"{region.name}: irq: {region.irq} is taken by "
                       f"{owners[region.irq]}")
        owners[region.irq] = region.name


def _refuse_unused(entry, folder, used):
    for path in sorted(folder.glob("*.yaml")):
        if path.stem != "memory_map" and path.stem not in used:
            entry.fail(f"no region has the block of {path.name}")


def _load_block(folder, name, fragments):
    """Block `name`; adds the fragments that it includes to `fragments`."""
    top = checked_yaml.load(folder / f"{name}.yaml")
    top.allow(*BLOCK_KEYS)
    if top.name("block", LOWER) != name:
        top.fail(f"block: must be '{name}', as the file is called")
    width = top.number("width", 32)
    if width not in (8, 16, 32):
        top.fail(f"width: {width} is not 8, 16 or 32")
    registers = [_register(entry, width) for entry in top.entries("registers")]
    for included in top.names("include"):
        if included not in fragments:
            fragments[included] = _load_fragment(folder, included)
        if width != fragments[included].width:
            top.fail(f"include: {included} is of another width")
        registers += fragments[included].registers
    return Block(name, top.text("title"), top.text("description"), width,
                 _arranged(top, registers))


def _load_fragment(folder, name):
    top = checked_yaml.load(folder / f"{name}.yaml")
    top.allow(*FRAGMENT_KEYS)
    if top.name("fragment", LOWER) != name:
        top.fail(f"fragment: must be '{name}', as the file is called")
    registers = [_register(entry, 32) for entry in top.entries("registers")]
    return Block(name, name, "", 32, _arranged(top, registers))


def _arranged(entry, registers):
    """Registers by offset; refuses overlaps and equal names."""
    registers = sorted(registers, key=lambda register: register.offset)
    for low, high in zip(registers, registers[1:]):
        if low.end > high.offset:
            entry.fail(f"{high.name}: overlaps with {low.name} at offset "
                       f"{high.offset:#x}")
    names = [register.name for register in registers]
    for register in registers:
        for field in register.fields:
            names.append(f"{register.name}_{field.name}")
            names += [f"{register.name}_{field.name}_{value}"
                      for value in field.enum]
    _refuse_duplicates(entry, names)
    return tuple(registers)


def _register(entry, width_bits):
    entry.allow(*REGISTER_KEYS)
    width = width_bits // 8
    name = entry.name("name")
    access = entry.text("access")
    if access not in ACCESSES:
        entry.fail(f"access: '{access}' is not one of {', '.join(ACCESSES)}")
    offset = entry.number("offset")
    count = entry.number("count", 1, least=1, most=4096)
    stride = entry.number("stride", width, least=width)
    if "stride" in entry and count == 1:
        entry.fail("stride: without count")
    if offset % width or stride % width:
        entry.fail(f"offset: {offset:#x} is not aligned to {width} bytes")
    fields = tuple(_field(item, width_bits)
                   for item in entry.entries("fields", required=False))
    mask = _mask(entry, fields, (1 << width_bits) - 1)
    variable = entry.raw("reset") == "variable"
    reset = 0 if variable else entry.number("reset", most=(1 << width_bits) - 1)
    if reset & ~mask:
        entry.fail(f"reset: {reset:#x} has bits outside {mask:#x}")
    return Register(name, offset, access, reset, variable,
                    entry.flag("volatile"), mask, count, stride, width,
                    entry.text("description"), fields)


def _mask(entry, fields, everything):
    """Implemented bits: as given, else those of the fields, else all."""
    covered = 0
    for field in fields:
        if field.mask & covered:
            entry.fail(f"{field.name}: bits overlap with another field")
        covered |= field.mask
    mask = entry.number("mask", covered or everything, least=1,
                        most=everything)
    if covered & ~mask:
        entry.fail(f"mask: {mask:#x} lacks bits of the fields")
    return mask


def _field(entry, width_bits):
    entry.allow(*FIELD_KEYS)
    bits = str(entry.raw("bits"))
    match = BITS.fullmatch(bits)
    if not match:
        entry.fail(f"bits: '{bits}' is not of the form 7:0 or 3")
    high = int(match[1])
    low = int(match[2] or high)
    if low > high or high >= width_bits:
        entry.fail(f"bits: '{bits}' are no bits of {width_bits}")
    return Field(entry.name("name"), low, high - low + 1,
                 entry.text("description"), _values(entry, high - low + 1))


def _values(entry, width):
    values = entry.raw("enum", {})
    if not isinstance(values, dict):
        entry.fail("enum: must be a mapping")
    for name, value in values.items():
        if not UPPER.fullmatch(name):
            entry.fail(f"enum: '{name}' does not match {UPPER.pattern}")
        entry.check_number(f"enum: {name}", value, most=(1 << width) - 1)
    if len(set(values.values())) != len(values):
        entry.fail("enum: a value is given twice")
    return dict(values)

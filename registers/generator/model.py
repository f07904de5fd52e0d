"""What a register description says, checked and with defaults filled in."""

import dataclasses


class SourceError(Exception):
    """A mistake in the YAML; the text names file and place."""


@dataclasses.dataclass(frozen=True)
class Field:
    """Bits `shift + width - 1` to `shift` of a register."""

    name: str
    shift: int
    width: int
    description: str
    enum: dict

    @property
    def mask(self):
        """The field's bits, in place."""
        return ((1 << self.width) - 1) << self.shift


@dataclasses.dataclass(frozen=True)
class Register:
    """One register, or `count` of them `stride` bytes apart; `bytes` each."""

    name: str
    offset: int
    access: str
    reset: int
    variable_reset: bool
    volatile: bool
    mask: int
    count: int
    stride: int
    bytes: int
    description: str
    fields: tuple

    @property
    def end(self):
        """Offset behind the last element."""
        return self.offset + (self.count - 1) * self.stride + self.bytes


@dataclasses.dataclass(frozen=True)
class Block:
    """The registers of one block, by offset; `width` is theirs in bits."""

    name: str
    title: str
    description: str
    width: int
    registers: tuple


@dataclasses.dataclass(frozen=True)
class Region:
    """A range of the address space; `block` is empty for memories."""

    name: str
    base: int
    size: int
    irq: int
    block: str
    memory: bool
    description: str


@dataclasses.dataclass(frozen=True)
class Soc:
    """The system on chip: regions by base, blocks and fragments by name."""

    name: str
    description: str
    regions: tuple
    blocks: tuple
    fragments: tuple

    def block(self, name):
        """The block of this name."""
        return next(block for block in self.blocks if block.name == name)

"""A CMSIS-SVD description of the SoC, for debuggers."""

from xml.etree import ElementTree

ACCESS = {"ro": "read-only", "rw": "read-write", "wo": "write-only",
          "w1c": "read-write"}


def _text(parent, tag, text):
    ElementTree.SubElement(parent, tag).text = str(text)


def _field(parent, field):
    element = ElementTree.SubElement(parent, "field")
    _text(element, "name", field.name)
    _text(element, "description", field.description)
    _text(element, "bitOffset", field.shift)
    _text(element, "bitWidth", field.width)
    if field.enum:
        values = ElementTree.SubElement(element, "enumeratedValues")
        for key, number in field.enum.items():
            value = ElementTree.SubElement(values, "enumeratedValue")
            _text(value, "name", key)
            _text(value, "value", number)


def _register(parent, register, width):
    element = ElementTree.SubElement(parent, "register")
    if register.count > 1:
        _text(element, "dim", register.count)
        _text(element, "dimIncrement", hex(register.stride))
        _text(element, "name", register.name + "%s")
    else:
        _text(element, "name", register.name)
    _text(element, "description", register.description)
    _text(element, "addressOffset", hex(register.offset))
    _text(element, "size", width)
    _text(element, "access", ACCESS[register.access])
    _text(element, "resetValue", hex(register.reset))
    if register.variable_reset:
        _text(element, "resetMask", "0x0")
    if register.access == "w1c":
        _text(element, "modifiedWriteValues", "oneToClear")
    if register.fields:
        fields = ElementTree.SubElement(element, "fields")
        for field in register.fields:
            _field(fields, field)


def _peripheral(parent, region, block):
    element = ElementTree.SubElement(parent, "peripheral")
    _text(element, "name", region.name.upper())
    _text(element, "description", block.description)
    _text(element, "baseAddress", hex(region.base))
    address_block = ElementTree.SubElement(element, "addressBlock")
    _text(address_block, "offset", "0x0")
    _text(address_block, "size", hex(region.size))
    _text(address_block, "usage", "registers")
    if region.irq:
        interrupt = ElementTree.SubElement(element, "interrupt")
        _text(interrupt, "name", region.name.upper())
        _text(interrupt, "value", region.irq)
    registers = ElementTree.SubElement(element, "registers")
    for register in block.registers:
        _register(registers, register, block.width)


def document(soc):
    """The text of vitvp.svd."""
    device = ElementTree.Element("device", {"schemaVersion": "1.3"})
    _text(device, "vendor", "vitvp")
    _text(device, "name", soc.name)
    _text(device, "version", "1.0")
    _text(device, "description", soc.description)
    _text(device, "addressUnitBits", 8)
    _text(device, "width", 32)
    peripherals = ElementTree.SubElement(device, "peripherals")
    for region in soc.regions:
        if region.block:
            _peripheral(peripherals, region, soc.block(region.block))
    ElementTree.indent(device)
    return ('<?xml version="1.0" encoding="utf-8"?>\n' +
            ElementTree.tostring(device, encoding="unicode") + "\n")

"""The committed pages of docs/registers."""

NOTE = ("<!-- Generated from registers/{}.yaml; do not edit, run "
        "`./dev docs`. -->")


def _cell(text):
    return str(text).replace("|", "\\|")


def _offset(register):
    first = f"`{register.offset:#05x}`"
    if register.count == 1:
        return first
    return f"{first} + {register.stride}·n, n < {register.count}"


def _reset(register):
    return "configured" if register.variable_reset else f"`{register.reset:#x}`"


def _fields(register):
    lines = [f"### {register.name}", "", "| bits | field | meaning |",
             "|---|---|---|"]
    for field in reversed(register.fields):
        high = field.shift + field.width - 1
        bits = str(high) if field.width == 1 else f"{high}:{field.shift}"
        values = ", ".join(f"{v} = {k}" for k, v in field.enum.items())
        meaning = field.description + (f": {values}" if values else "")
        lines.append(f"| {bits} | {field.name} | {_cell(meaning)} |")
    return lines + [""]


def block(source):
    """docs/registers/<block>.md"""
    lines = [NOTE.format(source.name), "", f"# {source.title}", "",
             source.description, "",
             f"Registers are {source.width} bits wide.", "",
             "| offset | register | access | reset | meaning |",
             "|---|---|---|---|---|"]
    for register in source.registers:
        lines.append(f"| {_offset(register)} | {register.name} | "
                     f"{register.access} | {_reset(register)} | "
                     f"{_cell(register.description)} |")
    lines.append("")
    for register in source.registers:
        if register.fields:
            lines += _fields(register)
    return "\n".join(lines)


def memory_map(soc):
    """docs/registers/README.md"""
    lines = [NOTE.format("memory_map"), "", "# Memory map", "",
             "Addresses follow QEMU's `virt` machine where a block exists "
             "there.", "",
             "| base | size | region | interrupt | what |",
             "|---|---|---|---|---|"]
    for region in soc.regions:
        name = (f"[{region.name}]({region.block}.md)" if region.block
                else region.name)
        lines.append(f"| `{region.base:#010x}` | `{region.size:#x}` | {name} | "
                     f"{region.irq or ''} | {_cell(region.description)} |")
    return "\n".join(lines) + "\n"

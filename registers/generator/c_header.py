"""C headers for the firmware: plain macros, no bit-fields."""


def _guarded(name, source, lines):
    guard = f"VITVP_{name.upper()}_H"
    return "\n".join([f"/* Generated from registers/{source}. Do not edit. */",
                      f"#ifndef {guard}", f"#define {guard}", ""] + lines +
                     ["", "#endif", ""])


def block(source):
    """vitvp/<block>_regs.h"""
    prefix = source.name.upper()
    lines = []
    for register in source.registers:
        name = f"{prefix}_{register.name}"
        lines.append(f"#define {name}_OFFSET {register.offset:#x}u")
        if register.count > 1:
            lines.append(f"#define {name}_COUNT {register.count}u")
            lines.append(f"#define {name}_STRIDE {register.stride}u")
        for field in register.fields:
            lines.append(f"#define {name}_{field.name}_SHIFT {field.shift}u")
            lines.append(f"#define {name}_{field.name}_MASK {field.mask:#x}u")
            lines += [f"#define {name}_{field.name}_{key} {value}u"
                      for key, value in field.enum.items()]
    return _guarded(f"{source.name}_regs", f"{source.name}.yaml", lines)


def memory_map(soc):
    """vitvp/memory_map.h"""
    lines = []
    for region in soc.regions:
        prefix = f"VITVP_{region.name.upper()}"
        lines.append(f"#define {prefix}_BASE {region.base:#x}u")
        lines.append(f"#define {prefix}_SIZE {region.size:#x}u")
        if region.irq:
            lines.append(f"#define {prefix}_IRQ {region.irq}u")
    return _guarded("memory_map", "memory_map.yaml", lines)

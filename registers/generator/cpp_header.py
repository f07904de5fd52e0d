"""C++17 headers: a table and named constants per block, the memory map."""

ACCESS = {"ro": "read_only", "rw": "read_write", "wo": "write_only",
          "w1c": "write_one_to_clear"}


def _register_info(register, width):
    flags = ", ".join(str(f).lower() for f in (register.variable_reset,
                                               register.volatile))
    return (f'    {{"{register.name}", {register.offset:#x}, '
            f"access::{ACCESS[register.access]}, {register.reset:#x}, {flags}, "
            f"{register.mask:#x}, {register.count}, {register.stride}, "
            f"{width // 8}}},")


def block(source):
    """registers/<block>.hpp"""
    lines = [f"// Generated from registers/{source.name}.yaml. Do not edit.",
             "#pragma once", "", "#include <cstdint>", "",
             '#include "registers/register_info.hpp"', "",
             f"namespace vitvp::registers::{source.name} {{", ""]
    for register in source.registers:
        lines.append(f"inline constexpr std::uint32_t {register.name} = "
                     f"{register.offset:#x};")
        for field in register.fields:
            name = f"{register.name}_{field.name}"
            lines.append(f"inline constexpr field {name}{{{field.shift}, "
                         f"{field.width}}};")
            for key, value in field.enum.items():
                lines.append(f"inline constexpr std::uint32_t {name}_{key} = "
                             f"{value};")
    lines += ["", "inline constexpr register_info table[] = {"]
    lines += [_register_info(r, source.width) for r in source.registers]
    lines += ["};", "", f"}}  // namespace vitvp::registers::{source.name}", ""]
    return "\n".join(lines)


def memory_map(soc):
    """registers/memory_map.hpp"""
    lines = ["// Generated from registers/memory_map.yaml. Do not edit.",
             "#pragma once", "", "#include <cstdint>", "",
             '#include "registers/register_info.hpp"', "",
             "namespace vitvp::registers {", ""]
    for region in soc.regions:
        for key, value in (("base", region.base), ("size", region.size)):
            lines.append(f"inline constexpr std::uint32_t {region.name}_{key} ="
                         f" {value:#x};")
        if region.irq:
            lines.append(f"inline constexpr std::uint32_t {region.name}_irq = "
                         f"{region.irq};")
    lines += ["", "inline constexpr region memory_map[] = {"]
    lines += [f'    {{"{r.name}", {r.base:#x}, {r.size:#x}, {r.irq}, '
              f"{str(r.memory).lower()}}}," for r in soc.regions]
    lines += ["};", "", "}  // namespace vitvp::registers", ""]
    return "\n".join(lines)

"""Linker symbols of the memory map."""


def memory_map(soc):
    """vitvp/memory_map.ld, to be included from a linker script."""
    lines = ["/* Generated from registers/memory_map.yaml. Do not edit. */"]
    for region in soc.regions:
        lines.append(f"vitvp_{region.name}_base = {region.base:#x};")
        lines.append(f"vitvp_{region.name}_size = {region.size:#x};")
    return "\n".join(lines) + "\n"

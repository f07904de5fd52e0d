# The sources of the firmware, by what they need to be built for.

set(VITVP_FIRMWARE_DRIVERS
    drivers/command_interface.c
    drivers/dma.c
    drivers/plic.c
    drivers/pruning_unit.c
    drivers/row_engine.c
    drivers/sim_control.c
    drivers/timer.c
    drivers/uart.c
    drivers/vector_unit.c)
set(VITVP_FIRMWARE_HAL hal/bus_access.c hal/console.c hal/fault.c
                       hal/interrupts.c)
set(VITVP_FIRMWARE_HAL_NATIVE hal/native/entry.c hal/native/native.c)
set(VITVP_FIRMWARE_HAL_RISCV hal/riscv/cpu.c hal/riscv/crt0.S
                             hal/riscv/memory.c)
set(VITVP_FIRMWARE_RUNTIME
    runtime/attention.c
    runtime/block.c
    runtime/block_run.c
    runtime/copy.c
    runtime/core.c
    runtime/embed.c
    runtime/engine_report.c
    runtime/engines.c
    runtime/ffn1.c
    runtime/ffn2.c
    runtime/gemm.c
    runtime/head.c
    runtime/inference.c
    runtime/machine.c
    runtime/network.c
    runtime/norm.c
    runtime/plan.c
    runtime/plan_attention.c
    runtime/plan_ends.c
    runtime/plan_ffn.c
    runtime/plan_network.c
    runtime/projection.c
    runtime/refusal.c
    runtime/residual.c
    runtime/score_tile.c
    runtime/selection.c
    runtime/sram.c
    runtime/tiling.c
    runtime/weights.c)
set(VITVP_FIRMWARE_APPS apps/selftest.c apps/selftest_engines.c
                        apps/selftest_peripherals.c apps/vit.c)

# All that a change of which rebuilds an ELF, since the cross compiler runs
# behind CMake's back.
set(VITVP_FIRMWARE_HEADERS
    apps/apps.h
    apps/selftest.h
    drivers/command_interface.h
    drivers/dma.h
    drivers/plic.h
    drivers/pruning_unit.h
    drivers/row_engine.h
    drivers/sim_control.h
    drivers/status.h
    drivers/timer.h
    drivers/uart.h
    drivers/vector_unit.h
    hal/bus_access.h
    hal/console.h
    hal/cpu.h
    hal/fault.h
    hal/interrupts.h
    hal/native_backend.h
    runtime/attention.h
    runtime/block.h
    runtime/block_run.h
    runtime/copy.h
    runtime/core.h
    runtime/ends.h
    runtime/engine_report.h
    runtime/engines.h
    runtime/gemm.h
    runtime/inference.h
    runtime/layer_tag.h
    runtime/machine.h
    runtime/model_image.h
    runtime/network.h
    runtime/norm.h
    runtime/plan.h
    runtime/plan_network.h
    runtime/refusal.h
    runtime/residual.h
    runtime/sram.h
    runtime/stages.h
    runtime/tiling.h
    runtime/weights.h)

/* The headers of the firmware are C, alone and together. */
#include <vitvp/clint_regs.h>
#include <vitvp/command_interface_regs.h>
#include <vitvp/dma_regs.h>
#include <vitvp/memory_map.h>
#include <vitvp/plic_regs.h>
#include <vitvp/pruning_unit_regs.h>
#include <vitvp/row_engine_regs.h>
#include <vitvp/sim_control_regs.h>
#include <vitvp/uart_regs.h>
#include <vitvp/vector_unit_regs.h>

#if DMA_SOURCE_OFFSET != 0x080u || ROW_ENGINE_MODE_OUTPUT_I16 != 1u || \
    DMA_MODE_VALUE_MASK != 0xff00u || VITVP_DMA_IRQ != 11u
#error "the headers do not hold what the descriptions say"
#endif

unsigned int vitvp_headers_are_c(void) {
  return COMMAND_INTERFACE_ID_OFFSET;
}

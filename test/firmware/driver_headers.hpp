// The headers of the drivers, which are C.
#pragma once

extern "C" {
#include "firmware/drivers/command_interface.h"
#include "firmware/drivers/dma.h"
#include "firmware/drivers/plic.h"
#include "firmware/drivers/pruning_unit.h"
#include "firmware/drivers/row_engine.h"
#include "firmware/drivers/sim_control.h"
#include "firmware/drivers/timer.h"
#include "firmware/drivers/uart.h"
#include "firmware/drivers/vector_unit.h"
}

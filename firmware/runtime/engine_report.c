#include "firmware/runtime/engine_report.h"

#include <stddef.h>

#include "firmware/hal/console.h"
#include "firmware/hal/fault.h"
#include "firmware/runtime/layer_tag.h"

static const char* const engine_names[ENGINE_COUNT] = {
    "dma", "row_engine", "vector_unit", "pruning_unit"};

static const char* const layer_names[LAYER_KIND_COUNT] = {
    "none",       "patch",     "embed",   "norm1",   "query",      "key",
    "value",      "scores",    "softmax", "context", "importance", "select",
    "projection", "residual1", "norm2",   "ffn1",    "scan",       "ffn2",
    "residual2",  "norm",      "head"};

static const char* const code_names[] = {
    "no fault",     "address error", "command error",   "burst error",
    "byte enables", "generic error", "parameter error", "queue overflow"};

static const char* name_in(const char* const* names, size_t count,
                           uint32_t index) {
  return index < count ? names[index] : "unknown";
}

static const char* layer_name(uint32_t tag) {
  return name_in(layer_names, LAYER_KIND_COUNT, (uint32_t)layer_tag_kind(tag));
}

_Noreturn void engine_report_fault(const struct engines* engines,
                                   enum engine_id id) {
  const struct command_fault fault =
      command_interface_fault(&engines->interfaces[id]);
  const size_t codes = sizeof code_names / sizeof code_names[0];
  console_printf(
      "firmware: %s: %s at 0x%08x in %s of block %u, head %u (tag 0x%08x)\n",
      engine_names[id], name_in(code_names, codes, fault.code),
      (unsigned)fault.address, layer_name(fault.tag),
      (unsigned)layer_tag_block(fault.tag), (unsigned)layer_tag_head(fault.tag),
      (unsigned)fault.tag);
  firmware_exit(FIRMWARE_EXIT_ENGINE);
}

_Noreturn void engine_report_timeout(const struct engines* engines,
                                     enum engine_id id, uint32_t ticket) {
  console_printf(
      "firmware: %s: no completion in time: %u of %u commands, waiting for "
      "%u\n",
      engine_names[id], (unsigned)engines->shadows[id].completed,
      (unsigned)engines->shadows[id].submitted, (unsigned)ticket);
  firmware_exit(FIRMWARE_EXIT_ENGINE);
}

_Noreturn void engine_report_refused(enum engine_id id, uint32_t tag) {
  console_printf(
      "firmware: %s: the driver refused a command of %s of block %u\n",
      engine_names[id], layer_name(tag), (unsigned)layer_tag_block(tag));
  firmware_exit(FIRMWARE_EXIT_ENGINE);
}

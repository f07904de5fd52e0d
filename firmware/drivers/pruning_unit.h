/* Driver of the pruning unit (docs/registers/pruning_unit.md). */
#ifndef VITVP_PRUNING_UNIT_H
#define VITVP_PRUNING_UNIT_H

#include <stdbool.h>

#include "firmware/drivers/command_interface.h"

struct pruning_unit {
  struct command_interface engine;
};

/* One head's attention of the class token: `tokens` u8. */
struct pruning_unit_importance {
  uint32_t attention;
  uint32_t tokens;
  bool first; /* start from zero */
};

/* Keep the `keep` most important tokens beside the class token. */
struct pruning_unit_select {
  uint32_t list; /* where their numbers go, u16, 2-byte aligned */
  uint32_t tokens;
  uint32_t keep;
};

/* Append the live channels of `channels` rows of `tokens` ReLU outputs. */
struct pruning_unit_scan {
  uint32_t hidden;
  uint32_t stride;
  uint32_t list; /* start of the whole list, u16, 2-byte aligned */
  uint32_t tokens;
  uint32_t channels;
  uint32_t first_channel;
  uint32_t threshold; /* 0..127 */
  bool first;         /* start a new list */
};

struct pruning_unit pruning_unit_default(void);
uint32_t pruning_unit_max_tokens(const struct pruning_unit* unit);
/* Channels in the list so far; of completed commands. */
uint32_t pruning_unit_live_count(const struct pruning_unit* unit);

/* Queue a command each. VITVP_BAD_ARGUMENT before any register is touched. */
VITVP_WARN_UNUSED enum vitvp_status pruning_unit_submit_importance(
    const struct pruning_unit* unit,
    const struct pruning_unit_importance* command, uint32_t tag);
VITVP_WARN_UNUSED enum vitvp_status pruning_unit_submit_select(
    const struct pruning_unit* unit, const struct pruning_unit_select* command,
    uint32_t tag);
VITVP_WARN_UNUSED enum vitvp_status pruning_unit_submit_scan(
    const struct pruning_unit* unit, const struct pruning_unit_scan* command,
    uint32_t tag);

#endif

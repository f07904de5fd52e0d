#include "firmware/runtime/engines.h"

#include <vitvp/command_interface_regs.h>
#include <vitvp/dma_regs.h>
#include <vitvp/pruning_unit_regs.h>
#include <vitvp/row_engine_regs.h>
#include <vitvp/vector_unit_regs.h>

#include "firmware/hal/cpu.h"
#include "firmware/hal/interrupts.h"
#include "firmware/runtime/engine_report.h"

/* Simulated time in which some command must complete. */
#define TIME_LIMIT_MICROSECONDS 10000000u
/* Polls for room that the engine's progress has already made. */
#define ROOM_POLLS 100000u
/* Polls for room before the core sleeps between them. */
#define EAGER_ROOM_POLLS 64u

#define WAKING_CAUSES                                \
  (COMMAND_INTERFACE_INTERRUPT_ENABLE_REACHED_MASK | \
   COMMAND_INTERFACE_INTERRUPT_ENABLE_FAULT_MASK)

#define STAGED_END (COMMAND_REGISTERS_OFFSET + 4 * COMMAND_REGISTERS)
_Static_assert(DMA_MODE_OFFSET < STAGED_END &&
                   ROW_ENGINE_MODE_OFFSET < STAGED_END &&
                   VECTOR_UNIT_MODE_OFFSET < STAGED_END &&
                   PRUNING_UNIT_MODE_OFFSET < STAGED_END,
               "command_shadow is too small");

void engines_init(struct engines* engines) {
  engines->dma = dma_default();
  engines->row_engine = row_engine_default();
  engines->vector_unit = vector_unit_default();
  engines->pruning_unit = pruning_unit_default();
  struct {
    struct command_interface* engine;
    uint32_t last;
  } const drivers[ENGINE_COUNT] = {
      [ENGINE_DMA] = {&engines->dma.engine, DMA_MODE_OFFSET},
      [ENGINE_ROW] = {&engines->row_engine.engine, ROW_ENGINE_MODE_OFFSET},
      [ENGINE_VECTOR] = {&engines->vector_unit.engine, VECTOR_UNIT_MODE_OFFSET},
      [ENGINE_PRUNING] = {&engines->pruning_unit.engine,
                          PRUNING_UNIT_MODE_OFFSET},
  };
  for (int i = 0; i < ENGINE_COUNT; ++i) {
    struct command_interface* engine = drivers[i].engine;
    command_interface_remember(engine, &engines->shadows[i], drivers[i].last);
    engines->interfaces[i] = *engine;
  }
  engines->background = 0;
  engines->background_context = 0;
  engines->watching = false;
  engines->watched_progress = 0;
  interrupts_init();
}

bool engines_done(struct engines* engines, enum engine_id id, uint32_t ticket) {
  if (engines_known(engines, id, ticket)) return true;
  (void)command_interface_completed(&engines->interfaces[id]);
  return engines_known(engines, id, ticket);
}

/* Commands submitted and completed by all engines. */
static uint32_t progress(const struct engines* engines) {
  uint32_t sum = 0;
  for (int i = 0; i < ENGINE_COUNT; ++i) {
    sum += engines->shadows[i].submitted + engines->shadows[i].completed;
  }
  return sum;
}

/* The watchdog is armed once per time limit, not once per wait: it bites if a
 * whole limit has gone by without any progress. */
static bool timed_out(struct engines* engines) {
  const bool passed = engines->watching && interrupts_deadline_passed();
  if (passed && engines->watched_progress == progress(engines)) return true;
  if (passed || !engines->watching) {
    engines->watching = true;
    engines->watched_progress = progress(engines);
    interrupts_set_deadline(TIME_LIMIT_MICROSECONDS);
  }
  return false;
}

static bool is_earlier(uint32_t ticket, uint32_t than) {
  return (int32_t)(ticket - than) < 0;
}

/* The line is high as long as the ticket is reached or a fault is latched: no
 * wake-up is lost. */
static void arm(const struct engines* engines,
                const struct engines_wake* wake) {
  const struct command_interface* engine = &engines->interfaces[wake->id];
  command_interface_set_target(engine, wake->ticket);
  command_interface_enable_interrupts(engine, WAKING_CAUSES);
}

static void sleep_for(const struct engines* engines, struct engines_wake wake,
                      const struct engines_wake* other) {
  cpu_set_interrupts(false);
  if (other->wanted && other->id == wake.id) {
    if (is_earlier(other->ticket, wake.ticket)) wake.ticket = other->ticket;
  } else if (other->wanted) {
    arm(engines, other);
  }
  arm(engines, &wake);
  interrupts_sleep();
}

static void check_fault(const struct engines* engines, enum engine_id id) {
  if (command_interface_faulted(&engines->interfaces[id])) {
    engine_report_fault(engines, id);
  }
}

void engines_sleep(struct engines* engines, enum engine_id id,
                   uint32_t ticket) {
  while (!engines_done(engines, id, ticket)) {
    if (timed_out(engines)) engine_report_timeout(engines, id, ticket);
    struct engines_wake other = {false, id, 0};
    if (engines->background != 0) {
      other = engines->background(engines->background_context);
    }
    sleep_for(engines, (struct engines_wake){true, id, ticket}, &other);
    if (engines_done(engines, id, ticket)) return;
    check_fault(engines, id);
    if (other.wanted && other.id != id) check_fault(engines, other.id);
  }
}

void engines_wait_next(struct engines* engines, enum engine_id id) {
  const struct command_shadow* shadow = &engines->shadows[id];
  if (shadow->completed == shadow->submitted) return;
  engines_wait(engines, id, shadow->completed + 1);
}

void engines_wait_idle(struct engines* engines, enum engine_id id) {
  engines_wait(engines, id, engines->shadows[id].submitted);
}

bool engines_has_room(const struct engines* engines, enum engine_id id,
                      uint32_t wanted) {
  return engines->shadows[id].room >= wanted ||
         command_interface_room(&engines->interfaces[id]) >= wanted;
}

/* Whether a submission must be tried again; waits for room if so. */
static bool again(struct engines* engines, enum engine_id id, uint32_t tag,
                  enum vitvp_status status, uint32_t* polls) {
  switch (status) {
    case VITVP_OK:
      return false;
    case VITVP_BUSY:
      break;
    case VITVP_FAULT:
      engine_report_fault(engines, id);
    case VITVP_BAD_ARGUMENT:
    case VITVP_TIMEOUT:
      engine_report_refused(id, tag);
  }
  /* One command executes beside the `depth` that wait. */
  const struct command_shadow* shadow = &engines->shadows[id];
  const uint32_t ticket = shadow->submitted - shadow->depth;
  if (++*polls > ROOM_POLLS) engine_report_timeout(engines, id, ticket);
  engines_wait(engines, id, ticket);
  /* That was done before: the queue waits for the engine to start. Polling may
   * take no time at all for the engine, so after a few tries sleep. */
  if (*polls > EAGER_ROOM_POLLS) engines_wait_next(engines, id);
  return true;
}

uint32_t engines_dma(struct engines* engines, const struct dma_command* command,
                     uint32_t tag) {
  uint32_t polls = 0;
  while (again(engines, ENGINE_DMA, tag,
               dma_submit(&engines->dma, command, tag), &polls)) {
  }
  return engines_last(engines, ENGINE_DMA);
}

uint32_t engines_row(struct engines* engines,
                     const struct row_engine_command* command, uint32_t tag,
                     uint32_t origin) {
  uint32_t polls = 0;
  while (again(engines, ENGINE_ROW, tag,
               row_engine_submit(&engines->row_engine, command, tag, origin),
               &polls)) {
  }
  return engines_last(engines, ENGINE_ROW);
}

uint32_t engines_vector(struct engines* engines,
                        const struct vector_unit_command* command, uint32_t tag,
                        uint32_t origin) {
  uint32_t polls = 0;
  while (again(engines, ENGINE_VECTOR, tag,
               vector_unit_submit(&engines->vector_unit, command, tag, origin),
               &polls)) {
  }
  return engines_last(engines, ENGINE_VECTOR);
}

uint32_t engines_importance(struct engines* engines,
                            const struct pruning_unit_importance* command,
                            uint32_t tag) {
  uint32_t polls = 0;
  while (again(
      engines, ENGINE_PRUNING, tag,
      pruning_unit_submit_importance(&engines->pruning_unit, command, tag),
      &polls)) {
  }
  return engines_last(engines, ENGINE_PRUNING);
}

uint32_t engines_select(struct engines* engines,
                        const struct pruning_unit_select* command,
                        uint32_t tag) {
  uint32_t polls = 0;
  while (again(engines, ENGINE_PRUNING, tag,
               pruning_unit_submit_select(&engines->pruning_unit, command, tag),
               &polls)) {
  }
  return engines_last(engines, ENGINE_PRUNING);
}

uint32_t engines_scan(struct engines* engines,
                      const struct pruning_unit_scan* command, uint32_t tag) {
  uint32_t polls = 0;
  while (again(engines, ENGINE_PRUNING, tag,
               pruning_unit_submit_scan(&engines->pruning_unit, command, tag),
               &polls)) {
  }
  return engines_last(engines, ENGINE_PRUNING);
}

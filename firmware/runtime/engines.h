/* Submission to the engines and waiting for them.
 *
 * Every submission returns a ticket: the engine has completed it when its
 * COMPLETED register reaches that number. An engine completes in order, so
 * that a ticket stands for everything submitted before it too, and commands of
 * one engine need not wait for each other.
 *
 * A fault, or no completion within the time limit, ends the firmware with
 * FIRMWARE_EXIT_ENGINE and says which engine, command and layer it was.
 */
#ifndef VITVP_ENGINES_H
#define VITVP_ENGINES_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/drivers/dma.h"
#include "firmware/drivers/pruning_unit.h"
#include "firmware/drivers/row_engine.h"
#include "firmware/drivers/vector_unit.h"

enum engine_id {
  ENGINE_DMA = 0,
  ENGINE_ROW = 1,
  ENGINE_VECTOR = 2,
  ENGINE_PRUNING = 3,
  ENGINE_COUNT = 4
};

/* A command whose completion somebody waits for. */
struct engines_wake {
  bool wanted; /* else there is none */
  enum engine_id id;
  uint32_t ticket;
};

/* Work that goes on beside what is being waited for; it must not wait. Returns
 * the completion that gives it something to do. */
typedef struct engines_wake (*engines_background)(void* context);

struct engines {
  struct dma dma;
  struct row_engine row_engine;
  struct vector_unit vector_unit;
  struct pruning_unit pruning_unit;
  struct command_interface interfaces[ENGINE_COUNT];
  struct command_shadow shadows[ENGINE_COUNT]; /* pointed at by the above */
  engines_background background;               /* may be null */
  void* background_context;
  bool watching; /* the watchdog runs */
  uint32_t watched_progress;
};

/* Requires idle engines; interrupts are enabled from here on. */
void engines_init(struct engines* engines);

uint32_t engines_dma(struct engines* engines, const struct dma_command* command,
                     uint32_t tag);
uint32_t engines_row(struct engines* engines,
                     const struct row_engine_command* command, uint32_t tag,
                     uint32_t origin);
uint32_t engines_vector(struct engines* engines,
                        const struct vector_unit_command* command, uint32_t tag,
                        uint32_t origin);
uint32_t engines_importance(struct engines* engines,
                            const struct pruning_unit_importance* command,
                            uint32_t tag);
uint32_t engines_select(struct engines* engines,
                        const struct pruning_unit_select* command,
                        uint32_t tag);
uint32_t engines_scan(struct engines* engines,
                      const struct pruning_unit_scan* command, uint32_t tag);

/* True if the command was completed when COMPLETED was read last. */
static inline bool engines_known(const struct engines* engines,
                                 enum engine_id id, uint32_t ticket) {
  return (int32_t)(engines->shadows[id].completed - ticket) >= 0;
}
/* True if the command is completed; reads the register only if it must. */
bool engines_done(struct engines* engines, enum engine_id id, uint32_t ticket);
/* Sleeps until the command is completed. */
void engines_sleep(struct engines* engines, enum engine_id id, uint32_t ticket);
static inline void engines_wait(struct engines* engines, enum engine_id id,
                                uint32_t ticket) {
  if (!engines_known(engines, id, ticket)) engines_sleep(engines, id, ticket);
}
/* Until the oldest command that is under way is completed. */
void engines_wait_next(struct engines* engines, enum engine_id id);
/* Until everything submitted to the engine is completed. */
void engines_wait_idle(struct engines* engines, enum engine_id id);
/* Whether the engine takes `wanted` commands now without waiting; not where it
 * is found to be halted by a fault. */
bool engines_has_room(const struct engines* engines, enum engine_id id,
                      uint32_t wanted);
/* The ticket that makes room for `wanted` commands, at most the queue's depth,
 * beside those of others that are submitted. */
static inline uint32_t engines_room_ticket(const struct engines* engines,
                                           enum engine_id id, uint32_t wanted) {
  /* One executes beside those that wait. */
  return engines->shadows[id].submitted - 1 -
         (engines->shadows[id].depth - wanted);
}
/* A ticket that is done: where there is nothing to wait for. */
static inline uint32_t engines_past(const struct engines* engines,
                                    enum engine_id id) {
  return engines->shadows[id].completed;
}
/* The ticket of the last submission: done if there was none. */
static inline uint32_t engines_last(const struct engines* engines,
                                    enum engine_id id) {
  return engines->shadows[id].submitted;
}

#endif

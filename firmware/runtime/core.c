#include "firmware/runtime/core.h"

#include "firmware/runtime/layer_tag.h"

#define TABLE_BYTES 256u

static uint32_t take_arena(uint32_t* next, uint32_t bytes) {
  const uint32_t address = *next;
  *next += sram_lines(bytes);
  return address;
}

static const char* init_arena(struct core* core) {
  const struct vit_image* image = &core->network.image;
  uint32_t next = sram_lines(image->arena);
  const uint32_t tokens = image->tokens;
  const uint64_t hidden = (uint64_t)image->hidden * sram_lines(tokens);
  const uint64_t needs = (uint64_t)4 * sram_lines(tokens * image->width) +
                         hidden + SRAM_LINE_BYTES * 4;
  if (needs > image->arena_bytes) {
    return "the arena for activations is too small";
  }
  core->arena_residual = take_arena(&next, 2 * tokens * image->width);
  core->arena_norm = take_arena(&next, tokens * image->width);
  core->arena_context = take_arena(&next, tokens * image->width);
  core->arena_hidden = next;
  return 0;
}

const char* core_init(struct core* core) {
  const struct vit_image* image = &core->network.image;
  const struct plan* plan = &core->plan;
  struct sram* sram = &core->sram;
  sram_init(sram, core->machine.sram_base, core->machine.sram_bytes);
  core->top = sram->end;
  const uint32_t slots =
      sram_take(sram, plan->slot_count * plan_slot_bytes(plan));
  const uint32_t norm1 = sram_take(sram, 8 * image->width);
  const uint32_t norm2 = sram_take(sram, 8 * image->width);
  const uint32_t softmax = sram_take(sram, TABLE_BYTES + 8);
  core->parameters[PARAMETER_NORM1].address = norm1;
  core->parameters[PARAMETER_NORM2].address = norm2;
  core->parameters[PARAMETER_SOFTMAX].address = softmax;
  core->copied = engines_past(&core->engines, ENGINE_DMA);
  for (int i = 0; i < PARAMETER_COUNT; ++i) {
    core->parameters[i].loaded = engines_past(&core->engines, ENGINE_DMA);
  }
  core->survivors = sram_take(sram, 2 * image->tokens);
  core->live_list =
      image->ffn2_pruning != 0 ? sram_take(sram, 2 * image->hidden) : 0;
  weights_init(&core->weights, &core->engines, slots, plan->slot_count,
               plan->slot_weight_bytes, plan->slot_columns);
  return init_arena(core);
}

struct matrix core_residual(const struct core* core, uint32_t tokens) {
  struct matrix x;
  x.resident = plan_resident(&core->plan, tokens);
  x.stride = 2 * core->network.image.width;
  x.address = x.resident
                  ? core->machine.sram_base + plan_fixed_bytes(&core->plan)
                  : core->arena_residual;
  return x;
}

uint32_t core_copy(struct core* core, const struct matrix* from,
                   const struct matrix* to, uint32_t rows, uint32_t bytes,
                   uint32_t tag) {
  const struct dma_command command = {
      .source = from->address,
      .destination = to->address,
      .row_bytes = bytes,
      .rows = rows,
      .source_stride = from->stride,
      .destination_stride = to->stride,
  };
  core->copied = engines_dma(&core->engines, &command, tag);
  return core->copied;
}

uint32_t core_gather(struct core* core, const struct matrix* from,
                     uint32_t list, const struct matrix* to, uint32_t rows,
                     uint32_t bytes, uint32_t tag) {
  const struct dma_command command = {
      .source = from->address,
      .destination = to->address,
      .row_bytes = bytes,
      .rows = rows,
      .source_stride = from->stride,
      .destination_stride = to->stride,
      .index = list,
      .gather = true,
  };
  core->copied = engines_dma(&core->engines, &command, tag);
  return core->copied;
}

void core_set_more_slots(struct core* core, uint32_t count) {
  const struct plan* plan = &core->plan;
  struct weights* weights = &core->weights;
  const uint32_t bytes = plan_slot_bytes(plan);
  if (count == 0 && weights->slot_count != plan->slot_count) {
    core->top += (weights->slot_count - plan->slot_count) * bytes;
    weights_keep_slots(weights, plan->slot_count);
  }
  while (weights->slot_count < plan->slot_count + count) {
    core->top -= bytes;
    weights_add_slot(weights, core->top);
  }
  struct sram_mark mark = sram_mark(&core->sram);
  mark.end = core->top;
  sram_release(&core->sram, mark);
}

void core_begin_stage(struct core* core, uint32_t tokens) {
  struct sram_mark mark = sram_mark(&core->sram);
  mark.next = core->machine.sram_base + plan_fixed_bytes(&core->plan) +
              plan_residual_bytes(&core->plan, tokens);
  sram_release(&core->sram, mark);
}

void core_end_stage(struct core* core) {
  engines_wait_idle(&core->engines, ENGINE_ROW);
  engines_wait_idle(&core->engines, ENGINE_VECTOR);
  engines_wait_idle(&core->engines, ENGINE_PRUNING);
}

void core_end_top_stage(struct core* core) {
  core_end_stage(core);
  struct sram_mark mark = sram_mark(&core->sram);
  mark.end = core->top;
  sram_release(&core->sram, mark);
}

void core_wait_copied(struct core* core) {
  engines_wait(&core->engines, ENGINE_DMA, core->copied);
}

static void fetch(struct core* core, enum parameter_id id, uint32_t offset,
                  uint32_t from, uint32_t bytes) {
  struct parameter* parameter = &core->parameters[id];
  const struct matrix source = {from, bytes, false};
  const struct matrix target = {parameter->address + offset, bytes, true};
  parameter->loaded =
      core_copy(core, &source, &target, 1, bytes, layer_tag(LAYER_NONE, 0, 0));
}

void core_fetch_norm(struct core* core, enum parameter_id id,
                     const struct vit_norm* norm) {
  fetch(core, id, 0, norm->records, 8 * core->network.image.width);
}

void core_fetch_softmax(struct core* core, const struct vit_block* block) {
  fetch(core, PARAMETER_SOFTMAX, 0, block->softmax_table, TABLE_BYTES);
  fetch(core, PARAMETER_SOFTMAX, TABLE_BYTES, block->scores_record, 8);
}

uint32_t core_parameter(struct core* core, enum parameter_id id) {
  const struct parameter* parameter = &core->parameters[id];
  engines_wait(&core->engines, ENGINE_DMA, parameter->loaded);
  return parameter->address;
}

/* Plans of the feed-forward network. */
#include "firmware/runtime/plan.h"
#include "firmware/runtime/sram.h"

static uint32_t hidden_bytes(const struct plan* plan, uint32_t tokens) {
  return sram_lines(plan->network->image.hidden * plan_token_stride(tokens));
}

static uint32_t ffn1_bytes(const struct plan* plan, uint32_t tokens,
                           const struct ffn1_plan* to) {
  const uint32_t norm =
      plan_norm_bytes(plan, tokens, to->norm_rows, to->norm_resident);
  if (to->hidden_resident) return norm + hidden_bytes(plan, tokens);
  return norm + 2 * sram_lines(to->tiling.tile_columns * to->hidden_stride);
}

/* Whether the variant fits, and what follows it too. */
static bool fit_ffn1(const struct plan* plan, uint32_t tokens,
                     struct ffn1_plan* to, uint32_t room, uint32_t* needs,
                     struct shortage* shortage) {
  *needs = ffn1_bytes(plan, tokens, to);
  if (*needs > room) return false;
  struct ffn2_plan ffn2;
  return !to->hidden_resident ||
         plan_ffn2(plan, tokens, plan->network->image.hidden, true, &ffn2,
                   shortage);
}

/* The longest LayerNorm tiles with which the variant fits. */
static bool fit_norm(const struct plan* plan, uint32_t tokens,
                     struct ffn1_plan* to, uint32_t room, uint32_t* needs,
                     struct shortage* shortage) {
  struct tiling* t = &to->tiling;
  uint32_t rows = plan_norm_rows(plan, tokens);
  for (; rows != 0; rows = plan_norm_shorter(plan, rows)) {
    to->norm_rows = rows;
    t->block_rows = t->tile_rows = to->norm_resident ? tokens : rows;
    if (fit_ffn1(plan, tokens, to, room, needs, shortage)) return true;
  }
  return false;
}

bool plan_ffn1(const struct plan* plan, uint32_t tokens, struct ffn1_plan* to,
               struct shortage* shortage) {
  static const struct {
    bool norm;
    bool hidden;
  } variants[] = {{true, true}, {false, true}, {true, false}, {false, false}};
  const struct vit_image* image = &plan->network->image;
  const uint32_t room = plan_stage_bytes(plan, tokens);
  struct tiling* t = &to->tiling;
  uint32_t needs = 0;
  to->hidden_stride = plan_token_stride(tokens);
  t->rows = t->panel_rows = tokens;
  t->columns = image->hidden;
  t->terms = t->tile_terms = image->width;
  t->tile_columns = plan_tile_columns(plan, image->width, image->hidden);
  for (uint32_t i = 0; i < sizeof variants / sizeof variants[0]; ++i) {
    to->norm_resident = variants[i].norm;
    to->hidden_resident = variants[i].hidden;
    if (to->hidden_resident && image->ffn_plan == VIT_FFN_SPILL) continue;
    if (!to->hidden_resident && image->ffn_plan == VIT_FFN_RESIDENT) continue;
    if (!to->norm_resident && plan->roomy) continue;
    if (!to->norm_resident && to->hidden_resident &&
        image->ffn_plan == VIT_FFN_AUTO) {
      continue;
    }
    if (fit_norm(plan, tokens, to, room, &needs, shortage)) return true;
  }
  if (needs <= room) return false; /* FFN2 said what is missing */
  return plan_refuse(shortage, "ffn1", tokens, needs, room);
}

/* What the search for FFN2's tiles works on. */
struct ffn2_search {
  const struct plan* plan;
  uint32_t tokens;
  uint32_t live;
  bool hidden_resident;
  uint32_t room;
  uint32_t needs; /* of the last variant that did not fit */
};

/* Terms of a slice that fit in `room` beside everything else, evenly cut. */
static uint32_t slice(const struct ffn2_search* s, struct ffn2_plan* to,
                      uint32_t room) {
  const struct tiling* t = &to->tiling;
  const struct machine* machine = s->plan->machine;
  uint32_t most =
      smaller(s->plan->slot_weight_bytes / t->tile_columns, machine->max_terms);
  if (!s->hidden_resident && !to->gathered) {
    most = smaller(most, room / 2 / to->hidden_stride);
  }
  if (most == 0) return 0;
  if (most >= s->live) return larger(s->live, 1);
  return divide_up(s->live, divide_up(s->live, most));
}

/* Two buffers of half of it each fit. */
static uint32_t whole_lines(uint32_t bytes) {
  return bytes & ~(2 * SRAM_LINE_BYTES - 1);
}

/* Tries one choice of columns, rows and panel. */
static bool fit_ffn2(struct ffn2_search* s, struct ffn2_plan* to,
                     uint32_t least_terms) {
  struct tiling* t = &to->tiling;
  struct sum_kind kind = {false, plan_resident(s->plan, s->tokens)};
  uint32_t held = 0;
  t->block_rows = t->panel_rows;
  to->hidden_stride = plan_token_stride(
      s->hidden_resident || to->gathered ? s->tokens : t->panel_rows);
  if (to->gathered) held = sram_lines(larger(s->live, 1) * to->hidden_stride);
  /* First without partial sums: all terms in one slice. */
  uint32_t used = held + plan_sum_bytes(t->tile_rows, t->tile_columns, kind);
  s->needs = used;
  if (used <= s->room) {
    t->tile_terms = slice(s, to, whole_lines(s->room - used));
    to->partial_bytes = 0;
    if (t->tile_terms != 0 && t->tile_terms >= s->live) return true;
  }
  to->partial_bytes = sram_lines(4 * t->panel_rows * t->tile_columns);
  /* Two tiles at least: one is added while the next columns begin. */
  t->tile_rows = smaller(t->tile_rows, round_up(divide_up(t->panel_rows, 2),
                                                s->plan->machine->array_rows));
  kind.in_place = true;
  used = held + to->partial_bytes +
         plan_sum_bytes(t->tile_rows, t->tile_columns, kind);
  s->needs = used + (s->hidden_resident || to->gathered
                         ? 0
                         : 2 * sram_lines(least_terms * to->hidden_stride));
  if (s->needs > s->room) return false;
  t->tile_terms = slice(s, to, whole_lines(s->room - used));
  /* There are partial sums only where the terms are split. */
  if (t->tile_terms >= s->live) t->tile_terms = divide_up(s->live, 2);
  if (t->tile_terms >= s->live) return false;
  if (to->gathered && t->tile_terms * FFN2_MOST_SLICES < s->live) return false;
  return t->tile_terms != 0 &&
         t->tile_terms >= smaller(least_terms, divide_up(s->live, 2));
}

/* Rows of an epilogue tile, in units of the array: long ones hide the time that
 * the firmware takes for each. */
static const uint32_t roomy_tiles[] = {16, 8, 4, 3, 2};
enum {
  ROOMY_TILES = sizeof roomy_tiles / sizeof roomy_tiles[0],
  LONG_TILES = 3
};

/* Tries the first `count` tile lengths for a number of columns. */
static bool search_rows(struct ffn2_search* s, struct ffn2_plan* to,
                        uint32_t count) {
  const struct machine* machine = s->plan->machine;
  struct tiling* t = &to->tiling;
  if (!s->plan->roomy) {
    t->tile_rows = smaller(t->panel_rows, machine->array_rows);
    return fit_ffn2(s, to, 1);
  }
  for (uint32_t i = 0; i < count; ++i) {
    t->tile_rows = smaller(t->panel_rows, roomy_tiles[i] * machine->array_rows);
    if (fit_ffn2(s, to, machine->lanes + machine->lanes / 2)) return true;
  }
  return false;
}

/* The widest tile of columns: a hidden map in DRAM is read once for each. */
static bool search_columns(struct ffn2_search* s, struct ffn2_plan* to,
                           uint32_t count) {
  const uint32_t width = s->plan->network->image.width;
  const uint32_t lanes = s->plan->machine->lanes;
  const uint32_t most = smaller(s->plan->slot_columns, width);
  struct tiling* t = &to->tiling;
  uint32_t columns = most > lanes && most < width ? most - most % lanes : most;
  for (;;) {
    t->tile_columns = columns;
    if (search_rows(s, to, count)) return true;
    if (columns <= lanes) return false;
    columns -= columns % lanes == 0 ? lanes : columns % lanes;
  }
}

/* Long tiles matter more than wide ones where the map is in SRAM. */
static bool search_resident(struct ffn2_search* s, struct ffn2_plan* to) {
  return search_columns(s, to, LONG_TILES) ||
         search_columns(s, to, ROOMY_TILES);
}

bool plan_ffn2(const struct plan* plan, uint32_t tokens, uint32_t live,
               bool hidden_resident, struct ffn2_plan* to,
               struct shortage* shortage) {
  const uint32_t stage = plan_stage_bytes(plan, tokens);
  const uint32_t hidden = hidden_resident ? hidden_bytes(plan, tokens) : 0;
  struct ffn2_search search = {
      plan, tokens, live, hidden_resident, stage - smaller(stage, hidden), 0};
  struct tiling* t = &to->tiling;
  t->rows = tokens;
  t->columns = plan->network->image.width;
  t->terms = live;
  const uint32_t most_panels = plan->roomy ? 1 : 16;
  for (uint32_t panels = 1; panels <= most_panels; panels *= 2) {
    t->panel_rows = divide_up(tokens, panels);
    to->gathered = !hidden_resident;
    if (search_resident(&search, to)) return true;
    to->gathered = false;
    if (!hidden_resident && search_columns(&search, to, ROOMY_TILES)) {
      return true;
    }
  }
  return plan_refuse(shortage, "ffn2", tokens, search.needs + hidden, stage);
}

/* The SRAM plan: which buffers each stage of the network gets, decided from
 * the capabilities of the machine and the sizes of the network.
 *
 * Layout: weight slots, parameters and index lists at the bottom, then the
 * residual stream where it fits, then the buffers of the current stage; what
 * one stage hands to the next (context, hidden map) at the top. All functions
 * are pure arithmetic, so that the search and the run come
 * to the same sizes.
 */
#ifndef VITVP_PLAN_H
#define VITVP_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/runtime/network.h"
#include "firmware/runtime/tiling.h"

/* What does not fit. */
struct shortage {
  const char* stage;
  uint32_t tokens;
  uint32_t needs;
  uint32_t has;
};

/* Decisions that hold for the whole run, but for more_slots. */
struct plan {
  const struct machine* machine;
  const struct network* network;
  uint32_t slot_count;        /* buffers for weights */
  uint32_t slot_weight_bytes; /* of weights in each */
  uint32_t slot_columns;      /* records in each */
  uint32_t more_slots;        /* that this block has at the top of SRAM */
  uint32_t resident_tokens;   /* the residual stream is in SRAM up to here */
  bool roomy;                 /* tiles are long enough to hide overheads */
};

struct attention_plan {
  bool norm_resident;    /* y1 in SRAM, else in DRAM */
  bool context_resident; /* else in DRAM */
  uint32_t norm_rows;    /* of a LayerNorm tile, of a block of y1 in DRAM */
  uint32_t score_rows;   /* of a tile of scores */
  uint32_t key_stride;   /* bytes between channels of K, rows of scores */
};

struct projection_plan {
  bool resident; /* the context is in SRAM as a whole */
  struct tiling tiling;
};

struct ffn1_plan {
  bool norm_resident;
  bool hidden_resident; /* the whole hidden map stays in SRAM */
  uint32_t norm_rows;
  uint32_t hidden_stride; /* bytes between channels in SRAM */
  struct tiling tiling;
};

/* Slices of a hidden map that is gathered as a whole. */
#define FFN2_MOST_SLICES 64u

struct ffn2_plan {
  bool gathered; /* the live part of the hidden map is in SRAM as a whole */
  uint32_t hidden_stride;
  uint32_t partial_bytes; /* of partial sums; 0: one slice of terms */
  struct tiling tiling;
};

struct embed_plan {
  uint32_t panel_rows; /* patches that are in SRAM at a time */
  uint32_t partial_bytes;
  struct tiling tiling; /* of a panel of `panel_rows` */
};

/* Bytes of one weight slot: weights, then records. */
uint32_t plan_slot_bytes(const struct plan* plan);
/* Bytes at the bottom that are taken for the whole run. */
uint32_t plan_fixed_bytes(const struct plan* plan);
/* Whether the residual stream of `tokens` tokens is in SRAM, and its bytes
 * there. */
bool plan_resident(const struct plan* plan, uint32_t tokens);
uint32_t plan_residual_bytes(const struct plan* plan, uint32_t tokens);
/* Bytes that are left for a stage that works on `tokens` tokens. */
uint32_t plan_stage_bytes(const struct plan* plan, uint32_t tokens);
/* Columns of a tile of weights of `terms` terms, none of which is split. */
uint32_t plan_tile_columns(const struct plan* plan, uint32_t terms,
                           uint32_t columns);

/* The stages. `entering` tokens enter the block, `tokens` survive. Each finds
 * the best variant that fits; false and the shortage of the least demanding
 * one if none does. */
bool plan_attention(const struct plan* plan, uint32_t entering, uint32_t tokens,
                    struct attention_plan* to, struct shortage* shortage);
bool plan_projection(const struct plan* plan, uint32_t entering,
                     uint32_t tokens, bool context_resident,
                     struct projection_plan* to, struct shortage* shortage);
bool plan_ffn1(const struct plan* plan, uint32_t tokens, struct ffn1_plan* to,
               struct shortage* shortage);
bool plan_ffn2(const struct plan* plan, uint32_t tokens, uint32_t live,
               bool hidden_resident, struct ffn2_plan* to,
               struct shortage* shortage);
bool plan_embed(const struct plan* plan, struct embed_plan* to,
                struct shortage* shortage);
bool plan_head(const struct plan* plan, struct shortage* shortage);

/* Fills in the shortage; false. */
bool plan_refuse(struct shortage* shortage, const char* stage, uint32_t tokens,
                 uint32_t needs, uint32_t has);

/* Parts that several stages have; in bytes of whole lines. */

/* Strides of maps whose tokens are contiguous. */
uint32_t plan_token_stride(uint32_t tokens);
/* Rows of a LayerNorm tile: the most and the least that a plan may choose; it
 * goes from one to the other in steps of plan_norm_shorter(), which gives 0
 * behind the least. */
uint32_t plan_norm_rows(const struct plan* plan, uint32_t tokens);
uint32_t plan_norm_shorter(const struct plan* plan, uint32_t rows);
/* Input tiles (none if X is resident), output tiles and blocks to read back
 * (none if Y is resident). */
uint32_t plan_norm_bytes(const struct plan* plan, uint32_t tokens,
                         uint32_t rows, bool norm_resident);
/* Tiles of a residual epilogue that are on their way at once. */
#define RESIDUAL_TILES 3u
/* Their sums, unless these stay in place of partial sums, and, unless X is
 * resident, their parts of X. */
struct sum_kind {
  bool in_place;
  bool resident;
};
uint32_t plan_sum_bytes(uint32_t rows, uint32_t columns, struct sum_kind kind);
/* Largest tile_rows <= most of a residual epilogue that fits; 0 if none. */
uint32_t plan_sum_rows(const struct plan* plan, uint32_t most, uint32_t columns,
                       struct sum_kind kind, uint32_t room);

#endif

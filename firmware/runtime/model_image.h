/* The model image: how a network, its images and its results lie in DRAM.
 *
 * The platform's loader writes it before reset, the firmware reads it. All
 * fields are little-endian u32; addresses are bus addresses. Weights are
 * i8 [terms, columns] row-major with `weight_stride` bytes between terms;
 * records are 8 bytes (see vit_record). docs/arithmetic.md says what the values
 * mean.
 */
#ifndef VITVP_MODEL_IMAGE_H
#define VITVP_MODEL_IMAGE_H

#include <stdint.h>

#define VIT_IMAGE_MAGIC 0x31544956u /* "VIT1" */
#define VIT_IMAGE_VERSION 2u
#define VIT_KEEP_ALL 1000000u

/* Quantisation record: a column, row or tensor of a product, or one channel of
 * a LayerNorm. */
struct vit_record {
  int32_t bias;
  int16_t multiplier;
  uint8_t shift;
  uint8_t zero;
};

/* Behind the last term of the weights lie VIT_RECORD_ROWS rows more, so that a
 * transfer of all terms of a tile brings its records along: from column 64i on,
 * of c columns, where c is 64 but for the last tile, row j holds bytes cj to
 * cj+c-1 of the records of these columns. */
#define VIT_RECORD_COLUMNS 64u
#define VIT_RECORD_ROWS 8u

struct vit_linear {
  uint32_t weight;        /* address of the weights */
  uint32_t weight_stride; /* bytes between terms */
  uint32_t records;       /* address of `columns` records */
  uint32_t terms;
  uint32_t columns;
};

struct vit_norm {
  uint32_t records; /* address of `width` records */
  uint32_t epsilon_lo;
  uint32_t epsilon_hi;
};

struct vit_block {
  uint32_t keep_ppm; /* VIT_KEEP_ALL: no token is dropped */
  struct vit_norm norm1;
  struct vit_linear qkv;
  uint32_t scores_record; /* address of one record */
  uint32_t softmax_table; /* address of 256 bytes */
  uint32_t context_multiplier;
  uint32_t context_shift;
  struct vit_linear projection;
  struct vit_norm norm2;
  struct vit_linear ffn1;
  struct vit_linear ffn2;
};

/* How FFN2 waits for the channel mask, which needs all surviving tokens. */
enum vit_ffn_plan {
  VIT_FFN_AUTO = 0,     /* RESIDENT where it fits, else SPILL */
  VIT_FFN_RESIDENT = 1, /* hidden map in SRAM */
  VIT_FFN_SPILL = 2     /* hidden map to DRAM, live channels come back */
};

struct vit_image {
  uint32_t magic;
  uint32_t version;
  uint32_t image_height, image_width, image_channels, patch;
  uint32_t width, heads, depth, hidden, classes;
  uint32_t tokens;       /* 1 + number of patches */
  uint32_t ffn2_pruning; /* 0 off, 1 on */
  uint32_t ffn2_threshold;
  uint32_t ffn_plan; /* enum vit_ffn_plan */
  struct vit_linear patch_embedding;
  /* u16 [image_width]: the patches of a row of patches, one after the other,
   * each as its lines. A line is `patch` pixels that lie side by side; entry i
   * says which line of the row, counted as the pixels are stored. */
  uint32_t patch_lines;
  uint32_t position; /* i16 [tokens, width] */
  struct vit_norm norm;
  struct vit_linear head;
  uint32_t blocks; /* address of `depth` struct vit_block */
  uint32_t image_count;
  uint32_t images;       /* i8 [height, width, channels] each: pixel - 128 */
  uint32_t image_stride; /* bytes between images */
  uint32_t results;
  uint32_t result_stride; /* >= vit_result_bytes() */
  uint32_t arena;         /* scratch memory for activations */
  uint32_t arena_bytes;
};

/* One result: this head, then u16 tokens[depth] (after each block's selection),
 * u16 live[depth] (channels that FFN2 used), i16 logits[classes]. */
struct vit_result {
  uint32_t done; /* 1 when complete */
  uint32_t predicted;
  uint32_t cycles_lo; /* from start of this image to its last write */
  uint32_t cycles_hi;
};

static inline uint32_t vit_result_tokens_offset(void) {
  return (uint32_t)sizeof(struct vit_result);
}
static inline uint32_t vit_result_live_offset(uint32_t depth) {
  return vit_result_tokens_offset() + 2u * depth;
}
static inline uint32_t vit_result_logits_offset(uint32_t depth) {
  return vit_result_tokens_offset() + 4u * depth;
}
/* Rounded up to a multiple of 64, so that results start on burst boundaries. */
static inline uint32_t vit_result_bytes(uint32_t depth, uint32_t classes) {
  return (vit_result_logits_offset(depth) + 2u * classes + 63u) & ~63u;
}

#endif

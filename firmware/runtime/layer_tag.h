/* Tags that the runtime gives to its commands: which layer an operation belongs
 * to. The engines carry the tag to counters, traces and faults and do not
 * interpret it. */
#ifndef VITVP_LAYER_TAG_H
#define VITVP_LAYER_TAG_H

#include <stdint.h>

enum layer_kind {
  LAYER_NONE = 0,
  LAYER_PATCH = 1, /* patch product, i16 */
  LAYER_EMBED = 2, /* residual stream after positions */
  LAYER_NORM1 = 3,
  LAYER_QUERY = 4,
  LAYER_KEY = 5,
  LAYER_VALUE = 6,
  LAYER_SCORES = 7,
  LAYER_SOFTMAX = 8,
  LAYER_CONTEXT = 9,
  LAYER_IMPORTANCE = 10,
  LAYER_SELECT = 11,
  LAYER_PROJECTION = 12, /* product, i16 */
  LAYER_RESIDUAL1 = 13,  /* residual stream after attention */
  LAYER_NORM2 = 14,
  LAYER_FFN1 = 15,
  LAYER_SCAN = 16,
  LAYER_FFN2 = 17,      /* product, i16 or partial sums */
  LAYER_RESIDUAL2 = 18, /* residual stream after the FFN */
  LAYER_NORM = 19,
  LAYER_HEAD = 20,
  LAYER_KIND_COUNT = 21
};

/* Bits 7:0 kind, 15:8 block, 23:16 head. */
static inline uint32_t layer_tag(enum layer_kind kind, uint32_t block,
                                 uint32_t head) {
  return (uint32_t)kind | (block & 0xffu) << 8 | (head & 0xffu) << 16;
}
static inline enum layer_kind layer_tag_kind(uint32_t tag) {
  return (enum layer_kind)(tag & 0xffu);
}
static inline uint32_t layer_tag_block(uint32_t tag) {
  return (tag >> 8) & 0xffu;
}
static inline uint32_t layer_tag_head(uint32_t tag) {
  return (tag >> 16) & 0xffu;
}

#endif

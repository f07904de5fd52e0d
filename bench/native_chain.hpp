// The whole network on the host, with the same kernels as the models and
// nothing else: no simulated time, no memory system, no firmware. The yardstick
// of a simulated inference.
#pragma once

#include <cstdint>
#include <vector>

#include "models/row_engine/kernel.hpp"
#include "models/vector_unit/kernel.hpp"
#include "vit/package.hpp"
#include "vit/pruning.hpp"

namespace vitvp::bench {

/// Classifies images one after the other; keeps its memory in between. Exact:
/// the logits are those of vit::classify().
class native_chain {
 public:
  /// `model` must be valid and outlive this, `policy` fit it.
  native_chain(const vit::package& model, const vit::pruning_policy& policy);

  /// Logits of one image of image_bytes() pixels.
  const std::vector<std::int16_t>& classify(const std::uint8_t* pixels);

  /// Seconds of CPU spent in matrix products so far, and their
  /// multiply-accumulates.
  double product_seconds() const { return m_product_seconds; }
  std::uint64_t macs() const { return m_macs; }

 private:
  using bytes = std::vector<std::uint8_t>;

  // A vit::linear as operand B and records in memory.
  struct layer {
    const std::int8_t* weight = nullptr;
    std::uint32_t terms = 0;
    std::uint32_t columns = 0;
    bytes records;
  };
  struct norm {
    bytes records;
    std::uint64_t epsilon = 0;
  };
  struct block {
    norm norm1, norm2;
    layer qkv, projection, ffn1, ffn2;
    bytes scores;  // one record
  };

  static layer layer_of(const vit::linear& l);
  static norm norm_of(const vit::layer_norm& n);
  void embed(const std::uint8_t* pixels);
  void normalise(const norm& n, std::size_t rows);
  void attend(std::size_t index);
  void attend_head(std::size_t index, std::size_t head);
  void select(std::size_t index);
  void project(const block& b);
  void feed_forward(const block& b);
  void find_live(std::uint32_t channels);
  models::product linear(const layer& l, const std::uint8_t* a,
                         std::size_t rows) const;
  void run(const models::product& p);
  void add(std::size_t rows);

  const vit::package& m_model;
  vit::pruning_policy m_policy;
  layer m_patch, m_head;
  norm m_norm;
  std::vector<block> m_blocks;

  std::size_t m_rows = 0;  // tokens that are left
  bytes m_x;               // i16 [rows, D]: the residual stream
  bytes m_y;               // i8 [rows, D]
  bytes m_query, m_value;  // i8 [rows, D]
  bytes m_key;             // i8 [D, rows]
  bytes m_scores;          // i8 [rows, rows]
  bytes m_weights;         // u8 [rows, rows]
  bytes m_row_records;
  bytes m_context;  // i8 [rows, D]
  bytes m_update;   // i16 [rows, D]
  bytes m_hidden;   // i8 [F, rows]
  bytes m_live_rows;
  std::vector<std::uint32_t> m_importance;
  std::vector<std::uint16_t> m_live;
  std::vector<std::int16_t> m_logits;
  models::layer_norm m_layer_norm;
  models::product_workspace m_workspace;
  double m_product_seconds = 0;
  std::uint64_t m_macs = 0;
};

}  // namespace vitvp::bench

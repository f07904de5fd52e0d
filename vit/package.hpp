// The model package: a quantised vision transformer in one file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vit/arithmetic.hpp"
#include "vit/geometry.hpp"
#include "vit/pruning.hpp"

namespace vitvp::vit {

/// The quadruple of one matrix product, docs/package.md. One record per
/// column; docs/arithmetic.md sections 2 and 3.
struct linear {
  std::uint32_t k = 0;                   ///< terms, rows of the weight
  std::uint32_t n = 0;                   ///< columns
  std::vector<std::int8_t> weight;       ///< [k, n]
  std::vector<std::int32_t> bias;        ///< [n], |bias| <= 2^30
  std::vector<std::int16_t> multiplier;  ///< [n], 16384..32767
  std::vector<std::uint8_t> shift;       ///< [n], 1..62

  record column(std::size_t c) const {
    return {bias[c], multiplier[c], shift[c]};
  }
};

/// Parameters of one LayerNorm; docs/arithmetic.md section 5.
struct layer_norm {
  std::vector<std::int16_t> multiplier;  ///< [D], any value
  std::vector<std::int32_t> bias;        ///< [D], |bias| <= 2^30
  std::vector<std::uint8_t> shift;       ///< [D], 1..30
  std::int64_t epsilon = 0;              ///< 0..2^60 - 1

  record channel(std::size_t c) const {
    return {bias[c], multiplier[c], shift[c]};
  }
};

/// Parameters of one transformer block.
struct block {
  layer_norm norm1;
  linear qkv;               ///< [D, 3D]: Q, K, V, each head by head
  record scores;            ///< tensor factor of the scores, bias 0
  softmax_table softmax{};  ///< exponents by distance from the maximum
  record context;           ///< tensor factor of the context, bias 0
  linear projection;        ///< [D, D]
  layer_norm norm2;
  linear ffn1;  ///< [D, F]
  linear ffn2;  ///< [F, D]: one row per hidden channel
};

enum class interpolation { bicubic, bilinear };

/// How pictures of other sizes become the network's images;
/// docs/evaluation.md.
struct picture_fit {
  /// Shorter side, in pixels, of what the picture is scaled to before the
  /// centre is cut out: that of the image or more, up to 4096. Absent: that of
  /// the image.
  std::optional<std::uint32_t> resize;
  vit::interpolation interpolation = vit::interpolation::bicubic;
};

/// A whole network. A package that load_package() or make_synthetic() returned
/// is valid; check_package() says whether one that was put together is.
struct package {
  geometry size;
  std::string name;
  std::string provenance;
  bool synthetic = false;     ///< the weights are made up
  pruning_policy pruning;     ///< what the package asks for
  double residual_scale = 1;  ///< real value of one step; for reports only
  double logit_scale = 1;     ///< real value of one step; for reports only
  std::vector<std::string> class_names;  ///< empty, or one per class
  picture_fit pictures;
  /// Metadata that this version does not know, kept for the next writer.
  std::map<std::string, std::string> other_metadata;

  linear patch;                        ///< [P*P*channels, D]
  std::vector<std::int16_t> position;  ///< [N, D], row 0 with class token
  std::vector<block> blocks;           ///< depth
  layer_norm norm;
  linear head;  ///< [D, C]
};

/// Reads and checks a package. Throws input_error, naming the file, the tensor
/// or key, and what would be right, unless it is one as docs/package.md says.
package load_package(const std::string& path);

/// Checks and writes a package; load_package() gives it back equal. Throws
/// input_error if it is invalid or the file cannot be written.
void save_package(const package& model, const std::string& path);

/// Throws input_error, with `source` as the file's name, unless the geometry
/// is in the ranges of docs/package.md.
void check_geometry(const geometry& size, const std::string& source);

/// Throws input_error, with `source` as the file's name, unless every size and
/// value of the package is in the ranges of docs/package.md.
void check_package(const package& model, const std::string& source);

}  // namespace vitvp::vit

#include "vit/layers.hpp"

#include <algorithm>

#include "vit/product.hpp"

namespace vitvp::vit {

namespace {

// Applies `rule(accumulator, record of the column)` to every element.
template <typename T, typename Rule>
matrix<T> map_columns(const matrix_i32& acc, const linear& l, Rule rule) {
  matrix<T> result(acc.rows, acc.columns);
  for (std::size_t r = 0; r < acc.rows; ++r) {
    for (std::size_t c = 0; c < acc.columns; ++c) {
      result(r, c) = rule(acc(r, c), l.column(c));
    }
  }
  return result;
}

// `count` columns of `m` from `first` on, as i16.
matrix_i16 columns_of(const matrix_i8& m, std::size_t first,
                      std::size_t count) {
  matrix_i16 result(m.rows, count);
  for (std::size_t r = 0; r < m.rows; ++r) {
    for (std::size_t c = 0; c < count; ++c) result(r, c) = m(r, first + c);
  }
  return result;
}

matrix_i16 transposed_columns_of(const matrix_i8& m, std::size_t first,
                                 std::size_t count) {
  matrix_i16 result(count, m.rows);
  for (std::size_t r = 0; r < m.rows; ++r) {
    for (std::size_t c = 0; c < count; ++c) result(c, r) = m(r, first + c);
  }
  return result;
}

}  // namespace

matrix_i8 gather_patches(const geometry& size, const std::uint8_t* pixels) {
  const std::size_t p = size.patch;
  const std::size_t channels = size.image_channels;
  const std::size_t patches_across = size.image_width / p;
  matrix_i8 a(size.patches(), size.patch_terms());
  for (std::size_t patch = 0; patch < a.rows; ++patch) {
    const std::size_t top = patch / patches_across * p;
    const std::size_t left = patch % patches_across * p;
    std::int8_t* target = a.row(patch);
    for (std::size_t py = 0; py < p; ++py) {
      const std::uint8_t* source =
          pixels + ((top + py) * size.image_width + left) * channels;
      for (std::size_t i = 0; i < p * channels; ++i) {
        *target++ = static_cast<std::int8_t>(int{source[i]} - 128);
      }
    }
  }
  return a;
}

matrix_i32 accumulate(const matrix_i8& a, const linear& l) {
  return product(widen(a), transpose(l.weight.data(), l.k, l.n));
}

matrix_i32 accumulate_live(const matrix_i8& a, const linear& l,
                           const std::vector<std::uint16_t>& live) {
  matrix_i16 terms(a.rows, live.size());
  for (std::size_t r = 0; r < a.rows; ++r) {
    for (std::size_t i = 0; i < live.size(); ++i) {
      terms(r, i) = a(r, live[i]);
    }
  }
  std::vector<std::int8_t> weight;
  weight.reserve(live.size() * l.n);
  for (const std::uint16_t channel : live) {
    const std::int8_t* row = l.weight.data() + std::size_t{channel} * l.n;
    weight.insert(weight.end(), row, row + l.n);
  }
  return product(terms, transpose(weight.data(), live.size(), l.n));
}

matrix_i8 requantise_columns_i8(const matrix_i32& acc, const linear& l) {
  return map_columns<std::int8_t>(acc, l, requantise_i8);
}

matrix_i8 requantise_columns_relu(const matrix_i32& acc, const linear& l) {
  return map_columns<std::int8_t>(acc, l, requantise_relu);
}

matrix_i16 requantise_columns_i16(const matrix_i32& acc, const linear& l) {
  return map_columns<std::int16_t>(acc, l, requantise_i16);
}

matrix_i16 add_positions(const matrix_i16& embedded,
                         const std::vector<std::int16_t>& position) {
  matrix_i16 x(embedded.rows + 1, embedded.columns);
  x.values = position;
  for (std::size_t r = 0; r < embedded.rows; ++r) {
    for (std::size_t c = 0; c < embedded.columns; ++c) {
      x(r + 1, c) = sat16(int{embedded(r, c)} + x(r + 1, c));
    }
  }
  return x;
}

matrix_i8 normalise(const matrix_i16& x, const layer_norm& norm) {
  matrix_i8 y(x.rows, x.columns);
  for (std::size_t r = 0; r < x.rows; ++r) {
    const row_statistics s =
        layer_norm_statistics(x.row(r), x.columns, norm.epsilon);
    for (std::size_t c = 0; c < x.columns; ++c) {
      y(r, c) = layer_norm_scale(layer_norm_value(x(r, c), x.columns, s),
                                 norm.channel(c));
    }
  }
  return y;
}

matrix_i32 accumulate_scores(const matrix_i8& qkv, std::size_t head,
                             std::size_t head_width) {
  const std::size_t d = qkv.columns / 3;
  return product(columns_of(qkv, head * head_width, head_width),
                 columns_of(qkv, d + head * head_width, head_width));
}

matrix_i8 requantise_tensor_i8(const matrix_i32& acc, const record& r) {
  matrix_i8 result(acc.rows, acc.columns);
  for (std::size_t i = 0; i < acc.values.size(); ++i) {
    result.values[i] = requantise_i8(acc.values[i], r);
  }
  return result;
}

exponents softmax(const matrix_i8& scores, const softmax_table& table) {
  exponents e;
  e.values = matrix_u8(scores.rows, scores.columns);
  for (std::size_t r = 0; r < scores.rows; ++r) {
    e.sums.push_back(
        softmax_row(scores.row(r), scores.columns, table, e.values.row(r)));
  }
  return e;
}

matrix_i32 accumulate_context(const exponents& e, const matrix_i8& qkv,
                              std::size_t head, std::size_t head_width) {
  const std::size_t d = qkv.columns / 3;
  return product(
      widen(e.values),
      transposed_columns_of(qkv, 2 * d + head * head_width, head_width));
}

void requantise_context(const matrix_i32& acc,
                        const std::vector<std::uint32_t>& sums,
                        const record& factor, std::size_t first_column,
                        matrix_i8& context) {
  for (std::size_t r = 0; r < acc.rows; ++r) {
    const record row = context_row_record(factor, sums[r]);
    for (std::size_t c = 0; c < acc.columns; ++c) {
      context(r, first_column + c) = requantise_i8(acc(r, c), row);
    }
  }
}

void add_importance(const exponents& e,
                    std::vector<std::uint32_t>& importance) {
  const std::uint32_t reciprocal = importance_reciprocal(e.sums.front());
  for (std::size_t j = 0; j < importance.size(); ++j) {
    importance[j] += e.values(0, j) * reciprocal;
  }
}

void add_residual(matrix_i16& x, const matrix_i16& branch) {
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    x.values[i] = sat16(int{x.values[i]} + branch.values[i]);
  }
}

std::vector<std::uint16_t> live_channels(const matrix_i8& hidden,
                                         int threshold) {
  std::vector<std::int8_t> largest(hidden.columns, 0);
  for (std::size_t r = 0; r < hidden.rows; ++r) {
    for (std::size_t c = 0; c < hidden.columns; ++c) {
      largest[c] = std::max(largest[c], hidden(r, c));
    }
  }
  std::vector<std::uint16_t> live;
  for (std::size_t c = 0; c < largest.size(); ++c) {
    if (largest[c] > threshold) live.push_back(static_cast<std::uint16_t>(c));
  }
  return live;
}

std::vector<std::uint16_t> all_indices(std::size_t count) {
  std::vector<std::uint16_t> indices(count);
  for (std::size_t i = 0; i < count; ++i) {
    indices[i] = static_cast<std::uint16_t>(i);
  }
  return indices;
}

}  // namespace vitvp::vit

#include "bench/native_chain.hpp"

#include <algorithm>
#include <cstring>

#include "bench/cpu_time.hpp"
#include "models/pruning_unit/kernel.hpp"
#include "vit/layers.hpp"

namespace vitvp::bench {
namespace {

using models::output_format;
using models::product;
using models::record_by;

void append_record(const vit::record& r, std::vector<std::uint8_t>& to) {
  const std::size_t at = to.size();
  to.resize(at + models::record_bytes);
  std::memcpy(&to[at], &r.bias, 4);
  std::memcpy(&to[at + 4], &r.multiplier, 2);
  to[at + 6] = r.shift;
}

const std::uint8_t* bytes_of(const std::int8_t* values) {
  return reinterpret_cast<const std::uint8_t*>(values);
}

}  // namespace

native_chain::layer native_chain::layer_of(const vit::linear& l) {
  layer made;
  made.weight = l.weight.data();
  made.terms = l.k;
  made.columns = l.n;
  for (std::size_t c = 0; c < l.n; ++c) {
    append_record(l.column(c), made.records);
  }
  return made;
}

native_chain::norm native_chain::norm_of(const vit::layer_norm& n) {
  norm made;
  made.epsilon = static_cast<std::uint64_t>(n.epsilon);
  for (std::size_t c = 0; c < n.bias.size(); ++c) {
    append_record(n.channel(c), made.records);
  }
  return made;
}

native_chain::native_chain(const vit::package& model,
                           const vit::pruning_policy& policy)
    : m_model(model),
      m_policy(policy),
      m_patch(layer_of(model.patch)),
      m_head(layer_of(model.head)),
      m_norm(norm_of(model.norm)) {
  for (const vit::block& b : model.blocks) {
    block made;
    made.norm1 = norm_of(b.norm1);
    made.norm2 = norm_of(b.norm2);
    made.qkv = layer_of(b.qkv);
    made.projection = layer_of(b.projection);
    made.ffn1 = layer_of(b.ffn1);
    made.ffn2 = layer_of(b.ffn2);
    append_record(b.scores, made.scores);
    m_blocks.push_back(std::move(made));
  }
  const std::size_t n = model.size.tokens();
  const std::size_t d = model.size.width;
  m_x.resize(2 * n * d);
  m_y.resize(n * d);
  m_query.resize(n * d);
  m_key.resize(n * d);
  m_value.resize(n * d);
  m_scores.resize(n * n);
  m_weights.resize(n * n);
  m_row_records.resize(models::record_bytes * n);
  m_context.resize(n * d);
  m_update.resize(2 * n * d);
  m_hidden.resize(model.size.hidden * n);
  m_live_rows.resize(model.size.hidden * d);
  m_importance.resize(n);
  m_logits.resize(model.size.classes);
}

const std::vector<std::int16_t>& native_chain::classify(
    const std::uint8_t* pixels) {
  embed(pixels);
  for (std::size_t i = 0; i < m_blocks.size(); ++i) {
    normalise(m_blocks[i].norm1, m_rows);
    attend(i);
    if (m_policy.selects_tokens(i)) select(i);
    project(m_blocks[i]);
    feed_forward(m_blocks[i]);
  }
  normalise(m_norm, 1);
  product p = linear(m_head, m_y.data(), 1);
  p.output = output_format::i16;
  p.c = reinterpret_cast<std::uint8_t*>(m_logits.data());
  p.c_column_stride = 2;
  run(p);
  return m_logits;
}

/// C is to be given yet; token-major strides for i8.
product native_chain::linear(const layer& l, const std::uint8_t* a,
                             std::size_t rows) const {
  product p;
  p.rows = static_cast<std::uint32_t>(rows);
  p.columns = l.columns;
  p.terms = l.terms;
  p.a = a;
  p.a_row_stride = l.terms;
  p.a_term_stride = 1;
  p.b = bytes_of(l.weight);
  p.b_term_stride = l.columns;
  p.records = l.records.data();
  p.c_row_stride = l.columns;
  p.c_column_stride = 1;
  return p;
}

void native_chain::run(const product& p) {
  const double begin = thread_cpu_seconds();
  models::multiply(p, m_workspace);
  m_product_seconds += thread_cpu_seconds() - begin;
  m_macs += std::uint64_t{p.rows} * p.columns * p.terms;
}

void native_chain::embed(const std::uint8_t* pixels) {
  const vit::geometry& size = m_model.size;
  m_rows = size.tokens();
  const vit::matrix_i8 patches = vit::gather_patches(size, pixels);
  vit::matrix_i16 rows(patches.rows, size.width);
  product p = linear(m_patch, bytes_of(patches.values.data()), patches.rows);
  p.output = output_format::i16;
  p.c = reinterpret_cast<std::uint8_t*>(rows.values.data());
  p.c_row_stride = 2 * std::size_t{size.width};
  p.c_column_stride = 2;
  run(p);
  const vit::matrix_i16 x = vit::add_positions(rows, m_model.position);
  std::memcpy(m_x.data(), x.values.data(), 2 * x.values.size());
}

void native_chain::normalise(const norm& n, std::size_t rows) {
  const std::size_t d = m_model.size.width;
  m_layer_norm.load(n.records.data(), d, n.epsilon);
  for (std::size_t r = 0; r < rows; ++r) {
    m_layer_norm.row(&m_x[2 * r * d], &m_y[r * d]);
  }
}

void native_chain::attend(std::size_t index) {
  const std::size_t d = m_model.size.width;
  product all = linear(m_blocks[index].qkv, m_y.data(), m_rows);
  all.columns = static_cast<std::uint32_t>(d);
  const auto part = [&](std::size_t which) {
    product p = all;
    p.b += which * d;
    p.records += models::record_bytes * which * d;
    p.c_row_stride = d;
    return p;
  };
  product query = part(0);
  query.c = m_query.data();
  run(query);
  product key = part(1);
  key.c = m_key.data();
  key.c_row_stride = 1;
  key.c_column_stride = m_rows;
  run(key);
  product value = part(2);
  value.c = m_value.data();
  run(value);
  std::fill(m_importance.begin(), m_importance.end(), 0U);
  for (std::size_t h = 0; h < m_model.size.heads; ++h) attend_head(index, h);
}

void native_chain::attend_head(std::size_t index, std::size_t head) {
  const std::size_t d = m_model.size.width;
  const std::size_t wide = m_model.size.head_width();
  const vit::block& b = m_model.blocks[index];
  product scores;
  scores.rows = scores.columns = static_cast<std::uint32_t>(m_rows);
  scores.terms = static_cast<std::uint32_t>(wide);
  scores.a = &m_query[head * wide];
  scores.a_row_stride = d;
  scores.a_term_stride = 1;
  scores.b = &m_key[head * wide * m_rows];
  scores.b_term_stride = m_rows;
  scores.records = m_blocks[index].scores.data();
  scores.records_by = record_by::tensor;
  scores.c = m_scores.data();
  scores.c_row_stride = m_rows;
  scores.c_column_stride = 1;
  run(scores);
  for (std::size_t r = 0; r < m_rows; ++r) {
    const std::uint32_t sum =
        models::softmax_row(&m_scores[r * m_rows], m_rows, b.softmax.data(),
                            &m_weights[r * m_rows]);
    models::write_context_record(
        sum, static_cast<std::uint32_t>(b.context.multiplier), b.context.shift,
        &m_row_records[models::record_bytes * r]);
  }
  if (m_policy.selects_tokens(index)) {
    models::add_importance(m_weights.data(), m_rows, m_importance.data());
  }
  product context;
  context.rows = context.terms = static_cast<std::uint32_t>(m_rows);
  context.columns = static_cast<std::uint32_t>(wide);
  context.a = m_weights.data();
  context.a_row_stride = m_rows;
  context.a_term_stride = 1;
  context.a_unsigned = true;
  context.b = &m_value[head * wide];
  context.b_term_stride = d;
  context.records = m_row_records.data();
  context.records_by = record_by::row;
  context.c = &m_context[head * wide];
  context.c_row_stride = d;
  context.c_column_stride = 1;
  run(context);
}

void native_chain::select(std::size_t index) {
  const std::size_t d = m_model.size.width;
  const std::uint32_t kept = vit::kept_tokens(
      static_cast<std::uint32_t>(m_rows), m_policy.keep_ppm[index]);
  const std::vector<std::uint16_t> survivors =
      models::select_tokens(m_importance.data(), m_rows, kept - 1);
  for (std::size_t r = 0; r < survivors.size(); ++r) {
    std::memmove(&m_x[2 * r * d], &m_x[std::size_t{2} * survivors[r] * d],
                 2 * d);
    std::memmove(&m_context[r * d], &m_context[survivors[r] * d], d);
  }
  m_rows = survivors.size();
}

void native_chain::add(std::size_t rows) {
  const std::size_t d = m_model.size.width;
  for (std::size_t r = 0; r < rows; ++r) {
    models::add_row(&m_x[2 * r * d], &m_update[2 * r * d], d, &m_x[2 * r * d]);
  }
}

void native_chain::project(const block& b) {
  product p = linear(b.projection, m_context.data(), m_rows);
  p.output = output_format::i16;
  p.c = m_update.data();
  p.c_row_stride = 2 * std::size_t{p.columns};
  p.c_column_stride = 2;
  run(p);
  add(m_rows);
}

void native_chain::find_live(std::uint32_t channels) {
  m_live.clear();
  for (std::uint32_t f = 0; f < channels; ++f) {
    if (models::is_live(&m_hidden[f * m_rows], m_rows,
                        static_cast<std::int8_t>(m_policy.ffn2_threshold))) {
      m_live.push_back(static_cast<std::uint16_t>(f));
    }
  }
}

void native_chain::feed_forward(const block& b) {
  const std::size_t d = m_model.size.width;
  normalise(b.norm2, m_rows);
  product first = linear(b.ffn1, m_y.data(), m_rows);
  first.relu = true;
  first.c = m_hidden.data();
  first.c_row_stride = 1;
  first.c_column_stride = m_rows;
  run(first);
  product second = linear(b.ffn2, m_hidden.data(), m_rows);
  second.a_row_stride = 1;
  second.a_term_stride = m_rows;
  if (m_policy.ffn2_enabled) {
    find_live(b.ffn1.columns);
    for (std::size_t i = 0; i < m_live.size(); ++i) {
      std::memcpy(&m_live_rows[i * d], b.ffn2.weight + m_live[i] * d, d);
    }
    second.a_index = m_live.data();
    second.b = m_live_rows.data();
    second.terms = static_cast<std::uint32_t>(m_live.size());
  }
  second.output = output_format::i16;
  second.c = m_update.data();
  second.c_row_stride = 2 * d;
  second.c_column_stride = 2;
  run(second);
  add(m_rows);
}

}  // namespace vitvp::bench

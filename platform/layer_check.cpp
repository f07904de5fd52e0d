#include "platform/layer_check.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "platform/layer_place.hpp"

namespace vitvp::platform {
namespace {

// A little-endian element of 1 or 2 bytes.
std::int64_t element(const std::uint8_t* at, std::uint32_t bytes,
                     bool is_signed) {
  if (bytes == 1) {
    return is_signed ? static_cast<std::int8_t>(*at)
                     : static_cast<std::int64_t>(*at);
  }
  const auto value = static_cast<std::uint16_t>(at[0] | at[1] << 8);
  return is_signed ? static_cast<std::int16_t>(value)
                   : static_cast<std::int64_t>(value);
}

// Bytes from a result's first to behind its last element.
std::size_t extent(const models::result_layout& result) {
  return std::size_t{result.rows - 1} * result.row_stride +
         std::size_t{result.columns - 1} * result.column_stride +
         result.element_bytes;
}

}  // namespace

layer_check::layer_check(check_level level, const vit::package& model,
                         const vit::pruning_policy& policy,
                         const vit::image_set& images, memory_reader read)
    : m_level(level),
      m_model(model),
      m_policy(policy),
      m_images(images),
      m_read(std::move(read)) {}

void layer_check::start_image(std::size_t index) {
  if (m_level == check_level::none) return;
  m_image = index;
  m_tensors.clear();
  vit::tensor_observer observe;
  if (m_level == check_level::layers) {
    observe = [this](const vit::observed_tensor& seen) { record(seen); };
  }
  m_reference =
      vit::classify(m_model, m_policy, m_images.image(index), observe);
}

void layer_check::record(const vit::observed_tensor& seen) {
  tensor copy;
  copy.rows = static_cast<std::uint32_t>(seen.rows);
  copy.columns = static_cast<std::uint32_t>(seen.columns);
  copy.element_bytes = static_cast<std::uint32_t>(seen.element_bytes);
  copy.is_signed = seen.is_signed;
  copy.bytes.resize(seen.rows * seen.columns * seen.element_bytes);
  if (!copy.bytes.empty()) {
    std::memcpy(copy.bytes.data(), seen.data, copy.bytes.size());
  }
  m_tensors[seen.name] = std::move(copy);
}

void layer_check::differ(const std::string& layer, std::uint32_t token,
                         std::uint32_t channel, std::int64_t expected,
                         std::int64_t actual) {
  if (m_difference) return;
  m_difference =
      layer_difference{m_image, layer, token, channel, expected, actual};
}

void layer_check::command_finished(const std::string&,
                                   const models::command_report& report) {
  if (m_level != check_level::layers || m_difference) return;
  const models::result_layout& result = report.result;
  if (result.element_bytes != 1 && result.element_bytes != 2) return;
  if (result.rows == 0 || result.columns == 0) return;
  const layer_place place = place_of(report.tag, m_model.size);
  const auto found = m_tensors.find(place.name);
  if (found == m_tensors.end()) return;
  compare(found->first, found->second, place.first_column, report);
}

void layer_check::compare(const std::string& name, tensor& expected,
                          std::uint32_t column_base,
                          const models::command_report& report) {
  const models::result_layout& result = report.result;
  const std::uint32_t first_row = report.origin & 0xffffU;
  const std::uint32_t first_column = (report.origin >> 16) + column_base;
  if (result.element_bytes != expected.element_bytes ||
      first_row + result.rows > expected.rows ||
      first_column + result.columns > expected.columns) {
    differ(name + " (command outside of the layer)", first_row, first_column, 0,
           0);
    return;
  }
  m_buffer.resize(extent(result));
  if (!m_read(result.address, m_buffer.data(), m_buffer.size())) {
    differ(name + " (result is not in memory)", first_row, first_column, 0, 0);
    return;
  }
  for (std::uint32_t r = 0; r < result.rows; ++r) {
    for (std::uint32_t c = 0; c < result.columns; ++c) {
      const std::size_t at =
          std::size_t{first_row + r} * expected.columns + first_column + c;
      const std::int64_t want =
          element(expected.bytes.data() + at * expected.element_bytes,
                  expected.element_bytes, expected.is_signed);
      const std::int64_t have =
          element(m_buffer.data() + std::size_t{r} * result.row_stride +
                      std::size_t{c} * result.column_stride,
                  result.element_bytes, expected.is_signed);
      if (want != have) {
        differ(name, first_row + r, first_column + c, want, have);
        return;
      }
    }
  }
  const std::uint64_t elements = std::uint64_t{result.rows} * result.columns;
  expected.compared += elements;
  m_compared += elements;
}

void layer_check::finish_image(const std::vector<std::int16_t>& logits,
                               const std::vector<std::uint32_t>& tokens,
                               const std::vector<std::uint32_t>& live) {
  if (m_level == check_level::none) return;
  for (const auto& [name, expected] : m_tensors) {
    // The list of live channels is built up by commands that know a part of
    // it; its length and its effect are compared instead.
    const bool is_list =
        name.size() > 5 && name.compare(name.size() - 5, 5, ".live") == 0;
    if (expected.compared == 0 && !is_list) {
      m_unchecked.push_back("image " + std::to_string(m_image) + ": " + name);
    }
  }
  const auto count = [this](const char* layer,
                            const std::vector<std::uint32_t>& want,
                            const std::vector<std::uint32_t>& have) {
    for (std::uint32_t b = 0; b < want.size(); ++b) {
      if (b < have.size() && want[b] == have[b]) continue;
      differ("blocks." + std::to_string(b) + layer, 0, 0, want[b],
             b < have.size() ? have[b] : -1);
    }
  };
  count(".survivors (count)", m_reference.tokens_per_block, tokens);
  count(".live (count)", m_reference.live_ffn2_channels_per_block, live);
  m_compared += m_reference.logits.size();
  for (std::uint32_t c = 0; c < m_reference.logits.size(); ++c) {
    const std::int64_t have = c < logits.size() ? logits[c] : -1;
    if (c >= logits.size() || logits[c] != m_reference.logits[c]) {
      differ("logits", 0, c, m_reference.logits[c], have);
    }
  }
}

}  // namespace vitvp::platform

#include "platform/layer_check.hpp"

#include <algorithm>
#include <utility>

#include "platform/layer_place.hpp"

namespace vitvp::platform {
namespace {

// More than this is not kept of an image: the reference is waited for.
constexpr std::size_t most_pending_bytes = std::size_t{256} << 20;

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

layer_check::layer_check(check_level level, const reference_work& work,
                         unsigned threads, memory_reader read)
    : m_level(level),
      m_work(work),
      m_ahead(work, level == check_level::none ? 1 : threads),
      m_read(std::move(read)) {}

void layer_check::start_image() {
  if (m_level == check_level::none) return;
  m_image = m_work.first + m_started++;
  m_reference.reset();
  m_checked.clear();
  m_ahead.start();
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
  if (m_level != check_level::layers || m_difference || m_started == 0) return;
  const models::result_layout& layout = report.result;
  if (layout.element_bytes != 1 && layout.element_bytes != 2) return;
  if (layout.rows == 0 || layout.columns == 0) return;
  if (place_of(report.tag, m_work.model.size).name.empty()) return;
  result_copy result{report, false, {}};
  result.bytes.resize(extent(layout));
  result.is_in_memory =
      m_read(layout.address, result.bytes.data(), result.bytes.size());
  m_pending_bytes += result.bytes.size();
  m_pending.push_back(std::move(result));
  if (m_reference || m_ahead.ready() || m_pending_bytes > most_pending_bytes) {
    catch_up();
  }
}

void layer_check::finish() {
  if (!m_pending.empty()) catch_up();
}

/// Compares what is pending, after waiting for the reference if need be.
void layer_check::catch_up() {
  if (!m_reference) m_reference = m_ahead.take();
  for (const result_copy& result : m_pending) {
    if (!m_difference) compare(result);
  }
  m_pending.clear();
  m_pending_bytes = 0;
}

void layer_check::compare(const result_copy& result) {
  const layer_place place = place_of(result.report.tag, m_work.model.size);
  const auto found = m_reference->tensors.find(place.name);
  if (found == m_reference->tensors.end()) return;
  compare(found->first, found->second, place.first_column, result);
}

void layer_check::compare(const std::string& name,
                          const reference_tensor& expected,
                          std::uint32_t column_base, const result_copy& copy) {
  const models::result_layout& result = copy.report.result;
  const std::uint32_t first_row = copy.report.origin & 0xffffU;
  const std::uint32_t first_column = (copy.report.origin >> 16) + column_base;
  if (result.element_bytes != expected.element_bytes ||
      first_row + result.rows > expected.rows ||
      first_column + result.columns > expected.columns) {
    differ(name + " (command outside of the layer)", first_row, first_column, 0,
           0);
    return;
  }
  if (!copy.is_in_memory) {
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
          element(copy.bytes.data() + std::size_t{r} * result.row_stride +
                      std::size_t{c} * result.column_stride,
                  result.element_bytes, expected.is_signed);
      if (want != have) {
        differ(name, first_row + r, first_column + c, want, have);
        return;
      }
    }
  }
  m_checked.insert(name);
  m_compared += std::uint64_t{result.rows} * result.columns;
}

std::optional<std::uint32_t> layer_check::finish_image(
    const std::vector<std::int16_t>& logits,
    const std::vector<std::uint32_t>& tokens,
    const std::vector<std::uint32_t>& live) {
  if (m_level == check_level::none) return std::nullopt;
  catch_up();
  find_unchecked();
  const vit::inference& reference = m_reference->inference;
  const auto count = [this](const char* layer,
                            const std::vector<std::uint32_t>& want,
                            const std::vector<std::uint32_t>& have) {
    for (std::uint32_t b = 0; b < want.size(); ++b) {
      if (b < have.size() && want[b] == have[b]) continue;
      differ("blocks." + std::to_string(b) + layer, 0, 0, want[b],
             b < have.size() ? have[b] : -1);
    }
  };
  count(".survivors (count)", reference.tokens_per_block, tokens);
  count(".live (count)", reference.live_ffn2_channels_per_block, live);
  m_compared += reference.logits.size();
  for (std::uint32_t c = 0; c < reference.logits.size(); ++c) {
    const std::int64_t have = c < logits.size() ? logits[c] : -1;
    if (c >= logits.size() || logits[c] != reference.logits[c]) {
      differ("logits", 0, c, reference.logits[c], have);
    }
  }
  return reference.predicted;
}

void layer_check::find_unchecked() {
  for (const auto& [name, expected] : m_reference->tensors) {
    // The list of live channels is built up by commands that know a part of
    // it; its length and its effect are compared instead.
    const bool is_list =
        name.size() > 5 && name.compare(name.size() - 5, 5, ".live") == 0;
    if (m_checked.count(name) == 0 && !is_list) {
      m_unchecked.push_back("image " + std::to_string(m_image) + ": " + name);
    }
  }
}

}  // namespace vitvp::platform

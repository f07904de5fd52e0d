#include "platform/selection_record.hpp"

#include <numeric>
#include <utility>

#include "firmware/runtime/layer_tag.h"

namespace vitvp::platform {

selection_record::selection_record(std::uint32_t depth, std::uint32_t tokens,
                                   memory_reader read)
    : m_depth(depth), m_tokens(tokens), m_read(std::move(read)) {
  start_image();
}

void selection_record::start_image() {
  m_left.resize(m_tokens);
  std::iota(m_left.begin(), m_left.end(), 0U);
  m_kept.assign(m_depth, {});
}

std::vector<std::vector<std::uint32_t>> selection_record::take_image() {
  auto kept = std::move(m_kept);
  start_image();
  return kept;
}

void selection_record::command_finished(const std::string&,
                                        const models::command_report& report) {
  const models::result_layout& result = report.result;
  const std::uint32_t block = layer_tag_block(report.tag);
  if (layer_tag_kind(report.tag) != LAYER_SELECT || block >= m_depth ||
      result.element_bytes != sizeof(std::uint16_t) || result.rows != 1) {
    return;
  }
  std::vector<std::uint16_t> list(result.columns);
  if (!m_read(result.address, list.data(), list.size() * sizeof list[0])) {
    return;
  }
  std::vector<std::uint32_t> left;
  left.reserve(list.size());
  for (const std::uint16_t token : list) {
    if (token >= m_left.size()) return;
    left.push_back(m_left[token]);
  }
  m_left = left;
  m_kept[block] = std::move(left);
}

}  // namespace vitvp::platform

#include "models/pruning_unit/pruning_unit.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <registers/pruning_unit.hpp>

#include "models/common/config_check.hpp"
#include "models/pruning_unit/kernel.hpp"
#include "models/pruning_unit/timing.hpp"

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::pruning_unit;

constexpr std::uint16_t block_number = 4;

enum class pruning_operation : std::uint32_t {
  importance = 0,
  select = 1,
  scan = 2
};

command_engine_identity identity() {
  return {regs::table, std::size(regs::table), block_number, regs::MODE};
}

bool first(const command& c) {
  return regs::MODE_FIRST.get(c.get(regs::MODE)) != 0;
}

result_layout list_layout(std::uint64_t address, std::size_t entries) {
  result_layout layout;
  if (entries == 0) return layout;
  layout.address = address;
  layout.rows = 1;
  layout.columns = static_cast<std::uint32_t>(entries);
  layout.row_stride = static_cast<std::uint32_t>(2 * entries);
  layout.column_stride = 2;
  layout.element_bytes = 2;
  layout.is_signed = false;
  return layout;
}

}  // namespace

void pruning_unit_config::validate() const {
  check_range("max_tokens", max_tokens, 1, 65535);
  check_range("bytes_per_cycle", bytes_per_cycle, 1, 256);
}

pruning_unit::pruning_unit(const sc_core::sc_module_name& name,
                           const pruning_unit_config& config)
    : command_engine(name, config.engine, identity()),
      m_config(config),
      m_importance(config.max_tokens, 0) {
  m_config.validate();
  registers().on_peek(regs::LIMITS, [this](unsigned) {
    return m_config.max_tokens | m_config.bytes_per_cycle << 16;
  });
  registers().on_peek(regs::LIVE_COUNT,
                      [this](unsigned) { return m_counts.live; });
  registers().on_peek(regs::KEPT_COUNT,
                      [this](unsigned) { return m_counts.kept; });
}

void pruning_unit::reset() {
  command_engine::reset();
  std::fill(m_importance.begin(), m_importance.end(), 0);
  m_counts = counts();
  m_next_counts = counts();
}

execution pruning_unit::execute(const command& c) {
  m_next_counts = m_counts;
  const std::uint32_t operation = regs::MODE_OPERATION.get(c.get(regs::MODE));
  require(operation <= 2, regs::MODE);
  switch (static_cast<pruning_operation>(operation)) {
    case pruning_operation::importance:
      return add_head(c);
    case pruning_operation::select:
      return select(c);
    case pruning_operation::scan:
      break;
  }
  return scan(c);
}

std::uint32_t pruning_unit::tokens_of(const command& c) const {
  const std::uint32_t tokens = regs::SHAPE_TOKENS.get(c.get(regs::SHAPE));
  require(tokens >= 1 && tokens <= m_config.max_tokens, regs::SHAPE);
  return tokens;
}

execution pruning_unit::add_head(const command& c) {
  const std::uint32_t tokens = tokens_of(c);
  const region x{c.get(regs::X_ADDRESS), 1, tokens, 0};
  const std::uint8_t* row = mem.read(x, m_scratch).data;
  if (first(c)) std::fill_n(m_importance.begin(), tokens, 0);
  add_importance(row, tokens, m_importance.data());
  execution done;
  done.cycles = importance_cycles(tokens, m_config.bytes_per_cycle);
  done.cycles.bank_conflict = mem.stream(x, false, done.cycles.total());
  done.work = tokens;
  return done;
}

execution pruning_unit::select(const command& c) {
  const std::uint32_t tokens = tokens_of(c);
  const std::uint32_t address = c.get(regs::LIST);
  require(address % 2 == 0, regs::LIST);
  const std::vector<std::uint16_t> survivors =
      select_tokens(m_importance.data(), tokens, c.get(regs::KEEP));
  execution done;
  done.cycles = select_cycles(tokens);
  write_list(address, survivors, done);
  done.work = tokens;
  m_next_counts.kept = static_cast<std::uint32_t>(survivors.size());
  return done;
}

execution pruning_unit::scan(const command& c) {
  const std::uint32_t tokens = tokens_of(c);
  const std::uint32_t channels = regs::SHAPE_CHANNELS.get(c.get(regs::SHAPE));
  const std::uint32_t threshold = regs::MODE_THRESHOLD.get(c.get(regs::MODE));
  const std::uint64_t last =
      std::uint64_t{c.get(regs::FIRST_CHANNEL)} + channels;
  require(threshold <= 127, regs::MODE);
  require(channels >= 1, regs::SHAPE);
  require(c.get(regs::LIST) % 2 == 0, regs::LIST);
  require(last <= 65536, regs::FIRST_CHANNEL);
  const region x{c.get(regs::X_ADDRESS), channels, tokens,
                 c.get(regs::X_STRIDE)};
  const std::vector<std::uint16_t> live = live_channels(c, x);
  const std::uint32_t before = first(c) ? 0 : m_counts.live;
  execution done;
  done.cycles = scan_cycles(tokens, channels, m_config.bytes_per_cycle);
  const std::uint64_t duration = done.cycles.total();
  write_list(c.get(regs::LIST) + 2ULL * before, live, done);
  done.cycles.bank_conflict =
      std::max(done.cycles.bank_conflict, mem.stream(x, false, duration));
  done.work = std::uint64_t{tokens} * channels;
  m_next_counts.live = before + static_cast<std::uint32_t>(live.size());
  return done;
}

std::vector<std::uint16_t> pruning_unit::live_channels(const command& c,
                                                       const region& x) {
  const auto threshold =
      static_cast<std::int8_t>(regs::MODE_THRESHOLD.get(c.get(regs::MODE)));
  const const_view values = mem.read(x, m_scratch);
  std::vector<std::uint16_t> live;
  for (std::uint64_t f = 0; f < x.rows; ++f) {
    if (is_live(values.data + f * values.stride, x.row_bytes, threshold)) {
      live.push_back(
          static_cast<std::uint16_t>(c.get(regs::FIRST_CHANNEL) + f));
    }
  }
  return live;
}

/// Writes a list and accounts for the beats of its entries.
void pruning_unit::write_list(std::uint64_t address,
                              const std::vector<std::uint16_t>& list,
                              execution& done) {
  if (list.empty()) return;
  const region to{address, 1, 2 * list.size(), 0};
  mem.write(address, reinterpret_cast<const std::uint8_t*>(list.data()),
            to.row_bytes);
  done.cycles.bank_conflict =
      mem.stream(to, true, done.cycles.total(), list.size());
  done.result = list_layout(address, list.size());
}

}  // namespace vitvp::models

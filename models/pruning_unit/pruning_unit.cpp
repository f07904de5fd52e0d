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
  const decision d = decide(c);
  const outcome o = perform(d);
  m_next_counts = o.after;
  return {o.cycles, d.work, list_layout(d.list_address, d.list.size())};
}

pruning_unit::outcome pruning_unit::perform(const decision& d) {
  if (!d.list.empty()) {
    mem.write(d.list_address,
              reinterpret_cast<const std::uint8_t*>(d.list.data()),
              2 * d.list.size());
  }
  return d.planned;
}

pruning_unit::decision pruning_unit::decide(const command& c) {
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

pruning_unit::decision pruning_unit::add_head(const command& c) {
  const std::uint32_t tokens = tokens_of(c);
  decision d;
  d.operand = region{c.get(regs::X_ADDRESS), 1, tokens, 0};
  const std::uint8_t* row = mem.read(*d.operand, m_scratch).data;
  if (first(c)) std::fill_n(m_importance.begin(), tokens, 0);
  add_importance(row, tokens, m_importance.data());
  d.planned = {importance_cycles(tokens, m_config.bytes_per_cycle), m_counts};
  d.work = tokens;
  announce(d);
  return d;
}

pruning_unit::decision pruning_unit::select(const command& c) {
  const std::uint32_t tokens = tokens_of(c);
  decision d;
  d.list_address = c.get(regs::LIST);
  require(d.list_address % 2 == 0, regs::LIST);
  d.list = select_tokens(m_importance.data(), tokens, c.get(regs::KEEP));
  d.planned = {select_cycles(tokens), m_counts};
  d.planned.after.kept = static_cast<std::uint32_t>(d.list.size());
  d.work = tokens;
  announce(d);
  return d;
}

pruning_unit::decision pruning_unit::scan(const command& c) {
  const std::uint32_t tokens = tokens_of(c);
  const std::uint32_t channels = regs::SHAPE_CHANNELS.get(c.get(regs::SHAPE));
  const std::uint32_t threshold = regs::MODE_THRESHOLD.get(c.get(regs::MODE));
  const std::uint64_t last =
      std::uint64_t{c.get(regs::FIRST_CHANNEL)} + channels;
  require(threshold <= 127, regs::MODE);
  require(channels >= 1, regs::SHAPE);
  require(c.get(regs::LIST) % 2 == 0, regs::LIST);
  require(last <= 65536, regs::FIRST_CHANNEL);
  const std::uint32_t before = first(c) ? 0 : m_counts.live;
  decision d;
  d.operand =
      region{c.get(regs::X_ADDRESS), channels, tokens, c.get(regs::X_STRIDE)};
  d.list = live_channels(c, *d.operand);
  d.list_address = c.get(regs::LIST) + 2ULL * before;
  d.planned = {scan_cycles(tokens, channels, m_config.bytes_per_cycle),
               m_counts};
  d.planned.after.live = before + static_cast<std::uint32_t>(d.list.size());
  d.work = std::uint64_t{tokens} * channels;
  announce(d);
  return d;
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

/// Finds room for the list, and announces it, with a beat for each entry, and
/// the operand as streams.
void pruning_unit::announce(decision& d) {
  cycle_breakdown& cycles = d.planned.cycles;
  const std::uint64_t duration = cycles.total();
  if (!d.list.empty()) {
    const region to{d.list_address, 1, 2 * d.list.size(), 0};
    mem.begin_write(to, m_scratch);
    cycles.bank_conflict = mem.stream(to, true, duration, d.list.size());
  }
  if (d.operand) {
    cycles.bank_conflict =
        std::max(cycles.bank_conflict, mem.stream(*d.operand, false, duration));
  }
}

}  // namespace vitvp::models

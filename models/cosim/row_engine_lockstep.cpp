#include "models/cosim/row_engine_lockstep.hpp"

#include <cstring>
#include <string>
#include <utility>

namespace vitvp::models {
namespace {

constexpr std::uint32_t class_bank_conflict = 3;

constexpr row_engine_port all_ports[] = {
    row_engine_port::index,   row_engine_port::a,       row_engine_port::b,
    row_engine_port::partial, row_engine_port::records, row_engine_port::c};

const rtl_request& request_of(row_engine_port port,
                              const row_engine_cycle& cycle) {
  switch (port) {
    case row_engine_port::index:
      return cycle.index;
    case row_engine_port::a:
      return cycle.a;
    case row_engine_port::b:
      return cycle.b;
    case row_engine_port::partial:
      return cycle.partial;
    case row_engine_port::records:
      return cycle.records;
    case row_engine_port::c:
      break;
  }
  return cycle.c;
}

named_numbers place_of(const row_engine_beat& beat) {
  named_numbers place{{"tile", beat.tile}};
  if (beat.row) place.emplace_back("row", *beat.row);
  if (beat.column) place.emplace_back("column", *beat.column);
  if (beat.term) place.emplace_back("term", *beat.term);
  return place;
}

rtl_request request_of(const row_engine_beat& beat) {
  return {true, beat.address, beat.count, beat.stride};
}

}  // namespace

row_engine_lockstep::row_engine_lockstep(row_engine_rtl& engine,
                                         const lockstep_config& config,
                                         memory_reader read)
    : lockstep("row_engine", {"index", "a", "b", "partial", "record", "c"},
               engine.block(), config),
      m_geometry{engine.config().rows, engine.config().lanes},
      m_read(std::move(read)) {
  engine.watch(*this);
}

void row_engine_lockstep::begin(const command& c, const product_command& d,
                                const product& operands,
                                const cycle_breakdown& planned) {
  log().begin(c);
  m_planned = planned;
  m_schedule.emplace(d, operands.a_index, m_geometry);
  compute(d, operands);
}

/// The model's result, in the order of rows.
void row_engine_lockstep::compute(const product_command& d,
                                  const product& operands) {
  const std::size_t e = d.shape.element_bytes;
  m_expected.resize(e * d.shape.rows * d.shape.columns);
  product p = operands;
  p.c = m_expected.data();
  p.c_row_stride = e * d.shape.columns;
  p.c_column_stride = e;
  multiply(p, m_workspace);
}

void row_engine_lockstep::refused(const command& c) {
  log().begin(c);
  log().end();
}

void row_engine_lockstep::cycle(const row_engine_cycle& seen) {
  log().begin_cycle();
  for (const row_engine_port port : all_ports) {
    const rtl_request& request = request_of(port, seen);
    if (!request.valid) continue;
    log().see(static_cast<std::size_t>(port), request, !seen.refused);
  }
  if (level() == lockstep_level::beats) compare_cycle(seen);
  log().end_cycle(seen.refused);
}

void row_engine_lockstep::compare_cycle(const row_engine_cycle& seen) {
  const std::uint64_t now = log().served();
  bool any_c = false;
  for (const row_engine_port port : all_ports) {
    const auto next = m_schedule->front(port);
    const bool due = next && next->cycle == now;
    if (due) log().expect(static_cast<std::size_t>(port), request_of(*next));
  }
  for (const row_engine_port port : all_ports) compare_port(port, seen);
  if (!seen.refused) {
    for (const row_engine_port port : all_ports) {
      if (!request_of(port, seen).valid) continue;
      m_schedule->pop(port);
      any_c = any_c || port == row_engine_port::c;
    }
  }
  const bool ends = any_c && !m_schedule->front(row_engine_port::c);
  compare_pin("fault", 0, seen.fault ? 1 : 0);
  compare_pin("done", ends ? 1 : 0, seen.done ? 1 : 0);
  compare_pin("cycle_class",
              seen.refused ? class_bank_conflict : m_schedule->cycle_class(now),
              seen.cycle_class);
}

void row_engine_lockstep::compare_port(row_engine_port port,
                                       const row_engine_cycle& seen) {
  const std::string& name = log().port(static_cast<std::size_t>(port));
  const rtl_request& got = request_of(port, seen);
  const auto next = m_schedule->front(port);
  const bool due = next && next->cycle == log().served();
  if (got.valid != due) {
    differ_in_asking(name, got.valid, next ? place_of(*next) : named_numbers());
  }
  if (!due) return;
  const rtl_request want = request_of(*next);
  const auto compare = [&](const char* field, std::uint32_t expected,
                           std::uint32_t is) {
    if (expected != is) differ(name, field, expected, is, place_of(*next));
  };
  compare("address", want.address, got.address);
  compare("count", want.count, got.count);
  compare("stride", want.stride, got.stride);
  if (port == row_engine_port::c) compare_c(*next, seen);
}

void row_engine_lockstep::compare_c(const row_engine_beat& beat,
                                    const row_engine_cycle& seen) {
  const std::uint32_t e = m_schedule->command().shape.element_bytes;
  if (seen.c_bytes != e) {
    differ("c", "size", e, seen.c_bytes, place_of(beat));
  }
  for (std::uint32_t i = 0; i < beat.count; ++i) {
    const std::uint8_t* want = expected_element(*beat.row + i, *beat.column);
    const std::uint8_t* got = seen.c_data + std::size_t{4} * i;
    if (std::memcmp(want, got, e) == 0) continue;
    differ_at(*beat.row + i, *beat.column, element(want), element(got));
  }
}

void row_engine_lockstep::compare_pin(const char* pin, std::int64_t expected,
                                      std::int64_t got) {
  if (expected == got) return;
  differ(pin, "value", expected, got, {{"tile", m_schedule->tile_of_step()}});
}

void row_engine_lockstep::end(const cycle_breakdown& seen) {
  if (level() == lockstep_level::cycles) compare_cycles(m_planned, seen);
  if (level() != lockstep_level::beats) compare_result();
  log().end();
}

void row_engine_lockstep::compare_result() {
  const product_command& d = m_schedule->command();
  for (std::uint64_t row = 0; row < d.shape.rows; ++row) {
    for (std::uint64_t column = 0; column < d.shape.columns; ++column) {
      std::uint8_t got[4] = {};
      const std::uint64_t address = d.c_address + row * d.values.c_row_stride +
                                    column * d.values.c_column_stride;
      const std::uint8_t* want = expected_element(row, column);
      const std::size_t bytes = d.shape.element_bytes;
      if (m_read(address, got, bytes) && std::memcmp(want, got, bytes) == 0) {
        continue;
      }
      differ_at(row, column, element(want), element(got));
    }
  }
}

/// An element of C: i8, i16 or i32, its lowest byte first.
std::int64_t row_engine_lockstep::element(const std::uint8_t* bytes) const {
  const std::uint32_t bits = 8 * m_schedule->command().shape.element_bytes;
  std::uint32_t value = 0;
  std::memcpy(&value, bytes, bits / 8);
  return static_cast<std::int32_t>(value << (32 - bits)) >> (32 - bits);
}

const std::uint8_t* row_engine_lockstep::expected_element(
    std::uint64_t row, std::uint64_t column) const {
  const product_shape& shape = m_schedule->command().shape;
  return &m_expected.at((row * shape.columns + column) * shape.element_bytes);
}

void row_engine_lockstep::differ_at(std::uint64_t row, std::uint64_t column,
                                    std::int64_t expected, std::int64_t got) {
  const std::uint64_t columns = m_schedule->command().shape.columns;
  const std::uint64_t row_tiles =
      (columns + m_geometry.lanes - 1) / m_geometry.lanes;
  differ(
      "c", "data", expected, got,
      {{"tile", row / m_geometry.rows * row_tiles + column / m_geometry.lanes},
       {"row", row},
       {"column", column},
       {"processing_row", row % m_geometry.rows},
       {"lane", column % m_geometry.lanes}});
}

}  // namespace vitvp::models

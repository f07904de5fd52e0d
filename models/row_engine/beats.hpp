// What the row engine asks for in each cycle of a command: the cycle rule of
// docs/timing.md, request by request (docs/rtl.md, "Stages" and "Ports").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "models/row_engine/product_command.hpp"
#include "models/row_engine/tile_walk.hpp"

namespace vitvp::models {

enum class row_engine_port { index, a, b, partial, records, c };
constexpr std::size_t row_engine_port_count = 6;

/// What a port asks for in one cycle.
struct row_engine_beat {
  std::uint64_t cycle = 0;    ///< of the command, the first one is 0
  std::uint32_t address = 0;  ///< of the first byte
  std::uint32_t count = 0;    ///< bytes of A and B, else elements
  std::uint32_t stride = 0;   ///< bytes between elements; 0: contiguous
  std::uint32_t tile = 0;     ///< number
  /// The first one of the product, where the port knows it.
  std::optional<std::uint32_t> row, column, term;
};

/// Walks through the items of each tile.
class tile_items {
 public:
  using item_count = std::function<std::uint64_t(const tile_walk&)>;

  tile_items(const tile_walk& first, item_count count);

  bool done() const { return m_walk.done(); }
  const tile_walk& walk() const { return m_walk; }
  /// Within the tile.
  std::uint64_t item() const { return m_item; }
  void next();

 private:
  void skip_empty();

  tile_walk m_walk;
  item_count m_of_tile;
  std::uint64_t m_item = 0;
  std::uint64_t m_count = 0;
};

/// The beats of a command in their order, port by port, and what its cycles
/// are, if memory refuses nothing. Made as they are asked for: takes the memory
/// of the list of terms.
class beat_schedule {
 public:
  /// A command whose operands were found: with terms, `d.a_used` is set, and
  /// A_INDEX names the terms `list` [d.shape.terms], relative to the first that
  /// a_used holds. `list` is null unless d.shape.a_indexed.
  beat_schedule(const product_command& d, const std::uint16_t* list,
                const row_engine_geometry& geometry);
  // The ports count with this object's shape.
  beat_schedule(const beat_schedule&) = delete;
  beat_schedule& operator=(const beat_schedule&) = delete;

  /// The next beat of a port; nothing when there are no more.
  std::optional<row_engine_beat> front(row_engine_port port) const;
  /// Goes past it. Requires front().
  void pop(row_engine_port port);

  /// What a cycle is, docs/rtl.md `cycle_class`; to be asked for in order,
  /// from 0 on.
  std::uint32_t cycle_class(std::uint64_t cycle);

  /// Number of the tile of the next step; of the last tile, if there is none.
  std::uint32_t tile_of_step() const;

  const product_command& command() const { return m_command; }
  const row_engine_geometry& geometry() const { return m_geometry; }

 private:
  std::uint64_t items(row_engine_port port, const tile_walk& walk) const;
  row_engine_beat load_beat(row_engine_port port, const tile_items& at) const;
  row_engine_beat step_beat(const tile_items& at) const;
  row_engine_beat column_beat(row_engine_port port, const tile_items& at) const;
  std::uint64_t step_time(const tile_items& at) const;
  std::uint64_t array() const { return m_command.shape.terms > 0 ? 4 : 2; }

  product_command m_command;
  std::vector<std::uint16_t> m_list;
  row_engine_geometry m_geometry;
  /// When the sequencer is at the first step of the first tile.
  std::uint64_t m_origin = 0;
  std::array<std::optional<tile_items>, row_engine_port_count> m_ports;
  std::optional<tile_items> m_steps;
  bool m_stepped = false;
};

}  // namespace vitvp::models

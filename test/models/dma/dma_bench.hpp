// The DMA with a bus and both memories, a protocol checker in each connection.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <registers/dma.hpp>
#include <string>
#include <systemc>
#include <vector>

#include "models/bus/bus.hpp"
#include "models/common/tlm_checker.hpp"
#include "models/dma/dma.hpp"
#include "models/dram/dram.hpp"
#include "models/sram/sram.hpp"
#include "test/models/bus/initiator.hpp"

namespace vitvp::test {

namespace dma_regs = vitvp::registers::dma;

constexpr std::uint32_t sram_base = 0x20000000;
constexpr std::uint32_t dram_base = 0x80000000;
constexpr std::uint32_t sram_window = 0x01000000;
constexpr std::uint32_t dram_window = 0x40000000;
constexpr std::uint32_t dram_bytes = 4 << 20;

inline models::bus_config dma_bus() {
  models::bus_config config;
  config.map = {{"sram", sram_base, sram_window, 0},
                {"dram", dram_base, dram_window, 1}};
  return config;
}

inline models::dram_config small_dram(models::host_workers* workers) {
  models::dram_config config;
  config.size_bytes = dram_bytes;
  config.workers = workers;
  return config;
}

inline models::sram_config whole_sram(models::host_workers* workers) {
  models::sram_config config;
  config.workers = workers;
  return config;
}

/// What a test writes into the command registers.
struct copy {
  std::uint32_t source = 0;
  std::uint32_t destination = 0;
  std::uint32_t row_bytes = 64;
  std::uint32_t rows = 1;
  std::uint32_t source_stride = 0;
  std::uint32_t destination_stride = 0;
  std::uint32_t index = 0;
  std::uint32_t mode = 0;
};

constexpr std::uint32_t mode_gather = 1;
constexpr std::uint32_t mode_fill = 2;

class dma_bench : public sc_core::sc_module, public models::command_observer {
 public:
  initiator driver{"driver"};  ///< of the DMA's registers
  initiator other{"other"};    ///< beside the DMA on the bus
  models::tlm_checker register_checker{"register_checker"};
  models::tlm_checker dma_checker{"dma_checker", true};
  models::tlm_checker sram_checker{"sram_checker"};
  models::tlm_checker dram_checker{"dram_checker"};
  models::dma engine;
  models::bus fabric;
  models::sram sram;
  models::dram dram;
  sc_core::sc_signal<bool> irq{"irq"};
  std::vector<models::command_report> reports;

  explicit dma_bench(const sc_core::sc_module_name& name,
                     const models::dma_config& config = {})
      : dma_bench(name, config, config.engine.workers) {}
  /// With a DRAM whose users do not all settle with the engine's workers.
  dma_bench(const sc_core::sc_module_name& name,
            const models::dma_config& config, models::host_workers* of_dram)
      : sc_module(name),
        engine("dma", config),
        fabric("bus", dma_bus()),
        sram("sram", whole_sram(config.engine.workers)),
        dram("dram", small_dram(of_dram)) {
    driver.out.bind(register_checker.in);
    register_checker.out.bind(engine.in);
    engine.out.bind(dma_checker.in);
    dma_checker.out.bind(fabric.in);
    other.out.bind(fabric.in);
    fabric.out.bind(sram_checker.in);
    fabric.out.bind(dram_checker.in);
    sram_checker.out.bind(sram.in);
    dram_checker.out.bind(dram.in);
    engine.irq.bind(irq);
    engine.add_observer(*this);
  }

  void command_started(const std::string&,
                       const models::command_report&) override {}
  void command_finished(const std::string&,
                        const models::command_report& report) override {
    reports.push_back(report);
  }

  void write(std::uint32_t offset, std::uint32_t value) {
    REQUIRE(driver
                .send(tlm::TLM_WRITE_COMMAND, offset,
                      reinterpret_cast<std::uint8_t*>(&value), 4, {})
                .status == tlm::TLM_OK_RESPONSE);
  }

  std::uint32_t read(std::uint32_t offset) {
    std::uint32_t value = 0;
    REQUIRE(driver
                .send(tlm::TLM_READ_COMMAND, offset,
                      reinterpret_cast<std::uint8_t*>(&value), 4, {})
                .status == tlm::TLM_OK_RESPONSE);
    return value;
  }

  void submit(const copy& c, std::uint32_t tag = 1) {
    write(dma_regs::SOURCE, c.source);
    write(dma_regs::DESTINATION, c.destination);
    write(dma_regs::ROW_BYTES, c.row_bytes);
    write(dma_regs::ROWS, c.rows);
    write(dma_regs::SOURCE_STRIDE, c.source_stride);
    write(dma_regs::DESTINATION_STRIDE, c.destination_stride);
    write(dma_regs::INDEX, c.index);
    write(dma_regs::MODE, c.mode);
    write(dma_regs::SUBMIT, tag);
  }

  /// Simulates until the DMA has nothing to do; its last report.
  const models::command_report& finish() {
    sc_core::sc_start(ns(3));
    while (engine.busy() && !engine.halted()) sc_core::sc_start(ns(1000));
    REQUIRE_FALSE(reports.empty());
    return reports.back();
  }

  const models::command_report& run(const copy& c) {
    submit(c);
    return finish();
  }

  /// Where the byte at `address` of the bus is kept.
  std::uint8_t& at(std::uint32_t address) {
    return address >= dram_base ? dram.data()[address - dram_base]
                                : sram.data()[address - sram_base];
  }

  void store_u16(std::uint32_t address, std::uint16_t value) {
    at(address) = static_cast<std::uint8_t>(value);
    at(address + 1) = static_cast<std::uint8_t>(value >> 8);
  }
};

}  // namespace vitvp::test

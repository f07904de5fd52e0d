#include "platform/run_scenario.hpp"

#include <algorithm>
#include <memory>

#include "firmware/hal/native_backend.h"
#include "firmware/runtime/model_image.h"
#include "models/cosim/picoseconds.hpp"
#include "models/cosim/pruning_unit_lockstep.hpp"
#include "models/cosim/row_engine_lockstep.hpp"
#include "platform/layer_check.hpp"
#include "platform/layer_place.hpp"
#include "platform/result_collection.hpp"
#include "platform/run_clock.hpp"
#include "platform/run_inputs.hpp"
#include "platform/selection_record.hpp"
#include "platform/soc.hpp"
#include "platform/soc_configuration.hpp"
#include "platform/stall_ledger.hpp"
#include "registers/memory_map.hpp"
#include "vit/input_error.hpp"

namespace vitvp::platform {
namespace {

using sc_core::sc_time;

// A run from elaboration to result.
class runner {
 public:
  runner(const scenario& s, const run_options& options, run_inputs in)
      : m_scenario(s),
        m_options(options),
        m_in(std::move(in)),
        m_clock(clock_period_of(s)),
        m_workers(values_threads()),
        m_soc("soc", configuration()),
        m_ledger(engine_names(), m_soc.dma.name(), m_soc.row_engine().name(),
                 m_clock),
        m_check(level(), reference_work_of_run(),
                m_scenario.host.threads - values_threads() + 1, reader()),
        m_selections(m_in.model.size.depth, m_in.model.size.tokens(),
                     reader()) {
    for (models::command_engine* engine : m_soc.engines()) {
      engine->add_observer(m_ledger);
      engine->add_observer(m_check);
      engine->add_observer(m_selections);
    }
    if (m_options.lockstep) start_lockstep(*m_options.lockstep);
    load();
  }

  run_result run() {
    if (runs_network(m_scenario)) {
      m_result.images.reserve(m_in.count);
      m_check.start_image();
    }
    simulate();
    collect();

    return std::move(m_result);
  }

 private:
  check_level level() const {
    if (!runs_network(m_scenario)) return check_level::none;
    switch (m_scenario.checks.level) {
      case checks_level::none:
        return check_level::none;
      case checks_level::results:
        return check_level::results;
      case checks_level::layers:
        return check_level::layers;
    }
    return check_level::layers;
  }

  /// Threads for values, the simulation's among them; the others run the
  /// reference, which where there is one has more to do.
  unsigned values_threads() const {
    const unsigned threads = m_scenario.host.threads;
    return level() == check_level::none ? threads : (threads + 1) / 2;
  }

  reference_work reference_work_of_run() {
    return {m_in.model, m_in.policy, m_in.images,
            m_in.first, m_in.count,  level() == check_level::layers};
  }

  memory_reader reader() {
    return [this](std::uint64_t address, void* to, std::size_t bytes) {
      return m_soc.read_memory(address, to, bytes);
    };
  }

  std::vector<std::string> engine_names() {
    std::vector<std::string> names;
    for (models::command_engine* engine : m_soc.engines()) {
      names.emplace_back(engine->name());
    }
    return names;
  }

  void configure_core(soc_config& config) {
    models::host_cpu_config core;
    core.clock_period = m_clock;
    core.symbolize = [this](std::uint32_t address) {
      return m_in.elf.symbolize(address);
    };
    core.on_halt = [this](const std::string& reason) {
      if (!m_finished)
        end(run_status::firmware_failed, "core halted: " + reason);
      sc_core::sc_stop();
    };
    static_cast<models::host_cpu_config&>(config.iss) = core;
    config.iss.entry = m_in.elf.entry();
    static_cast<models::host_cpu_config&>(config.native) = core;
    config.native.application =
        runs_network(m_scenario) ? vit_application : selftest_application;
    config.native.backend_select = native_backend_select;
    config.native.interrupt = firmware_interrupt;
  }

  /// The waveform of a block, if there shall be one.
  std::shared_ptr<models::rtl_trace> make_trace(const std::string& block) {
    if (!m_options.trace) return nullptr;
    const trace_request& wanted = *m_options.trace;
    m_traces.push_back(
        std::make_shared<models::rtl_trace>(models::rtl_trace_config{
            wanted.folder + "/" + block + ".vcd", models::picoseconds(m_clock),
            wanted.first_cycle, wanted.cycles}));
    return m_traces.back();
  }

  void configure_rtl(soc_config& config) {
    const auto stop = [this](const std::string& what) {
      end(run_status::rtl_failed, what);
      if (m_lockstep) m_lockstep->log().fail(what);
      sc_core::sc_stop();
    };
    if (const auto& rtl = m_in.row_engine_rtl) {
      config.row_engine.max_terms =
          static_cast<unsigned>(rtl->parameter("MAX_TERMS"));
      config.row_engine_rtl = {rtl, stop, make_trace("row_engine")};
    }
    if (const auto& rtl = m_in.pruning_unit_rtl) {
      config.pruning_unit.max_tokens =
          static_cast<unsigned>(rtl->parameter("MAX_TOKENS"));
      config.pruning_unit_rtl = {rtl, stop, make_trace("pruning_unit")};
    }
  }

  void start_lockstep(const lockstep_request& request) {
    auto* engine = dynamic_cast<models::row_engine_rtl*>(&m_soc.row_engine());
    auto* unit = dynamic_cast<models::pruning_unit_rtl*>(&m_soc.pruning_unit());
    if (request.block == "row_engine" && engine != nullptr) {
      m_lockstep = std::make_unique<models::row_engine_lockstep>(
          *engine, request.config, reader());
    } else if (request.block == "pruning_unit" && unit != nullptr) {
      m_lockstep = std::make_unique<models::pruning_unit_lockstep>(
          *unit, request.config, reader());
    } else {
      throw vit::input_error("lockstep", request.block, "is not run as RTL");
    }
  }

  soc_config configuration() {
    soc_config config = configuration_of(m_scenario);
    configure_core(config);
    configure_rtl(config);
    config.sram.workers = &m_workers;
    // The ISS has pointers into DRAM, and asks nobody before it uses them.
    if (m_scenario.host_cpu.kind == cpu_kind::native) {
      config.dram.workers = &m_workers;
    }
    for (models::command_engine_config* engine :
         {&config.dma.engine, &config.row_engine.engine,
          &config.vector_unit.engine, &config.pruning_unit.engine}) {
      engine->workers = &m_workers;
    }
    config.uart.output = m_scenario.uart.echo ? m_options.uart : nullptr;
    config.model_address = m_in.memory.header;
    config.on_finish = [this](unsigned code) {
      m_finished = true;
      m_exit_code = code;
    };
    config.on_progress = [this](std::uint32_t images) { progress(images); };
    return config;
  }

  void load() {
    write_memory_image(
        m_in.memory, m_in.images,
        [this](std::uint32_t address, const std::uint8_t* from,
               std::size_t bytes) { m_soc.write_dram(address, from, bytes); });
    // What is in DRAM is needed no more.
    std::vector<memory_segment>().swap(m_in.memory.segments);
    for (const models::elf_segment& segment : m_in.elf.segments()) {
      m_soc.write_dram(segment.address, segment.data.data(),
                       segment.data.size());
    }
    std::vector<models::purpose_region> purposes;
    for (const memory_region& region : m_in.memory.regions) {
      purposes.push_back(
          {region.purpose, region.base - registers::dram_base, region.size});
    }
    m_soc.dram.set_purposes(purposes);
  }

  void progress(std::uint32_t images) {
    // The firmware may say so before its first image, and never twice.
    if (!runs_network(m_scenario) || images != m_result.images.size() + 1 ||
        images > m_in.count) {
      return;
    }
    image_result image = read_result(images - 1);
    image.reference = m_check.finish_image(image.logits, image.tokens_per_block,
                                           image.live_ffn2_channels_per_block);
    image.kept_tokens = m_selections.take_image();
    m_result.images.push_back(std::move(image));
    if (images < m_in.count) m_check.start_image();
    if (m_options.progress) {
      m_options.progress({images, m_in.count, elapsed_cycles(), {}});
    }
  }

  template <typename T>
  std::vector<T> read_array(std::uint32_t address, std::size_t count) const {
    std::vector<T> values(count);
    m_soc.read_memory(address, values.data(), count * sizeof(T));
    return values;
  }

  image_result read_result(std::uint32_t position) const {
    const vit::geometry& size = m_in.model.size;
    const std::uint32_t at =
        m_in.memory.results + position * m_in.memory.result_stride;
    vit_result head{};
    m_soc.read_memory(at, &head, sizeof head);
    image_result image = begin_image(m_in, position);
    image.predicted = head.predicted;
    image.cycles = std::uint64_t{head.cycles_hi} << 32 | head.cycles_lo;
    image.logits = read_array<std::int16_t>(
        at + vit_result_logits_offset(size.depth), size.classes);
    const auto tokens =
        read_array<std::uint16_t>(at + vit_result_tokens_offset(), size.depth);
    const auto live = read_array<std::uint16_t>(
        at + vit_result_live_offset(size.depth), size.depth);
    image.tokens_per_block.assign(tokens.begin(), tokens.end());
    image.live_ffn2_channels_per_block.assign(live.begin(), live.end());
    return image;
  }

  std::uint64_t elapsed_cycles() const {
    return static_cast<std::uint64_t>(sc_core::sc_time_stamp() / m_clock);
  }

  void fail(const std::string& what) {
    m_result.check.failures.push_back(what);
  }

  // How the run ended, unless it has ended already.
  void end(run_status status, const std::string& message) {
    if (m_result.status != run_status::done) return;
    m_result.status = status;
    m_result.end.message = message;
    if (m_scenario.host_cpu.kind == cpu_kind::iss) {
      m_result.end.pc = m_soc.cpu().pc();
      m_result.end.function = m_in.elf.symbolize(*m_result.end.pc);
    }
    m_result.end.waiting = m_soc.waiting_for();
  }

  void simulate() {
    tlm_utils::tlm_quantumkeeper::set_global_quantum(
        sc_time(m_scenario.quantum_ns, sc_core::SC_NS));
    const sc_time limit(m_scenario.limit.simulated_ms, sc_core::SC_MS);
    // That the firmware ends the simulation is no news.
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO,
                                            sc_core::SC_DO_NOTHING);
    const bool interrupted = advance_to(limit);
    if (m_finished) {
      if (m_exit_code != 0) firmware_failed();
    } else if (interrupted) {
      end(run_status::interrupted,
          "interrupted at " + sc_core::sc_time_stamp().to_string());
    } else if (sc_core::sc_time_stamp() >= limit) {
      end(run_status::time_limit,
          "limit.simulated_ms is reached: the firmware has not finished");
    } else {
      end(run_status::deadlock, "nothing can happen any more at " +
                                    sc_core::sc_time_stamp().to_string());
    }
  }

  // Simulates until the firmware finishes, core or RTL fail, nothing can happen
  // any more, or the limit is reached, and returns false; or true, when
  // interrupted before.
  bool advance_to(const sc_time& limit) {
    const sc_time slice(1, sc_core::SC_MS);
    sc_time until;
    do {
      if (m_options.interrupted && m_options.interrupted()) return true;
      until = std::min(limit, until + slice);
      sc_core::sc_start(until - sc_core::sc_time_stamp(),
                        sc_core::SC_EXIT_ON_STARVATION);
    } while (!m_finished && m_result.status == run_status::done &&
             until < limit && sc_core::sc_pending_activity());
    return false;
  }

  void firmware_failed() {
    end(run_status::firmware_failed,
        "the firmware ended with code " + std::to_string(m_exit_code));
    m_result.end.exit_code = static_cast<int>(m_exit_code);
    const models::trap_info& trap = m_soc.cpu().last_trap();
    if (!trap.valid) return;
    m_result.end.message += " after exception " + std::to_string(trap.cause);
    if (m_scenario.host_cpu.kind != cpu_kind::iss) return;
    m_result.end.pc = trap.mepc;
    m_result.end.function = m_in.elf.symbolize(trap.mepc);
  }

  void collect() {
    m_result.total_cycles = elapsed_cycles();
    const std::size_t asked = runs_network(m_scenario) ? m_in.count : 0;
    if (m_result.status == run_status::done && m_result.images.size() < asked) {
      end(run_status::firmware_failed,
          "the firmware finished after " +
              std::to_string(m_result.images.size()) + " of " +
              std::to_string(asked) + " images");
    }
    collect_counters(m_soc, m_ledger, m_in.model.size, runs_network(m_scenario),
                     m_result);
    collect_check();
    if (m_lockstep) collect_lockstep(*m_options.lockstep, m_lockstep->log());
    for (const auto& trace : m_traces) {
      trace->close();
      m_result.traces.push_back(trace->summary());
    }
  }

  void collect_lockstep(const lockstep_request& request,
                        const models::lockstep_log& log) {
    m_result.lockstep = lockstep_result{request.block, request.config.level,
                                        log.counts(), log.divergence()};
    auto& divergence = m_result.lockstep->divergence;
    if (!divergence) return;
    divergence->layer = layer_name(divergence->tag);
    const std::string& path = request.window_path;
    if (!path.empty() &&
        !log.window().write_vcd(path, request.block,
                                models::picoseconds(m_clock))) {
      throw vit::input_error("--out", path, "cannot be written",
                             "is the disk full?");
    }
  }

  void collect_check() {
    m_check.finish();
    check_result& check = m_result.check;
    check.level = m_scenario.checks.level;
    check.elements_compared = m_check.elements_compared();
    if (m_check.first_difference()) {
      const layer_difference& d = *m_check.first_difference();
      check.first_difference = result_difference{
          d.image, d.layer, d.token, d.channel, d.expected, d.actual};
      return;
    }
    constexpr std::size_t most = 5;
    const std::vector<std::string>& unchecked = m_check.unchecked();
    for (std::size_t i = 0; i < std::min(most, unchecked.size()); ++i) {
      fail("no command computed " + unchecked[i]);
    }
  }

  const scenario& m_scenario;
  const run_options& m_options;
  run_inputs m_in;
  sc_time m_clock;
  run_result m_result = begin_result(m_scenario, m_in);
  bool m_finished = false;
  unsigned m_exit_code = 0;
  std::vector<std::shared_ptr<models::rtl_trace>> m_traces;
  models::host_workers m_workers;
  soc m_soc;
  stall_ledger m_ledger;
  layer_check m_check;
  selection_record m_selections;
  std::unique_ptr<models::lockstep> m_lockstep;  // null: none
};

}  // namespace

run_result run_scenario(const scenario& s, const run_options& options) {
  run_clock clock;
  try {
    runner run(s, options, read_inputs(s));
    clock.end_setup();
    run_result result = run.run();
    result.host = clock.elapsed();
    return result;
  } catch (const models::elf_error& error) {
    throw vit::input_error(error.what());
  } catch (const models::rtl_error& error) {
    throw vit::input_error(error.what());
  } catch (const std::invalid_argument& error) {
    // A model refused its part of the scenario.
    throw vit::input_error("scenario", "", error.what());
  }
}

}  // namespace vitvp::platform

#include "models/uart/uart.hpp"

#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <registers/memory_map.hpp>
#include <registers/uart.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "test/registers/register_bench.hpp"
#include "test/registers/register_walk.hpp"

namespace {

using namespace sc_core;
namespace regs = vitvp::registers::uart;
using vitvp::models::uart;
using vitvp::models::uart_config;
using vitvp::test::run_for;
using vitvp::test::settle;

constexpr std::uint32_t data_ready = 0x01;
constexpr std::uint32_t holding_empty = 0x20;
constexpr std::uint32_t transmitter_empty = 0x40;

// Characters take 1 us, accesses no time.
struct uart_bench {
  std::ostringstream output;
  std::vector<std::string> lines;
  vitvp::test::register_bench cpu{"cpu"};
  uart dut;
  sc_signal<bool> irq{"irq"};

  explicit uart_bench(uart_config config = uart_config())
      : dut("dut", complete(config)) {
    cpu.checker.out.bind(dut.in);
    dut.irq(irq);
    sc_start(SC_ZERO_TIME);
    settle();
  }

  uart_config complete(uart_config& config) {
    config.access_cycles = 0;
    config.character_time = sc_time(1, SC_US);
    config.output = &output;
    config.on_line = [this](const std::string& line) { lines.push_back(line); };
    return config;
  }

  static void run(double us) { run_for(sc_time(us, SC_US)); }

  std::uint32_t read(std::uint32_t offset) { return cpu.read(offset, 1); }
  void write(std::uint32_t offset, std::uint32_t value) {
    cpu.write(offset, value, 1);
    settle();
  }
  void send(const std::string& text) {
    for (const char c : text) {
      write(regs::RBR_THR_DLL, static_cast<unsigned char>(c));
    }
  }
};

uart_config receiving(const std::string& text) {
  uart_config config;
  config.input = vitvp::models::uart_source_from(text);
  return config;
}

}  // namespace

TEST_CASE("its registers do what the table says") {
  uart_bench bench;
  auto walk = vitvp::test::walk_over(bench.cpu.out, regs::table);
  walk.size = vitvp::registers::uart_size;
  vitvp::test::check_registers(walk);
}

TEST_CASE("an access takes its latency") {
  vitvp::test::register_bench cpu("cpu");
  uart dut("dut");
  sc_signal<bool> irq;
  cpu.checker.out.bind(dut.in);
  dut.irq(irq);
  sc_start(SC_ZERO_TIME);
  cpu.read(regs::SCR, 1, sc_time(5, SC_NS));
  CHECK(cpu.last_delay() == sc_time(6, SC_NS));
}

TEST_CASE("what is sent comes out in lines") {
  uart_bench bench;
  bench.send("hello\nwor");
  CHECK(bench.output.str() == "hello\n");
  CHECK(bench.dut.unfinished_line() == "wor");
  bench.send("ld");
  CHECK(bench.output.str() == "hello\n");
  bench.dut.flush();
  CHECK(bench.output.str() == "hello\nworld");
  CHECK(bench.lines == std::vector<std::string>{"hello"});
}

TEST_CASE("the end of the simulation flushes") {
  uart_bench bench;
  bench.send("cut");
  sc_stop();
  CHECK(bench.output.str() == "cut");
}

TEST_CASE("a character leaves per character time") {
  uart_bench bench;
  CHECK(bench.read(regs::LSR) == (holding_empty | transmitter_empty));
  bench.send("a");
  CHECK(bench.read(regs::LSR) == holding_empty);
  bench.send("b");
  CHECK(bench.read(regs::LSR) == 0);
  bench.run(0.9);
  CHECK(bench.read(regs::LSR) == 0);
  bench.run(0.1);
  CHECK(bench.read(regs::LSR) == holding_empty);
  bench.run(1);
  CHECK(bench.read(regs::LSR) == (holding_empty | transmitter_empty));
}

TEST_CASE("the status is that of the initiator's local time") {
  uart_bench bench;
  bench.send("ab");
  CHECK(bench.cpu.read(regs::LSR, 1, sc_time(1, SC_US)) == holding_empty);
  CHECK(bench.cpu.read(regs::LSR, 1, sc_time(2, SC_US)) ==
        (holding_empty | transmitter_empty));
  CHECK(bench.cpu.peek(regs::LSR, 1) == 0);
}

TEST_CASE("a full FIFO loses what is written to it") {
  uart_bench bench;
  bench.send("0123456789abcdefGH\n");
  CHECK(bench.dut.unfinished_line() == "0123456789abcdefG");
  bench.run(1);
  bench.send("I\n");
  CHECK(bench.dut.unfinished_line() == "0123456789abcdefGI");
  CHECK(bench.lines.empty());
}

TEST_CASE("the transmit interrupt comes when the FIFO becomes empty") {
  uart_bench bench;
  bench.write(regs::IER_DLM, 0x2);
  CHECK(bench.irq.read());
  CHECK(bench.read(regs::IIR_FCR) == 0x02);
  settle();
  CHECK_FALSE(bench.irq.read());
  CHECK(bench.read(regs::IIR_FCR) == 0x01);
  bench.send("abc");
  bench.run(1.9);
  CHECK_FALSE(bench.irq.read());
  bench.run(0.1);
  CHECK(bench.irq.read());
  bench.send("d");
  settle();
  CHECK_FALSE(bench.irq.read());
  bench.run(1);
  CHECK(bench.irq.read());
  bench.write(regs::IER_DLM, 0);
  CHECK_FALSE(bench.irq.read());
}

TEST_CASE("looking at the interrupt does not acknowledge it") {
  uart_bench bench;
  bench.write(regs::IER_DLM, 0x2);
  CHECK(bench.cpu.peek(regs::IIR_FCR, 1) == 0x02);
  settle();
  CHECK(bench.irq.read());
}

TEST_CASE("a character arrives per character time") {
  uart_bench bench(receiving("xy"));
  bench.run(0.9);
  CHECK((bench.read(regs::LSR) & data_ready) == 0);
  bench.run(0.1);
  CHECK((bench.read(regs::LSR) & data_ready) == 1);
  CHECK(bench.cpu.peek(regs::RBR_THR_DLL, 1) == 'x');
  CHECK(bench.read(regs::RBR_THR_DLL) == 'x');
  CHECK((bench.read(regs::LSR) & data_ready) == 0);
  CHECK(bench.read(regs::RBR_THR_DLL) == 0);
  CHECK(bench.cpu.read(regs::RBR_THR_DLL, 1, sc_time(1, SC_US)) == 'y');
}

TEST_CASE("reading does not hold up the characters that follow") {
  uart_bench bench(receiving("xyz"));
  bench.run(1.5);
  CHECK(bench.read(regs::RBR_THR_DLL) == 'x');
  bench.run(0.5);
  CHECK(bench.read(regs::RBR_THR_DLL) == 'y');
}

TEST_CASE("input waits while nobody reads, nothing is lost") {
  std::string sent;
  for (int i = 0; i < 40; ++i) sent += static_cast<char>('A' + i);
  uart_bench bench(receiving(sent));
  bench.run(100);
  CHECK_FALSE(sc_pending_activity());
  CHECK(bench.dut.waiting_for() == "dut: 16 received bytes were not read");
  std::string received;
  while (received.size() < sent.size()) {
    bench.run(0.5);
    if ((bench.read(regs::LSR) & data_ready) == 0) continue;
    received += static_cast<char>(bench.read(regs::RBR_THR_DLL));
    REQUIRE(sc_time_stamp() < sc_time(1, SC_MS));
  }
  CHECK(received == sent);
  bench.run(100);
  CHECK_FALSE(sc_pending_activity());
}

TEST_CASE("the receive interrupt stands while data wait, before transmit") {
  uart_bench bench(receiving("pq"));
  bench.write(regs::IER_DLM, 0x3);
  CHECK(bench.read(regs::IIR_FCR) == 0x02);
  settle();
  CHECK_FALSE(bench.irq.read());
  bench.run(1);
  CHECK(bench.irq.read());
  bench.send("s");
  bench.run(1);
  CHECK(bench.read(regs::IIR_FCR) == 0x04);
  CHECK(bench.read(regs::RBR_THR_DLL) == 'p');
  CHECK(bench.read(regs::RBR_THR_DLL) == 'q');
  CHECK(bench.read(regs::IIR_FCR) == 0x02);
  settle();
  CHECK_FALSE(bench.irq.read());
}

TEST_CASE("the FIFO control clears what it says") {
  uart_bench bench(receiving("rs"));
  bench.run(2);
  bench.send("abc");
  bench.write(regs::IIR_FCR, 0x04);
  CHECK(bench.read(regs::LSR) == (data_ready | holding_empty));
  bench.run(1);
  CHECK(bench.read(regs::LSR) ==
        (data_ready | holding_empty | transmitter_empty));
  bench.write(regs::IIR_FCR, 0x02);
  CHECK(bench.read(regs::LSR) == (holding_empty | transmitter_empty));
}

TEST_CASE("the divisor latch shadows data and interrupt enable") {
  uart_bench bench;
  bench.write(regs::IER_DLM, 0x2);
  bench.write(regs::LCR, 0x83);
  bench.write(regs::RBR_THR_DLL, 0x45);
  bench.write(regs::IER_DLM, 0xfd);
  CHECK(bench.read(regs::RBR_THR_DLL) == 0x45);
  CHECK(bench.read(regs::IER_DLM) == 0xfd);
  bench.write(regs::LCR, 0x03);
  CHECK(bench.read(regs::IER_DLM) == 0x2);
  CHECK(bench.read(regs::RBR_THR_DLL) == 0);
  bench.write(regs::IER_DLM, 0xff);
  CHECK(bench.read(regs::IER_DLM) == 0x3);
  CHECK(bench.output.str().empty());
  CHECK(bench.dut.unfinished_line().empty());
}

TEST_CASE("reset clears FIFOs, enables and interrupts") {
  uart_bench bench(receiving("tuv"));
  bench.run(2);
  bench.write(regs::IER_DLM, 0x3);
  bench.write(regs::SCR, 0x5a);
  CHECK(bench.irq.read());
  bench.dut.reset();
  settle();
  CHECK_FALSE(bench.irq.read());
  CHECK(bench.read(regs::SCR) == 0);
  CHECK(bench.read(regs::LSR) == (holding_empty | transmitter_empty));
  bench.run(1);
  CHECK(bench.read(regs::RBR_THR_DLL) == 'v');
}

TEST_CASE("a stream and a descriptor are sources of bytes") {
  std::istringstream stream(std::string("a\xff\0b", 4));
  auto source = vitvp::models::uart_source_from(stream);
  CHECK(source() == 'a');
  CHECK(source() == 0xff);
  CHECK(source() == 0);
  CHECK(source() == 'b');
  CHECK(source() == vitvp::models::uart_ended);

  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  source = vitvp::models::uart_source_from_descriptor(ends[0]);
  CHECK(source() == vitvp::models::uart_nothing_yet);
  REQUIRE(write(ends[1], "z", 1) == 1);
  CHECK(source() == 'z');
  close(ends[1]);
  CHECK(source() == vitvp::models::uart_ended);
  close(ends[0]);
}

TEST_CASE("bad configurations are refused by the name of their key") {
  uart_config config;
  config.character_time = SC_ZERO_TIME;
  CHECK_THROWS_WITH(config.validate(), Catch::Contains("character_time"));
  config = uart_config();
  config.clock_period = SC_ZERO_TIME;
  CHECK_THROWS_WITH(uart("dut", config), Catch::Contains("clock_period"));
  config = uart_config();
  config.access_cycles = 1001;
  CHECK_THROWS_WITH(config.validate(), Catch::Contains("access_cycles"));
}

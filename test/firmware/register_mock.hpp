// An ordered register mock: the test says which accesses a driver makes, in
// order; any other, and any that is missing at the end, fails the test.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <deque>
#include <sstream>
#include <string>

#include "firmware/hal/native_backend.h"

namespace vitvp::firmware_test {

class register_mock {
 public:
  register_mock() {
    m_backend = {this,           read,        write, wait_for_interrupt,
                 set_interrupts, set_sources, halt};
    native_backend_select(&m_backend);
  }
  register_mock(const register_mock&) = delete;
  register_mock& operator=(const register_mock&) = delete;
  ~register_mock() {
    native_backend_select(nullptr);
    CHECK(m_failure == "");
    CHECK(m_expected.size() == 0);
  }

  /// The next access is a read that returns `value`.
  void expect_read(std::uint32_t address, std::uint32_t value,
                   std::uint32_t bytes = 4) {
    m_expected.push_back({false, address, value, bytes});
  }
  /// The next access is a write of `value`.
  void expect_write(std::uint32_t address, std::uint32_t value,
                    std::uint32_t bytes = 4) {
    m_expected.push_back({true, address, value, bytes});
  }

 private:
  struct access {
    bool is_write;
    std::uint32_t address;
    std::uint32_t value;
    std::uint32_t bytes;
  };

  static std::string text_of(const access& a) {
    std::ostringstream text;
    text << (a.is_write ? "write of 0x" : "read of 0x") << std::hex
         << (a.is_write ? a.value : 0) << " at 0x" << a.address << ", "
         << std::dec << a.bytes << " bytes";
    return text.str();
  }

  // Catch's assertions throw, which C code in between need not survive: the
  // first failure is kept until the end of the test.
  std::uint32_t next(const access& have) {
    if (m_expected.empty()) {
      fail("unexpected " + text_of(have));
      return 0;
    }
    const access want = m_expected.front();
    m_expected.pop_front();
    const bool same = want.is_write == have.is_write &&
                      want.address == have.address &&
                      want.bytes == have.bytes &&
                      (!want.is_write || want.value == have.value);
    if (!same) fail("expected " + text_of(want) + ", was " + text_of(have));
    return want.value;
  }

  void fail(const std::string& text) {
    if (m_failure.empty()) m_failure = text;
  }

  static bool read(void* context, std::uint32_t address, void* data,
                   std::uint32_t bytes) {
    const std::uint32_t value =
        static_cast<register_mock*>(context)->next({false, address, 0, bytes});
    std::memcpy(data, &value, bytes);
    return true;
  }
  static bool write(void* context, std::uint32_t address, const void* data,
                    std::uint32_t bytes) {
    std::uint32_t value = 0;
    std::memcpy(&value, data, bytes);
    static_cast<register_mock*>(context)->next({true, address, value, bytes});
    return true;
  }
  static void wait_for_interrupt(void*) {}
  static void set_interrupts(void*, bool) {}
  static void set_sources(void*, std::uint32_t) {}
  static void halt(void*) {}

  native_backend m_backend{};
  std::deque<access> m_expected;
  std::string m_failure;
};

}  // namespace vitvp::firmware_test

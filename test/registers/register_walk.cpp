#include "test/registers/register_walk.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <optional>
#include <vector>

namespace vitvp::test {
namespace {

using registers::access;
using registers::register_info;

// One access; what differs from an ordinary one is set before it is made.
struct attempt {
  tlm::tlm_command command = tlm::TLM_READ_COMMAND;
  std::uint64_t address = 0;
  unsigned length = 4;
  unsigned streaming_width = 0;  // 0: the length
  bool byte_enables = false;
  std::array<std::uint8_t, 16> data{};
};

void fill(tlm::tlm_generic_payload& payload, attempt& a) {
  static std::array<std::uint8_t, 16> enables{};
  enables.fill(TLM_BYTE_ENABLED);
  payload.set_command(a.command);
  payload.set_address(a.address);
  payload.set_data_ptr(a.data.data());
  payload.set_data_length(a.length);
  payload.set_streaming_width(a.streaming_width == 0 ? a.length
                                                     : a.streaming_width);
  payload.set_byte_enable_ptr(a.byte_enables ? enables.data() : nullptr);
  payload.set_byte_enable_length(a.byte_enables ? a.length : 0);
}

tlm::tlm_response_status make(const register_walk& walk, attempt& a) {
  tlm::tlm_generic_payload payload;
  fill(payload, a);
  sc_core::sc_time delay;
  walk.transport(payload, delay);
  CHECK_FALSE(payload.is_dmi_allowed());
  return payload.get_response_status();
}

attempt access_to(const register_info& info, tlm::tlm_command command,
                  std::uint64_t offset, std::uint32_t value = 0) {
  attempt a;
  a.command = command;
  a.address = offset;
  a.length = info.bytes;
  std::memcpy(a.data.data(), &value, sizeof value);
  return a;
}

std::uint32_t value_of(const attempt& a) {
  std::uint32_t value = 0;
  std::memcpy(&value, a.data.data(), a.length);
  return value;
}

// By debug access; nothing if that is refused.
std::optional<std::uint32_t> peek(const register_walk& walk,
                                  const register_info& info,
                                  std::uint64_t offset) {
  attempt a = access_to(info, tlm::TLM_READ_COMMAND, offset);
  tlm::tlm_generic_payload payload;
  fill(payload, a);
  if (walk.debug(payload) != info.bytes) return std::nullopt;
  return value_of(a);
}

std::uint32_t read(const register_walk& walk, const register_info& info,
                   std::uint64_t offset) {
  attempt a = access_to(info, tlm::TLM_READ_COMMAND, offset);
  CHECK(make(walk, a) == tlm::TLM_OK_RESPONSE);
  return value_of(a);
}

void write(const register_walk& walk, const register_info& info,
           std::uint64_t offset, std::uint32_t value) {
  attempt a = access_to(info, tlm::TLM_WRITE_COMMAND, offset, value);
  CHECK(make(walk, a) == tlm::TLM_OK_RESPONSE);
}

// Calls visit(info, offset) for each register, each element of an array.
template <typename visitor>
void for_each_register(const register_walk& walk, visitor visit) {
  for (std::size_t i = 0; i < walk.count; ++i) {
    const register_info& info = walk.table[i];
    for (std::uint32_t element = 0; element < info.count; ++element) {
      const std::uint64_t offset =
          info.offset + std::uint64_t{element} * info.stride;
      INFO(info.name << " [" << element << "] at 0x" << std::hex << offset);
      visit(info, offset);
    }
  }
}

// What all registers show, those that cannot be read as nothing.
std::vector<std::optional<std::uint32_t>> snapshot(const register_walk& walk) {
  std::vector<std::optional<std::uint32_t>> values;
  for_each_register(walk, [&](const register_info& info, std::uint64_t offset) {
    values.push_back(peek(walk, info, offset));
  });
  return values;
}

// The access is refused with `status`, and nothing changes.
void check_refused(const register_walk& walk, attempt a,
                   tlm::tlm_response_status status) {
  a.data.fill(0xff);
  const std::array<std::uint8_t, 16> before = a.data;
  CHECK(make(walk, a) == status);
  CHECK(a.data == before);
}

// Both directions; what has no right is refused for its shape all the same.
void check_both_refused(const register_walk& walk, attempt a,
                        tlm::tlm_response_status status) {
  for (const tlm::tlm_command command :
       {tlm::TLM_READ_COMMAND, tlm::TLM_WRITE_COMMAND}) {
    a.command = command;
    check_refused(walk, a, status);
  }
}

bool mapped(const register_walk& walk, std::uint64_t offset) {
  bool found = false;
  for_each_register(walk, [&](const register_info& info, std::uint64_t first) {
    found = found || (offset < first + info.bytes && first <= offset);
  });
  return found;
}

}  // namespace

void check_reset_values(const register_walk& walk) {
  for_each_register(walk, [&](const register_info& info, std::uint64_t offset) {
    const std::optional<std::uint32_t> seen = peek(walk, info, offset);
    REQUIRE(seen.has_value() == (info.mode != access::write_only));
    if (!seen.has_value()) return;
    std::optional<std::uint32_t> expected = info.reset;
    if (info.variable_reset) {
      expected.reset();
      const auto configured = walk.configured.find(info.offset);
      if (configured != walk.configured.end()) expected = configured->second;
    }
    CHECK((*seen & ~info.mask) == 0);
    if (expected.has_value()) CHECK(*seen == *expected);
    if (!info.is_volatile) CHECK(read(walk, info, offset) == *seen);
  });
}

void check_access_rights(const register_walk& walk) {
  const auto before = snapshot(walk);
  for_each_register(walk, [&](const register_info& info, std::uint64_t offset) {
    if (info.mode == access::write_only) {
      check_refused(walk, access_to(info, tlm::TLM_READ_COMMAND, offset),
                    tlm::TLM_COMMAND_ERROR_RESPONSE);
    } else if (info.mode == access::read_only) {
      check_refused(walk, access_to(info, tlm::TLM_WRITE_COMMAND, offset),
                    tlm::TLM_COMMAND_ERROR_RESPONSE);
    }
  });
  CHECK(snapshot(walk) == before);
}

void check_written_bits(const register_walk& walk) {
  for_each_register(walk, [&](const register_info& info, std::uint64_t offset) {
    if (info.is_volatile || walk.special.count(offset) != 0) return;
    if (info.mode == access::write_one_to_clear) {
      write(walk, info, offset, 0xffffffff);
      CHECK(read(walk, info, offset) == 0);
    } else if (info.mode == access::read_write) {
      for (const std::uint32_t pattern :
           {0xffffffffU, 0x55555555U, 0xaaaaaaaaU, 0U, info.reset}) {
        write(walk, info, offset, pattern);
        CHECK(read(walk, info, offset) == (pattern & info.mask));
        CHECK(peek(walk, info, offset) == (pattern & info.mask));
      }
    }
  });
}

void check_refused_shapes(const register_walk& walk) {
  const auto before = snapshot(walk);
  for_each_register(walk, [&](const register_info& info, std::uint64_t offset) {
    attempt a = access_to(info, tlm::TLM_READ_COMMAND, offset);
    a.byte_enables = true;
    check_both_refused(walk, a, tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    a.byte_enables = false;
    for (const unsigned length : {1U, 2U, 3U, 4U, 8U, 16U}) {
      if (length == info.bytes) continue;
      a.length = length;
      check_both_refused(walk, a, tlm::TLM_BURST_ERROR_RESPONSE);
    }
    if (info.bytes == 1) return;
    a.length = info.bytes;
    a.streaming_width = info.bytes / 2;
    check_both_refused(walk, a, tlm::TLM_BURST_ERROR_RESPONSE);
    a.streaming_width = 0;
    a.address = offset + 1;
    check_both_refused(walk, a, tlm::TLM_BURST_ERROR_RESPONSE);
  });
  CHECK(snapshot(walk) == before);
}

void check_unmapped_offsets(const register_walk& walk) {
  const auto before = snapshot(walk);
  const unsigned bytes = walk.table[0].bytes;
  std::set<std::uint64_t> offsets{walk.size - bytes, walk.size,
                                  std::uint64_t{1} << 32};
  for_each_register(walk, [&](const register_info&, std::uint64_t offset) {
    offsets.insert(offset + bytes);
    if (offset >= bytes) offsets.insert(offset - bytes);
  });
  for (const std::uint64_t offset : offsets) {
    if (mapped(walk, offset)) continue;
    INFO("offset 0x" << std::hex << offset);
    attempt a;
    a.address = offset;
    a.length = bytes;
    check_both_refused(walk, a, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
  CHECK(snapshot(walk) == before);
}

void check_effects_of_debug(const register_walk& walk) {
  const auto before = snapshot(walk);
  CHECK(snapshot(walk) == before);
  for_each_register(walk, [&](const register_info& info, std::uint64_t offset) {
    attempt a = access_to(info, tlm::TLM_WRITE_COMMAND, offset, 0xffffffff);
    tlm::tlm_generic_payload payload;
    fill(payload, a);
    CHECK(walk.debug(payload) == 0);
    a.command = tlm::TLM_IGNORE_COMMAND;
    CHECK(make(walk, a) == tlm::TLM_OK_RESPONSE);
  });
  CHECK(snapshot(walk) == before);
}

void check_registers(const register_walk& walk) {
  check_reset_values(walk);
  check_access_rights(walk);
  check_refused_shapes(walk);
  check_unmapped_offsets(walk);
  check_effects_of_debug(walk);
  check_written_bits(walk);
}

}  // namespace vitvp::test

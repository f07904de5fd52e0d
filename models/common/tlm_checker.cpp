#include "models/common/tlm_checker.hpp"

#include <algorithm>
#include <sstream>
#include <string>

namespace vitvp::models {
namespace {

bool is_known(tlm::tlm_command command) {
  return command == tlm::TLM_READ_COMMAND ||
         command == tlm::TLM_WRITE_COMMAND ||
         command == tlm::TLM_IGNORE_COMMAND;
}

bool byte_enables_are_valid(const tlm::tlm_generic_payload& payload) {
  const unsigned char* enables = payload.get_byte_enable_ptr();
  const unsigned length = payload.get_byte_enable_length();
  if (enables == nullptr) return true;
  return length > 0 &&
         std::all_of(enables, enables + length, [](unsigned char enable) {
           return enable == TLM_BYTE_ENABLED || enable == TLM_BYTE_DISABLED;
         });
}

/// What a target must not touch, copied to be compared with.
std::vector<std::uint8_t> constant_bytes(
    const tlm::tlm_generic_payload& payload) {
  std::vector<std::uint8_t> bytes;
  if (payload.is_write() && payload.get_data_ptr() != nullptr) {
    bytes.assign(payload.get_data_ptr(),
                 payload.get_data_ptr() + payload.get_data_length());
  }
  if (payload.get_byte_enable_ptr() != nullptr) {
    bytes.insert(
        bytes.end(), payload.get_byte_enable_ptr(),
        payload.get_byte_enable_ptr() + payload.get_byte_enable_length());
  }
  return bytes;
}

struct attributes {
  explicit attributes(const tlm::tlm_generic_payload& payload)
      : command(payload.get_command()),
        address(payload.get_address()),
        data(payload.get_data_ptr()),
        data_length(payload.get_data_length()),
        byte_enables(payload.get_byte_enable_ptr()),
        byte_enable_length(payload.get_byte_enable_length()),
        streaming_width(payload.get_streaming_width()) {}

  bool same(const attributes& other, bool address_may_change) const {
    return command == other.command && data == other.data &&
           data_length == other.data_length &&
           byte_enables == other.byte_enables &&
           byte_enable_length == other.byte_enable_length &&
           streaming_width == other.streaming_width &&
           (address_may_change || address == other.address);
  }

  tlm::tlm_command command;
  sc_dt::uint64 address;
  const unsigned char* data;
  unsigned data_length;
  const unsigned char* byte_enables;
  unsigned byte_enable_length;
  unsigned streaming_width;
};

bool allows(const tlm::tlm_dmi& dmi, tlm::tlm_command command) {
  if (command == tlm::TLM_READ_COMMAND) return dmi.is_read_allowed();
  if (command == tlm::TLM_WRITE_COMMAND) return dmi.is_write_allowed();
  return !dmi.is_none_allowed();
}

}  // namespace

const char* message_type(tlm_rule rule) {
  constexpr std::array<const char*, static_cast<std::size_t>(tlm_rule::count)>
      names{"/vitvp/tlm/command",
            "/vitvp/tlm/response_initial",
            "/vitvp/tlm/dmi_hint_initial",
            "/vitvp/tlm/data_pointer",
            "/vitvp/tlm/data_length",
            "/vitvp/tlm/streaming_width",
            "/vitvp/tlm/byte_enables",
            "/vitvp/tlm/option",
            "/vitvp/tlm/attributes_changed",
            "/vitvp/tlm/data_changed",
            "/vitvp/tlm/response_set",
            "/vitvp/tlm/delay_decreased",
            "/vitvp/tlm/dmi_range",
            "/vitvp/tlm/dmi_rights",
            "/vitvp/tlm/debug_length",
            "/vitvp/tlm/debug_time",
            "/vitvp/tlm/debug_side_effect"};
  return names.at(static_cast<std::size_t>(rule));
}

tlm_checker::tlm_checker(const sc_core::sc_module_name& name,
                         bool address_may_change)
    : sc_module(name),
      in("in"),
      out("out"),
      m_address_may_change(address_may_change) {
  in.register_b_transport(this, &tlm_checker::b_transport);
  in.register_get_direct_mem_ptr(this, &tlm_checker::get_direct_mem_ptr);
  in.register_transport_dbg(this, &tlm_checker::transport_dbg);
  out.register_invalidate_direct_mem_ptr(
      this, &tlm_checker::invalidate_direct_mem_ptr);
}

std::size_t tlm_checker::violations() const {
  std::size_t sum = 0;
  for (const std::size_t n : m_violations) sum += n;
  return sum;
}

std::size_t tlm_checker::violations(tlm_rule rule) const {
  return m_violations.at(static_cast<std::size_t>(rule));
}

void tlm_checker::check(bool holds, tlm_rule rule,
                        const tlm::tlm_generic_payload& payload) {
  if (holds) return;
  ++m_violations.at(static_cast<std::size_t>(rule));
  std::ostringstream text;
  text << name() << ": address 0x" << std::hex << payload.get_address()
       << std::dec << ", command " << payload.get_command() << ", length "
       << payload.get_data_length() << ", response "
       << payload.get_response_string();
  SC_REPORT_ERROR(message_type(rule), text.str().c_str());
}

void tlm_checker::check_sent(const tlm::tlm_generic_payload& payload) {
  const bool ignore = payload.get_command() == tlm::TLM_IGNORE_COMMAND;
  check(is_known(payload.get_command()), tlm_rule::command, payload);
  check(payload.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE,
        tlm_rule::response_initial, payload);
  check(!payload.is_dmi_allowed(), tlm_rule::dmi_hint_initial, payload);
  check(payload.get_data_ptr() != nullptr || payload.get_data_length() == 0,
        tlm_rule::data_pointer, payload);
  check(payload.get_data_length() > 0 || ignore, tlm_rule::data_length,
        payload);
  check(payload.get_streaming_width() > 0, tlm_rule::streaming_width, payload);
  check(byte_enables_are_valid(payload), tlm_rule::byte_enables, payload);
  check(payload.get_gp_option() == tlm::TLM_MIN_PAYLOAD, tlm_rule::option,
        payload);
}

void tlm_checker::b_transport(tlm::tlm_generic_payload& payload,
                              sc_core::sc_time& delay) {
  ++m_transactions;
  check_sent(payload);
  const attributes sent(payload);
  const std::vector<std::uint8_t> constant = constant_bytes(payload);
  // A target that waits may take off the time that has passed.
  const sc_core::sc_time earliest = sc_core::sc_time_stamp() + delay;
  out->b_transport(payload, delay);
  check(sent.same(attributes(payload), m_address_may_change),
        tlm_rule::attributes_changed, payload);
  check(constant == constant_bytes(payload), tlm_rule::data_changed, payload);
  check(payload.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE,
        tlm_rule::response_set, payload);
  check(sc_core::sc_time_stamp() + delay >= earliest, tlm_rule::delay_decreased,
        payload);
}

bool tlm_checker::get_direct_mem_ptr(tlm::tlm_generic_payload& payload,
                                     tlm::tlm_dmi& dmi) {
  const sc_dt::uint64 address = payload.get_address();
  const tlm::tlm_command command = payload.get_command();
  if (!out->get_direct_mem_ptr(payload, dmi)) return false;
  check(dmi.get_dmi_ptr() != nullptr && dmi.get_start_address() <= address &&
            address <= dmi.get_end_address(),
        tlm_rule::dmi_range, payload);
  check(allows(dmi, command), tlm_rule::dmi_rights, payload);
  return true;
}

unsigned tlm_checker::transport_dbg(tlm::tlm_generic_payload& payload) {
  const attributes sent(payload);
  const sc_dt::uint64 time = sc_core::sc_time_stamp().value();
  const sc_dt::uint64 delta = sc_core::sc_delta_count();
  const unsigned moved = out->transport_dbg(payload);
  check(sent.same(attributes(payload), m_address_may_change),
        tlm_rule::attributes_changed, payload);
  check(moved <= sent.data_length, tlm_rule::debug_length, payload);
  if (sent.command == tlm::TLM_READ_COMMAND && moved <= sent.data_length) {
    payload.set_address(sent.address);
    std::vector<std::uint8_t> first(payload.get_data_ptr(),
                                    payload.get_data_ptr() + moved);
    const unsigned again = out->transport_dbg(payload);
    check(again == moved &&
              std::equal(first.begin(), first.end(), payload.get_data_ptr()),
          tlm_rule::debug_side_effect, payload);
  }
  check(time == sc_core::sc_time_stamp().value() &&
            delta == sc_core::sc_delta_count(),
        tlm_rule::debug_time, payload);
  return moved;
}

void tlm_checker::invalidate_direct_mem_ptr(sc_dt::uint64 first,
                                            sc_dt::uint64 last) {
  in->invalidate_direct_mem_ptr(first, last);
}

}  // namespace vitvp::models

// SPDX-License-Identifier: EUPL-1.2
#include "platform/ata_commands.h"

#include <algorithm>

namespace wattlife {
namespace {

constexpr AtaCommand identify_device{.command = 0xEC};
// SMART commands carry the signature C2 4F in the address.
constexpr AtaCommand smart(std::uint8_t feature, bool reads) {
  return {.command = 0xB0, .feature = feature, .lba_mid = 0x4F, .lba_high = 0xC2, .reads = reads};
}
constexpr AtaCommand smart_read_data = smart(0xD0, true);
constexpr AtaCommand smart_read_thresholds = smart(0xD1, true);
// Transfers nothing: a drive that fails turns the signature into 2C F4.
constexpr AtaCommand smart_return_status = smart(0xDA, false);

// READ LOG EXT of one page of the Device Statistics log (04h).
constexpr AtaCommand read_device_statistics(std::uint8_t page) {
  return {.command = 0x2F, .lba_low = 0x04, .lba_mid = page, .extended = true};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<AtaCommand> ata_command_of(std::string_view page) {
  if (page == "identify") return identify_device;
  if (page == "attributes") return smart_read_data;
  if (page == "thresholds") return smart_read_thresholds;
  if (page == "status") return smart_return_status;
  constexpr std::string_view statistics = "devstat/";
  const std::string_view digits = page.substr(std::min(statistics.size(), page.size()));
  if (page.substr(0, statistics.size()) != statistics || digits.size() != 2) return std::nullopt;
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  return read_device_statistics(
      static_cast<std::uint8_t>((digits[0] - '0') * 16 + (digits[1] - '0')));
}

bool are_answer(const AtaRegisters& registers) {
  constexpr unsigned busy = 0x80;
  return registers.status != 0 && (registers.status & busy) == 0;
}

bool is_refused(const AtaRegisters& registers) {
  constexpr unsigned error_or_fault = 0x21;
  return (registers.status & error_or_fault) != 0;
}

bool is_asleep(const AtaRegisters& registers) {
  constexpr std::uint8_t standby = 0x00;
  constexpr std::uint8_t standby_y = 0x01;  // of drives with extended power conditions
  return !is_refused(registers) && (registers.count == standby || registers.count == standby_y);
}

Result<std::string> smart_status_page(const std::optional<AtaRegisters>& registers) {
  if (!registers) return Error{Cause::absent, "no registers came back with SMART RETURN STATUS"};
  if (is_refused(*registers)) return Error{Cause::io, "the drive refused SMART RETURN STATUS"};
  return std::string{static_cast<char>(registers->lba_mid), static_cast<char>(registers->lba_high)};
}

}  // namespace wattlife

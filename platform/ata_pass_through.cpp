// SPDX-License-Identifier: EUPL-1.2
#include "platform/ata_pass_through.h"

#include <algorithm>

#include "core/text.h"
#include "platform/sensors/little_endian.h"

namespace wattlife {
namespace {

constexpr std::size_t length_at = 0;
constexpr std::size_t flags_at = 2;
constexpr std::size_t transfer_at = 8;
constexpr std::size_t time_limit_at = 12;
constexpr std::size_t buffer_offset_at = 24;
constexpr std::size_t task_file_at = 40;

constexpr unsigned flag_ready = 0x01;  // the drive must be ready for it
constexpr unsigned flag_data_in = 0x02;
constexpr unsigned flag_48_bit = 0x08;

// When this runs out, Windows resets the drive: longer than any drive repairs a sector. Who asked
// has by then long been told that it is busy.
constexpr unsigned time_limit_s = 10;

// Where the sector will come; a driver that says "done" and brings none leaves this.
constexpr char untouched = static_cast<char>(0xCF);

void put(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

// A driver that returns no registers leaves the task file as it was sent, and the signature of
// SMART RETURN STATUS as it was sent is that of a drive which passes.
std::optional<AtaRegisters> registers_in(const AtaCommand& command, std::string_view bytes) {
  const AtaRegisters registers{byte_at(bytes, task_file_at + 6), byte_at(bytes, task_file_at + 1),
                               byte_at(bytes, task_file_at + 3), byte_at(bytes, task_file_at + 4)};
  if (registers.status == command.command || !are_answer(registers)) return std::nullopt;
  return registers;
}

std::string page_in(const AtaCommand& command, std::string_view bytes) {
  if (!command.reads || bytes.size() < ata_pass_through_bytes + ata_page_bytes) return {};
  if (little_endian(bytes, transfer_at, 4) < ata_page_bytes) return {};
  const std::string_view page = bytes.substr(ata_pass_through_bytes, ata_page_bytes);
  if (page.find_first_not_of(untouched) == std::string_view::npos) return {};
  return std::string(page);
}

std::string code_of(const AtaCommand& command) {
  const auto code = static_cast<char>(command.command);
  return hex_from_bytes(std::string_view(&code, 1)) + "h";
}

}  // namespace

std::string ata_pass_through_request(const AtaCommand& command) {
  constexpr std::uint8_t device = 0xA0;  // the two bits that were once always set
  std::string bytes(ata_pass_through_bytes, '\0');
  if (command.reads) bytes.append(ata_page_bytes, untouched);
  put(bytes, length_at, ata_pass_through_bytes, 2);
  put(bytes, flags_at,
      flag_ready | (command.reads ? flag_data_in : 0) | (command.extended ? flag_48_bit : 0), 2);
  put(bytes, transfer_at, command.reads ? ata_page_bytes : 0, 4);
  put(bytes, time_limit_at, time_limit_s, 4);
  put(bytes, buffer_offset_at, command.reads ? ata_pass_through_bytes : 0, 8);
  const std::uint8_t task_file[] = {
      command.feature,  static_cast<std::uint8_t>(command.reads ? 1 : 0),
      command.lba_low,  command.lba_mid,
      command.lba_high, device,
      command.command};
  // The file before it holds the high bytes of a 48-bit command: all zero here.
  for (std::size_t i = 0; i < std::size(task_file); ++i)
    put(bytes, task_file_at + i, task_file[i], 1);
  return bytes;
}

Result<AtaAnswer> ata_pass_through_answer(const AtaCommand& command, std::string_view bytes) {
  if (bytes.size() < ata_pass_through_bytes) {
    return Error{Cause::io, "the answer to command " + code_of(command) + " is cut off"};
  }
  return AtaAnswer{registers_in(command, bytes), page_in(command, bytes)};
}

Result<std::string> ata_page_through(
    std::string_view page, const std::function<Result<AtaAnswer>(const AtaCommand&)>& send) {
  const auto command = ata_command_of(page);
  if (!command) return Error{Cause::absent, "not a page of an ATA drive"};
  const Result<AtaAnswer> mode = send(check_power_mode);
  if (!mode) return mode.error();
  if (!mode->registers) {
    return Error{Cause::io, "the driver does not tell whether the drive sleeps"};
  }
  if (is_asleep(*mode->registers)) {
    return Error{Cause::asleep, "the drive sleeps, and is not woken for this"};
  }
  Result<AtaAnswer> answer = send(*command);
  if (!answer) return answer.error();
  if (!command->reads) return smart_status_page(answer->registers);
  if (answer->registers && is_refused(*answer->registers)) {
    return Error{Cause::io, "the drive refused command " + code_of(*command)};
  }
  if (answer->page.empty()) {
    return Error{Cause::io, "no sector came with command " + code_of(*command)};
  }
  return std::move(answer->page);
}

}  // namespace wattlife

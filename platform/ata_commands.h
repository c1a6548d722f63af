// SPDX-License-Identifier: EUPL-1.2
// The few commands that are ever sent to an ATA drive, all of which only read, and what a drive
// leaves in its registers. How a command travels is the business of each system:
// drive_pages_linux, ata_pass_through. Source: ATA/ATAPI Command Set (ACS-3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace wattlife {

inline constexpr std::size_t ata_page_bytes = 512;

// One ATA command that returns a sector, or none.
struct AtaCommand {
  std::uint8_t command = 0;
  std::uint8_t feature = 0;
  std::uint8_t lba_low = 0;
  std::uint8_t lba_mid = 0;
  std::uint8_t lba_high = 0;
  bool extended = false;  // a 48-bit command
  bool reads = true;      // a sector comes back; without, only registers do
  friend bool operator==(const AtaCommand&, const AtaCommand&) = default;
};

// Tells whether the drive sleeps, and does not wake it.
inline constexpr AtaCommand check_power_mode{.command = 0xE5, .reads = false};

// The command that brings a page of machine_tree.h: "identify", "attributes", "thresholds",
// "devstat/<two digits>" or "status". Empty: there is no such page.
std::optional<AtaCommand> ata_command_of(std::string_view page);

// What an ATA drive left in its registers, as far as anything here reads them.
struct AtaRegisters {
  std::uint8_t status = 0;
  std::uint8_t count = 0;
  std::uint8_t lba_mid = 0;
  std::uint8_t lba_high = 0;
  friend bool operator==(const AtaRegisters&, const AtaRegisters&) = default;
};

// Whether these are registers that a drive left. Drivers and bridges that return none fill them
// with zeros, which would be a drive that sleeps; the status of one that did a command is never
// zero. While a drive is busy its registers mean nothing.
bool are_answer(const AtaRegisters& registers);

// The drive did not do what it was asked: an error, or a fault of the device.
bool is_refused(const AtaRegisters& registers);
// After CHECK POWER MODE: to read anything, the drive would have to spin up. One that refused the
// question is taken to be awake: that is how drives without moving parts behave.
bool is_asleep(const AtaRegisters& registers);
// Page "status": the two bytes that SMART RETURN STATUS left, LBA mid and high. Absent without
// registers, io when the drive refused the command (SMART is off).
Result<std::string> smart_status_page(const std::optional<AtaRegisters>& registers);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// What IOCTL_ATA_PASS_THROUGH of Windows takes and gives, as bytes: ATA_PASS_THROUGH_EX of a
// program of 64 bits, with the sector behind it. Pure, so that it is tested on every system;
// devices_windows makes the call.
// Source: Windows driver documentation, ntddscsi.h. Little endian:
//    0 Length u16, 48         2 AtaFlags u16           4 PathId, TargetId, Lun, reserved
//    8 DataTransferLength u32 12 TimeOutValue u32, s   16 reserved u32, 4 bytes of padding
//   24 DataBufferOffset u64   32 PreviousTaskFile[8]   40 CurrentTaskFile[8]
// A task file going in is features, count, LBA low, mid, high, device, command, reserved; coming
// back it has error for features and status for command.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "platform/ata_commands.h"

namespace wattlife {

inline constexpr std::size_t ata_pass_through_bytes = 48;

// The buffer for one command, which is also where the answer comes.
std::string ata_pass_through_request(const AtaCommand& command);

struct AtaAnswer {
  std::optional<AtaRegisters> registers;  // empty: the driver gave back what it was given
  std::string page;                       // 512 bytes, or none when no whole sector came
  friend bool operator==(const AtaAnswer&, const AtaAnswer&) = default;
};
// From the bytes that the driver says it returned. Io when they are cut off.
Result<AtaAnswer> ata_pass_through_answer(const AtaCommand& command, std::string_view bytes);

// A page of machine_tree.h, by `send`, which brings one command to the drive and its answer back.
// Asks first whether the drive sleeps, and then sends nothing more: that is asleep. A driver that
// does not tell this is not asked for more either, since a drive must not be woken: io.
// Errors besides: absent (no such page), io (the drive refused), those of `send`.
Result<std::string> ata_page_through(
    std::string_view page, const std::function<Result<AtaAnswer>(const AtaCommand&)>& send);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// Whether two sets of serial numbers are of the same hardware. Nothing is hashed and nothing is
// secret here: numbers are compared as they are, on the device or at the collector, and the answer
// is evidence for a person, never a decision. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/reading.h"

namespace wattlife {

// What identifies a machine and its parts; for the owner's asset role only.
struct Serials {
  std::optional<std::string> system_serial;
  std::optional<std::string> system_uuid;
  std::vector<std::string> disk_serials;
  std::vector<std::string> battery_serials;
  std::optional<std::string> board_serial = std::nullopt;
  std::optional<std::string> asset_tag = std::nullopt;  // the owner's; says nothing of hardware
  friend bool operator==(const Serials&, const Serials&) = default;
};
Serials serials_of(const Inventory& inventory);

// Whether a serial number can tell one machine from another: long enough, not one character over
// and over, no placeholder.
bool tells_identity(std::string_view serial);

enum class Likeness {
  same,           // everything that both tell is equal
  part_replaced,  // the same laptop with another main board or other drives
  other,          // another machine, whatever parts or programs came along
  unknown,        // too little in common to say, or numbers that contradict each other
};
const char* name_of(Likeness likeness);  // "same", "part_replaced", "other", "unknown"

// How `now` relates to `before`. The rules, in order:
//   serial of the system equal: the same laptop; with another UUID or board serial its main board
//     was replaced (both live on the board, the serial is written into the new one);
//   serial of the system different: another machine, also when the drive was moved into it, unless
//     the UUID or the board is equal: then nobody can say (a serial that was written later);
//   serial not known on one side: UUID or board equal says the same laptop; both different, and
//     drive and battery equal, says a new main board; drive alone may have been moved: unknown;
//     nothing equal, and something different: another machine.
// Drives are replaced when both sides tell some, and one of `before` is no longer there.
struct HardwareComparison {
  Likeness likeness = Likeness::unknown;
  bool board_replaced = false;
  bool disk_replaced = false;
  friend bool operator==(const HardwareComparison&, const HardwareComparison&) = default;
};
HardwareComparison compare_hardware(const Serials& before, const Serials& now);

}  // namespace wattlife

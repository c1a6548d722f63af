// SPDX-License-Identifier: EUPL-1.2
// What a machine tells of heat, fans, errors of its memory and crashes of its system: signs that a
// person should look at it, never a grade. Most laptops tell only a part, and silence is not
// health: what is not told is empty. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wattlife {

struct HardwareSigns {
  // Since the machine started, over all packages: how often the processor slowed down because of
  // heat, and for how long.
  std::optional<std::int64_t> throttle_events;
  std::optional<std::int64_t> throttle_ms;
  std::optional<std::int64_t> hottest_millicelsius;  // of all zones, at this moment
  std::vector<std::int64_t> fan_rpm;                 // of each fan that tells, at this moment
  // Since the machine started. Only memory with error correction counts, which laptops rarely have.
  std::optional<std::int64_t> memory_errors_corrected;
  std::optional<std::int64_t> memory_errors_uncorrected;
  std::optional<std::int64_t> crashes;  // of the system, of which it still keeps a record
  friend bool operator==(const HardwareSigns&, const HardwareSigns&) = default;
};

// Nothing at all was told.
bool is_empty(const HardwareSigns& signs);

// Stable codes of what is worth a look, in this order: "memory_errors" (uncorrected),
// "memory_errors_corrected", "crashed", "fan_stands_still" (every fan that tells is at 0 while a
// zone is at 85 degrees or more; one reading, so look again). How often is too often to slow down
// depends on the model (3-measurement 12.4): it is told and not judged.
std::vector<std::string> worth_a_look(const HardwareSigns& signs);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// How a solid-state drive wears: what it says of itself, and when it will have used its rated
// endurance. Never a chance of failure: that cannot be told from these numbers. For most office
// laptops the answer is "not within its life", and errors matter more than wear.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

namespace wattlife {

// All of NVMe log page 02h that has a use. Counters that do not fit 63 bits are empty; data units
// are 512,000 bytes each, and 0 of them means not reported.
struct NvmeHealth {
  std::int64_t critical_warning = 0;
  std::optional<std::int64_t> temperature_kelvin;  // composite
  std::int64_t available_spare = 0;                // %
  std::int64_t spare_threshold = 0;                // %
  std::int64_t percentage_used = 0;
  std::optional<std::int64_t> data_units_read;
  std::optional<std::int64_t> data_units_written;
  std::optional<std::int64_t> host_reads;   // commands
  std::optional<std::int64_t> host_writes;  // commands
  std::optional<std::int64_t> busy_minutes;
  std::optional<std::int64_t> power_cycles;
  std::optional<std::int64_t> power_on_hours;  // may leave out time in low power
  std::optional<std::int64_t> unsafe_shutdowns;
  std::optional<std::int64_t> media_errors;
  std::optional<std::int64_t> error_log_entries;  // grows harmlessly on many systems
  std::int64_t warning_minutes = 0;               // spent above the warning temperature
  std::int64_t critical_minutes = 0;
  std::array<std::optional<std::int64_t>, 8> sensors_kelvin;
  friend bool operator==(const NvmeHealth&, const NvmeHealth&) = default;
};

// What the rated endurance says about a percentage used.
enum class WearState { within, at_rating, beyond, saturated };
WearState wear_state(std::int64_t percentage_used);
const char* name_of(WearState state);  // "within", "at_rating", "beyond", "saturated"

// A whole and a tenth of degrees Celsius: 310 K is 36.9.
double celsius(std::int64_t kelvin);

struct WearPoint {
  UtcDay day;
  std::optional<std::int64_t> percentage_used;
  std::optional<std::int64_t> bytes_written;  // by the host
};

// Two independent answers, both shown: by the drive's own estimate, and by what the host wrote
// against the endurance that the maker guarantees. They differ by what the drive writes extra.
struct WearProjection {
  std::optional<double> percent_per_year;
  std::optional<double> years_to_rating;  // from the last point; 0 when it is reached
  std::optional<double> bytes_per_year;
  std::optional<double> years_to_rated_writes;
  std::string reason;  // why there is no answer by the drive's estimate; empty when there is one
  friend bool operator==(const WearProjection&, const WearProjection&) = default;
};

// In any order. The drive's estimate counts after a year or more and 3 points of movement; a
// saturated one says nothing. Writes count after 30 days. A counter that fell is another drive, or
// was reset: only what comes after counts.
WearProjection project_wear(std::vector<WearPoint> points,
                            std::optional<std::int64_t> rated_bytes = std::nullopt);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// When a collector that serves does its daily retention. Pure: times in, a decision out.
//
// Between 02:00 and 04:00 UTC, when the fewest laptops report and pages are looked at, each process
// at a moment of its own, so that several collectors do not all ask at once. What was missed (the
// machine was off, the database away) is made up for some time after the start. What failed is
// tried again after a while. That only one of several does it, the lease in the database sees to
// (FleetStore::take_duty).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.h"

namespace wattlife {

inline constexpr int default_months_kept = 13;
inline constexpr int most_months_kept = 25;
// Its name among the duties (FleetStore::take_duty).
inline const std::string retention_duty = "retention";

struct RetentionSettings {
  bool daily = true;  // a collector that serves does it by itself
  int months = default_months_kept;
};

inline constexpr std::chrono::hours calm_from{2};  // UTC
inline constexpr std::chrono::hours calm_time{2};
inline constexpr std::chrono::hours retention_overdue{26};         // longer than from turn to turn
inline constexpr std::chrono::minutes first_wait_after_start{10};  // when it is overdue
inline constexpr std::chrono::minutes retention_again{30};         // after a failure

// What is known about it. Times are of the wall clock, since they hold for all collectors of a
// database; one in the future was written by a clock that was wrong, and counts as none.
struct RetentionPast {
  UtcTime started;                   // this process
  std::optional<UtcTime> done;       // the last time that it went well, by whichever collector
  std::optional<UtcTime> attempted;  // the last time that this process tried
};

// `dice`: random, the same all the time that a process lives.
bool retention_is_due(const RetentionPast& past, UtcTime now, std::uint64_t dice);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// Two clocks that cannot be mixed: `BootTime` and `AwakeTime` measure, `UtcTime` labels.
// The wall clock is set back, set forward and wrong; a duration is never taken from it.
// Time is an argument everywhere: no function in core/ can ask what time it is.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wattlife {

using Duration = std::chrono::milliseconds;

// Time since the machine started, sleep included.
struct BootTime {
  Duration since_boot{0};
  friend constexpr auto operator<=>(BootTime, BootTime) = default;
  friend constexpr Duration operator-(BootTime a, BootTime b) {
    return a.since_boot - b.since_boot;
  }
};

// Time since the machine started, sleep not included. BootTime minus AwakeTime has no meaning
// by itself; the *growth* of their difference is time spent asleep.
struct AwakeTime {
  Duration since_boot{0};
  friend constexpr auto operator<=>(AwakeTime, AwakeTime) = default;
  friend constexpr Duration operator-(AwakeTime a, AwakeTime b) {
    return a.since_boot - b.since_boot;
  }
};

using UtcTime = std::chrono::sys_time<Duration>;
using UtcDay = std::chrono::sys_days;

// One reading of all clocks, as close together as the system allows.
struct Now {
  BootTime boot;
  AwakeTime awake;
  UtcTime utc;
  friend bool operator==(const Now&, const Now&) = default;
};

inline constexpr Duration quarter_hour = std::chrono::minutes(15);

// The start of the quarter hour that holds `t`; quarter hours begin at :00, :15, :30, :45 UTC.
UtcTime quarter_start(UtcTime t);

// The half-open span [begin, end) that one report is about. An ISO week in UTC (Monday to Sunday),
// or four of them counted from Monday 1970-01-05, cut at the ends of months, so that months and
// years can be added up. Nothing finer exists (1-mission, rule 4).
struct Period {
  UtcDay begin;
  UtcDay end;
  friend auto operator<=>(const Period&, const Period&) = default;
};
enum class PeriodLength { week, four_weeks };
Period period_of(UtcTime t, PeriodLength length);

// "2026-01-05T08:00:00Z". Milliseconds are dropped.
std::string to_iso8601(UtcTime t);
// "2026-01-05".
std::string to_iso8601(UtcDay day);

// Reads "2026-01-05T08:00:00Z" or, with `.123`, milliseconds. Empty when the text is not exactly
// that, or names a day or time that does not exist.
std::optional<UtcTime> utc_from_iso8601(std::string_view text);
// Reads "2026-01-05". Empty when the text is not exactly that, or the day does not exist.
std::optional<UtcDay> day_from_iso8601(std::string_view text);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// When a sampler wakes next. Pure: what it decides on is the last ticks, how long reading took and
// the setting. One wake for everything that is read, on absolute multiples of the interval, so that
// programs and laptops that keep to multiples wake together; never an alarm, never while the
// machine sleeps (3-measurement 14).
#pragma once

#include <array>
#include <optional>

#include "core/energy.h"
#include "core/time.h"

namespace wattlife {

// What earlier ticks say about how often to look.
struct Rhythm {
  std::optional<AwakeTime> idle_since;  // idle on mains at every tick from this one on
  // How long the last reads took, newest first. Empty until there were so many.
  std::array<std::optional<Duration>, 3> read_times{};
  friend bool operator==(const Rhythm&, const Rhythm&) = default;
};

// The rhythm after the tick `after`, whose read took `read_time`. `before` is the tick before it in
// the same run of the machine, if there was one.
Rhythm observed(const Rhythm& rhythm, const std::optional<Tick>& before, const Tick& after,
                Duration read_time);

// Why a laptop is looked at less often than the setting says.
enum class Pace {
  as_set,
  slow_reads,     // reading the battery is dear on this machine: 120 to 300 s
  panel_off,      // nobody looks at it: 300 s
  idle_on_mains,  // for half an hour: 300 s
  low_battery,    // 15 % or less: 300 s
};

struct Wake {
  Duration interval{0};
  Pace pace = Pace::as_set;
  friend bool operator==(const Wake&, const Wake&) = default;
};

// How long to wait between wakes. Never shorter than `setting`, with one exception: a span of
// `longest_span` would be a gap (core/energy), so nothing is longer than `longest_interval`. A
// slower pace is no slower than the counters allow: none may wrap unseen.
Wake wake_after(const Rhythm& rhythm, const Tick& last, Duration setting);

// The next multiple of `interval` after `now`.
BootTime next_wake(BootTime now, Duration interval);

inline constexpr Duration slow_interval = std::chrono::minutes(5);
// The system may wake a process late (10 s on Windows), and reading takes time.
inline constexpr Duration latest_wake = std::chrono::seconds(15);
inline constexpr Duration longest_interval = std::chrono::minutes(9);
static_assert(longest_interval + latest_wake < longest_span);
inline constexpr Duration idle_for_long = std::chrono::minutes(30);
// A read that takes longer than this makes the embedded controller work (3-measurement 14.2).
inline constexpr Duration slow_read = Duration(50);

}  // namespace wattlife

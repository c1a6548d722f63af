// SPDX-License-Identifier: EUPL-1.2
// What a laptop draws when nobody asks anything of it, awake and asleep: a property of the
// hardware, made of what it measured itself. Long sums and nothing finer: neither says when or how
// much anybody worked. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/energy.h"
#include "core/summary.h"
#include "core/time.h"

namespace wattlife {

// A mean with the interval that holds it with 95 %.
struct StateWatts {
  double watts = 0;
  double low_w = 0;
  double high_w = 0;
  Duration time{0};  // that it rests on
  friend bool operator==(const StateWatts&, const StateWatts&) = default;
};

struct HardwareWatts {
  std::optional<StateWatts> idle;   // a panel on and the processor below 5 % busy
  std::optional<StateWatts> sleep;  // on its battery
  friend bool operator==(const HardwareWatts&, const HardwareWatts&) = default;
};

// Less than this says nothing of the hardware: a few quiet minutes are somebody's, and the gauge
// loses a night in its steps when nights are few.
inline constexpr Duration least_idle = std::chrono::hours(10);
inline constexpr Duration least_sleep = std::chrono::hours(40);
// A mean above these is no property of a laptop at rest: something else was going on.
inline constexpr double most_idle_w = 60;
inline constexpr double most_sleep_w = 10;

inline constexpr std::string_view hardware_watts_method = "state-mean-1";

// Energy over time of what the gauge measured, or a model that was fitted on this laptop; what was
// estimated from other laptops says nothing of this one and is left out, as is time without a
// figure. Sleep counts as measured only: a model does not see it. Deviations are those of the sum,
// the shared ones as they are (core/energy). Order does not matter.
HardwareWatts hardware_watts(const std::vector<Window>& windows);
// The same of sums that were made of windows: equal, exactly.
HardwareWatts hardware_watts(const std::vector<EnergyRow>& rows);

}  // namespace wattlife

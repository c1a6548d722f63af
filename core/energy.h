// SPDX-License-Identifier: EUPL-1.2
// From two consecutive power readings to energy with an interval, and from those to quarter hours.
// Pure: no clock, no sensor, no storage. Sources of the rules: docs/measurement.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/power_model.h"
#include "core/reading.h"
#include "core/span.h"
#include "core/time.h"
#include "core/units.h"

namespace wattlife {

// How an energy figure was come by; never printed as a code to people.
enum class Tier {
  measured,           // T0: this device's own battery gauge
  calibrated_device,  // T1: model fitted on this device
  calibrated_model,   // T2: package counter with parameters of the model, or the prior
  estimated,          // T3, T4: activity only, or mode power
  unknown,            // TX: no figure
};
const char* name_of(Tier tier);

// What the laptop was doing.
enum class UseState {
  active,     // a panel on and the processor at least 5 % busy
  idle,       // a panel on, below that
  panel_off,  // awake, every known panel off
  awake,      // awake, and this machine does not tell which of the three
  sleep,
};
const char* name_of(UseState state);

// An estimate: value, and its variance in two parts, since errors that are shared by all laptops
// of a model (gauge gain, prior parameters) do not shrink when laptops are added up.
struct Estimate {
  Energy energy;
  double variance_own_j2 = 0;     // joule², independent from device to device
  double deviation_shared_j = 0;  // joule, standard deviation; adds up linearly
  friend bool operator==(const Estimate&, const Estimate&) = default;
};
Estimate operator+(const Estimate& a, const Estimate& b);

// An interval that holds the truth with 95 % probability when the deviations are right; never
// below zero.
struct Interval {
  Energy low;
  Energy high;
  friend bool operator==(const Interval&, const Interval&) = default;
};
Interval interval_95(const Estimate& estimate);

// What one piece of a quarter hour is about; rows with equal keys are added.
struct WindowKey {
  UtcTime slot;  // start of the quarter hour
  UseState state = UseState::awake;
  Supply supply = Supply::unknown;
  Tier tier = Tier::unknown;
  std::string method;  // how, with its version: "battery-rate-1"; with "+adapter-1" when there is a
                       // wall figure too; empty for Tier::unknown
  friend auto operator<=>(const WindowKey&, const WindowKey&) = default;
};

// Time and energy under one key. With Tier::unknown there is time and no energy: a gap.
struct Window {
  WindowKey key;
  Duration time{0};
  std::optional<Estimate> device;  // what the laptop consumed (DC)
  std::optional<Estimate> wall;    // what was drawn from the socket: on mains only, with losses
  friend bool operator==(const Window&, const Window&) = default;
};

// The span between two ticks, explained. Sleep inside the span is a window of its own, with its
// own energy from the gauge when the laptop was on battery on both sides; nothing is smeared
// across it. Splitting over quarter hours conserves: the parts add up to the whole, exactly.
// `before` and `after` are one tick apart, on the same boot; call nothing at all across a reboot.
// A span that is longer than `longest_span` awake was not watched, and becomes a gap.
// `model` is what is known of the device beyond the two readings; without it, a laptop that nobody
// measured before. Of several sources one is used, never a sum: a counter of the whole laptop, the
// battery's gauge, a platform counter that was accepted, the model.
inline constexpr Duration longest_span = std::chrono::minutes(10);
std::vector<Window> explain(const Tick& before, const Tick& after, const PowerModel& model = {});

// The method of a span explained by a model that was fitted on this device.
inline constexpr std::string_view calibrated_method = "calibrated-model-1";

// Adds `windows` to `into`, joining equal keys; `into` stays sorted by key.
void accumulate(std::vector<Window>& into, const std::vector<Window>& windows);

}  // namespace wattlife

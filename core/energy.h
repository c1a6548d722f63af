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
  off,  // between the end of one run of the machine and the begin of the next
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

// Whether time in `state` is part of the time of which a figure is expected: a laptop that is off
// is not watched, and uses next to nothing. Off with a figure counts as any other time.
bool counts_for_coverage(UseState state, const std::optional<Estimate>& device);

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
// battery's gauge, a platform counter that was accepted, the model, and for a machine without any
// counter of its processor how busy it was.
inline constexpr Duration longest_span = std::chrono::minutes(10);
std::vector<Window> explain(const Tick& before, const Tick& after, const PowerModel& model = {});

// `standstill` after the span between these ticks, which `windows` explain. A counter of the whole
// laptop may be renewed once a minute (macOS), so that a span sees it stand still and a next one
// sees the energy of both. A standstill is never 0 J. Nothing is counted twice and nothing is lost:
// where another source told the span, the counter is left out until it has grown once; where none
// did, the span is a gap in time, and its energy is in the span that sees the counter grow.
Standstill standstill_after(const Tick& before, const Tick& after,
                            const std::vector<Window>& windows, const Standstill& standstill);

// How watching ended, for whoever knew of its end. Killed: nobody knew.
enum class Ending {
  stopped,   // the program was asked to end, and the machine went on
  shutdown,  // the machine itself was going down
};
const char* name_of(Ending ending);

// What is kept of the last tick over the time in which nobody can watch.
struct Ended {
  Ending how = Ending::stopped;
  std::optional<Energy> charge;  // of all packs; only when the laptop ran on them
  std::string packs;             // which ones, by their serial numbers; empty: they do not tell
  friend bool operator==(const Ended&, const Ended&) = default;
};
Ended ended_at(const Tick& last, Ending how);

// Whether the machine was started anew between two moments, beyond doubt: a clock that counts from
// the start went back.
bool restarted_between(const Now& earlier, const Now& later);

// The time between the last tick of one run of the machine, at `last`, and the begin of the next
// run, in which `first` was read: the laptop was off. Nothing when it was not shut down, or was not
// started anew beyond doubt, or when the wall clock, which is all there is to tell this time by,
// went back. Of a longer stretch than `longest_off` its last part.
//
// Energy is the fall of the charge when the laptop ran on the same packs at both ends, less what
// starting took. Otherwise it is not known. The time from the start to `first` is not in it.
inline constexpr Duration longest_off = std::chrono::hours(24 * 30);
std::vector<Window> explain_off(const Now& last, const Ended& ended, const Tick& first,
                                const PowerModel& model = {});

// The method of a span explained by a model that was fitted on this device.
inline constexpr std::string_view calibrated_method = "calibrated-model-1";

// Adds `windows` to `into`, joining equal keys; `into` stays sorted by key.
void accumulate(std::vector<Window>& into, const std::vector<Window>& windows);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// What two readings in a row say about the time between them, before anything is calculated from
// it: how long, on which supply, which energy the counters and gauges tell. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "core/reading.h"
#include "core/time.h"
#include "core/units.h"

namespace wattlife {

struct Tick {
  Now now;
  PowerReading reading;
};

enum class Supply { battery, mains, unknown };
const char* name_of(Supply supply);

// How long a span lasted by the clocks that measure. Empty when the boot clock stood still or went
// back, or says a time that no laptop sleeps. Asleep for at most two seconds is not asleep: the
// clocks are read one after the other.
struct Lengths {
  Duration all{0};
  Duration awake{0};
  Duration asleep{0};
};
// A laptop that says it slept longer than this has a broken clock: nothing is made of it.
inline constexpr Duration longest_believable = std::chrono::hours(24 * 400);
std::optional<Lengths> lengths_of(const Now& before, const Now& after);

double in_seconds(Duration time);
double in_joules(Energy energy);
Energy energy_from_joules(double j);
double in_watts(Power power);

// Energy counted between two readings of a cumulative counter that restarts at `range` (empty:
// never). Empty when the counter went back and cannot have wrapped (it was reset), when `elapsed`
// is long enough for a second, unseen wrap at `ceiling`, or when the result would need more than
// `ceiling`: the caller must start again, not guess.
std::optional<Energy> counted(std::int64_t before_uj, std::int64_t after_uj,
                              std::optional<std::int64_t> range_uj, Duration elapsed,
                              Power ceiling);

// The highest power that a processor package (200 W), or a battery or a whole laptop (300 W), can
// have; more is a reset or a corrupt value.
inline constexpr Power package_ceiling = watts(200);
inline constexpr Power battery_ceiling = watts(300);

// The supply at both ends; unknown when it changed in between.
Supply supply_of(const PowerReading& reading);
Supply supply_of(const Tick& before, const Tick& after);

// Whether the bays hold the same packs.
bool same_packs(const PowerReading& before, const PowerReading& after);

// Net power of all packs, positive into them. Only the sum is the laptop's: one pack may idle or
// charge while another discharges. Empty when a pack that takes part does not tell its power.
std::optional<Power> power_into_packs(const PowerReading& reading);
// The mean of both ends, in W; empty also when packs were changed.
std::optional<double> mean_pack_power_w(const Tick& before, const Tick& after);

// Charge of all packs together, and what left them by the gauge. Empty when a pack does not tell.
std::optional<Energy> charge_of(const PowerReading& reading);
std::optional<Energy> gauge_fall(const Tick& before, const Tick& after);

// Whether no pack changed what it says of its power and voltage: the gauge measured nothing new,
// or nothing changed at all.
bool gauge_unchanged(const PowerReading& before, const PowerReading& after);

// Energy of all counters of one boundary, awake; other boundaries are never added to it.
std::optional<Energy> counter_energy(const Tick& before, const Tick& after, Boundary boundary,
                                     Duration run);

// Spans in a row in which the rate of the gauge stood still: how many, what the charge lost in
// them, what the rate says of them, and what was counted.
struct FrozenRate {
  int spans = 0;
  Energy fall;
  Energy by_rate;
  Energy counted;
  friend bool operator==(const FrozenRate&, const FrozenRate&) = default;
};
// Whether a rate that stood still is disbelieved: for three spans or more, while the charge fell by
// 30 mWh or more, and by something else than the rate says (30 mWh, and a fifth). A gauge with a
// coarse rate stands still too, and is right.
bool is_disbelieved(const FrozenRate& frozen);

// What the laptop took from its packs in a span without sleep.
struct BatteryEnergy {
  Energy energy;
  bool from_gauge = false;  // the rate was frozen: the fall of the charge since then tells
  friend bool operator==(const BatteryEnergy&, const BatteryEnergy&) = default;
};
// Normally the mean rate of both ends. When the rate is disbelieved, the charge of the whole frozen
// time is counted instead, less what was counted already, and never less than nothing.
// Empty when the packs do not tell, were changed, or are being charged.
std::optional<BatteryEnergy> battery_energy(const Tick& before, const Tick& after, Duration run,
                                            const FrozenRate& frozen);
// `frozen` after this span.
FrozenRate frozen_after(const Tick& before, const Tick& after, const FrozenRate& frozen);

// Below this a fall of the gauge is noise: three steps of a 10 mWh gauge.
inline constexpr Energy least_gauge_fall = milliwatt_hours(30);

}  // namespace wattlife

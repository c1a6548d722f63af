// SPDX-License-Identifier: EUPL-1.2
#include "core/span.h"

#include <algorithm>
#include <cmath>

namespace wattlife {
namespace {

// Clocks are read one after the other; a smaller difference is not sleep.
constexpr Duration shortest_sleep = std::chrono::seconds(2);
// A rate may stand still for two spans because nothing changes.
constexpr int spans_before_frozen = 2;

bool power_unchanged(const PowerReading& before, const PowerReading& after) {
  return std::equal(before.batteries.begin(), before.batteries.end(), after.batteries.begin(),
                    after.batteries.end(),
                    [](const Battery& a, const Battery& b) { return a.power == b.power; });
}

// `frozen` after this span, before anything of it is counted.
FrozenRate without_count(const Tick& before, const Tick& after, const FrozenRate& frozen) {
  const auto lengths = lengths_of(before.now, after.now);
  const auto fall = gauge_fall(before, after);
  const auto into_packs_w = mean_pack_power_w(before, after);
  if (!lengths || lengths->asleep > Duration{0} || !fall || !into_packs_w || *into_packs_w >= 0 ||
      supply_of(before, after) != Supply::battery ||
      !power_unchanged(before.reading, after.reading)) {
    return {};
  }
  const Energy by_rate = energy_from_joules(-*into_packs_w * in_seconds(lengths->awake));
  return {frozen.spans + 1, frozen.fall + *fall, frozen.by_rate + by_rate, frozen.counted};
}

}  // namespace

const char* name_of(Supply supply) {
  switch (supply) {
    case Supply::battery:
      return "battery";
    case Supply::mains:
      return "mains";
    case Supply::unknown:
      return "unknown";
  }
  return "unknown";
}

double in_seconds(Duration time) { return static_cast<double>(time.count()) / 1000.0; }
double in_joules(Energy energy) { return static_cast<double>(energy.milli) / 1000.0; }
Energy energy_from_joules(double j) { return {std::llround(j * 1000.0)}; }
double in_watts(Power power) { return static_cast<double>(power.milli) / 1000.0; }

std::optional<Lengths> lengths_of(const Now& before, const Now& after) {
  const Duration all = after.boot - before.boot;
  if (all <= Duration{0} || all > longest_believable) return std::nullopt;
  Duration awake = std::clamp(after.awake - before.awake, Duration{0}, all);
  if (all - awake <= shortest_sleep) awake = all;
  return Lengths{all, awake, all - awake};
}

std::optional<Energy> counted(std::int64_t before_uj, std::int64_t after_uj,
                              std::optional<std::int64_t> range_uj, Duration elapsed,
                              Power ceiling) {
  if (before_uj < 0 || after_uj < 0 || elapsed <= Duration{0}) return std::nullopt;
  const double most_uj = static_cast<double>(ceiling.milli) * static_cast<double>(elapsed.count());
  if (range_uj && most_uj > static_cast<double>(*range_uj)) return std::nullopt;
  std::int64_t grown_uj = after_uj - before_uj;
  if (grown_uj < 0) {
    if (!range_uj || before_uj > *range_uj || before_uj <= *range_uj / 2) return std::nullopt;
    grown_uj += *range_uj;
  }
  if (static_cast<double>(grown_uj) > most_uj) return std::nullopt;
  return Energy{(grown_uj + 500) / 1000};
}

Supply supply_of(const PowerReading& reading) {
  bool told = false;
  for (const Adapter& adapter : reading.adapters) {
    if (adapter.online.value_or(false)) return Supply::mains;
    told = told || adapter.online.has_value();
  }
  const auto any = [&](BatteryStatus status) {
    return std::any_of(reading.batteries.begin(), reading.batteries.end(),
                       [&](const Battery& b) { return b.present && b.status == status; });
  };
  if (any(BatteryStatus::charging)) return Supply::mains;
  if (told || any(BatteryStatus::discharging)) return Supply::battery;
  // Without any supply that could tell, a machine runs on mains (the kernel's own rule).
  const bool any_pack = std::any_of(reading.batteries.begin(), reading.batteries.end(),
                                    [](const Battery& b) { return b.present; });
  return any_pack ? Supply::unknown : Supply::mains;
}

Supply supply_of(const Tick& before, const Tick& after) {
  const Supply first = supply_of(before.reading);
  return first == supply_of(after.reading) ? first : Supply::unknown;
}

bool same_packs(const PowerReading& before, const PowerReading& after) {
  return std::equal(before.batteries.begin(), before.batteries.end(), after.batteries.begin(),
                    after.batteries.end(), [](const Battery& a, const Battery& b) {
                      return a.name == b.name && a.present == b.present && a.serial == b.serial;
                    });
}

std::optional<Power> power_into_packs(const PowerReading& reading) {
  Power sum;
  for (const Battery& battery : reading.batteries) {
    if (!battery.present) continue;
    if (battery.power) {
      sum += *battery.power;
    } else if (battery.status != BatteryStatus::full &&
               battery.status != BatteryStatus::not_charging) {
      return std::nullopt;
    }
  }
  return sum;
}

std::optional<double> mean_pack_power_w(const Tick& before, const Tick& after) {
  if (!same_packs(before.reading, after.reading)) return std::nullopt;
  const auto first = power_into_packs(before.reading);
  const auto last = power_into_packs(after.reading);
  if (!first || !last) return std::nullopt;
  return static_cast<double>(first->milli + last->milli) / 2000.0;
}

std::optional<Energy> charge_of(const PowerReading& reading) {
  Energy sum;
  bool any = false;
  for (const Battery& battery : reading.batteries) {
    if (!battery.present) continue;
    if (!battery.now) return std::nullopt;
    sum += *battery.now;
    any = true;
  }
  return any ? std::optional<Energy>(sum) : std::nullopt;
}

std::optional<Energy> gauge_fall(const Tick& before, const Tick& after) {
  if (!same_packs(before.reading, after.reading)) return std::nullopt;
  const auto first = charge_of(before.reading);
  const auto last = charge_of(after.reading);
  if (!first || !last) return std::nullopt;
  return *first - *last;
}

bool gauge_unchanged(const PowerReading& before, const PowerReading& after) {
  return std::equal(before.batteries.begin(), before.batteries.end(), after.batteries.begin(),
                    after.batteries.end(), [](const Battery& a, const Battery& b) {
                      return a.power == b.power && a.voltage == b.voltage;
                    });
}

std::optional<Energy> counter_energy(const Tick& before, const Tick& after, Boundary boundary,
                                     Duration run) {
  Energy sum;
  bool any = false;
  const Power ceiling = boundary == Boundary::cpu ? package_ceiling : battery_ceiling;
  for (const EnergyCounter& last : after.reading.counters) {
    if (last.boundary != boundary) continue;
    const auto first = std::find_if(
        before.reading.counters.begin(), before.reading.counters.end(),
        [&](const EnergyCounter& c) { return c.name == last.name && c.boundary == last.boundary; });
    if (first == before.reading.counters.end()) return std::nullopt;
    const auto energy = counted(first->energy_uj, last.energy_uj, last.range_uj, run, ceiling);
    if (!energy) return std::nullopt;
    sum += *energy;
    any = true;
  }
  return any ? std::optional<Energy>(sum) : std::nullopt;
}

bool is_disbelieved(const FrozenRate& frozen) {
  if (frozen.spans <= spans_before_frozen || frozen.fall < least_gauge_fall) return false;
  const Energy difference = frozen.fall - frozen.by_rate;
  const Energy size{std::abs(difference.milli)};
  return size > least_gauge_fall && size.milli > frozen.by_rate.milli / 5;
}

std::optional<BatteryEnergy> battery_energy(const Tick& before, const Tick& after, Duration run,
                                            const FrozenRate& frozen) {
  const auto into_packs_w = mean_pack_power_w(before, after);
  if (!into_packs_w || *into_packs_w >= 0 || -*into_packs_w > in_watts(battery_ceiling)) {
    return std::nullopt;
  }
  const BatteryEnergy by_rate{energy_from_joules(-*into_packs_w * in_seconds(run)), false};
  const FrozenRate now = without_count(before, after, frozen);
  if (!is_disbelieved(now)) return by_rate;
  const Energy fall = std::max(Energy{}, now.fall - frozen.counted);
  // A jump that no laptop can make is a gauge that corrected itself.
  const auto most = static_cast<double>(battery_ceiling.milli) * in_seconds(run);
  if (static_cast<double>(fall.milli) > most) return by_rate;
  return BatteryEnergy{fall, true};
}

FrozenRate frozen_after(const Tick& before, const Tick& after, const FrozenRate& frozen) {
  FrozenRate next = without_count(before, after, frozen);
  if (next.spans == 0) return next;
  // Without sleep in it, the span was awake as long as it was long.
  const auto counted_now = battery_energy(before, after, after.now.boot - before.now.boot, frozen);
  if (counted_now) next.counted += counted_now->energy;
  return next;
}

}  // namespace wattlife

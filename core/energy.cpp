// SPDX-License-Identifier: EUPL-1.2
#include "core/energy.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace wattlife {
namespace {

double seconds(Duration time) { return static_cast<double>(time.count()) / 1000.0; }
double in_joules(Energy energy) { return static_cast<double>(energy.milli) / 1000.0; }
Energy energy_from_joules(double j) { return {std::llround(j * 1000.0)}; }
double square(double x) { return x * x; }

// --- Numbers of the prior, 3-measurement 9.2, 9.5, 9.6: mean and standard deviation ------------

struct Parameter {
  double mean;
  double deviation;
};
constexpr Parameter base_w{1.8, 1.0};             // awake, without package and panel
constexpr Parameter package_gain{1.15, 0.15};     // losses between battery and package
constexpr Parameter panel_w{0.9, 0.5};            // panel electronics
constexpr Parameter backlight_w{2.5, 1.2};        // at full brightness, 14 inch
constexpr Parameter mains_shift_w{0.5, 0.7};      // on mains the firmware saves less
constexpr Parameter unknown_panel{0.7, 0.46};     // share of time on, when nothing tells
constexpr Parameter unknown_backlight{0.6, 0.3};  // brightness, when nothing tells
constexpr Parameter sleep_mains_w{1.0, 0.6};      // S3 and modern standby together
constexpr double gauge_gain_deviation = 0.03;     // rate against charge disagree by 1-3 %
constexpr double rate_sampling_deviation = 0.10;  // one minute between two rates
constexpr double model_residual_w = 1.0;
// Residuals of consecutive minutes resemble each other (rho about 0.6): (1 + rho) / (1 - rho).
constexpr double autocorrelation_factor = 4.0;
constexpr double charging_efficiency = 0.95;
constexpr double charging_efficiency_deviation = 0.02;
constexpr double assumed_adapter_rating_w = 65.0;
// Below this a fall of the gauge is noise: three steps of a 10 mWh gauge.
constexpr Energy least_gauge_fall = milliwatt_hours(30);
constexpr double sleep_gauge_deviation_j = 180.0;  // 50 mWh
constexpr double busy_share = 0.05;
// Clocks are read one after the other; a smaller difference is not sleep.
constexpr Duration shortest_sleep = std::chrono::seconds(2);

struct Efficiency {
  double mean;
  double deviation;
};

// Efficiency of an external supply by load, linear between the points of 3-measurement 9.2.
Efficiency adapter_efficiency(double load_share) {
  struct Point {
    double load;
    Efficiency efficiency;
  };
  static constexpr Point points[] = {
      {0.05, {0.72, 0.06}}, {0.10, {0.82, 0.04}}, {0.20, {0.87, 0.03}}, {0.30, {0.89, 0.03}}};
  if (load_share <= points[0].load) return points[0].efficiency;
  for (std::size_t i = 1; i < std::size(points); ++i) {
    if (load_share > points[i].load) continue;
    const Point& a = points[i - 1];
    const Point& b = points[i];
    const double t = (load_share - a.load) / (b.load - a.load);
    return {a.efficiency.mean + t * (b.efficiency.mean - a.efficiency.mean),
            a.efficiency.deviation + t * (b.efficiency.deviation - a.efficiency.deviation)};
  }
  return std::end(points)[-1].efficiency;
}

// --- What the two readings say ------------------------------------------------------------------

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

UseState state_of(const Activity& before, const Activity& after) {
  if (after.panel_on == false) return UseState::panel_off;
  if (!after.panel_on || !before.cpu_busy_ticks || !before.cpu_total_ticks ||
      !after.cpu_busy_ticks || !after.cpu_total_ticks) {
    return UseState::awake;
  }
  const std::int64_t total = *after.cpu_total_ticks - *before.cpu_total_ticks;
  const std::int64_t busy = *after.cpu_busy_ticks - *before.cpu_busy_ticks;
  if (total <= 0 || busy < 0) return UseState::awake;
  const bool is_busy = static_cast<double>(busy) >= busy_share * static_cast<double>(total);
  return is_busy ? UseState::active : UseState::idle;
}

// Net power of all packs, positive into them. Only the sum is the laptop's: one pack may idle or
// charge while another discharges. Empty when a pack that takes part does not tell its power.
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

bool same_packs(const PowerReading& before, const PowerReading& after) {
  return std::equal(before.batteries.begin(), before.batteries.end(), after.batteries.begin(),
                    after.batteries.end(), [](const Battery& a, const Battery& b) {
                      return a.name == b.name && a.present == b.present && a.serial == b.serial;
                    });
}

// Mean power into the packs over the span, in W.
std::optional<double> mean_pack_power_w(const Tick& before, const Tick& after) {
  if (!same_packs(before.reading, after.reading)) return std::nullopt;
  const auto first = power_into_packs(before.reading);
  const auto last = power_into_packs(after.reading);
  if (!first || !last) return std::nullopt;
  return static_cast<double>(first->milli + last->milli) / 2000.0;
}

// Energy that left the packs by the gauge; empty when a pack does not tell its charge.
std::optional<Energy> gauge_fall(const Tick& before, const Tick& after) {
  if (!same_packs(before.reading, after.reading)) return std::nullopt;
  Energy fall;
  bool any = false;
  for (std::size_t i = 0; i < before.reading.batteries.size(); ++i) {
    const Battery& first = before.reading.batteries[i];
    const Battery& last = after.reading.batteries[i];
    if (!first.present) continue;
    if (!first.now || !last.now) return std::nullopt;
    fall += *first.now - *last.now;
    any = true;
  }
  return any ? std::optional<Energy>(fall) : std::nullopt;
}

// Energy of all processor packages; other boundaries are never added to it.
std::optional<Energy> package_energy(const Tick& before, const Tick& after, Duration run) {
  Energy sum;
  bool any = false;
  for (const EnergyCounter& last : after.reading.counters) {
    if (last.boundary != Boundary::cpu) continue;
    const auto first = std::find_if(
        before.reading.counters.begin(), before.reading.counters.end(),
        [&](const EnergyCounter& c) { return c.name == last.name && c.boundary == last.boundary; });
    if (first == before.reading.counters.end()) return std::nullopt;
    const auto energy =
        counted(first->energy_uj, last.energy_uj, last.range_uj, run, package_ceiling);
    if (!energy) return std::nullopt;
    sum += *energy;
    any = true;
  }
  return any ? std::optional<Energy>(sum) : std::nullopt;
}

// --- Energy of a span ---------------------------------------------------------------------------

struct Explained {
  Tier tier = Tier::unknown;
  std::string method;
  std::optional<Estimate> device;
  std::optional<Estimate> wall;
};

Explained from_battery_rate(double discharge_w, Duration run) {
  const double energy_j = discharge_w * seconds(run);
  return {Tier::measured, "battery-rate-1",
          Estimate{energy_from_joules(energy_j), square(rate_sampling_deviation * energy_j),
                   gauge_gain_deviation * energy_j},
          std::nullopt};
}

Explained from_prior_model(Energy package, const Activity& activity, Supply supply, Duration run) {
  const double t = seconds(run);
  const double package_j = in_joules(package);
  const Parameter panel =
      activity.panel_on ? Parameter{*activity.panel_on ? 1.0 : 0.0, 0.0} : unknown_panel;
  const Parameter brightness =
      activity.brightness ? Parameter{static_cast<double>(activity.brightness->milli) / 1000.0, 0.0}
                          : unknown_backlight;
  const double lit = panel.mean * brightness.mean;
  double energy_j = base_w.mean * t + package_gain.mean * package_j +
                    panel_w.mean * panel.mean * t + backlight_w.mean * lit * t;
  double variance =
      square(base_w.deviation * t) + square(package_gain.deviation * package_j) +
      square(panel_w.deviation * panel.mean * t) + square(backlight_w.deviation * lit * t) +
      square((panel_w.mean + backlight_w.mean * brightness.mean) * panel.deviation * t) +
      square(backlight_w.mean * panel.mean * brightness.deviation * t);
  if (supply == Supply::mains) {
    energy_j += mains_shift_w.mean * t;
    variance += square(mains_shift_w.deviation * t);
  }
  return {Tier::calibrated_model, "prior-model-1",
          Estimate{energy_from_joules(energy_j),
                   autocorrelation_factor * square(model_residual_w * t), std::sqrt(variance)},
          std::nullopt};
}

// What the socket delivers for `device` plus charging: the losses of charger and adapter.
// Empty when the battery takes an unknown power.
std::optional<Estimate> wall_energy(const Estimate& device, std::optional<double> into_packs_w,
                                    Duration time) {
  if (!into_packs_w || time <= Duration{0}) return std::nullopt;
  const double t = seconds(time);
  // A weak adapter: the packs add to what the socket delivers.
  const double charge_j =
      *into_packs_w >= 0 ? *into_packs_w * t / charging_efficiency : *into_packs_w * t;
  const double adapter_j = std::max(0.0, in_joules(device.energy) + charge_j);
  const Efficiency efficiency = adapter_efficiency(adapter_j / t / assumed_adapter_rating_w);
  const double wall_j = adapter_j / efficiency.mean;
  const double charge_share = *into_packs_w > 0 ? charge_j : 0.0;
  const double shared =
      std::sqrt(square(device.deviation_shared_j / efficiency.mean) +
                square(wall_j * efficiency.deviation / efficiency.mean) +
                square(charge_share * charging_efficiency_deviation / charging_efficiency));
  return Estimate{energy_from_joules(wall_j), device.variance_own_j2 / square(efficiency.mean),
                  shared};
}

// The wall figure has a method of its own, which keeps rows with and without it apart: a sum must
// not hold the wall energy of half its time.
void add_wall(Explained& explained, const std::optional<Estimate>& wall) {
  if (!wall) return;
  explained.wall = wall;
  explained.method += "+adapter-1";
}

Explained explain_awake(const Tick& before, const Tick& after, Supply supply, Duration run) {
  if (run > longest_span) return {};
  const auto into_packs_w = mean_pack_power_w(before, after);
  if (supply == Supply::battery && into_packs_w && *into_packs_w < 0 &&
      -*into_packs_w <= static_cast<double>(battery_ceiling.milli) / 1000.0) {
    return from_battery_rate(-*into_packs_w, run);
  }
  const auto package = package_energy(before, after, run);
  if (!package) return {};
  Explained explained = from_prior_model(*package, after.reading.activity, supply, run);
  if (supply == Supply::mains) {
    add_wall(explained, wall_energy(*explained.device, into_packs_w, run));
  }
  return explained;
}

Explained explain_sleep(const Tick& before, const Tick& after, Supply supply, Duration asleep,
                        const Explained& awake) {
  if (supply == Supply::mains) {
    const double t = seconds(asleep);
    const Estimate device{energy_from_joules(sleep_mains_w.mean * t), 0.0,
                          sleep_mains_w.deviation * t};
    Explained explained{Tier::estimated, "sleep-default-1", device, std::nullopt};
    add_wall(explained, wall_energy(device, 0.0, asleep));
    return explained;
  }
  const auto fall = gauge_fall(before, after);
  if (supply != Supply::battery || !fall || *fall < least_gauge_fall || !awake.device) return {};
  const Energy energy = *fall - awake.device->energy;
  if (energy < Energy{}) return {};
  return {Tier::measured, "gauge-sleep-1",
          Estimate{energy, square(sleep_gauge_deviation_j) + awake.device->variance_own_j2,
                   gauge_gain_deviation * in_joules(energy)},
          std::nullopt};
}

// --- Over quarter hours -------------------------------------------------------------------------

// Appends the span [begin, begin + time) as one window per quarter hour. Rounding the running
// total, not the parts, makes the parts add up to the whole.
void append_windows(std::vector<Window>& windows, UtcTime begin, Duration time, UseState state,
                    Supply supply, const Explained& explained) {
  if (time <= Duration{0}) return;
  const auto share = [&](const std::optional<Estimate>& whole, Duration from,
                         Duration to) -> std::optional<Estimate> {
    if (!whole) return std::nullopt;
    // Any rounding of the running total will do, as long as its end is exact.
    const auto up_to = [&](Duration d) -> std::int64_t {
      if (d == time) return whole->energy.milli;
      return std::llround(static_cast<double>(whole->energy.milli) *
                          (static_cast<double>(d.count()) / static_cast<double>(time.count())));
    };
    const double part =
        static_cast<double>((to - from).count()) / static_cast<double>(time.count());
    return Estimate{Energy{up_to(to) - up_to(from)}, whole->variance_own_j2 * part,
                    whole->deviation_shared_j * part};
  };
  for (Duration from{0}; from < time;) {
    const UtcTime slot = quarter_start(begin + from);
    const Duration to = std::min(time, slot + quarter_hour - begin);
    windows.push_back({{slot, state, supply, explained.tier, explained.method},
                       to - from,
                       share(explained.device, from, to),
                       share(explained.wall, from, to)});
    from = to;
  }
}

}  // namespace

const char* name_of(Tier tier) {
  switch (tier) {
    case Tier::measured:
      return "measured";
    case Tier::calibrated_device:
      return "calibrated_device";
    case Tier::calibrated_model:
      return "calibrated_model";
    case Tier::estimated:
      return "estimated";
    case Tier::unknown:
      return "unknown";
  }
  return "unknown";
}

const char* name_of(UseState state) {
  switch (state) {
    case UseState::active:
      return "active";
    case UseState::idle:
      return "idle";
    case UseState::panel_off:
      return "panel_off";
    case UseState::awake:
      return "awake";
    case UseState::sleep:
      return "sleep";
  }
  return "unknown";
}

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

Estimate operator+(const Estimate& a, const Estimate& b) {
  return {a.energy + b.energy, a.variance_own_j2 + b.variance_own_j2,
          a.deviation_shared_j + b.deviation_shared_j};
}

Interval interval_95(const Estimate& estimate) {
  const double deviation_j =
      std::sqrt(estimate.variance_own_j2 + square(estimate.deviation_shared_j));
  const Energy half = energy_from_joules(1.96 * deviation_j);
  return {std::max(Energy{}, estimate.energy - half), estimate.energy + half};
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

std::vector<Window> explain(const Tick& before, const Tick& after) {
  const Duration all = after.now.boot - before.now.boot;
  if (all <= Duration{0} || all > longest_believable) return {};
  Duration run = std::clamp(after.now.awake - before.now.awake, Duration{0}, all);
  if (all - run <= shortest_sleep) run = all;
  const Duration asleep = all - run;

  // The later wall clock labels the whole span; lengths come from the boot clock alone.
  const UtcTime begin = after.now.utc - all;
  const Supply supply = supply_of(before, after);
  const UseState state = state_of(before.reading.activity, after.reading.activity);

  std::vector<Window> windows;
  const Explained awake = asleep > Duration{0} && !same_packs(before.reading, after.reading)
                              ? Explained{}
                              : explain_awake(before, after, supply, run);
  append_windows(windows, begin, run, state, supply, awake);
  if (asleep > Duration{0}) {
    append_windows(windows, begin + run, asleep, UseState::sleep, supply,
                   explain_sleep(before, after, supply, asleep, awake));
  }
  return windows;
}

void accumulate(std::vector<Window>& into, const std::vector<Window>& windows) {
  const auto add = [](std::optional<Estimate>& sum, const std::optional<Estimate>& part) {
    if (part) sum = sum ? *sum + *part : *part;
  };
  for (const Window& window : windows) {
    const auto at =
        std::lower_bound(into.begin(), into.end(), window,
                         [](const Window& a, const Window& b) { return a.key < b.key; });
    if (at != into.end() && at->key == window.key) {
      at->time += window.time;
      add(at->device, window.device);
      add(at->wall, window.wall);
    } else {
      into.insert(at, window);
    }
  }
}

}  // namespace wattlife

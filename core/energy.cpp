// SPDX-License-Identifier: EUPL-1.2
#include "core/energy.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace wattlife {
namespace {

double square(double x) { return x * x; }

// --- Numbers, 3-measurement 9.2, 9.5, 9.6 -------------------------------------------------------

struct Parameter {
  double mean;
  double deviation;
};
constexpr Parameter sleep_mains_w{1.0, 0.6};      // S3 and modern standby together
constexpr double rate_sampling_deviation = 0.10;  // one minute between two rates
// Residuals of consecutive minutes resemble each other (rho about 0.6): (1 + rho) / (1 - rho).
constexpr double autocorrelation_factor = 4.0;
constexpr double charging_efficiency = 0.95;
constexpr double charging_efficiency_deviation = 0.02;
constexpr double assumed_adapter_rating_w = 65.0;
constexpr double sleep_gauge_deviation_j = 180.0;  // 50 mWh
constexpr double gauge_step_j = 18.0;              // half a step of 10 mWh
// What starting took beside the rate that it ends with: a start works harder or less hard.
constexpr double start_deviation = 0.5;
constexpr double predicted_charge_j = 1080.0;  // 30 mWh/W at a load that changed by 10 W
constexpr double system_counter_deviation = 0.04;
constexpr double busy_share = 0.05;

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

// --- Energy of a span ---------------------------------------------------------------------------

struct Explained {
  Tier tier = Tier::unknown;
  std::string method;
  std::optional<Estimate> device;
  std::optional<Estimate> wall;
};

Explained from_battery(const BatteryEnergy& battery, const PowerModel& model) {
  const double energy_j = in_joules(battery.energy);
  if (!battery.from_gauge) {
    return {Tier::measured, "battery-rate-1",
            Estimate{battery.energy, square(rate_sampling_deviation * energy_j),
                     gauge_gain_deviation * energy_j},
            std::nullopt};
  }
  const double step_j = model.gauge_load_compensated ? predicted_charge_j : gauge_step_j;
  return {Tier::measured, "gauge-difference-1",
          Estimate{battery.energy, 2 * square(step_j), gauge_gain_deviation * energy_j},
          std::nullopt};
}

// A counter of the whole laptop, or of its platform after that was accepted.
Explained from_system_counter(Energy energy) {
  return {Tier::measured, "system-counter-1",
          Estimate{energy, 0.0, system_counter_deviation * in_joules(energy)}, std::nullopt};
}
Explained from_platform(Energy counted_energy, const PlatformFit& fit, Duration run) {
  const double t = in_seconds(run);
  const double energy_j =
      std::max(0.0, fit.slope * in_joules(counted_energy) + fit.intercept_w * t);
  return {
      Tier::measured, "psys-1",
      Estimate{energy_from_joules(energy_j), autocorrelation_factor * square(fit.deviation_w * t),
               gauge_gain_deviation * energy_j},
      std::nullopt};
}

struct Method {
  Tier tier;
  const char* name;
};
Method method_of(ModelOrigin origin, bool extrapolated) {
  switch (origin) {
    case ModelOrigin::form_factor:
      return {Tier::calibrated_model, "prior-model-2"};
    case ModelOrigin::model_file:
      return {Tier::calibrated_model, "file-model-1"};
    case ModelOrigin::part_calibrated:
      return {Tier::calibrated_model, "part-calibrated-model-1"};
    case ModelOrigin::calibrated:
      if (extrapolated) return {Tier::calibrated_model, "extrapolated-model-1"};
      return {Tier::calibrated_device, calibrated_method.data()};
  }
  return {Tier::unknown, ""};
}

Explained from_model(const Features& features, const PowerModel& model, Supply supply,
                     Duration run) {
  const double t = in_seconds(run);
  const PredictedPower predicted = predict(model, features, supply);
  const Method method = method_of(model.origin, predicted.extrapolated);
  // The error of fitted weights is this device's own, but the same in each of its spans: it must
  // add up in its sums like a shared one, or a day would look far surer than it is.
  const double deviation_w = std::sqrt(predicted.variance_device_w2 + predicted.variance_shared_w2);
  return {method.tier, method.name,
          Estimate{energy_from_joules(std::max(0.0, predicted.watts) * t),
                   autocorrelation_factor * predicted.variance_own_w2 * square(t), deviation_w * t},
          std::nullopt};
}

// From how busy the processor was, where no counter tells what it took.
Explained from_use(const Features& features, const PowerModel& model, Supply supply, Duration run) {
  Explained explained = from_model(features, model, supply, run);
  explained.tier = Tier::estimated;
  explained.method = "activity-model-1";
  return explained;
}

// What the fall of the charge says of a time in which the laptop slept or was off, less what it
// used awake beside it.
Explained from_gauge_fall(Energy energy, double variance_awake_j2, const PowerModel& model,
                          const char* method) {
  // A gauge that predicts what is left from the load says something else when the load is gone.
  const double step_j = model.gauge_load_compensated ? predicted_charge_j : 0.0;
  return {Tier::measured, method,
          Estimate{energy, square(sleep_gauge_deviation_j) + square(step_j) + variance_awake_j2,
                   gauge_gain_deviation * in_joules(energy)},
          std::nullopt};
}

// What a counter of the whole laptop says of this span, and of those before in which it stood still
// and nothing else told. Not across sleep, as below.
std::optional<Energy> system_energy(const Tick& before, const Tick& after, Duration run, bool slept,
                                    const Standstill& standstill) {
  if (slept || standstill.figured) return std::nullopt;
  const auto energy = counter_energy(before, after, Boundary::sys, run + standstill.time);
  return energy > Energy{} ? energy : std::nullopt;
}

// The best that two readings allow without a counter of the whole laptop; each boundary on its own,
// never two of them added.
Explained best_of(const Tick& before, const Tick& after, Supply supply, Duration run, bool slept,
                  const PowerModel& model) {
  // Whether a counter goes on in sleep or begins anew, nobody says, and one that began anew can
  // look like one that wrapped: none is read across sleep.
  if (supply == Supply::battery) {
    const auto battery = battery_energy(before, after, run, model.frozen);
    if (battery) return from_battery(*battery, model);
  }
  if (!slept && model.platform) {
    const auto platform = counter_energy(before, after, Boundary::psys, run);
    if (platform) return from_platform(*platform, *model.platform, run);
  }
  if (slept) return {};
  const auto features = features_of(before, after, run, model.form);
  if (features) return from_model(*features, model, supply, run);
  const auto use = features_of_use(before, after, run, model.form);
  return use ? from_use(*use, model, supply, run) : Explained{};
}

// What the socket delivers for `device` plus charging: the losses of charger and adapter.
// Empty when the battery takes an unknown power.
std::optional<Estimate> wall_energy(const Estimate& device, std::optional<double> into_packs_w,
                                    Duration time, double rating_w) {
  if (!into_packs_w || time <= Duration{0}) return std::nullopt;
  const double t = in_seconds(time);
  // A weak adapter: the packs add to what the socket delivers.
  const double charge_j =
      *into_packs_w >= 0 ? *into_packs_w * t / charging_efficiency : *into_packs_w * t;
  const double adapter_j = std::max(0.0, in_joules(device.energy) + charge_j);
  const Efficiency efficiency = adapter_efficiency(adapter_j / t / rating_w);
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

// What the adapter can deliver, in W: as it says itself, or an ordinary one.
double adapter_rating_w(const PowerReading& reading) {
  double most_w = 0;
  for (const Adapter& adapter : reading.adapters) {
    if (adapter.online.value_or(false) && adapter.rated) {
      most_w = std::max(most_w, in_watts(*adapter.rated));
    }
  }
  return most_w > 0 ? most_w : assumed_adapter_rating_w;
}

Explained explain_awake(const Tick& before, const Tick& after, Supply supply, Duration run,
                        bool slept, const PowerModel& model) {
  if (run > longest_span || model.virtual_machine) return {};
  const auto system = system_energy(before, after, run, slept, model.standstill);
  Explained explained =
      system ? from_system_counter(*system) : best_of(before, after, supply, run, slept, model);
  const Duration told = system ? run + model.standstill.time : run;
  if (supply == Supply::mains && explained.device) {
    add_wall(explained, wall_energy(*explained.device, mean_pack_power_w(before, after), told,
                                    adapter_rating_w(after.reading)));
  }
  return explained;
}

Explained explain_sleep(const Tick& before, const Tick& after, Supply supply, Duration asleep,
                        const Explained& awake, const PowerModel& model) {
  if (model.virtual_machine) return {};
  if (supply == Supply::mains) {
    const double t = in_seconds(asleep);
    const Estimate device{energy_from_joules(sleep_mains_w.mean * t), 0.0,
                          sleep_mains_w.deviation * t};
    Explained explained{Tier::estimated, "sleep-default-1", device, std::nullopt};
    add_wall(explained, wall_energy(device, 0.0, asleep, adapter_rating_w(after.reading)));
    return explained;
  }
  const auto fall = gauge_fall(before, after);
  if (supply != Supply::battery || !fall || *fall < least_gauge_fall || !awake.device) return {};
  const Energy energy = *fall - awake.device->energy;
  if (energy < Energy{}) return {};
  return from_gauge_fall(energy, awake.device->variance_own_j2, model, "gauge-sleep-1");
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

// --- Off ----------------------------------------------------------------------------------------

// Which packs are in the bays, by what nobody can exchange. Empty when one has no serial number:
// while a laptop is off, its packs may be changed.
std::string identity_of_packs(const PowerReading& reading) {
  std::string identity;
  for (const Battery& battery : reading.batteries) {
    if (!battery.present) continue;
    if (!battery.serial || battery.serial->empty()) return {};
    identity += battery.name + "/" + battery.manufacturer.value_or("") + "/" +
                battery.model.value_or("") + "/" + *battery.serial + "\n";
  }
  return identity;
}

// Beside the few seconds between the last tick and the switch, which the deviation of the gauge
// holds, the fall of the charge has what the laptop took from its start to the first tick.
Explained off_energy(const Ended& ended, const Tick& first, Duration off, const PowerModel& model) {
  const auto charge = charge_of(first.reading);
  const auto into_packs = power_into_packs(first.reading);
  if (model.virtual_machine || !ended.charge || !charge || !into_packs ||
      supply_of(first.reading) != Supply::battery || ended.packs.empty() ||
      ended.packs != identity_of_packs(first.reading)) {
    return {};
  }
  const Duration starting = first.now.awake.since_boot;
  const double start_w = -in_watts(*into_packs);
  if (starting > longest_span || start_w <= 0) return {};
  const double start_j = start_w * in_seconds(starting);
  const Energy fall = *ended.charge - *charge;
  const Energy energy = fall - energy_from_joules(start_j);
  const double most_j = in_watts(battery_ceiling) * in_seconds(off);
  if (fall < least_gauge_fall || energy < Energy{} || in_joules(energy) > most_j) return {};
  return from_gauge_fall(energy, square(start_deviation * start_j), model, "gauge-off-1");
}

}  // namespace

const char* name_of(Ending ending) {
  switch (ending) {
    case Ending::stopped:
      return "stopped";
    case Ending::shutdown:
      return "shutdown";
  }
  return "unknown";
}

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
    case UseState::off:
      return "off";
  }
  return "unknown";
}

Estimate operator+(const Estimate& a, const Estimate& b) {
  return {a.energy + b.energy, a.variance_own_j2 + b.variance_own_j2,
          a.deviation_shared_j + b.deviation_shared_j};
}

bool counts_for_coverage(UseState state, const std::optional<Estimate>& device) {
  return state != UseState::off || device;
}

Interval interval_95(const Estimate& estimate) {
  const double deviation_j =
      std::sqrt(estimate.variance_own_j2 + square(estimate.deviation_shared_j));
  const Energy half = energy_from_joules(1.96 * deviation_j);
  return {std::max(Energy{}, estimate.energy - half), estimate.energy + half};
}

std::vector<Window> explain(const Tick& before, const Tick& after, const PowerModel& model) {
  const auto lengths = lengths_of(before.now, after.now);
  if (!lengths) return {};
  const Duration all = lengths->all;
  const Duration run = lengths->awake;
  const Duration asleep = lengths->asleep;

  // The later wall clock labels the whole span; lengths come from the boot clock alone.
  const UtcTime begin = after.now.utc - all;
  const Supply supply = supply_of(before, after);
  const UseState state = state_of(before.reading.activity, after.reading.activity);

  std::vector<Window> windows;
  const Explained awake =
      asleep > Duration{0} && !same_packs(before.reading, after.reading)
          ? Explained{}
          : explain_awake(before, after, supply, run, asleep > Duration{0}, model);
  append_windows(windows, begin, run, state, supply, awake);
  if (asleep > Duration{0}) {
    append_windows(windows, begin + run, asleep, UseState::sleep, supply,
                   explain_sleep(before, after, supply, asleep, awake, model));
  }
  return windows;
}

Ended ended_at(const Tick& last, Ending how) {
  if (supply_of(last.reading) != Supply::battery) return {how, std::nullopt, {}};
  return {how, charge_of(last.reading), identity_of_packs(last.reading)};
}

bool restarted_between(const Now& earlier, const Now& later) {
  return later.boot < earlier.boot || later.awake < earlier.awake;
}

std::vector<Window> explain_off(const Now& last, const Ended& ended, const Tick& first,
                                const PowerModel& model) {
  if (ended.how != Ending::shutdown || !restarted_between(last, first.now)) return {};
  const UtcTime begun = first.now.utc - first.now.boot.since_boot;
  const Duration off = begun - last.utc;
  if (off <= Duration{0}) return {};
  const Duration told = std::min(off, longest_off);
  // What is told of a part only would not be what the gauge says of the whole.
  const Explained explained = told < off ? Explained{} : off_energy(ended, first, off, model);
  const Supply supply = explained.device ? Supply::battery : Supply::unknown;
  std::vector<Window> windows;
  append_windows(windows, begun - told, told, UseState::off, supply, explained);
  return windows;
}

Standstill standstill_after(const Tick& before, const Tick& after,
                            const std::vector<Window>& windows, const Standstill& standstill) {
  const auto lengths = lengths_of(before.now, after.now);
  if (!lengths) return {};
  const Duration time = standstill.time + lengths->awake;
  if (counter_energy(before, after, Boundary::sys, time) != Energy{}) return {};
  const bool told = std::any_of(windows.begin(), windows.end(), [](const Window& window) {
    return window.device && window.key.state != UseState::sleep;
  });
  // Energy of more than a span that was watched is not put into one minute.
  const bool vague = lengths->asleep > Duration{0} || time > longest_span;
  return {time, standstill.figured || told || vague};
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

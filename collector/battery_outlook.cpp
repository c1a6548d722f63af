// SPDX-License-Identifier: EUPL-1.2
#include "collector/battery_outlook.h"

#include <algorithm>
#include <cmath>

#include "core/capacity_series.h"

namespace wattlife {
namespace {

constexpr double replace_below = 0.75;
constexpr std::size_t fewest_packs_of_a_type = 8;

std::pair<std::string, std::string> type_of(const Battery& battery) {
  return {battery.manufacturer.value_or(""), battery.model.value_or("")};
}

bool same_type(const Battery& a, const Battery& b) {
  return a.manufacturer == b.manufacturer && a.model == b.model;
}

// Whether `then` is the pack `now`. A number that one of them lacks says nothing.
bool same_pack(const Battery& then, const Battery& now) {
  if (!same_type(then, now)) return false;
  if (then.pack_number && now.pack_number) return *then.pack_number == *now.pack_number;
  return then.name == now.name;
}

const Battery* pack_in(const BatteriesOfDay& day, const Battery& now) {
  const auto at = std::find_if(day.batteries.begin(), day.batteries.end(),
                               [&](const Battery& b) { return b.present && same_pack(b, now); });
  return at == day.batteries.end() ? nullptr : &*at;
}

// How long charging has been stopped early, up to the newest report.
std::optional<std::chrono::days> charge_limited(const Battery& now,
                                                const std::vector<BatteriesOfDay>& history) {
  const auto limits = [](const Battery* battery) {
    return battery != nullptr && battery->charge_limit && *battery->charge_limit < Ratio{1000};
  };
  std::optional<UtcDay> since;
  for (std::size_t i = history.size(); i-- > 0;) {
    if (!limits(pack_in(history[i], now))) break;
    since = history[i].day;
  }
  if (!since) return std::nullopt;
  return history.back().day - *since;
}

Judgement judgement_of(const Outlook& outlook) {
  Judgement judgement{outlook.battery_class, {}};
  const auto add = [&](const std::string& reason) {
    const auto& reasons = judgement.reasons;
    if (reason.empty()) return;
    if (std::find(reasons.begin(), reasons.end(), reason) != reasons.end()) return;
    judgement.reasons.push_back(reason);
  };
  add(outlook.reason);
  for (const std::string& flag : outlook.flags) add(flag);
  return judgement;
}

PackState pack_state(const Battery& now, const std::vector<BatteriesOfDay>& history,
                     const std::vector<UtcDay>& heard, const FleetSlopes& slopes) {
  PackState state;
  state.name = now.name;
  if (!battery_health(now)) {
    state.outlook.reason = "capacity_unknown";
    state.judgement = judgement_of(state.outlook);
    return state;
  }
  const CapacitySeries series = capacity_series(capacity_points(now, history, heard));
  OutlookContext context;
  context.charge_limited = charge_limited(now, history);
  if (const auto slope = slopes.find(type_of(now)); slope != slopes.end()) {
    context.fleet_slope = slope->second;
  }
  state.outlook = battery_outlook(series, context);
  state.judgement = judgement_of(state.outlook);
  state.below_once = state.outlook.health && !series.weeks.empty() &&
                     series.weeks.back().health < replace_below &&
                     state.outlook.battery_class != Verdict::replace;
  return state;
}

// Sum of what the packs hold over the sum of what they held when new.
std::optional<Ratio> health_together(const std::vector<PackState>& packs,
                                     const std::vector<Battery>& batteries) {
  double full = 0;
  double design = 0;
  for (std::size_t i = 0; i < packs.size(); ++i) {
    if (!packs[i].outlook.health || !batteries[i].design) return std::nullopt;
    const double new_mj = static_cast<double>(batteries[i].design->milli);
    full += *packs[i].outlook.health * new_mj;
    design += new_mj;
  }
  if (design <= 0) return std::nullopt;
  return Ratio{std::llround(1000 * full / design)};
}

}  // namespace

int badness(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail:
      return 5;
    case Verdict::replace:
      return 4;
    case Verdict::unknown:
      return 3;
    case Verdict::watch:
      return 2;
    case Verdict::good:
      return 1;
  }
  return 0;
}

void join(Judgement& into, const Judgement& other, bool first) {
  if (first || badness(other.verdict) > badness(into.verdict)) into.verdict = other.verdict;
  for (const std::string& reason : other.reasons) {
    if (std::find(into.reasons.begin(), into.reasons.end(), reason) == into.reasons.end()) {
      into.reasons.push_back(reason);
    }
  }
}

std::vector<UtcDay> heard_days(const FleetDevice& device) {
  std::vector<UtcDay> heard;
  for (const Period& period : device.periods) heard.push_back(period.end - std::chrono::days(1));
  return heard;
}

std::vector<CapacityPoint> capacity_points(const Battery& now,
                                           const std::vector<BatteriesOfDay>& history,
                                           const std::vector<UtcDay>& heard) {
  std::vector<CapacityPoint> points;
  bool another_between = false;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const Battery* pack = pack_in(history[i], now);
    if (pack == nullptr) {
      // With numbers a pack that comes back is known to be the same; an empty bay is no pack.
      const auto& batteries = history[i].batteries;
      another_between |= std::any_of(batteries.begin(), batteries.end(), [&](const Battery& b) {
        return b.present && b.name == now.name && !(b.pack_number && now.pack_number);
      });
      continue;
    }
    auto point = capacity_note(*pack, history[i].day, std::nullopt);
    if (!point) continue;
    point->new_pack = another_between && !points.empty();
    another_between = false;
    points.push_back(*point);
    const bool newest = i + 1 == history.size();
    for (const UtcDay day : heard) {
      if (day <= history[i].day || (!newest && day >= history[i + 1].day)) continue;
      CapacityPoint still = *point;
      still.day = day;
      still.new_pack = false;
      points.push_back(still);
    }
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const CapacityPoint& a, const CapacityPoint& b) { return a.day < b.day; });
  return points;
}

FleetSlopes fleet_slopes(const std::vector<FleetDevice>& devices) {
  std::map<std::pair<std::string, std::string>, std::vector<double>> found;
  for (const FleetDevice& device : devices) {
    if (device.battery_history.empty()) continue;
    const std::vector<UtcDay> heard = heard_days(device);
    for (const Battery& battery : device.battery_history.back().batteries) {
      if (!battery.present || !battery.model) continue;
      const auto series = capacity_series(capacity_points(battery, device.battery_history, heard));
      if (series.doubt != GaugeDoubt::none) continue;
      if (const auto slope = own_slope(series)) found[type_of(battery)].push_back(*slope);
    }
  }
  FleetSlopes slopes;
  for (auto& [type, values] : found) {
    // A type that gets better with age is no type but a series of recalibrations.
    if (values.size() >= fewest_packs_of_a_type) {
      slopes[type] = std::min(0.0, median_of(std::move(values)));
    }
  }
  return slopes;
}

BatteryState battery_state(const std::vector<BatteriesOfDay>& history,
                           const std::vector<UtcDay>& heard, const FleetSlopes& slopes) {
  BatteryState state;
  if (history.empty()) return state;
  std::vector<Battery> batteries;  // of the packs, in their order
  for (const Battery& battery : history.back().batteries) {
    if (!battery.present) continue;
    PackState pack = pack_state(battery, history, heard, slopes);
    join(state.judgement, pack.judgement, !state.present);
    state.present = true;
    state.below_once = state.below_once || pack.below_once;
    if (battery.cycles && *battery.cycles > 0) {
      state.cycles = std::max(state.cycles.value_or(0), *battery.cycles);
    }
    const std::size_t place = state.packs.size();
    if (!state.first ||
        badness(pack.judgement.verdict) > badness(state.packs[*state.first].judgement.verdict)) {
      state.first = place;
    }
    state.packs.push_back(std::move(pack));
    batteries.push_back(battery);
  }
  if (state.present) state.health = health_together(state.packs, batteries);
  return state;
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "collector/fleet_energy.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace wattlife {
namespace {

using Devices = std::set<std::int64_t>;

bool enough(const Devices& devices) { return devices.size() >= smallest_group; }

// Devices by organisation. In a sum of several, each must hide its own among its own: the people of
// the others know theirs, and can take them off.
using ByOrganisation = std::map<int, Devices>;

bool enough_of_each(const ByOrganisation& devices) {
  return std::all_of(devices.begin(), devices.end(),
                     [](const auto& row) { return enough(row.second); });
}

std::size_t count_of(const ByOrganisation& devices) {
  std::size_t count = 0;
  for (const auto& [organisation, its] : devices) count += its.size();
  return count;
}

EnergyFigure figure_of(const Estimate& estimate) {
  return {estimate.energy, interval_95(estimate)};
}

int permille(std::int64_t part, std::int64_t whole) {
  return whole <= 0 ? 0
                    : static_cast<int>(std::llround(1000.0 * static_cast<double>(part) /
                                                    static_cast<double>(whole)));
}

// Tiers of which the devices are too few are put together, with the smallest of the others when
// they are still too few, so that no share can be worked out for a small group.
struct TierGroup {
  std::vector<Tier> tiers;
  ByOrganisation devices;
  Energy energy;
};

void merge_into(TierGroup& into, TierGroup& from) {
  into.tiers.insert(into.tiers.end(), from.tiers.begin(), from.tiers.end());
  for (const auto& [organisation, devices] : from.devices) {
    into.devices[organisation].insert(devices.begin(), devices.end());
  }
  into.energy += from.energy;
}

std::vector<TierShare> tier_shares(const std::vector<EnergyEntry>& entries) {
  std::map<Tier, TierGroup> by_tier;
  Energy total;
  for (const EnergyEntry& entry : entries) {
    if (!entry.row.device) continue;
    TierGroup& group = by_tier[entry.row.tier];
    group.tiers = {entry.row.tier};
    group.devices[entry.organisation].insert(entry.device);
    group.energy += entry.row.device->energy;
    total += entry.row.device->energy;
  }
  std::vector<TierGroup> groups;
  TierGroup small;
  for (auto& [tier, group] : by_tier) {
    if (enough_of_each(group.devices)) {
      groups.push_back(group);
    } else {
      merge_into(small, group);
    }
  }
  while (!small.tiers.empty() && !enough_of_each(small.devices) && !groups.empty()) {
    const auto least = std::min_element(
        groups.begin(), groups.end(),
        [](const auto& a, const auto& b) { return count_of(a.devices) < count_of(b.devices); });
    merge_into(small, *least);
    groups.erase(least);
  }
  if (!small.tiers.empty()) groups.push_back(small);
  for (TierGroup& group : groups) std::sort(group.tiers.begin(), group.tiers.end());
  std::sort(groups.begin(), groups.end(),
            [](const TierGroup& a, const TierGroup& b) { return a.tiers < b.tiers; });
  std::vector<TierShare> shares;
  Energy running;
  int before = 0;
  for (const TierGroup& group : groups) {
    running += group.energy;
    const int up_to = permille(running.milli, total.milli);
    shares.push_back({group.tiers, up_to - before});
    before = up_to;
  }
  return shares;
}

// Time that should have a figure and has none.
bool is_gap(const EnergyEntry& entry) {
  return !entry.row.device && counts_for_coverage(entry.row.state, entry.row.device);
}

struct ByPeriod {
  std::vector<EnergyEntry> entries;
  Devices devices;  // with a figure
};

void add_coverage(FleetEnergy& fleet, const std::vector<EnergyEntry>& entries) {
  std::int64_t all = 0;
  std::int64_t known = 0;
  std::int64_t mains = 0;
  std::int64_t mains_known = 0;
  std::set<std::string> methods;
  Devices with_wall;
  for (const EnergyEntry& entry : entries) {
    const std::int64_t time = entry.row.time.count();
    // Off without a figure is no gap in what was watched: coverage is about a laptop that is on.
    if (counts_for_coverage(entry.row.state, entry.row.device)) all += time;
    if (entry.row.device) known += time;
    if (entry.row.supply == Supply::mains) mains += time;
    if (entry.row.wall) mains_known += time;
    if (entry.row.wall) with_wall.insert(entry.device);
    if (!entry.row.method.empty()) methods.insert(entry.row.method);
  }
  fleet.coverage_permille = permille(known, all);
  fleet.methods.assign(methods.begin(), methods.end());
  if (enough(with_wall)) {
    fleet.wall = figure_of(group_sum(entries, &EnergyRow::wall));
    fleet.wall_coverage_permille = permille(mains_known, mains);
  }
}

}  // namespace

Estimate group_sum(const std::vector<EnergyEntry>& entries,
                   std::optional<Estimate> EnergyRow::*figure) {
  Estimate sum;
  std::map<std::pair<std::string, std::string>, double> shared;  // by model and method
  for (const EnergyEntry& entry : entries) {
    const std::optional<Estimate>& estimate = entry.row.*figure;
    if (!estimate) continue;
    sum.energy += estimate->energy;
    sum.variance_own_j2 += estimate->variance_own_j2;
    shared[{entry.device_model, entry.row.method}] += estimate->deviation_shared_j;
  }
  double variance_shared = 0;
  for (const auto& [key, deviation] : shared) variance_shared += deviation * deviation;
  sum.deviation_shared_j = std::sqrt(variance_shared);
  return sum;
}

std::vector<EnergyEntry> large_periods(std::vector<EnergyEntry> entries) {
  std::map<Period, Devices> devices;
  std::map<Period, Devices> with_wall;
  Devices with_gap;
  for (const EnergyEntry& entry : entries) {
    if (entry.row.device) devices[entry.period].insert(entry.device);
    if (entry.row.wall) with_wall[entry.period].insert(entry.device);
  }
  std::erase_if(entries, [&](const EnergyEntry& entry) { return !enough(devices[entry.period]); });
  for (const EnergyEntry& entry : entries) {
    if (is_gap(entry)) with_gap.insert(entry.device);
  }
  if (!enough(with_gap)) std::erase_if(entries, is_gap);
  for (EnergyEntry& entry : entries) {
    if (!enough(with_wall[entry.period])) entry.row.wall.reset();
  }
  return entries;
}

FleetEnergy fleet_energy(const std::vector<EnergyEntry>& entries) {
  std::map<Period, ByPeriod> periods;
  Devices reported;
  for (const EnergyEntry& entry : entries) {
    reported.insert(entry.device);
    ByPeriod& period = periods[entry.period];
    period.entries.push_back(entry);
    if (entry.row.device) period.devices.insert(entry.device);
  }
  FleetEnergy fleet;
  std::vector<EnergyEntry> shown;
  Devices shown_devices;
  ByPeriod rest;
  int rest_periods = 0;
  for (const auto& [period, group] : periods) {
    if (!enough(group.devices)) {
      rest.entries.insert(rest.entries.end(), group.entries.begin(), group.entries.end());
      rest.devices.insert(group.devices.begin(), group.devices.end());
      ++rest_periods;
      continue;
    }
    shown.insert(shown.end(), group.entries.begin(), group.entries.end());
    shown_devices.insert(group.devices.begin(), group.devices.end());
    fleet.periods.push_back({period, static_cast<int>(group.devices.size()),
                             figure_of(group_sum(group.entries, &EnergyRow::device))});
  }
  // Small periods count together, when together they are a group; one alone never is.
  if (enough(rest.devices)) {
    shown.insert(shown.end(), rest.entries.begin(), rest.entries.end());
    shown_devices.insert(rest.devices.begin(), rest.devices.end());
    fleet.periods.push_back({std::nullopt, static_cast<int>(rest.devices.size()),
                             figure_of(group_sum(rest.entries, &EnergyRow::device))});
  } else {
    fleet.hidden_periods = rest_periods;
  }
  if (shown.empty()) {
    fleet.devices = static_cast<int>(reported.size());
    return fleet;
  }
  fleet.devices = static_cast<int>(shown_devices.size());
  fleet.consumed = figure_of(group_sum(shown, &EnergyRow::device));
  fleet.tiers = tier_shares(shown);
  add_coverage(fleet, shown);
  return fleet;
}

}  // namespace wattlife

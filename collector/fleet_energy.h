// SPDX-License-Identifier: EUPL-1.2
// The energy of a group of devices, with its interval, and only for groups that are large enough:
// what stands in a total must not tell what one laptop used, not even by subtracting (1-mission,
// rule 4). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/fleet_store.h"
#include "core/energy.h"

namespace wattlife {

inline constexpr int smallest_group = smallest_kept_group;

struct EnergyFigure {
  Energy energy;
  Interval interval;  // 95 %
  friend bool operator==(const EnergyFigure&, const EnergyFigure&) = default;
};

// Part of a total that was come by in these ways; tiers with too few devices, or in a sum of
// several organisations too few of one of them, are put together.
struct TierShare {
  std::vector<Tier> tiers;
  int permille = 0;  // of the total; the shares add up to 1000
  friend bool operator==(const TierShare&, const TierShare&) = default;
};

struct PeriodEnergy {
  std::optional<Period> period;  // empty: several small periods together
  int devices = 0;
  EnergyFigure consumed;
  friend bool operator==(const PeriodEnergy&, const PeriodEnergy&) = default;
};

struct FleetEnergy {
  int devices = 0;         // with energy in what is shown; when nothing is shown: that reported
  int hidden_periods = 0;  // too few devices: left out of everything, the total included
  std::optional<EnergyFigure> consumed;  // by the laptops; empty: the group is too small
  std::optional<EnergyFigure> wall;      // drawn from the socket, as far as it is known
  int coverage_permille = 0;             // reported time of which the energy is known
  int wall_coverage_permille = 0;        // reported time on mains of which the wall energy is known
  std::vector<TierShare> tiers;          // in the order of Tier
  std::vector<PeriodEnergy> periods;
  std::vector<std::string> methods;
};

// Own variances add. A shared deviation adds up linearly within one model and method, because it is
// the same error in each laptop, and in quadrature over models (design: footprint, Interval).
Estimate group_sum(const std::vector<EnergyEntry>& entries,
                   std::optional<Estimate> EnergyRow::*figure);

// Without the periods in which fewer than `smallest_group` devices have a figure, without wall
// energy where fewer have that, and without time that lacks a figure when it is of fewer devices:
// what is left of one organisation may stand in a sum with others, also for who knows the others.
// Devices that reported without a figure hide nobody. The coverage of a sum is then too high by the
// gaps of at most nine laptops of each organisation.
std::vector<EnergyEntry> large_periods(std::vector<EnergyEntry> entries);

FleetEnergy fleet_energy(const std::vector<EnergyEntry>& entries);

}  // namespace wattlife

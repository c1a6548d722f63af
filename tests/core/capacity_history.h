// SPDX-License-Identifier: EUPL-1.2
// Histories of capacity for tests: one reading a week, from a list of fractions of design.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/capacity_series.h"

namespace wattlife {

inline UtcDay history_day(int week) {
  return UtcDay{std::chrono::year{2024} / 1 / 1} + std::chrono::days{7 * week};  // a Monday
}

inline CapacityPoint capacity_point(int week, double health, std::int64_t design_mwh = 50'000,
                                    std::optional<std::int64_t> cycles = std::nullopt) {
  const auto full = std::llround(health * static_cast<double>(design_mwh));
  return {history_day(week),           milliwatt_hours(full),
          milliwatt_hours(design_mwh), cycles,
          CapacityOrigin::os_history,  false};
}

inline std::vector<CapacityPoint> weekly(const std::vector<double>& healths) {
  std::vector<CapacityPoint> points;
  for (std::size_t i = 0; i < healths.size(); ++i) {
    points.push_back(capacity_point(static_cast<int>(i), healths[i]));
  }
  return points;
}

// `weeks` values that fall from `from` by `per_year`, with a little of the unrest of a real gauge.
inline std::vector<double> wearing(double from, double per_year, int weeks) {
  std::vector<double> healths;
  for (int i = 0; i < weeks; ++i) {
    const double unrest = (i % 3 - 1) * 0.002;
    healths.push_back(from + per_year * 7 * i / 365.25 + unrest);
  }
  return healths;
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "core/drive_wear.h"

#include <algorithm>

namespace wattlife {
namespace {

using std::chrono::days;

constexpr double days_in_a_year = 365.25;
constexpr std::int64_t rating = 100;
constexpr std::int64_t saturated_at = 255;
constexpr std::int64_t least_movement = 3;
constexpr days shortest_for_percent{365};
constexpr days shortest_for_writes{30};

struct Value {
  UtcDay day;
  std::int64_t value;
};

// The values that are known, after the last fall.
std::vector<Value> rising(const std::vector<WearPoint>& points,
                          std::optional<std::int64_t> WearPoint::*member) {
  std::vector<Value> values;
  for (const WearPoint& point : points) {
    const auto& value = point.*member;
    if (!value) continue;
    if (!values.empty() && *value < values.back().value) values.clear();
    values.push_back({point.day, *value});
  }
  return values;
}

// A year's growth; empty when the span is too short.
std::optional<double> yearly(const std::vector<Value>& values, days shortest) {
  if (values.size() < 2) return std::nullopt;
  const auto span = values.back().day - values.front().day;
  if (span < shortest) return std::nullopt;
  return static_cast<double>(values.back().value - values.front().value) * days_in_a_year /
         static_cast<double>(span.count());
}

std::optional<double> years_until(std::int64_t limit, std::int64_t now, double a_year) {
  if (now >= limit) return 0.0;
  if (a_year <= 0) return std::nullopt;
  return static_cast<double>(limit - now) / a_year;
}

}  // namespace

WearState wear_state(std::int64_t percentage_used) {
  if (percentage_used >= saturated_at) return WearState::saturated;
  if (percentage_used > rating) return WearState::beyond;
  return percentage_used == rating ? WearState::at_rating : WearState::within;
}

const char* name_of(WearState state) {
  switch (state) {
    case WearState::within:
      return "within";
    case WearState::at_rating:
      return "at_rating";
    case WearState::beyond:
      return "beyond";
    case WearState::saturated:
      return "saturated";
  }
  return "within";
}

double celsius(std::int64_t kelvin) { return static_cast<double>(kelvin) - 273.15; }

WearProjection project_wear(std::vector<WearPoint> points,
                            std::optional<std::int64_t> rated_bytes) {
  std::stable_sort(points.begin(), points.end(),
                   [](const WearPoint& a, const WearPoint& b) { return a.day < b.day; });
  WearProjection projection;
  const auto used = rising(points, &WearPoint::percentage_used);
  const auto rate = yearly(used, shortest_for_percent);
  if (used.empty()) {
    projection.reason = "not_reported";
  } else if (used.back().value >= saturated_at) {
    projection.reason = "saturated";
  } else if (!rate) {
    projection.reason = "under_a_year";
  } else if (used.back().value - used.front().value < least_movement) {
    projection.reason = "hardly_moved";
  } else {
    projection.percent_per_year = rate;
    projection.years_to_rating = years_until(rating, used.back().value, *rate);
  }
  const auto written = rising(points, &WearPoint::bytes_written);
  projection.bytes_per_year = yearly(written, shortest_for_writes);
  if (projection.bytes_per_year && rated_bytes && *rated_bytes > 0) {
    projection.years_to_rated_writes =
        years_until(*rated_bytes, written.back().value, *projection.bytes_per_year);
  }
  return projection;
}

}  // namespace wattlife

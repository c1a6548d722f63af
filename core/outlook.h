// SPDX-License-Identifier: EUPL-1.2
// How healthy a battery is and what is to be expected of it within a year, from the history of its
// capacity. Thresholds and method are section 11.3 and 11.4 of the measurement notes; how well it
// forecasts on real histories is in docs/health.md. All fractions are of the first design value.
// A history that cannot be trusted gives no class and no forecast: `unknown` is an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/capacity_series.h"
#include "core/reading.h"
#include "core/units.h"

namespace wattlife {

inline constexpr int longest_horizon_days = 365;

// What else is known besides the history.
struct OutlookContext {
  // How long charging has been stopped below 100 %; then the gauge seldom learns.
  std::optional<std::chrono::days> charge_limited;
  // Change of health a year over at least 8 packs of this type with at least 180 days each, for
  // example -0.09. Empty: -0.11, from public histories.
  std::optional<double> fleet_slope;
};

enum class Crossing { already_below, within_12_months, beyond_12_months, refused };
const char* name_of(Crossing crossing);

struct Forecast {
  double health = 0;
  double low = 0;  // 80 % of cases lie between low and high
  double high = 0;
};

struct Outlook {
  std::optional<double> health;  // level: median of the last three weekly values, at most 1.05
  std::optional<double> low;     // 95 % of levels are that near to what the next months say
  std::optional<double> high;
  Verdict battery_class = Verdict::unknown;  // good, watch, replace or unknown
  std::vector<std::string> flags;            // "gauge_suspect", "unlearned", "test_battery"
  Crossing to_800 = Crossing::refused;       // when health passes 80 %
  std::string reason;                        // why unknown or refused; a stable code, or empty
  double slope_per_year = 0;                 // of the forecast
};

Outlook battery_outlook(const CapacitySeries& series, const OutlookContext& context = {});

// Health after `horizon_days` (1 to longest_horizon_days), or why there is none: the reason of the
// outlook, or "below_60_percent": packs are known to fall off a knee there, and nobody can say.
struct ForecastAnswer {
  std::optional<Forecast> forecast;
  std::string refused;  // empty when there is a forecast
};
ForecastAnswer forecast_after(const Outlook& outlook, int horizon_days);

// The slope that the pack itself shows, a year, within segments (weighted median of pairwise
// slopes). Empty under 26 weekly values or 180 days.
std::optional<double> own_slope(const CapacitySeries& series);

}  // namespace wattlife

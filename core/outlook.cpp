// SPDX-License-Identifier: EUPL-1.2
#include "core/outlook.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace wattlife {
namespace {

using std::chrono::days;

constexpr double days_in_a_year = 365.25;
constexpr double highest_level = 1.05;
// 3-measurement 11.3: the 95 % error of a level.
constexpr double level_error = 0.07;
constexpr double good_from = 0.85;
constexpr double watch_from = 0.75;
constexpr double hysteresis = 0.03;
constexpr days persistence{7};
constexpr days longest_charge_limit{90};
constexpr double service_level = 0.80;
// No extrapolation below this: a knee is likely there (11.4, literature).
constexpr double lowest_forecast = 0.60;
// Collapse: this much lower within this time.
constexpr double collapse = 0.10;
constexpr days collapse_within{56};
// Slope: a quarter of what the pack itself shows, the rest of the fleet.
constexpr double own_weight = 0.25;
constexpr double default_fleet_slope = -0.11;
constexpr std::size_t fewest_weeks_for_slope = 26;
constexpr days shortest_history_for_slope{180};
constexpr std::size_t most_weeks_for_slope = 260;  // five years; pairs grow as the square
// A rounding error of a sum of fractions must not decide.
constexpr double tiny = 1e-9;

// Half the width that holds 80 % of the errors, by horizon: 5-95 % quantiles of 11.4 (90 %) times
// 1.2816 / 1.6449; at no horizon the 95 % error of a level times 1.2816 / 1.9600.
struct Width {
  double days;
  double half;
};
constexpr std::array<Width, 4> widths = {{{0, 0.0458}, {91, 0.0584}, {182, 0.0740}, {365, 0.1013}}};

double half_width(double horizon_days) {
  for (std::size_t i = 1; i < widths.size(); ++i) {
    if (horizon_days > widths[i].days) continue;
    const double part = (horizon_days - widths[i - 1].days) / (widths[i].days - widths[i - 1].days);
    return widths[i - 1].half + part * (widths[i].half - widths[i - 1].half);
  }
  return widths.back().half;
}

// The level as it was at week `i`: median of at most three weekly values of today's pack.
double level_at(const CapacitySeries& series, std::size_t i) {
  const std::size_t from = std::max(series.pack_begin, i < 2 ? 0 : i - 2);
  std::vector<double> values;
  for (std::size_t k = from; k <= i; ++k) values.push_back(series.weeks[k].health);
  return std::min(median_of(std::move(values)), highest_level);
}

Verdict class_next_to(Verdict now, double level) {
  if (now == Verdict::good && level >= good_from - tiny) return now;
  if (level >= good_from + (now == Verdict::good ? 0 : hysteresis) - tiny) return Verdict::good;
  const double watch_limit = watch_from + (now == Verdict::replace ? hysteresis : 0);
  return level >= watch_limit - tiny ? Verdict::watch : Verdict::replace;
}

// The class after all weeks: a change needs two weekly levels at least a week apart, and replacing
// is never the first thing said.
Verdict class_of(const CapacitySeries& series) {
  Verdict now = Verdict::unknown;
  Verdict wanted = Verdict::unknown;  // a class that was seen once; unknown: none
  UtcDay since{};
  for (std::size_t i = series.pack_begin; i < series.weeks.size(); ++i) {
    const double level = level_at(series, i);
    const UtcDay monday = series.weeks[i].monday;
    if (now == Verdict::unknown) {
      now = level >= good_from - tiny ? Verdict::good : Verdict::watch;
    }
    const Verdict next = class_next_to(now, level);
    if (next == now) {
      wanted = Verdict::unknown;
    } else if (wanted != next) {
      wanted = next;
      since = monday;
    } else if (monday - since >= persistence) {
      now = next;
      wanted = Verdict::unknown;
    }
  }
  return now;
}

bool has_collapsed(const CapacitySeries& series) {
  if (series.weeks.empty()) return false;
  const std::size_t last = series.weeks.size() - 1;
  const double level = level_at(series, last);
  for (std::size_t i = last; i-- > series.pack_begin;) {
    if (series.weeks[last].monday - series.weeks[i].monday > collapse_within) break;
    if (level_at(series, i) - level > collapse + tiny) return true;
  }
  return false;
}

struct WeightedSlope {
  double slope;
  double weight;
};

void add_slopes(const CapacitySeries& series, const CapacitySegment& segment, std::size_t from,
                std::vector<WeightedSlope>& slopes) {
  const std::size_t end = segment.first_week + segment.weeks;
  for (std::size_t i = std::max(segment.first_week, from); i < end; ++i) {
    for (std::size_t k = i + 1; k < end; ++k) {
      const CapacityWeek& a = series.weeks[i];
      const CapacityWeek& b = series.weeks[k];
      const double years = static_cast<double>((b.monday - a.monday).count()) / days_in_a_year;
      slopes.push_back({(b.health - a.health) / years, years});
    }
  }
}

double weighted_median(std::vector<WeightedSlope>& slopes) {
  std::sort(slopes.begin(), slopes.end(),
            [](const WeightedSlope& a, const WeightedSlope& b) { return a.slope < b.slope; });
  double whole = 0;
  for (const WeightedSlope& s : slopes) whole += s.weight;
  double sum = 0;
  for (const WeightedSlope& s : slopes) {
    sum += s.weight;
    if (sum >= whole / 2) return s.slope;
  }
  return slopes.back().slope;
}

Crossing crossing_of(const Outlook& outlook) {
  if (*outlook.health < service_level - tiny) return Crossing::already_below;
  const double year = longest_horizon_days;
  const double latest =
      *outlook.health + outlook.slope_per_year * year / days_in_a_year + half_width(year);
  return latest < service_level ? Crossing::within_12_months : Crossing::beyond_12_months;
}

}  // namespace

std::optional<double> own_slope(const CapacitySeries& series) {
  if (series.weeks.empty()) return std::nullopt;
  const std::size_t size = series.weeks.size();
  const std::size_t from = std::max(series.pack_begin, size - std::min(size, most_weeks_for_slope));
  if (size - from < fewest_weeks_for_slope ||
      series.weeks.back().monday - series.weeks[from].monday < shortest_history_for_slope) {
    return std::nullopt;
  }
  std::vector<WeightedSlope> slopes;
  for (const CapacitySegment& segment : series.segments) add_slopes(series, segment, from, slopes);
  if (slopes.empty()) return std::nullopt;
  return weighted_median(slopes);
}

Outlook battery_outlook(const CapacitySeries& series, const OutlookContext& context) {
  Outlook outlook;
  outlook.reason = name_of(series.doubt);
  const bool never_measured = series.doubt == GaugeDoubt::unlearned && !series.design_follows_full;
  const bool suspect = series.doubt == GaugeDoubt::gauge_suspect;
  if (!series.weeks.empty() && !never_measured && !suspect) {
    outlook.health = level_at(series, series.weeks.size() - 1);
    outlook.low = std::max(*outlook.health - level_error, 0.0);
    outlook.high = *outlook.health + level_error;
  }
  if (series.suspect_lately) outlook.flags.emplace_back("gauge_suspect");
  if (series.doubt == GaugeDoubt::unlearned || series.doubt == GaugeDoubt::gauge_frozen) {
    outlook.flags.emplace_back("unlearned");
  }
  if (has_collapsed(series)) outlook.flags.emplace_back("test_battery");
  if (series.doubt == GaugeDoubt::none && context.charge_limited > longest_charge_limit) {
    outlook.reason = "charge_limited";
  }
  if (!outlook.reason.empty()) return outlook;

  outlook.battery_class = class_of(series);
  const double fleet = context.fleet_slope.value_or(default_fleet_slope);
  const auto own = own_slope(series);
  outlook.slope_per_year =
      own ? own_weight * std::min(0.0, *own) + (1 - own_weight) * fleet : fleet;
  outlook.to_800 = crossing_of(outlook);
  return outlook;
}

ForecastAnswer forecast_after(const Outlook& outlook, int horizon_days) {
  if (!outlook.reason.empty() || !outlook.health) {
    return {std::nullopt, outlook.reason.empty() ? "no_history" : outlook.reason};
  }
  const double horizon = std::clamp(horizon_days, 0, longest_horizon_days);
  const double health = *outlook.health + outlook.slope_per_year * horizon / days_in_a_year;
  if (health < lowest_forecast) return {std::nullopt, "below_60_percent"};
  const double half = half_width(horizon);
  return {Forecast{health, std::max(health - half, 0.0), health + half}, ""};
}

const char* name_of(Crossing crossing) {
  switch (crossing) {
    case Crossing::already_below:
      return "already_below";
    case Crossing::within_12_months:
      return "within_12_months";
    case Crossing::beyond_12_months:
      return "beyond_12_months";
    case Crossing::refused:
      return "refused";
  }
  return "refused";
}

}  // namespace wattlife

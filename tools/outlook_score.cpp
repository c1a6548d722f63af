// SPDX-License-Identifier: EUPL-1.2
#include "tools/outlook_score.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/outlook.h"
#include "core/text.h"

namespace wattlife {
namespace {

using std::chrono::days;

constexpr double days_in_a_year = 365.25;
constexpr double fleet = -0.11;
// A week this near to the horizon tells what came.
constexpr days near_enough{10};

// What came: the median of the week nearest to the horizon and the ones beside it.
struct Came {
  double health = 0;
  std::size_t week = 0;
};
std::optional<Came> what_came(const CapacitySeries& whole, UtcDay day) {
  std::optional<std::size_t> nearest;
  for (std::size_t i = 0; i < whole.weeks.size(); ++i) {
    const auto distance = std::chrono::abs(whole.weeks[i].last_day - day);
    if (distance > near_enough) continue;
    if (!nearest || distance < std::chrono::abs(whole.weeks[*nearest].last_day - day)) nearest = i;
  }
  if (!nearest) return std::nullopt;
  const std::size_t from = *nearest == 0 ? 0 : *nearest - 1;
  const std::size_t to = std::min(*nearest + 2, whole.weeks.size());
  std::vector<double> values;
  for (std::size_t i = from; i < to; ++i) values.push_back(whole.weeks[i].health);
  return Came{median_of(std::move(values)), *nearest};
}

// Whether a pack or a calibration began after week `from` and not after week `to`.
bool begins_anew(const CapacitySeries& whole, std::size_t from, std::size_t to) {
  return std::any_of(whole.segments.begin(), whole.segments.end(), [&](const CapacitySegment& s) {
    const bool anew = s.start == SegmentStart::pack_changed ||
                      s.start == SegmentStart::design_changed || s.start == SegmentStart::jump_up;
    return anew && s.first_week > from && s.first_week <= to;
  });
}

// Least squares through the weeks of the pack, at `day`.
double own_line(const CapacitySeries& series, UtcDay day) {
  double n = 0;
  double sx = 0;
  double sy = 0;
  double sxx = 0;
  double sxy = 0;
  for (std::size_t i = series.pack_begin; i < series.weeks.size(); ++i) {
    const double x = static_cast<double>((series.weeks[i].last_day - day).count());
    const double y = series.weeks[i].health;
    n += 1;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  const double spread = n * sxx - sx * sx;
  if (spread <= 0) return sy / n;
  const double slope = (n * sxy - sx * sy) / spread;
  return (sy - slope * sx) / n;
}

// Sums over the cases of one history.
struct Sums {
  int cases = 0;
  double no_change = 0;
  double own_line = 0;
  double fleet_slope = 0;
  double ours = 0;
  int covered = 0;
};

void add_case(const CapacitySeries& then, const Outlook& outlook, const Forecast& forecast,
              int horizon_days, double came, Sums& sums) {
  const double level = *outlook.health;
  const UtcDay day = then.weeks.back().last_day + days{horizon_days};
  ++sums.cases;
  sums.no_change += std::abs(level - came);
  sums.own_line += std::abs(own_line(then, day) - came);
  sums.fleet_slope += std::abs(level + fleet * horizon_days / days_in_a_year - came);
  sums.ours += std::abs(forecast.health - came);
  sums.covered += came >= forecast.low && came <= forecast.high ? 1 : 0;
}

void score_history(const std::vector<CapacityPoint>& points, ScoreRow& row) {
  const CapacitySeries whole = capacity_series(points);
  Sums sums;
  for (std::size_t i = 0; i < whole.weeks.size(); ++i) {
    const UtcDay origin = whole.weeks[i].last_day;
    const auto came = what_came(whole, origin + days{row.horizon_days});
    if (!came || came->week <= i) continue;
    std::vector<CapacityPoint> known;
    std::copy_if(points.begin(), points.end(), std::back_inserter(known),
                 [&](const CapacityPoint& p) { return p.day <= origin; });
    const CapacitySeries then = capacity_series(std::move(known));
    const Outlook outlook = battery_outlook(then);
    const ForecastAnswer answer = forecast_after(outlook, row.horizon_days);
    if (!answer.forecast) {
      ++row.refused;
    } else if (begins_anew(whole, i, came->week)) {
      ++row.other_pack;
    } else {
      add_case(then, outlook, *answer.forecast, row.horizon_days, came->health, sums);
    }
  }
  if (sums.cases == 0) return;
  const double n = sums.cases;
  ++row.histories;
  row.cases += sums.cases;
  row.no_change += 100 * sums.no_change / n;
  row.own_line += 100 * sums.own_line / n;
  row.fleet_slope += 100 * sums.fleet_slope / n;
  row.ours += 100 * sums.ours / n;
  row.covered += sums.covered / n;
}

}  // namespace

std::vector<ScoreRow> outlook_score(const std::vector<std::vector<CapacityPoint>>& histories,
                                    const std::vector<int>& horizons_days) {
  std::vector<ScoreRow> rows;
  for (const int horizon : horizons_days) {
    ScoreRow row;
    row.horizon_days = horizon;
    for (const auto& points : histories) score_history(points, row);
    if (row.histories > 0) {
      for (double* sum :
           {&row.no_change, &row.own_line, &row.fleet_slope, &row.ours, &row.covered}) {
        *sum /= row.histories;
      }
    }
    rows.push_back(row);
  }
  return rows;
}

std::string to_markdown(const std::vector<ScoreRow>& rows) {
  std::string text =
      "| horizon | histories | cases | no change | own straight line | fleet slope | ours | in the "
      "80 % interval | refused | other pack |\n|---|---|---|---|---|---|---|---|---|---|\n";
  for (const ScoreRow& row : rows) {
    text += "| " + std::to_string(row.horizon_days) + " d | " + std::to_string(row.histories) +
            " | " + std::to_string(row.cases) + " | " + fixed(row.no_change, 1) + " | " +
            fixed(row.own_line, 1) + " | " + fixed(row.fleet_slope, 1) + " | " +
            fixed(row.ours, 1) + " | " + fixed(100 * row.covered, 0) + " % | " +
            std::to_string(row.refused) + " | " + std::to_string(row.other_pack) + " |\n";
  }
  return text;
}

}  // namespace wattlife

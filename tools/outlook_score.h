// SPDX-License-Identifier: EUPL-1.2
// How well batteries are forecast: from every week of a real history, what each method would have
// said then, against what came. Pure. Errors are in points (hundredths of the design capacity).
#pragma once

#include <string>
#include <vector>

#include "core/capacity_series.h"

namespace wattlife {

struct ScoreRow {
  int horizon_days = 0;
  int histories = 0;   // that gave at least one case
  int cases = 0;       // forecasts that could be checked
  int refused = 0;     // weeks in which the rules refuse; what came is known there too
  int other_pack = 0;  // left out: another pack, or another calibration, before the horizon
  // Mean absolute error of the same cases, in points.
  double no_change = 0;
  double own_line = 0;  // least squares through all weeks of the pack
  double fleet_slope = 0;
  double ours = 0;
  double covered = 0;  // share of the cases inside our 80 % interval
};

// One history is the points of one machine. Each history weighs the same within a row, however
// many weeks it has.
std::vector<ScoreRow> outlook_score(const std::vector<std::vector<CapacityPoint>>& histories,
                                    const std::vector<int>& horizons_days);

// A table for docs/health.md.
std::string to_markdown(const std::vector<ScoreRow>& rows);

}  // namespace wattlife

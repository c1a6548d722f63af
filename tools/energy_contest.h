// SPDX-License-Identifier: EUPL-1.2
// A contest of estimators over simulated laptops whose true energy is known (tools/laptop): ours,
// exactly as the sampler runs it, beside what peers report for the same minutes.
//
// The figure that is judged is the system energy of one laptop on one day, awake and on mains:
// there no sensor tells it. A day counts when it has an hour of that. What a method leaves as a gap
// is left out of the truth it is held against, and counted as such.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

namespace wattlife {

struct ContestOptions {
  std::uint64_t seed = 1;
  int laptops = 200;
  int days = 28;
  UtcDay first_day{};
};

// One method over some days. Errors are shares of the true energy of the day: 0.06 is 6 %.
struct ContestRow {
  std::string method;
  int device_days = 0;
  double median_error = 0;         // of the absolute daily error
  double p90_error = 0;            // nine of ten days are better
  double bias = 0;                 // of the sum of all days, signed
  std::optional<double> coverage;  // share of days whose truth is in the 95 % interval
};

struct ContestTable {
  std::string title;
  std::vector<ContestRow> rows;
};

struct ContestGoal {
  std::string text;
  std::string seen;
  bool met = false;
};

struct ContestResult {
  std::vector<ContestTable> tables;
  std::vector<ContestGoal> goals;
  int laptops = 0;
  int laptops_calibrated = 0;       // whose sampler ever used a model of its own
  double days_before = 0;           // median of the mains days that took
  double share_without_figure = 0;  // of the time awake on mains
};

ContestResult energy_contest(const ContestOptions& options);

// For people: the tables, and each goal with "met" or "not met".
std::string to_text(const ContestResult& result);

}  // namespace wattlife

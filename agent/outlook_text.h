// SPDX-License-Identifier: EUPL-1.2
// The outlook of a battery in the words of `wattlife battery-outlook`: JSON with stable keys, and
// lines for people. Pure. Months at most, never a date: no gauge is that good.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/capacity_series.h"
#include "core/outlook.h"
#include "core/result.h"

namespace wattlife {

// A report of powercfg or a CSV, told apart by how it begins. Malformed says what was expected.
Result<std::vector<CapacityPoint>> capacity_points_in(std::string_view file);

struct OutlookAnswer {
  CapacitySeries series;
  Outlook outlook;
  std::optional<int> horizon_days;  // asked for
};
OutlookAnswer outlook_of(std::vector<CapacityPoint> points, std::optional<int> horizon_days);

// One object, ends with a newline; the keys are a contract. Unknown is null.
std::string to_json(const OutlookAnswer& answer);
// A few lines, ends with a newline.
std::string to_lines(const OutlookAnswer& answer);

}  // namespace wattlife

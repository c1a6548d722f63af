// SPDX-License-Identifier: EUPL-1.2
// A history of capacity as a table that people and scripts write:
//   date,full_mwh,design_mwh,cycles
// Dates are ISO 8601; an empty cell is not known; a fraction of a milliwatt-hour is cut off.
#pragma once

#include <string_view>
#include <vector>

#include "core/capacity_series.h"
#include "core/result.h"

namespace wattlife {

// Malformed, naming the line: no such head, another number of cells, no date, no number.
Result<std::vector<CapacityPoint>> parse_capacity_csv(std::string_view text);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// Days of the view as a table, for a spreadsheet or a program: `wattlife export`. Pure.
#pragma once

#include <optional>

#include "agent/view_file.h"
#include "core/table.h"
#include "core/time.h"

namespace wattlife {

// One row a day from `from` to `to`, both included; empty: no bound. Days on which nothing was
// measured have no row. Whole mWh and minutes: the same number in every language of Excel.
Table day_rows(const View& view, std::optional<UtcDay> from, std::optional<UtcDay> to);

}  // namespace wattlife

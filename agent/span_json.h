// SPDX-License-Identifier: EUPL-1.2
// Spans of the view as JSON of our own commands: as in view.json, with coverage.
#pragma once

#include <string>
#include <vector>

#include "agent/view_file.h"

namespace wattlife {

std::string span_json(const ViewSpan& span);
std::string spans_json(const std::vector<ViewSpan>& spans);
// {"day": …, "week": …, "month": …, "year": …}
std::string current_json(const View& view);

}  // namespace wattlife

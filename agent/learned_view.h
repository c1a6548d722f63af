// SPDX-License-Identifier: EUPL-1.2
// "learned" of view.json: what this laptop learned about itself on battery, beside what was
// believed of its kind before (core/calibration). Pure. Of the time it tells how much in all and
// since which day, and nothing finer.
#pragma once

#include <optional>
#include <string>

#include "core/calibration.h"

namespace wattlife {

// "null" without a calibration. Weights in mW, or in mW per W; margins hold the truth with 95 %.
std::string learned_json(const std::optional<Calibration>& calibration);

}  // namespace wattlife

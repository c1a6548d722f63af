// SPDX-License-Identifier: EUPL-1.2
// A calibration as bytes, for samples.db: a version, little-endian numbers, nothing that can be
// calculated anew. The same value gives the same bytes.
#pragma once

#include <string>
#include <string_view>

#include "core/calibration.h"
#include "core/result.h"

namespace wattlife {

// At most about 24 kB.
std::string to_bytes(const Calibration& calibration);

// The calibration with its fit made anew; what a restart forgets is empty. Malformed when the
// version is another one, the length does not fit, a number is not finite or out of its bounds, or
// the covariance is none.
Result<Calibration> calibration_from_bytes(std::string_view bytes);

}  // namespace wattlife

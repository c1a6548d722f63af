// SPDX-License-Identifier: EUPL-1.2
// What a sampler reads back from samples.db about itself: any bytes, any length.
#include <cmath>

#include "core/calibration_bytes.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const auto read = calibration_from_bytes(fuzz::text_of(data, size));
  if (!read) return 0;
  const PowerModel model = model_of(*read);
  for (const double weight : model.weights) require(std::isfinite(weight) && weight >= 0);
  require(std::isfinite(model.residual_w) && model.residual_w > 0);
  const std::string bytes = to_bytes(*read);
  const auto again = calibration_from_bytes(bytes);
  require(static_cast<bool>(again));
  require(to_bytes(*again) == bytes);
  return 0;
}

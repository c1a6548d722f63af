// SPDX-License-Identifier: EUPL-1.2
// The administrator's file of priors per model: any text.
#include <cmath>

#include "agent/model_priors.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const auto priors = model_priors_from(fuzz::text_of(data, size), "model-priors.toml");
  if (!priors) {
    require(priors.error().text.starts_with("model-priors.toml"));
    return 0;
  }
  for (const ModelPrior& prior : *priors) {
    require(!prior.model.empty());
    for (const double mean : prior.prior.mean) require(mean >= 0 && mean <= 100);
    for (const double deviation : prior.prior.deviation) require(deviation > 0 && deviation <= 100);
  }
  return 0;
}

// SPDX-License-Identifier: EUPL-1.2
// model-priors.toml: what an administrator knows of the laptops of one model before they measured
// themselves, for example from a few that were measured well. The format: docs/measurement.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/power_model.h"
#include "core/result.h"

namespace wattlife {

inline constexpr std::string_view model_priors_name = "model-priors.toml";
inline constexpr std::size_t most_model_priors = 1000;

// The tables of the file. What a table does not say is as for its form. Malformed with the file,
// the model and the key, when the format is another one, a key is not known, or a number is
// missing its deviation or is out of its bounds: a file of numbers is right as a whole or not used.
Result<std::vector<ModelPrior>> model_priors_from(std::string_view text, std::string_view name);

// The file in the folder of the administrator; empty when there is none. It decides what figures
// look like, so it is read only from a folder that belongs to whoever runs this program and where
// nobody else can write. Errors: denied (the folder, and what to do), malformed, io.
Result<std::vector<ModelPrior>> read_model_priors(const std::string& config_folder);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// data/windows11_processors.toml as core values. It is part of the program, and can be replaced by
// a file.
#pragma once

#include <string_view>

#include "core/result.h"
#include "core/windows11.h"

namespace wattlife {

// Malformed, naming the rule: an unknown key, a number that is none, no source, no answer.
Result<ProcessorRules> processor_rules_from(std::string_view toml, std::string_view name);

// The rules that are part of the program; that they can be read is tested.
Result<ProcessorRules> built_in_processor_rules();

}  // namespace wattlife

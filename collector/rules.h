// SPDX-License-Identifier: EUPL-1.2
// The rules of data/reuse_rules.toml as core values. They are part of the program, so that a
// collector works on its own, and can be replaced by a file.
#pragma once

#include <string_view>

#include "core/assessment.h"
#include "core/result.h"

namespace wattlife {

// Malformed, naming the rule and what is wrong with it: an unknown key or kind, a route that
// 1-mission does not know, a condition that cannot be read, a reason that lacks one of the two
// languages, two rules with one id.
Result<RuleSet> rules_from(std::string_view toml, std::string_view name);

// The rules that are part of the program; that they can be read is tested.
Result<RuleSet> built_in_rules();

}  // namespace wattlife

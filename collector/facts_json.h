// SPDX-License-Identifier: EUPL-1.2
// Facts and assessments as JSON, for `assess` and `explain`. The body is the only file of the
// collector that includes nlohmann/json.
#pragma once

#include <string>
#include <string_view>

#include "core/assessment.h"
#include "core/result.h"

namespace wattlife {

// A flat object of whole numbers and words; null is unknown, as is a name that is not there.
// Malformed, with `name` and what was expected.
Result<Facts> facts_from_json(std::string_view json, std::string_view name);
std::string to_json(const Facts& facts);

// {"route":…,"grade":null,"held":…,"reasons":[…],"rule_version":…}. A grade is proposed by a later
// version; it is never guessed.
std::string to_json(const Assessment& assessment);

}  // namespace wattlife

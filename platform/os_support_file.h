// SPDX-License-Identifier: EUPL-1.2
// data/os_support.toml as core values. The table is part of the programs.
#pragma once

#include <string_view>
#include <vector>

#include "core/os_support.h"
#include "core/result.h"

namespace wattlife {

// Malformed, naming the row and what is wrong with it: an unknown key, a missing text or source, a
// day that is none, no reason for a day that is not known, two rows for one version and edition.
Result<std::vector<OsSupportRow>> os_support_from(std::string_view toml, std::string_view name);

// data/os_support.toml as it was built in; that it can be read is tested.
Result<std::vector<OsSupportRow>> built_in_os_support();

}  // namespace wattlife

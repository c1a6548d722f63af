// SPDX-License-Identifier: EUPL-1.2
// One question to WMI on this machine, answered as text. COM is set up and taken down for each, on
// the thread that asks. May take seconds: only behind the bounded reader.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace wattlife {

// One row per object that `query` finds: its `properties` in that order, whole numbers in decimal,
// truths as 1 and 0, what is empty or of another kind as "".
// Errors: absent (no such namespace or class here), denied, busy (no answer in time), io.
Result<std::vector<std::vector<std::string>>> wmi_rows(const std::wstring& name_space,
                                                       const std::wstring& query,
                                                       const std::vector<std::wstring>& properties);

}  // namespace wattlife

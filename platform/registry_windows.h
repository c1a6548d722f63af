// SPDX-License-Identifier: EUPL-1.2
// Values under HKEY_LOCAL_MACHINE as text, in the 64-bit view. Read only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace wattlife {

// REG_SZ as it is, REG_EXPAND_SZ with the environment filled in, REG_DWORD and REG_QWORD in
// decimal, REG_MULTI_SZ with a line for each. Absent, denied; malformed for any other type.
Result<std::string> registry_text(std::string_view key, std::string_view value);

// Names of the values of a key, in its order, and of the keys under it; at most 1,000. Absent,
// denied.
Result<std::vector<std::string>> registry_names(std::string_view key);
Result<std::vector<std::string>> registry_keys(std::string_view key);

// A value as it stands there, whatever its type; at most 64 KiB. Absent, denied.
Result<std::string> registry_bytes(std::string_view key, std::string_view value);

}  // namespace wattlife

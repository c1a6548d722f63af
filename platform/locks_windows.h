// SPDX-License-Identifier: EUPL-1.2
// What Windows knows of locks, encryption, TPM, Secure Boot, its own version and the internal
// panel, as the raw texts and structures that machine_tree.h lists. The decoders are in
// sensors/locks_windows.cpp; here nothing is judged. Only for machine_tree_windows.cpp.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace wattlife {

// Whether `path` is one of ours.
bool is_locks_path(std::string_view path);

// The value at `path`. WMI may take seconds, so this runs behind the bounded reader; what WMI said
// is kept for a day, since asking wakes a service.
// Errors: absent (not this maker, no such thing), denied, io.
Result<std::string> locks_value(const std::string& path);

}  // namespace wattlife

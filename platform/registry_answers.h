// SPDX-License-Identifier: EUPL-1.2
// What the registry of Windows says of management and persistence, as the texts of
// platform/machine_tree.h. A key that is not there is an answer; one that may not be read is none:
// what would stand in it is then not known, and must not look like an empty list. One that says yes
// says yes, whatever else could not be read. Pure over `access`, so that it is tested on every
// system; locks_windows.cpp gives it the registry.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace wattlife {

// As platform/registry_windows.h.
struct RegistryAccess {
  std::function<Result<std::string>(std::string_view key, std::string_view value)> text;
  std::function<Result<std::vector<std::string>>(std::string_view key)> keys;
};

// management/enrolments, management/entra, management/autopilot, management/persistence.
// Errors: that of what could not be read (denied, io), never absent.
Result<std::string> enrolments_in(const RegistryAccess& access);
Result<std::string> entra_joins_in(const RegistryAccess& access);
Result<std::string> autopilot_in(const RegistryAccess& access);
Result<std::string> persistence_in(const RegistryAccess& access);

}  // namespace wattlife

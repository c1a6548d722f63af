// SPDX-License-Identifier: EUPL-1.2
// Until which day a version of an operating system gets security updates, looked up in rows with a
// source each (data/os_support.toml). A version that is not in the table is not known: neither
// supported nor not. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/reading.h"
#include "core/time.h"

namespace wattlife {

struct OsSupportRow {
  std::string name;      // as OperatingSystem.name
  std::string version;   // as OperatingSystem.version; matches itself and "version.anything"
  std::string editions;  // separated by spaces, lower case; empty: every edition
  // The last day on which updates were promised; empty when its maker gives none, with the reason.
  std::optional<UtcDay> until;
  UtcDay read;  // when the source was read
  std::string source;
  std::string reason = {};  // why `until` is empty; empty when it is not
  friend bool operator==(const OsSupportRow&, const OsSupportRow&) = default;
};

// Empty when the system is not in the table, its edition decides and is not known, or its maker
// gives no day.
std::optional<UtcDay> supported_until(const OperatingSystem& system,
                                      const std::vector<OsSupportRow>& rows);
// Why the answer is empty, when its row says so.
std::optional<std::string> why_not_known(const OperatingSystem& system,
                                         const std::vector<OsSupportRow>& rows);

}  // namespace wattlife

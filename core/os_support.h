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
  UtcDay until;          // the last day on which updates were promised
  UtcDay read;           // when the source was read
  std::string source;
  friend bool operator==(const OsSupportRow&, const OsSupportRow&) = default;
};

// Empty when the system is not in the table, or its edition decides and is not known.
std::optional<UtcDay> supported_until(const OperatingSystem& system,
                                      const std::vector<OsSupportRow>& rows);

}  // namespace wattlife

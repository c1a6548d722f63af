// SPDX-License-Identifier: EUPL-1.2
#include "core/os_support.h"

#include <algorithm>

#include "core/text.h"

namespace wattlife {
namespace {

// "15" is the version of "15.1" and of "15", never of "150".
bool is_of_version(std::string_view version, std::string_view row) {
  return version == row || (version.starts_with(row) && version.substr(row.size(), 1) == ".");
}

bool names_edition(const OsSupportRow& row, const std::optional<std::string>& edition) {
  if (row.editions.empty()) return true;
  if (!edition) return false;
  const auto editions = split(row.editions, ' ');
  return std::find(editions.begin(), editions.end(), lower_case(*edition)) != editions.end();
}

const OsSupportRow* row_of(const OperatingSystem& system, const std::vector<OsSupportRow>& rows) {
  if (!system.name || !system.version) return nullptr;
  for (const OsSupportRow& row : rows) {
    if (row.name == *system.name && is_of_version(*system.version, row.version) &&
        names_edition(row, system.edition)) {
      return &row;
    }
  }
  return nullptr;
}

}  // namespace

std::optional<UtcDay> supported_until(const OperatingSystem& system,
                                      const std::vector<OsSupportRow>& rows) {
  const OsSupportRow* row = row_of(system, rows);
  return row == nullptr ? std::nullopt : row->until;
}

std::optional<std::string> why_not_known(const OperatingSystem& system,
                                         const std::vector<OsSupportRow>& rows) {
  const OsSupportRow* row = row_of(system, rows);
  if (row == nullptr || row->until) return std::nullopt;
  return row->reason;
}

}  // namespace wattlife

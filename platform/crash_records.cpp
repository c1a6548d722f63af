// SPDX-License-Identifier: EUPL-1.2
#include "platform/crash_records.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace wattlife {

std::int64_t crashes_kept(const std::vector<std::string>& pstore,
                          const std::vector<std::string>& archive) {
  constexpr std::string_view kernel_log = "dmesg-";
  constexpr std::size_t part_and_count_digits = 5;
  constexpr std::size_t time_digits = 10;
  std::set<std::string_view> crashes;
  for (const std::string_view name : pstore) {
    if (!name.starts_with(kernel_log)) continue;
    std::string_view id = name.substr(name.rfind('-') + 1);
    id = id.substr(0, id.find('.'));  // ".enc.z": it could not be unpacked
    const bool timed =
        name.starts_with("dmesg-efi") && id.size() == time_digits + part_and_count_digits;
    if (timed) id.remove_suffix(part_and_count_digits);
    crashes.insert(id);
  }
  for (const std::string_view name : archive) {
    const bool number =
        std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (number && !name.empty()) crashes.insert(name);
  }
  return static_cast<std::int64_t>(crashes.size());
}

}  // namespace wattlife

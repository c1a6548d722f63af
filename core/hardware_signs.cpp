// SPDX-License-Identifier: EUPL-1.2
#include "core/hardware_signs.h"

#include <algorithm>

namespace wattlife {

bool is_empty(const HardwareSigns& signs) { return signs == HardwareSigns{}; }

std::vector<std::string> worth_a_look(const HardwareSigns& signs) {
  constexpr std::int64_t hot_millicelsius = 85'000;
  std::vector<std::string> codes;
  if (signs.memory_errors_uncorrected.value_or(0) > 0) codes.emplace_back("memory_errors");
  if (signs.memory_errors_corrected.value_or(0) > 0) codes.emplace_back("memory_errors_corrected");
  if (signs.crashes.value_or(0) > 0) codes.emplace_back("crashed");
  const bool still =
      !signs.fan_rpm.empty() && std::all_of(signs.fan_rpm.begin(), signs.fan_rpm.end(),
                                            [](std::int64_t rpm) { return rpm == 0; });
  if (still && signs.hottest_millicelsius.value_or(0) >= hot_millicelsius) {
    codes.emplace_back("fan_stands_still");
  }
  return codes;
}

}  // namespace wattlife

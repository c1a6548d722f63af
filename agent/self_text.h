// SPDX-License-Identifier: EUPL-1.2
// What measuring costs this laptop, and what it taught: `wattlife self`. Pure.
#pragma once

#include <optional>
#include <string>

#include "agent/view_file.h"
#include "core/text.h"

namespace wattlife {

// Rates of ViewSelf. Empty where the system does not tell.
struct SelfRates {
  double cpu_ms_per_hour = 0;
  std::optional<double> wakes_per_hour;
  std::optional<double> bytes_per_day;
  std::optional<double> mwh_per_day, mwh_per_day_low, mwh_per_day_high;
  // Of what the whole laptop used: the interval holds for every pair of truths.
  std::optional<double> share_low, share_high;
};
// Empty when nothing was measured for as long as a minute.
std::optional<SelfRates> self_rates(const ViewSelf& self);

std::string self_text(const View& view, Language language);
std::string self_json(const View& view);

}  // namespace wattlife

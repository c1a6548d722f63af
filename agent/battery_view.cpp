// SPDX-License-Identifier: EUPL-1.2
#include "agent/battery_view.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

#include "agent/json_members.h"
#include "core/outlook.h"

namespace wattlife {
namespace {

struct PackOutlook {
  std::string name;
  Outlook outlook;
};

// The smaller, the sooner somebody has to look at it.
std::tuple<int, double> urgency(const Outlook& outlook) {
  const double health = outlook.health.value_or(0);
  switch (outlook.battery_class) {
    case Verdict::fail:
    case Verdict::replace:
      return {0, health};
    case Verdict::watch:
      return {1, health};
    case Verdict::unknown:
      return {2, health};
    case Verdict::good:
      break;
  }
  return {3, health};
}

Cell permille(const std::optional<double>& health) {
  return health ? Cell(std::int64_t{std::lround(*health * 1000)}) : Cell();
}

std::vector<std::string> reasons_of(const Outlook& outlook) {
  std::vector<std::string> reasons;
  if (!outlook.reason.empty()) reasons.push_back(outlook.reason);
  for (const std::string& flag : outlook.flags) {
    if (std::find(reasons.begin(), reasons.end(), flag) == reasons.end()) reasons.push_back(flag);
  }
  return reasons;
}

}  // namespace

std::string battery_outlook_json(const std::vector<PackHistory>& packs) {
  std::optional<PackOutlook> first;
  for (const PackHistory& pack : packs) {
    PackOutlook next{pack.name, battery_outlook(capacity_series(pack.points))};
    if (!first || urgency(next.outlook) < urgency(first->outlook)) first = std::move(next);
  }
  if (!first) return "null";
  const Outlook& outlook = first->outlook;
  Members members;
  members.add("name", first->name).add("health_permille", permille(outlook.health));
  members.add("health_low_permille", permille(outlook.low));
  members.add("health_high_permille", permille(outlook.high));
  members.add("class", name_of(outlook.battery_class));
  members.raw("reasons", json_texts(reasons_of(outlook)));
  return members.add("to_800", name_of(outlook.to_800)).object();
}

}  // namespace wattlife

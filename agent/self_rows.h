// SPDX-License-Identifier: EUPL-1.2
// The table `self` of samples.db: what measuring cost, a row a day. Written in the commit of the
// quarter hours it belongs to, so that it counts once as they do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/self_cost.h"
#include "core/result.h"
#include "platform/database.h"

namespace wattlife {

extern const std::string_view self_layout;

struct SelfDay {
  std::string day;  // "2026-01-05"
  SelfCost cost;
  friend bool operator==(const SelfDay&, const SelfDay&) = default;
};

// Adds `cost` to the row of `day`. Call it inside a transaction.
Done add_self_cost(Database& database, const std::string& day, const SelfCost& cost);

// The rows from `first_day` on, sorted.
Result<std::vector<SelfDay>> self_days(Database& database, const std::string& first_day);

Done remove_old_self_rows(Database& database, const std::string& first_day);

}  // namespace wattlife

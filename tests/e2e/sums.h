// SPDX-License-Identifier: EUPL-1.2
// The law of the whole path: what the laptops stored is what the collector counted, to the
// millijoule and the millisecond.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/time.h"
#include "platform/database.h"

namespace wattlife::e2e {

struct Sum {
  std::int64_t time_ms = 0;
  std::int64_t device_mj = 0;
  std::int64_t wall_mj = 0;
  friend bool operator==(const Sum&, const Sum&) = default;
};
using Sums = std::map<std::string, Sum>;  // by "state supply tier method"

inline Sums sums_of(const std::string& path, std::string_view sql,
                    std::initializer_list<Bound> values = {}) {
  Sums sums;
  auto database = Database::open(path, {OpenMode::read_only, 5000, 0600});
  EXPECT_TRUE(database) << path << ": " << database.error().text;
  if (!database) return sums;
  const Done read = database->query(sql, values, [&](const Row& row) {
    Sum& sum = sums[row.text(0) + " " + row.text(1) + " " + row.text(2) + " " + row.text(3)];
    sum.time_ms += row.integer(4);
    sum.device_mj += row.optional_integer(5).value_or(0);
    sum.wall_mj += row.optional_integer(6).value_or(0);
    return done();
  });
  EXPECT_TRUE(read) << path << ": " << read.error().text;
  return sums;
}

// Quarter hours of the weeks that are over before `end`, of several laptops.
inline Sums stored_before(const std::vector<std::string>& stores, UtcDay end) {
  Sums all;
  for (const std::string& path : stores) {
    for (const auto& [key, sum] :
         sums_of(path,
                 "SELECT state, supply, tier, method, time_ms, device_energy_mj, wall_energy_mj "
                 "FROM quarter WHERE slot_utc_ms < ?",
                 {UtcTime{end}.time_since_epoch().count()})) {
      Sum& into = all[key];
      into.time_ms += sum.time_ms;
      into.device_mj += sum.device_mj;
      into.wall_mj += sum.wall_mj;
    }
  }
  return all;
}

inline Sums counted_by_collector(const std::string& database) {
  return sums_of(database,
                 "SELECT state, supply, tier, method, time_ms, device_mj, wall_mj FROM energy");
}

inline void expect_equal(const Sums& stored, const Sums& counted) {
  ASSERT_FALSE(stored.empty());
  for (const auto& [key, sum] : stored) {
    const auto found = counted.find(key);
    ASSERT_NE(found, counted.end()) << key << " never reached the collector";
    EXPECT_EQ(sum.time_ms, found->second.time_ms) << key;
    EXPECT_EQ(sum.device_mj, found->second.device_mj) << key;
    EXPECT_EQ(sum.wall_mj, found->second.wall_mj) << key;
  }
  EXPECT_EQ(stored.size(), counted.size());
}

}  // namespace wattlife::e2e

// SPDX-License-Identifier: EUPL-1.2
#include "collector/group_commit.h"

#include <gtest/gtest.h>

#include <set>

namespace wattlife {
namespace {

const DeskBounds bounds{10, 1000, 4, std::chrono::milliseconds(5)};

TEST(GroupCommit, room_is_bounded_by_requests_and_by_bytes) {
  struct Case {
    const char* name;
    DeskLoad load;
    std::size_t bytes;
    bool room;
  };
  const Case cases[] = {
      {"empty", {0, 0}, 1, true},
      {"as large as all there is", {0, 0}, 1000, true},
      {"larger than all there is", {0, 0}, 1001, false},
      {"the last place", {9, 0}, 1, true},
      {"no place", {10, 0}, 1, false},
      {"the last byte", {1, 999}, 1, true},
      {"no byte", {1, 1000}, 1, false},
      {"a size that would wrap around", {1, 999}, static_cast<std::size_t>(-1), false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(has_room(c.load, c.bytes, bounds), c.room) << c.name;
  }
}

TEST(GroupCommit, takes_what_is_there_and_no_more_than_its_bound) {
  EXPECT_EQ(batch_of(0, bounds), 0u);
  EXPECT_EQ(batch_of(3, bounds), 3u);
  EXPECT_EQ(batch_of(4, bounds), 4u);
  EXPECT_EQ(batch_of(1000, bounds), 4u);
}

TEST(GroupCommit, lingers_only_when_company_will_come) {
  const DeskBounds wide{1000, 1000, 500, std::chrono::milliseconds(5)};
  EXPECT_EQ(linger_of(1, 0, wide), Linger{});  // the first ever goes at once
  EXPECT_EQ(linger_of(1, 1, wide), Linger{});
  EXPECT_EQ(linger_of(1, 3, wide), Linger{});
  EXPECT_EQ(linger_of(1, 64, wide), (Linger{std::chrono::milliseconds(5), 64}));
  EXPECT_EQ(linger_of(64, 64, wide), Linger{});  // all that came before are here
  EXPECT_EQ(linger_of(500, 500, wide), Linger{});
  EXPECT_EQ(linger_of(499, 800, wide), (Linger{std::chrono::milliseconds(5), 500}));
}

TEST(GroupCommit, those_sent_away_together_do_not_come_back_together) {
  std::set<int> seen;
  for (std::uint64_t chance = 0; chance < 10'000; ++chance) seen.insert(retry_after_s(chance));
  EXPECT_EQ(*seen.begin(), 10);
  EXPECT_EQ(*seen.rbegin(), 60);
  EXPECT_EQ(seen.size(), 51u);
  EXPECT_GE(retry_after_s(~std::uint64_t{0}), 10);
}

}  // namespace
}  // namespace wattlife

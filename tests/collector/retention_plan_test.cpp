// SPDX-License-Identifier: EUPL-1.2
#include "collector/retention_plan.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

UtcTime at(const std::string& text) { return *utc_from_iso8601("2026-11-" + text + ":00Z"); }

// Half an hour into the calm hours.
constexpr std::uint64_t dice = std::uint64_t{30} * 60 * 1000;

TEST(RetentionPlan, once_a_day_in_the_calm_hours) {
  struct Case {
    const char* name;
    std::optional<UtcTime> done;
    std::optional<UtcTime> attempted;
    UtcTime now;
    bool due;
  };
  const auto none = std::nullopt;
  const Case cases[] = {
      {"in the evening", at("23T02:40"), none, at("23T22:00"), false},
      {"before its turn", at("23T02:40"), none, at("24T02:29"), false},
      {"its turn", at("23T02:40"), none, at("24T02:30"), true},
      {"later in the calm hours", at("23T02:40"), none, at("24T03:59"), true},
      {"after them", at("23T02:40"), none, at("24T04:00"), false},
      {"another one did it today", at("24T02:10"), none, at("24T02:30"), false},
      {"done today", at("24T02:31"), at("24T02:30"), at("24T03:30"), false},
      {"failed a moment ago", at("23T02:40"), at("24T02:30"), at("24T02:59"), false},
      {"failed half an hour ago", at("23T02:40"), at("24T02:30"), at("24T03:00"), true},
      {"failed, and the calm hours are over", at("23T02:40"), at("24T03:45"), at("24T04:15"), true},
      {"missed once", at("23T02:40"), none, at("24T12:00"), false},
      {"missed twice", at("22T02:40"), none, at("24T04:41"), true},
      {"never done", none, none, at("24T12:00"), true},
      {"done by a clock that ran ahead", at("29T12:00"), none, at("24T12:00"), true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(retention_is_due({at("01T00:00"), c.done, c.attempted}, c.now, dice), c.due)
        << c.name;
  }
}

TEST(RetentionPlan, what_is_overdue_lets_the_start_be_over_first) {
  for (const std::uint64_t any : {std::uint64_t{0}, dice, ~std::uint64_t{0}}) {
    const RetentionPast past{at("24T12:00"), std::nullopt, std::nullopt};
    EXPECT_FALSE(retention_is_due(past, at("24T12:09"), any));
    EXPECT_TRUE(retention_is_due(past, at("24T12:20"), any));
  }
}

// A month of a process that looks once a minute, with failures now and then: every day once.
TEST(RetentionPlan, every_day_has_its_one) {
  RetentionPast past{at("01T00:00"), at("01T00:00"), std::nullopt};
  int done = 0;
  int failed = 0;
  for (UtcTime now = at("01T00:00"); now < at("29T00:00"); now += minutes(1)) {
    if (!retention_is_due(past, now, 77'777'777)) continue;
    past.attempted = now;
    if (++failed % 3 != 0) continue;  // two of three fail
    past.done = now;
    ++done;
  }
  EXPECT_EQ(done, 28);
  EXPECT_EQ(failed, 3 * 28);
}

TEST(RetentionPlan, processes_have_different_turns) {
  const RetentionPast past{at("01T00:00"), at("23T03:00"), std::nullopt};
  int due = 0;
  for (std::uint64_t process = 0; process < 100; ++process) {
    due += retention_is_due(past, at("24T03:00"), process * 7'919'993) ? 1 : 0;
  }
  EXPECT_GT(due, 25);
  EXPECT_LT(due, 75);
}

}  // namespace
}  // namespace wattlife

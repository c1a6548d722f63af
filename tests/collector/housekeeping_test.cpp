// SPDX-License-Identifier: EUPL-1.2
// The daily retention of collectors that serve, over both databases.
#include "collector/housekeeping.h"

#include <gtest/gtest.h>

#include "platform/database.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using testing::day;
using testing::Fleet;
using testing::Laptop;
using testing::week_of;

const UtcTime start = *utc_from_iso8601("2026-11-20T12:00:00Z");
const UtcTime night = *utc_from_iso8601("2026-11-24T03:59:00Z");  // everybody's turn has come
const UtcDay long_ago = day("2025-05-05");

class HousekeepingOfAFile : public ::testing::Test {
 protected:
  void SetUp() override { begin(""); }
  void begin(const std::string& url) {
    fleet_ = std::make_unique<Fleet>(1, url);
    const std::string token =
        *fleet_->store().create_token(testing::oin, "old", long_ago, long_ago + days(300));
    Laptop laptop = testing::laptop("a");
    fleet_->enrol(laptop, long_ago, token);
    ASSERT_TRUE(fleet_->store().confirm(laptop.credential.device_id, false));
    fleet_->send(laptop, laptop.energy(week_of(long_ago)), long_ago + days(8));
    ASSERT_EQ(fleet_->store().energy()->empty(), false);
  }
  Housekeeping housekeeping(std::uint64_t dice, RetentionSettings settings = {}) {
    return {fleet_->store(), later_, metrics_, settings, dice, start};
  }
  std::vector<AuditEntry> noted() {
    std::vector<AuditEntry> entries;
    const auto all = fleet_->store().audit_entries({.action = AuditAction::retention_apply});
    EXPECT_TRUE(all) << all.error().text;
    for (const ChainedEntry& one : *all) entries.push_back(one.entry);
    return entries;
  }

  std::unique_ptr<Fleet> fleet_;
  DeferredAudit later_;
  Metrics metrics_;
};

class HousekeepingTest : public HousekeepingOfAFile,
                         public ::testing::WithParamInterface<testing::Kind> {
 protected:
  void SetUp() override {
    testing::skip_without(GetParam());
    if (!IsSkipped()) begin(testing::url_of(GetParam()));
  }
};
INSTANTIATE_TEST_SUITE_P(Housekeeping, HousekeepingTest, testing::both, testing::name_of_kind);

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_P(HousekeepingTest, does_it_once_however_many_collectors_there_are) {
  Housekeeping one = housekeeping(1);
  Housekeeping two = housekeeping(2);
  one.tick(night);
  EXPECT_TRUE(fleet_->store().energy()->empty());
  EXPECT_EQ(fleet_->store().energy_months()->size(), 2u);
  two.tick(night + minutes(1) - std::chrono::seconds(30));
  one.tick(night);
  const auto entries = noted();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].actor, "collector");
  EXPECT_EQ(entries[0].object, "reports before 2025-10-01");
  EXPECT_EQ(entries[0].origin, "daily");
  EXPECT_EQ(*fleet_->store().duty_done("retention"), night);
  EXPECT_TRUE(has(metrics_.text(), "wattlife_retention_total{outcome=\"done\"} 1\n"));
  EXPECT_TRUE(has(metrics_.text(), "wattlife_retention_done_timestamp_seconds "));
  two.tick(night + days(1));
  EXPECT_EQ(noted().size(), 2u) << "and again the next night";
}

TEST_P(HousekeepingTest, leaves_it_to_the_one_that_is_at_it_until_that_takes_too_long) {
  const UtcTime taken = night - minutes(30);
  ASSERT_TRUE(*fleet_->store().take_duty("retention", "other", taken, taken + minutes(40)));
  Housekeeping ours = housekeeping(1);
  ours.tick(night);
  EXPECT_TRUE(noted().empty());
  ours.tick(night + days(1) - minutes(1));
  EXPECT_EQ(noted().size(), 1u) << "the other one is gone";
}

TEST_P(HousekeepingTest, stays_off_when_it_is_switched_off) {
  Housekeeping off = housekeeping(1, {false, 13});
  off.tick(night);
  EXPECT_TRUE(noted().empty());
  EXPECT_FALSE(fleet_->store().energy()->empty());
}

TEST_P(HousekeepingTest, keeps_as_many_months_as_the_settings_say) {
  Housekeeping longer = housekeeping(1, {true, 25});
  longer.tick(night);
  EXPECT_EQ(noted().size(), 1u);
  EXPECT_FALSE(fleet_->store().energy()->empty());
}

TEST_P(HousekeepingTest, entries_that_wait_are_written_at_the_latest_when_it_ends) {
  Housekeeping ours = housekeeping(1, {false, 13});
  later_.refused(RefusedSignIn::password, "203.0.113.9", night);
  ours.tick(night);
  const auto denied = [&] {
    return fleet_->store().audit_entries({.action = AuditAction::sign_in})->size();
  };
  EXPECT_EQ(denied(), 0u);
  ours.finish(night);
  EXPECT_EQ(denied(), 1u);
}

TEST_P(HousekeepingTest, a_duty_is_one_holders_until_it_is_over) {
  FleetStore& store = fleet_->store();
  EXPECT_EQ(*store.duty_done("x"), std::nullopt);
  EXPECT_TRUE(*store.take_duty("x", "a", night, night + minutes(10)));
  EXPECT_TRUE(*store.take_duty("x", "a", night, night + minutes(10))) << "its own";
  EXPECT_FALSE(*store.take_duty("x", "b", night + minutes(9), night + minutes(20)));
  ASSERT_TRUE(store.end_duty("x", "b", night));
  EXPECT_FALSE(*store.take_duty("x", "b", night, night)) << "only its holder gives it back";
  EXPECT_EQ(*store.duty_done("x"), std::nullopt);
  ASSERT_TRUE(store.end_duty("x", "a", night));
  EXPECT_EQ(*store.duty_done("x"), night);
  EXPECT_TRUE(*store.take_duty("x", "b", night, night + days(400)));
  EXPECT_TRUE(*store.take_duty("x", "c", night, night + minutes(1))) << "a clock that was wrong";
  ASSERT_TRUE(store.end_duty("x", "c", std::nullopt));
  EXPECT_EQ(*store.duty_done("x"), night) << "what failed does not count";
}

// Of a file: another one that writes keeps it locked.
TEST_F(HousekeepingOfAFile, what_failed_is_counted_and_tried_again) {
  Housekeeping ours = housekeeping(1);
  {
    auto other =
        Database::open(fleet_->path(), {.mode = OpenMode::write_ahead_log, .lock_wait_ms = 100});
    ASSERT_TRUE(other);
    ASSERT_TRUE(other->transaction([&]() -> Done {
      ours.tick(night);
      return done();
    }));
  }
  EXPECT_TRUE(has(metrics_.text(), "wattlife_retention_total{outcome=\"failed\"} 1\n"));
  EXPECT_FALSE(fleet_->store().energy()->empty());
  ours.tick(night + minutes(29));
  EXPECT_TRUE(noted().empty()) << "not at once";
  ours.tick(night + minutes(30));
  EXPECT_EQ(noted().size(), 1u);
  EXPECT_TRUE(fleet_->store().energy()->empty());
}

}  // namespace
}  // namespace wattlife

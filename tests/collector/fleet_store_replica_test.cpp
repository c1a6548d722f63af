// SPDX-License-Identifier: EUPL-1.2
// PostgreSQL with a second server: what an acknowledgement is worth when the first one is lost.
// The manual is docs/deploy/scale.md; tests/e2e/failover_test.cpp does it with all programs.
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "collector/fleet_store.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::first_day;
using testing::Fleet;
using testing::Laptop;
using testing::PostgresServer;
using testing::week_of;

const UtcDay last_week = first_day - days(7);
const char* const waits_for_a_replica =
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

// A primary and a replica of it, and a fleet that turns to whichever takes changes.
class Replica : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::skip_without(testing::Kind::postgres);
    if (IsSkipped()) return;
    primary_ = std::make_unique<PostgresServer>(true);
    replica_ = std::make_unique<PostgresServer>(true, primary_.get());
    fleet_ = std::make_unique<Fleet>(1, replica_->or_else(primary_->new_database()));
    laptop_ = fleet_->member("a", first_day);
  }
  void fail_over() {
    primary_->lose();
    replica_->promote();
  }
  // The outcome of one report, in a thread of its own: with nobody to confirm it, it waits.
  std::future<Result<std::vector<ReportOutcome>>> sent(const std::string& body) {
    std::packaged_task<Result<std::vector<ReportOutcome>>()> task([this, body] {
      return fleet_->store().receive({{laptop_.credential, body}}, first_day);
    });
    auto outcome = task.get_future();
    threads_.emplace_back(std::move(task));
    return outcome;
  }
  void TearDown() override {
    for (std::thread& thread : threads_) thread.join();
  }
  bool somebody_waits() {
    return e2e::comes_true([&] { return primary_->ask(waits_for_a_replica) == 1; }, 30);
  }

  std::unique_ptr<PostgresServer> primary_;
  std::unique_ptr<PostgresServer> replica_;
  std::unique_ptr<Fleet> fleet_;
  Laptop laptop_;
  std::vector<std::thread> threads_;
};

TEST_F(Replica, a_synchronous_one_has_every_acknowledged_report) {
  primary_->wait_for_replicas(true);
  const std::string body = to_bytes(laptop_.energy(week_of(last_week)));
  EXPECT_TRUE(fleet_->send_bytes(laptop_, body, first_day).acknowledgement);
  // While it is away nothing is acknowledged; when it is back, what waited is.
  replica_->stop();
  const std::string next = to_bytes(laptop_.health());
  auto outcomes = sent(next);
  EXPECT_TRUE(somebody_waits());
  EXPECT_EQ(outcomes.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  replica_->start();
  const auto answered = outcomes.get();
  ASSERT_TRUE(answered) << answered.error().text;
  EXPECT_TRUE(answered->front().acknowledgement);
  fail_over();
  const auto checked = fleet_->store().check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->reports, 2);
  EXPECT_EQ(fleet_->counted_energy(), joules(360'000));
  // The laptop goes on where it was.
  const auto later = fleet_->send(laptop_, laptop_.health(), first_day);
  ASSERT_TRUE(later.acknowledgement);
  EXPECT_EQ(later.acknowledgement->complete_through, 3);
}

// PostgreSQL answers such a commit as done, with a warning only: an administrator who cancels what
// hangs would make us acknowledge what a lost machine takes with it.
TEST_F(Replica, a_wait_that_was_cancelled_is_no_acknowledgement) {
  primary_->wait_for_replicas(true);
  // Makes room for this month, so that what is cancelled below is the commit of the report.
  EXPECT_TRUE(fleet_->send(laptop_, laptop_.health(), first_day).acknowledgement);
  replica_->stop();
  const std::string body = to_bytes(laptop_.energy(week_of(last_week)));
  auto outcomes = sent(body);
  ASSERT_TRUE(somebody_waits());
  EXPECT_EQ(primary_->ask("SELECT count(CASE WHEN wait_event = 'SyncRep' "
                          "THEN pg_cancel_backend(pid) END) FROM pg_stat_activity"),
            1);
  const auto refused = outcomes.get();
  ASSERT_FALSE(refused) << "acknowledged, and on one machine only";
  EXPECT_EQ(refused.error().cause, Cause::busy) << refused.error().text;
  EXPECT_NE(refused.error().text.find("replica"), std::string::npos) << refused.error().text;
  // It is held by now; still the second try waits for the replica as well.
  outcomes = sent(body);
  ASSERT_TRUE(somebody_waits()) << "acknowledged, and on one machine only";
  replica_->start();
  const auto answered = outcomes.get();
  ASSERT_TRUE(answered) << answered.error().text;
  EXPECT_TRUE(answered->front().acknowledgement);
  fail_over();
  EXPECT_EQ(fleet_->store().check()->reports, 2);
  EXPECT_EQ(fleet_->counted_energy(), joules(360'000));
}

// The documented price of the cheaper set-up, and how laptops make up for it.
TEST_F(Replica, an_asynchronous_one_that_lags_lacks_reports_and_the_laptop_is_told) {
  std::vector<std::string> bodies;
  for (int week = 1; week <= 4; ++week) {
    bodies.push_back(to_bytes(laptop_.energy(week_of(first_day - days(7 * week)), 1000)));
  }
  EXPECT_TRUE(fleet_->send_bytes(laptop_, bodies[0], first_day).acknowledgement);
  EXPECT_TRUE(e2e::comes_true(
      [&] {
        return primary_->ask(
                   "SELECT count(*) FROM pg_stat_replication "
                   "WHERE flush_lsn = pg_current_wal_lsn()") == 1;
      },
      30));
  replica_->stop();
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_TRUE(fleet_->send_bytes(laptop_, bodies[i], first_day).acknowledgement);
  }
  primary_->lose();
  replica_->start();
  replica_->promote();
  EXPECT_EQ(fleet_->counted_energy(), joules(1000)) << "two were acknowledged and are lost";
  // The number that was 3 falls to 1: the laptop sends again what it still holds.
  const auto fell = fleet_->send_bytes(laptop_, bodies[3], first_day);
  ASSERT_TRUE(fell.acknowledgement);
  EXPECT_EQ(fell.acknowledgement->complete_through, 1);
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_TRUE(fleet_->send_bytes(laptop_, bodies[i], first_day).acknowledgement);
  }
  EXPECT_EQ(fleet_->counted_energy(), joules(4000));
  EXPECT_TRUE(fleet_->store().check()->different_tables.empty());
}

}  // namespace
}  // namespace wattlife

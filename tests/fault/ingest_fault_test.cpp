// SPDX-License-Identifier: EUPL-1.2
// Every place at which taking in an enrolment or a report can be cut off, over both databases:
// the collector is killed there (SIGKILL, in a process of its own), loses its connection there, or
// its disk fails there. What was acknowledged is there, nothing is there by halves, and when the
// laptop sends again it counts once.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "collector/sql_fleet_store.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"
#include "tests/fault/failures.h"
#include "tests/fault/fault_sql.h"

namespace wattlife {
namespace {

using fault::FaultSql;
using std::chrono::days;
using testing::first_day;
using testing::Fleet;
using testing::Kind;
using testing::Laptop;
using testing::week_of;

constexpr int most_points = 500;  // a round that never ends untouched

// What arrives in one round: of a confirmed laptop a report with everything in it, and of a second
// one bytes that are refused and take their place all the same.
struct Arriving {
  Laptop laptop;
  Laptop odd;
  std::vector<ReportArrival> batch;
};

class IngestFault : public testing::BothStores {
 protected:
  void SetUp() override {
    BothStores::SetUp();
    if (IsSkipped()) return;
    fleet_ = std::make_unique<Fleet>(1, url());
    open_ = fleet_->url() + (GetParam() == Kind::sqlite ? "" : "&application_name=victim");
  }

  Arriving arriving(int round) {
    const std::string number = std::to_string(round);
    Arriving made{
        fleet_->member("a" + number, first_day), fleet_->member("b" + number, first_day), {}};
    Report report = made.laptop.energy(week_of(today_ - days(7)));
    report.inventory = made.laptop.stock;
    report.serials = made.laptop.serials;
    Report refused = made.odd.energy(week_of(today_ - days(7)));
    refused.summary->energy[0].device->energy = joules(-5);
    made.batch = {{made.laptop.credential, to_bytes(report)},
                  {made.odd.credential, to_bytes(refused)}};
    return made;
  }

  // A store of its own over the same database, with `blow` at the nth point.
  std::unique_ptr<FaultSql> faulty(int nth, FaultSql::Blow blow) {
    auto sql = open_sql(open_, StoreOpen::existing);
    EXPECT_TRUE(sql) << sql.error().text;
    return sql ? std::make_unique<FaultSql>(*std::move(sql), nth, std::move(blow)) : nullptr;
  }

  // How many points `work` passes.
  int points_of(const std::function<void(FleetStore&)>& work) {
    auto sql = faulty(0, [] {});
    if (sql == nullptr) return 0;
    const FaultSql& counted = *sql;
    SqlFleetStore store(std::move(sql), testing::repeatable_random(++seed_));
    work(store);
    EXPECT_LT(counted.passed().size(), most_points);
    EXPECT_EQ(counted.passed().back(), "after a commit");
    return static_cast<int>(counted.passed().size());
  }

  // Does `work` in a process that kills itself at the nth point.
  void killed_at(int nth, const std::function<void(FleetStore&)>& work) {
    fleet_->close();
    const pid_t child = ::fork();
    if (child == 0) {
      auto sql = faulty(nth, [] { ::kill(::getpid(), SIGKILL); });
      if (sql == nullptr) ::_exit(1);
      SqlFleetStore store(std::move(sql), testing::repeatable_random(++seed_));
      work(store);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << "it came through: " << status;
    fleet_->reopen();
  }

  // Rows of the enrolment: 0 or 1 report, and what was counted of it.
  std::int64_t held_of(const Laptop& laptop) {
    const auto held = fleet_->store().held(laptop.credential.device_id);
    EXPECT_TRUE(held) << held.error().text;
    return held ? static_cast<std::int64_t>(held->reports.size()) : -1;
  }

  // Nothing by halves; then the laptops send again.
  void expect_whole_and_resend(const Arriving& arrived, bool stored) {
    EXPECT_EQ(held_of(arrived.laptop), stored ? 1 : 0);
    EXPECT_EQ(held_of(arrived.odd), stored ? 1 : 0);
    if (stored) counted_ += joules(360'000);
    EXPECT_EQ(fleet_->counted_energy(), counted_);
    for (int again = 0; again < 2; ++again) {
      const auto outcomes = fleet_->store().receive(arrived.batch, today_);
      ASSERT_TRUE(outcomes) << outcomes.error().text;
      ASSERT_TRUE((*outcomes)[0].acknowledgement);
      EXPECT_EQ((*outcomes)[0].acknowledgement->complete_through, 1);
      EXPECT_FALSE((*outcomes)[1].acknowledgement);
      EXPECT_EQ((*outcomes)[1].problem.status, 400);
    }
    if (!stored) counted_ += joules(360'000);
    EXPECT_EQ(held_of(arrived.laptop), 1);
    EXPECT_EQ(held_of(arrived.odd), 1);
    EXPECT_EQ(fleet_->counted_energy(), counted_);
  }
  void expect_sound() {
    const auto checked = fleet_->store().check();
    ASSERT_TRUE(checked) << checked.error().text;
    EXPECT_EQ(checked->different_tables, std::vector<std::string>{});
  }

  std::unique_ptr<Fleet> fleet_;
  std::string open_;  // URL for those who are cut off
  Energy counted_{};
  UtcDay today_ = first_day;
  unsigned seed_ = 100;  // each store makes ids of its own
};
INSTANTIATE_TEST_SUITE_P(Ingest, IngestFault, testing::both, testing::name_of_kind);

TEST_P(IngestFault, killed_at_every_point_of_a_report_nothing_is_lost_doubled_or_halved) {
  // Each round in a month of its own: in PostgreSQL it makes room for the bodies of that month.
  int round = 0;
  const auto next_month = [&] { today_ = first_day + days(62 * ++round); };
  next_month();
  Arriving arrived = arriving(round);
  const int points = points_of([&](FleetStore& store) {
    const auto outcomes = store.receive(arrived.batch, today_);
    ASSERT_TRUE(outcomes && outcomes->front().acknowledgement);
  });
  expect_whole_and_resend(arrived, true);
  EXPECT_GT(points, 20) << "the database was hardly asked";
  RecordProperty("points", points);
  for (int nth = 1; nth <= points && !HasFailure(); ++nth) {
    SCOPED_TRACE("point " + std::to_string(nth) + " of " + std::to_string(points));
    next_month();
    arrived = arriving(round);
    killed_at(nth, [&](FleetStore& store) { (void)store.receive(arrived.batch, today_); });
    expect_whole_and_resend(arrived, nth == points);
  }
  expect_sound();
}

TEST_P(IngestFault, killed_at_every_point_of_an_enrolment_it_is_there_once_or_not_at_all) {
  std::size_t devices = 0;
  const auto enrolling = [&](const Laptop& laptop) {
    return std::vector<EnrolmentArrival>{{fleet_->token, to_bytes(laptop.enrolment()), true}};
  };
  const auto first = enrolling(testing::laptop("first"));
  const int points = points_of([&](FleetStore& store) {
    const auto outcomes = store.enrol(first, first_day);
    ASSERT_TRUE(outcomes && outcomes->front().answer);
  });
  ++devices;
  EXPECT_GT(points, 10) << "the database was hardly asked";
  for (int nth = 1; nth <= points && !HasFailure(); ++nth) {
    SCOPED_TRACE("point " + std::to_string(nth) + " of " + std::to_string(points));
    Laptop laptop = testing::laptop("m" + std::to_string(nth));
    const auto batch = enrolling(laptop);
    killed_at(nth, [&](FleetStore& store) { (void)store.enrol(batch, first_day); });
    EXPECT_EQ(fleet_->store().enrolments()->size(), devices + (nth == points ? 1 : 0));
    EXPECT_TRUE(fleet_->enrol(laptop, first_day).answer);  // asks again, as its answer was lost
    EXPECT_EQ(fleet_->store().enrolments()->size(), ++devices);
    EXPECT_TRUE(fleet_->send(laptop, laptop.health(), first_day).acknowledgement);
  }
  expect_sound();
}

// The server ends the connection, as when it is restarted: no process ends, and the same handle
// goes on with the next request.
class ConnectionFault : public IngestFault {};
INSTANTIATE_TEST_SUITE_P(Ingest, ConnectionFault, ::testing::Values(Kind::postgres),
                         testing::name_of_kind);

TEST_P(ConnectionFault, lost_at_any_point_it_costs_a_second_try) {
  const auto& server = testing::PostgresServer::shared();
  const auto cut = [&] {
    (void)server.ask(
        "SELECT count(CASE WHEN application_name = 'victim' "
        "THEN pg_terminate_backend(pid, 10000) END) FROM pg_stat_activity");
  };
  int refused = 0;
  for (int nth = 1; nth < most_points && !HasFailure(); ++nth) {
    SCOPED_TRACE("point " + std::to_string(nth));
    today_ = first_day + days(62 * nth);
    const Arriving arrived = arriving(nth);
    auto sql = faulty(nth, cut);
    ASSERT_NE(sql, nullptr);
    const FaultSql& counted = *sql;
    SqlFleetStore store(std::move(sql), testing::repeatable_random(++seed_));
    const auto outcomes = store.receive(arrived.batch, today_);
    const bool reached = static_cast<int>(counted.passed().size()) >= nth;
    if (outcomes) {
      EXPECT_TRUE(outcomes->front().acknowledgement);
    } else {
      ++refused;
      EXPECT_EQ(outcomes.error().cause, Cause::busy) << outcomes.error().text;
      const auto again = store.receive(arrived.batch, today_);
      ASSERT_TRUE(again) << again.error().text;
      EXPECT_TRUE(again->front().acknowledgement);
    }
    expect_whole_and_resend(arrived, true);
    if (!reached) break;
  }
  EXPECT_GT(refused, 20) << "the connection was hardly ever missed";
  expect_sound();
}

// Below the statements: each write, cut, flush and deletion in the file of SQLite.
TEST(IngestDisk, killed_at_every_call_to_the_disk_nothing_is_lost_doubled_or_halved) {
  fault::install();
  Fleet fleet;
  Energy counted{};
  int killed = 0;
  for (int nth = 1; nth < 2000; ++nth) {
    SCOPED_TRACE("call " + std::to_string(nth));
    Laptop laptop = fleet.member("m" + std::to_string(nth), first_day);
    const ReportArrival arrival{laptop.credential, to_bytes(laptop.energy(week_of(first_day)))};
    fleet.close();
    const pid_t child = ::fork();
    if (child == 0) {
      auto store =
          open_fleet_store(fleet.url(), StoreOpen::existing, testing::repeatable_random(7));
      if (!store) ::_exit(1);
      fault::arm(nth, fault::Failing::killed, SQLITE_OK);
      const auto outcomes = (*store)->receive({arrival}, first_day);
      ::_exit(outcomes && outcomes->front().acknowledgement ? 0 : 2);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    const bool came_through = WIFEXITED(status);
    EXPECT_EQ(came_through ? WEXITSTATUS(status) : 0, 0);
    EXPECT_TRUE(came_through || WTERMSIG(status) == SIGKILL)
        << "it fell over by itself: " << status;
    killed += came_through ? 0 : 1;
    fleet.reopen();
    const Energy now = fleet.counted_energy();
    const bool stored = now == counted + joules(360'000);
    EXPECT_TRUE(stored || (now == counted && !came_through));
    counted += joules(360'000);
    EXPECT_TRUE(fleet.send_bytes(laptop, arrival.body, first_day).acknowledgement);
    EXPECT_EQ(fleet.counted_energy(), counted);
    if (came_through || ::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(killed, 3) << "the disk was hardly asked";
  RecordProperty("killed", killed);
  const auto checked = fleet.store().check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_TRUE(checked->different_tables.empty());
}

// A disk that fails or is full at any call: the laptop is told to come again, and the same handle
// goes on when the disk does.
TEST(IngestDisk, a_disk_that_fails_at_any_call_costs_a_second_try) {
  fault::install();
  Fleet fleet;
  Energy counted{};
  int round = 0;
  fault::for_every_call([&](const fault::Failure& failure, int nth) {
    Laptop laptop = fleet.member("m" + std::to_string(++round), first_day);
    const ReportArrival arrival{laptop.credential, to_bytes(laptop.energy(week_of(first_day)))};
    fleet.close();
    auto opened = open_fleet_store(fleet.url(), StoreOpen::existing, testing::repeatable_random(7));
    ASSERT_TRUE(opened) << opened.error().text;
    FleetStore& store = **opened;
    fault::arm(nth, failure.failing, failure.code, failure.calls);
    const auto outcomes = store.receive({arrival}, first_day);
    const auto next = store.receive({{laptop.credential, to_bytes(laptop.health())}}, first_day);
    fault::disarm();
    EXPECT_TRUE(!next || next->front().acknowledgement);
    const bool acknowledged = outcomes && outcomes->front().acknowledgement;
    fleet.reopen();
    const Energy now = fleet.counted_energy();
    const bool stored = now == counted + joules(360'000);
    EXPECT_TRUE(stored || (now == counted && !acknowledged)) << "acknowledged, and not there";
    counted += joules(360'000);
    const auto again = store.receive({arrival}, first_day);
    ASSERT_TRUE(again) << again.error().text;
    EXPECT_TRUE(again->front().acknowledgement);
    EXPECT_EQ(fleet.counted_energy(), counted);
  });
  const auto checked = fleet.store().check();
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_TRUE(checked->different_tables.empty());
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// Many reports in one transaction are judged and kept as if they came one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/collector/both_stores.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using std::chrono::days;
using testing::first_day;
using testing::Fleet;
using testing::Laptop;
using testing::week_of;

class Batch : public testing::BothStores {};
INSTANTIATE_TEST_SUITE_P(FleetBatch, Batch, testing::both, testing::name_of_kind);

// What a report can be: as it should, out of order, twice, twice under one number, garbage, of a
// device that nobody confirmed, of a store that was copied, of a second installation, with serial
// numbers, with a wrong secret, of nobody.
std::vector<ReportArrival> arrivals_for(Fleet& fleet, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Laptop> laptops;
  for (int i = 0; i < 6; ++i) {
    laptops.push_back(fleet.member("m" + std::to_string(i), first_day - days(40)));
  }
  laptops[1].store_id = laptops[0].store_id;
  Laptop waiting = testing::laptop("waiting");
  fleet.enrol(waiting, first_day - days(40));
  laptops.push_back(waiting);
  Laptop again = laptops[2];
  again.install_id = testing::id_of("install-again");
  again.store_id = testing::id_of("store-again");
  again.sequence = 0;
  fleet.enrol(again, first_day - days(40));
  EXPECT_TRUE(fleet.store().confirm(again.credential.device_id, false));
  laptops.push_back(again);
  std::vector<ReportArrival> arrivals;
  for (int week = 1; week <= 8; ++week) {
    for (Laptop& laptop : laptops) {
      const Credential& credential = laptop.credential;
      Report report = laptop.energy(week_of(first_day - days(7 * week)), 100 + week);
      report.summary->energy[0].device->variance_own_j2 = 0.1 * week;
      arrivals.push_back({credential, to_bytes(report)});
      if (week % 3 == 0) arrivals.push_back(arrivals.back());
      if (week % 4 == 1) arrivals.push_back({credential, to_bytes(laptop.health())});
      if (random() % 5 == 0) {
        Report other = report;
        other.agent_version = "0.2.0";
        arrivals.push_back({credential, to_bytes(other)});
      }
      if (random() % 6 == 0) arrivals.push_back({credential, "garbage " + std::to_string(week)});
      if (random() % 7 == 0) {
        Report told = laptop.health();
        told.serials = laptop.serials;
        arrivals.push_back({credential, to_bytes(told)});
      }
      if (random() % 8 == 0) {
        arrivals.push_back({{credential.device_id, std::string(32, 'x')}, to_bytes(report)});
      }
    }
  }
  arrivals.push_back({{testing::id_of("nobody"), std::string(32, 'x')}, arrivals[0].body});
  // Neighbours change places now and then, so that numbers come out of order.
  for (std::size_t i = 0; i + 12 < arrivals.size(); ++i) {
    if (random() % 4 == 0) std::swap(arrivals[i], arrivals[i + random() % 12]);
  }
  return arrivals;
}

std::string text_of(const ReportOutcome& outcome) {
  if (!outcome.acknowledgement) return outcome.problem.name + ": " + outcome.problem.detail;
  const Acknowledgement& answer = *outcome.acknowledgement;
  return std::to_string(answer.sequence) + " through " + std::to_string(answer.complete_through) +
         (answer.pending ? " pending " : " ") + hex_from_bytes(answer.next_secret);
}

// How many columns, and all rows of what was kept in an order of their own; numbers of reports and
// contacts are left out.
constexpr std::pair<int, const char*> queries[] = {
    {8,
     "SELECT device, begin_day, end_day, state, supply, time_ms, coalesce(device_mj, -1), "
     "CAST(coalesce(device_variance_own_j2, -1) AS TEXT) FROM energy ORDER BY 1, 2, 3, 4, 5"},
    {6,
     "SELECT store_id, begin_day, first_row, last_row, device, enrolment FROM counted "
     "ORDER BY 1, 2, 3"},
    {3,
     "SELECT u.reason, r.enrolment, r.sequence FROM uncounted u JOIN report r "
     "ON r.id = u.report ORDER BY 2, 3"},
    {6,
     "SELECT enrolment, install_id, sequence, digest, coalesce(reason, ''), day FROM report "
     "ORDER BY 1, 2, 3"},
    {4,
     "SELECT enrolment, install_id, last_day, complete_through FROM installation "
     "ORDER BY 1, 2"},
    {10,
     "SELECT id, state, settled, secret_hash, secret_day, next_secret_hash, secret_used, "
     "count_day, count, last_day FROM enrolment ORDER BY id"},
    {2, "SELECT id, last_day FROM device ORDER BY id"},
    {3, "SELECT device, day, model FROM inventory ORDER BY 1"},
    {4, "SELECT device, day, place, full_mwh FROM battery ORDER BY 1, 2, 3"},
    {3, "SELECT enrolment, digest, reason FROM set_aside ORDER BY 1, 2"},
    {3,
     "SELECT r.enrolment, r.sequence, b.body FROM report_body b JOIN report r "
     "ON r.id = b.report ORDER BY 1, 2, 3"}};

struct Seen {
  std::vector<std::string> outcomes;
  std::vector<std::string> rows;
};

Seen sent_in(std::size_t at_once, unsigned seed, const std::string& url) {
  Fleet fleet(seed, url);
  const auto arrivals = arrivals_for(fleet, seed);
  Seen seen;
  for (std::size_t at = 0; at < arrivals.size(); at += at_once) {
    const std::vector<ReportArrival> batch(
        arrivals.begin() + static_cast<std::ptrdiff_t>(at),
        arrivals.begin() + static_cast<std::ptrdiff_t>(std::min(arrivals.size(), at + at_once)));
    const auto outcomes = fleet.store().receive(batch, first_day);
    EXPECT_TRUE(outcomes) << outcomes.error().text;
    for (const ReportOutcome& outcome : *outcomes) seen.outcomes.push_back(text_of(outcome));
  }
  const auto sql = open_sql(fleet.url(), StoreOpen::existing);
  for (const auto& [columns, query] : queries) {
    EXPECT_TRUE((*sql)->query(query, {}, [&, columns = columns, query = query](const SqlRow& row) {
      std::string line = std::string(query).substr(0, 24);
      for (int i = 0; i < columns; ++i) line += " " + hex_from_bytes(row.text(i));
      seen.rows.push_back(line);
      return done();
    })) << query;
  }
  const auto checked = fleet.store().check();
  EXPECT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->different_tables, std::vector<std::string>{});
  return seen;
}

TEST_P(Batch, is_what_one_after_the_other_is) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    const Seen alone = sent_in(1, seed, url());
    EXPECT_GT(alone.outcomes.size(), 80u);
    for (const std::size_t at_once : {3u, 64u, 1000u}) {
      SCOPED_TRACE(std::to_string(seed) + ", " + std::to_string(at_once) + " at once");
      const Seen together = sent_in(at_once, seed, url());
      EXPECT_EQ(together.outcomes, alone.outcomes);
      EXPECT_EQ(together.rows, alone.rows);
    }
  }
}

// More devices than are written with one statement, each in the same batch for a second time.
TEST_P(Batch, of_two_hundred_devices_twice_over) {
  Fleet fleet(1, url());
  std::vector<Laptop> laptops;
  for (int i = 0; i < 200; ++i) {
    laptops.push_back(fleet.member("m" + std::to_string(i), first_day));
  }
  std::vector<ReportArrival> batch;
  for (int week = 1; week <= 2; ++week) {
    for (Laptop& laptop : laptops) {
      batch.push_back(
          {laptop.credential, to_bytes(laptop.energy(week_of(first_day - days(7 * week)), 10))});
    }
  }
  const auto outcomes = fleet.store().receive(batch, first_day);
  ASSERT_TRUE(outcomes) << outcomes.error().text;
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    ASSERT_TRUE((*outcomes)[i].acknowledgement) << i;
    EXPECT_EQ((*outcomes)[i].acknowledgement->complete_through, i < 200 ? 1 : 2);
  }
  EXPECT_EQ(fleet.counted_energy(), joules(4000));
  EXPECT_TRUE(fleet.store().check()->different_tables.empty());
}

// A new installation goes on after what was erased of it, and a gap below is waited for.
TEST_P(Batch, what_is_complete_moves_over_what_came_before_it) {
  Fleet fleet(1, url());
  Laptop laptop = fleet.member("a", first_day);
  std::vector<Report> reports;
  for (int i = 0; i < 130; ++i) reports.push_back(laptop.health());
  const auto through_after = [&](std::size_t index) {
    const auto outcome = fleet.send(laptop, reports[index], first_day);
    return outcome.acknowledgement ? outcome.acknowledgement->complete_through : -1;
  };
  EXPECT_EQ(through_after(1), 0);
  for (std::size_t i = 3; i < 120; ++i) ASSERT_EQ(through_after(i), 0) << i;
  EXPECT_EQ(through_after(0), 2);
  EXPECT_EQ(through_after(2), 120);  // more than are looked at together
  EXPECT_EQ(through_after(2), 120);  // sent again
  EXPECT_EQ(through_after(121), 120);
  EXPECT_EQ(through_after(120), 122);
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "collector/ingest.h"

#include <gtest/gtest.h>

#include "collector/digest.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using testing::first_day;
using Kind = ReportVerdict::Kind;

ReportKnown confirmed_sender() {
  ReportKnown known;
  known.sender = {1, EnrolmentState::confirmed, 4, false};
  known.installation_known = true;
  return known;
}

Arrived good_report() {
  testing::Laptop laptop = testing::laptop("a");
  return arrived(to_bytes(laptop.health()));
}

Arrived bad_field() {
  testing::Laptop laptop = testing::laptop("a");
  Report report = laptop.energy(testing::week_of(first_day));
  report.summary->first_window = 0;
  return arrived(to_bytes(report));
}

TEST(Ingest, verdicts) {
  struct Case {
    const char* name;
    Arrived report;
    std::function<void(ReportKnown&)> situation;
    Kind kind;
    int status;  // of a refusal
    const char* problem;
    bool takes_place;
    bool set_aside;
  };
  const Arrived good = good_report();
  const auto nothing = [](ReportKnown&) {};
  const std::vector<Case> cases = {
      {"a first report", good, nothing, Kind::accepted, 0, "", false, false},
      {"of a device that waits", good,
       [](ReportKnown& k) { k.sender.state = EnrolmentState::to_confirm; }, Kind::accepted, 0, "",
       false, false},
      {"the same bytes again", good,
       [&](ReportKnown& k) {
         k.held = HeldReport{good.digest, false};
       },
       Kind::repeated, 0, "", false, false},
      {"other bytes under a used number", good,
       [](ReportKnown& k) {
         k.held = HeldReport{sha256("other"), false};
       },
       Kind::refused, 400, "sequence-used", false, true},
      {"garbage", arrived("garbage"), nothing, Kind::refused, 400, "malformed-report", false, true},
      {"a field out of bounds keeps its place", bad_field(), nothing, Kind::refused, 400,
       "malformed-report", true, true},
      {"the same refused bytes again", bad_field(),
       [](ReportKnown& k) {
         k.held = HeldReport{bad_field().digest, true};
       },
       Kind::refused, 400, "malformed-report", false, false},
      {"good bytes under a refused number", good,
       [](ReportKnown& k) {
         k.held = HeldReport{bad_field().digest, true};
       },
       Kind::refused, 400, "sequence-used", false, true},
      {"revoked", good, [](ReportKnown& k) { k.sender.state = EnrolmentState::revoked; },
       Kind::refused, 401, "unknown-device", false, false},
      {"in conflict", good, [](ReportKnown& k) { k.sender.state = EnrolmentState::conflict; },
       Kind::refused, 409, "two-installations", false, false},
      {"serials of another device", good, [](ReportKnown& k) { k.serials_of_another = true; },
       Kind::refused, 409, "two-installations", false, false},
      {"too many today", good, [](ReportKnown& k) { k.reports_today = most_reports_a_day; },
       Kind::refused, 429, "too-many-reports", false, false},
      {"too many wait", good,
       [](ReportKnown& k) {
         k.sender.state = EnrolmentState::to_confirm;
         k.reports_apart = most_reports_apart;
       },
       Kind::refused, 429, "too-many-reports", false, false},
      {"erased, byte by byte", good, [](ReportKnown& k) { k.erased_through = 1; }, Kind::refused,
       400, "erased", false, false},
      {"erased, whatever stands in it now", bad_field(),
       [](ReportKnown& k) { k.erased_through = 7; }, Kind::refused, 400, "erased", false, false},
      {"the first one after what was erased", good, [](ReportKnown& k) { k.erased_through = 0; },
       Kind::accepted, 0, "", false, false},
      {"erased, but in conflict", good,
       [](ReportKnown& k) {
         k.erased_through = 1;
         k.sender.state = EnrolmentState::conflict;
       },
       Kind::refused, 409, "two-installations", false, false},
      {"too many installations", good,
       [](ReportKnown& k) {
         k.installation_known = false;
         k.installations = most_installations;
       },
       Kind::refused, 403, "too-many-installations", false, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ReportKnown known = confirmed_sender();
    c.situation(known);
    const ReportVerdict verdict = judge_report(c.report, known, first_day);
    EXPECT_EQ(verdict.kind, c.kind);
    EXPECT_EQ(verdict.takes_place, c.takes_place);
    EXPECT_EQ(verdict.set_aside, c.set_aside);
    if (c.kind != Kind::refused) continue;
    EXPECT_EQ(verdict.problem.status, c.status);
    EXPECT_EQ(verdict.problem.name, c.problem);
    EXPECT_FALSE(verdict.problem.title.empty());
    EXPECT_FALSE(verdict.problem.detail_nl.empty());
    EXPECT_EQ(verdict.problem.retry_after_s > 0, c.status == 429);
  }
}

TEST(Ingest, a_claim_goes_into_conflict_while_the_confirmed_device_goes_on) {
  ReportKnown known = confirmed_sender();
  known.rivals.push_back({2, EnrolmentState::to_confirm, 9, first_day, false});
  const ReportVerdict verdict = judge_report(good_report(), known, first_day);
  EXPECT_EQ(verdict.kind, Kind::accepted);
  EXPECT_EQ(verdict.conflicts, std::vector<std::int64_t>{2});
}

TEST(Ingest, the_problem_of_a_malformed_report_names_the_field) {
  const ReportVerdict verdict = judge_report(bad_field(), confirmed_sender(), first_day);
  EXPECT_NE(verdict.problem.detail.find("report.summary.first_window"), std::string::npos)
      << verdict.problem.detail;
}

// A clock that is wrong makes wrong weeks, and never costs a report: the day of receipt is ours and
// stands beside it.
TEST(Ingest, a_clock_that_is_years_off_refuses_nothing) {
  testing::Laptop laptop = testing::laptop("a");
  for (const int weeks : {-52 * 20, -60, 1, 8, 52 * 5}) {
    const auto week = testing::week_of(first_day + std::chrono::days(7 * weeks));
    const Arrived report = arrived(to_bytes(laptop.energy(week)));
    ASSERT_TRUE(report.report) << report.report.error().text;
    EXPECT_EQ(judge_report(report, confirmed_sender(), first_day).kind, Kind::accepted) << weeks;
  }
}

}  // namespace
}  // namespace wattlife

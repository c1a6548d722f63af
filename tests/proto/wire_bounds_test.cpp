// SPDX-License-Identifier: EUPL-1.2
// Tables: each bound of docs/wire.md, and the field that is named when it is passed.
#include "proto/wire.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/proto/wire_examples.h"

namespace wattlife {
namespace {

TEST(Wire, each_bound_of_the_provision_is_kept_and_named) {
  const std::vector<std::pair<const char*, std::function<void(Provision&)>>> bounds = {
      {"provision.panel.diagonal_mm", [](Provision& p) { p.panel->diagonal_mm = 10'001; }},
      {"provision.panel.product", [](Provision& p) { p.panel->product = -1; }},
      {"provision.panel.width_px", [](Provision& p) { p.panel->width_px = 65'536; }},
      {"provision.panel.height_px", [](Provision& p) { p.panel->height_px = 65'536; }},
      {"provision.panel.year", [](Provision& p) { p.panel->year = 2'301; }},
      {"provision.memory_slots", [](Provision& p) { p.memory_slots.total = 65; }},
      {"provision.memory_slots_used", [](Provision& p) { p.memory_slots.used = -1; }},
      {"provision.largest_module_mib",
       [](Provision& p) { p.memory_slots.largest_module_mib = -1; }},
      {"provision.firmware_batteries[0].design_mwh",
       [](Provision& p) { p.firmware_batteries[0].design = milliwatt_hours(10'000'001); }},
      {"provision.firmware_batteries[0].made_day",
       [](Provision& p) { p.firmware_batteries[0].made = day("1960-01-01"); }},
      {"provision.firmware_batteries: 9", [](Provision& p) { p.firmware_batteries.resize(9); }},
      {"provision.processor.family", [](Provision& p) { p.processor.family = 65'536; }},
      {"provision.processor.model", [](Provision& p) { p.processor.model = -1; }},
      {"provision.processor.stepping", [](Provision& p) { p.processor.stepping = -1; }},
      {"provision.processor.cores", [](Provision& p) { p.processor.cores = 65'536; }},
      {"provision.drive_erase: 17", [](Provision& p) { p.drive_erase.resize(17); }},
  };
  for (const auto& [field, spoil] : bounds) {
    Report report = provision_report();
    spoil(report.inventory->provision);
    const auto read = report_from(to_bytes(report));
    ASSERT_FALSE(read) << field;
    EXPECT_NE(read.error().text.find(field), std::string::npos) << read.error().text;
  }
}

struct Bound {
  const char* field;
  std::function<void(Report&)> spoil;
};

// Each by itself spoils the good report, and its field stands first in the reason.
void expect_each_kept(const std::vector<Bound>& bounds, const Report& good) {
  ASSERT_TRUE(report_from(to_bytes(good)));
  for (const Bound& bound : bounds) {
    Report report = good;
    bound.spoil(report);
    SCOPED_TRACE(bound.field);
    const auto read = report_from(to_bytes(report));
    if (read) {
      ADD_FAILURE() << "accepted";
      continue;
    }
    EXPECT_EQ(read.error().text.rfind(bound.field, 0), 0u) << read.error().text;
  }
}

// This program does not write such a message: one byte of a good one is changed.
TEST(Wire, a_calibration_under_the_first_list_is_refused) {
  std::string bytes = to_bytes(calibration_report());
  const std::size_t at = bytes.find(std::string("0.1.0") + "\x20\x02");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 6] = '\x01';
  const auto read = report_from(bytes);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().text.find("report.calibration: not in the list"), std::string::npos);
}

TEST(Wire, each_bound_of_a_calibration_is_kept_and_named) {
  const double no_number = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Bound> bounds = {
      {"report.calibration.weights", [](Report& r) { r.calibration->weights[2] = -0.1; }},
      {"report.calibration.weights", [](Report& r) { r.calibration->weights[2] = 1001; }},
      {"report.calibration.weights", [=](Report& r) { r.calibration->weights[0] = no_number; }},
      {"report.calibration.covariance", [](Report& r) { r.calibration->covariance(3, 3) = -1; }},
      {"report.calibration.covariance",
       [=](Report& r) { r.calibration->covariance(3, 1) = no_number; }},
      {"report.calibration.residual_w", [](Report& r) { r.calibration->residual_w = -1; }},
      {"report.calibration.windows", [](Report& r) { r.calibration->windows = -1; }},
      {"report.calibration.left_out_error",
       [=](Report& r) { r.calibration->left_out_error = no_number; }},
  };
  expect_each_kept(bounds, calibration_report());
}

TEST(Wire, each_bound_of_a_report_is_kept_and_named) {
  const auto first = [](Report& r) -> EnergyRow& { return r.summary->energy.front(); };
  const double infinite = std::numeric_limits<double>::infinity();
  const double no_number = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Bound> energy = {
      {"report.install_id", [](Report& r) { r.install_id.pop_back(); }},
      {"report.sequence", [](Report& r) { r.sequence = 0; }},
      {"report.sequence", [](Report& r) { r.sequence = -1; }},
      {"report.sequence", [](Report& r) { r.sequence = 1'000'000'000'001; }},
      {"report.data_list_version", [](Report& r) { r.data_list_version = 0; }},
      {"report.summary: missing", [](Report& r) { r.summary.reset(); }},
      {"report.summary.begin_day",
       [](Report& r) { r.summary->period.begin -= std::chrono::days(30000); }},
      {"report.summary.end_day", [](Report& r) { r.summary->period.end += std::chrono::days(1); }},
      {"report.summary.end_day",
       [](Report& r) { r.summary->period.end = r.summary->period.begin; }},
      {"report.summary.end_day",
       [](Report& r) {  // no day-wise report: the ceiling of privacy is kept here too
         r.summary->period = {day("2026-11-10"), day("2026-11-11")};
       }},
      {"report.summary.energy[0].time_ms", [&](Report& r) { first(r).time = Duration{-1}; }},
      {"report.summary.energy[0].time_ms",
       [&](Report& r) { first(r).time = std::chrono::hours(24 * 14) + Duration{1}; }},
      {"report.summary.energy[1].time_ms",
       [&](Report& r) { first(r).time = std::chrono::hours(24 * 14 - 59); }},
      {"report.summary.energy[0].device.energy_mj",
       [&](Report& r) { first(r).device->energy = joules(-1); }},
      {"report.summary.energy[0].device.energy_mj",
       [&](Report& r) { first(r).device->energy = joules(1000 * 36'000 + 1001); }},
      {"report.summary.energy[0].device.variance_own_j2",
       [&](Report& r) { first(r).device->variance_own_j2 = -0.5; }},
      {"report.summary.energy[0].device.variance_own_j2",
       [&](Report& r) { first(r).device->variance_own_j2 = no_number; }},
      {"report.summary.energy[0].device.deviation_shared_j",
       [&](Report& r) { first(r).device->deviation_shared_j = infinite; }},
      {"report.summary.energy[1].wall.energy_mj",
       [&](Report& r) { r.summary->energy[1].wall->energy = Energy{-1}; }},
      {"report.summary.energy[0].device: missing", [&](Report& r) { first(r).device.reset(); }},
      {"report.summary.energy[0].method", [&](Report& r) { first(r).method.clear(); }},
      {"report.summary.energy[2].tier",
       [](Report& r) {
         r.summary->energy[2].device = Estimate{joules(1), 0, 0};
       }},
      {"report.summary.energy[3]", [&](Report& r) { r.summary->energy.push_back(first(r)); }},
      {"report.summary.energy: 513",
       [&](Report& r) {
         for (int i = 0; i < 510; ++i) {
           r.summary->energy.push_back(first(r));
           r.summary->energy.back().method = std::to_string(i);
           r.summary->energy.back().time = Duration{0};
           r.summary->energy.back().device = Estimate{};
         }
       }},
      {"report.summary.first_window", [](Report& r) { r.summary->first_window = 0; }},
      {"report.summary.last_window", [](Report& r) { r.summary->last_window = 100; }},
      {"report.summary.store_id", [](Report& r) { r.store_id.clear(); }},
  };
  expect_each_kept(energy, example_report());
  const std::vector<Bound> health = {
      {"report.inventory.batteries[0].design_mwh",
       [](Report& r) { r.inventory->batteries[0].design = milliwatt_hours(-1); }},
      {"report.inventory.batteries[0].full_mwh",
       [](Report& r) { r.inventory->batteries[0].full = milliwatt_hours(10'000'001); }},
      {"report.inventory.batteries[0].charge_limit_permille",
       [](Report& r) { r.inventory->batteries[0].charge_limit = Ratio{1001}; }},
      {"report.inventory.batteries: 9",
       [](Report& r) { r.inventory->batteries.resize(9, r.inventory->batteries[0]); }},
      {"report.inventory.disks: 17",
       [](Report& r) { r.inventory->disks.resize(17, r.inventory->disks[0]); }},
      {"report.inventory.disks[0].percentage_used",
       [](Report& r) { r.inventory->disks[0].percentage_used = 256; }},
      {"report.inventory.disks[0].media_errors",
       [](Report& r) { r.inventory->disks[0].media_errors = -1; }},
      {"report.inventory.memory_mib", [](Report& r) { r.inventory->identity.memory_mib = -1; }},
      {"report.inventory.bios_day",
       [](Report& r) { r.inventory->identity.bios_date = day("1969-12-31"); }},
      {"report.serials.disk_serials: 33",
       [](Report& r) { r.serials->disk_serials.resize(33, "S"); }},
  };
  expect_each_kept(health, health_report());
}

TEST(Wire, a_clock_that_was_set_back_may_fill_the_period_twice) {
  Report report = example_report();
  report.summary->energy[0].time = std::chrono::hours(24 * 7 + 1);
  EXPECT_TRUE(report_from(to_bytes(report)));
}

TEST(Wire, periods_of_both_lengths_cut_at_month_ends_are_accepted) {
  const std::pair<const char*, const char*> periods[] = {
      {"2026-11-09", "2026-11-16"},
      {"2026-11-30", "2026-12-01"},  // a Monday that ends its month
      {"2026-12-01", "2026-12-07"},
  };
  for (const auto& [begin, end] : periods) {
    SCOPED_TRACE(begin);
    Report report = example_report();
    report.summary->period = {day(begin), day(end)};
    for (EnergyRow& row : report.summary->energy) row.time = std::chrono::hours(12);
    EXPECT_TRUE(report_from(to_bytes(report)));
    const Period four = period_of(UtcTime{day(begin)}, PeriodLength::four_weeks);
    report.summary->period = four;
    EXPECT_TRUE(report_from(to_bytes(report)));
  }
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "collector/report_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using nlohmann::json;

// A report in which every field that can be empty is not.
Report full_report() {
  testing::Laptop laptop = testing::laptop("a");
  Report report = laptop.energy(testing::week_of(testing::first_day));
  report.summary->energy[0].wall = report.summary->energy[0].device;
  laptop.stock.identity.sku = "20L5";
  laptop.stock.identity.cpu = "i5-8350U";
  laptop.stock.identity.bios_date = testing::first_day;
  laptop.stock.batteries[0].charge_limit = Ratio{800};
  laptop.stock.batteries[0].pack_number = 2;
  Disk& disk = laptop.stock.disks[0];
  disk.data_units_written = disk.power_on_hours = disk.reallocated = disk.pending = 11;
  disk.uncorrectable = disk.command_timeouts = disk.reserve_state = 1;
  disk.self_assessment_passed = false;
  Provision& provision = laptop.stock.provision;
  provision.locks = {true, false, true, false, true};
  provision.system = {"Windows 11", "24H2", "Enterprise"};
  provision.tpm_version = "2.0";
  provision.secure_boot = SecureBoot::on;
  provision.panel = Panel{"LGD", 0x05E5, 355, 1920, 1080, 2018};
  provision.memory_slots = {2, 1, 16384};
  provision.firmware_batteries = {{"01AV478", milliwatt_hours(57'000), testing::first_day}};
  report.inventory = laptop.stock;
  report.serials = laptop.serials;
  report.serials->battery_serials = {"ACCU-1"};
  report.serials->board_serial = "L1HF84B0";
  report.serials->asset_tag = "RIJK-4711";
  CalibrationSummary calibration;
  calibration.weights[0] = 1.5;
  calibration.left_out_error = 0.04;
  report.calibration = calibration;
  return report;
}

void expect_no_null(const json& value, const std::string& path) {
  EXPECT_FALSE(value.is_null()) << path;
  if (!value.is_structured()) return;
  for (const auto& [name, inner] : value.items()) expect_no_null(inner, path + "/" + name);
}

// Each field of the message has its place: what was filled in stands there.
TEST(ReportJson, tells_every_field) {
  const Report report = full_report();
  const json told = json::parse(to_json(report));
  json without_unknown = told;
  // The row of time whose energy is not known.
  without_unknown["summary"]["energy"].erase(1);
  expect_no_null(without_unknown, "");
  EXPECT_EQ(told["install_id"], hex_from_bytes(report.install_id));
  EXPECT_EQ(told["store_id"], hex_from_bytes(report.store_id));
  EXPECT_EQ(told["sequence"], 1);
  EXPECT_EQ(told["summary"]["begin"], "2026-11-02");
  EXPECT_EQ(told["summary"]["energy"][0]["device"]["energy_mj"], 360'000'000);
  EXPECT_EQ(told["summary"]["energy"][1]["device"], nullptr);
  EXPECT_EQ(told["inventory"]["batteries"][0]["full_mwh"], 46'000);
  EXPECT_EQ(told["inventory"]["batteries"][0]["pack_number"], 2);
  EXPECT_EQ(told["inventory"]["disks"][0]["self_assessment_passed"], false);
  EXPECT_EQ(told["inventory"]["provision"]["locks"]["managed"], true);
  EXPECT_EQ(told["inventory"]["provision"]["firmware_batteries"][0]["made"], "2026-11-04");
  EXPECT_EQ(told["serials"]["system_serial"], "PF-a-SYS");
  EXPECT_EQ(told["serials"]["disk_serials"][0], "DISK-a");
  EXPECT_EQ(told["calibration"]["covariance"].size(), std::size_t{Symmetric::size});
}

TEST(ReportJson, what_is_not_in_it_is_not_told) {
  testing::Laptop laptop = testing::laptop("a");
  const json told = json::parse(to_json(laptop.blank()));
  for (const char* part : {"summary", "inventory", "serials", "calibration", "store_id"}) {
    EXPECT_FALSE(told.contains(part)) << part;
  }
}

}  // namespace
}  // namespace wattlife

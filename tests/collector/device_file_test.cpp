// SPDX-License-Identifier: EUPL-1.2
#include "collector/device_file.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

using nlohmann::json;

TEST(DeviceFile, is_one_json_text_with_reports_in_words_and_garbage_as_bytes) {
  testing::Fleet fleet;
  testing::Laptop laptop = fleet.member("a", testing::first_day);
  laptop.stock.provision.secure_boot = SecureBoot::on;
  Report report = laptop.health();
  report.serials = laptop.serials;
  fleet.send(laptop, report, testing::first_day);
  fleet.send_bytes(laptop, "garbage", testing::first_day);
  const auto held = fleet.store().held(laptop.credential.device_id);
  ASSERT_TRUE(held);
  const json told = json::parse(device_file_json(*held, testing::first_day));
  EXPECT_EQ(told["device"], hex_from_bytes(laptop.credential.device_id));
  EXPECT_EQ(told["organisation"], testing::oin);
  EXPECT_EQ(told["asked"], "2026-11-04");
  ASSERT_EQ(told["reports"].size(), 1u);
  EXPECT_EQ(told["reports"][0]["report"]["serials"]["system_serial"], "PF-a-SYS");
  EXPECT_EQ(told["reports"][0]["received"], "2026-11-04");
  ASSERT_EQ(told["set_aside"].size(), 1u);
  EXPECT_EQ(told["set_aside"][0]["bytes"], hex_from_bytes("garbage"));
  EXPECT_EQ(told["tables"]["serial"].size(), 3u);
  EXPECT_EQ(told["tables"]["inventory"][0]["model"], "ThinkPad T480");
  EXPECT_EQ(told["tables"]["provision_told"]["secure_boot"], "on");
  // A secret is kept as a digest, and that is nobody's to have.
  EXPECT_EQ(told["tables"]["enrolment"][0].contains("secret_hash"), false);
  EXPECT_EQ(told["tables"]["enrolment"][0]["secret_day"], "2026-11-04");
}

TEST(DeviceFile, entries_are_shown_with_their_hash) {
  const ChainedEntry one =
      chained({}, {UtcTime{testing::first_day}, "cli:root", AuditAction::device_export, "device 00",
                   AuditResult::done, "cli"});
  const json told = json::parse(to_json(audit_table({one})));
  EXPECT_EQ(told[0]["number"], 1);
  EXPECT_EQ(told[0]["time"], "2026-11-04T00:00:00Z");
  EXPECT_EQ(told[0]["action"], "device.export");
  EXPECT_EQ(told[0]["hash"], hex_from_bytes(one.hash));
}

}  // namespace
}  // namespace wattlife

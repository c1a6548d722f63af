// SPDX-License-Identifier: EUPL-1.2
// Running a tool of the system, on Windows or Wine. A stand-in for powercfg is made of cmd.exe.
#include "platform/battery_report_windows.h"

#include <gtest/gtest.h>
#include <windows.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/machine_tree.h"
#include "platform/wide_windows.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;

std::string cmd() {
  const std::string powercfg = powercfg_path();
  return powercfg.substr(0, powercfg.rfind('\\')) + "\\cmd.exe";
}

TEST(BatteryReport, ThePathOfPowercfgIsAbsolute) {
  const std::string path = powercfg_path();
  ASSERT_GT(path.size(), 3U);
  EXPECT_EQ(path.substr(1, 2), ":\\");
  EXPECT_NE(path.find("ystem32\\powercfg.exe"), std::string::npos) << path;
}

TEST(RunTool, EndsWellBadlyTooLateOrNotAtAll) {
  EXPECT_TRUE(run_tool(cmd(), "/c exit 0", std::chrono::seconds(30)));
  const Done bad = run_tool(cmd(), "/c exit 3", std::chrono::seconds(30));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().cause, Cause::io);
  EXPECT_NE(bad.error().text.find("ended with 3"), std::string::npos) << bad.error().text;
  const Done none = run_tool("C:\\no\\such\\tool.exe", "", std::chrono::seconds(30));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().cause, Cause::absent) << none.error().text;
}

TEST(RunTool, OneThatHangsIsEnded) {
  const auto begin = std::chrono::steady_clock::now();
  // Waits for input that never comes, or goes on for ever.
  const Done late = run_tool(cmd(), "/c for /l %i in (0,0,1) do @rem", Duration{500});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().cause, Cause::busy) << late.error().text;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(BatteryReport, WhatTheToolLeavesBehindIsGoneAlsoFromAnEarlierRun) {
  const TemporaryFolder folder;
  const fs::path file = fs::path(folder.path()) / "batteryreport.xml";
  std::ofstream(file) << "of an earlier run";
  // A tool that writes no file: what was there before is no answer.
  const auto report = battery_report(cmd(), folder.path(), Duration{2000});
  EXPECT_FALSE(report);
  EXPECT_FALSE(fs::exists(file));
}

TEST(BatteryReport, TheFileOfTheToolIsReadAndDeleted) {
  const TemporaryFolder folder;
  // A copy of this program stands in: main() below answers as powercfg does.
  wchar_t self[MAX_PATH];
  ASSERT_NE(::GetModuleFileNameW(nullptr, self, MAX_PATH), 0U);
  const auto report = battery_report(narrow(self), folder.path(), std::chrono::seconds(30));
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_EQ(*report, "<BatteryReport/>");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(BatteryReport, TheLiveTreeLeavesNothingBehindWhateverThisMachineAnswers) {
  const TemporaryFolder folder;
  LiveTreeOptions options;
  options.scratch_folder = folder.path();
  const auto report = live_machine_tree(options)->read("powercfg/batteryreport.xml");
  if (!report) {
    EXPECT_NE(report.error().cause, Cause::malformed) << report.error().text;
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(BatteryReport, WithoutAFolderOfOurOwnThereIsNone) {
  EXPECT_EQ(live_machine_tree({})->read("powercfg/batteryreport.xml").error().cause, Cause::absent);
}

}  // namespace
}  // namespace wattlife

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "/batteryreport") {
    const bool as_asked =
        argc == 5 && std::string(argv[2]) == "/xml" && std::string(argv[3]) == "/output";
    if (!as_asked) return 2;
    std::ofstream(argv[4], std::ios::binary) << "<BatteryReport/>";
    return 0;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

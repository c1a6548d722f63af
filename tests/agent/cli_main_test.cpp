// SPDX-License-Identifier: EUPL-1.2
// The real program: what a script sees of it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "platform/capture.h"
#include "tests/e2e/programs.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

struct Outcome {
  int exit = -1;
  std::string text;  // both outputs
};

class WattlifeTest : public testing::Test {
 protected:
  Outcome run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), std::string(WATTLIFE_BIN_DIR) + "/wattlife");
    const std::string output = folder / ("output-" + std::to_string(++runs_));
    Outcome outcome;
    outcome.exit = e2e::run(arguments, output);
    outcome.text = e2e::text_of(output);
    return outcome;
  }
  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(folder / path).parent_path());
    e2e::write_text(folder / path, text);
  }
  // A laptop of one battery with a serial number, as a copy of its /sys.
  std::string laptop() const {
    put("root/sys/class/power_supply/BAT0/uevent",
        "POWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_STATUS=Full\nPOWER_SUPPLY_ENERGY_FULL=48110000\n"
        "POWER_SUPPLY_SERIAL_NUMBER=SN471100\n");
    return folder / "root";
  }
  TemporaryFolder folder;

 private:
  mutable int runs_ = 0;
};

TEST_F(WattlifeTest, SaysItsVersion) {
  EXPECT_EQ(run({"version"}).text, "wattlife " WATTLIFE_VERSION "\n");
  EXPECT_EQ(run({"version", "--json"}).text, "{\"version\": \"" WATTLIFE_VERSION "\"}\n");
}

TEST_F(WattlifeTest, AWrongCommandLineIsUsage) {
  const std::vector<std::vector<std::string>> wrong = {{},
                                                       {"nonsense"},
                                                       {"decode"},
                                                       {"decode", "a", "b"},
                                                       {"version", "--nonsense"},
                                                       {"capture", "--ticks", "0"},
                                                       {"capture", "--ticks", "many"},
                                                       {"capture", "--every", "0"},
                                                       {"capture", "--utc", "today"},
                                                       {"capture", "--salt", "-1"},
                                                       {"capture", "--root"}};
  for (const auto& arguments : wrong) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.exit, 64) << outcome.text;
    EXPECT_FALSE(outcome.text.empty());
  }
  EXPECT_EQ(run({"--help"}).exit, 0);
  EXPECT_EQ(run({"decode", "--help"}).exit, 0);
}

TEST_F(WattlifeTest, RecordsACopyOfAMachineAndDecodesIt) {
  const std::string file = folder / "laptop.capture";
  const Outcome recorded = run({"capture", "--root", laptop(), "--utc", "2026-01-05T08:00:00Z",
                                "--ticks", "3", "--every", "60", "-o", file});
  ASSERT_EQ(recorded.exit, 0) << recorded.text;
  const std::string text = e2e::text_of(file);
  EXPECT_EQ(text.find("SN471100"), std::string::npos) << "the serial number is still there";
  const auto capture = parse_capture(text);
  ASSERT_TRUE(capture) << capture.error().text;
  ASSERT_EQ(capture->ticks.size(), 3u);
  EXPECT_EQ(capture->ticks[2].now.boot.since_boot, Duration(120'000));
  EXPECT_EQ(to_iso8601(capture->ticks[2].now.utc), "2026-01-05T08:02:00Z");
  EXPECT_EQ(capture->ticks[0].changes.size(), 1u);
  EXPECT_TRUE(capture->ticks[1].changes.empty());

  const Outcome json = run({"decode", file, "--json"});
  EXPECT_EQ(json.exit, 0);
  EXPECT_NE(json.text.find("\"full_mwh\": 48110"), std::string::npos) << json.text;
  const Outcome lines = run({"decode", file});
  EXPECT_EQ(lines.exit, 0);
  EXPECT_NE(lines.text.find("full 48.1 Wh of unknown when new"), std::string::npos) << lines.text;
}

TEST_F(WattlifeTest, TheSameSaltAndTimeGiveTheSameCapture) {
  for (const char* name : {"a", "b"}) {
    ASSERT_EQ(run({"capture", "--root", laptop(), "--utc", "2026-01-05T08:00:00Z", "--salt", "7",
                   "--output", folder / name})
                  .exit,
              0);
  }
  EXPECT_EQ(e2e::text_of(folder / "a"), e2e::text_of(folder / "b"));
}

TEST_F(WattlifeTest, SaysWhyAFileCannotBeUsed) {
  EXPECT_EQ(run({"decode", folder / "none"}).exit, 66);
  put("bad", "hello\n");
  const Outcome bad = run({"decode", folder / "bad"});
  EXPECT_EQ(bad.exit, 65);
  EXPECT_NE(bad.text.find("bad: line 1: expected \"wattlife-capture 1\""), std::string::npos)
      << bad.text;
  put("closed", "wattlife-capture 1\n");
  std::filesystem::permissions(folder / "closed", std::filesystem::perms::none);
  // Root may read it, and then finds that the capture is not whole.
  EXPECT_EQ(run({"decode", folder / "closed"}).exit, geteuid() == 0 ? 65 : 77);

  EXPECT_EQ(run({"capture", "--root", folder / "none"}).exit, 66);
  std::filesystem::create_directory(folder / "empty");
  EXPECT_EQ(run({"capture", "--root", folder / "empty"}).exit, 66);
  EXPECT_EQ(run({"capture", "--root", laptop(), "-o", folder / "no/such/folder"}).exit, 73);
}

TEST_F(WattlifeTest, DecodesAFileBehindALink) {
  put("real", "wattlife-capture 1\nos linux\ntick boot_ms=0 awake_ms=0 utc=2026-01-05T08:00:00Z\n");
  std::filesystem::create_symlink("real", folder / "link");
  EXPECT_EQ(run({"decode", folder / "link"}).exit, 0);
}

TEST_F(WattlifeTest, WhatItCannotCleanItDoesNotWrite) {
  put("root/nvme/nvme0/identify", "S4EUNX0N123456");
  const Outcome outcome = run({"capture", "--root", folder / "root", "-o", folder / "x"});
  EXPECT_EQ(outcome.exit, 65) << outcome.text;
  EXPECT_NE(outcome.text.find("do not share"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "x"));
}

// Nothing was installed: the doctor says so, with a code, and exits 1; a recording has no folders.
TEST_F(WattlifeTest, TheDoctorSaysWhatIsWrongAndExitsWithOne) {
  const Outcome here = run({"doctor", "--state", folder / "state", "--config", folder / "none"});
  EXPECT_EQ(here.exit, 1) << here.text;
  EXPECT_NE(here.text.find("WL-1210"), std::string::npos) << here.text;
  EXPECT_NE(here.text.find("WL-1201"), std::string::npos) << here.text;

  const std::string capture =
      std::string(WATTLIFE_SOURCE_DIR) + "/tests/captures/lenovo-thinkpad-t480s-on-battery.capture";
  const Outcome recorded = run({"doctor", "--capture", capture, "--json"});
  EXPECT_EQ(recorded.exit, 0) << recorded.text;
  EXPECT_NE(recorded.text.find("\"failed\": false"), std::string::npos) << recorded.text;
  EXPECT_EQ(run({"doctor", "--capture", folder / "none"}).exit, 66);
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// The real program: what a script sees of it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "agent/view.h"
#include "platform/capture.h"
#include "tests/agent/example_view.h"
#include "tests/e2e/programs.h"
#include "tests/places.h"
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
    arguments.insert(arguments.begin(), places::programs() + "/wattlife");
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
      places::sources() + "/tests/captures/lenovo-thinkpad-t480s-on-battery.capture";
  const Outcome recorded = run({"doctor", "--capture", capture, "--json"});
  EXPECT_EQ(recorded.exit, 0) << recorded.text;
  EXPECT_NE(recorded.text.find("\"failed\": false"), std::string::npos) << recorded.text;
  EXPECT_EQ(run({"doctor", "--capture", folder / "none"}).exit, 66);
}

// Each thing that is wrong with the folders and with what the sampler saw is a row of its own.
TEST_F(WattlifeTest, TheDoctorLooksAtOwnersAndRightsAndAtWhatIsGone) {
  ViewFacts facts = example_facts();
  facts.inventory->batteries[0].name = "BAT-that-is-gone";
  facts.gone = {{false, "BAT9", "", "2026-11-20"}};
  put("state/public/view.json", view_json(facts));
  put("state/agent/x", "");
  namespace fs = std::filesystem;
  fs::permissions(folder / "state", static_cast<fs::perms>(0755));
  fs::permissions(folder / "state/public", static_cast<fs::perms>(0777));
  fs::create_directory_symlink("agent", folder / "state/sampler");
  const Outcome all = run({"doctor", "--state", folder / "state", "--config", folder / "none"});
  EXPECT_EQ(all.exit, 1);
  for (const char* part :
       {"fail  folder.sampler", "(WL-1201)", "fail  folder.public", "everybody can write in it",
        "(WL-1202)", "battery.BAT-that-is-gone", "(WL-1111)",
        "BAT9 was there before, and is gone since 2026-11-20", "ok    folder.agent", "store "}) {
    EXPECT_NE(all.text.find(part), std::string::npos) << part << "\n" << all.text;
  }
  if (geteuid() != 0) return;
  // As administrator: a folder of the sampler that belongs to somebody else.
  fs::remove(folder / "state/sampler");
  fs::create_directory(folder / "state/sampler");
  ASSERT_EQ(chown((folder / "state/sampler").c_str(), 65534, 65534), 0);
  const Outcome other = run({"doctor", "--state", folder / "state", "--config", folder / "none"});
  EXPECT_NE(other.text.find("(WL-1203)"), std::string::npos) << other.text;
}

// What the doctor says of view.json is what every other command reads in it.
TEST_F(WattlifeTest, TheDoctorReadsTheViewAsTheOthersDo) {
  ViewFacts facts = example_facts();
  facts.store_fault = "\"samples.db\": full";
  const std::string good = view_json(example_facts());
  const std::string day = "\"today\":\"2026-11-24\"";
  std::string old = good;
  old.replace(old.find(day), day.size(), "\"today\":\"2025-01-06\"");
  struct Case {
    std::string view;
    const char* part;
  };
  const Case cases[] = {
      {view_json(facts), "\"samples.db\": full (WL-1213)"},
      {old, "(WL-1212)"},
      {"", "(WL-1210)"},  // the power went while it was written
      {"<html>", "(WL-1211)"},
      {"{\"format\":1\n}", "(WL-1211)"},
      {"{\"format\":10" + good.substr(good.find(',')), "(WL-1211)"},
      {good.substr(0, good.size() / 2), "(WL-1211)"},
  };
  for (const Case& c : cases) {
    put("state/public/view.json", c.view);
    const Outcome all = run({"doctor", "--state", folder / "state", "--config", folder / "none"});
    EXPECT_NE(all.text.find(c.part), std::string::npos) << c.part << "\n" << all.text;
  }
}

// --- What was measured ---------------------------------------------------------------------------

TEST_F(WattlifeTest, ShowsWhatTheSamplerPublished) {
  put("state/public/view.json", view_json(example_facts()));
  const std::string state = folder / "state";
  const Outcome mijn = run({"mijn", "--state", state, "--ascii"});
  EXPECT_EQ(mijn.exit, 0);
  EXPECT_NE(mijn.text.find("Wat deze laptop gebruikt\n"), std::string::npos) << mijn.text;
  EXPECT_NE(mijn.text.find("###"), std::string::npos);
  EXPECT_NE(run({"mijn", "--state", state, "--en"}).text.find("What this laptop uses"),
            std::string::npos);
  const Outcome status = run({"status", "--state", state, "--nl"});
  EXPECT_EQ(status.exit, 0) << status.text;
  EXPECT_NE(status.text.find("Sampler     meet; laatste meting zojuist"), std::string::npos)
      << status.text;
  EXPECT_NE(run({"status", "--state", state, "--json"}).text.find("\"measuring\":true"),
            std::string::npos);
  EXPECT_NE(run({"self", "--state", state, "--en"}).text.find("62 an hour"), std::string::npos);
  EXPECT_NE(run({"self", "--state", state, "--json"}).text.find("\"wakes_per_hour\":62"),
            std::string::npos);
  EXPECT_NE(run({"mijn", "--state", state, "--json"}).text.find("\"months\":["), std::string::npos);
}

TEST_F(WattlifeTest, ASamplerThatStoppedIsNegative) {
  put("state/public/view.json", view_json(example_facts()));
  std::filesystem::last_write_time(
      folder / "state/public/view.json",
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(72));
  const Outcome status = run({"status", "--state", folder / "state", "--en"});
  EXPECT_EQ(status.exit, 1);
  EXPECT_NE(status.text.find("NOT MEASURING: last measured 3 days ago"), std::string::npos)
      << status.text;
  EXPECT_EQ(run({"mijn", "--state", folder / "state"}).exit, 0);
}

TEST_F(WattlifeTest, WithoutAViewItSaysWhatToDo) {
  for (const char* command : {"mijn", "status", "self", "export"}) {
    const Outcome outcome = run({command, "--state", folder / "none"});
    EXPECT_EQ(outcome.exit, 66) << command;
    EXPECT_NE(outcome.text.find("start the service wattlife-sampler"), std::string::npos);
  }
  EXPECT_NE(run({"mijn", "--state", folder / "none"}).text.find("Vraag de helpdesk"),
            std::string::npos);
  put("state/public/view.json", "{\"format\":1}");
  EXPECT_EQ(run({"mijn", "--state", folder / "state"}).exit, 65);
}

TEST_F(WattlifeTest, ExportsDays) {
  put("state/public/view.json", view_json(example_facts()));
  const std::string state = folder / "state";
  const Outcome csv = run({"export", "--state", state, "--separator", ";", "--from", "2026-11-23"});
  EXPECT_EQ(csv.exit, 0) << csv.text;
  EXPECT_TRUE(
      csv.text.starts_with("\xEF\xBB\xBF"
                           "day;simulated;"))
      << csv.text;
  EXPECT_NE(csv.text.find("\r\n2026-11-23;false;500;"), std::string::npos) << csv.text;
  EXPECT_EQ(csv.text.find("2026-11-20"), std::string::npos);
  EXPECT_EQ(run({"export", "--state", state, "--json", "-o", folder / "days.json"}).exit, 0);
  EXPECT_TRUE(e2e::text_of(folder / "days.json").starts_with("["));
  const Outcome early = run({"export", "--state", state, "--from", "2026-01-01"});
  EXPECT_EQ(early.exit, 0);
  EXPECT_NE(early.text.find("days before 2026-11-03 are not here"), std::string::npos);

  EXPECT_EQ(run({"export", "--state", state, "--from", "yesterday"}).exit, 64);
  EXPECT_EQ(run({"export", "--state", state, "--separator", "|"}).exit, 64);
  EXPECT_EQ(run({"export", "--state", state, "--csv", "--json"}).exit, 64);
  EXPECT_EQ(run({"export", "--state", state, "--from", "2026-11-24", "--to", "2026-11-23"}).exit,
            64);
  EXPECT_EQ(run({"export", "--state", state, "-o", folder / "no/such/folder"}).exit, 73);
}

TEST_F(WattlifeTest, SaysWhatToExpectOfABattery) {
  std::string csv = "date,full_mwh,design_mwh,cycles\n";
  for (int month = 1; month <= 9; ++month) {
    csv += "2025-0" + std::to_string(month) + "-06," + std::to_string(50'000 - 400 * month) +
           ",50000," + std::to_string(10 * month) + "\n";
  }
  put("battery.csv", csv);
  const std::string file = folder / "battery.csv";
  const Outcome said = run({"battery-outlook", file});
  EXPECT_EQ(said.exit, 0);
  EXPECT_NE(said.text.find("Class             good\n"), std::string::npos) << said.text;
  const Outcome json = run({"battery-outlook", file, "--json", "--horizon-days", "182"});
  EXPECT_EQ(json.exit, 0);
  EXPECT_EQ(json.text.find("{\"health_permille\": 936, \"low\": 866, \"high\": 1006"), 0u)
      << json.text;
  EXPECT_NE(json.text.find("\"forecast_permille\": "), std::string::npos) << json.text;

  EXPECT_EQ(run({"battery-outlook", file, "--horizon-days", "366"}).exit, 64);
  EXPECT_EQ(run({"battery-outlook", file, "--horizon-days", "0"}).exit, 64);
  EXPECT_EQ(run({"battery-outlook", folder / "none.csv"}).exit, 66);
  put("nonsense.csv", "nonsense\n");
  EXPECT_EQ(run({"battery-outlook", folder / "nonsense.csv"}).exit, 65);
}

}  // namespace
}  // namespace wattlife

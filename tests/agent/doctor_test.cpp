// SPDX-License-Identifier: EUPL-1.2
#include "agent/doctor.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "platform/sensors/sensors.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;
using Json = nlohmann::json;

UtcDay day(const char* text) { return *day_from_iso8601(text); }

// A laptop on which all is well.
DoctorFacts healthy() {
  DoctorFacts facts;
  facts.today = day("2026-11-24");
  Battery battery;
  battery.name = "BAT0";
  facts.inventory.batteries = {battery};
  Disk disk;
  disk.name = "nvme0";
  disk.critical_warning = 0;
  disk.percentage_used = 3;
  disk.media_errors = 0;
  facts.inventory.disks = {disk};
  facts.inventory.provision.system = {"Debian GNU/Linux", "12", std::nullopt};
  facts.os_support = {
      {"Debian GNU/Linux", "12", "", day("2028-06-30"), day("2026-11-24"), "https://x"}};
  for (const char* name : {"sampler", "agent", "public", "requests"}) {
    facts.folders.push_back({name, "/s/"s + name, std::nullopt, false, name != "requests"s});
  }
  facts.view.text =
      "{\"format\":1,\n\"version\":\"0.1.0\",\n\"today\":\"2026-11-24\",\n"
      "\"store_fault\":null\n}\n";
  return facts;
}

std::vector<Check> rows_of(const std::vector<Check>& checks, const std::string& code) {
  std::vector<Check> rows;
  for (const Check& check : checks) {
    if (check.code == code) rows.push_back(check);
  }
  return rows;
}

const Check* row(const std::vector<Check>& checks, const std::string& id) {
  for (const Check& check : checks) {
    if (check.id == id) return &check;
  }
  return nullptr;
}

TEST(Doctor, AHealthyLaptopHasNothingToFix) {
  for (const Check& check : examined(healthy())) {
    EXPECT_EQ(check.result, CheckResult::ok) << check.id << ": " << check.sentence;
    EXPECT_EQ(check.code, "");
    EXPECT_EQ(check.fix, "");
  }
}

struct Case {
  const char* what;
  void (*change)(DoctorFacts&);
  const char* code;
  CheckResult result;
};

const std::vector<Case>& cases() {
  using F = DoctorFacts;
  static const std::vector<Case> all = {
      {"a setting",
       [](F& f) {
         f.settings_problems = {{Cause::malformed, "X: no number"}};
       },
       "WL-1001", CheckResult::fail},
      {"battery busy",
       [](F& f) {
         f.power.faults = {{"sys/class/power_supply/BAT0/uevent", Cause::busy}};
       },
       "WL-1101", CheckResult::warn},
      {"battery malformed, Windows",
       [](F& f) {
         f.power.faults = {{"battery/0/status", Cause::malformed}};
       },
       "WL-1101", CheckResult::warn},
      {"counters denied",
       [](F& f) {
         f.power.faults = {{"sys/class/powercap/intel-rapl:0/energy_uj", Cause::denied}};
       },
       "WL-1102", CheckResult::warn},
      {"drive denied",
       [](F& f) {
         f.inventory.faults = {{"nvme/nvme0/log/02", Cause::denied}};
       },
       "WL-1103", CheckResult::warn},
      {"identity denied",
       [](F& f) {
         f.inventory.faults = {{"sys/class/dmi/id/product_serial", Cause::denied}};
       },
       "WL-1104", CheckResult::warn},
      {"a lock denied",
       [](F& f) {
         f.inventory.faults = {{"encryption/volumes", Cause::denied}};
       },
       "WL-1105", CheckResult::warn},
      {"panel io",
       [](F& f) {
         f.power.faults = {{"sys/class/backlight/x/brightness", Cause::io}};
       },
       "WL-1106", CheckResult::warn},
      {"something new",
       [](F& f) {
         f.power.faults = {{"somewhere/else", Cause::io}};
       },
       "WL-1107", CheckResult::warn},
      {"nothing to measure with", [](F& f) { f.inventory.batteries.clear(); }, "WL-1110",
       CheckResult::fail},
      {"an empty bay only", [](F& f) { f.inventory.batteries[0].present = false; }, "WL-1110",
       CheckResult::fail},
      {"a silent drive",
       [](F& f) {
         f.inventory.disks[0] = Disk{};
         f.inventory.disks[0].name = "nvme0";
       },
       "WL-1120", CheckResult::warn},
      {"RAID",
       [](F& f) {
         f.hidden = {{"sda", HiddenDrive::Behind::raid}};
       },
       "WL-1121", CheckResult::warn},
      {"USB",
       [](F& f) {
         f.hidden = {{"sda", HiddenDrive::Behind::usb_bridge}};
       },
       "WL-1122", CheckResult::warn},
      {"no drive", [](F& f) { f.inventory.disks.clear(); }, "WL-1123", CheckResult::warn},
      {"a guest", [](F& f) { f.inventory.identity.virtual_machine = true; }, "WL-1130",
       CheckResult::warn},
      {"generated", [](F& f) { f.inventory.simulated = true; }, "WL-1131", CheckResult::warn},
      {"no updates", [](F& f) { f.os_support[0].until = day("2026-11-23"); }, "WL-1140",
       CheckResult::warn},
      {"soon no updates", [](F& f) { f.os_support[0].until = day("2027-01-01"); }, "WL-1141",
       CheckResult::warn},
      {"errors of memory", [](F& f) { f.signs.memory_errors_uncorrected = 1; }, "WL-1150",
       CheckResult::fail},
      {"corrected errors", [](F& f) { f.signs.memory_errors_corrected = 2; }, "WL-1150",
       CheckResult::warn},
      {"crashes", [](F& f) { f.signs.crashes = 3; }, "WL-1151", CheckResult::warn},
      {"a fan",
       [](F& f) {
         f.signs.fan_rpm = {0};
         f.signs.hottest_millicelsius = 91'000;
       },
       "WL-1152", CheckResult::warn},
      {"crash records denied",
       [](F& f) {
         f.signs_faults = {{"crash/records", Cause::denied}};
       },
       "WL-1107", CheckResult::warn},
      {"a recalled pack",
       [](F& f) {
         BatteryRecall recall;
         recall.id = "x";
         recall.packs = {"P1"};
         recall.day = day("2018-01-04");
         recall.look_up = "https://maker.example";
         f.recalls = {recall};
         f.inventory.identity.manufacturer = "Maker";
         f.inventory.batteries[0].model = "P123";
       },
       "WL-1160", CheckResult::warn},
      {"no folder",
       [](F& f) {
         f.folders[0].problem = Error{Cause::absent, "/s/sampler: no"};
       },
       "WL-1201", CheckResult::fail},
      {"an open folder", [](F& f) { f.folders[2].others_may_write = true; }, "WL-1202",
       CheckResult::fail},
      {"no view",
       [](F& f) {
         f.view = {Error{Cause::absent, "view.json: no"}, ""};
       },
       "WL-1210", CheckResult::fail},
      {"no right to the view",
       [](F& f) {
         f.view = {Error{Cause::denied, "view.json: no"}, ""};
       },
       "WL-1211", CheckResult::fail},
      {"a view that is none", [](F& f) { f.view.text = "<html>"; }, "WL-1211", CheckResult::fail},
      {"a view without a day", [](F& f) { f.view.text = "{\"format\":1\n}"; }, "WL-1211",
       CheckResult::fail},
      {"three days old", [](F& f) { f.today = day("2026-11-27"); }, "WL-1212", CheckResult::warn},
      {"nine days old", [](F& f) { f.today = day("2026-12-03"); }, "WL-1212", CheckResult::fail},
      {"a full disk",
       [](F& f) {
         f.view.text =
             "{\"format\":1,\n\"today\":\"2026-11-24\",\n\"store_fault\":\"disk full\"\n}";
       },
       "WL-1213", CheckResult::fail},
  };
  return all;
}

// Each thing that can be wrong has its code, a sentence, something to do, and stops nothing else.
TEST(Doctor, EachThingThatIsWrongIsOneRowAndStopsNothing) {
  const std::vector<Check> well = examined(healthy());
  for (const Case& c : cases()) {
    DoctorFacts facts = healthy();
    c.change(facts);
    const std::vector<Check> checks = examined(facts);
    const auto rows = rows_of(checks, c.code);
    ASSERT_EQ(rows.size(), 1u) << c.what;
    EXPECT_EQ(rows[0].result, c.result) << c.what;
    EXPECT_FALSE(rows[0].sentence.empty()) << c.what;
    EXPECT_FALSE(rows[0].fix.empty()) << c.what;
    EXPECT_EQ(any_failed(checks), c.result == CheckResult::fail) << c.what;
    for (const Check& check : well) {
      const bool about_this = check.id == rows[0].id || check.id.starts_with("drive") ||
                              check.id == "energy" || check.id == "store";
      EXPECT_TRUE(about_this || row(checks, check.id) != nullptr) << c.what << ": " << check.id;
    }
  }
}

TEST(Doctor, EachCauseSaysSomethingElseToDo) {
  std::set<std::string> fixes;
  for (const Cause cause : {Cause::denied, Cause::busy, Cause::malformed, Cause::io}) {
    DoctorFacts facts = healthy();
    facts.inventory.faults = {{"nvme/nvme0/log/02", cause}};
    fixes.insert(rows_of(examined(facts), "WL-1103").at(0).fix);
  }
  EXPECT_EQ(fixes.size(), 4u);
}

TEST(Doctor, ManyPathsOfOneCauseAreOneRowAndTwoCausesAreTwo) {
  DoctorFacts facts = healthy();
  facts.inventory.faults = {{"nvme/nvme0/log/02", Cause::denied},
                            {"nvme/nvme0/identify", Cause::denied},
                            {"ata/sda/devstat/07", Cause::busy}};
  facts.power.faults = {{"nvme/nvme0/log/02", Cause::denied}};
  const auto rows = rows_of(examined(facts), "WL-1103");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_NE(rows[0].sentence.find("and 1 more"), std::string::npos) << rows[0].sentence;
}

TEST(Doctor, ACaptureHasNoFoldersToLookAt) {
  DoctorFacts facts = healthy();
  facts.installed_here = false;
  facts.view = {Error{Cause::absent, "no"}, ""};
  facts.folders.clear();
  const auto checks = examined(facts);
  EXPECT_EQ(row(checks, "store")->result, CheckResult::skip);
  EXPECT_FALSE(any_failed(checks));
}

TEST(Doctor, AFolderOfAnotherUserIsSkippedAndRequestsMayBeOpen) {
  DoctorFacts facts = healthy();
  facts.folders[0].problem = Error{Cause::denied, "/s/sampler: no"};
  facts.folders[3].others_may_write = true;
  const auto checks = examined(facts);
  EXPECT_EQ(row(checks, "folder.sampler")->result, CheckResult::skip);
  EXPECT_EQ(row(checks, "folder.requests")->result, CheckResult::ok);
  EXPECT_FALSE(any_failed(checks));
}

TEST(Doctor, FindsDrivesThatAreHidden) {
  const auto tree = tree_of({
      {"sys/block/nvme0n1/size", "1\n"s},
      {"sys/block/sda/device/vendor", "ATA     \n"s},
      {"sys/block/sdb/device/vendor", "SanDisk \n"s},
      {"sys/block/sdc/device/vendor", "LSI     \n"s},
      {"sys/block/md0/md/level", "raid1\n"s},
      {"sys/bus/pci/devices/0000:00:17.0/class", "0x010400\n"s},
      {"sys/bus/pci/devices/0000:00:1f.0/class", "0x060100\n"s},
  });
  EXPECT_EQ(hidden_drives(tree),
            (std::vector<HiddenDrive>{{"md0", HiddenDrive::Behind::raid},
                                      {"sdb", HiddenDrive::Behind::usb_bridge},
                                      {"sdc", HiddenDrive::Behind::raid},
                                      {"pci-0000:00:17.0", HiddenDrive::Behind::raid}}));
  EXPECT_TRUE(hidden_drives(tree_of({}, Os::windows)).empty());
}

// Every recorded laptop gets its rows, whatever was refused when it was recorded.
TEST(Doctor, EveryCaptureIsExaminedToTheEnd) {
  int captures = 0;
  const std::filesystem::path folder =
      std::filesystem::path(WATTLIFE_SOURCE_DIR) / "tests/captures";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".capture") continue;
    SCOPED_TRACE(entry.path().filename());
    ++captures;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    auto capture = parse_capture(text.str());
    ASSERT_TRUE(capture);
    CaptureTree tree(*std::move(capture));
    tree.advance_to_last();
    DoctorFacts facts;
    facts.inventory = read_inventory(tree);
    facts.power = read_power(tree);
    facts.hidden = hidden_drives(tree);
    facts.installed_here = false;
    const auto checks = examined(facts);
    for (const char* id : {"settings", "machine", "energy", "battery", "energy-counters", "drives",
                           "identity", "locks", "activity", "other", "system", "store"}) {
      EXPECT_NE(row(checks, id), nullptr) << id;
    }
    std::size_t faults = 0;
    for (const Check& check : checks) faults += check.code.starts_with("WL-110") ? 1 : 0;
    EXPECT_EQ(faults > 0, !facts.inventory.faults.empty() || !facts.power.faults.empty());
    if (entry.path().stem() == "hp-probook-450-g7-without-rights") {
      EXPECT_FALSE(rows_of(checks, "WL-1103").empty()) << "its drive was refused";
    }
  }
  EXPECT_GE(captures, 10);
}

// --- Codes ---------------------------------------------------------------------------------------

// The list in the code, the cases above and the paragraphs of docs/doctor.md are the same set.
TEST(DoctorCodes, EachIsRaisedByACaseAndExplainedInTheDocumentation) {
  std::set<std::string> raised;
  for (const Case& c : cases()) raised.insert(c.code);
  std::set<std::string> listed;
  for (const DoctorCode& code : doctor_codes()) {
    EXPECT_TRUE(listed.insert(std::string(code.code)).second) << code.code;
  }
  EXPECT_EQ(listed, raised);

  std::ifstream file(std::filesystem::path(WATTLIFE_SOURCE_DIR) / "docs/doctor.md");
  std::set<std::string> explained;
  std::string heading;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("### WL-")) {
      EXPECT_EQ(heading, "") << heading << " has no paragraph";
      heading = line.substr(4, 7);
      for (const DoctorCode& code : doctor_codes()) {
        if (code.code != heading) continue;
        EXPECT_EQ(line, "### " + std::string(code.code) + ": " + std::string(code.title));
      }
    } else if (!heading.empty() && line.size() > 60) {
      explained.insert(std::exchange(heading, ""));
    }
  }
  EXPECT_EQ(explained, listed);
}

// --- Output --------------------------------------------------------------------------------------

TEST(DoctorOutput, JsonHasItsKeysAndSaysWhetherACheckFailed) {
  DoctorFacts facts = healthy();
  facts.inventory.batteries.clear();
  const Json json = Json::parse(checks_as_json(examined(facts)));
  EXPECT_EQ(json["failed"], true);
  for (const Json& check : json["checks"]) {
    EXPECT_EQ(check.size(), 5u);
    const std::string result = check["result"];
    EXPECT_TRUE(result == "ok" || result == "warn" || result == "fail" || result == "skip");
    EXPECT_EQ(check["code"].is_null(), result == "ok" || result == "skip");
  }
  EXPECT_EQ(Json::parse(checks_as_json(examined(healthy())))["failed"], false);
}

TEST(DoctorOutput, LinesBeginWithTheResultAndNameTheCode) {
  DoctorFacts facts = healthy();
  facts.inventory.batteries.clear();
  const std::string text = checks_as_lines(examined(facts));
  EXPECT_NE(text.find("fail  energy"), std::string::npos) << text;
  EXPECT_NE(text.find("(WL-1110)"), std::string::npos) << text;
  EXPECT_NE(text.find("ok    settings"), std::string::npos) << text;
}

}  // namespace
}  // namespace wattlife

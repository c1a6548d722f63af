// SPDX-License-Identifier: EUPL-1.2
#include "agent/doctor.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "platform/bounded_reader.h"
#include "platform/sensors/sensors.h"
#include "tests/places.h"
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
  // Looked at by somebody who is not an administrator.
  const FolderRights of_root{"root", false, true, "", ""};
  const FolderRights of_the_agent{"user 990", false, false, "", ""};
  facts.folders = {{"state", "/s", std::nullopt, of_root},
                   {"sampler", "/s/sampler", std::nullopt, of_root},
                   {"agent", "/s/agent", std::nullopt, of_the_agent},
                   {"public", "/s/public", std::nullopt, of_root}};
  facts.known_before = parts_of(facts.inventory);
  facts.sampler.written = day("2026-11-24");
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
      {"a pack is gone",
       [](F& f) {
         f.known_before.push_back({KnownPart::Kind::battery, "BAT1", ""});
       },
       "WL-1111", CheckResult::warn},
      {"a drive is gone",
       [](F& f) {
         f.known_before.push_back({KnownPart::Kind::drive, "sda", "WDC"});
       },
       "WL-1124", CheckResult::warn},
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
      {"another driver",
       [](F& f) {
         f.hidden = {{"disk1", HiddenDrive::Behind::other_driver}};
       },
       "WL-1120", CheckResult::warn},
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
         f.folders[1].problem = Error{Cause::absent, "/s/sampler: no"};
       },
       "WL-1201", CheckResult::fail},
      {"a link in the place of a folder",
       [](F& f) {
         f.folders[1].problem = Error{Cause::malformed, "/s/sampler: a link"};
       },
       "WL-1201", CheckResult::fail},
      {"an open folder", [](F& f) { f.folders[3].rights.writer = "everybody"; }, "WL-1202",
       CheckResult::fail},
      {"a folder that can be replaced", [](F& f) { f.folders[0].rights.replacer = "everybody"; },
       "WL-1202", CheckResult::fail},
      {"a folder of somebody else",
       [](F& f) {
         f.folders[1].rights = {"user 1000", false, false, "", ""};
       },
       "WL-1203", CheckResult::fail},
      {"the folder of the agent is of whoever looks",
       [](F& f) {
         f.folders[2].rights = {"user 1000", true, false, "", ""};
       },
       "WL-1203", CheckResult::fail},
      {"no view",
       [](F& f) {
         f.sampler = {Error{Cause::absent, "view.json: no"}, {}, {}};
       },
       "WL-1210", CheckResult::fail},
      {"no right to the view",
       [](F& f) {
         f.sampler = {Error{Cause::denied, "view.json: no"}, {}, {}};
       },
       "WL-1211", CheckResult::fail},
      {"a view that is none",
       [](F& f) {
         f.sampler = {Error{Cause::malformed, "view.json: is not JSON"}, {}, {}};
       },
       "WL-1211", CheckResult::fail},
      {"three days old", [](F& f) { f.today = day("2026-11-27"); }, "WL-1212", CheckResult::warn},
      {"nine days old", [](F& f) { f.today = day("2026-12-03"); }, "WL-1212", CheckResult::fail},
      {"a full disk", [](F& f) { f.sampler.store_fault = "disk full"; }, "WL-1213",
       CheckResult::fail},
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
  for (const Cause cause :
       {Cause::denied, Cause::busy, Cause::asleep, Cause::malformed, Cause::io}) {
    DoctorFacts facts = healthy();
    facts.inventory.faults = {{"nvme/nvme0/log/02", cause}};
    fixes.insert(rows_of(examined(facts), "WL-1103").at(0).fix);
  }
  EXPECT_EQ(fixes.size(), 5u);
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
  facts.sampler = {Error{Cause::absent, "no"}, {}, {}};
  facts.folders.clear();
  const auto checks = examined(facts);
  EXPECT_EQ(row(checks, "store")->result, CheckResult::skip);
  EXPECT_FALSE(any_failed(checks));
}

TEST(Doctor, AFolderThatMayNotBeLookedAtIsSkipped) {
  DoctorFacts facts = healthy();
  facts.folders[1].problem = Error{Cause::denied, "/s/sampler: no"};
  const auto checks = examined(facts);
  EXPECT_EQ(row(checks, "folder.sampler")->result, CheckResult::skip);
  EXPECT_FALSE(any_failed(checks));
}

TEST(Doctor, WhoeverTriesItOutOwnsAllOfIt) {
  DoctorFacts facts = healthy();
  for (FolderFacts& folder : facts.folders) folder.rights = {"user 1000", true, false, "", ""};
  EXPECT_FALSE(any_failed(examined(facts)));
  // Others may add to the folder above, as everybody may in C:\\ProgramData.
  facts.folders[0].rights.writer = "everybody";
  EXPECT_FALSE(any_failed(examined(facts)));
  // With the sampler's own folder of the system, the rest has to be, too.
  facts.folders[1].rights = {"root", false, true, "", ""};
  const auto checks = examined(facts);
  EXPECT_EQ(rows_of(checks, "WL-1203").size(), 3u);
}

TEST(Doctor, ADriveWithAnotherLetterIsNotGone) {
  DoctorFacts facts = healthy();
  facts.inventory.disks[0].model = "KXG50ZNV256G";
  facts.known_before = {{KnownPart::Kind::drive, "nvme3", "KXG50ZNV256G"}};
  EXPECT_TRUE(rows_of(examined(facts), "WL-1124").empty());
  // Nobody who may see no drive at all says that one is gone.
  facts.inventory.disks.clear();
  facts.inventory.faults = {{"nvme", Cause::denied}};
  EXPECT_TRUE(rows_of(examined(facts), "WL-1124").empty());
  facts.inventory.faults.clear();
  EXPECT_EQ(rows_of(examined(facts), "WL-1124").size(), 1u);
}

// --- What stands in the way, on whole machines ---------------------------------------------------

DoctorFacts facts_of(const MachineTree& tree) {
  DoctorFacts facts;
  facts.inventory = read_inventory(tree);
  facts.power = read_power(tree);
  facts.hidden = hidden_drives(tree);
  facts.installed_here = false;
  return facts;
}

// A laptop with a battery and a drive of its own.
Answers laptop_answers() {
  return {
      {"sys/class/power_supply/BAT0/uevent",
       "POWER_SUPPLY_NAME=BAT0\nPOWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_STATUS=Discharging\n"
       "POWER_SUPPLY_PRESENT=1\nPOWER_SUPPLY_ENERGY_NOW=40000000\n"s},
      {"sys/class/dmi/id/sys_vendor", "LENOVO\n"s},
      {"sys/class/dmi/id/product_name", "20L50018MH\n"s},
      {"proc/cpuinfo", "model name : Example\nflags : fpu vme\n"s},
      {"sys/class/nvme/nvme0/transport", "pcie\n"s},
      {"sys/class/nvme/nvme0/model", "Example\n"s},
  };
}

struct Way {
  const char* what;
  void (*change)(Answers&);
  const char* id;
  const char* code;
  const char* cause;  // in the sentence
};

void set(Answers& answers, const std::string& path, CapturedValue value) {
  std::erase_if(answers, [&](const auto& answer) { return answer.first == path; });
  answers.emplace_back(path, std::move(value));
}

// Each is found with its cause through the readers themselves, and every other row is there.
TEST(Doctor, WhatStandsInTheWayIsARowAndStopsNothing) {
  const Way ways[] = {
      {"no right to the drive", [](Answers& a) { set(a, "nvme/nvme0/log/02", Cause::denied); },
       "drives", "WL-1103", "may not read"},
      {"no right to the counters",
       [](Answers& a) {
         set(a, "sys/class/powercap/intel-rapl:0/name", "package-0\n"s);
         set(a, "sys/class/powercap/intel-rapl:0/energy_uj", Cause::denied);
       },
       "energy-counters", "WL-1102", "may not read"},
      {"a drive that hangs", [](Answers& a) { set(a, "nvme/nvme0/log/02", Cause::busy); }, "drives",
       "WL-1103", "does not answer in time"},
      {"a battery that hangs",
       [](Answers& a) { set(a, "sys/class/power_supply/BAT0/uevent", Cause::busy); }, "battery",
       "WL-1101", "does not answer in time"},
      {"a stick",
       [](Answers& a) {
         set(a, "sys/block/sda/device/vendor", "SanDisk \n"s);
         set(a, "sys/block/sda/removable", "1\n"s);
       },
       "drive.sda", "WL-1122", "USB"},
      {"a RAID controller",
       [](Answers& a) { set(a, "sys/bus/pci/devices/0000:00:17.0/class", "0x010400\n"s); },
       "drive.pci-0000:00:17.0", "WL-1121", "RAID"},
      {"a member of a RAID", [](Answers& a) { set(a, "sys/block/md0/md/level", "raid1\n"s); },
       "drive.md0", "WL-1121", "RAID"},
      {"a guest by its processor",
       [](Answers& a) { set(a, "proc/cpuinfo", "flags : fpu hypervisor\n"s); }, "machine",
       "WL-1130", "virtual machine"},
      {"a guest by its firmware",
       [](Answers& a) {
         set(a, "proc/cpuinfo", "Processor : ARM\n"s);
         set(a, "sys/class/dmi/id/sys_vendor", "QEMU\n"s);
       },
       "machine", "WL-1130", "virtual machine"},
  };
  const auto usual = examined(facts_of(tree_of(laptop_answers())));
  for (const Way& way : ways) {
    SCOPED_TRACE(way.what);
    EXPECT_TRUE(rows_of(usual, way.code).empty()) << "also without it";
    Answers answers = laptop_answers();
    way.change(answers);
    const auto checks = examined(facts_of(tree_of(std::move(answers))));
    const auto rows = rows_of(checks, way.code);
    ASSERT_EQ(rows.size(), 1u) << checks_as_lines(checks);
    EXPECT_EQ(rows[0].id, way.id);
    EXPECT_NE(rows[0].sentence.find(way.cause), std::string::npos) << rows[0].sentence;
    for (const Check& check : usual) EXPECT_NE(row(checks, check.id), nullptr) << check.id;
  }
}

// What is at the begin of a recording and not at its end.
TEST(Doctor, APackAndADriveThatVanishAreNamed) {
  Answers before = laptop_answers();
  set(before, "sys/class/power_supply/BAT1/uevent",
      "POWER_SUPPLY_NAME=BAT1\nPOWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_PRESENT=1\n"s);
  set(before, "sys/class/nvme/nvme1/transport", "pcie\n"s);
  set(before, "sys/class/nvme/nvme1/model", "Another\n"s);
  DoctorFacts facts = facts_of(tree_of(laptop_answers()));
  facts.known_before = parts_of(read_inventory(tree_of(before)));
  const auto checks = examined(facts);
  ASSERT_EQ(rows_of(checks, "WL-1111").size(), 1u) << checks_as_lines(checks);
  EXPECT_EQ(rows_of(checks, "WL-1111")[0].id, "battery.BAT1");
  ASSERT_EQ(rows_of(checks, "WL-1124").size(), 1u);
  EXPECT_EQ(rows_of(checks, "WL-1124")[0].sentence,
            "nvme1 (Another) was there before, and is gone.");
}

// A tree one value of which hangs until the end of the test, behind the limit that the live trees
// have.
class HangingTree : public MachineTree {
 public:
  explicit HangingTree(Answers answers) : tree_(tree_of(std::move(answers))) {}
  ~HangingTree() override { promise_.set_value(); }
  Os os() const override { return tree_.os(); }
  Result<std::string> read(std::string_view path) const override {
    if (path.substr(0, 5) != "nvme/") return tree_.read(path);
    return drives_.read(std::string(path), [gate = gate_]() -> Result<std::string> {
      gate.wait();
      return std::string();
    });
  }
  Result<std::vector<std::string>> list(std::string_view path) const override {
    return tree_.list(path);
  }

 private:
  CaptureTree tree_;
  std::promise<void> promise_;
  std::shared_future<void> gate_ = promise_.get_future().share();
  mutable BoundedReader drives_{Duration{20}};
};

TEST(Doctor, ADriveThatHangsIsNamedAfterItsTimeAndTheRestGoesOn) {
  Answers answers = laptop_answers();
  answers.emplace_back("nvme/nvme0/log/02", "x"s);
  const HangingTree tree(std::move(answers));
  const auto checks = examined(facts_of(tree));
  const auto rows = rows_of(checks, "WL-1103");
  ASSERT_EQ(rows.size(), 1u) << checks_as_lines(checks);
  EXPECT_NE(rows[0].sentence.find("nvme/nvme0/"), std::string::npos) << rows[0].sentence;
  EXPECT_NE(rows[0].sentence.find("does not answer in time"), std::string::npos);
  EXPECT_EQ(row(checks, "battery")->result, CheckResult::ok);
  EXPECT_EQ(row(checks, "energy")->result, CheckResult::ok);
}

// Every recorded laptop gets its rows, whatever was refused when it was recorded.
TEST(Doctor, EveryCaptureIsExaminedToTheEnd) {
  int captures = 0;
  const std::filesystem::path folder = std::filesystem::path(places::sources()) / "tests/captures";
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

// --- The collector -------------------------------------------------------------------------------

// What stands in these rows is for doctor_contact_test.
TEST(Doctor, TheRowsAboutTheCollectorComeLastAndCount) {
  DoctorFacts facts = healthy();
  EXPECT_EQ(row(examined(facts), "collector"), nullptr);
  Contact contact;
  contact.mode = "certificate";
  contact.trouble = CertificateTrouble::expired;
  contact.outcome = Contact::Outcome::accepted;
  facts.collector = {true, std::nullopt, contact};
  const std::vector<Check> checks = examined(facts);
  EXPECT_TRUE(any_failed(checks));
  const std::vector<Check> last = contact_checks(facts.collector, facts.today);
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(std::vector<Check>(checks.end() - 2, checks.end()), last);
  // A recording has no agent.
  facts.installed_here = false;
  EXPECT_EQ(row(examined(facts), "collector"), nullptr);
}

// --- Codes ---------------------------------------------------------------------------------------

// The list in the code, the cases above with those of doctor_contact_test, and the paragraphs of
// docs/doctor.md are the same set.
TEST(DoctorCodes, EachIsRaisedByACaseAndExplainedInTheDocumentation) {
  std::set<std::string> raised;
  for (const Case& c : cases()) raised.insert(c.code);
  std::set<std::string> listed;
  for (const DoctorCode& code : doctor_codes()) {
    EXPECT_TRUE(listed.insert(std::string(code.code)).second) << code.code;
  }
  for (const DoctorCode& code : contact_codes()) raised.insert(std::string(code.code));
  EXPECT_EQ(listed, raised);

  std::ifstream file(std::filesystem::path(places::sources()) / "docs/doctor.md");
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

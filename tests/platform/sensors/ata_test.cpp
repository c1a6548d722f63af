// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/ata.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/health.h"
#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/drive_table.h"
#include "tests/platform/ata_builder.h"
#include "tests/platform/tree_of.h"
#include "tests/shared_data.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

TEST(Ata, identify) {
  const auto identity = decode_ata_identify(ata_identify("ST500LM000", 5400));
  ASSERT_TRUE(identity) << identity.error().text;
  EXPECT_EQ(identity->model, "ST500LM000");
  EXPECT_EQ(identity->serial, "SERIAL47");
  EXPECT_EQ(identity->firmware, "FW01");
  EXPECT_EQ(identity->size_bytes, 500'107'862'016);
  EXPECT_EQ(identity->rotation_rpm, 5400);
  EXPECT_EQ(identity->medium, DriveMedium::rotating);
  EXPECT_TRUE(identity->smart_enabled);
  EXPECT_EQ(decode_ata_identify(ata_identify("SSD", 1))->medium, DriveMedium::solid_state);
  EXPECT_EQ(decode_ata_identify(ata_identify("old", 0))->medium, DriveMedium::unknown);
}

TEST(Ata, how_a_drive_can_be_erased) {
  std::string page = ata_identify("SSD", 1);
  EXPECT_EQ(decode_ata_identify(page)->erase, AtaErase{});
  put_number(page, 2 * 59, 0xB000, 2);  // sanitize, crypto and block
  put_number(page, 2 * 128, 0x0009, 2);
  const auto erase = decode_ata_identify(with_checksum(page))->erase;
  EXPECT_EQ(erase, (AtaErase{true, true, false, true, true, false}));
  put_number(page, 2 * 59, 0xE000, 2);  // bits without the feature itself
  EXPECT_FALSE(decode_ata_identify(with_checksum(page))->erase.sanitize_crypto);
}

TEST(Ata, pages_that_are_none_are_malformed) {
  std::vector<AtaAttribute> attributes;
  AtaStatistics statistics;
  for (const std::string& page :
       {std::string(), std::string(511, 'x'), std::string(512, '\0'), std::string(512, '\xFF')}) {
    EXPECT_FALSE(decode_ata_identify(page));
    EXPECT_FALSE(decode_ata_attributes(page));
    EXPECT_FALSE(add_ata_thresholds(page, attributes));
    EXPECT_FALSE(add_ata_statistics(page, statistics));
  }
  std::string broken = ata_attributes({{5, 0x33, 100, 0}});
  broken[100] = 1;
  EXPECT_FALSE(decode_ata_attributes(broken)) << "wrong checksum";
  broken = ata_identify("X", 1);
  broken[100] = 1;
  EXPECT_FALSE(decode_ata_identify(broken));
}

TEST(Ata, attributes_and_thresholds) {
  const std::vector<AtaEntry> entries = {{5, 0x33, 98, 0x123456789ABC, 10}, {9, 0x32, 97, 4711}};
  auto attributes = decode_ata_attributes(ata_attributes(entries));
  ASSERT_TRUE(attributes);
  ASSERT_TRUE(add_ata_thresholds(ata_thresholds({entries[0], {7, 0, 0, 0, 3}}), *attributes));
  EXPECT_EQ(*attributes, (std::vector<AtaAttribute>{{5, true, 98, 98, 10, 0x123456789ABC},
                                                    {9, false, 97, 97, std::nullopt, 4711}}));
}

TEST(Traps, Trap25_a_statistic_must_be_supported_and_valid) {
  const std::pair<unsigned, std::optional<std::int64_t>> cases[] = {
      {0x80, std::nullopt}, {0x40, std::nullopt}, {0x00, std::nullopt}, {0xC0, 127}, {0xE0, 127}};
  for (const auto& [flags, expected] : cases) {
    AtaStatistics statistics;
    ASSERT_TRUE(add_ata_statistics(ata_statistics(7, 0x08, 127, flags), statistics));
    EXPECT_EQ(statistics.percentage_used, expected) << flags;
  }
}

TEST(Ata, statistics_of_each_page) {
  AtaStatistics statistics;
  ASSERT_TRUE(add_ata_statistics(ata_statistics(1, 0x10, 40'129, 0xC0), statistics));
  ASSERT_TRUE(add_ata_statistics(ata_statistics(1, 0x18, 0x123456789ABC, 0xC0), statistics));
  ASSERT_TRUE(add_ata_statistics(ata_statistics(3, 0x20, 2'015, 0xC0), statistics));
  ASSERT_TRUE(add_ata_statistics(ata_statistics(4, 0x08, 29, 0xC0), statistics));
  ASSERT_TRUE(add_ata_statistics(ata_statistics(5, 0x08, 0xFB, 0xC0), statistics));
  ASSERT_TRUE(add_ata_statistics(ata_statistics(9, 0x08, 1, 0xC0), statistics));
  EXPECT_EQ(statistics, (AtaStatistics{40'129, 0x123456789ABC, 2'015, 29, std::nullopt, -5}));
}

TEST(Ata, status) {
  EXPECT_TRUE(*decode_ata_status("\x4F\xC2"));
  EXPECT_FALSE(*decode_ata_status("\xF4\x2C"));
  EXPECT_FALSE(decode_ata_status("\x4F"));
}

TEST(Ata, a_failing_hard_disk_in_a_tree) {
  const std::vector<AtaEntry> entries = {
      {5, 0x33, 1, 1'760, 5}, {9, 0x12, 91, 68'060}, {197, 0x22, 95, 282}, {198, 0x08, 100, 23}};
  const auto tree = tree_of({{"ata/sda/identify", ata_identify("ST500LM000", 5400)},
                             {"ata/sda/attributes", ata_attributes(entries)},
                             {"ata/sda/thresholds", ata_thresholds(entries)},
                             {"ata/sda/devstat/07", Cause::denied}});
  Inventory inventory;
  read_disks_linux(tree, inventory);
  ASSERT_EQ(inventory.disks.size(), 1u);
  const Disk& disk = inventory.disks[0];
  EXPECT_EQ(disk.name, "sda");
  EXPECT_EQ(disk.kind, DiskKind::ata);
  EXPECT_EQ(disk.reallocated, 1'760);
  EXPECT_EQ(disk.pending, 282);
  EXPECT_EQ(disk.uncorrectable, 23);
  EXPECT_EQ(disk.power_on_hours, 68'060);
  EXPECT_EQ(judge_disk(disk).verdict, Verdict::fail);
  ASSERT_EQ(inventory.provision.drive_erase.size(), 1u);
  EXPECT_EQ(inventory.provision.drive_erase[0].name, "sda");
  ASSERT_EQ(inventory.faults.size(), 1u);
  EXPECT_EQ(inventory.faults[0].path, "ata/sda/devstat/07");
}

TEST(Ata, a_drive_that_sleeps_or_hangs_is_asked_once) {
  for (const Cause cause : {Cause::asleep, Cause::busy}) {
    Inventory inventory;
    read_disks_linux(tree_of({{"ata/sda/identify", cause},
                              {"ata/sda/attributes", cause},
                              {"ata/sda/devstat/07", cause}}),
                     inventory);
    EXPECT_EQ(inventory.faults, (std::vector<Fault>{{"ata/sda/identify", cause}}));
    ASSERT_EQ(inventory.disks.size(), 1u);
    EXPECT_EQ(judge_disk(inventory.disks[0]).verdict, Verdict::unknown);
  }
}

TEST(Ata, a_page_that_a_drive_does_not_have_is_no_fault) {
  const std::vector<AtaEntry> entries = {{5, 0x33, 100, 0, 10}};
  Inventory inventory;
  read_disks_linux(tree_of({{"ata/sda/identify", ata_identify("ST500LM000", 5400)},
                            {"ata/sda/attributes", ata_attributes(entries)},
                            {"ata/sda/thresholds", ata_thresholds(entries)},
                            {"ata/sda/devstat/01", Cause::io},
                            {"ata/sda/devstat/07", Cause::io},
                            {"ata/sda/status", "\xF4\x2C"}}),
                   inventory);
  EXPECT_TRUE(inventory.faults.empty());
  EXPECT_EQ(judge_disk(inventory.disks.at(0)),
            (Judgement{Verdict::fail, {"self_assessment_failed"}}));
}

// --- Real pages, with what smartctl says of the same
// -----------------------------------------------

struct Pages {
  AtaIdentity identity;
  AtaReport report;
};

std::optional<Pages> pages_of(const fs::path& folder, const std::string& stem) {
  const auto identity = decode_ata_identify(shared::bytes_of(folder / (stem + ".identify.bin")));
  auto attributes = decode_ata_attributes(shared::bytes_of(folder / (stem + ".attrs.bin")));
  if (!identity || !attributes) return std::nullopt;
  const std::string thresholds = shared::bytes_of(folder / (stem + ".thresh.bin"));
  EXPECT_TRUE(add_ata_thresholds(thresholds, *attributes)) << stem;
  return Pages{*identity,
               {identity->model.value_or(""), identity->medium, *std::move(attributes), {}, {}}};
}

std::optional<std::string> label_of(const Json& json, const char* key) {
  return json.contains(key) ? label_from(json[key].get<std::string>()) : std::nullopt;
}

void compare_identity(const AtaIdentity& ours, const Json& theirs) {
  EXPECT_EQ(ours.model, label_of(theirs, "model_name"));
  EXPECT_EQ(ours.firmware, label_of(theirs, "firmware_version"));
  if (theirs.contains("user_capacity")) {
    EXPECT_EQ(ours.size_bytes, theirs["user_capacity"]["bytes"].get<std::int64_t>());
  }
  const auto rotation = theirs.value("rotation_rate", -1);
  if (rotation > 1) {
    EXPECT_EQ(ours.rotation_rpm, rotation);
  }
}

int compare_attributes(const AtaReport& ours, const Json& theirs) {
  const Json& table = theirs["ata_smart_attributes"]["table"];
  EXPECT_EQ(ours.attributes.size(), table.size());
  const auto failed = failed_attributes(ours);
  for (std::size_t i = 0; i < std::min(ours.attributes.size(), table.size()); ++i) {
    const AtaAttribute& attribute = ours.attributes[i];
    SCOPED_TRACE(attribute.id);
    EXPECT_EQ(attribute.id, table[i]["id"].get<int>());
    EXPECT_EQ(attribute.value, table[i]["value"].get<int>());
    EXPECT_EQ(attribute.worst, table[i]["worst"].get<int>());
    EXPECT_EQ(attribute.threshold.value_or(0), table[i]["thresh"].get<int>());
    EXPECT_EQ(attribute.prefailure, table[i]["flags"]["prefailure"].get<bool>());
    const bool now = table[i]["when_failed"] == "now";
    EXPECT_EQ(std::count(failed.begin(), failed.end(), attribute.id) > 0, now);
  }
  return static_cast<int>(table.size());
}

TEST(SharedData, AtaPagesAgreeWithSmartctl) {
  const fs::path folder = shared::folder() / "smart";
  WATTLIFE_SKIP_WITHOUT(folder);
  int sets = 0;
  int attributes = 0;
  int unknown_hours = 0;
  std::map<std::string, int> raw_differs;
  for (const fs::path& path : shared::entries_of(folder)) {
    const std::string name = path.filename().string();
    constexpr std::string_view ending = ".identify.bin";
    if (!name.ends_with(ending)) continue;
    const std::string stem = name.substr(0, name.size() - ending.size());
    SCOPED_TRACE(stem);
    const auto pages = pages_of(folder, stem);
    ASSERT_TRUE(pages);
    const Json theirs = Json::parse(shared::bytes_of(folder / (stem + ".smartctl.json")));
    ++sets;
    compare_identity(pages->identity, theirs);
    attributes += compare_attributes(pages->report, theirs);
    const Json& table = theirs["ata_smart_attributes"]["table"];
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto raw = table[i]["raw"]["value"].get<std::uint64_t>();
      if (raw != pages->report.attributes[i].raw) {
        ++raw_differs[std::to_string(table[i]["id"].get<int>()) + " " +
                      table[i]["name"].get<std::string>()];
      }
    }
    Disk disk;
    disk.kind = DiskKind::ata;
    add_ata_health(pages->report, built_in_drive_table(), disk);
    if (!disk.power_on_hours) {
      ++unknown_hours;
    } else {
      EXPECT_EQ(disk.power_on_hours, theirs["power_on_time"]["hours"].get<std::int64_t>());
    }
    EXPECT_EQ(disk.self_assessment_passed == false, theirs["smart_status"]["passed"] == false);
  }
  EXPECT_EQ(sets, 71);
  EXPECT_GE(attributes, 1'500);
  // MHY2250BH (68 years of hours), a SanDisk without a row, a page without a model.
  EXPECT_EQ(unknown_hours, 3);
  // smartctl prints two counters of this one as a fraction and keeps the second as its value.
  EXPECT_EQ(raw_differs, (std::map<std::string, int>{{"170 Bad_Blk_Ct_Erl/Lat", 1}}));
}

// Every full report of smartctl as a text: attribute lines, thresholds, statistics, the verdict.
AtaReport report_in(const std::string& text) {
  AtaReport report;
  bool statistics = false;
  for (const std::string_view whole : split(text, '\n')) {
    const std::string line(trimmed(whole));
    if (line.starts_with("Device Model:")) report.model = trimmed(line.substr(13));
    if (line.find("Rotation Rate:") == 0) {
      report.medium = line.find("Solid State") != std::string::npos ? DriveMedium::solid_state
                                                                    : DriveMedium::rotating;
    }
    if (line.find("self-assessment test result:") != std::string::npos) {
      report.passed = line.find("PASSED") != std::string::npos;
    }
    if (line.starts_with("Page  Offset")) statistics = true;
    std::vector<std::string> words;
    for (const std::string_view word : split(line, ' ')) {
      if (!word.empty()) words.emplace_back(word);
    }
    if (words.size() >= 8 && words[0].size() <= 3 && integer_from(words[0]) &&
        words[2].size() >= 6 && integer_from(words[3]) && !statistics) {
      report.attributes.push_back({static_cast<int>(*integer_from(words[0])), words[2][0] == 'P',
                                   static_cast<int>(*integer_from(words[3])),
                                   static_cast<int>(*integer_from(words[4])),
                                   static_cast<int>(*integer_from(words[5])),
                                   static_cast<std::uint64_t>(integer_from(words[7]).value_or(0))});
    }
    if (statistics && words.size() > 4 && words[0].starts_with("0x")) {
      const auto value = integer_from(words[3]);
      if (words[0] == "0x03" && words[1] == "0x020") report.statistics.reallocated = value;
      if (words[0] == "0x04" && words[1] == "0x008") report.statistics.uncorrectable = value;
      if (words[0] == "0x07" && words[1] == "0x008") report.statistics.percentage_used = value;
    }
  }
  return report;
}

TEST(SharedData, NoFailingDriveIsCalledGood) {
  const fs::path folder = shared::folder() / "smart/text-reports";
  WATTLIFE_SKIP_WITHOUT(folder);
  std::map<std::string, int> verdicts;
  int drives = 0;
  for (const fs::path& path : shared::entries_of(folder)) {
    SCOPED_TRACE(path.filename());
    const std::string name = path.filename().string();
    AtaReport report = report_in(shared::bytes_of(path));
    ASSERT_FALSE(report.attributes.empty());
    ++drives;
    Disk disk;
    disk.kind = DiskKind::ata;
    add_ata_health(report, built_in_drive_table(), disk);
    const bool failed = name.starts_with("failed");
    const bool sick = failed || name.starts_with("pending") || name.starts_with("realloc");
    const Judgement judgement = judge_disk(disk);
    EXPECT_EQ(judgement.verdict, failed ? Verdict::fail
                                 : sick ? Verdict::watch
                                        : Verdict::good)
        << (judgement.reasons.empty() ? "" : judgement.reasons[0]);
    // Without the drive's own word the counts must still keep it from being called good.
    report.passed.reset();
    Disk silent;
    silent.kind = DiskKind::ata;
    add_ata_health(report, built_in_drive_table(), silent);
    if (sick) {
      EXPECT_NE(judge_disk(silent).verdict, Verdict::good);
    }
    ++verdicts[name_of(judgement.verdict)];
  }
  EXPECT_EQ(drives, 20);
  EXPECT_EQ(verdicts, (std::map<std::string, int>{{"fail", 4}, {"good", 9}, {"watch", 7}}));
}

}  // namespace
}  // namespace wattlife

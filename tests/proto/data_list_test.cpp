// SPDX-License-Identifier: EUPL-1.2
// Every field of every message has its row in the list of collected data, and no byte of a later
// list leaves under an earlier one. The messages are read from proto/wattlife.proto itself, so that
// a new field is found here and not by a works council.
#include "proto/data_list.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/text.h"
#include "proto/wire.h"
#include "tests/places.h"

namespace wattlife {
namespace {

struct ProtoField {
  std::string name;
  std::string type;
};
// By message, by number.
using Messages = std::map<std::string, std::map<int, ProtoField>>;

const Messages& messages() {
  static const Messages all = [] {
    Messages found;
    std::ifstream stream(places::sources() + "/proto/wattlife.proto");
    std::string message;
    for (std::string line; std::getline(stream, line);) {
      std::vector<std::string> words;
      for (const std::string_view word : split(line, ' ')) {
        if (!word.empty()) words.emplace_back(word);
      }
      if (words.empty() || words[0].starts_with("//")) continue;
      if (words[0] == "message") {
        message = words.at(1);
      } else if (!line.starts_with(" ")) {
        message.clear();  // its end, or something that is no message
      } else if (!message.empty()) {
        // "optional string vendor = 1;", of which the first word may be missing.
        const std::size_t at = words[0] == "optional" || words[0] == "repeated" ? 1 : 0;
        found[message][std::stoi(words.at(at + 3))] = {words.at(at + 1), words.at(at)};
      }
    }
    return found;
  }();
  return all;
}

TEST(DataList, EveryFieldOfTheMessagesHasItsRowAndNoRowIsWithoutAField) {
  std::set<std::string> fields;
  for (const auto& [message, by_number] : messages()) {
    for (const auto& [number, field] : by_number) fields.insert(message + "." + field.name);
  }
  ASSERT_GT(fields.size(), 100U) << "the messages were not found";
  for (const std::string& field : fields) {
    EXPECT_TRUE(group_of(field))
        << field << " has no row in proto/data_list.cpp: which list of collected data has it?";
  }
  std::set<std::string> rows;
  for (const DataField& row : data_fields()) {
    EXPECT_TRUE(rows.insert(std::string(row.field)).second) << row.field << " twice";
    EXPECT_TRUE(fields.contains(std::string(row.field))) << row.field << " is no field";
    EXPECT_LE(first_list_of(row.group), newest_data_list) << row.field;
    EXPECT_GE(first_list_of(row.group), first_data_list) << row.field;
  }
  EXPECT_FALSE(group_of("Inventory.user_name"));
}

// What a device may send under a list, one field a line, in the order of the table.
std::string fields_of_list(std::uint32_t list) {
  std::string text;
  for (const DataField& row : data_fields()) {
    if (may_send(row.group, list)) text += std::string(row.field) + "\n";
  }
  return text;
}

// Fails when a list grows or shrinks. WATTLIFE_UPDATE=1 accepts that of a list which nobody can
// have accepted yet; one that was released is never written again.
TEST(DataList, EachHoldsWhatItsFileSays) {
  for (std::uint32_t list = first_data_list; list <= newest_data_list; ++list) {
    const std::string path =
        places::sources() + "/tests/golden/wire/data-list-" + std::to_string(list) + ".txt";
    const bool released = list <= released_data_list;
    if (std::getenv("WATTLIFE_UPDATE") != nullptr && !released) {
      std::ofstream(path, std::ios::binary) << fields_of_list(list);
    }
    std::ifstream stream(path, std::ios::binary);
    const std::string golden((std::istreambuf_iterator<char>(stream)), {});
    EXPECT_EQ(golden, fields_of_list(list))
        << path << ": "
        << (released ? "this list was released and is frozen: a new field needs a new list"
                     : "look at the difference; WATTLIFE_UPDATE=1 accepts it");
  }
}

// Of a later list nothing is left out: acceptance of list 2 is acceptance of all that list 1 has.
TEST(DataList, EachHoldsTheOneBeforeIt) {
  for (const DataField& row : data_fields()) {
    for (std::uint32_t list = first_data_list; list < newest_data_list; ++list) {
      EXPECT_TRUE(!may_send(row.group, list) || may_send(row.group, list + 1)) << row.field;
    }
  }
}

TEST(DataList, WhatCameLaterIsOfTheSecondList) {
  for (const DataGroup group : {DataGroup::envelope, DataGroup::energy, DataGroup::machine,
                                DataGroup::health, DataGroup::identity}) {
    EXPECT_TRUE(may_send(group, 1));
  }
  for (const DataGroup group : {DataGroup::ownership, DataGroup::calibration, DataGroup::provision,
                                DataGroup::platform, DataGroup::erasure, DataGroup::outlook}) {
    EXPECT_FALSE(may_send(group, 1));
    EXPECT_TRUE(may_send(group, 2));
  }
}

// --- What is in the bytes ------------------------------------------------------------------------

std::uint64_t varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0; !bytes.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

// "Message.field" of all that is in `bytes`, parts of parts included.
void collect(const std::string& message, std::string_view bytes, std::set<std::string>& into) {
  while (!bytes.empty()) {
    const std::uint64_t tag = varint(bytes);
    const ProtoField& field = messages().at(message).at(static_cast<int>(tag >> 3));
    into.insert(message + "." + field.name);
    switch (tag & 7) {
      case 0:
        varint(bytes);
        break;
      case 1:
        bytes.remove_prefix(8);
        break;
      case 2: {
        const auto length = static_cast<std::size_t>(varint(bytes));
        const std::string_view part = bytes.substr(0, length);
        bytes.remove_prefix(length);
        if (messages().contains(field.type)) collect(field.type, part, into);
        break;
      }
      default:
        FAIL() << "kind " << (tag & 7) << " of " << message;
    }
  }
}

Inventory full_inventory() {
  const UtcDay day = *day_from_iso8601("2026-11-09");
  Inventory inventory;
  inventory.os = Os::windows;
  inventory.identity = {"LENOVO", "T480",     "20L5", std::nullopt, std::nullopt,
                        day,      "Notebook", "i5",   16384};
  inventory.simulated = true;
  Battery battery;
  battery.name = "BAT0";
  battery.design = milliwatt_hours(50'000);
  battery.full = milliwatt_hours(40'000);
  battery.cycles = 100;
  battery.charge_limit = Ratio{800};
  battery.manufacturer = "SMP";
  battery.model = "01AV";
  battery.pack_number = 1;
  inventory.batteries = {battery};
  inventory.disks = {
      {"sda", DiskKind::ata, "M", std::nullopt, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, true, 1}};
  Provision& provision = inventory.provision;
  provision.locks = {true, true, true, true, true};
  provision.system = {"Windows 11", "24H2", "Enterprise"};
  provision.tpm_version = "2.0";
  provision.secure_boot = SecureBoot::on;
  provision.panel = Panel{"LGD", 1, 355, 1920, 1080, 2018};
  provision.memory_slots = {2, 1, 16384};
  provision.firmware_batteries = {{"01AV", milliwatt_hours(1), day}};
  provision.processor = {"GenuineIntel", 6, 142, 10, true, 4, true};
  provision.drive_erase = {{"sda", true, true, true, true, true, true, true}};
  return inventory;
}

Report full_report(std::uint32_t list) {
  const UtcDay monday = *day_from_iso8601("2026-11-09");
  Report report;
  report.install_id = Id128(16, 'i');
  report.store_id = Id128(16, 's');
  report.sequence = 1;
  report.agent_version = "0.1.0";
  report.data_list_version = list;
  report.inventory = full_inventory();
  report.serials = Serials{"a", "b", {"c"}, {"d"}, "e", "f"};
  report.summary =
      Summary{{monday, monday + std::chrono::days(7)},
              {{UseState::active, Supply::battery, Tier::measured, "m", std::chrono::hours(1),
                Estimate{joules(1), 1, 1}, Estimate{joules(1), 1, 1}}},
              1,
              2};
  CalibrationSummary calibration;
  calibration.tier = Tier::calibrated_device;
  calibration.method = "m";
  calibration.doubt = "none";
  calibration.residual_w = 1;
  calibration.windows = 1;
  calibration.left_out_error = 0.1;
  report.calibration = calibration;
  return report;
}

std::set<std::string> fields_sent(std::uint32_t list) {
  const Report report = full_report(list);
  std::set<std::string> sent;
  collect("Report", to_bytes(report), sent);
  EnrolmentRequest request{report.install_id, "0.1.0", *report.inventory, *report.serials, list};
  collect("EnrolmentRequest", to_bytes(request), sent);
  return sent;
}

TEST(DataList, NothingOfALaterListLeavesUnderAnEarlierOne) {
  for (std::uint32_t list = first_data_list; list <= newest_data_list; ++list) {
    for (const std::string& field : fields_sent(list)) {
      const auto group = group_of(field);
      ASSERT_TRUE(group) << field;
      EXPECT_TRUE(may_send(*group, list)) << field << " left under list " << list;
    }
  }
}

// A field that this test never fills would be proven by nothing.
TEST(DataList, UnderTheNewestListEveryFieldThatADeviceSendsLeaves) {
  const std::set<std::string> sent = fields_sent(newest_data_list);
  for (const DataField& row : data_fields()) {
    if (row.field.starts_with("EnrolmentAnswer.") || row.field.starts_with("Acknowledgement.")) {
      continue;  // from the collector
    }
    EXPECT_TRUE(sent.contains(std::string(row.field))) << row.field << " is not filled here";
  }
}

}  // namespace
}  // namespace wattlife

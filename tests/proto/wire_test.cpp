// SPDX-License-Identifier: EUPL-1.2
#include "proto/wire.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "core/text.h"
#include "tests/places.h"
#include "tests/proto/wire_examples.h"

namespace wattlife {
namespace {

TEST(Wire, every_message_comes_back_as_it_was) {
  EXPECT_EQ(*report_from(to_bytes(example_report())), example_report());
  EXPECT_EQ(*report_from(to_bytes(health_report())), health_report());
  EXPECT_EQ(*report_from(to_bytes(report_with_time_off())), report_with_time_off());
  EXPECT_EQ(*report_from(to_bytes(provision_report())), provision_report());
  EXPECT_EQ(*report_from(to_bytes(platform_report())), platform_report());
  EXPECT_EQ(*report_from(to_bytes(calibration_report())), calibration_report());
  EXPECT_EQ(*enrolment_request_from(to_bytes(example_enrolment())), example_enrolment());
  EXPECT_EQ(*enrolment_answer_from(to_bytes(example_answer())), example_answer());
  EXPECT_EQ(*acknowledgement_from(to_bytes(example_acknowledgement())), example_acknowledgement());
}

TEST(Wire, unknown_stays_unknown) {
  Report report = health_report();
  report.serials.reset();
  Inventory bare;
  bare.os = Os::windows;
  Battery absent;
  absent.name = "battery1";
  absent.present = false;
  bare.batteries.push_back(absent);
  Disk silent;
  silent.name = "0";
  silent.kind = DiskKind::ata;
  bare.disks.push_back(silent);
  report.inventory = bare;
  EXPECT_EQ(*report_from(to_bytes(report)), report);
}

// yes, no and not known are three different things, for each lock.
TEST(Wire, a_lock_is_yes_no_or_unknown) {
  for (auto lock : {&Locks::bios_password, &Locks::activation, &Locks::managed, &Locks::persistence,
                    &Locks::disk_encryption}) {
    for (const auto& state :
         {std::optional(true), std::optional(false), std::optional<bool>(std::nullopt)}) {
      Report report = health_report();
      report.data_list_version = newest_data_list;
      report.inventory->provision.locks.*lock = state;
      EXPECT_EQ(report_from(to_bytes(report))->inventory->provision.locks.*lock, state);
    }
  }
}

TEST(Wire, the_asset_tag_goes_with_the_serials_only) {
  Report report = health_report();
  report.inventory->provision.asset_tag = "RIJK-4711";
  report.serials.reset();
  EXPECT_EQ(to_bytes(report).find("RIJK"), std::string::npos);
}

TEST(Wire, what_a_drive_says_of_itself_arrives) {
  Report report = health_report();
  Disk& disk = report.inventory->disks.at(0);
  disk.kind = DiskKind::ata;
  disk.command_timeouts = 12;
  disk.self_assessment_passed = false;
  disk.reserve_state = 3;
  EXPECT_EQ(*report_from(to_bytes(report)), report);
}

TEST(Wire, the_same_value_gives_the_same_bytes) {
  EXPECT_EQ(to_bytes(example_report()), to_bytes(example_report()));
}

// --- Golden messages: an old message stays readable ----------------------------------------------

struct Golden {
  const char* file;
  std::string bytes;
};

std::vector<Golden> golden_messages() {
  return {{"report-energy-1.hex", to_bytes(example_report())},
          {"report-health-1.hex", to_bytes(health_report())},
          {"report-health-3.hex", to_bytes(platform_report())},
          {"report-calibration-1.hex", to_bytes(calibration_report())},
          {"enrolment-request-1.hex", to_bytes(example_enrolment())},
          {"enrolment-answer-1.hex", to_bytes(example_answer())},
          {"acknowledgement-1.hex", to_bytes(example_acknowledgement())}};
}

std::string golden_path(const char* file) {
  return places::sources() + "/tests/golden/wire/" + file;
}

std::string golden_bytes(const char* file) {
  std::ifstream stream(golden_path(file));
  std::string hex;
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with('#')) hex += trimmed(line);
  }
  return bytes_from_hex(hex).value_or("");
}

TEST(Wire, golden_messages_are_written_and_read_as_before) {
  for (const Golden& golden : golden_messages()) {
    SCOPED_TRACE(golden.file);
    if (std::getenv("WATTLIFE_UPDATE") != nullptr) {
      std::ofstream stream(golden_path(golden.file), std::ios::binary);
      stream << "# SPDX-License-Identifier: EUPL-1.2\n";
      const std::string hex = hex_from_bytes(golden.bytes);
      for (std::size_t i = 0; i < hex.size(); i += 64) stream << hex.substr(i, 64) << "\n";
    }
    EXPECT_EQ(hex_from_bytes(golden_bytes(golden.file)), hex_from_bytes(golden.bytes));
  }
  EXPECT_EQ(*report_from(golden_bytes("report-energy-1.hex")), example_report());
  EXPECT_EQ(*report_from(golden_bytes("report-health-1.hex")), health_report());
  EXPECT_EQ(*report_from(golden_bytes("report-health-3.hex")), platform_report());
  EXPECT_EQ(*report_from(golden_bytes("report-calibration-1.hex")), calibration_report());
  EXPECT_EQ(*enrolment_request_from(golden_bytes("enrolment-request-1.hex")), example_enrolment());
  EXPECT_EQ(*enrolment_answer_from(golden_bytes("enrolment-answer-1.hex")), example_answer());
  EXPECT_EQ(*acknowledgement_from(golden_bytes("acknowledgement-1.hex")),
            example_acknowledgement());
}

// What the fuzzer of the collector begins with: in each file a byte that chooses the situation,
// then the message. A corpus that is not read as what its name says would search in the dark.
TEST(Wire, the_corpus_of_ingest_holds_the_golden_reports) {
  struct Case {
    const char* file;
    Report report;
  };
  const Case cases[] = {{"report-energy-1.bin", example_report()},
                        {"report-health-1.bin", health_report()},
                        {"report-calibration-1.bin", calibration_report()}};
  for (const Case& c : cases) {
    std::ifstream stream(places::sources() + "/tests/fuzz/corpus/fuzz_ingest/" + c.file,
                         std::ios::binary);
    std::stringstream bytes;
    bytes << stream.rdbuf();
    const std::string text = bytes.str();
    ASSERT_GT(text.size(), 1U) << c.file;
    const auto report = report_from(std::string_view(text).substr(1));
    ASSERT_TRUE(report) << c.file << ": " << report.error().text;
    EXPECT_EQ(*report, c.report) << c.file;
  }
}

// Programs of before sent locks under list 1. That is no longer written, and read for ever.
TEST(Wire, locks_that_came_under_the_first_list_are_read) {
  Report before = provision_report();
  before.data_list_version = first_data_list;
  EXPECT_EQ(*report_from(golden_bytes("report-health-2.hex")), before);
  EXPECT_EQ(report_from(to_bytes(before))->inventory->provision, Provision{});
}

TEST(Wire, an_enrolment_names_the_list_that_was_accepted) {
  EnrolmentRequest request = example_enrolment();
  request.inventory = platform_report().inventory.value();
  request.serials.asset_tag = "RIJK-4711";
  request.data_list_version = newest_data_list;
  EXPECT_EQ(*enrolment_request_from(to_bytes(request)), request);
  request.data_list_version = first_data_list;
  EXPECT_EQ(enrolment_request_from(to_bytes(request))->inventory.provision, Provision{});
  EXPECT_EQ(enrolment_request_from(to_bytes(request))->serials.asset_tag, std::nullopt);
}

// --- Hostile bytes -------------------------------------------------------------------------------

struct Reading {
  const char* prefix;  // with which every error begins
  std::string bytes;
  std::function<std::optional<Error>(std::string_view)> read;
};

template <class T>
std::optional<Error> error_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional<Error>(result.error());
}

std::vector<Reading> readings() {
  const auto report = [](std::string_view b) { return error_of(report_from(b)); };
  const auto request = [](std::string_view b) { return error_of(enrolment_request_from(b)); };
  const auto answer = [](std::string_view b) { return error_of(enrolment_answer_from(b)); };
  const auto receipt = [](std::string_view b) { return error_of(acknowledgement_from(b)); };
  return {{"report", to_bytes(example_report()), report},
          {"report", to_bytes(health_report()), report},
          {"report", to_bytes(calibration_report()), report},
          {"enrolment", to_bytes(example_enrolment()), request},
          {"answer", to_bytes(example_answer()), answer},
          {"acknowledgement", to_bytes(example_acknowledgement()), receipt}};
}

void expect_named(const std::optional<Error>& error, const char* prefix) {
  if (!error) return;
  EXPECT_EQ(error->cause, Cause::malformed);
  EXPECT_EQ(error->text.rfind(prefix, 0), 0u) << error->text;
  EXPECT_NE(error->text.find(": "), std::string::npos) << error->text;
}

TEST(Wire, cut_at_any_byte_gives_a_value_or_names_the_field) {
  for (const Reading& reading : readings()) {
    for (std::size_t length = 0; length < reading.bytes.size(); ++length) {
      expect_named(reading.read(std::string_view(reading.bytes).substr(0, length)), reading.prefix);
    }
  }
}

TEST(Wire, any_byte_set_to_any_value_gives_a_value_or_names_the_field) {
  for (const Reading& reading : readings()) {
    for (std::size_t i = 0; i < reading.bytes.size(); ++i) {
      std::string bytes = reading.bytes;
      for (int value = 0; value < 256; value += 5) {
        bytes[i] = static_cast<char>(value);
        expect_named(reading.read(bytes), reading.prefix);
      }
    }
  }
}

TEST(Wire, random_bytes_give_a_value_or_name_the_field) {
  std::mt19937 random(20261124);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    for (const Reading& reading : readings()) expect_named(reading.read(bytes), reading.prefix);
  }
}

TEST(Wire, larger_than_the_limit_is_refused_unparsed) {
  const std::string bytes(largest_report_bytes + 1, '\0');
  const auto report = report_from(bytes);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().text.find("65537"), std::string::npos) << report.error().text;
}

TEST(Wire, a_field_of_a_later_version_is_ignored) {
  // Field 1000, length-delimited, three bytes.
  const std::string later = std::string("\xC2\x3E\x03", 3) + "new";
  EXPECT_EQ(*report_from(to_bytes(example_report()) + later), example_report());
}

// --- Texts ---------------------------------------------------------------------------------------

TEST(Wire, texts_that_hardware_made_badly_are_repaired_on_the_way_out) {
  struct Case {
    const char* name;
    std::string given;
    std::optional<std::string> sent;
  };
  const Case cases[] = {
      {"latin-1", "Fabri\xE9", "Fabri\xEF\xBF\xBD"},
      {"control characters", std::string("A\x01\x02\x7F") + "B\xC2\x85" + "C", "ABC"},
      {"spaces around", "  X1 \t", "X1"},
      {"only spaces", "   ", std::nullopt},
      {"too long", std::string(200, 'x'), std::string(128, 'x')},
      {"cut between characters", std::string(127, 'x') + "\xC3\xA9", std::string(127, 'x')},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Report report = health_report();
    report.inventory->identity.manufacturer = c.given;
    const auto read = report_from(to_bytes(report));
    if (!read) {
      ADD_FAILURE() << read.error().text;
      continue;
    }
    EXPECT_EQ(read->inventory->identity.manufacturer, c.sent);
  }
}

TEST(Wire, texts_from_outside_must_be_clean) {
  // What to_bytes() would never write: field 3 (agent_version) with a control character.
  const std::string bytes = to_bytes(example_report());
  const std::size_t at = bytes.find("0.1.0");
  std::string spoiled = bytes;
  spoiled[at] = '\x07';
  EXPECT_EQ(report_from(spoiled).error().text, "report.agent_version: holds a control character");
  spoiled[at] = '\xFF';
  EXPECT_EQ(report_from(spoiled).error().cause, Cause::malformed);
  for (const std::size_t end : {at, at + 4}) {
    spoiled = bytes;
    spoiled[end] = ' ';
    EXPECT_EQ(report_from(spoiled).error().text,
              "report.agent_version: begins or ends with white space");
  }
}

// A report that is refused is set aside for good, so no text of ours may be one that is refused:
// neither one that may be missing nor one that is always there, of whatever version of the program.
void set_all_texts(Report& report, const std::string& text) {
  report.agent_version = text;
  report.calibration->method = text;
  report.calibration->doubt = text;
  Inventory& inventory = *report.inventory;
  Identity& identity = inventory.identity;
  for (auto* field :
       {&identity.manufacturer, &identity.model, &identity.sku, &identity.chassis, &identity.cpu}) {
    *field = text;
  }
  for (Battery& battery : inventory.batteries) {
    battery.name = text;
    battery.manufacturer = battery.model = text;
  }
  for (Disk& disk : inventory.disks) {
    disk.name = text;
    disk.model = text;
  }
  Provision& provision = inventory.provision;
  provision.system = {text, text, text};
  provision.tpm_version = provision.panel->maker = provision.processor.vendor = text;
  for (FirmwareBattery& battery : provision.firmware_batteries) battery.name = text;
  for (DriveErase& erase : provision.drive_erase) erase.name = text;
  report.serials = Serials{text, text, {text}, {text}, text, text};
}

TEST(Wire, whatever_a_text_is_the_report_and_the_enrolment_with_it_are_read) {
  std::mt19937 random(19);
  const std::vector<std::string> pieces = {" ",        "\t",       "\n",   std::string(1, '\0'),
                                           "\xC2\x85", "\xC2\xA0", "\xC2", "\xE2\x82\xAC",
                                           "\xFF",     "\x1F",     "x"};
  std::uniform_int_distribution<std::size_t> one_of(0, pieces.size() - 1);
  std::uniform_int_distribution<int> length(0, 140);
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (int n = length(random); n > 0; --n) text += pieces[one_of(random)];
    Report report = platform_report();
    report.calibration = calibration_report().calibration;
    set_all_texts(report, text);
    const auto read = report_from(to_bytes(report));
    ASSERT_TRUE(read) << hex_from_bytes(text) << ": " << read.error().text;
    EXPECT_EQ(to_bytes(*read), to_bytes(report)) << "repaired once is repaired";
    const EnrolmentRequest request{report.install_id, text, *report.inventory, *report.serials,
                                   newest_data_list};
    const auto asked = enrolment_request_from(to_bytes(request));
    ASSERT_TRUE(asked) << hex_from_bytes(text) << ": " << asked.error().text;
    Report energy = report_with_time_off();
    energy.summary->energy[0].method = "m" + text;
    const auto summed = report_from(to_bytes(energy));
    ASSERT_TRUE(summed) << hex_from_bytes(text) << ": " << summed.error().text;
  }
}

TEST(Wire, the_place_of_a_refused_report_can_still_be_read) {
  Report report = example_report();
  report.summary->first_window = 0;
  const std::string bytes = to_bytes(report);
  ASSERT_FALSE(report_from(bytes));
  const auto key = report_key_from(bytes);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->install_id, report.install_id);
  EXPECT_EQ(key->sequence, 7);
  EXPECT_FALSE(report_key_from("garbage").has_value());
  EXPECT_FALSE(report_key_from("").has_value());
}

TEST(Wire, serials_are_those_of_the_whole_machine) {
  Inventory inventory = example_inventory();
  inventory.identity.serial = "PF1ABCDE";
  inventory.identity.uuid = "1f2e3d4c";
  inventory.disks[0].serial = "S4GXNF0";
  inventory.batteries[0].serial = "1234";
  EXPECT_EQ(serials_of(inventory), example_serials());
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// The bytes of ATA_PASS_THROUGH_EX, written out; that the header of the system has the same layout
// is asserted where it is included (devices_windows.cpp). No drive was asked: drives here are what
// ACS-3 says that they leave.
#include "platform/ata_pass_through.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "core/text.h"
#include "platform/sensors/ata.h"
#include "tests/platform/ata_builder.h"

namespace wattlife {
namespace {

// Registers as a drive leaves them, in the buffer of the request.
std::string answered(const AtaCommand& command, const AtaRegisters& registers,
                     const std::string& page = {}) {
  std::string bytes = ata_pass_through_request(command);
  bytes[40] = static_cast<char>((registers.status & 1) != 0 ? 0x04 : 0);  // error: aborted
  bytes[41] = static_cast<char>(registers.count);
  bytes[43] = static_cast<char>(registers.lba_mid);
  bytes[44] = static_cast<char>(registers.lba_high);
  bytes[46] = static_cast<char>(registers.status);
  if (!page.empty()) bytes.replace(48, page.size(), page);
  return bytes;
}

TEST(AtaPassThrough, ARequestIsTheseBytes) {
  struct Case {
    const char* what;
    AtaCommand command;
    const char* header;  // Length … TimeOutValue, reserved, padding, offset, task files
    std::size_t size;
  };
  const Case cases[] = {{"CHECK POWER MODE", check_power_mode,
                         "3000"
                         "0100"
                         "00000000"
                         "00000000"
                         "0a000000"
                         "0000000000000000"
                         "0000000000000000"
                         "0000000000000000"
                         "0000000000"
                         "a0"
                         "e5"
                         "00",
                         48},
                        {"IDENTIFY DEVICE", *ata_command_of("identify"),
                         "3000"
                         "0300"
                         "00000000"
                         "00020000"
                         "0a000000"
                         "0000000000000000"
                         "3000000000000000"
                         "0000000000000000"
                         "0001000000"
                         "a0"
                         "ec"
                         "00",
                         560},
                        {"SMART READ DATA", *ata_command_of("attributes"),
                         "3000"
                         "0300"
                         "00000000"
                         "00020000"
                         "0a000000"
                         "0000000000000000"
                         "3000000000000000"
                         "0000000000000000"
                         "d001004fc2"
                         "a0"
                         "b0"
                         "00",
                         560},
                        {"SMART READ THRESHOLDS", *ata_command_of("thresholds"),
                         "3000"
                         "0300"
                         "00000000"
                         "00020000"
                         "0a000000"
                         "0000000000000000"
                         "3000000000000000"
                         "0000000000000000"
                         "d101004fc2"
                         "a0"
                         "b0"
                         "00",
                         560},
                        {"READ LOG EXT, statistics page 7", *ata_command_of("devstat/07"),
                         "3000"
                         "0b00"
                         "00000000"
                         "00020000"
                         "0a000000"
                         "0000000000000000"
                         "3000000000000000"
                         "0000000000000000"
                         "0001040700"
                         "a0"
                         "2f"
                         "00",
                         560},
                        {"SMART RETURN STATUS", *ata_command_of("status"),
                         "3000"
                         "0100"
                         "00000000"
                         "00000000"
                         "0a000000"
                         "0000000000000000"
                         "0000000000000000"
                         "0000000000000000"
                         "da00004fc2"
                         "a0"
                         "b0"
                         "00",
                         48}};
  for (const Case& c : cases) {
    const std::string request = ata_pass_through_request(c.command);
    EXPECT_EQ(hex_from_bytes(request.substr(0, 48)), c.header) << c.what;
    EXPECT_EQ(request.size(), c.size) << c.what;
  }
}

TEST(AtaPassThrough, AnAnswerIsRegistersAndASector) {
  const AtaCommand command = *ata_command_of("identify");
  const AtaRegisters well{0x50, 1, 0, 0};
  const std::string page = ata_identify("ST500LM000", 5400);
  const auto answer = ata_pass_through_answer(command, answered(command, well, page));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->registers, well);
  EXPECT_EQ(answer->page, page);
}

TEST(AtaPassThrough, WithoutAWholeSectorThereIsNone) {
  const AtaCommand command = *ata_command_of("attributes");
  const std::string whole = answered(command, {0x50, 0, 0x4F, 0xC2}, std::string(512, '\1'));
  std::string short_transfer = whole;
  short_transfer.replace(8, 4, std::string("\xFF\x01\0\0", 4));
  const std::pair<const char*, std::string> cases[] = {
      {"header only", whole.substr(0, 48)},
      {"a byte less", whole.substr(0, 559)},
      {"511 bytes transferred", short_transfer},
      {"a driver that brought nothing", answered(command, {0x50, 0, 0x4F, 0xC2})}};
  for (const auto& [what, bytes] : cases) {
    const auto answer = ata_pass_through_answer(command, bytes);
    ASSERT_TRUE(answer) << what;
    EXPECT_TRUE(answer->page.empty()) << what;
    EXPECT_TRUE(answer->registers) << what;
  }
  for (std::size_t length = 0; length < 48; ++length) {
    const auto answer = ata_pass_through_answer(command, whole.substr(0, length));
    ASSERT_FALSE(answer) << length;
    EXPECT_EQ(answer.error().cause, Cause::io);
  }
}

// The request holds the signature of a drive that passes: given back as it was, it says nothing.
TEST(AtaPassThrough, ARequestGivenBackIsNoAnswer) {
  for (const char* page : {"identify", "attributes", "thresholds", "devstat/07", "status"}) {
    const AtaCommand command = *ata_command_of(page);
    const auto answer = ata_pass_through_answer(command, ata_pass_through_request(command));
    ASSERT_TRUE(answer) << page;
    EXPECT_TRUE(*answer == AtaAnswer{}) << page;
  }
  // BSY is set, and the other registers mean nothing; nothing was written at all.
  for (const unsigned status : {0xD0U, 0x80U, 0x00U}) {
    const AtaRegisters left{static_cast<std::uint8_t>(status), 0, 0, 0};
    const auto answer = ata_pass_through_answer(check_power_mode, answered(check_power_mode, left));
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->registers) << status;
  }
}

// A drive that is told what to leave; remembers what it was sent.
struct Drive {
  AtaRegisters mode{0x50, 0xFF, 0, 0};
  AtaRegisters left{0x50, 0, 0, 0};
  std::string page = {};
  std::vector<unsigned> sent = {};

  Result<std::string> asked(std::string_view name) {
    return ata_page_through(name, [&](const AtaCommand& command) {
      sent.push_back(command.command);
      const bool first = command == check_power_mode;
      return ata_pass_through_answer(
          command, answered(command, first ? mode : left, command.reads ? page : std::string()));
    });
  }
};

TEST(AtaPassThrough, PagesComeAfterTheQuestionWhetherTheDriveSleeps) {
  struct Case {
    const char* page;
    unsigned command;
  };
  const Case cases[] = {
      {"identify", 0xEC}, {"attributes", 0xB0}, {"thresholds", 0xB0}, {"devstat/07", 0x2F}};
  for (const Case& c : cases) {
    Drive drive{.page = std::string(512, '\5')};
    const auto page = drive.asked(c.page);
    ASSERT_TRUE(page) << c.page << ": " << page.error().text;
    EXPECT_EQ(*page, drive.page) << c.page;
    EXPECT_EQ(drive.sent, (std::vector<unsigned>{0xE5, c.command})) << c.page;
  }
}

TEST(AtaPassThrough, ADriveThatSleepsIsSentNothingMore) {
  for (const unsigned count : {0x00U, 0x01U}) {
    for (const char* name : {"identify", "attributes", "thresholds", "devstat/07", "status"}) {
      Drive drive{.mode = {0x50, static_cast<std::uint8_t>(count), 0, 0},
                  .page = std::string(512, '\5')};
      const auto page = drive.asked(name);
      ASSERT_FALSE(page) << name;
      EXPECT_EQ(page.error().cause, Cause::asleep) << name;
      EXPECT_EQ(drive.sent, std::vector<unsigned>{0xE5}) << name;
    }
  }
}

TEST(AtaPassThrough, WhatGoesWrongIsSaid) {
  struct Case {
    const char* what;
    const char* page;
    Drive drive;
    Cause cause;
    std::size_t sent;
  };
  const std::string sector(512, '\5');
  const Case cases[] = {
      {"no such page", "log/02", {.page = sector}, Cause::absent, 0},
      {"the driver returns no registers",
       "identify",
       {.mode = {0xE5, 0, 0, 0}, .page = sector},
       Cause::io,
       1},
      {"the driver returns zeros",
       "identify",
       {.mode = {0, 0, 0, 0}, .page = sector},
       Cause::io,
       1},
      {"no such log", "devstat/07", {.left = {0x51, 1, 0, 0}}, Cause::io, 2},
      {"refused, and a sector all the same",
       "identify",
       {.left = {0x51, 1, 0, 0}, .page = sector},
       Cause::io,
       2},
      {"no sector", "thresholds", {}, Cause::io, 2},
      {"SMART is off", "status", {.left = {0x51, 0, 0x4F, 0xC2}}, Cause::io, 2},
      {"status as it was sent", "status", {.left = {0xB0, 0, 0x4F, 0xC2}}, Cause::absent, 2}};
  for (const Case& c : cases) {
    Drive drive = c.drive;
    const auto page = drive.asked(c.page);
    ASSERT_FALSE(page) << c.what;
    EXPECT_EQ(page.error().cause, c.cause) << c.what << ": " << page.error().text;
    EXPECT_EQ(drive.sent.size(), c.sent) << c.what;
  }
}

TEST(AtaPassThrough, ADriveThatRefusesToTellItsModeIsAwake) {
  Drive drive{.mode = {0x51, 0, 0, 0}, .page = std::string(512, '\5')};
  EXPECT_TRUE(drive.asked("identify"));
}

TEST(AtaPassThrough, AnErrorOfTheSystemIsPassedOn) {
  for (const Cause cause : {Cause::absent, Cause::denied, Cause::io}) {
    int calls = 0;
    const auto page = ata_page_through("identify", [&](const AtaCommand&) -> Result<AtaAnswer> {
      ++calls;
      return Error{cause, "the system"};
    });
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().cause, cause);
    EXPECT_EQ(calls, 1);
  }
}

TEST(AtaPassThrough, TheJudgementOfTheDriveComesThrough) {
  Drive passes{.left = {0x50, 0, 0x4F, 0xC2}};
  Drive fails{.left = {0x50, 0, 0xF4, 0x2C}};
  const auto passed = passes.asked("status");
  const auto failed = fails.asked("status");
  ASSERT_TRUE(passed && failed);
  EXPECT_TRUE(*decode_ata_status(*passed));
  EXPECT_FALSE(*decode_ata_status(*failed));
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "platform/ata_commands.h"

#include <gtest/gtest.h>

#include "platform/sensors/ata.h"

namespace wattlife {
namespace {

// Opcodes, features and addresses as ACS-3 has them.
TEST(AtaCommands, EachPageHasItsCommand) {
  struct Case {
    const char* page;
    AtaCommand want;
  };
  const Case cases[] = {{"identify", {0xEC, 0, 0, 0, 0, false, true}},
                        {"attributes", {0xB0, 0xD0, 0, 0x4F, 0xC2, false, true}},
                        {"thresholds", {0xB0, 0xD1, 0, 0x4F, 0xC2, false, true}},
                        {"status", {0xB0, 0xDA, 0, 0x4F, 0xC2, false, false}},
                        {"devstat/01", {0x2F, 0, 0x04, 0x01, 0, true, true}},
                        {"devstat/07", {0x2F, 0, 0x04, 0x07, 0, true, true}},
                        {"devstat/10", {0x2F, 0, 0x04, 0x10, 0, true, true}}};
  for (const Case& c : cases) {
    const auto command = ata_command_of(c.page);
    ASSERT_TRUE(command) << c.page;
    EXPECT_TRUE(*command == c.want) << c.page;
  }
  EXPECT_TRUE(check_power_mode == (AtaCommand{0xE5, 0, 0, 0, 0, false, false}));
}

TEST(AtaCommands, ThereAreNoOthers) {
  for (const char* page : {"", "identity", "identify/", "size", "devstat/", "devstat/7",
                           "devstat/0g", "devstat/007", "Status", "devstat"}) {
    EXPECT_FALSE(ata_command_of(page)) << page;
  }
}

// CHECK POWER MODE answers in the sector count.
TEST(AtaCommands, OnlyADriveInStandbySleeps) {
  struct Case {
    const char* what;
    AtaRegisters registers;
    bool asleep;
  };
  const Case cases[] = {{"standby", {0x50, 0x00, 0, 0}, true},
                        {"standby_y", {0x50, 0x01, 0, 0}, true},
                        {"idle", {0x50, 0x80, 0, 0}, false},
                        {"idle_c", {0x50, 0x83, 0, 0}, false},
                        {"active or idle", {0x50, 0xFF, 0, 0}, false},
                        {"the question was refused", {0x51, 0x00, 0, 0}, false},
                        {"device fault", {0x70, 0x00, 0, 0}, false}};
  for (const Case& c : cases) EXPECT_EQ(is_asleep(c.registers), c.asleep) << c.what;
}

TEST(AtaCommands, TheJudgementOfTheDriveIsWhatTheDecoderReads) {
  struct Case {
    const char* what;
    std::optional<AtaRegisters> registers;
    std::optional<bool> passed;  // empty: no judgement
    Cause cause = Cause::io;
  };
  const Case cases[] = {
      {"passed", AtaRegisters{0x50, 0, 0x4F, 0xC2}, true},
      {"failed", AtaRegisters{0x50, 0, 0xF4, 0x2C}, false},
      {"no registers", std::nullopt, {}, Cause::absent},
      {"aborted: SMART is off", AtaRegisters{0x51, 0, 0x4F, 0xC2}, {}, Cause::io},
      {"neither signature", AtaRegisters{0x50, 0, 0x00, 0xC2}, {}, Cause::malformed},
  };
  for (const Case& c : cases) {
    const Result<std::string> page = smart_status_page(c.registers);
    const Result<bool> passed = page ? decode_ata_status(*page) : Result<bool>(page.error());
    EXPECT_EQ(passed ? std::optional(*passed) : std::nullopt, c.passed) << c.what;
    EXPECT_TRUE(passed || passed.error().cause == c.cause) << c.what;
  }
}

}  // namespace
}  // namespace wattlife

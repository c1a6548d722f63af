// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/edid_builder.h"
#include "tests/platform/smbios_builder.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

Inventory read(Answers answers) {
  Inventory inventory;
  read_provision_windows(tree_of(std::move(answers), Os::windows), inventory);
  return inventory;
}

TEST(LocksWindows, ABiosPasswordIsYesNoOrUnknown) {
  const struct {
    const char* answer;
    std::optional<bool> expected;
  } cases[] = {
      {"lenovo PasswordState 0\n", false},
      {"lenovo PasswordState 1\n", true},   // power-on
      {"lenovo PasswordState 2\n", true},   // supervisor
      {"lenovo PasswordState 3\n", true},   // both
      {"lenovo PasswordState 4\n", {}},     // a drive's only
      {"lenovo PasswordState 6\n", true},   // supervisor and drive
      {"lenovo PasswordState 64\n", true},  // system management
      {"lenovo PasswordState 128\n", {}},   // not documented
      {"lenovo PasswordState -1\n", {}},
      {"dell Admin 1\ndell System 0\n", true},
      {"dell Admin 0\ndell System 1\n", true},
      {"dell Admin 0\ndell System 0\n", false},
      {"dell System 0\n", {}},
      {"dell Admin 0\ndell System 2\n", {}},
      {"hp Setup Password 1\nhp Power-On Password 0\n", true},
      {"hp Setup Password 0\nhp Power-On Password 0\n", false},
      {"hp Power-On Password 0\n", {}},
      {"acer Admin 1\n", {}},
      {"hp Setup Password yes\n", {}},
      {"nonsense\n", {}},
      {"", {}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(read({{"firmware/passwords", std::string(c.answer)}}).provision.locks.bios_password,
              c.expected)
        << c.answer;
  }
  EXPECT_EQ(read({}).provision.locks.bios_password, std::nullopt);
}

// Autopilot is a record in a cloud: the laptop itself can say yes, and never no.
TEST(LocksWindows, ManagementIsYesOrUnknownAndNeverNo) {
  const struct {
    const char* what;
    Answers answers;
    std::optional<bool> expected;
  } cases[] = {
      {"enrolled", {{"management/enrolments", "MS DM Server\n"s}}, true},
      {"among others", {{"management/enrolments", "WMI_Bridge_Server\nMS DM Server\n"s}}, true},
      {"others only", {{"management/enrolments", "WMI_Bridge_Server\n"s}}, {}},
      {"joined", {{"management/entra", "1"s}}, true},
      {"a profile of Autopilot", {{"management/autopilot", "1"s}}, true},
      {"nothing found",
       {{"management/enrolments", ""s}, {"management/entra", "0"s}, {"management/autopilot", "0"s}},
       {}},
      {"denied", {{"management/enrolments", Cause::denied}}, {}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(read(c.answers).provision.locks.managed, c.expected) << c.what;
  }
}

TEST(LocksWindows, AbsoluteIsYesOrUnknownAndNeverNo) {
  const auto lock_of = [](const std::string& services) {
    return read({{"management/persistence", services}}).provision.locks.persistence;
  };
  EXPECT_EQ(lock_of("rpcnet\n"), true);
  EXPECT_EQ(lock_of(""), std::nullopt);
  EXPECT_EQ(read({}).provision.locks.persistence, std::nullopt);
}

TEST(LocksWindows, EncryptionIsYesNoOrUnknown) {
  const struct {
    const char* volumes;
    std::optional<bool> expected;
  } cases[] = {
      {"0 1\n", true},        // the system's volume, protected
      {"0 0\n", false},       // off, or suspended: the key lies open
      {"0 2\n", {}},          // locked: not known
      {"0 1\n1 1\n", true},   // a second fixed volume
      {"0 1\n1 0\n", {}},     // which is not protected
      {"0 0\n1 1\n", false},  //
      {"0 1\n2 0\n", true},   // a stick does not count
      {"1 1\n", {}},          // nothing of the system's own
      {"", {}},
      {"nonsense\n", {}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(
        read({{"encryption/volumes", std::string(c.volumes)}}).provision.locks.disk_encryption,
        c.expected)
        << c.volumes;
  }
}

TEST(LocksWindows, TpmAndSecureBoot) {
  const auto info = [](char version) {
    return "\x01\0\0\0"s + version + "\0\0\0\0\0\0\0\0\0\0\0"s;
  };
  EXPECT_EQ(read({{"tpm", info(2)}}).provision.tpm_version, "2.0");
  EXPECT_EQ(read({{"tpm", info(1)}}).provision.tpm_version, "1.2");
  EXPECT_EQ(read({{"tpm", info(7)}}).provision.tpm_version, std::nullopt);
  EXPECT_EQ(read({{"tpm", "\x01"s}}).faults, (std::vector<Fault>{{"tpm", Cause::malformed}}));
  EXPECT_EQ(read({{"firmware/secureboot", "1"s}}).provision.secure_boot, SecureBoot::on);
  EXPECT_EQ(read({{"firmware/secureboot", "0"s}}).provision.secure_boot, SecureBoot::off);
  EXPECT_EQ(read({{"firmware/secureboot", "?"s}}).provision.secure_boot, SecureBoot::unknown);
  EXPECT_EQ(read({}).provision.secure_boot, SecureBoot::unknown);
}

TEST(LocksWindows, TheSystemSpeaksForItself) {
  const auto system_of = [](const std::string& version) {
    return read({{"os/version", version},
                 {"os/display-version", "23H2"s},
                 {"os/edition", "Enterprise"s}})
        .provision.system;
  };
  EXPECT_EQ(system_of("10.0.22631"), (OperatingSystem{"Windows 11", "23H2", "Enterprise"}));
  EXPECT_EQ(system_of("10.0.22000"), (OperatingSystem{"Windows 11", "23H2", "Enterprise"}));
  EXPECT_EQ(system_of("10.0.19045"), (OperatingSystem{"Windows 10", "23H2", "Enterprise"}));
  EXPECT_EQ(system_of("6.3.9600").name, std::nullopt);
  EXPECT_EQ(system_of("").name, std::nullopt);
}

TEST(LocksWindows, PanelAndTableAreThoseOfTheOtherSystems) {
  const std::string table = smbios_memory(8192) + smbios_memory(0) + smbios_end();
  const Inventory inventory =
      read({{"panel/edid", edid_block()}, {"smbios", std::string(8, '\0') + table}});
  EXPECT_EQ(inventory.provision.panel->maker, "LGD");
  EXPECT_EQ(inventory.provision.memory_slots, (MemorySlots{2, 1, 8192}));
  EXPECT_EQ(read({{"panel/edid", "nonsense"s}}).faults,
            (std::vector<Fault>{{"panel/edid", Cause::malformed}}));
}

TEST(LocksWindows, NothingKnownIsNothingClaimed) {
  const Inventory inventory = read({});
  EXPECT_EQ(inventory.provision, Provision{});
  EXPECT_TRUE(inventory.faults.empty());
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

Inventory read(Answers answers) {
  Inventory inventory;
  read_provision_macos(tree_of(std::move(answers), Os::macos), inventory);
  return inventory;
}

TEST(LocksMacos, ActivationLockIsYesNoOrUnknown) {
  const auto lock_of = [](const std::string& text) {
    return read({{"system_profiler/SPHardwareDataType", text}}).provision.locks.activation;
  };
  EXPECT_EQ(lock_of("Hardware:\n\n      Model Name: MacBook Air\n"
                    "      Activation Lock Status: Enabled\n"),
            true);
  EXPECT_EQ(lock_of("      Activation Lock Status: Disabled\n"), false);
  EXPECT_EQ(lock_of("      Model Name: MacBook Air\n"), std::nullopt);
  EXPECT_EQ(lock_of("      Activation Lock Status: Inconnu\n"), std::nullopt);
}

TEST(LocksMacos, EnrolmentIsYesOrUnknownAndNeverNo) {
  const auto lock_of = [](const std::string& text) {
    return read({{"profiles/enrollment", text}}).provision.locks.managed;
  };
  EXPECT_EQ(lock_of("Enrolled via DEP: Yes\nMDM enrollment: Yes (User Approved)\n"), true);
  EXPECT_EQ(lock_of("Enrolled via DEP: No\nMDM enrollment: Yes\n"), true);
  EXPECT_EQ(lock_of("Enrolled via DEP: No\nMDM enrollment: No\n"), std::nullopt);
}

TEST(LocksMacos, FileVaultAndVersion) {
  const auto vault_of = [](const std::string& text) {
    return read({{"fdesetup/status", text}}).provision.locks.disk_encryption;
  };
  EXPECT_EQ(vault_of("FileVault is On.\n"), true);
  EXPECT_EQ(vault_of("FileVault is Off.\n"), false);
  EXPECT_EQ(vault_of("FileVault is On, but needs to be restarted to finish.\n"), std::nullopt);
  const Inventory inventory =
      read({{"System/Library/CoreServices/SystemVersion.plist",
             "<dict>\n<key>ProductName</key>\n<string>macOS</string>\n"
             "<key>ProductVersion</key>\n<string>15.1</string>\n</dict>\n"s}});
  EXPECT_EQ(inventory.provision.system, (OperatingSystem{"macOS", "15.1", {}}));
  EXPECT_EQ(read({}).provision, Provision{});
}

}  // namespace
}  // namespace wattlife

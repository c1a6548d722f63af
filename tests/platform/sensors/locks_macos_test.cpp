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

TEST(LocksMacos, ATokenOfFindMyIsALockWhereTheChipCanLock) {
  const auto lock_of = [](const std::string& names, const std::string& processor,
                          const CapturedValue& marks = "cloudConfigRecordNotFound\n") {
    return read({{"nvram/locks", names},
                 {"management/marks", marks},
                 {"sysctl/machdep.cpu.brand_string", processor}})
        .provision.locks.activation;
  };
  EXPECT_EQ(lock_of("fmm-mobileme-token-FMM\n", "Apple M1 Pro\0"s), true);
  EXPECT_EQ(lock_of("fmm-mobileme-token-FMM-BridgeHasAccount\n", "Intel(R) Core(TM) i5"), true);
  EXPECT_EQ(lock_of("fmm-mobileme-token-FMM\n", "Intel(R) Core(TM) i5"), std::nullopt);
  EXPECT_EQ(lock_of("fmm-mobileme-token-FMM-x\n", "Apple M1"), std::nullopt);
  for (const char* marks : {"profilesAreInstalled\n", "cloudConfigHasActivationRecord\n",
                            "cloudConfigRecordFound\nCloudConfigFetchError\n"}) {
    EXPECT_EQ(lock_of("fmm-mobileme-token-FMM\n", "Apple M1", marks), std::nullopt)
        << marks << "the organisation decides whether Find My locks";
  }
  EXPECT_EQ(lock_of("fmm-mobileme-token-FMM\n", "Apple M1", Cause::denied), std::nullopt);
  EXPECT_EQ(lock_of("", "Apple M1"), std::nullopt) << "a lock may stand with Apple alone";
  EXPECT_EQ(read({{"system_profiler/SPHardwareDataType", "Activation Lock Status: Disabled\n"},
                  {"nvram/locks", "fmm-mobileme-token-FMM\n"},
                  {"sysctl/machdep.cpu.brand_string", "Apple M1"}})
                .provision.locks.activation,
            false)
      << "the system's own word goes first";
  EXPECT_EQ(read({{"nvram/locks", Cause::denied}}).faults,
            (std::vector<Fault>{{"nvram/locks", Cause::denied}}));
}

TEST(LocksMacos, ARecordOfEnrolmentIsYesUnlessItIsDoubted) {
  const auto lock_of = [](const std::string& marks) {
    return read({{"management/marks", marks}}).provision.locks.managed;
  };
  EXPECT_EQ(lock_of("cloudConfigHasActivationRecord\ncloudConfigRecordFound\n"), true);
  EXPECT_EQ(lock_of("cloudConfigRecordFound\nprofilesAreInstalled\n"), true);
  for (const char* marks :
       {"", "profilesAreInstalled\n", "cloudConfigHasActivationRecord\n",
        "cloudConfigRecordNotFound\n", "cloudConfigRecordFound\ncloudConfigRecordNotFound\n",
        "cloudConfigRecordFound\ncloudConfigNoActivationRecord\n",
        "cloudConfigRecordFound\nCloudConfigFetchError\n"}) {
    EXPECT_EQ(lock_of(marks), std::nullopt) << marks;
  }
}

}  // namespace
}  // namespace wattlife

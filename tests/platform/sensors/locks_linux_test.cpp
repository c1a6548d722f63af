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
  read_provision_linux(tree_of(std::move(answers)), inventory);
  return inventory;
}

// What a recording of that machine says, which holds only what was asked for.
Inventory recorded(Answers answers) {
  const CaptureTree machine = tree_of(std::move(answers));
  RecordingTree recorder(machine);
  Inventory first;
  read_provision_linux(recorder, first);
  Capture capture;
  capture.ticks.push_back(recorder.take_tick(Now{}));
  Inventory inventory;
  read_provision_linux(CaptureTree(std::move(capture)), inventory);
  return inventory;
}

void append(Answers& into, const Answers& more) {
  into.insert(into.end(), more.begin(), more.end());
}

// --- Firmware passwords --------------------------------------------------------------------------

Answers password(const std::string& name, const std::string& role, const CapturedValue& enabled) {
  const std::string folder = "sys/class/firmware-attributes/thinklmi/authentication/" + name;
  return {{folder + "/role", role + "\n"}, {folder + "/is_enabled", enabled}};
}

TEST(LocksLinux, ABiosPasswordIsYesNoOrUnknown) {
  const struct {
    const char* what;
    std::vector<Answers> passwords;
    std::optional<bool> expected;
  } cases[] = {
      {"no driver", {}, {}},
      {"administrator set", {password("Admin", "bios-admin", "1\n"s)}, true},
      {"administrator not set", {password("Admin", "bios-admin", "0\n"s)}, false},
      {"only power-on set",
       {password("Admin", "bios-admin", "0\n"s), password("System", "power-on", "1\n"s)},
       true},
      {"system management set",
       {password("Admin", "bios-admin", "0\n"s), password("Mgmt", "system-mgmt", "1\n"s)},
       true},
      {"the administrator's is not listed", {password("System", "power-on", "0\n"s)}, {}},
      {"one cannot be read",
       {password("Admin", "bios-admin", "0\n"s), password("System", "power-on", Cause::denied)},
       {}},
      {"one cannot be read, another is set",
       {password("Admin", "bios-admin", "1\n"s), password("System", "power-on", Cause::io)},
       true},
      {"an answer that is none", {password("Admin", "bios-admin", "maybe\n"s)}, {}},
      {"of a drive only",
       {password("Admin", "bios-admin", "0\n"s), password("HDD1", "hdd", "1\n"s)},
       false},
  };
  for (const auto& c : cases) {
    Answers answers;
    for (const Answers& one : c.passwords) append(answers, one);
    EXPECT_EQ(read(answers).provision.locks.bios_password, c.expected) << c.what;
  }
}

TEST(LocksLinux, APasswordThatMayNotBeReadIsAFault) {
  const Inventory inventory = read(password("Admin", "bios-admin", Cause::denied));
  EXPECT_EQ(inventory.faults,
            (std::vector<Fault>{{"sys/class/firmware-attributes/thinklmi/authentication/Admin/"
                                 "is_enabled",
                                 Cause::denied}}));
}

// --- Encryption ----------------------------------------------------------------------------------

Answers nvme(const std::string& name, const char* sectors = "1000\n") {
  return {{"sys/block/" + name + "/removable", "0\n"s},
          {"sys/block/" + name + "/size", std::string(sectors)},
          {"sys/block/" + name + "/" + name + "p1/size", "100\n"s},
          {"sys/block/" + name + "/" + name + "p2/size", "900\n"s}};
}
Answers mapped(const std::string& name, const CapturedValue& uuid, const std::string& on,
               const char* sectors = "890\n") {
  return {{"sys/block/" + name + "/dm/uuid", uuid},
          {"sys/block/" + name + "/size", std::string(sectors)},
          {"sys/block/" + name + "/slaves/" + on + "/size", "900\n"s}};
}

TEST(LocksLinux, EncryptionIsYesNoOrUnknown) {
  const std::string luks = "CRYPT-LUKS2-0123456789abcdef-root\n";
  const struct {
    const char* what;
    std::vector<Answers> blocks;
    std::optional<bool> expected;
  } cases[] = {
      {"no drive at all", {}, {}},
      {"a drive and nothing on it", {nvme("nvme0n1")}, false},
      {"LUKS on the large partition", {nvme("nvme0n1"), mapped("dm-0", luks, "nvme0n1p2")}, true},
      {"LUKS on the whole drive", {nvme("nvme0n1"), mapped("dm-0", luks, "nvme0n1")}, true},
      {"BitLocker, opened",
       {nvme("nvme0n1"), mapped("dm-0", "CRYPT-BITLK-01-x\n"s, "nvme0n1p2")},
       true},
      {"volumes on LUKS",
       {nvme("nvme0n1"), mapped("dm-0", luks, "nvme0n1p2"), mapped("dm-1", "LVM-abc\n"s, "dm-0")},
       true},
      {"LUKS on volumes",
       {nvme("nvme0n1"), mapped("dm-0", "LVM-abc\n"s, "nvme0n1p2"), mapped("dm-1", luks, "dm-0")},
       true},
      {"only swap, with a key of the moment",
       {nvme("nvme0n1"), mapped("dm-0", "CRYPT-PLAIN-swap\n"s, "nvme0n1p2")},
       false},
      {"proven, not hidden",
       {nvme("nvme0n1"), mapped("dm-0", "CRYPT-VERITY-abc-usr\n"s, "nvme0n1p2")},
       false},
      {"a small part of the drive",
       {nvme("nvme0n1"), mapped("dm-0", luks, "nvme0n1p1", "100\n")},
       {}},
      {"one of two drives",
       {nvme("nvme0n1"), nvme("nvme1n1"), mapped("dm-0", luks, "nvme0n1p2")},
       {}},
      {"both drives",
       {nvme("nvme0n1"), nvme("nvme1n1"), mapped("dm-0", luks, "nvme0n1p2"),
        mapped("dm-1", luks, "nvme1n1p2")},
       true},
      {"a mapping that does not tell what it is",
       {nvme("nvme0n1"), mapped("dm-0", Cause::denied, "nvme0n1p2")},
       {}},
      {"two mappings that stand on each other",
       {nvme("nvme0n1"), mapped("dm-0", luks, "dm-1"), mapped("dm-1", luks, "dm-0")},
       {}},
      {"ZFS, which encrypts by itself",
       {nvme("nvme0n1"), {{"sys/module/zfs/version", "2.1\n"s}}},
       {}},
  };
  for (const auto& c : cases) {
    Answers answers;
    for (const Answers& one : c.blocks) append(answers, one);
    EXPECT_EQ(read(answers).provision.locks.disk_encryption, c.expected) << c.what;
    EXPECT_EQ(recorded(answers).provision.locks.disk_encryption, c.expected)
        << c.what << ", as a recording tells it";
  }
}

TEST(LocksLinux, OnlyInternalDrivesCount) {
  const auto disk = [](const std::string& name, const Answers& more) {
    Answers answers = {{"sys/block/" + name + "/removable", "0\n"s},
                       {"sys/block/" + name + "/size", "1000\n"s}};
    append(answers, more);
    return answers;
  };
  const struct {
    const char* what;
    Answers answers;
    bool internal;
  } cases[] = {
      {"ATA", disk("sda", {{"sys/block/sda/device/vendor", "ATA     \n"s}}), true},
      {"behind USB", disk("sda", {{"sys/block/sda/device/vendor", "SanDisk \n"s}}), false},
      {"eMMC", disk("mmcblk0", {{"sys/block/mmcblk0/device/type", "MMC\n"s}}), true},
      {"its boot area", disk("mmcblk0boot0", {{"sys/block/mmcblk0boot0/device/type", "MMC\n"s}}),
       false},
      {"a card", disk("mmcblk1", {{"sys/block/mmcblk1/device/type", "SD\n"s}}), false},
      {"a hidden path", disk("nvme0c0n1", {}), false},
      {"memory", disk("zram0", {}), false},
      {"a stick", {{"sys/block/sdb/removable", "1\n"s}, {"sys/block/sdb/size", "9\n"s}}, false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(read(c.answers).provision.locks.disk_encryption.has_value(), c.internal) << c.what;
  }
}

// --- Cloud records and firmware agents -----------------------------------------------------------

// A laptop that says nothing of Autopilot or Absolute may have either.
TEST(LocksLinux, WhatTheMachineCannotKnowIsNeverDenied) {
  Answers answers = password("Admin", "bios-admin", "0\n"s);
  append(answers, nvme("nvme0n1"));
  const Locks locks = read(answers).provision.locks;
  EXPECT_EQ(locks.bios_password, false);
  EXPECT_EQ(locks.managed, std::nullopt);
  EXPECT_EQ(locks.persistence, std::nullopt);
  EXPECT_EQ(locks.activation, std::nullopt);
}

// --- Firmware, system, panel ---------------------------------------------------------------------

const std::string secure_boot_path =
    "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

TEST(Traps, Trap27_WithoutEfiVariablesSecureBootIsUnknown) {
  const Inventory legacy = read({{"sys/class/tpm/tpm0/tpm_version_major", "2\n"s}});
  EXPECT_EQ(legacy.provision.secure_boot, SecureBoot::unknown);
  EXPECT_TRUE(legacy.faults.empty()) << "absence is no fault";

  EXPECT_EQ(read({{secure_boot_path, "\x06\0\0\0\x01"s}}).provision.secure_boot, SecureBoot::on);
  EXPECT_EQ(read({{secure_boot_path, "\x06\0\0\0\0"s}}).provision.secure_boot, SecureBoot::off);
  for (const CapturedValue& bad :
       {CapturedValue("\x06\0\0\0"s), CapturedValue("\x06\0\0\0\x07"s), CapturedValue(Cause::io)}) {
    const Inventory inventory = read({{secure_boot_path, bad}});
    EXPECT_EQ(inventory.provision.secure_boot, SecureBoot::unknown);
    EXPECT_EQ(inventory.faults.size(), 1u);
  }
}

TEST(LocksLinux, ATpmThatIsNotSeenIsUnknownAndNotMissing) {
  const char* path = "sys/class/tpm/tpm0/tpm_version_major";
  EXPECT_EQ(read({{path, "2\n"s}}).provision.tpm_version, "2.0");
  EXPECT_EQ(read({{path, "1\n"s}}).provision.tpm_version, "1.2");
  EXPECT_EQ(read({{path, "9\n"s}}).provision.tpm_version, std::nullopt);
  EXPECT_EQ(read({}).provision.tpm_version, std::nullopt);
}

TEST(LocksLinux, TheSystemSpeaksForItself) {
  const auto system_of = [](const std::string& text) {
    return read({{"etc/os-release", text}}).provision.system;
  };
  EXPECT_EQ(system_of("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
                      "VERSION_ID=\"12\"\n"),
            (OperatingSystem{"Debian GNU/Linux", "12", {}}));
  EXPECT_EQ(system_of("NAME='Ubuntu'\nVERSION_ID=24.04\n"),
            (OperatingSystem{"Ubuntu", "24.04", {}}));
  EXPECT_EQ(system_of("NAME=\nVERSION_ID=\"\"\nnonsense"), OperatingSystem{});
  EXPECT_EQ(read({{"usr/lib/os-release", "NAME=Fedora\n"s}}).provision.system.name, "Fedora");
}

TEST(LocksLinux, OnlyThePanelInTheLidIsRead) {
  const auto panel_of = [](const std::string& connector) {
    return read({{"sys/class/drm/" + connector + "/edid", edid_block()}}).provision.panel;
  };
  for (const char* internal : {"card0-eDP-1", "card1-LVDS-1", "card0-DSI-1"}) {
    EXPECT_TRUE(panel_of(internal)) << internal;
  }
  for (const char* external :
       {"card0-DP-1", "card0-HDMI-A-1", "card0-DVI-D-1", "card0-VGA-1", "version", "renderD128"}) {
    EXPECT_FALSE(panel_of(external)) << external;
  }
}

TEST(LocksLinux, APanelThatAnswersNonsenseIsAFault) {
  EXPECT_EQ(read({{"sys/class/drm/card0-eDP-1/edid", "nonsense"s}}).faults,
            (std::vector<Fault>{{"sys/class/drm/card0-eDP-1/edid", Cause::malformed}}));
  EXPECT_TRUE(read({{"sys/class/drm/card0-eDP-1/edid", ""s}}).faults.empty())
      << "nothing is connected";
}

TEST(LocksLinux, TheAssetTagIsNoPlaceholder) {
  const auto tag_of = [](const std::string& text) {
    return read({{"sys/class/dmi/id/chassis_asset_tag", text}}).provision.asset_tag;
  };
  EXPECT_EQ(tag_of("RIJK-004711\n"), "RIJK-004711");
  for (const char* none : {"No Asset Information\n", "No Asset Tag\n", "\n", "Default string\n",
                           "To Be Filled By O.E.M.\n", "0000000000\n"}) {
    EXPECT_EQ(tag_of(none), std::nullopt) << none;
  }
}

TEST(LocksLinux, NothingKnownIsNothingClaimed) {
  const Inventory inventory = read({});
  EXPECT_EQ(inventory.provision, Provision{});
  EXPECT_TRUE(inventory.faults.empty());
}

}  // namespace
}  // namespace wattlife

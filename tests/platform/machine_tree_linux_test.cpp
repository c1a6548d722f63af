// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/settings.h"
#include "platform/machine_tree.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

using Names = std::vector<std::string>;

void write(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

class LinuxTreeTest : public testing::Test {
 protected:
  std::unique_ptr<MachineTree> tree() const {
    return live_machine_tree({folder / "config", folder / "root"});
  }
  void put(const std::string& path, std::string_view text) const {
    write(folder / ("root/" + path), text);
  }
  void configure(const std::string& file, std::string_view text) const {
    write(folder / ("config/" + file), text);
  }
  TemporaryFolder folder;
};

TEST_F(LinuxTreeTest, ReadsFilesBelowItsRoot) {
  put("sys/class/power_supply/BAT0/uevent", "A=1\n");
  put("proc/empty", "");
  put("proc/bytes", std::string_view("\0\xff", 2));
  const auto machine = tree();
  EXPECT_EQ(machine->os(), Os::linux_os);
  EXPECT_EQ(*machine->read("sys/class/power_supply/BAT0/uevent"), "A=1\n");
  EXPECT_EQ(*machine->read("proc/empty"), "");
  EXPECT_EQ(*machine->read("proc/bytes"), std::string_view("\0\xff", 2));
}

TEST_F(LinuxTreeTest, CrashesAreCountedByTheNamesOfTheirRecords) {
  const char* path = "crash/records";
  put("proc/stat", "");
  EXPECT_EQ(tree()->read(path).error().cause, Cause::absent) << "nothing keeps records";
  put("sys/module/pstore/parameters/backend", "(null)\n");
  EXPECT_EQ(tree()->read(path).error().cause, Cause::absent) << "nothing keeps records";
  put("sys/module/pstore/parameters/backend", "efi_pstore\n");
  EXPECT_EQ(*tree()->read(path), "0") << "they would be kept, and there are none";
  put("sys/fs/pstore/dmesg-efi_pstore-170550000001001", "what was in memory");
  put("var/lib/systemd/pstore/1705600000/dmesg.txt", "what was in memory");
  EXPECT_EQ(*tree()->read(path), "2");
  put("crash/records", "7");
  EXPECT_EQ(*tree()->read(path), "7") << "a copy may hold the count itself";
}

TEST_F(LinuxTreeTest, ListsNamesInOrderAndFollowsTheLinksOfSysfs) {
  put("sys/devices/bat/uevent", "A=1\n");
  put("sys/class/power_supply/AC/online", "1\n");
  std::filesystem::create_directory_symlink("../../devices/bat",
                                            folder / "root/sys/class/power_supply/BAT0");
  const auto machine = tree();
  EXPECT_EQ(*machine->list("sys/class/power_supply"), (Names{"AC", "BAT0"}));
  EXPECT_EQ(*machine->read("sys/class/power_supply/BAT0/uevent"), "A=1\n");
  EXPECT_EQ(*machine->list("sys/class/power_supply/BAT0"), (Names{"uevent"}));
  EXPECT_EQ(*machine->list(""), (Names{"sys"}));
  std::filesystem::create_directories(folder / "root/sys/class/empty");
  EXPECT_EQ(*machine->list("sys/class/empty"), Names{});
}

// A tick reads counters; names and ranges are read once, and again when a device came or went.
TEST_F(LinuxTreeTest, WhatStaysWithADeviceIsReadOnce) {
  put("sys/class/powercap/intel-rapl:0/name", "package-0\n");
  put("sys/class/powercap/intel-rapl:0/energy_uj", "1\n");
  const auto machine = tree();
  ASSERT_TRUE(machine->list("sys/class/powercap"));
  EXPECT_EQ(*machine->read("sys/class/powercap/intel-rapl:0/name"), "package-0\n");
  EXPECT_EQ(*machine->read("sys/class/powercap/intel-rapl:0/energy_uj"), "1\n");
  put("sys/class/powercap/intel-rapl:0/name", "psys\n");
  put("sys/class/powercap/intel-rapl:0/energy_uj", "2\n");
  ASSERT_TRUE(machine->list("sys/class/powercap"));
  EXPECT_EQ(*machine->read("sys/class/powercap/intel-rapl:0/name"), "package-0\n");
  EXPECT_EQ(*machine->read("sys/class/powercap/intel-rapl:0/energy_uj"), "2\n") << "a counter";
  put("sys/class/powercap/intel-rapl:1/name", "package-0\n");
  ASSERT_TRUE(machine->list("sys/class/powercap"));
  EXPECT_EQ(*machine->read("sys/class/powercap/intel-rapl:0/name"), "psys\n");
}

// What a tick reads is kept open; a pack that was taken out and put back is another pack.
TEST_F(LinuxTreeTest, WhatIsKeptOpenIsOfTheDeviceThatIsThere) {
  const std::string uevent = "sys/class/power_supply/BAT0/uevent";
  put("sys/class/power_supply/AC/uevent", "ONLINE=1\n");
  put("sys/devices/one/uevent", "SERIAL=1\n");
  put("sys/devices/two/uevent", "SERIAL=2\n");
  const std::string link = folder / "root/sys/class/power_supply/BAT0";
  std::filesystem::create_directory_symlink("../../devices/one", link);
  const auto machine = tree();
  ASSERT_TRUE(machine->list("sys/class/power_supply"));
  EXPECT_EQ(*machine->read(uevent), "SERIAL=1\n");
  put("sys/devices/one/uevent", "SERIAL=1 LATER\n");
  EXPECT_EQ(*machine->read(uevent), "SERIAL=1 LATER\n");
  std::filesystem::remove(link);
  EXPECT_EQ(*machine->list("sys/class/power_supply"), (Names{"AC"}));
  EXPECT_EQ(machine->read(uevent).error().cause, Cause::absent);
  std::filesystem::create_directory_symlink("../../devices/two", link);
  EXPECT_EQ(*machine->list("sys/class/power_supply"), (Names{"AC", "BAT0"}));
  EXPECT_EQ(*machine->read(uevent), "SERIAL=2\n");
}

// A card that was pulled out and another put in between two looks at the list: the same name.
TEST_F(LinuxTreeTest, WhatStaysWithADeviceGoesWithItUnderTheSameName) {
  const std::string card = "sys/class/drm/card1";
  put("sys/devices/one/device/uevent", "DRIVER=amdgpu\n");
  put("sys/devices/one/device/power/runtime_status", "active\n");
  put("sys/devices/two/device/uevent", "DRIVER=nvidia\n");
  put("sys/devices/two/device/power/runtime_status", "suspended\n");
  std::filesystem::create_directories(folder / "root/sys/class/drm");
  const std::string link = folder / ("root/" + card);
  std::filesystem::create_directory_symlink("../../devices/one", link);
  const auto machine = tree();
  ASSERT_TRUE(machine->list("sys/class/drm"));
  EXPECT_EQ(*machine->read(card + "/device/uevent"), "DRIVER=amdgpu\n");
  EXPECT_EQ(*machine->read(card + "/device/power/runtime_status"), "active\n");
  std::filesystem::remove(link);
  std::filesystem::create_directory_symlink("../../devices/two", link);
  std::filesystem::remove_all(folder / "root/sys/devices/one");
  EXPECT_EQ(*machine->list("sys/class/drm"), (Names{"card1"})) << "no list tells";
  EXPECT_EQ(*machine->read(card + "/device/power/runtime_status"), "suspended\n");
  EXPECT_EQ(*machine->read(card + "/device/uevent"), "DRIVER=nvidia\n");
}

// An interface without a device gets none, so that is asked once; another one may have its name.
TEST_F(LinuxTreeTest, AnInterfaceWithoutADeviceIsAskedOnce) {
  const std::string device = "sys/class/net/eth0/device/uevent";
  put("sys/class/net/eth0/statistics/rx_bytes", "1\n");
  const auto machine = tree();
  ASSERT_TRUE(machine->list("sys/class/net"));
  EXPECT_EQ(machine->read(device).error().cause, Cause::absent);
  put(device, "DRIVER=e1000e\n");
  EXPECT_EQ(machine->read(device).error().cause, Cause::absent);
  put("sys/class/net/lo/statistics/rx_bytes", "1\n");
  ASSERT_TRUE(machine->list("sys/class/net"));
  EXPECT_EQ(*machine->read(device), "DRIVER=e1000e\n");
}

TEST_F(LinuxTreeTest, SaysWhyThereIsNothing) {
  put("sys/file", "x");
  put("sys/large", std::string((1 << 20) + 1, 'x'));
  put("sys/largest", std::string(1 << 20, 'x'));
  ASSERT_EQ(mkfifo((folder / "root/sys/pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("nowhere", folder / "root/sys/dangling");
  std::filesystem::create_symlink("loop", folder / "root/sys/loop");
  const auto machine = tree();
  EXPECT_EQ(machine->read("sys/none").error().cause, Cause::absent);
  EXPECT_EQ(machine->read("sys").error().cause, Cause::absent) << "a folder is no value";
  EXPECT_EQ(machine->read("sys/file/below").error().cause, Cause::absent);
  EXPECT_EQ(machine->read("sys/pipe").error().cause, Cause::absent) << "and nothing waits";
  EXPECT_EQ(machine->read("sys/dangling").error().cause, Cause::absent);
  EXPECT_EQ(machine->read("sys/loop").error().cause, Cause::io);
  EXPECT_EQ(machine->read("sys/large").error().cause, Cause::io);
  EXPECT_EQ(machine->read("sys/largest")->size(), largest_value_bytes);
  EXPECT_EQ(machine->list("sys/none").error().cause, Cause::absent);
  EXPECT_EQ(machine->list("sys/file").error().cause, Cause::absent);
}

TEST_F(LinuxTreeTest, StaysBelowItsRoot) {
  write(folder / "outside", "secret");
  put("sys/file", "x");
  const auto machine = tree();
  for (const char* path : {"../outside", "sys/../../outside", "/etc/hostname", "sys/.."}) {
    EXPECT_EQ(machine->read(path).error().cause, Cause::absent) << path;
    EXPECT_EQ(machine->list(path).error().cause, Cause::absent) << path;
  }
}

// Root may read everything: then somebody else looks.
class AsNobody {
 public:
  AsNobody() : was_root_(geteuid() == 0) {
    if (was_root_) {
      EXPECT_EQ(seteuid(65534), 0);
    }
  }
  ~AsNobody() {
    if (was_root_) {
      EXPECT_EQ(seteuid(0), 0);
    }
  }

 private:
  bool was_root_;
};

TEST_F(LinuxTreeTest, DeniedIsNotAbsent) {
  put("sys/closed", "x");
  put("sys/folder/value", "x");
  const auto machine = tree();
  chmod((folder / "root/sys/closed").c_str(), 0);
  chmod((folder / "root/sys/folder").c_str(), 0);
  {
    const AsNobody nobody;
    EXPECT_EQ(machine->read("sys/closed").error().cause, Cause::denied);
    EXPECT_EQ(machine->list("sys/folder").error().cause, Cause::denied);
    EXPECT_EQ(machine->read("sys/folder/value").error().cause, Cause::denied);
  }
  chmod((folder / "root/sys/folder").c_str(), 0700);
}

TEST_F(LinuxTreeTest, BelowAnotherRootDrivesAreFiles) {
  put("nvme/nvme0/log/02", "page");
  const auto machine = tree();
  EXPECT_EQ(*machine->list("nvme"), (Names{"nvme0"}));
  EXPECT_EQ(*machine->read("nvme/nvme0/log/02"), "page");
}

TEST(LinuxTree, OfThisMachineAnswersAndHasNoDriveOfAnInventedName) {
  const auto machine = live_machine_tree({});
  EXPECT_TRUE(machine->read("proc/stat"));
  EXPECT_TRUE(machine->list("nvme"));
  for (const char* path : {"nvme/nvme987654/identify", "nvme/../dev/null", "nvme/null/identify",
                           "nvme/nvme0/log/03", "nvme/nvme0", "nvme/"}) {
    EXPECT_EQ(machine->read(path).error().cause, Cause::absent) << path;
  }
}

TEST(LinuxTree, ARootThatIsNotThereIsAnErrorAndNoEmptyMachine) {
  const auto machine = live_machine_tree({"", "/nowhere/at/all"});
  EXPECT_FALSE(machine->list(""));
  EXPECT_FALSE(machine->read("proc/stat"));
}

TEST_F(LinuxTreeTest, StrongerSettingsWin) {
  configure("agent.toml", "LogLevel = \"error\"\nMaxDiskMb = 32\nOfficeShare = 40\n");
  configure("agent.d/10-site.toml", "LogLevel = \"warning\"\n");
  configure("agent.d/20-room.toml", "LogLevel = \"info\"\n");
  configure("agent.d/notes.txt", "not = settings");
  configure("managed.d/50-mdm.toml", "MaxDiskMb = 128\n");
  const auto machine = tree();
  EXPECT_EQ(*machine->read("policy/LogLevel"), "info");
  EXPECT_EQ(*machine->read("policy-origin/LogLevel"), folder / "config/agent.d/20-room.toml");
  EXPECT_EQ(*machine->read("policy/MaxDiskMb"), "128");
  EXPECT_EQ(*machine->read("policy-origin/MaxDiskMb"),
            folder / "config/managed.d/50-mdm.toml" + " (locked)");
  EXPECT_EQ(*machine->read("policy/OfficeShare"), "40");
  EXPECT_EQ(machine->read("policy/CollectorUrl").error().cause, Cause::absent);
  EXPECT_EQ(machine->read("policy-origin/CollectorUrl").error().cause, Cause::absent);
  EXPECT_EQ(*machine->list("policy"), (Names{"LogLevel", "MaxDiskMb", "OfficeShare"}));
}

TEST_F(LinuxTreeTest, ABrokenFileHidesWhatItMightHaveSaidAndNothingStronger) {
  configure("agent.toml", "LogLevel = \"error\"\n");
  configure("agent.d/10.toml", "LogLevel = \n");
  configure("managed.d/50.toml", "MaxDiskMb = 128\n");
  const auto machine = tree();
  EXPECT_EQ(*machine->read("policy/MaxDiskMb"), "128");
  const auto level = machine->read("policy/LogLevel");
  ASSERT_FALSE(level);
  EXPECT_EQ(level.error().cause, Cause::malformed);
  const std::string begins = folder / "config/agent.d/10.toml" + ":1:";
  EXPECT_EQ(level.error().text.substr(0, begins.size()), begins);
}

TEST_F(LinuxTreeTest, WithoutSettingsEverythingIsNotConfigured) {
  const auto machine = tree();
  const Settings none = Settings::from([&](std::string_view path) { return machine->read(path); });
  EXPECT_TRUE(none.problems().empty());
  EXPECT_FALSE(none.configured("CollectorUrl"));
  EXPECT_EQ(none.integer("SampleIntervalSeconds"), 60);
}

TEST_F(LinuxTreeTest, SettingsComeFromTheTree) {
  configure("agent.toml", "SampleIntervalSeconds = 30\nAcquisitionDate = 2024-05-01\n");
  const auto machine = tree();
  const Settings set = Settings::from([&](std::string_view path) { return machine->read(path); });
  EXPECT_TRUE(set.problems().empty());
  EXPECT_EQ(set.integer("SampleIntervalSeconds"), 30);
  EXPECT_EQ(set.text("AcquisitionDate"), "2024-05-01");
  EXPECT_EQ(set.value("SampleIntervalSeconds").origin, folder / "config/agent.toml");
}

}  // namespace
}  // namespace wattlife

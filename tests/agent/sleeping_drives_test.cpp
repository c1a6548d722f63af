// SPDX-License-Identifier: EUPL-1.2
#include "agent/sleeping_drives.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

Disk awake(const std::string& name, DiskKind kind, const std::string& serial) {
  Disk disk;
  disk.name = name;
  disk.kind = kind;
  disk.model = "ST500LM000";
  disk.serial = serial;
  disk.size_bytes = 500'107'862'016;
  disk.power_on_hours = 4321;
  disk.pending = 0;
  disk.self_assessment_passed = true;
  return disk;
}

// What anyone may know of it.
Disk asleep(const Disk& disk) {
  Disk silent;
  silent.name = disk.name;
  silent.kind = disk.kind;
  silent.model = disk.model;
  silent.size_bytes = disk.size_bytes;
  return silent;
}

Inventory with(std::vector<Disk> disks) {
  Inventory inventory;
  for (const Disk& disk : disks) {
    if (!disk.serial) continue;
    DriveErase erase;
    erase.name = disk.name;
    erase.command = true;
    inventory.provision.drive_erase.push_back(erase);
  }
  inventory.disks = std::move(disks);
  return inventory;
}

TEST(SleepingDrives, KeepWhatTheySaidWhenTheyTurned) {
  const struct {
    const char* name;
    DiskKind kind;
    const char* path;
  } cases[] = {{"sda", DiskKind::ata, "ata/sda/identify"},
               {"ata1", DiskKind::ata, "ata/1/identify"},
               {"nvme0", DiskKind::nvme, "nvme/0/identify"}};
  for (const auto& c : cases) {
    const Disk drive = awake(c.name, c.kind, "S-1");
    const Inventory before = with({drive, awake("sdz", DiskKind::ata, "S-2")});
    Inventory now = with({asleep(drive), awake("sdz", DiskKind::ata, "S-2")});
    now.faults = {{c.path, Cause::asleep}};
    EXPECT_EQ(with_sleeping_drives(now, before), before) << c.path;
  }
}

// It fell asleep between two pages: what it still said is newer.
TEST(SleepingDrives, WhatIsReadNowIsStronger) {
  const Inventory before = with({awake("sda", DiskKind::ata, "S-1")});
  Inventory now = before;
  now.disks[0].power_on_hours = 4322;
  now.disks[0].self_assessment_passed.reset();
  now.faults = {{"ata/sda/status", Cause::asleep}};
  const Inventory known = with_sleeping_drives(now, before);
  EXPECT_EQ(known.disks[0].power_on_hours, 4322);
  EXPECT_EQ(known.disks[0].self_assessment_passed, true);
  EXPECT_TRUE(known.faults.empty());
}

TEST(SleepingDrives, AnythingElseThanSleepHidesNothing) {
  const Inventory before = with({awake("sda", DiskKind::ata, "S-1")});
  for (const Cause cause : {Cause::busy, Cause::denied, Cause::io, Cause::malformed}) {
    Inventory now = with({asleep(before.disks[0])});
    now.faults = {{"ata/sda/identify", cause}};
    EXPECT_EQ(with_sleeping_drives(now, before), now) << name_of(cause);
  }
}

TEST(SleepingDrives, AnotherDriveIsNotTheOneThatWasThere) {
  const Inventory before = with({awake("sda", DiskKind::ata, "S-1")});
  const auto unchanged = [&](Inventory now, const char* why) {
    now.faults.push_back({"ata/sda/identify", Cause::asleep});
    EXPECT_EQ(with_sleeping_drives(now, before), now) << why;
  };
  Disk other = asleep(before.disks[0]);
  other.model = "WD5000";
  unchanged(with({other}), "another model");
  other = asleep(before.disks[0]);
  other.size_bytes = 1;
  unchanged(with({other}), "another size");
  other = asleep(before.disks[0]);
  other.serial = "S-9";
  unchanged(with({other}), "another serial");
  other = asleep(before.disks[0]);
  other.name = "sdb";
  unchanged(with({other}), "another place, and the fault is of a drive that is not listed");
}

TEST(SleepingDrives, WhatWasNeverKnownStaysUnknown) {
  Inventory now = with({asleep(awake("sda", DiskKind::ata, "S-1"))});
  now.faults = {{"ata/sda/identify", Cause::asleep}};
  EXPECT_EQ(with_sleeping_drives(now, std::nullopt), now);
  EXPECT_EQ(with_sleeping_drives(now, now), now) << "it slept the last time too";
  EXPECT_EQ(with_sleeping_drives(now, Inventory{}), now);
}

}  // namespace
}  // namespace wattlife

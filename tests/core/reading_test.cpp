// SPDX-License-Identifier: EUPL-1.2
// The words of readings are part of the command-line contract and of the API: scripts rely on them.
#include "core/reading.h"

#include <gtest/gtest.h>

#include <string>

namespace wattlife {
namespace {

TEST(Reading, words_of_the_contract) {
  EXPECT_STREQ(name_of(Os::linux_os), "linux");
  EXPECT_STREQ(name_of(Os::windows), "windows");
  EXPECT_STREQ(name_of(Os::macos), "macos");
  EXPECT_STREQ(name_of(BatteryStatus::charging), "charging");
  EXPECT_STREQ(name_of(BatteryStatus::discharging), "discharging");
  EXPECT_STREQ(name_of(BatteryStatus::full), "full");
  EXPECT_STREQ(name_of(BatteryStatus::not_charging), "not_charging");
  EXPECT_STREQ(name_of(BatteryStatus::unknown), "unknown");
  EXPECT_STREQ(name_of(Boundary::cpu), "cpu");
  EXPECT_STREQ(name_of(Boundary::soc), "soc");
  EXPECT_STREQ(name_of(Boundary::psys), "psys");
  EXPECT_STREQ(name_of(Boundary::sys), "sys");
  EXPECT_STREQ(name_of(DiskKind::nvme), "nvme");
  EXPECT_STREQ(name_of(DiskKind::ata), "ata");
  EXPECT_STREQ(name_of(DiskKind::emmc), "emmc");
  EXPECT_STREQ(name_of(Verdict::good), "good");
  EXPECT_STREQ(name_of(Verdict::watch), "watch");
  EXPECT_STREQ(name_of(Verdict::replace), "replace");
  EXPECT_STREQ(name_of(Verdict::fail), "fail");
  EXPECT_STREQ(name_of(Verdict::unknown), "unknown");
}

// A value that nobody set must read as not known, never as a number or as good.
TEST(Reading, a_guest_is_known_by_its_maker_and_model) {
  struct Case {
    const char* maker;
    const char* model;
    bool guest;
  };
  const Case cases[] = {
      {"QEMU", "Standard PC (Q35 + ICH9, 2009)", true},
      {"Red Hat", "KVM", true},
      {"oVirt", "Standard PC (i440FX + PIIX, 1996)", true},
      {"VMware, Inc.", "VMware Virtual Platform", true},
      {"innotek GmbH", "VirtualBox", true},
      {"Xen", "HVM domU", true},
      {"Parallels International GmbH.", "Parallels ARM Virtual Machine", true},
      {"Microsoft Corporation", "Virtual Machine", true},
      {"Google", "Google Compute Engine", true},
      {"Amazon EC2", "t3.micro", true},
      // Makers of guests make laptops too.
      {"Microsoft Corporation", "Surface Laptop 5", false},
      {"Google", "Brya", false},
      {"LENOVO", "20L50018MH", false},
      {"", "", false},
  };
  for (const Case& c : cases) {
    Identity identity;
    if (*c.maker != '\0') identity.manufacturer = c.maker;
    if (*c.model != '\0') identity.model = c.model;
    EXPECT_EQ(is_named_as_guest(identity), c.guest) << c.maker << " " << c.model;
  }
}

TEST(Reading, what_was_not_read_is_unknown) {
  const Battery battery;
  EXPECT_EQ(battery.status, BatteryStatus::unknown);
  EXPECT_FALSE(battery.design || battery.full || battery.now || battery.power || battery.cycles);
  const Disk disk;
  EXPECT_FALSE(disk.critical_warning || disk.percentage_used || disk.power_on_hours);
  const Activity activity;
  EXPECT_FALSE(activity.cpu_busy_ticks || activity.panel_on || activity.brightness);
  const Identity identity;
  EXPECT_FALSE(identity.serial || identity.memory_mib || identity.bios_date);
}

}  // namespace
}  // namespace wattlife

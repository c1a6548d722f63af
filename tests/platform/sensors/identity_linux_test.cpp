// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/smbios_builder.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

const std::string uuid_bytes = "\xa8\x0c\x34\x83\x49\xcb\x74\x44\x8c\x29\xd2\x08\x8c\xa8\x4d\xd9"s;

TEST(IdentityLinux, ComesFromFilesWhenTheTableIsClosed) {
  std::vector<Fault> faults;
  const Identity identity = read_identity_linux(
      tree_of({{"sys/firmware/dmi/tables/DMI", Cause::denied},
               {"sys/class/dmi/id/sys_vendor", "LENOVO\n"s},
               {"sys/class/dmi/id/product_name", "20L8S07A14\n"s},
               {"sys/class/dmi/id/product_version", "ThinkPad T480s\n"s},
               {"sys/class/dmi/id/product_sku", "Default string\n"s},
               {"sys/class/dmi/id/product_serial", Cause::denied},
               {"sys/class/dmi/id/product_uuid", Cause::denied},
               {"sys/class/dmi/id/bios_date", "01/16/2019\n"s},
               {"sys/class/dmi/id/chassis_type", "10\n"s},
               {"proc/cpuinfo",
                "processor\t: 0\nmodel\t\t: 142\nmodel name\t: Intel(R)  i7 @ 1.9GHz\n"s},
               {"proc/meminfo", "MemTotal:       16168548 kB\nMemFree: 1 kB\n"s}}),
      faults);
  Identity expected;
  expected.manufacturer = "LENOVO";
  expected.model = "ThinkPad T480s";
  expected.bios_date = day_from_iso8601("2019-01-16");
  expected.chassis = "Notebook";
  expected.cpu = "Intel(R) i7 @ 1.9GHz";
  expected.memory_mib = 15789;
  EXPECT_EQ(identity, expected);
  EXPECT_EQ(faults, (std::vector<Fault>{{"sys/firmware/dmi/tables/DMI", Cause::denied},
                                        {"sys/class/dmi/id/product_serial", Cause::denied},
                                        {"sys/class/dmi/id/product_uuid", Cause::denied}}));
}

TEST(IdentityLinux, TheTableWinsAndFilesCompleteIt) {
  std::vector<Fault> faults;
  const std::string table =
      smbios_system("HP", "HP EliteBook 840 G5", " ", "5CG1234XYZ", uuid_bytes, " ") +
      smbios_memory(16384) + smbios_end();
  const Identity identity =
      read_identity_linux(tree_of({{"sys/firmware/dmi/tables/DMI", table},
                                   {"sys/class/dmi/id/sys_vendor", "Other\n"s},
                                   {"sys/class/dmi/id/product_sku", "3JX29EA#ABH\n"s},
                                   {"sys/class/dmi/id/chassis_type", "10\n"s},
                                   {"proc/meminfo", "MemTotal: 16168548 kB\n"s}}),
                          faults);
  EXPECT_EQ(identity.manufacturer, "HP");
  EXPECT_EQ(identity.sku, "3JX29EA#ABH");
  EXPECT_EQ(identity.chassis, "Notebook");
  EXPECT_EQ(identity.memory_mib, 16384) << "what is built in, not what the kernel can use";
  EXPECT_EQ(identity.uuid, "83340ca8-cb49-4474-8c29-d2088ca84dd9");
  EXPECT_TRUE(faults.empty());
}

TEST(IdentityLinux, TheEntryPointGivesTheVersionOfTheTable) {
  const std::string table = smbios_system("A", "B", "C", "D", uuid_bytes, "E");
  const std::string old_order = "a80c3483-49cb-7444-8c29-d2088ca84dd9";
  const std::string new_order = "83340ca8-cb49-4474-8c29-d2088ca84dd9";
  const struct {
    std::string entry_point;
    std::string uuid;
  } cases[] = {
      {"_SM_\x01\x1f\x02\x04"s + std::string(23, '\0'), old_order},
      {"_SM_\x01\x1f\x02\x08"s + std::string(23, '\0'), new_order},
      {"_SM3_\x01\x18\x03\x02"s + std::string(15, '\0'), new_order},
      {"_SM_", new_order},
      {"", new_order},
  };
  for (const auto& c : cases) {
    std::vector<Fault> faults;
    const Identity identity = read_identity_linux(
        tree_of({{"sys/firmware/dmi/tables/DMI", table},
                 {"sys/firmware/dmi/tables/smbios_entry_point", c.entry_point}}),
        faults);
    EXPECT_EQ(identity.uuid, c.uuid);
  }
}

TEST(IdentityLinux, AGuestIsSeenByTheFlagOfItsProcessor) {
  const struct {
    const char* name;
    std::string cpuinfo;
    std::optional<bool> guest;
  } cases[] = {
      {"a laptop", "processor\t: 0\nflags\t\t: fpu vme sse2\nprocessor\t: 1\n", false},
      {"a guest", "processor\t: 0\nflags\t\t: fpu hypervisor sse2\n", true},
      {"the word alone counts", "flags\t\t: fpu hypervisor_x\n", false},
      {"ARM does not tell", "processor\t: 0\nFeatures\t: fp asimd\n", std::nullopt},
  };
  for (const auto& c : cases) {
    std::vector<Fault> faults;
    const Identity identity = read_identity_linux(tree_of({{"proc/cpuinfo", c.cpuinfo}}), faults);
    EXPECT_EQ(identity.virtual_machine, c.guest) << c.name;
  }
}

TEST(IdentityLinux, TellsWhichSleepTheSystemChooses) {
  const std::pair<const char*, std::optional<bool>> cases[] = {{"[s2idle] deep\n", true},
                                                               {"s2idle [deep]\n", false},
                                                               {"[s2idle]\n", true},
                                                               {"\n", std::nullopt}};
  for (const auto& [text, expected] : cases) {
    std::vector<Fault> faults;
    EXPECT_EQ(read_identity_linux(tree_of({{"sys/power/mem_sleep", std::string(text)}}), faults)
                  .modern_standby,
              expected)
        << text;
  }
}

TEST(IdentityLinux, NothingKnownIsNothingClaimed) {
  std::vector<Fault> faults;
  EXPECT_EQ(read_identity_linux(tree_of({}), faults), Identity{});
  EXPECT_EQ(read_identity_linux(tree_of({{"proc/cpuinfo", "processor : 0\nmodel name : \n"s},
                                         {"proc/meminfo", "MemTotal: lots kB\n"s},
                                         {"sys/class/dmi/id/chassis_type", "200\n"s},
                                         {"sys/class/dmi/id/bios_date", "sometime\n"s}}),
                                faults),
            Identity{});
  EXPECT_TRUE(faults.empty());
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/platform_linux.h"

#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "platform/sensors/windows11_rules.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

constexpr const char* variable =
    "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

std::string cpuinfo() {
  std::string text;
  for (int processor = 0; processor < 4; ++processor) {
    text += "processor\t: " + std::to_string(processor) +
            "\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 142\nmodel name\t: Intel(R) "
            "Core(TM) i5-8350U CPU @ 1.70GHz\nstepping\t: 10\nphysical id\t: 0\ncore id\t\t: " +
            std::to_string(processor % 2) + "\nflags\t\t: fpu lm sse4_2 popcnt\n\n";
  }
  return text;
}

// As sensors.h makes it, of a machine with these answers.
Inventory inventory(const MachineTree& tree) {
  Inventory made;
  read_provision_linux(tree, made);
  made.identity.memory_mib = 8'192;
  made.disks.resize(2);
  made.disks[0].size_bytes = 31'268'536'320;
  made.disks[1].size_bytes = 256'060'514'304;
  return made;
}

PlatformFacts facts_of(Answers answers) {
  std::vector<Fault> faults;
  const CaptureTree tree = tree_of(std::move(answers));
  return read_platform_linux(tree, inventory(tree), faults);
}

TEST(PlatformLinux, reads_what_windows_11_asks) {
  const PlatformFacts facts = facts_of({{"proc/cpuinfo", cpuinfo()},
                                        {"sys/class/tpm/tpm0/tpm_version_major", "2\n"s},
                                        {variable, "\x06\0\0\0\0"s}});
  EXPECT_EQ(facts.cpu_model, 142);
  EXPECT_EQ(facts.cpu_stepping, 10);
  EXPECT_EQ(facts.cores, 2);
  EXPECT_EQ(facts.tpm_major, 2);
  EXPECT_EQ(facts.secure_boot_capable, true) << "switched off, and able";
  EXPECT_EQ(facts.disk_bytes, 256'060'514'304);
  EXPECT_EQ(windows11(facts, *built_in_processor_rules()).eligible, Known::yes);
}

TEST(PlatformLinux, the_inventory_has_the_processor_and_nothing_is_lost_on_the_way) {
  const CaptureTree tree = tree_of({{"proc/cpuinfo", cpuinfo()}});
  Inventory inventory;
  read_provision_linux(tree, inventory);
  EXPECT_EQ(inventory.provision.processor, (Processor{"GenuineIntel", 6, 142, 10, true, 2, true}));
  PlatformFacts facts;
  add_inventory(inventory, facts);
  EXPECT_EQ(processor_listed(facts, *built_in_processor_rules()), Known::yes);
  EXPECT_EQ(read_processor_linux(tree_of({})), Processor{});
}

TEST(Traps, Trap27_without_efivars_secure_boot_is_unknown_not_no) {
  const PlatformFacts facts =
      facts_of({{"proc/cpuinfo", cpuinfo()}, {"sys/class/tpm/tpm0/tpm_version_major", "2\n"s}});
  EXPECT_EQ(facts.secure_boot_capable, std::nullopt);
  const Windows11 answer = windows11(facts, *built_in_processor_rules());
  EXPECT_EQ(answer.eligible, Known::unknown);
  EXPECT_EQ(answer.unseen, std::vector<std::string>{"secure_boot"});
  EXPECT_TRUE(answer.failing.empty());
}

TEST(PlatformLinux, what_is_hidden_is_unknown) {
  const PlatformFacts facts = facts_of({{"proc/cpuinfo", "processor : 0\nBogoMIPS : 48\n"s}});
  EXPECT_EQ(facts.cpu_vendor, std::nullopt);
  EXPECT_EQ(facts.cpu_64_bit, std::nullopt);
  EXPECT_EQ(facts.cores, std::nullopt);
  EXPECT_EQ(facts.tpm_major, std::nullopt);
}

Answers throttling(int processors, int packages) {
  Answers answers;
  for (int i = 0; i < processors; ++i) {
    const std::string folder = "sys/devices/system/cpu/cpu" + std::to_string(i);
    answers.emplace_back(folder + "/topology/physical_package_id",
                         std::to_string(i % packages) + "\n");
    answers.emplace_back(folder + "/thermal_throttle/package_throttle_count", "12\n"s);
    answers.emplace_back(folder + "/thermal_throttle/package_throttle_total_time_ms", "340\n"s);
  }
  return answers;
}

TEST(Traps, Trap32_package_throttling_is_counted_once_on_eight_processors) {
  std::vector<Fault> faults;
  EXPECT_EQ(read_thermal_throttle_linux(tree_of(throttling(8, 1)), faults),
            (ThermalThrottle{1, 12, 340}));
  EXPECT_EQ(read_thermal_throttle_linux(tree_of(throttling(8, 2)), faults),
            (ThermalThrottle{2, 24, 680}));
  EXPECT_EQ(read_thermal_throttle_linux(tree_of({}), faults), std::nullopt);
  Answers older = throttling(2, 1);
  older.pop_back();
  std::erase_if(older, [](const auto& a) { return a.first.ends_with("total_time_ms"); });
  EXPECT_EQ(read_thermal_throttle_linux(tree_of(older), faults),
            (ThermalThrottle{1, 12, std::nullopt}));
  EXPECT_TRUE(faults.empty());
}

}  // namespace
}  // namespace wattlife

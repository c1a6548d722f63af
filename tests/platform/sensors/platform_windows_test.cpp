// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/platform_windows.h"

#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "platform/sensors/platform_linux.h"
#include "platform/sensors/windows11_rules.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

constexpr std::uint32_t sse42 = 1U << 20;
constexpr std::uint32_t popcnt = 1U << 23;
constexpr std::uint32_t long_mode = 1U << 29;

// cpu/features: ECX of leaf 1 and EDX of leaf 0x80000001, among numbers that mean other things.
std::string features(std::uint32_t ecx, std::uint32_t extended_edx) {
  return le32(0x806EA) + le32(0x10'0800) + le32(ecx) + le32(~0U) + le32(0) + le32(0) + le32(~0U) +
         le32(extended_edx);
}

// As sensors.h makes it, of a machine that lacks nothing else.
Inventory complete() {
  Inventory made;
  made.os = Os::windows;
  made.identity.memory_mib = 8'192;
  made.disks.resize(1);
  made.disks[0].size_bytes = 256'060'514'304;
  made.provision.tpm_version = "2.0";
  made.provision.secure_boot = SecureBoot::off;
  return made;
}

struct Read {
  PlatformFacts facts;
  std::vector<Fault> faults;
};
Read read(Answers answers) {
  Read made;
  const CaptureTree tree = tree_of(std::move(answers), Os::windows);
  made.facts = read_platform_windows(tree, complete(), made.faults);
  return made;
}

Answers kaby_lake_r() {
  return {{"cpu/vendor", "GenuineIntel"s},
          {"cpu/identifier", "Intel64 Family 6 Model 142 Stepping 10"s},
          {"cpu/features", features(sse42 | popcnt, long_mode)},
          {"cpu/cores", le32(4)}};
}

TEST(PlatformWindows, ReadsWhatWindows11Asks) {
  const auto [facts, faults] = read(kaby_lake_r());
  EXPECT_EQ(facts.cpu_vendor, "GenuineIntel");
  EXPECT_EQ(facts.cpu_family, 6);
  EXPECT_EQ(facts.cpu_model, 142);
  EXPECT_EQ(facts.cpu_stepping, 10);
  EXPECT_EQ(facts.cpu_64_bit, true);
  EXPECT_EQ(facts.popcnt_and_sse42, true);
  EXPECT_EQ(facts.cores, 4);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(windows11(facts, *built_in_processor_rules()).eligible, Known::yes);
}

// Windows and Linux name one processor with the same numbers.
TEST(PlatformWindows, SaysTheSameAsLinuxOfTheSameProcessor) {
  PlatformFacts linux_facts;
  add_cpuinfo(
      "vendor_id\t: AuthenticAMD\ncpu family\t: 23\nmodel\t\t: 96\nstepping\t: 1\n"
      "flags\t\t: fpu lm sse4_2 popcnt\n",
      linux_facts);
  PlatformFacts windows_facts;
  add_cpu_vendor("AuthenticAMD", windows_facts);
  add_cpu_identifier("AMD64 Family 23 Model 96 Stepping 1", windows_facts);
  ASSERT_TRUE(add_cpu_features(features(sse42 | popcnt, long_mode), windows_facts));
  EXPECT_EQ(windows_facts.cpu_vendor, linux_facts.cpu_vendor);
  EXPECT_EQ(windows_facts.cpu_family, linux_facts.cpu_family);
  EXPECT_EQ(windows_facts.cpu_model, linux_facts.cpu_model);
  EXPECT_EQ(windows_facts.cpu_stepping, linux_facts.cpu_stepping);
  EXPECT_EQ(windows_facts.cpu_64_bit, linux_facts.cpu_64_bit);
  EXPECT_EQ(windows_facts.popcnt_and_sse42, linux_facts.popcnt_and_sse42);
  EXPECT_EQ(windows_facts.cpu_family, 23);
}

// The inventory is stronger than what was read beside it, and is of the same machine.
TEST(PlatformWindows, OfAnArmProcessorNothingOfX86IsTold) {
  const CaptureTree tree = tree_of({{"cpu/vendor", "Qualcomm Technologies Inc"s},
                                    {"cpu/identifier", "ARMv8 (64-bit) Family 8 Model D4B"s},
                                    {"cpu/hypervisor", le32(0x806EA) + std::string(44, '\0')}},
                                   Os::windows);
  std::vector<Fault> faults;
  Inventory inventory;
  read_provision_windows(tree, inventory);
  const PlatformFacts facts = read_platform_windows(tree, inventory, faults);
  EXPECT_EQ(facts.cpu_vendor, "Qualcomm");
  EXPECT_EQ(facts.cpu_family, std::nullopt);
  EXPECT_EQ(facts.cpu_model, std::nullopt);
  EXPECT_EQ(facts.popcnt_and_sse42, true);
}

TEST(PlatformWindows, EachFeatureDecides) {
  const struct {
    std::uint32_t ecx;
    std::uint32_t extended_edx;
    bool instructions;
    bool is_64_bit;
  } cases[] = {{sse42 | popcnt, long_mode, true, true},
               {sse42, long_mode, false, true},
               {popcnt, long_mode, false, true},
               {~(sse42 | popcnt), ~long_mode, false, false},
               {~0U, 0, true, false}};
  for (const auto& c : cases) {
    PlatformFacts facts;
    ASSERT_TRUE(add_cpu_features(features(c.ecx, c.extended_edx), facts));
    EXPECT_EQ(facts.popcnt_and_sse42, c.instructions) << c.ecx;
    EXPECT_EQ(facts.cpu_64_bit, c.is_64_bit) << c.extended_edx;
  }
}

TEST(PlatformWindows, AnIdentifierOfAnotherShapeIsUnknown) {
  const struct {
    const char* identifier;
    std::optional<std::int64_t> family;
    std::optional<std::int64_t> model;
    std::optional<std::int64_t> stepping;
  } cases[] = {{"x86 Family 6 Model 23 Stepping 10", 6, 23, 10},
               {"Intel64 Family 6 Model 142", 6, 142, std::nullopt},
               {"Intel64 Family six Model -1 Stepping 99999999999999999999", {}, {}, {}},
               {"Family", {}, {}, {}},
               {"", {}, {}, {}},
               {"ARMv8 (64-bit) Family 8 Model D4B Revision   0", {}, {}, {}}};
  for (const auto& c : cases) {
    PlatformFacts facts;
    add_cpu_identifier(c.identifier, facts);
    EXPECT_EQ(facts.cpu_family, c.family) << c.identifier;
    EXPECT_EQ(facts.cpu_model, c.model) << c.identifier;
    EXPECT_EQ(facts.cpu_stepping, c.stepping) << c.identifier;
  }
}

// What CPUID says to a program that is translated is not the processor's.
TEST(PlatformWindows, AnArmProcessorIsKnownByItsMakerAndNotByCpuid) {
  const auto [facts, faults] =
      read({{"cpu/vendor", "Qualcomm Technologies Inc"s},
            {"cpu/identifier", "ARMv8 (64-bit) Family 8 Model D4B Revision   0"s},
            {"cpu/features", features(0, 0)},
            {"cpu/cores", le32(8)}});
  EXPECT_EQ(facts.cpu_vendor, "Qualcomm");
  EXPECT_EQ(facts.cpu_64_bit, true);
  EXPECT_EQ(windows11(facts, *built_in_processor_rules()).eligible, Known::yes);
  EXPECT_TRUE(faults.empty());
}

TEST(PlatformWindows, WhatIsHiddenIsUnknownAndWhatIsBrokenIsAFault) {
  const auto nothing = read({});
  EXPECT_EQ(nothing.facts.cpu_vendor, std::nullopt);
  EXPECT_EQ(nothing.facts.cores, std::nullopt);
  EXPECT_EQ(nothing.facts.popcnt_and_sse42, std::nullopt);
  EXPECT_TRUE(nothing.faults.empty());

  const auto broken = read({{"cpu/vendor", Cause::denied},
                            {"cpu/features", features(0, 0).substr(1)},
                            {"cpu/cores", le32(0)}});
  EXPECT_EQ(broken.facts.cpu_64_bit, std::nullopt);
  EXPECT_EQ(broken.facts.cores, std::nullopt);
  EXPECT_EQ(broken.faults, (std::vector<Fault>{{"cpu/vendor", Cause::denied},
                                               {"cpu/features", Cause::malformed},
                                               {"cpu/cores", Cause::malformed}}));
}

}  // namespace
}  // namespace wattlife

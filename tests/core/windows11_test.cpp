// SPDX-License-Identifier: EUPL-1.2
#include "core/windows11.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

using Words = std::vector<std::string>;

ProcessorRule rule(const char* vendor, Known listed) {
  ProcessorRule made;
  made.vendor = vendor;
  made.listed = listed;
  return made;
}

ProcessorRules rules() {
  ProcessorRule old = rule("GenuineIntel", Known::no);
  old.family = 6;
  old.most_model = 0x5F;
  ProcessorRule odd = rule("GenuineIntel", Known::unknown);
  odd.model = 0x8E;
  odd.most_stepping = 9;
  return {"test", {old, odd, rule("GenuineIntel", Known::yes)}};
}

PlatformFacts modern() {
  PlatformFacts facts;
  facts.cpu_vendor = "GenuineIntel";
  facts.cpu_family = 6;
  facts.cpu_model = 0x8C;
  facts.cpu_stepping = 1;
  facts.cpu_64_bit = true;
  facts.cores = 4;
  facts.popcnt_and_sse42 = true;
  facts.tpm_major = 2;
  facts.secure_boot_capable = true;
  facts.memory_mib = 16'384;
  facts.disk_bytes = 512'110'190'592;
  return facts;
}

TEST(Windows11, all_criteria_met) {
  EXPECT_EQ(windows11(modern(), rules()), (Windows11{Known::yes, {}, {}, "test"}));
}

struct Case {
  const char* name;
  void (*change)(PlatformFacts&);
  Known eligible;
  Words failing;
  Words unseen;
};

TEST(Windows11, three_valued_with_each_criterion) {
  const Case cases[] = {
      {"processor too old",
       [](PlatformFacts& f) { f.cpu_model = 0x5E; },
       Known::no,
       {"processor"},
       {}},
      {"two opinions on the processor",
       [](PlatformFacts& f) { f.cpu_model = 0x8E, f.cpu_stepping = 9; },
       Known::unknown,
       {},
       {"processor"}},
      {"later stepping",
       [](PlatformFacts& f) { f.cpu_model = 0x8E, f.cpu_stepping = 10; },
       Known::yes,
       {},
       {}},
      {"the model is hidden",
       [](PlatformFacts& f) { f.cpu_model.reset(); },
       Known::unknown,
       {},
       {"processor"}},
      {"the vendor is hidden",
       [](PlatformFacts& f) { f.cpu_vendor.reset(); },
       Known::unknown,
       {},
       {"processor"}},
      {"a vendor of no list",
       [](PlatformFacts& f) { f.cpu_vendor = "CentaurHauls"; },
       Known::no,
       {"processor"},
       {}},
      {"TPM 1.2", [](PlatformFacts& f) { f.tpm_major = 1; }, Known::no, {"tpm"}, {}},
      {"no TPM to be seen",
       [](PlatformFacts& f) { f.tpm_major.reset(); },
       Known::unknown,
       {},
       {"tpm"}},
      {"a TPM switched off",
       [](PlatformFacts& f) { f.tpm_major = 0; },
       Known::unknown,
       {},
       {"tpm"}},
      {"no Secure Boot",
       [](PlatformFacts& f) { f.secure_boot_capable = false; },
       Known::no,
       {"secure_boot"},
       {}},
      {"4 GB shows less", [](PlatformFacts& f) { f.memory_mib = 3'700; }, Known::yes, {}, {}},
      {"2 GB", [](PlatformFacts& f) { f.memory_mib = 2'048; }, Known::no, {"memory"}, {}},
      {"64 GB eMMC shows less",
       [](PlatformFacts& f) { f.disk_bytes = 62'537'072'640; },
       Known::yes,
       {},
       {}},
      {"32 GB", [](PlatformFacts& f) { f.disk_bytes = 31'268'536'320; }, Known::no, {"disk"}, {}},
      {"one core", [](PlatformFacts& f) { f.cores = 1; }, Known::no, {"cores"}, {}},
      {"32 bits", [](PlatformFacts& f) { f.cpu_64_bit = false; }, Known::no, {"64_bit"}, {}},
      {"no POPCNT",
       [](PlatformFacts& f) { f.popcnt_and_sse42 = false; },
       Known::no,
       {"instructions"},
       {}},
      {"what fails outranks what is unseen",
       [](PlatformFacts& f) { f.memory_mib = 2'048, f.tpm_major.reset(); },
       Known::no,
       {"memory"},
       {"tpm"}},
  };
  for (const Case& c : cases) {
    PlatformFacts facts = modern();
    c.change(facts);
    EXPECT_EQ(windows11(facts, rules()), (Windows11{c.eligible, c.failing, c.unseen, "test"}))
        << c.name;
  }
}

TEST(Windows11, nothing_seen_is_unknown) {
  const Windows11 answer = windows11({}, rules());
  EXPECT_EQ(answer.eligible, Known::unknown);
  EXPECT_EQ(answer.unseen.size(), 8u);
}

TEST(Windows11, what_the_inventory_holds_is_taken_from_it) {
  Inventory inventory;
  PlatformFacts facts;
  add_inventory(inventory, facts);
  EXPECT_EQ(facts.tpm_major, std::nullopt) << "it may be switched off";
  EXPECT_EQ(facts.secure_boot_capable, std::nullopt) << "the machine may have started the old way";
  EXPECT_EQ(facts.disk_bytes, std::nullopt);

  inventory.identity.memory_mib = 8'192;
  inventory.disks.resize(3);
  inventory.disks[0].size_bytes = 31'268'536'320;
  inventory.disks[1].size_bytes = 256'060'514'304;
  add_inventory(inventory, facts);
  EXPECT_EQ(facts.memory_mib, 8'192);
  EXPECT_EQ(facts.disk_bytes, 256'060'514'304);
  for (const auto& [version, major] : {std::pair("1.2", 1), std::pair("2.0", 2)}) {
    inventory.provision.tpm_version = version;
    add_inventory(inventory, facts);
    EXPECT_EQ(facts.tpm_major, major) << version;
  }
  for (const SecureBoot state : {SecureBoot::capable, SecureBoot::off, SecureBoot::on}) {
    PlatformFacts able;
    inventory.provision.secure_boot = state;
    add_inventory(inventory, able);
    EXPECT_EQ(able.secure_boot_capable, true) << name_of(state);
  }
}

}  // namespace
}  // namespace wattlife

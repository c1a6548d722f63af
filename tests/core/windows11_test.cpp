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

}  // namespace
}  // namespace wattlife

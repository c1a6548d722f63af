// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/windows11_rules.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

struct Processor {
  const char* name;
  const char* vendor;
  std::int64_t family;
  std::int64_t model;
  std::int64_t stepping;
  Known listed;
};

TEST(Windows11Rules, processors_by_number) {
  const auto rules = built_in_processor_rules();
  ASSERT_TRUE(rules) << rules.error().text;
  const Processor processors[] = {
      {"i5-6300U, Skylake", "GenuineIntel", 6, 0x4E, 3, Known::no},
      {"i7-6700HQ", "GenuineIntel", 6, 0x5E, 3, Known::no},
      {"i5-4300U, Haswell", "GenuineIntel", 6, 0x45, 1, Known::no},
      {"i5-7200U, Kaby Lake", "GenuineIntel", 6, 0x8E, 9, Known::unknown},
      {"i5-8350U, Kaby Lake R", "GenuineIntel", 6, 0x8E, 10, Known::yes},
      {"i5-8265U, Whiskey Lake", "GenuineIntel", 6, 0x8E, 12, Known::yes},
      {"stepping that was never sold", "GenuineIntel", 6, 0x8E, 13, Known::no},
      {"i7-7820HQ", "GenuineIntel", 6, 0x9E, 9, Known::unknown},
      {"i7-8850H, Coffee Lake", "GenuineIntel", 6, 0x9E, 10, Known::yes},
      {"i9-9880H", "GenuineIntel", 6, 0x9E, 13, Known::yes},
      {"i5-1145G7, Tiger Lake", "GenuineIntel", 6, 0x8C, 1, Known::yes},
      {"Xeon W-2133, Skylake-X", "GenuineIntel", 6, 0x55, 4, Known::yes},
      {"Pentium 4", "GenuineIntel", 15, 0x04, 3, Known::no},
      {"Ryzen 7 1700", "AuthenticAMD", 0x17, 0x01, 1, Known::no},
      {"Ryzen 5 2500U", "AuthenticAMD", 0x17, 0x11, 0, Known::no},
      {"Ryzen 5 PRO 3500U", "AuthenticAMD", 0x17, 0x18, 1, Known::yes},
      {"Ryzen 7 PRO 5850U", "AuthenticAMD", 0x19, 0x50, 0, Known::yes},
      {"A10-9600P", "AuthenticAMD", 0x15, 0x65, 1, Known::no},
      {"Snapdragon", "Qualcomm", 8, 1, 1, Known::yes},
      {"VIA", "CentaurHauls", 6, 0x0F, 1, Known::no},
  };
  for (const Processor& p : processors) {
    PlatformFacts facts;
    facts.cpu_vendor = p.vendor;
    facts.cpu_family = p.family;
    facts.cpu_model = p.model;
    facts.cpu_stepping = p.stepping;
    EXPECT_EQ(processor_listed(facts, *rules), p.listed) << p.name;
  }
}

TEST(Windows11Rules, a_rule_that_says_too_little_is_malformed) {
  const std::string head = "version = \"1\"\n";
  const std::pair<std::string, const char*> cases[] = {
      {"[[rule]]\nid = \"a\"\nvendor = \"v\"\nlisted = \"ja\"\nsource = \"s\"\n", "version"},
      {head, "no rule"},
      {head + "[[rule]]\nid = \"a\"\nvendor = \"v\"\nlisted = \"ja\"\n", "source"},
      {head + "[[rule]]\nid = \"a\"\nvendor = \"v\"\nlisted = \"yes\"\nsource = \"s\"\n", "listed"},
      {head +
           "[[rule]]\nid = \"a\"\nvendor = \"v\"\nlisted = \"ja\"\nsource = \"s\"\nmodel = \"x\"\n",
       "model"},
      {head +
           "[[rule]]\nid = \"a\"\nvendor = \"v\"\nlisted = \"ja\"\nsource = \"s\"\nodd = \"x\"\n",
       "odd"},
  };
  for (const auto& [toml, said] : cases) {
    const auto rules = processor_rules_from(toml, "t");
    ASSERT_FALSE(rules) << toml;
    EXPECT_NE(rules.error().text.find(said), std::string::npos) << rules.error().text;
  }
}

}  // namespace
}  // namespace wattlife

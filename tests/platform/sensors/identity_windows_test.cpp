// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "platform/sensors/platform_windows.h"
#include "tests/platform/smbios_builder.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

std::string table() {
  std::string bytes;
  for (const unsigned byte : {0x33U, 0x22U, 0x11U, 0x00U, 0x55U, 0x44U, 0x77U, 0x66U, 0x88U, 0x99U,
                              0xAAU, 0xBBU, 0xCCU, 0xDDU, 0xEEU, 0xFFU}) {
    bytes += static_cast<char>(byte);
  }
  return smbios_system("Dell Inc.", "Latitude 5420", "Not Specified", "ABC1234", bytes, "0A20") +
         smbios_memory(16'384) + smbios_end();
}

struct Answer {
  Identity identity;
  std::vector<Fault> faults;
};
Answer identity_of(const Answers& answers) {
  Answer answer;
  answer.identity = read_identity_windows(tree_of(answers, Os::windows), answer.faults);
  return answer;
}

TEST(WindowsIdentity, ComesFromTheTableBehindItsHeader) {
  const Answer answer = identity_of(
      {{"smbios", raw_smbios(table())}, {"cpu/name", "Intel(R) Core(TM)  i5-1145G7   @ 2.60GHz"}});
  EXPECT_EQ(answer.identity.manufacturer, "Dell Inc.");
  EXPECT_EQ(answer.identity.model, "Latitude 5420");
  EXPECT_EQ(answer.identity.serial, "ABC1234");
  EXPECT_EQ(answer.identity.sku, "0A20");
  EXPECT_EQ(answer.identity.uuid, "00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(answer.identity.memory_mib, 16'384);
  EXPECT_EQ(answer.identity.cpu, "Intel(R) Core(TM) i5-1145G7 @ 2.60GHz");
  EXPECT_TRUE(answer.faults.empty());
}

TEST(WindowsIdentity, TheVersionInTheHeaderDecidesTheOrderOfTheUuid) {
  EXPECT_EQ(identity_of({{"smbios", raw_smbios(table(), 2, 5)}}).identity.uuid,
            "33221100-5544-7766-8899-aabbccddeeff");
}

TEST(WindowsIdentity, TheLengthInTheHeaderIsABoundAndNoPromise) {
  const std::string raw = raw_smbios(table());
  EXPECT_EQ(identity_of({{"smbios", raw + "rubbish behind the table"}}).identity,
            identity_of({{"smbios", raw}}).identity);
  std::string boasting = raw;
  boasting.replace(4, 4, le32(0xFFFF'FFFF));
  EXPECT_EQ(identity_of({{"smbios", boasting}}).identity, identity_of({{"smbios", raw}}).identity);
  std::string humble = raw;
  humble.replace(4, 4, le32(0));
  EXPECT_EQ(identity_of({{"smbios", humble}}).identity, Identity{});
}

TEST(WindowsIdentity, AnyCutGivesWhatWasBefore) {
  const std::string raw = raw_smbios(table());
  for (std::size_t size = 0; size < raw.size(); ++size) {
    const Answer answer = identity_of({{"smbios", raw.substr(0, size)}});
    EXPECT_EQ(answer.faults.empty(), size >= 8) << size;
  }
}

TEST(WindowsIdentity, MemoryOfTheSystemStandsInForATableWithoutIt) {
  const std::string no_memory = raw_smbios(smbios_end());
  struct Case {
    const char* name;
    std::string bytes;
    std::optional<std::int64_t> want;
    bool fault;
  };
  const Case cases[] = {
      {"16 GiB", le64(std::uint64_t{16} << 30), 16'384, false},
      {"nothing", le64(0), std::nullopt, false},
      {"more than a machine has", le64(std::uint64_t{17} << 40), std::nullopt, false},
      {"cut off", std::string(7, '\0'), std::nullopt, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = identity_of({{"smbios", no_memory}, {"memory/bytes", c.bytes}});
    EXPECT_EQ(answer.identity.memory_mib, c.want);
    EXPECT_EQ(!answer.faults.empty(), c.fault);
  }
  const Answer both = identity_of(
      {{"smbios", raw_smbios(table())}, {"memory/bytes", le64(std::uint64_t{8} << 30)}});
  EXPECT_EQ(both.identity.memory_mib, 16'384);
}

// CPUID leaves 1, 0x40000000, 0x40000003.
std::string cpuid(bool hypervisor, const std::string& vendor, bool creates_partitions) {
  return le32(0x906A4) + le32(0) + le32(hypervisor ? 0x8000'0000 : 0x7FFF'FFFF) + le32(0) +
         le32(0x4000'000B) + vendor + le32(0) + le32(creates_partitions ? 1 : 0x2E7E) + le32(0) +
         le32(0);
}

TEST(WindowsIdentity, WindowsAboveItsOwnHypervisorIsNoGuest) {
  struct Case {
    const char* name;
    std::string leaves;
    std::optional<bool> guest;
  };
  const Case cases[] = {
      {"plain", cpuid(false, std::string(12, '\0'), false), false},
      {"memory integrity on", cpuid(true, "Microsoft Hv", true), false},
      {"guest of Hyper-V", cpuid(true, "Microsoft Hv", false), true},
      {"guest of KVM", cpuid(true, std::string("KVMKVMKVM\0\0\0", 12), true), true},
      {"cut off", std::string(47, '\0'), std::nullopt},
  };
  for (const Case& c : cases) {
    const Answer answer = identity_of({{"cpu/hypervisor", c.leaves}});
    EXPECT_EQ(answer.identity.virtual_machine, c.guest) << c.name;
    EXPECT_EQ(answer.faults.empty(), c.guest.has_value()) << c.name;
  }
}

TEST(WindowsIdentity, TheProcessorTellsTheNumbersThatWindows11AsksFor) {
  struct Case {
    const char* name;
    Answers answers;
    Processor processor;
  };
  std::string with_both = cpuid(false, std::string(12, '\0'), false);
  const std::string without =
      le32(0x0080'0F82) + with_both.substr(4, 4) + le32(0) + le32(0) + with_both.substr(16);
  const std::string four = smbios_structure(4, smbios_area(0x2C - 4, {{0x23, 4}})) + smbios_end();
  const Case cases[] = {
      {"nothing", {}, {}},
      {"Intel",
       {{"cpu/hypervisor", with_both},
        {"cpu/name", "12th Gen Intel(R) Core(TM) i5-1245U"},
        {"smbios", raw_smbios(four)}},
       {"GenuineIntel", 6, 0x9A, 4, true, 4, true}},
      {"AMD, an older one",
       {{"cpu/hypervisor", without}, {"cpu/name", "AMD Ryzen 5 PRO 2500U"}},
       {"AuthenticAMD", 0x17, 0x08, 2, true, std::nullopt, false}},
      {"cut off", {{"cpu/hypervisor", "123"}}, {{}, {}, {}, {}, true, {}, {}}},
      {"Arm, where CPUID tells of a processor that is not there",
       {{"cpu/hypervisor", without}, {"cpu/identifier", "ARMv8 (64-bit) Family 8 Model D4B"}},
       {{}, {}, {}, {}, true, {}, true}},
      {"what the registry says is stronger than what stands elsewhere",
       {{"cpu/vendor", "GenuineIntel"},
        {"cpu/identifier", "Intel64 Family 6 Model 142 Stepping 10"},
        {"cpu/cores", le32(2)},
        {"cpu/hypervisor", without},
        {"cpu/name", "AMD Ryzen 5 PRO 2500U"},
        {"smbios", raw_smbios(four)}},
       {"GenuineIntel", 6, 142, 10, true, 2, false}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<Fault> faults;
    EXPECT_EQ(read_processor_windows(tree_of(c.answers, Os::windows), faults), c.processor);
    EXPECT_TRUE(faults.empty());
  }
}

TEST(WindowsIdentity, TellsModernStandby) {
  std::string capabilities(76, '\1');
  EXPECT_EQ(identity_of({{"power/capabilities", capabilities}}).identity.modern_standby, true);
  capabilities[20] = '\0';
  EXPECT_EQ(identity_of({{"power/capabilities", capabilities}}).identity.modern_standby, false);
  const Answer cut = identity_of({{"power/capabilities", capabilities.substr(0, 20)}});
  EXPECT_EQ(cut.identity.modern_standby, std::nullopt);
  EXPECT_EQ(cut.faults, (std::vector<Fault>{{"power/capabilities", Cause::malformed}}));
}

TEST(WindowsIdentity, WithoutAnyAnswerNothingIsKnown) {
  EXPECT_EQ(identity_of({}).identity, Identity{});
  EXPECT_TRUE(identity_of({}).faults.empty());
  EXPECT_EQ(identity_of({{"smbios", Cause::denied}, {"cpu/name", Cause::io}}).faults,
            (std::vector<Fault>{{"smbios", Cause::denied}, {"cpu/name", Cause::io}}));
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"
#include "tests/platform/windows_bytes.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

TEST(MacIdentity, ComesFromTheRegistryAndSysctl) {
  std::vector<Fault> faults;
  const Identity identity = read_identity_macos(
      tree_of({{"ioreg/IOPlatformExpertDevice",
                "{\n\"manufacturer\" = <\"Apple Inc.\">\n\"model\" = "
                "<4d6163426f6f6b50726f31382c3300>\n\"IOPlatformSerialNumber\" = \"C02XYZ\"\n"
                "\"IOPlatformUUID\" = \"0B57C6D9-93C2-4A5C-8B1E-6A1F70E3D201\"\n}"s},
               {"ioreg/AppleSmartBattery", "{}"s},
               {"sysctl/machdep.cpu.brand_string", "Apple M1  Pro\0"s},
               {"sysctl/hw.memsize", le64(std::uint64_t{16} << 30)},
               {"sysctl/kern.hv_vmm_present", le32(0)}},
              Os::macos),
      faults);
  Identity expected;
  expected.manufacturer = "Apple Inc.";
  expected.model = "MacBookPro18,3";
  expected.serial = "C02XYZ";
  expected.uuid = "0b57c6d9-93c2-4a5c-8b1e-6a1f70e3d201";
  expected.chassis = "Notebook";
  expected.cpu = "Apple M1 Pro";
  expected.memory_mib = 16'384;
  expected.virtual_machine = false;
  EXPECT_EQ(identity, expected);
  EXPECT_TRUE(faults.empty());
}

TEST(MacIdentity, NothingKnownIsNothingClaimedAndWhatIsBrokenIsAFault) {
  std::vector<Fault> faults;
  EXPECT_EQ(read_identity_macos(tree_of({}, Os::macos), faults), Identity{});
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(
      read_identity_macos(tree_of({{"sysctl/kern.hv_vmm_present", le32(1)}}, Os::macos), faults)
          .virtual_machine,
      true);
  const Identity broken =
      read_identity_macos(tree_of({{"ioreg/IOPlatformExpertDevice", "x"s},
                                   {"sysctl/hw.memsize", le32(1)},
                                   {"sysctl/machdep.cpu.brand_string", Cause::denied}},
                                  Os::macos),
                          faults);
  EXPECT_EQ(broken, Identity{});
  EXPECT_EQ(faults, (std::vector<Fault>{{"ioreg/IOPlatformExpertDevice", Cause::malformed},
                                        {"sysctl/machdep.cpu.brand_string", Cause::denied},
                                        {"sysctl/hw.memsize", Cause::malformed}}));
}

}  // namespace
}  // namespace wattlife

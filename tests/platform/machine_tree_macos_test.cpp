// SPDX-License-Identifier: EUPL-1.2
// The tree of a Mac, over calls that a test stands in for (fake_macos.h): which paths it has, how
// it says why there is nothing, and that it gives back what it was given. No Mac has run it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "platform/machine_tree.h"
#include "platform/sensors/sensors.h"
#include "tests/platform/fake_macos.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

class MacTreeTest : public testing::Test {
 protected:
  void SetUp() override { mac = FakeMac{}; }
  void TearDown() override { EXPECT_EQ(mac.objects, 0) << "something was not given back"; }
  FakeMac& mac = fake_mac();
};

TEST_F(MacTreeTest, TheDecodersUnderstandIt) {
  mac.registry["AppleSmartBattery"] =
      "<plist><dict><key>ExternalConnected</key><false/><key>IsCharging</key><false/>"
      "<key>AppleRawMaxCapacity</key><integer>4000</integer><key>DesignCapacity</key>"
      "<integer>5000</integer><key>Voltage</key><integer>12000</integer><key>Amperage</key>"
      "<integer>-1000</integer></dict></plist>";
  mac.registry["IOPlatformExpertDevice"] =
      "<plist><dict><key>model</key><data>TWFjQm9va1BybzE4LDMA</data></dict></plist>";
  mac.sysctl = {{"hw.memsize", "\0\0\0\0\4\0\0\0"s},
                {"kern.hv_vmm_present", "\0\0\0\0"s},
                {"machdep.cpu.brand_string", "Apple M1 Pro\0"s}};
  mac.ticks[0] = 30;
  mac.ticks[2] = 70;
  const auto tree = live_machine_tree({});
  EXPECT_EQ(tree->os(), Os::macos);
  const PowerReading power = read_power(*tree);
  ASSERT_EQ(power.batteries.size(), 1U);
  EXPECT_EQ(power.batteries[0].power, watts(-12));
  EXPECT_EQ(power.activity.cpu_busy_ticks, 30);
  EXPECT_EQ(power.activity.cpu_total_ticks, 100);
  EXPECT_TRUE(power.faults.empty());
  const Inventory inventory = read_inventory(*tree);
  EXPECT_EQ(inventory.identity.model, "MacBookPro18,3");
  EXPECT_EQ(inventory.identity.memory_mib, 16'384);
  EXPECT_EQ(inventory.identity.cpu, "Apple M1 Pro");
  EXPECT_EQ(inventory.identity.virtual_machine, false);
  EXPECT_TRUE(inventory.faults.empty());
}

TEST_F(MacTreeTest, SaysWhyThereIsNothing) {
  mac.registry["IOPlatformExpertDevice"] = "x";
  mac.registry_answers["IOPlatformExpertDevice"] = 0x2bc;
  mac.registry["AppleSmartBattery"] = "";  // nothing that a property list can hold
  mac.load_answer = 5;
  const auto tree = live_machine_tree({});
  EXPECT_EQ(tree->read("ioreg/IOPlatformExpertDevice").error().cause, Cause::io);
  EXPECT_EQ(tree->read("ioreg/AppleSmartBattery").error().cause, Cause::io);
  EXPECT_EQ(tree->read("cpu/load").error().cause, Cause::io);
  mac.registry.clear();
  for (const char* path :
       {"", "ioreg", "ioreg/", "ioreg/AppleSmartBattery", "ioreg/IOUSBDevice", "sysctl/hw.memsize",
        "sysctl/kern.hostname", "cpu/", "smc/PSTR", "policy", "policy/", "sys/class"}) {
    const auto value = tree->read(path);
    ASSERT_FALSE(value) << path;
    EXPECT_EQ(value.error().cause, Cause::absent) << path;
  }
  EXPECT_EQ(tree->list("ioreg").error().cause, Cause::absent);
}

TEST_F(MacTreeTest, AProfileLocksASetting) {
  mac.preferences["CollectorUrl"] = {FakePreference::Kind::text, "https://collector.example", 0,
                                     true};
  mac.preferences["SampleIntervalSeconds"] = {FakePreference::Kind::number, "", 120, false};
  mac.preferences["UploadPeriod"] = {FakePreference::Kind::truth, "", 1, false};
  mac.preferences["OrganisationOin"] = {FakePreference::Kind::other, "", 0, false};
  const auto tree = live_machine_tree({});
  EXPECT_EQ(*tree->read("policy/CollectorUrl"), "https://collector.example");
  EXPECT_EQ(*tree->read("policy-origin/CollectorUrl"), "nl.wattlife.agent (locked)");
  EXPECT_EQ(*tree->read("policy/SampleIntervalSeconds"), "120");
  EXPECT_EQ(*tree->read("policy-origin/SampleIntervalSeconds"), "nl.wattlife.agent");
  EXPECT_EQ(*tree->read("policy/UploadPeriod"), "true");
  EXPECT_EQ(tree->read("policy/OrganisationOin").error().cause, Cause::malformed);
  EXPECT_EQ(tree->read("policy/LogLevel").error().cause, Cause::absent);
  EXPECT_EQ(*tree->list("policy"),
            (std::vector<std::string>{"CollectorUrl", "SampleIntervalSeconds", "UploadPeriod"}));
}

TEST_F(MacTreeTest, AFolderOfSettingsStandsInForPreferences) {
  const TemporaryFolder folder;
  std::ofstream(folder / "agent.toml") << "CollectorUrl = \"https://file.example\"\n";
  mac.preferences["CollectorUrl"] = {FakePreference::Kind::text, "https://profile.example", 0,
                                     true};
  LiveTreeOptions options;
  options.config_folder = folder.path();
  const auto tree = live_machine_tree(options);
  EXPECT_EQ(*tree->read("policy/CollectorUrl"), "https://file.example");
  EXPECT_EQ(*tree->list("policy"), (std::vector<std::string>{"CollectorUrl"}));
  options.config_folder = default_config_folder();
  EXPECT_EQ(*live_machine_tree(options)->read("policy/CollectorUrl"), "https://profile.example");
}

}  // namespace
}  // namespace wattlife

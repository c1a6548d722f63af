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

FakeValue text(const std::string& value) { return {FakeValue::Kind::text, value}; }
FakeValue truth(bool value) { return {FakeValue::Kind::truth, "", value ? 1 : 0}; }

FakeEntry drive(const std::string& location) {
  FakeEntry entry;
  entry.name = "IOBlockStorageDevice";
  entry.properties = {
      {"NVMe SMART Capable", truth(true)},
      {"Protocol Characteristics",
       {FakeValue::Kind::dictionary, "", 0, {{"Physical Interconnect Location", text(location)}}}},
      {"Device Characteristics",
       {FakeValue::Kind::dictionary, "", 0, {{"Product Name", text("APPLE SSD AP0512Q")}}}}};
  entry.medium_bytes = 500'277'790'720;
  entry.log.assign(512, '\0');
  entry.log[3] = 100;
  entry.log[4] = 99;
  entry.log[5] = 4;
  entry.identify.assign(4096, '\0');
  entry.identify.replace(4, 6, "0BA012");
  entry.identify.replace(24, 17, "APPLE SSD AP0512Q");
  return entry;
}

TEST_F(MacTreeTest, DrivesInsideGiveTheirPages) {
  FakeEntry firmware = drive("Internal");
  firmware.medium_bytes = 0;
  FakeEntry other = drive("Internal");
  other.properties.erase("NVMe SMART Capable");
  mac.entries = {other, drive("External"), firmware, drive("Internal")};
  const auto tree = live_machine_tree({});
  EXPECT_EQ(*tree->list("nvme"), (std::vector<std::string>{"0"}));
  const Inventory inventory = read_inventory(*tree);
  ASSERT_EQ(inventory.disks.size(), 1U);
  EXPECT_EQ(inventory.disks[0].name, "nvme0");
  EXPECT_EQ(inventory.disks[0].model, "APPLE SSD AP0512Q");
  EXPECT_EQ(inventory.disks[0].serial, "0BA012");
  EXPECT_EQ(inventory.disks[0].size_bytes, 500'277'790'720);  // Identify does not tell
  EXPECT_EQ(inventory.disks[0].percentage_used, 4);
  EXPECT_EQ(inventory.disks[0].spare_threshold, 99);
  EXPECT_TRUE(inventory.faults.empty());
  for (const char* path : {"nvme/1/log/02", "nvme/0", "nvme/0/log/03", "nvme/x/log/02",
                           "nvme/-1/log/02", "nvme/0/", "nvme/9/identify"}) {
    EXPECT_EQ(tree->read(path).error().cause, Cause::absent) << path;
  }
}

TEST_F(MacTreeTest, ADriveThatRefusesIsListedWithoutHealth) {
  FakeEntry held = drive("Internal");
  held.client_answer = 0x2be;  // another program has it
  FakeEntry without = drive("Internal");
  without.interface_answer = 4;
  FakeEntry silent = drive("Internal");
  silent.log.clear();
  mac.entries = {held, without, silent};
  const auto tree = live_machine_tree({});
  const Inventory inventory = read_inventory(*tree);
  ASSERT_EQ(inventory.disks.size(), 3U);
  for (const Disk& disk : inventory.disks) {
    EXPECT_EQ(disk.model, "APPLE SSD AP0512Q") << disk.name;
    EXPECT_EQ(disk.size_bytes, 500'277'790'720) << disk.name;
    EXPECT_EQ(disk.percentage_used, std::nullopt) << disk.name;
  }
  EXPECT_EQ(inventory.faults, (std::vector<Fault>{{"nvme/0/identify", Cause::io},
                                                  {"nvme/0/log/02", Cause::io},
                                                  {"nvme/1/identify", Cause::io},
                                                  {"nvme/1/log/02", Cause::io},
                                                  {"nvme/2/log/02", Cause::io}}));
  mac.walk_answer = 5;
  EXPECT_EQ(tree->list("nvme").error().cause, Cause::io);
}

TEST_F(MacTreeTest, ThePanelIsTheOneInside) {
  const auto tree = live_machine_tree({});
  EXPECT_EQ(tree->read("panel/edid").error().cause, Cause::absent);
  EXPECT_EQ(tree->read("ioreg/DisplayAttributes").error().cause, Cause::absent);
  const FakeValue monitor{FakeValue::Kind::dictionary, "<plist>monitor</plist>"};
  const FakeValue lid{FakeValue::Kind::dictionary, "<plist>lid</plist>"};
  mac.entries = {
      {"AppleCLCD2", {{"external", truth(true)}, {"DisplayAttributes", monitor}}},
      {"AppleCLCD2", {{"external", truth(false)}}},
      {"IOMobileFramebufferShim", {{"DisplayAttributes", lid}}},
      {"AppleDisplay", {{"IODisplayEDID", {FakeValue::Kind::bytes, "of a monitor"}}}},
      {"AppleBacklightDisplay", {{"IODisplayEDID", text("no bytes")}}},
      {"AppleBacklightDisplay", {{"IODisplayEDID", {FakeValue::Kind::bytes, "ab\0c"s}}}}};
  EXPECT_EQ(*tree->read("ioreg/DisplayAttributes"), "<plist>lid</plist>");
  EXPECT_EQ(*tree->read("panel/edid"), "ab\0c"s);
}

TEST_F(MacTreeTest, OfNvramOnlyNamesAreTold) {
  const TemporaryFolder folder;
  LiveTreeOptions options;
  options.root = folder.path();
  const auto tree = live_machine_tree(options);
  EXPECT_EQ(tree->read("nvram/locks").error().cause, Cause::absent);
  mac.nvram = {{"boot-args", text("-v")}};
  EXPECT_EQ(*tree->read("nvram/locks"), "");
  mac.nvram["fmm-mobileme-token-FMM"] = {FakeValue::Kind::bytes, "user@example.nl"};
  EXPECT_EQ(*tree->read("nvram/locks"), "fmm-mobileme-token-FMM\n");
  mac.sysctl["machdep.cpu.brand_string"] = "Apple M2\0"s;
  EXPECT_EQ(read_inventory(*tree).provision.locks.activation, true);
}

TEST_F(MacTreeTest, MarksOfEnrolmentAndTheVersionComeFromFiles) {
  const TemporaryFolder folder;
  LiveTreeOptions options;
  options.root = folder.path();
  const auto tree = live_machine_tree(options);
  EXPECT_EQ(*tree->read("management/marks"), "");
  const auto marks = std::filesystem::path(folder.path()) / "var/db/ConfigurationProfiles/Settings";
  std::filesystem::create_directories(marks);
  std::ofstream(marks / ".profilesAreInstalled");
  EXPECT_EQ(*tree->read("management/marks"), "profilesAreInstalled\n");
  std::ofstream(marks / ".cloudConfigRecordFound") << "OrganizationName Gemeente";
  EXPECT_EQ(*tree->read("management/marks"), "cloudConfigRecordFound\nprofilesAreInstalled\n");
  EXPECT_EQ(read_inventory(*tree).provision.locks.managed, true);
  std::ofstream(marks / ".cloudConfigRecordFound") << "bplist00 CloudConfigFetchError";
  EXPECT_EQ(*tree->read("management/marks"),
            "cloudConfigRecordFound\nCloudConfigFetchError\nprofilesAreInstalled\n");
  EXPECT_EQ(read_inventory(*tree).provision.locks.managed, std::nullopt);
  std::filesystem::remove(marks / ".cloudConfigRecordFound");
  std::filesystem::create_directory(marks / ".cloudConfigRecordFound");
  EXPECT_EQ(tree->read("management/marks").error().cause, Cause::io);

  const auto version = std::filesystem::path(folder.path()) / "System/Library/CoreServices";
  std::filesystem::create_directories(version);
  std::ofstream(version / "SystemVersion.plist")
      << "<dict><key>ProductName</key><string>macOS</string><key>ProductVersion</key>"
         "<string>15.1</string></dict>";
  EXPECT_EQ(read_inventory(*tree).provision.system.version, "15.1");
  EXPECT_EQ(tree->read("System/Library/CoreServices/Other.plist").error().cause, Cause::absent);
}

}  // namespace
}  // namespace wattlife

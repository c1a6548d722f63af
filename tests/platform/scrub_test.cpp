// SPDX-License-Identifier: EUPL-1.2
#include "platform/scrub.h"

#include <gtest/gtest.h>

#include <numeric>

#include "platform/sensors/sensors.h"
#include "tests/platform/smbios_builder.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

Capture capture_of(std::vector<std::pair<std::string, CapturedValue>> values) {
  Capture capture;
  capture.ticks.push_back({Now{}, std::move(values)});
  return capture;
}

std::string cleaned(const std::string& path, const std::string& value, std::uint64_t salt = 5) {
  const auto clean = scrubbed(capture_of({{path, value}}), salt);
  EXPECT_TRUE(clean) << clean.error().text;
  if (!clean) return "";
  const std::string text = std::get<std::string>(clean->ticks[0].changes[0].second);
  EXPECT_EQ(text.size(), value.size()) << "lengths are kept";
  return text;
}

std::string utf16(std::string_view text) {
  std::string wide;
  for (const char c : text) wide += std::string(1, c) + '\0';
  return wide;
}

std::string identify_page() {
  std::string page(4096, '\0');
  page.replace(4, 20, "S4EUNX0N123456      ");
  page.replace(24, 40, "SAMSUNG MZVL2512HCJQ-00B07              ");
  page.replace(112, 16, "\1\2\3\4\5\6\7\1\1\2\3\4\5\6\7\1"s);
  const std::string name = "nqn.1994-11.com.samsung:nvme:PM9A1:M.2:S4EUNX0N123456";
  page.replace(768, name.size(), name);
  page.replace(3072, 14, "S4EUNX0N123456");
  return page;
}

std::string table() {
  return smbios_system("LENOVO", "20L8S07A14", "ThinkPad T480s", "PF1A2B3C",
                       "\xa8\x0c\x34\x83\x49\xcb\x74\x44\x8c\x29\xd2\x08\x8c\xa8\x4d\xd9"s,
                       "SKU1") +
         smbios_structure(2, smbios_area(11, {{0x04, 1}, {0x07, 2}, {0x08, 3}}),
                          {"LENOVO", "L1HF84BOARD", "ASSET-4711"}) +
         smbios_structure(3, smbios_area(18, {{0x04, 1}, {0x05, 10}, {0x07, 2}, {0x08, 3}}),
                          {"LENOVO", "PF1A2B3C", "No Asset Information"}) +
         smbios_structure(11, smbios_area(1, {{0x04, 1}}), {"Tag PF1A2B3C here"}) +
         smbios_structure(22, smbios_area(22, {{0x05, 1}, {0x07, 2}, {0x10, 0x0B}, {0x11, 0x07}}),
                          {"LGC", "PACK1803"}) +
         smbios_structure(200, "PF1A2B3C", {"oem PF1A2B3C"}) + smbios_end() + "rest PF1A2B3C";
}

TEST(Scrub, TakesEachIdentityOutAndLeavesTheRest) {
  const struct {
    const char* path;
    std::string value;
    std::vector<std::string> gone;
    std::vector<std::string> kept;
  } cases[] = {
      {"sys/class/power_supply/BAT0/uevent",
       "POWER_SUPPLY_NAME=BAT0\nPOWER_SUPPLY_SERIAL_NUMBER= 1803\nPOWER_SUPPLY_ENERGY_NOW=1803\n",
       {"NUMBER= 1803"},
       {"NAME=BAT0\n", "ENERGY_NOW=1803\n"}},
      {"sys/class/power_supply/BAT0/serial_number", "  801\n", {"801"}, {"\n"}},
      {"sys/class/dmi/id/product_serial", "PF1A2B3C\n", {"PF1A2B3C"}, {"\n"}},
      {"sys/class/dmi/id/board_asset_tag", "ASSET-4711\n", {"ASSET", "4711"}, {"-", "\n"}},
      {"sys/class/dmi/id/chassis_asset_tag",
       "No Asset Information\n",
       {},
       {"No Asset Information"}},
      {"sys/class/dmi/id/product_uuid",
       "83340ca8-cb49-4474-8c29-d2088ca84dd9\n",
       {"83340ca8", "d2088ca84dd9"},
       {"-", "\n"}},
      {"sys/class/dmi/id/product_name", "20L8S07A14\n", {}, {"20L8S07A14\n"}},
      {"sys/class/nvme/nvme0/serial", "S4EUNX0N123456      \n", {"S4EUNX0N123456"}, {"      \n"}},
      {"sys/block/mmcblk0/device/serial", "0x47a1b2c3\n", {"47a1b2c3"}, {"\n"}},
      {"sys/class/nvme/nvme0/model", "SAMSUNG MZVL2512HCJQ\n", {}, {"SAMSUNG MZVL2512HCJQ\n"}},
      {"sys/class/nvme/nvme0/subsysnqn",
       "nqn.2014.08.org.nvmexpress:144d144dS4EUNX0N123456\n",
       {"S4EUNX0N123456"},
       {"nqn.2014.08.org.nvmexpress:"}},
      {"nvme/nvme0/identify",
       identify_page(),
       {"S4EUNX0N123456", "\1\2\3\4\5\6"s},
       {"SAMSUNG MZVL2512HCJQ-00B07"}},
      {"nvme/nvme0/log/02", std::string(512, '\5'), {}, {std::string(512, '\5')}},
      {"sys/firmware/dmi/tables/DMI",
       table(),
       {"PF1A2B3C", "L1HF84BOARD", "4711", "PACK1803", "\xa8\x0c\x34\x83", "oem"},
       {"LENOVO", "20L8S07A14", "ThinkPad T480s", "SKU1", "No Asset Information", "Tag "}},
      {"smbios",
       "\0\3\2\0\1\1\1\1"s + table(),
       {"PF1A2B3C", "L1HF84BOARD"},
       {"\0\3\2\0\1\1\1\1"s, "ThinkPad T480s"}},
      {"battery/0/serial", utf16("SN-4711") + "\0\0"s, {utf16("4711")}, {utf16("-"), "\0\0"s}},
      {"battery/0/name", utf16("DELL 7VTMN"), {}, {utf16("DELL 7VTMN")}},
      {"policy/EnrollmentToken", "geheim-1234", {"geheim", "1234"}, {"-"}},
      {"policy/CollectorUrl",
       "https://wattlife.ministerie.nl:8443/pad?x",
       {"wattlife.ministerie.nl"},
       {"https://", ".", ":8443/pad?x"}},
      {"policy/AssetTag", "RIJK-00123", {"RIJK", "00123"}, {"-"}},
      {"policy/SampleIntervalSeconds", "60", {}, {"60"}},
      {"policy/LogLevel", "warning", {}, {"warning"}},
      {"policy/Unheard", "of-99", {"of-99"}, {}},
      {"proc/sys/kernel/hostname", "laptop-van-jan\n", {"laptop", "jan"}, {"-", "\n"}},
      {"proc/cpuinfo",
       "model name : X\nSerial : 10000000abcdef01\n",
       {"10000000abcdef01"},
       {"model name : X\n"}},
      {"powercfg/batteryreport.xml",
       "<r><ComputerName>LT-JAN-01</ComputerName><SerialNumber>4711</SerialNumber>"
       "<FullChargeCapacity>4711</FullChargeCapacity></r>",
       {"LT-JAN-01", "<SerialNumber>4711"},
       {"<FullChargeCapacity>4711</FullChargeCapacity></r>"}},
      {"ioreg/AppleSmartBattery",
       "\"Serial\" = \"D86123456789\"\n\"CycleCount\" = 12\n",
       {"D86123456789"},
       {"\"CycleCount\" = 12\n"}},
      {"ioreg/AppleSmartBattery",
       "+-o A <class A>\n  \"Details\" = {\"Name\"=\"96W\",\"SerialString\"=\"C4H99887766\","
       "\"Watts\"=96}\n  \"Raw\" = <0a1b>\n  \"model\" = <\"MacBook1,1\">\n"
       "  \"Serials\" = (\"QQ12\",\"QQ34\")\n  \"UniqueId\" = 987431652\n",
       {"C4H99887766", "0a1b", "QQ12", "QQ34", "987431652"},
       {"{\"Name\"=\"96W\",\"SerialString\"=\"", "\",\"Watts\"=96}\n", "<0000>", "<\"MacBook1,1\">",
        "+-o A <class A>"}},
      {"ioreg/IOPlatformExpertDevice",
       "<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict><key>IOPlatformUUID</key>"
       "<string>0B57C6D9-93C2</string><key>model</key><data>TWFjQm9vazEsMQA=</data>"
       "<key>mlb</key><data>QzAyWFla</data><key>SerialNumbers</key><array><string>QQ12</string>"
       "<dict><key>x</key><integer>4711</integer></dict></array><key>Watts</key>"
       "<integer>4712</integer></dict></plist>",
       {"0B57C6D9-93C2", "QzAyWFla", "QQ12", "4711"},
       {"TWFjQm9vazEsMQA=", "<integer>4712</integer></dict></plist>", "<key>x</key>"}},
      {"sys/x",
       "at 70:cd:60:f7:a0:5c or 70-CD-60-F7-A0-5D",
       {"70:cd:60", "70-CD-60"},
       {"at ", " or "}},
      {"sys/x",
       "enx70cd60f7a05c wlx70cd60f7a05d. enx70cd60f7a05c9 lenx70 enx70cd60f7a05",
       {"enx70cd60f7a05c ", "wlx70cd60f7a05d"},
       {"enx", " wlx", ". enx70cd60f7a05c9 lenx70 enx70cd60f7a05"}},
      {"sys/x", "00:00:00:00:00:00 0:11:22:33:44:55", {}, {"00:00:00:00:00:00 0:11:22:33:44:55"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.path);
    const std::string clean = cleaned(c.path, c.value);
    for (const std::string& text : c.gone) {
      EXPECT_NE(c.value.find(text), std::string::npos) << "the case says nothing: " << text;
      EXPECT_EQ(clean.find(text), std::string::npos) << text << " is still there";
    }
    for (const std::string& text : c.kept) {
      EXPECT_NE(clean.find(text), std::string::npos) << text << " is gone";
    }
  }
}

TEST(Scrub, TheSameOriginalIsTheSameEverywhereInOneCapture) {
  const auto clean = scrubbed(
      capture_of(
          {{"sys/firmware/dmi/tables/DMI", table()},
           {"sys/class/dmi/id/product_serial", "PF1A2B3C\n"s},
           {"sys/class/dmi/id/product_uuid", "83340ca8-cb49-4474-8c29-d2088ca84dd9\n"s},
           {"sys/x", "about PF1A2B3C, and PF1A2B3CD"s},
           {"sys/hid-70:CD:60:f7:a0:5c-battery/uevent", "NAME=hid-70:cd:60:f7:a0:5c-battery"s}}),
      5);
  ASSERT_TRUE(clean);
  CaptureTree tree(*clean);
  const Identity identity = read_inventory(tree).identity;
  ASSERT_TRUE(identity.serial);
  EXPECT_NE(identity.serial, "PF1A2B3C");
  EXPECT_EQ(*tree.read("sys/class/dmi/id/product_serial"), *identity.serial + "\n");
  EXPECT_EQ(*tree.read("sys/class/dmi/id/product_uuid"), *identity.uuid + "\n");
  EXPECT_EQ(*tree.read("sys/x"), "about " + *identity.serial + ", and PF1A2B3CD");
  EXPECT_NE(tree.read("sys/firmware/dmi/tables/DMI")->find("Tag " + *identity.serial + " here"),
            std::string::npos);
  const std::string mac_path = tree.list("sys")->at(2);
  EXPECT_EQ(mac_path.substr(0, 4), "hid-");
  std::string in_text = tree.read("sys/" + mac_path + "/uevent")->substr(5);
  EXPECT_EQ(in_text.size(), mac_path.size());
  EXPECT_EQ(in_text.find("70:cd:60"), std::string::npos);
}

TEST(Scrub, OfAMappingOnlyItsKindStays) {
  const std::string luks =
      cleaned("sys/block/dm-0/dm/uuid", "CRYPT-LUKS2-0123456789abcdef-laptop_of_jan\n");
  EXPECT_TRUE(luks.starts_with("CRYPT-LUKS2-")) << luks;
  EXPECT_EQ(luks.find("0123456789"), std::string::npos);
  EXPECT_EQ(luks.find("jan"), std::string::npos);
  const std::string volume = cleaned("sys/block/dm-1/dm/uuid", "LVM-a1B2c3D4e5F6\n");
  EXPECT_TRUE(volume.starts_with("LVM-")) << volume;
  EXPECT_EQ(volume.find("a1B2"), std::string::npos);
}

// A network adapter of a dock is named after its address, in the path.
TEST(Scrub, AddressesInPathsAreReplacedToo) {
  const auto clean =
      scrubbed(capture_of({{"sys/class/net/enx70cd60f7a05c/statistics/rx_bytes", "17\n"s}}), 5);
  ASSERT_TRUE(clean);
  CaptureTree tree(*clean);
  const std::string name = tree.list("sys/class/net")->at(0);
  EXPECT_EQ(name.size(), std::string_view("enx70cd60f7a05c").size());
  EXPECT_EQ(name.substr(0, 3), "enx");
  EXPECT_NE(name, "enx70cd60f7a05c");
}

TEST(Scrub, ABatteryReportKeepsCapacityAndNothingOfUse) {
  Capture capture;
  capture.header.os = Os::windows;
  const std::string report =
      "<BatteryReport><RuntimeEstimates><ActiveRuntime>PT3H</ActiveRuntime></RuntimeEstimates>"
      "<RecentUsage>\n<UsageEntry LocalTimestamp=\"2026-01-04T22:41:37\" Discharge=\"812\"/>"
      "</RecentUsage><History><HistoryEntry LocalEndDate=\"2026-01-04T23:59:59\" "
      "DesignCapacity=\"49600\" FullChargeCapacity=\"37735\" CycleCount=\"157\" "
      "ActiveAcTime=\"PT7H51M\" ActiveDcEnergy=\"9819\" BatteryChanged=\"0\"/></History>"
      "<EnergyDrains><EnergyDrain Discharge=\"4711\"/>";
  capture.ticks.push_back({Now{}, {{"powercfg/batteryreport.xml", report}}});
  const auto clean = scrubbed(capture, 1);
  ASSERT_TRUE(clean);
  EXPECT_EQ(std::get<std::string>(clean->ticks[0].changes[0].second),
            "<BatteryReport><History><HistoryEntry LocalEndDate=\"2026-01-04T23:59:59\" "
            "DesignCapacity=\"49600\" FullChargeCapacity=\"37735\" CycleCount=\"157\" "
            "  BatteryChanged=\"0\"/></History>")
      << "what does not end takes the rest along";
}

TEST(Scrub, NamesOfTunnelsAreLeftOutAndAnAdapterThatGoesIsNot) {
  const auto clean = scrubbed(capture_of({{"sys/class/net/eth0/device/uevent", "DRIVER=e1000e\n"s},
                                          {"sys/class/net/eth0/statistics/rx_bytes", "17\n"s},
                                          {"sys/class/net/tun-rijk/device/uevent", Cause::absent},
                                          {"sys/class/net/eth1", Cause::absent}}),
                              5);
  ASSERT_TRUE(clean);
  EXPECT_EQ(clean->ticks[0].changes.size(), 3U);
  EXPECT_EQ(to_text(*clean).find("rijk"), std::string::npos);
}

TEST(Scrub, TheSameSaltGivesTheSameAndAnotherSaltAnother) {
  const std::string path = "sys/class/dmi/id/product_serial";
  EXPECT_EQ(cleaned(path, "PF1A2B3C\n", 5), cleaned(path, "PF1A2B3C\n", 5));
  EXPECT_NE(cleaned(path, "PF1A2B3C\n", 5), cleaned(path, "PF1A2B3C\n", 6));
}

// Everything that is decoded stays, serial numbers aside.
TEST(Scrub, DecodingGivesTheSameMachine) {
  const Capture capture = capture_of({{"sys/firmware/dmi/tables/DMI", table()},
                                      {"nvme/nvme0/identify", identify_page()},
                                      {"nvme/nvme0/log/02", std::string(511, '\5') + "x"}});
  const auto clean = scrubbed(capture, 5);
  ASSERT_TRUE(clean);
  Inventory before = read_inventory(CaptureTree(capture));
  Inventory after = read_inventory(CaptureTree(*clean));
  EXPECT_NE(before.identity.serial, after.identity.serial);
  EXPECT_NE(before.identity.uuid, after.identity.uuid);
  EXPECT_NE(before.identity.board_serial, after.identity.board_serial);
  EXPECT_NE(before.disks[0].serial, after.disks[0].serial);
  for (Inventory* inventory : {&before, &after}) {
    inventory->identity.serial.reset();
    inventory->identity.uuid.reset();
    inventory->identity.board_serial.reset();
    inventory->disks[0].serial.reset();
  }
  EXPECT_EQ(before, after);
  EXPECT_EQ(before.identity.model, "ThinkPad T480s");
}

unsigned sum_of(std::string_view bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), 0u, [](unsigned sum, char c) {
    return (sum + static_cast<unsigned char>(c)) % 256;
  });
}

TEST(Scrub, ChecksumsAreRightAgain) {
  std::string ata(512, '\0');
  ata.replace(20, 20, "2SE4X0N1432165      ");  // "S2E40X1N3412566" with pairs swapped
  ata.replace(54, 10, "ODLEN MAE ");
  ata[510] = static_cast<char>(0xA5);
  ata[511] = static_cast<char>((256 - sum_of(ata)) % 256);
  ASSERT_EQ(sum_of(ata), 0u);
  const std::string clean_ata = cleaned("ata/sda/identify", ata);
  EXPECT_EQ(sum_of(clean_ata), 0u);
  EXPECT_EQ(clean_ata.find("2SE4X0N143"), std::string::npos);
  EXPECT_NE(clean_ata.find("ODLEN MAE "), std::string::npos);
  const std::string clean_windows = cleaned("ata/1/identify", ata);  // a number, as Windows has it
  EXPECT_EQ(sum_of(clean_windows), 0u);
  EXPECT_EQ(clean_windows.find("2SE4X0N143"), std::string::npos);

  std::string edid(128, '\0');
  edid.replace(0, 8, "\0\xFF\xFF\xFF\xFF\xFF\xFF\0"s);
  edid.replace(12, 4, "\x11\x22\x33\x44");
  edid.replace(72, 18, "\0\0\0\xFF\0CN0T1234567\n "s);
  edid.replace(90, 18, "\0\0\0\xFC\0DELL P2419H\n "s);
  edid[127] = static_cast<char>((256 - sum_of(edid)) % 256);
  const std::string clean_edid = cleaned("sys/class/drm/card0-eDP-1/edid", edid);
  EXPECT_EQ(sum_of(clean_edid), 0u);
  EXPECT_EQ(clean_edid.find("CN0T1234567"), std::string::npos);
  EXPECT_EQ(clean_edid.find("\x11\x22\x33\x44"), std::string::npos);
  EXPECT_NE(clean_edid.find("DELL P2419H"), std::string::npos);
  EXPECT_EQ(cleaned("sys/class/drm/card0-HDMI-A-1/edid", ""), "");
}

TEST(Scrub, WhatCannotBeUnderstoodIsNotPassedOn) {
  const std::pair<const char*, std::string> cases[] = {
      {"nvme/nvme0/identify", "S4EUNX0N123456"},
      {"ata/sda/identify", "S4EUNX0N123456"},
      {"sys/class/drm/card0-eDP-1/edid", "S4EUNX0N123456"},
      {"powercfg/batteryreport.xml", "<ComputerName>LT-JAN-01"},
  };
  for (const auto& [path, value] : cases) {
    const auto clean = scrubbed(capture_of({{path, value}}), 5);
    ASSERT_FALSE(clean) << path;
    EXPECT_EQ(clean.error().cause, Cause::malformed);
    EXPECT_EQ(clean.error().text.substr(0, std::string(path).size()), path);
    EXPECT_EQ(clean.error().text.find("S4EUNX0N123456"), std::string::npos);
  }
}

// A second for a megabyte, not for a kilobyte: time grows with length, not with its square.
TEST(Scrub, TakesTheLargestValues) {
  const std::string value(largest_value_bytes, 'q');
  const std::string clean = cleaned("policy/Unheard", "1" + value.substr(1));
  EXPECT_NE(clean.find_first_not_of('q'), std::string::npos);
  EXPECT_EQ(cleaned("policy/Unheard", std::string(largest_value_bytes, '-')).size(),
            largest_value_bytes);
}

TEST(Scrub, CausesTimesAndFormStay) {
  const Capture capture = capture_of({{"a", Cause::denied}, {"b", "text"s}, {"c", Cause::absent}});
  const auto clean = scrubbed(capture, 5);
  ASSERT_TRUE(clean);
  EXPECT_EQ(*clean, capture);
}

}  // namespace
}  // namespace wattlife

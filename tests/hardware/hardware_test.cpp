// SPDX-License-Identifier: EUPL-1.2
// What our programs read of the emulated laptop that bed.sh boots, beside what the kernel,
// nvme-cli, smartctl, dmidecode, tpm2, edid-decode, lscpu and lsblk say of the same hardware. Needs
// the folder that bed.sh leaves.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "agent/sample_store.h"
#include "core/health.h"
#include "core/text.h"
#include "platform/capture.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/platform_linux.h"
#include "platform/sensors/sensors.h"
#include "platform/sensors/signs.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class Hardware : public testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("WATTLIFE_HARDWARE_RESULTS");
    if (given == nullptr) {
      GTEST_SKIP() << "no laptop was booted: ./dev test hardware does, and sets "
                      "WATTLIFE_HARDWARE_RESULTS";
    }
    folder_ = given;
    ASSERT_TRUE(fs::is_directory(folder_)) << folder_;
  }

  std::string text_of(const std::string& file) const {
    std::ifstream stream(folder_ / file, std::ios::binary);
    EXPECT_TRUE(stream) << file << " is missing";
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  double number_in(const std::string& file) const { return std::stod(text_of(file)); }
  Json json_of(const std::string& file) const { return Json::parse(text_of(file)); }

  CaptureTree machine(const std::string& name) const {
    auto capture = parse_capture(text_of(name + ".capture"));
    EXPECT_TRUE(capture) << (capture ? "" : capture.error().text);
    return CaptureTree(*std::move(capture));
  }

  // KEY=VALUE lines of the kernel, without the common prefix.
  std::map<std::string, std::string> kernel(const std::string& file) const {
    constexpr std::string_view prefix = "POWER_SUPPLY_";
    std::map<std::string, std::string> values;
    const std::string text = text_of(file);
    for (const std::string_view line : split(text, '\n')) {
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) continue;
      values.emplace(line.substr(prefix.size(), equals - prefix.size()), line.substr(equals + 1));
    }
    return values;
  }

  fs::path folder_;
};

std::int64_t in_milli(const std::string& micro) { return std::stoll(micro) / 1000; }

TEST_F(Hardware, BatteryEqualsTheKernelsOwnDriver) {
  for (const auto& [name, status] : {std::pair{"discharging", BatteryStatus::discharging},
                                     {"charging", BatteryStatus::charging},
                                     {"worn-drives", BatteryStatus::discharging}}) {
    SCOPED_TRACE(name);
    const auto expected = kernel(std::string(name) + ".BAT0");
    const PowerReading reading = read_power(machine(name));
    ASSERT_EQ(reading.batteries.size(), 1U);
    const Battery& battery = reading.batteries[0];
    EXPECT_EQ(battery.status, status);
    EXPECT_EQ(battery.design, milliwatt_hours(in_milli(expected.at("ENERGY_FULL_DESIGN"))));
    EXPECT_EQ(battery.full, milliwatt_hours(in_milli(expected.at("ENERGY_FULL"))));
    EXPECT_EQ(battery.now, milliwatt_hours(in_milli(expected.at("ENERGY_NOW"))));
    EXPECT_EQ(battery.voltage, Voltage{in_milli(expected.at("VOLTAGE_NOW"))});
    EXPECT_EQ(battery.cycles, std::stoll(expected.at("CYCLE_COUNT")));
    const std::int64_t flow = in_milli(expected.at("POWER_NOW"));
    EXPECT_EQ(battery.power, Power{status == BatteryStatus::charging ? flow : -flow});
    EXPECT_EQ(battery.model, expected.at("MODEL_NAME"));
    ASSERT_EQ(reading.adapters.size(), 1U);
    EXPECT_EQ(reading.adapters[0].online, status == BatteryStatus::charging);
    EXPECT_TRUE(reading.faults.empty());
  }
}

TEST_F(Hardware, BatteryThatIsTakenOutIsNoBattery) {
  const PowerReading reading = read_power(machine("taken-out"));
  for (const Battery& battery : reading.batteries) {
    EXPECT_FALSE(battery.present);
    EXPECT_FALSE(battery.full);
  }
  ASSERT_EQ(reading.adapters.size(), 1U);
  EXPECT_EQ(reading.adapters[0].online, true);
}

const Disk& disk_of(const Inventory& inventory, std::string_view name) {
  static const Disk none;
  for (const Disk& disk : inventory.disks) {
    if (disk.name == name) return disk;
  }
  ADD_FAILURE() << "no drive " << name;
  return none;
}

// nvme-cli writes 128-bit counters as text.
std::int64_t number(const Json& value) {
  return value.is_string() ? std::stoll(value.get<std::string>()) : value.get<std::int64_t>();
}

TEST_F(Hardware, NvmeHealthEqualsNvmeCli) {
  const Inventory inventory = read_inventory(machine("worn-drives"));
  for (const char* name : {"nvme0", "nvme7", "nvme8"}) {
    SCOPED_TRACE(name);
    const Json expected = json_of(std::string(name) + ".health.json");
    const Disk& disk = disk_of(inventory, name);
    EXPECT_EQ(disk.kind, DiskKind::nvme);
    EXPECT_EQ(disk.critical_warning, number(expected.at("critical_warning")));
    EXPECT_EQ(disk.available_spare, number(expected.at("avail_spare")));
    EXPECT_EQ(disk.spare_threshold, number(expected.at("spare_thresh")));
    EXPECT_EQ(disk.percentage_used, number(expected.at("percent_used")));
    EXPECT_EQ(disk.power_on_hours, number(expected.at("power_on_hours")));
    EXPECT_EQ(disk.media_errors, number(expected.at("media_errors")));
    const std::int64_t written = number(expected.at("data_units_written"));
    EXPECT_EQ(disk.data_units_written, written == 0 ? std::nullopt : std::optional(written));
  }
  const std::string model = json_of("nvme0.identity.json").at("mn");
  EXPECT_EQ(disk_of(inventory, "nvme0").model, trimmed(model));
}

TEST_F(Hardware, AtaDriveEqualsSmartctl) {
  const Json expected = json_of("sda.json");
  const Disk disk = disk_of(read_inventory(machine("discharging")), "sda");
  EXPECT_EQ(disk.kind, DiskKind::ata);
  EXPECT_EQ(disk.model, expected.at("model_name").get<std::string>());
  EXPECT_EQ(disk.size_bytes, expected.at("user_capacity").at("bytes").get<std::int64_t>());
  // The pages themselves came through the kernel: 512 bytes with smartctl's attributes in them.
  const auto attributes = machine("discharging").read("ata/sda/attributes");
  ASSERT_TRUE(attributes) << attributes.error().text;
  ASSERT_EQ(attributes->size(), 512U);
  for (const Json& row : expected.at("ata_smart_attributes").at("table")) {
    const auto id = static_cast<char>(row.at("id").get<int>());
    bool found = false;
    for (std::size_t at = 2; at + 12 <= 362; at += 12) found = found || (*attributes)[at] == id;
    EXPECT_TRUE(found) << row.at("name");
  }
  const auto status = machine("discharging").read("ata/sda/status");
  ASSERT_TRUE(status) << status.error().text;
  const bool passed = expected.at("smart_status").at("passed");
  EXPECT_EQ(*status, passed ? "\x4F\xC2" : "\xF4\x2C");
}

TEST_F(Hardware, NoFailingDriveIsCalledGood) {
  const Inventory inventory = read_inventory(machine("worn-drives"));
  EXPECT_EQ(judge_disk(disk_of(inventory, "nvme8")).verdict, Verdict::fail);
  EXPECT_NE(judge_disk(disk_of(inventory, "nvme7")).verdict, Verdict::fail);
}

// dmidecode's value of `label` in the first structure that is called `structure`.
std::string dmidecode(const std::string& text, std::string_view structure, std::string_view label) {
  const std::size_t at = text.find("\n" + std::string(structure) + "\n");
  const std::string wanted = "\t" + std::string(label) + ": ";
  const std::size_t begin = text.find(wanted, at);
  if (at == std::string::npos || begin == std::string::npos) return "";
  const std::size_t end = text.find('\n', begin);
  return text.substr(begin + wanted.size(), end - begin - wanted.size());
}

TEST_F(Hardware, IdentityEqualsDmidecode) {
  const std::string text = text_of("dmidecode.txt");
  const Identity identity = read_inventory(machine("discharging")).identity;
  EXPECT_EQ(identity.manufacturer, dmidecode(text, "System Information", "Manufacturer"));
  EXPECT_EQ(identity.model, dmidecode(text, "System Information", "Product Name"));
  EXPECT_EQ(identity.sku, dmidecode(text, "System Information", "SKU Number"));
  EXPECT_EQ(identity.chassis, dmidecode(text, "Chassis Information", "Type"));
  ASSERT_TRUE(identity.bios_date);
  EXPECT_EQ(dmidecode(text, "BIOS Information", "Release Date"), "01/05/2022");
  EXPECT_EQ(to_iso8601(*identity.bios_date), "2022-01-05");
  EXPECT_EQ(dmidecode(text, "Memory Device", "Size"), "512 MB");
  EXPECT_EQ(identity.memory_mib, 512);
}

// dmidecode's values of `label` in all structures that are called `structure`.
std::vector<std::string> all_of_dmidecode(const std::string& text, std::string_view structure,
                                          std::string_view label) {
  std::vector<std::string> values;
  const std::string heading = "\n" + std::string(structure) + "\n";
  for (std::size_t at = text.find(heading); at != std::string::npos;
       at = text.find(heading, at + 1)) {
    values.push_back(dmidecode(text.substr(at), structure, label));
  }
  return values;
}

TEST_F(Hardware, MemoryPlacesEqualDmidecode) {
  const std::string text = text_of("dmidecode.txt");
  const std::vector<std::string> sizes = all_of_dmidecode(text, "Memory Device", "Size");
  ASSERT_EQ(sizes, (std::vector<std::string>{"512 MB", "No Module Installed"}));
  EXPECT_EQ(dmidecode(text, "Physical Memory Array", "Number Of Devices"), "2");
  const MemorySlots slots = read_inventory(machine("discharging")).provision.memory_slots;
  EXPECT_EQ(slots.total, 2);
  EXPECT_EQ(slots.used, 1);
  EXPECT_EQ(slots.largest_module_mib, 512);
}

TEST_F(Hardware, PackAsDeliveredEqualsDmidecode) {
  const std::string text = text_of("dmidecode.txt");
  const auto packs = read_inventory(machine("discharging")).provision.firmware_batteries;
  ASSERT_EQ(packs.size(), 1U);
  EXPECT_EQ(packs[0].name, dmidecode(text, "Portable Battery", "Name"));
  EXPECT_EQ(dmidecode(text, "Portable Battery", "Design Capacity"), "50000 mWh");
  EXPECT_EQ(packs[0].design, milliwatt_hours(50'000));
  EXPECT_EQ(dmidecode(text, "Portable Battery", "SBDS Manufacture Date"), "2021-11-03");
  ASSERT_TRUE(packs[0].made);
  EXPECT_EQ(to_iso8601(*packs[0].made), "2021-11-03");
}

// The value of `field` that lscpu gives, or "".
std::string lscpu(const Json& all, const std::string& field) {
  for (const Json& row : all.at("lscpu")) {
    if (row.at("field") == field + ":") return row.at("data");
  }
  return "";
}

TEST_F(Hardware, ProcessorEqualsLscpu) {
  const Json expected = json_of("cpu.json");
  const CaptureTree tree = machine("discharging");
  const Inventory inventory = read_inventory(tree);
  EXPECT_EQ(inventory.identity.cpu, lscpu(expected, "Model name"));
  EXPECT_EQ(inventory.identity.virtual_machine, false);
  std::vector<Fault> faults;
  const PlatformFacts facts = read_platform_linux(tree, inventory, faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(facts.cpu_vendor, lscpu(expected, "Vendor ID"));
  EXPECT_EQ(facts.cpu_family, std::stoll(lscpu(expected, "CPU family")));
  EXPECT_EQ(facts.cpu_model, std::stoll(lscpu(expected, "Model")));
  EXPECT_EQ(facts.cpu_stepping, std::stoll(lscpu(expected, "Stepping")));
  EXPECT_EQ(facts.cores, std::stoll(lscpu(expected, "Core(s) per socket")) *
                             std::stoll(lscpu(expected, "Socket(s)")));
  const std::string flags = " " + lscpu(expected, "Flags") + " ";
  const auto has = [&](const char* flag) { return flags.find(flag) != std::string::npos; };
  EXPECT_EQ(facts.cpu_64_bit, has(" lm "));
  EXPECT_EQ(facts.popcnt_and_sse42, has(" popcnt ") && has(" sse4_2 "));
}

// One zone tells its heat; nothing here counts throttling, turns a fan, corrects memory or keeps
// records of crashes, and none of that is 0.
TEST_F(Hardware, HeatIsWhatTheKernelSaysAndTheRestIsUnknown) {
  std::vector<Fault> faults;
  const HardwareSigns signs = read_signs(machine("discharging"), faults);
  EXPECT_TRUE(faults.empty());
  HardwareSigns expected;
  expected.hottest_millicelsius = static_cast<std::int64_t>(number_in("temperature"));
  EXPECT_NEAR(static_cast<double>(*expected.hottest_millicelsius), 60'200, 100) << "3,334 dK";
  EXPECT_EQ(signs, expected);
}

TEST_F(Hardware, TpmEqualsTpm2Tools) {
  const std::string text = text_of("tpm.yaml");
  const std::size_t at = text.find("TPM2_PT_FAMILY_INDICATOR:");
  ASSERT_NE(at, std::string::npos) << text;
  const std::size_t begin = text.find("value: \"", at) + 8;
  const std::string family = text.substr(begin, text.find('"', begin) - begin);
  EXPECT_EQ(family, "2.0");
  EXPECT_EQ(read_inventory(machine("discharging")).provision.tpm_version, family);
}

// The screen of the emulator says by its EDID that it is one, and by its connector that it is not
// in the lid.
TEST_F(Hardware, AScreenThatIsNotInTheLidIsNoPanel) {
  const std::string connector(trimmed(text_of("screens")));
  EXPECT_EQ(connector, "card0-Virtual-1");
  EXPECT_EQ(read_inventory(machine("discharging")).provision.panel, std::nullopt);

  // Nothing but the connector keeps it out: the same bytes at one that is in the lid are a panel,
  // and the one that edid-decode sees.
  const std::string bytes = text_of("edid");
  const auto panel_at = [&](const std::string& name) {
    Inventory inventory;
    read_provision_linux(tree_of({{"sys/class/drm/" + name + "/edid", bytes}}), inventory);
    return inventory.provision.panel;
  };
  EXPECT_EQ(panel_at(connector), std::nullopt);
  const auto panel = panel_at("card0-eDP-1");
  ASSERT_TRUE(panel);
  const std::string text = text_of("edid.txt");
  const auto said = [&](const std::string& what) { return text.find(what) != std::string::npos; };
  EXPECT_TRUE(said("Manufacturer: " + panel->maker.value_or("?"))) << text;
  EXPECT_TRUE(said("Model: " + std::to_string(panel->product.value_or(-1)))) << text;
  EXPECT_TRUE(said(" of " + std::to_string(panel->year.value_or(-1)))) << text;
  EXPECT_TRUE(said(" " + std::to_string(panel->width_px.value_or(-1)) + "x" +
                   std::to_string(panel->height_px.value_or(-1)) + " "))
      << text;
}

// No driver tells of passwords here, and no enrolment can be denied from inside a laptop.
TEST_F(Hardware, ALockThatNobodyTellsOfIsUnknown) {
  EXPECT_NE(text_of("firmware-attributes").find("No such file"), std::string::npos);
  const Inventory inventory = read_inventory(machine("discharging"));
  const Locks& locks = inventory.provision.locks;
  EXPECT_EQ(locks.bios_password, std::nullopt);
  EXPECT_EQ(locks.managed, std::nullopt);
  EXPECT_EQ(locks.persistence, std::nullopt);
  EXPECT_EQ(locks.activation, std::nullopt);
  EXPECT_EQ(inventory.provision.secure_boot, SecureBoot::unknown) << "started the old way";
  EXPECT_TRUE(inventory.faults.empty()) << inventory.faults.front().path;
}

TEST_F(Hardware, EncryptionIsWhatLsblkShows) {
  const struct {
    const char* name;
    int encrypted;
    std::optional<bool> expected;
  } cases[] = {{"none-encrypted", 0, false}, {"one-encrypted", 1, {}}, {"all-encrypted", 3, true}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Json drives = json_of(std::string(c.name) + ".lsblk.json").at("blockdevices");
    ASSERT_EQ(drives.size(), 3U);
    int encrypted = 0;
    for (const Json& drive : drives) {
      for (const Json& part : drive.value("children", Json::array())) {
        encrypted += part.at("type") == "crypt" ? 1 : 0;
      }
    }
    ASSERT_EQ(encrypted, c.encrypted) << text_of("encrypt.log");
    EXPECT_EQ(read_inventory(machine(c.name)).provision.locks.disk_encryption, c.expected);
  }
}

// The same drive and the same pack, read again after they wore.
TEST_F(Hardware, WearThatGoesOnIsSeen) {
  const Inventory before = read_inventory(machine("worn-drives"));
  const Inventory after = read_inventory(machine("later"));
  const Disk& drive = disk_of(after, "nvme7");
  EXPECT_EQ(disk_of(before, "nvme7").percentage_used, 92);
  const Json expected = json_of("nvme7.later.health.json");
  EXPECT_EQ(drive.percentage_used, number(expected.at("percent_used")));
  EXPECT_EQ(drive.percentage_used, 95);
  EXPECT_EQ(drive.power_on_hours, number(expected.at("power_on_hours")));
  EXPECT_EQ(*drive.power_on_hours - *disk_of(before, "nvme7").power_on_hours, 900);

  const auto pack = kernel("later.BAT0");
  ASSERT_EQ(after.batteries.size(), 1U);
  EXPECT_EQ(after.batteries[0].full, milliwatt_hours(in_milli(pack.at("ENERGY_FULL"))));
  EXPECT_EQ(after.batteries[0].full, milliwatt_hours(44'000));
  EXPECT_EQ(before.batteries[0].full, milliwatt_hours(45'000));
  EXPECT_EQ(after.batteries[0].cycles, 330);
  EXPECT_EQ(after.batteries[0].power, Power{-12'500});
}

// The store of the sampler, which is not scrubbed: serial numbers arrive whole.
TEST_F(Hardware, SamplerKeepsSerialNumbersAsTheToolsTellThem) {
  const auto samples =
      read_samples((folder_ / "samples.db").string(),
                   [](const Id128&) -> Result<std::int64_t> { return std::int64_t{0}; });
  ASSERT_TRUE(samples) << samples.error().text;
  ASSERT_TRUE(samples->inventory);
  const std::string text = text_of("dmidecode.txt");
  EXPECT_EQ(samples->inventory->identity.serial,
            dmidecode(text, "System Information", "Serial Number"));
  EXPECT_EQ(samples->inventory->identity.uuid, dmidecode(text, "System Information", "UUID"));
  const std::string serial = json_of("nvme0.identity.json").at("sn");
  EXPECT_EQ(disk_of(*samples->inventory, "nvme0").serial, trimmed(serial));
  EXPECT_EQ(text_of("sampler.exit"), "0\n");
  EXPECT_EQ(text_of("sampler.log"), "") << "the sampler complained";
}

// The laptop drew 10 W from its battery, slept for half a minute by its own suspend, and lost 200
// mWh from before to after.
TEST_F(Hardware, SuspendIsAPieceOfItsOwn) {
  const auto samples =
      read_samples((folder_ / "samples.db").string(),
                   [](const Id128&) -> Result<std::int64_t> { return std::int64_t{0}; });
  ASSERT_TRUE(samples) << samples.error().text;
  ASSERT_EQ(text_of("suspends"), "1\n") << "the laptop did not suspend: nothing to see";
  Duration awake{0};
  Duration asleep{0};
  Energy used;
  Energy slept;
  for (const StoredWindow& stored : samples->windows) {
    const Window& window = stored.window;
    ASSERT_EQ(window.key.tier, Tier::measured) << window.key.method;
    ASSERT_TRUE(window.device);
    (window.key.state == UseState::sleep ? asleep : awake) += window.time;
    (window.key.state == UseState::sleep ? slept : used) += window.device->energy;
  }
  // From just before to just after, by the clock that counts sleep; resuming itself takes a while.
  const double gone_s = number_in("awake-after") - number_in("awake-before");
  EXPECT_GT(gone_s, 10.0);
  EXPECT_NEAR(static_cast<double>(asleep.count()) / 1000.0, gone_s, 3.0);
  // 10 W, exactly, however long.
  EXPECT_EQ(used.milli, awake.count() * 10);
  // What the gauge lost in the span with the sleep, less what its awake seconds used: the interval
  // is 10 s, and a tick may be late by a few. An emulator that has to share its processor is later:
  // then this says nothing, and the bed wants a quiet machine.
  EXPECT_LE(slept, milliwatt_hours(200));
  EXPECT_GE(slept, milliwatt_hours(200) - joules(10 * 14));
}

}  // namespace
}  // namespace wattlife

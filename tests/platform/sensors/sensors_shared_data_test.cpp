// SPDX-License-Identifier: EUPL-1.2
// The decoders against real hardware data with the answers of other programs beside it (UPower,
// smartctl, dmidecode). The data is not in the repository: it is looked for in the folder that
// WATTLIFE_SHARED_DATA names, or beside the source.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/health.h"
#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/nvme.h"
#include "platform/sensors/property_list.h"
#include "platform/sensors/sensors.h"
#include "platform/sensors/smbios_parts.h"
#include "tests/places.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path data_folder() {
  if (const char* named = std::getenv("WATTLIFE_SHARED_DATA")) return named;
  return fs::path(places::sources()) / "../shared/data";
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

#define SKIP_WITHOUT(folder)                                                                     \
  if (!fs::exists(folder)) {                                                                     \
    GTEST_SKIP() << "no " << (folder) << ": set WATTLIFE_SHARED_DATA to compare with real data"; \
  }

// --- macOS: a registry entry with facts beside it ------------------------------------------------

TEST(SharedData, TheTextOfIoregGivesTheFactsBesideIt) {
  const fs::path folder = data_folder() / "sysfs-captures/macos-ioreg";
  SKIP_WITHOUT(folder);
  std::size_t compared = 0;
  for (const fs::path& path : entries_of(folder)) {
    if (path.extension() != ".txt") continue;
    SCOPED_TRACE(path.filename());
    const Json facts = Json::parse(bytes_of(fs::path(path).replace_extension(".expected.json")));
    const auto entry = parse_property_list(bytes_of(path));
    ASSERT_TRUE(entry) << entry.error().text;
    const auto battery = macos_battery(*entry);
    ASSERT_TRUE(battery);
    EXPECT_NEAR(static_cast<double>(battery_health(*battery)->milli),
                facts["health_pct"].get<double>() * 10, 1);
    EXPECT_NEAR(static_cast<double>(battery->power->milli), facts["power_w"].get<double>() * 1000,
                1);
    ++compared;
  }
  EXPECT_GT(compared, 0U);
}

// --- Batteries: UPower on the same trees ---------------------------------------------------------

// "45.7916 Wh" as milliwatt-hours; 0 and no text are both "not known" to UPower.
std::optional<double> milli_of(const Json& device, const char* key) {
  if (!device.contains(key)) return std::nullopt;
  const double value = std::stod(device[key].get<std::string>());
  return value > 0 ? std::optional(value * 1000) : std::nullopt;
}

void expect_energy(const std::optional<Energy>& ours, const std::optional<double>& theirs) {
  ASSERT_EQ(ours.has_value(), theirs.has_value());
  if (ours) {
    EXPECT_NEAR(static_cast<double>(to_milliwatt_hours(*ours)), *theirs, *theirs * 0.01);
  }
}

BatteryStatus status_of(const std::string& state) {
  if (state == "charging") return BatteryStatus::charging;
  if (state == "discharging") return BatteryStatus::discharging;
  if (state == "fully-charged") return BatteryStatus::full;
  if (state == "pending-charge") return BatteryStatus::not_charging;
  return BatteryStatus::unknown;
}

void compare(const Battery& ours, const Json& theirs) {
  EXPECT_EQ(ours.present, theirs["present"] == "yes");
  if (!ours.present) {
    EXPECT_EQ(ours.design, std::nullopt);
    return;
  }
  EXPECT_EQ(ours.status, status_of(theirs["state"]));
  expect_energy(ours.design, milli_of(theirs, "energy-full-design"));
  expect_energy(ours.full, milli_of(theirs, "energy-full"));
  expect_energy(ours.now, milli_of(theirs, "energy"));
  if (const auto voltage = milli_of(theirs, "voltage")) {
    ASSERT_TRUE(ours.voltage);
    EXPECT_NEAR(static_cast<double>(ours.voltage->milli), *voltage, 1);
  } else {
    EXPECT_EQ(ours.voltage, std::nullopt);
  }
  if (ours.now && ours.full) {
    const double percent =
        100.0 * static_cast<double>(ours.now->milli) / static_cast<double>(ours.full->milli);
    EXPECT_NEAR(percent, std::stod(theirs["percentage"].get<std::string>()), 1);
  }
  const std::string cycles = theirs["charge-cycles"];
  EXPECT_EQ(ours.cycles ? std::to_string(*ours.cycles) : "N/A", cycles);
}

TEST(SharedData, BatteriesAgreeWithUPower) {
  const fs::path folder = data_folder() / "sysfs-captures";
  SKIP_WITHOUT(folder);
  int trees = 0;
  int packs = 0;
  for (const fs::path& machine : entries_of(folder)) {
    if (!fs::exists(machine / "upower.json")) continue;
    SCOPED_TRACE(machine.filename());
    ++trees;
    const auto tree = live_machine_tree({"", machine.string()});
    const PowerReading reading = read_power(*tree);
    EXPECT_TRUE(reading.faults.empty());

    Json batteries = Json::array();
    Json adapters = Json::array();
    Json sum;
    for (const Json& device : Json::parse(bytes_of(machine / "upower.json"))) {
      const std::string path = device["path"];
      const bool ours = device["power supply"] == "yes";
      if (path.ends_with("DisplayDevice"))
        sum = device;
      else if (path.find("/battery_") != std::string::npos && ours)
        batteries.push_back(device);
      else if (path.find("/line_power_") != std::string::npos)
        adapters.push_back(device);
    }
    ASSERT_EQ(reading.batteries.size(), batteries.size()) << "a peripheral is no battery of ours";
    std::optional<double> full;
    for (std::size_t i = 0; i < batteries.size(); ++i) {
      SCOPED_TRACE(reading.batteries[i].name);
      EXPECT_EQ(reading.batteries[i].name, batteries[i]["native-path"]);
      compare(reading.batteries[i], batteries[i]);
      ++packs;
      if (const auto& own = reading.batteries[i].full) {
        full = full.value_or(0) + static_cast<double>(to_milliwatt_hours(*own));
      }
    }
    ASSERT_EQ(full.has_value(), milli_of(sum, "energy-full").has_value());
    EXPECT_NEAR(full.value_or(0), milli_of(sum, "energy-full").value_or(0),
                full.value_or(0) * 0.01);
    ASSERT_EQ(reading.adapters.size(), adapters.size());
    for (std::size_t i = 0; i < adapters.size(); ++i) {
      EXPECT_EQ(reading.adapters[i].online, adapters[i]["online"] == "yes");
    }
  }
  EXPECT_GE(trees, 12);
  EXPECT_GE(packs, 11);
}

TEST(SharedData, IdentityFilesOfAnEliteBook) {
  const fs::path folder = data_folder() / "sysfs-captures/hwloc_20em64t-hybrid-1p6c2t_2ca4co1t";
  SKIP_WITHOUT(folder);
  const auto tree = live_machine_tree({"", folder.string()});
  const Inventory inventory = read_inventory(*tree);
  EXPECT_EQ(inventory.identity.manufacturer, "HP");
  EXPECT_EQ(inventory.identity.model, "HP EliteBook 840 14 inch G10 Notebook PC");
  EXPECT_EQ(inventory.identity.sku, "6V5Y9AV");
  EXPECT_EQ(inventory.identity.bios_date, day_from_iso8601("2023-09-13"));
  EXPECT_EQ(inventory.identity.chassis, "Notebook");
  EXPECT_EQ(inventory.identity.cpu, "13th Gen Intel(R) Core(TM) i7-1370P");
  EXPECT_TRUE(inventory.batteries.empty());
  EXPECT_TRUE(inventory.disks.empty());
}

TEST(SharedData, PackagesOfAServerAreCountedOnce) {
  const fs::path folder = data_folder() / "sysfs-captures/thinkpad_lnv45n1_procfs";
  SKIP_WITHOUT(folder);
  const auto tree = live_machine_tree({"", folder.string()});
  const PowerReading reading = read_power(*tree);
  EXPECT_EQ(reading.counters, (std::vector<EnergyCounter>{
                                  {"package-0", Boundary::cpu, 240422366267, 262143328850},
                                  {"package-10", Boundary::cpu, 240422366267, 262143328850}}));
}

// --- Drives: smartctl and nvme-cli on the same pages ---------------------------------------------

TEST(SharedData, NvmePagesAgreeFieldByField) {
  const fs::path folder = data_folder() / "nvme";
  SKIP_WITHOUT(folder);
  int drives = 0;
  for (const fs::path& path : entries_of(folder)) {
    const std::string name = path.filename().string();
    constexpr std::string_view ending = ".expected.json";
    if (!name.ends_with(ending)) continue;
    SCOPED_TRACE(name);
    const std::string stem = name.substr(0, name.size() - ending.size());
    const Json expected = Json::parse(bytes_of(path));
    const Json& health = expected["health"];

    Disk disk;
    ASSERT_TRUE(decode_nvme_identify(bytes_of(folder / (stem + ".idctrl.bin")), disk));
    ASSERT_TRUE(decode_nvme_health(bytes_of(folder / (stem + ".health.bin")), disk));
    EXPECT_EQ(disk.model, expected["model_name"].get<std::string>());
    if (expected["total_nvm_capacity_bytes"].is_number()) {
      EXPECT_EQ(disk.size_bytes, expected["total_nvm_capacity_bytes"].get<std::int64_t>());
    } else {
      EXPECT_EQ(disk.size_bytes, std::nullopt);
    }
    const std::pair<const char*, std::optional<std::int64_t> Disk::*> fields[] = {
        {"critical_warning", &Disk::critical_warning},
        {"percentage_used", &Disk::percentage_used},
        {"available_spare", &Disk::available_spare},
        {"available_spare_threshold", &Disk::spare_threshold},
        {"data_units_written", &Disk::data_units_written},
        {"power_on_hours", &Disk::power_on_hours},
        {"media_errors", &Disk::media_errors},
    };
    for (const auto& [key, member] : fields) {
      EXPECT_EQ(disk.*member, health[key].get<std::int64_t>()) << key;
    }
    ++drives;
  }
  EXPECT_EQ(drives, 36);
}

std::int64_t number_in(const Json& value) {
  return value.is_string() ? std::stoll(value.get<std::string>()) : value.get<std::int64_t>();
}

struct NvmeField {
  const char* smartctl;
  const char* nvme_cli;
  std::optional<std::int64_t> ours;
};

std::vector<NvmeField> fields_of(const NvmeHealth& health) {
  return {{"critical_warning", "critical_warning", health.critical_warning},
          {"available_spare", "avail_spare", health.available_spare},
          {"available_spare_threshold", "spare_thresh", health.spare_threshold},
          {"percentage_used", "percent_used", health.percentage_used},
          {"data_units_read", "data_units_read", health.data_units_read.value_or(0)},
          {"data_units_written", "data_units_written", health.data_units_written.value_or(0)},
          {"host_reads", "host_read_commands", health.host_reads},
          {"host_writes", "host_write_commands", health.host_writes},
          {"controller_busy_time", "controller_busy_time", health.busy_minutes},
          {"power_cycles", "power_cycles", health.power_cycles},
          {"power_on_hours", "power_on_hours", health.power_on_hours},
          {"unsafe_shutdowns", "unsafe_shutdowns", health.unsafe_shutdowns},
          {"media_errors", "media_errors", health.media_errors},
          {"num_err_log_entries", "num_err_log_entries", health.error_log_entries},
          {"warning_temp_time", "warning_temp_time", health.warning_minutes},
          {"critical_comp_time", "critical_comp_time", health.critical_minutes}};
}

TEST(SharedData, WholeNvmeLogsAgreeWithSmartctlAndNvmeCli) {
  const fs::path folder = data_folder() / "nvme";
  SKIP_WITHOUT(folder);
  int drives = 0;
  int compared = 0;
  for (const fs::path& path : entries_of(folder)) {
    const std::string name = path.filename().string();
    constexpr std::string_view ending = ".health.bin";
    if (!name.ends_with(ending)) continue;
    SCOPED_TRACE(name);
    const std::string stem = name.substr(0, name.size() - ending.size());
    const auto health = decode_nvme_log(bytes_of(path));
    ASSERT_TRUE(health);
    const Json smartctl = Json::parse(
        bytes_of(folder / (stem + ".smartctl.json")))["nvme_smart_health_information_log"];
    const Json nvme_cli = Json::parse(bytes_of(folder / (stem + ".nvmecli.json")));
    for (const NvmeField& field : fields_of(*health)) {
      for (const auto& [theirs, key] :
           {std::pair(smartctl, field.smartctl), std::pair(nvme_cli, field.nvme_cli)}) {
        if (!theirs.contains(key)) continue;
        EXPECT_EQ(field.ours, number_in(theirs[key])) << key;
        ++compared;
      }
    }
    EXPECT_EQ(health->temperature_kelvin.value_or(0), number_in(nvme_cli["temperature"]));
    for (std::size_t i = 0; i < health->sensors_kelvin.size(); ++i) {
      const std::string key = "temperature_sensor_" + std::to_string(i + 1);
      EXPECT_EQ(health->sensors_kelvin[i].value_or(0),
                nvme_cli.contains(key) ? number_in(nvme_cli[key]) : 0);
    }
    EXPECT_TRUE(decode_nvme_erase(bytes_of(folder / (stem + ".idctrl.bin"))));
    ++drives;
  }
  EXPECT_EQ(drives, 36);
  EXPECT_GE(compared, 36 * 28);
}

// Whatever smartctl calls failed in the reports that people published is not good here either.
TEST(SharedData, NoFailingNvmeDriveIsCalledGood) {
  const fs::path folder = data_folder() / "smart/json-reports";
  SKIP_WITHOUT(folder);
  int drives = 0;
  int failing = 0;
  for (const fs::path& path : entries_of(folder)) {
    const Json report = Json::parse(bytes_of(path));
    const auto log = report.find("nvme_smart_health_information_log");
    if (log == report.end()) continue;
    ++drives;
    Disk disk;
    disk.critical_warning = log->value("critical_warning", 0);
    disk.percentage_used = log->value("percentage_used", 0);
    disk.media_errors = log->value("media_errors", std::int64_t{0});
    if (report["smart_status"]["passed"] == true) continue;
    ++failing;
    EXPECT_NE(judge_disk(disk).verdict, Verdict::good) << path.filename();
  }
  EXPECT_GE(drives, 15);
  EXPECT_GE(failing, 1);
}

// --- Identity: dmidecode on the same tables ------------------------------------------------------

std::optional<std::string> words_of(const Json& expected, const char* key) {
  const std::string text = expected.value(key, "");
  return is_placeholder(text) ? std::nullopt : std::optional(single_spaced(text));
}

std::optional<std::string> spaced(const std::optional<std::string>& text) {
  return text ? std::optional(single_spaced(*text)) : std::nullopt;
}

// dmidecode prints "8 GB", "512 MB", "No Module Installed".
std::optional<std::int64_t> memory_of(const Json& expected) {
  std::int64_t mib = 0;
  for (const Json& device : expected.value("memory_devices", Json::array())) {
    const std::string size = device.value("Size", "");
    const auto number = integer_from(size.substr(0, size.find(' ')));
    if (device.value("Type", "") == "Flash") continue;
    if (size == "Unknown") return std::nullopt;
    if (number) mib += *number * (size.ends_with("GB") ? 1024 : 1);
  }
  return mib > 0 ? std::optional(mib) : std::nullopt;
}

// The value behind "<tab>key: " in the text form, first one; empty for a placeholder.
std::optional<std::string> text_line(const std::string& text, const std::string& key) {
  const std::size_t at = text.find("\t" + key + ": ");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + key.size() + 3;
  return label_from(text.substr(begin, text.find('\n', begin) - begin));
}

// UUID and serial number of the whole way, with the version from the entry point.
TEST(SharedData, IdentitiesAgreeWithDmidecode) {
  const fs::path folder = data_folder() / "smbios";
  SKIP_WITHOUT(folder);
  int with_uuid = 0;
  for (const fs::path& machine : entries_of(folder)) {
    if (!fs::exists(machine / "dmidecode.txt")) continue;
    SCOPED_TRACE(machine.filename());
    const std::string text = bytes_of(machine / "dmidecode.txt");
    const auto tree = live_machine_tree({"", machine.string()});
    const Identity identity = read_inventory(*tree).identity;
    // "Not Settable", "Not Present"; and the example UUID of a firmware kit is no identity.
    auto uuid = text_line(text.substr(text.find("System Information")), "UUID");
    if (uuid && (uuid->size() != 36 || uuid->starts_with("03000200-0400-0500"))) uuid.reset();
    EXPECT_EQ(identity.uuid, uuid);
    EXPECT_EQ(identity.serial,
              text_line(text.substr(text.find("System Information")), "Serial Number"));
    if (uuid) ++with_uuid;
  }
  EXPECT_GE(with_uuid, 3);
}

TEST(SharedData, SmbiosTablesAgreeWithDmidecode) {
  const fs::path folder = data_folder() / "smbios";
  SKIP_WITHOUT(folder);
  int tables = 0;
  for (const fs::path& machine : entries_of(folder)) {
    if (!fs::exists(machine / "expected.json")) continue;
    SCOPED_TRACE(machine.filename());
    ++tables;
    const Json expected = Json::parse(bytes_of(machine / "expected.json"));
    const Identity identity = decode_smbios(bytes_of(machine / "sys/firmware/dmi/tables/DMI"));
    EXPECT_EQ(spaced(identity.manufacturer), words_of(expected, "system-manufacturer"));
    EXPECT_EQ(spaced(identity.model), spaced(model_name(words_of(expected, "system-manufacturer"),
                                                        words_of(expected, "system-product-name"),
                                                        words_of(expected, "system-version"))));
    EXPECT_EQ(spaced(identity.sku), words_of(expected, "system-sku-number"));
    EXPECT_EQ(identity.chassis, words_of(expected, "chassis-type"));
    EXPECT_EQ(identity.bios_date, bios_day(expected.value("bios-release-date", "")));
    EXPECT_EQ(identity.cpu, words_of(expected, "processor-version"));
    EXPECT_EQ(identity.memory_mib, memory_of(expected));
    // The same table behind the header of Windows.
    const std::string windows = bytes_of(machine / "windows-RawSMBIOSData.bin");
    ASSERT_GE(windows.size(), 8u);
    EXPECT_EQ(decode_smbios(std::string_view(windows).substr(8)), identity);
  }
  EXPECT_EQ(tables, 7);
}

// Memory places and packs, counted in the words of dmidecode.
TEST(SharedData, MemoryPlacesAndPacksAgreeWithDmidecode) {
  const fs::path folder = data_folder() / "smbios";
  SKIP_WITHOUT(folder);
  const auto times = [](const std::string& text, const std::string& words) {
    std::int64_t count = 0;
    for (std::size_t at = text.find(words); at != std::string::npos;
         at = text.find(words, at + 1)) {
      ++count;
    }
    return count;
  };
  int packs = 0;
  for (const fs::path& machine : entries_of(folder)) {
    if (!fs::exists(machine / "dmidecode.txt")) continue;
    SCOPED_TRACE(machine.filename());
    const std::string text = bytes_of(machine / "dmidecode.txt");
    Provision provision;
    add_smbios_parts(decode_smbios_parts(bytes_of(machine / "sys/firmware/dmi/tables/DMI")),
                     provision);

    // Flash and other memory that is no system memory stands in the same list.
    std::int64_t devices = 0;
    std::int64_t empty = 0;
    const std::string heading = "\nMemory Device\n";
    for (std::size_t at = text.find(heading); at != std::string::npos;) {
      const std::size_t next = text.find("\nHandle ", at);
      const std::string device = text.substr(at, next - at);
      if (device.find("Type: Flash") == std::string::npos) ++devices;
      empty += times(device, "No Module Installed");
      at = text.find(heading, at + 1);
    }
    EXPECT_GE(provision.memory_slots.total.value_or(0), devices);
    EXPECT_EQ(provision.memory_slots.used.value_or(devices - empty), devices - empty);

    for (const FirmwareBattery& pack : provision.firmware_batteries) {
      ++packs;
      const std::string section = text.substr(text.find("\nPortable Battery\n"));
      const std::string design =
          pack.design ? std::to_string(to_milliwatt_hours(*pack.design)) + " mWh" : "Unknown";
      EXPECT_NE(section.find("Design Capacity: " + design), std::string::npos) << design;
      if (!pack.made) continue;
      const std::string iso = to_iso8601(*pack.made);
      const std::string american = iso.substr(5, 2) + "/" + iso.substr(8) + "/" + iso.substr(0, 4);
      EXPECT_TRUE(section.find(iso) != std::string::npos ||
                  section.find(american) != std::string::npos)
          << iso;
    }
  }
  EXPECT_GE(packs, 1);
}

}  // namespace
}  // namespace wattlife

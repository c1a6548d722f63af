// SPDX-License-Identifier: EUPL-1.2
// What `wattlife decode` prints, and every capture in tests/captures against the answer beside it.
// WATTLIFE_UPDATE=1 writes the answers anew; the difference is the review.
#include "agent/decode.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "platform/capture.h"
#include "tests/places.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using Json = nlohmann::ordered_json;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

CaptureTree machine_of_every_kind() {
  std::string log(512, '\0');
  log[3] = 100;
  log[4] = 10;
  return tree_of({
      {"sys/class/power_supply/AC/uevent", "POWER_SUPPLY_TYPE=Mains\nPOWER_SUPPLY_ONLINE=1\n"s},
      {"sys/class/power_supply/BAT0/uevent",
       "POWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_STATUS=Not charging\nPOWER_SUPPLY_POWER_NOW=0\n"s},
      {"sys/class/power_supply/BAT1/uevent",
       "POWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_PRESENT=0\n"s},
      {"sys/class/powercap/intel-rapl:0/name", "package-0\n"s},
      {"sys/class/powercap/intel-rapl:0/energy_uj", "5\n"s},
      {"sys/class/powercap/intel-rapl:1/name", "psys\n"s},
      {"sys/class/powercap/intel-rapl:1/energy_uj", Cause::denied},
      {"nvme/nvme0/identify", Cause::denied},
      {"nvme/nvme0/log/02", log},
      {"sys/class/dmi/id/product_name", "Name with \"quotes\"\n"s},
  });
}

// The keys are a contract with scripts; their order is as documented.
TEST(DecodeJson, HasExactlyTheKeysOfTheContract) {
  const Json json = Json::parse(to_json(decode(machine_of_every_kind())));
  EXPECT_EQ(keys_of(json),
            (std::vector<std::string>{"os", "identity", "batteries", "energy_counters", "disks",
                                      "adapters", "faults"}));
  EXPECT_EQ(keys_of(json["identity"]),
            (std::vector<std::string>{"manufacturer", "model", "sku", "serial", "bios_date",
                                      "chassis", "cpu", "memory_mib"}));
  EXPECT_EQ(keys_of(json["batteries"][0]),
            (std::vector<std::string>{"name", "status", "present", "design_mwh", "full_mwh",
                                      "now_mwh", "power_mw", "voltage_mv", "cycles",
                                      "health_permille", "health_verdict", "reasons"}));
  EXPECT_EQ(keys_of(json["energy_counters"][0]),
            (std::vector<std::string>{"name", "boundary", "energy_uj", "range_uj"}));
  EXPECT_EQ(
      keys_of(json["disks"][0]),
      (std::vector<std::string>{"name", "kind", "model", "serial", "size_bytes", "critical_warning",
                                "percentage_used", "available_spare", "spare_threshold",
                                "data_units_written", "power_on_hours", "media_errors",
                                "reallocated", "pending", "uncorrectable", "verdict", "reasons"}));
  EXPECT_EQ(keys_of(json["adapters"][0]), (std::vector<std::string>{"name", "online"}));
  EXPECT_EQ(keys_of(json["faults"][0]), (std::vector<std::string>{"path", "cause"}));
}

TEST(DecodeJson, UnknownIsNullAndNeverZero) {
  const Json json = Json::parse(to_json(decode(machine_of_every_kind())));
  EXPECT_EQ(json["os"], "linux");
  EXPECT_EQ(json["identity"]["manufacturer"], nullptr);
  EXPECT_EQ(json["identity"]["model"], "Name with \"quotes\"");
  EXPECT_EQ(json["identity"]["memory_mib"], nullptr);
  const Json& battery = json["batteries"][0];
  EXPECT_EQ(battery["status"], "not_charging");
  EXPECT_EQ(battery["power_mw"], 0) << "a real reading";
  EXPECT_EQ(battery["full_mwh"], nullptr);
  EXPECT_EQ(battery["health_verdict"], "unknown");
  const Json& empty_bay = json["batteries"][1];
  EXPECT_EQ(empty_bay["present"], false);
  for (const char* key : {"design_mwh", "full_mwh", "now_mwh", "power_mw", "voltage_mv", "cycles",
                          "health_permille"}) {
    EXPECT_EQ(empty_bay[key], nullptr) << key;
  }
  EXPECT_EQ(json["energy_counters"].size(), 1u);
  EXPECT_EQ(json["energy_counters"][0]["range_uj"], nullptr);
  EXPECT_EQ(json["disks"][0]["model"], nullptr);
  EXPECT_EQ(json["disks"][0]["critical_warning"], 0);
  EXPECT_EQ(json["disks"][0]["data_units_written"], nullptr);
  EXPECT_EQ(json["disks"][0]["verdict"], "good");
  EXPECT_EQ(json["faults"], Json::parse(R"([{"path":"nvme/nvme0/identify","cause":"denied"},
                {"path":"sys/class/powercap/intel-rapl:1/energy_uj","cause":"denied"}])"));
}

TEST(DecodeJson, AnEmptyMachineIsStillAnObject) {
  for (const Os os : {Os::linux_os, Os::windows, Os::macos}) {
    const Json json = Json::parse(to_json(decode(tree_of({}, os))));
    EXPECT_EQ(json["os"], name_of(os));
    EXPECT_TRUE(json["batteries"].empty());
    EXPECT_TRUE(json["faults"].empty());
  }
}

TEST(DecodeLines, SayUnknownInWords) {
  const std::string lines = to_lines(decode(machine_of_every_kind()));
  EXPECT_NE(lines.find("Battery BAT1      not in its bay\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("full unknown of unknown when new: unknown (capacity_unknown)\n"),
            std::string::npos)
      << lines;
  EXPECT_NE(lines.find("Not readable      nvme/nvme0/identify: denied\n"), std::string::npos);
  EXPECT_EQ(lines.find("simulated"), std::string::npos);
}

TEST(DecodeLines, TellLocksAndWhatElseDecidesAboutASecondLife) {
  const auto tree = tree_of({
      {"etc/os-release", "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n"s},
      {"sys/class/firmware-attributes/thinklmi/authentication/Admin/role", "bios-admin\n"s},
      {"sys/class/firmware-attributes/thinklmi/authentication/Admin/is_enabled", "1\n"s},
      {"sys/class/tpm/tpm0/tpm_version_major", "2\n"s},
  });
  const std::string lines = to_lines(decode(tree));
  for (const char* line :
       {"System            Debian GNU/Linux 12, updates until 2028-06-30\n",
        "Locks             BIOS password yes, Activation Lock unknown, management unknown, "
        "Absolute unknown\n",
        "Encryption        unknown\n", "TPM               2.0, Secure Boot unknown\n",
        "Memory slots      unknown of unknown filled, largest module unknown\n"}) {
    EXPECT_NE(lines.find(line), std::string::npos) << line << "in\n" << lines;
  }
}

// --- Captures ------------------------------------------------------------------------------------

fs::path captures() { return fs::path(places::sources()) / "tests/captures"; }

std::vector<fs::path> capture_files() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(captures())) {
    if (entry.path().extension() == ".capture") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(Captures, DecodeToTheAnswersBesideThem) {
  const bool update = std::getenv("WATTLIFE_UPDATE") != nullptr;
  const std::vector<fs::path> paths = capture_files();
  EXPECT_GE(paths.size(), 8u);
  for (const fs::path& path : paths) {
    SCOPED_TRACE(path.filename());
    auto capture = parse_capture(bytes_of(path));
    ASSERT_TRUE(capture) << capture.error().text;
    CaptureTree tree(*std::move(capture));
    tree.advance_to_last();
    const std::string json = to_json(decode(tree));
    EXPECT_TRUE(Json::accept(json));
    const fs::path answer = fs::path(path).replace_extension(".expected.json");
    if (update) std::ofstream(answer, std::ios::binary) << json;
    EXPECT_EQ(json, bytes_of(answer)) << "if this is right: WATTLIFE_UPDATE=1, and review the diff";
  }
}

TEST(Captures, HaveNoAnswerWithoutACapture) {
  for (const auto& entry : fs::directory_iterator(captures())) {
    const std::string name = entry.path().filename().string();
    constexpr std::string_view ending = ".expected.json";
    if (!name.ends_with(ending)) continue;
    const std::string stem = name.substr(0, name.size() - ending.size());
    EXPECT_TRUE(fs::exists(captures() / (stem + ".capture"))) << name;
  }
}

// A capture in the repository is one that the program could have written.
TEST(Captures, ReadBackAfterWriting) {
  for (const fs::path& path : capture_files()) {
    const auto capture = parse_capture(bytes_of(path));
    ASSERT_TRUE(capture);
    const auto again = parse_capture(to_text(*capture));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *capture);
  }
}

}  // namespace
}  // namespace wattlife

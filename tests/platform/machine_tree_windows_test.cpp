// SPDX-License-Identifier: EUPL-1.2
// The live tree on the machine that runs the test: what every Windows machine, and Wine, must
// answer. Only built for Windows.
#include <gtest/gtest.h>
#include <windows.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/settings.h"
#include "core/text.h"
#include "platform/machine_tree.h"
#include "platform/registry_windows.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"
#include "platform/sensors/platform_windows.h"
#include "platform/sensors/sensors.h"
#include "platform/wide_windows.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

constexpr const char* test_key = R"(SOFTWARE\Wattlife\Test)";

// A key of the test's own, gone at its end. One that was there before is not touched.
class TestKey {
 public:
  explicit TestKey(const std::string& path) : path_(wide(path)) {
    DWORD disposition = 0;
    ::RegCreateKeyExW(HKEY_LOCAL_MACHINE, path_.c_str(), 0, nullptr, 0,
                      KEY_ALL_ACCESS | KEY_WOW64_64KEY, nullptr, &key_, &disposition);
    is_ours_ = key_ != nullptr && disposition == REG_CREATED_NEW_KEY;
  }
  TestKey(const TestKey&) = delete;
  TestKey& operator=(const TestKey&) = delete;
  ~TestKey() {
    if (key_ != nullptr) ::RegCloseKey(key_);
    if (is_ours_) ::RegDeleteKeyExW(HKEY_LOCAL_MACHINE, path_.c_str(), KEY_WOW64_64KEY, 0);
  }
  bool is_ours() const { return is_ours_; }
  void set(const std::string& name, DWORD type, const std::string& bytes) const {
    ::RegSetValueExW(key_, wide(name).c_str(), 0, type, reinterpret_cast<const BYTE*>(bytes.data()),
                     static_cast<DWORD>(bytes.size()));
  }

 private:
  std::wstring path_;
  HKEY key_ = nullptr;
  bool is_ours_ = false;
};

std::string utf16_bytes(const std::wstring& text) {
  return std::string(reinterpret_cast<const char*>(text.data()), text.size() * sizeof(wchar_t));
}

TEST(RegistryText, EveryTypeThatHoldsASetting) {
  const TestKey key(test_key);
  if (!key.is_ours()) GTEST_SKIP() << test_key << " is there already, or must not be made";
  struct Case {
    const char* name;
    DWORD type;
    std::string bytes;
    std::string want;
  };
  const Case cases[] = {
      {"Text", REG_SZ, utf16_bytes(std::wstring(L"caf\u00E9\0", 5)), "caf\xC3\xA9"},
      {"TextWithoutNul", REG_SZ, utf16_bytes(L"abc"), "abc"},
      {"Empty", REG_SZ, utf16_bytes(std::wstring(1, L'\0')), ""},
      {"Expanded", REG_EXPAND_SZ, utf16_bytes(std::wstring(L"%SystemDrive%\\x\0", 16)), "C:\\x"},
      {"Number", REG_DWORD, std::string("\x2C\x01\0\0", 4), "300"},
      {"Long", REG_QWORD, std::string("\0\0\0\0\1\0\0\0", 8), "4294967296"},
      {"Lines", REG_MULTI_SZ, utf16_bytes(std::wstring(L"one\0two\0\0", 9)), "one\ntwo"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    key.set(c.name, c.type, c.bytes);
    const auto text = registry_text(test_key, c.name);
    ASSERT_TRUE(text) << text.error().text;
    EXPECT_EQ(*text, c.want);
  }
  key.set("Bytes", REG_BINARY, "x");
  EXPECT_EQ(registry_text(test_key, "Bytes").error().cause, Cause::malformed);
  EXPECT_EQ(registry_text(test_key, "None").error().cause, Cause::absent);
  EXPECT_EQ(registry_text("SOFTWARE\\Wattlife\\None", "None").error().cause, Cause::absent);
  const auto names = registry_names(test_key);
  ASSERT_TRUE(names) << names.error().text;
  EXPECT_EQ(names->size(), std::size(cases) + 1);
  EXPECT_EQ(registry_names("SOFTWARE\\Wattlife\\None").error().cause, Cause::absent);
}

TEST(WindowsTree, APolicyGoesBeforeTheDefaultOfTheMachine) {
  const TestKey machine(R"(SOFTWARE\Wattlife\Agent)");
  const TestKey policies(R"(SOFTWARE\Policies\Wattlife\Agent)");
  if (!machine.is_ours() || !policies.is_ours()) {
    GTEST_SKIP() << "this machine is configured, or its registry must not be written";
  }
  const auto tree = live_machine_tree({});
  EXPECT_EQ(tree->read("policy/CollectorUrl").error().cause, Cause::absent);
  machine.set("CollectorUrl", REG_SZ, utf16_bytes(L"https://machine.example"));
  EXPECT_EQ(*tree->read("policy/CollectorUrl"), "https://machine.example");
  EXPECT_EQ(*tree->read("policy-origin/CollectorUrl"), R"(HKLM\SOFTWARE\Wattlife\Agent)");
  policies.set("CollectorUrl", REG_SZ, utf16_bytes(L"https://policy.example"));
  EXPECT_EQ(*tree->read("policy/CollectorUrl"), "https://policy.example");
  EXPECT_EQ(*tree->read("policy-origin/CollectorUrl"),
            R"(HKLM\SOFTWARE\Policies\Wattlife\Agent (locked))");
  EXPECT_EQ(*tree->list("policy"), std::vector<std::string>{"CollectorUrl"});
  const Settings settings = Settings::from([&](std::string_view path) { return tree->read(path); });
  EXPECT_EQ(settings.text("CollectorUrl"), "https://policy.example");
}

TEST(WindowsTree, AFolderOfSettingsStandsInForTheRegistry) {
  const TemporaryFolder folder;
  std::ofstream(folder / "agent.toml") << "CollectorUrl = \"https://file.example\"\n";
  std::filesystem::create_directory(folder / "managed.d");
  std::ofstream(folder / "managed.d/10.toml") << "UploadPeriod = \"week\"\n";
  LiveTreeOptions options;
  options.config_folder = folder.path();
  const auto tree = live_machine_tree(options);
  EXPECT_EQ(*tree->read("policy/CollectorUrl"), "https://file.example");
  EXPECT_EQ(*tree->read("policy/UploadPeriod"), "week");
  EXPECT_EQ(*tree->list("policy"), (std::vector<std::string>{"CollectorUrl", "UploadPeriod"}));
  EXPECT_EQ(tree->read("policy/OrganisationOin").error().cause, Cause::absent);
}

TEST(WindowsTree, AnswersWhatEveryMachineKnows) {
  const auto tree = live_machine_tree({});
  EXPECT_EQ(tree->os(), Os::windows);
  EXPECT_EQ(tree->read("power/status")->size(), 12U);
  EXPECT_EQ(tree->read("cpu/times")->size(), 24U);
  EXPECT_EQ(tree->read("memory/bytes")->size(), 8U);
  EXPECT_FALSE(tree->read("cpu/name")->empty());
  EXPECT_TRUE(tree->list("battery"));
  EXPECT_TRUE(tree->list("nvme"));
  EXPECT_TRUE(tree->list("ata"));
  EXPECT_TRUE(tree->list("emi"));
  EXPECT_TRUE(tree->list("disk"));
  EXPECT_EQ(tree->read("cpu/hypervisor")->size(), 48U);
  EXPECT_EQ(tree->read("power/capabilities")->size(), 76U);
  EXPECT_EQ(tree->read("net/counters")->size() % 24, 0U);
}

TEST(WindowsTree, WhatIsNotThereIsAbsent) {
  const auto tree = live_machine_tree({});
  for (const char* path : {"",
                           "nothing",
                           "battery",
                           "battery/",
                           "battery/99/status",
                           "battery/x/status",
                           "battery/-1/status",
                           "nvme/99/identify",
                           "nvme/x/log/02",
                           "nvme",
                           "ata",
                           "ata/",
                           "ata/0/size",
                           "ata/15/identify",
                           "ata/99/identify",
                           "ata/x/status",
                           "ata/-1/status",
                           "policy/",
                           "emi",
                           "emi/",
                           "emi/999/version",
                           "emi/x/version",
                           "disk",
                           "disk/",
                           "disk/0/size",
                           "disk/99/performance",
                           "display",
                           "display/x",
                           "net",
                           "net/x",
                           "policy",
                           "sys/class/power_supply"}) {
    const auto value = tree->read(path);
    ASSERT_FALSE(value) << path;
    EXPECT_EQ(value.error().cause, Cause::absent) << path << ": " << value.error().text;
  }
  EXPECT_EQ(tree->list("sys").error().cause, Cause::absent);
}

TEST(WindowsTree, TheDecodersUnderstandIt) {
  const auto tree = live_machine_tree({});
  const PowerReading power = read_power(*tree);
  ASSERT_EQ(power.adapters.size(), 1U);
  EXPECT_GT(power.activity.cpu_total_ticks.value_or(0), 0);
  EXPECT_GE(*power.activity.cpu_total_ticks, *power.activity.cpu_busy_ticks);
  const Inventory inventory = read_inventory(*tree);
  EXPECT_EQ(inventory.os, Os::windows);
  EXPECT_TRUE(inventory.identity.cpu);
  EXPECT_GT(inventory.identity.memory_mib.value_or(0), 256);
}

// RawSMBIOSData: what follows its header of 8 bytes has the length that the header says, and begins
// with structures that fit. Skipped where there is no firmware (a container under Wine).
TEST(WindowsTree, TheFirmwareTableIsWhole) {
  const auto tree = live_machine_tree({});
  const auto table = tree->read("smbios");
  if (!table) {
    EXPECT_TRUE(table.error().cause == Cause::absent || table.error().cause == Cause::io)
        << table.error().text;
    GTEST_SKIP() << "this machine shows no table: " << table.error().text;
  }
  ASSERT_GE(table->size(), 8U);
  EXPECT_EQ(little_endian(*table, 4, 4), table->size() - 8);
  int structures = 0;
  for_each_smbios_structure(std::string_view(*table).substr(8),
                            [&](const SmbiosStructure&) { ++structures; });
  EXPECT_GT(structures, 0);
  const Inventory inventory = read_inventory(*tree);
  EXPECT_TRUE(inventory.faults.empty() || inventory.faults.front().path != "smbios");
}

// SYSTEM_POWER_STATUS read twice: by the tree, and here from the system itself.
TEST(WindowsTree, PowerStatusIsWhatTheSystemSays) {
  const auto tree = live_machine_tree({});
  SYSTEM_POWER_STATUS status{};
  ASSERT_NE(::GetSystemPowerStatus(&status), 0);
  const auto bytes = tree->read("power/status");
  ASSERT_TRUE(bytes) << bytes.error().text;
  EXPECT_EQ(static_cast<unsigned char>((*bytes)[0]), status.ACLineStatus);
  EXPECT_EQ(static_cast<unsigned char>((*bytes)[2]), status.BatteryLifePercent);
  const PowerReading power = read_power(*tree);
  ASSERT_EQ(power.adapters.size(), 1U);
  if (status.ACLineStatus <= 1) {
    EXPECT_EQ(power.adapters[0].online, status.ACLineStatus == 1);
  } else {
    EXPECT_FALSE(power.adapters[0].online);
  }
}

// The registry and CPUID are two ways to one processor.
TEST(WindowsTree, TheNumbersOfTheProcessorAreThoseOfCpuid) {
  const auto tree = live_machine_tree({});
  std::vector<Fault> faults;
  const PlatformFacts facts = read_platform_windows(*tree, read_inventory(*tree), faults);
  EXPECT_TRUE(faults.empty()) << faults.front().path;
  const auto leaves = tree->read("cpu/features");
  ASSERT_TRUE(leaves);
  ASSERT_EQ(leaves->size(), 32U);
  const auto signature = little_endian(*leaves, 0, 4);
  const auto family = signature >> 8 & 15;
  const auto model = (signature >> 4 & 15) | (signature >> 12 & 0xF0);
  EXPECT_EQ(facts.cpu_family,
            static_cast<std::int64_t>(family == 15 ? family + (signature >> 20 & 0xFF) : family));
  EXPECT_EQ(facts.cpu_model,
            static_cast<std::int64_t>(family == 15 || family == 6 ? model : model & 15));
  EXPECT_EQ(facts.cpu_stepping, static_cast<std::int64_t>(signature & 15));
  EXPECT_TRUE(facts.cpu_vendor);
  EXPECT_GE(facts.cores.value_or(0), 1);
  EXPECT_EQ(facts.cpu_64_bit, true) << "this program is one of 64 bits";
}

TEST(WindowsTree, CrashesAreCountedOrRefused) {
  const auto records = live_machine_tree({})->read("crash/records");
  if (records) {
    EXPECT_TRUE(integer_from(*records)) << *records;
  } else {
    EXPECT_TRUE(records.error().cause == Cause::absent || records.error().cause == Cause::denied)
        << records.error().text;
  }
}

// A drive on an ATA controller: its pages, or why not. Any other drive is not asked at all.
TEST(WindowsTree, PagesOfAtaDrivesAreThereOrRefused) {
  const auto tree = live_machine_tree({});
  const auto drives = tree->list("ata");
  ASSERT_TRUE(drives) << drives.error().text;
  for (const std::string& number : *drives) {
    for (const auto& [page, size] :
         {std::pair("identify", 512U), std::pair("attributes", 512U), std::pair("status", 2U)}) {
      const auto bytes = tree->read("ata/" + number + "/" + page);
      if (bytes) {
        EXPECT_EQ(bytes->size(), size) << page;
      }
    }
  }
  for (unsigned number = 0; number < 16; ++number) {
    const std::string name = std::to_string(number);
    if (std::find(drives->begin(), drives->end(), name) != drives->end()) continue;
    const auto bytes = tree->read("ata/" + name + "/identify");
    ASSERT_FALSE(bytes) << name;
    EXPECT_EQ(bytes.error().cause, Cause::absent) << bytes.error().text;
  }
}

// What another machine may lack is absent, or for administrators; nothing of it is a broken answer.
TEST(WindowsTree, LocksAreThereOrAbsentOrDenied) {
  const auto tree = live_machine_tree({});
  for (const char* path :
       {"firmware/passwords", "firmware/secureboot", "management/enrolments", "management/entra",
        "management/autopilot", "management/persistence", "encryption/volumes", "tpm", "os/version",
        "os/display-version", "os/edition", "panel/edid"}) {
    const auto value = tree->read(path);
    if (value) continue;
    const Cause cause = value.error().cause;
    EXPECT_TRUE(cause == Cause::absent || cause == Cause::denied || cause == Cause::busy)
        << path << ": " << value.error().text;
  }
  const auto version = tree->read("os/version");
  ASSERT_TRUE(version);
  EXPECT_EQ(std::count(version->begin(), version->end(), '.'), 2) << *version;
}

TEST(RegistryBytes, AreWhatStandsThereAndKeysAreListed) {
  const TestKey key(test_key);
  if (!key.is_ours()) GTEST_SKIP() << test_key << " is there already, or must not be made";
  key.set("Edid", REG_BINARY, std::string("\0\xFF\x10", 3));
  const auto bytes = registry_bytes(test_key, "Edid");
  ASSERT_TRUE(bytes) << bytes.error().text;
  EXPECT_EQ(*bytes, std::string("\0\xFF\x10", 3));
  EXPECT_EQ(registry_bytes(test_key, "Nothing").error().cause, Cause::absent);
  const auto keys = registry_keys(R"(SOFTWARE\Wattlife)");
  ASSERT_TRUE(keys) << keys.error().text;
  EXPECT_EQ(std::count(keys->begin(), keys->end(), "Test"), 1);
  EXPECT_EQ(registry_keys(R"(SOFTWARE\Wattlife\NoSuchKey)").error().cause, Cause::absent);
}

}  // namespace
}  // namespace wattlife

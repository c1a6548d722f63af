// SPDX-License-Identifier: EUPL-1.2
// The live tree of a Windows machine: answers of the system, as bytes, under the paths that
// machine_tree.h lists. Only pages of ATA drives need administrator's rights, and nothing writes.
// What can hang (batteries, meters, drives, the panel) goes through one thread with a limit.
#include "platform/machine_tree.h"

#include <cpuid.h>
#include <windows.h>
//
#include <powrprof.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/text.h"
#include "platform/battery_report_windows.h"
#include "platform/bounded_reader.h"
#include "platform/devices_windows.h"
#include "platform/display_windows.h"
#include "platform/locks_windows.h"
#include "platform/network_windows.h"
#include "platform/registry_windows.h"
#include "platform/settings_folder.h"
#include "platform/wide_windows.h"

namespace wattlife {
namespace {

// Firmware may need seconds for a battery, once; a loop that looks every minute can give them.
constexpr Duration longest_call = std::chrono::seconds(3);

constexpr const char* policy_key = R"(SOFTWARE\Policies\Wattlife\Agent)";
constexpr const char* machine_key = R"(SOFTWARE\Wattlife\Agent)";

Error not_there(std::string_view path) {
  return {Cause::absent, std::string(path) + ": not a path of the tree"};
}

Error system_error(std::string_view path, DWORD code) {
  return {windows_cause(code), std::string(path) + ": " + windows_reason(code)};
}

template <class T>
std::string bytes_of(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

// --- Settings ----------------------------------------------------------------------------------

// What the administrator configured: a policy (which nobody else can change) before a default of
// this machine.
Result<ConfiguredSetting> setting_in_registry(std::string_view key) {
  for (const char* path : {policy_key, machine_key}) {
    Result<std::string> text = registry_text(path, key);
    if (text) {
      const std::string origin = "HKLM\\" + std::string(path);
      return ConfiguredSetting{*std::move(text),
                               path == policy_key ? origin + " (locked)" : origin};
    }
    if (text.error().cause != Cause::absent) return text.error();
  }
  return Error{Cause::absent, "policy/" + std::string(key) + ": not configured"};
}

// Files, when --config asks for them.
Result<std::string> settings_text(const std::string& path) {
  const Handle file(::CreateFileW(wide(path).c_str(), GENERIC_READ,
                                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                  OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file.valid()) return system_error(path, ::GetLastError());
  std::string text(largest_settings_bytes + 1, '\0');
  DWORD got = 0;
  if (::ReadFile(file.value(), text.data(), static_cast<DWORD>(text.size()), &got, nullptr) == 0) {
    return system_error(path, ::GetLastError());
  }
  if (got > largest_settings_bytes) return Error{Cause::io, path + ": larger than 64 KiB"};
  text.resize(got);
  return text;
}

Result<std::vector<std::string>> settings_names(const std::string& folder) {
  WIN32_FIND_DATAW found{};
  const HANDLE search = ::FindFirstFileW(wide(folder + "/*").c_str(), &found);
  if (search == INVALID_HANDLE_VALUE) return system_error(folder, ::GetLastError());
  std::vector<std::string> names;
  do {
    if ((found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
      names.push_back(narrow(found.cFileName));
    }
  } while (::FindNextFileW(search, &found) != 0);
  ::FindClose(search);
  std::sort(names.begin(), names.end());
  return names;
}

// --- Answers that cannot hang ------------------------------------------------------------------

Result<std::string> smbios() {
  constexpr DWORD provider = 0x52534D42;  // "RSMB"
  const UINT size = ::GetSystemFirmwareTable(provider, 0, nullptr, 0);
  if (size == 0) return system_error("smbios", ::GetLastError());
  if (size > largest_value_bytes) return Error{Cause::io, "smbios: larger than 1 MiB"};
  std::string table(size, '\0');
  const UINT got = ::GetSystemFirmwareTable(provider, 0, table.data(), size);
  if (got == 0 || got > size) return system_error("smbios", ::GetLastError());
  table.resize(got);
  return table;
}

Result<std::string> power_status() {
  SYSTEM_POWER_STATUS status{};
  if (::GetSystemPowerStatus(&status) == 0) return system_error("power/status", ::GetLastError());
  return bytes_of(status);
}

Result<std::string> cpu_times() {
  std::array<FILETIME, 3> times{};
  if (::GetSystemTimes(&times[0], &times[1], &times[2]) == 0) {
    return system_error("cpu/times", ::GetLastError());
  }
  return bytes_of(times);
}

Result<std::string> memory_bytes() {
  ULONGLONG kib = 0;
  if (::GetPhysicallyInstalledSystemMemory(&kib) != 0) return bytes_of(std::uint64_t{kib * 1024});
  // Without a table of the firmware: what the system can use, a little less than what is built in.
  MEMORYSTATUSEX status{};
  status.dwLength = sizeof status;
  if (::GlobalMemoryStatusEx(&status) == 0) return system_error("memory/bytes", ::GetLastError());
  return bytes_of(std::uint64_t{status.ullTotalPhys});
}

constexpr const char* processor_key = R"(HARDWARE\DESCRIPTION\System\CentralProcessor\0)";

Result<std::string> cpu_name() { return registry_text(processor_key, "ProcessorNameString"); }
Result<std::string> cpu_vendor() { return registry_text(processor_key, "VendorIdentifier"); }
Result<std::string> cpu_identifier() { return registry_text(processor_key, "Identifier"); }

Result<std::string> cpu_cores() {
  DWORD size = 0;
  ::GetLogicalProcessorInformation(nullptr, &size);
  std::vector<SYSTEM_LOGICAL_PROCESSOR_INFORMATION> rows(size / sizeof(rows.front()));
  if (rows.empty() || ::GetLogicalProcessorInformation(rows.data(), &size) == 0) {
    return system_error("cpu/cores", ::GetLastError());
  }
  const auto cores = std::count_if(rows.begin(), rows.end(), [](const auto& row) {
    return row.Relationship == RelationProcessorCore;
  });
  return bytes_of(static_cast<std::uint32_t>(cores));
}

Result<std::string> power_capabilities() {
  constexpr LONG success = 0;  // STATUS_SUCCESS
  SYSTEM_POWER_CAPABILITIES capabilities{};
  const LONG status = ::CallNtPowerInformation(SystemPowerCapabilities, nullptr, 0, &capabilities,
                                               sizeof capabilities);
  if (status != success) {
    return Error{Cause::io, "power/capabilities: NTSTATUS " + std::to_string(status)};
  }
  return bytes_of(capabilities);
}

// EAX to EDX of each leaf.
template <std::size_t Count>
std::string cpuid(const std::array<unsigned, Count>& leaves) {
  std::array<unsigned, 4 * Count> registers{};
  for (std::size_t i = 0; i < Count; ++i) {
    unsigned* into = &registers[4 * i];
    __cpuid(leaves[i], into[0], into[1], into[2], into[3]);
  }
  return bytes_of(registers);
}

Result<std::string> cpu_hypervisor() {
  return cpuid(std::array<unsigned, 3>{1, 0x40000000, 0x40000003});
}
Result<std::string> cpu_features() { return cpuid(std::array<unsigned, 2>{1, 0x80000001}); }

// Windows makes the folder with the first one; without the setting it writes none. Counted, and not
// opened: a dump holds what was in memory.
Result<std::string> crash_records() {
  const std::string path = "crash/records";
  const auto enabled =
      registry_text(R"(SYSTEM\CurrentControlSet\Control\CrashControl)", "CrashDumpEnabled");
  if (!enabled) return enabled.error();
  if (*enabled == "0") return Error{Cause::absent, path + ": crashes leave no record here"};
  std::array<wchar_t, MAX_PATH> windows{};
  const UINT length = ::GetSystemWindowsDirectoryW(windows.data(), MAX_PATH);
  if (length == 0 || length >= MAX_PATH) return system_error(path, ::GetLastError());
  const std::wstring dumps = std::wstring(windows.data(), length) + L"\\Minidump\\*.dmp";
  WIN32_FIND_DATAW found{};
  const HANDLE search = ::FindFirstFileW(dumps.c_str(), &found);
  if (search == INVALID_HANDLE_VALUE) {
    const Error error = system_error(path, ::GetLastError());
    return error.cause == Cause::absent ? Result<std::string>("0") : Result<std::string>(error);
  }
  int count = 0;
  do ++count;
  while (::FindNextFileW(search, &found) != 0);
  ::FindClose(search);
  return std::to_string(count);
}

struct FixedValue {
  std::string_view path;
  Result<std::string> (*read)();
};
constexpr FixedValue fixed_values[] = {{"smbios", smbios},
                                       {"power/status", power_status},
                                       {"cpu/times", cpu_times},
                                       {"cpu/name", cpu_name},
                                       {"crash/records", crash_records},
                                       {"cpu/vendor", cpu_vendor},
                                       {"cpu/identifier", cpu_identifier},
                                       {"cpu/cores", cpu_cores},
                                       {"cpu/features", cpu_features},
                                       {"cpu/hypervisor", cpu_hypervisor},
                                       {"power/capabilities", power_capabilities},
                                       {"memory/bytes", memory_bytes}};

// --- The tree ----------------------------------------------------------------------------------

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

class WindowsTree final : public MachineTree {
 public:
  explicit WindowsTree(const LiveTreeOptions& options)
      : config_folder_(options.config_folder == default_config_folder() ? std::string()
                                                                        : options.config_folder),
        scratch_folder_(options.scratch_folder) {}

  Os os() const override { return Os::windows; }

  Result<std::string> read(std::string_view path) const override {
    for (const FixedValue& value : fixed_values) {
      if (value.path == path) return value.read();
    }
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view top = path.substr(0, slash);
    const std::string_view rest = path.substr(std::min(slash + 1, path.size()));
    if (top == "policy") return policy(rest, &ConfiguredSetting::text);
    if (top == "policy-origin") return policy(rest, &ConfiguredSetting::origin);
    if (top == "battery") return battery(std::string(path), rest);
    if (top == "nvme") return drive(std::string(path), rest, nvme_value);
    if (top == "ata") return drive(std::string(path), rest, ata_value);
    if (is_locks_path(path))
      return reader_.read(std::string(path), [p = std::string(path)] { return locks_value(p); });
    if (top == "emi") return emi(std::string(path), rest);
    if (top == "disk") return disk(std::string(path), rest);
    if (path == "display/state") return display_.state();
    if (path == "display/brightness") return reader_.read("display/brightness", display_brightness);
    if (path == "powercfg/batteryreport.xml") return report_of_batteries();
    if (path == "net/counters") return reader_.read("net/counters", network_counters);
    return not_there(path);
  }

  Result<std::vector<std::string>> list(std::string_view path) const override {
    if (path == "policy" || path == "policy-origin") return policy_names();
    if (path == "battery") return battery_numbers();
    if (path == "nvme") return drives_anew("nvme", nvme_drives);
    if (path == "ata") return drives_anew("ata", ata_drives);
    if (path == "disk") return known_list("disk", internal_drives, drives_);
    if (path == "emi") {
      const auto devices = known_list("emi", emi_devices, meters_);
      return devices ? Result<std::vector<std::string>>(numbers_below(devices->size()))
                     : devices.error();
    }
    return not_there(path);
  }

 private:
  Result<std::string> policy(std::string_view key, std::string ConfiguredSetting::*part) const {
    auto found = config_folder_.empty() ? setting_in_registry(key)
                                        : setting_in_folder(config_folder_, key, access());
    if (!found) return found.error();
    return std::move((*found).*part);
  }

  Result<std::vector<std::string>> policy_names() const {
    if (!config_folder_.empty()) return settings_in_folder(config_folder_, access());
    std::set<std::string> names;
    for (const char* path : {policy_key, machine_key}) {
      auto found = registry_names(path);
      if (!found && found.error().cause != Cause::absent) return found.error();
      if (found) names.insert(found->begin(), found->end());
    }
    return std::vector<std::string>(names.begin(), names.end());
  }

  static SettingsAccess access() { return {settings_text, settings_names}; }

  // Packs come and go with docks and bays, so each listing looks anew; what is read after it goes
  // to the packs that it found.
  Result<std::vector<std::string>> battery_numbers() const {
    const auto devices = reader_.read("battery", battery_devices);
    if (!devices) return devices.error();
    battery_devices_ = lines_of(*devices);
    return numbers_below(battery_devices_.size());
  }

  Result<std::string> battery(const std::string& path, std::string_view rest) const {
    if (battery_devices_.empty()) {
      if (const auto numbers = battery_numbers(); !numbers) return numbers.error();
    }
    const auto number = integer_from(rest.substr(0, rest.find('/')));
    const std::string name(rest.substr(std::min(rest.find('/'), rest.size() - 1) + 1));
    if (!number || *number < 0 || static_cast<std::uint64_t>(*number) >= battery_devices_.size()) {
      return not_there(path);
    }
    const auto known = pack_values_.find(path);
    if (known != pack_values_.end()) return known->second;
    auto bytes = reader_.read(path, [device = battery_devices_[static_cast<std::size_t>(*number)],
                                     path, name] { return battery_value(device, path, name); });
    const std::string folder = path.substr(0, path.rfind('/') + 1);
    if (name == "information") {
      forget_pack_when_changed(folder, bytes ? *bytes : "");
    } else if (bytes && name != "status" && pack_information_.count(folder) > 0) {
      pack_values_.emplace(path, *bytes);
    }
    return bytes;
  }

  // Names and serial numbers stay while the pack does: each costs a call to its controller. Another
  // pack, or the same one that learned, has other information.
  void forget_pack_when_changed(const std::string& folder, const std::string& information) const {
    std::string& before = pack_information_[folder];
    if (!information.empty() && before == information) return;
    before = information;
    std::erase_if(pack_values_, [&](const auto& value) { return value.first.starts_with(folder); });
    if (information.empty()) pack_information_.erase(folder);
  }

  static std::vector<std::string> numbers_below(std::size_t count) {
    std::vector<std::string> numbers;
    for (std::size_t i = 0; i < count; ++i) numbers.push_back(std::to_string(i));
    return numbers;
  }

  // Meters and internal drives do not come and go: looked for once, and anew after an error.
  Result<std::vector<std::string>> known_list(
      const char* path, Result<std::string> (*look)(),
      std::optional<std::vector<std::string>>& known) const {
    if (!known) {
      const auto found = reader_.read(path, look);
      if (!found) return found.error();
      known = lines_of(*found);
    }
    return *known;
  }

  Result<std::string> emi(const std::string& path, std::string_view rest) const {
    const auto devices = known_list("emi", emi_devices, meters_);
    if (!devices) return devices.error();
    const auto number = integer_from(rest.substr(0, rest.find('/')));
    const std::string name(rest.substr(std::min(rest.find('/'), rest.size() - 1) + 1));
    if (!number || *number < 0 || static_cast<std::uint64_t>(*number) >= devices->size()) {
      return not_there(path);
    }
    const auto known = meter_values_.find(path);
    if (known != meter_values_.end()) return known->second;
    auto bytes = reader_.read(path, [device = (*devices)[static_cast<std::size_t>(*number)], path,
                                     name] { return emi_value(device, path, name); });
    if (bytes && name != "measurement") meter_values_.emplace(path, *bytes);
    if (!bytes && bytes.error().cause != Cause::busy) {
      meters_.reset();
      meter_values_.clear();
    }
    return bytes;
  }

  Result<std::string> disk(const std::string& path, std::string_view rest) const {
    const auto number = integer_from(rest.substr(0, rest.find('/')));
    const bool known = number && *number >= 0 && *number < most_devices;
    if (!known || rest.substr(rest.find('/') + 1) != "performance") return not_there(path);
    auto bytes = reader_.read(path, [drive = static_cast<unsigned>(*number), path] {
      return drive_performance(drive, path);
    });
    if (!bytes && bytes.error().cause != Cause::busy) drives_.reset();
    return bytes;
  }

  Result<std::vector<std::string>> drives_anew(const char* path,
                                               Result<std::string> (*look)()) const {
    const auto numbers = reader_.read(path, look);
    if (!numbers) return numbers.error();
    return lines_of(*numbers);
  }

  Result<std::string> drive(const std::string& path, std::string_view rest,
                            Result<std::string> (*value_of)(unsigned, const std::string&,
                                                            std::string_view)) const {
    const auto number = integer_from(rest.substr(0, rest.find('/')));
    if (!number || *number < 0 || *number >= most_devices) return not_there(path);
    const std::string name(rest.substr(std::min(rest.find('/'), rest.size() - 1) + 1));
    return reader_.read(path, [drive = static_cast<unsigned>(*number), path, name, value_of] {
      return value_of(drive, path, name);
    });
  }

  // Takes seconds, and is asked for once: on a thread of its own that goes with the answer.
  Result<std::string> report_of_batteries() const {
    const char* path = "powercfg/batteryreport.xml";
    if (scratch_folder_.empty()) return not_there(path);
    BoundedReader reader(longest_tool_run + longest_call);
    return reader.read(
        path, [folder = scratch_folder_] { return battery_report(powercfg_path(), folder); });
  }

  std::string config_folder_;  // empty: the registry
  std::string scratch_folder_;
  DisplayWatch display_;
  mutable std::vector<std::string> battery_devices_;
  mutable std::map<std::string, std::string> pack_information_;  // by folder: of the last listing
  mutable std::map<std::string, std::string> pack_values_;
  mutable std::optional<std::vector<std::string>> meters_;
  mutable std::map<std::string, std::string> meter_values_;
  mutable std::optional<std::vector<std::string>> drives_;
  mutable BoundedReader reader_{longest_call};
};

}  // namespace

std::unique_ptr<MachineTree> live_machine_tree(const LiveTreeOptions& options) {
  return std::make_unique<WindowsTree>(options);
}

// Not a folder: where the policies are.
std::string default_config_folder() { return "HKLM\\" + std::string(policy_key); }

}  // namespace wattlife

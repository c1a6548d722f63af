// SPDX-License-Identifier: EUPL-1.2
#include "platform/locks_windows.h"

#include <windows.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "core/text.h"
#include "platform/machine_tree.h"
#include "platform/registry_answers.h"
#include "platform/registry_windows.h"
#include "platform/wide_windows.h"
#include "platform/wmi_windows.h"

namespace wattlife {
namespace {

Error absent(const std::string& what) { return {Cause::absent, what + ": not on this machine"}; }

std::string lines_of(const std::vector<std::vector<std::string>>& rows, const std::string& before) {
  std::string text;
  for (const auto& row : rows) {
    text += before;
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : " ") + row[i];
    text += "\n";
  }
  return text;
}

// --- Firmware passwords: each maker has a class of its own, and only one is asked ----------------

Result<std::string> firmware_passwords() {
  const auto maker = registry_text(R"(HARDWARE\DESCRIPTION\System\BIOS)", "SystemManufacturer");
  if (!maker) return maker.error();
  const std::string name = lower_case(*maker);
  if (name.starts_with("lenovo")) {
    const auto rows = wmi_rows(
        L"ROOT\\wmi", L"SELECT PasswordState FROM Lenovo_BiosPasswordSettings", {L"PasswordState"});
    if (!rows) return rows.error();
    return lines_of(*rows, "lenovo PasswordState ");
  }
  if (name.starts_with("dell")) {
    // Passwords of drives stand in the same class.
    const auto rows = wmi_rows(L"ROOT\\dcim\\sysman\\wmisecurity",
                               L"SELECT NameId, IsPasswordSet FROM PasswordObject"
                               L" WHERE NameId = 'Admin' OR NameId = 'System'",
                               {L"NameId", L"IsPasswordSet"});
    if (!rows) return rows.error();
    return lines_of(*rows, "dell ");
  }
  if (name == "hp" || name.starts_with("hewlett")) {
    const auto rows = wmi_rows(L"ROOT\\HP\\InstrumentedBIOS",
                               L"SELECT * FROM HP_BIOSSetting"
                               L" WHERE Name = 'Setup Password' OR Name = 'Power-On Password'",
                               {L"Name", L"IsSet"});
    if (!rows) return rows.error();
    return lines_of(*rows, "hp ");
  }
  return absent("firmware/passwords");
}

// --- Management: who it is enrolled with, never who enrolled it ----------------------------------

RegistryAccess registry() { return {registry_text, registry_keys}; }

Result<std::string> enrolments() { return enrolments_in(registry()); }
Result<std::string> entra_joins() { return entra_joins_in(registry()); }
Result<std::string> autopilot() { return autopilot_in(registry()); }
Result<std::string> persistence_services() { return persistence_in(registry()); }

Result<std::string> encrypted_volumes() {
  const auto rows = wmi_rows(L"ROOT\\cimv2\\Security\\MicrosoftVolumeEncryption",
                             L"SELECT VolumeType, ProtectionStatus FROM Win32_EncryptableVolume",
                             {L"VolumeType", L"ProtectionStatus"});
  if (!rows) return rows.error();
  return lines_of(*rows, "");
}

// --- TPM, Secure Boot, version -------------------------------------------------------------------

// The answer of a function in a library of the system that older ones may lack.
template <class Function>
Function function_of(HMODULE library, const char* name) {
  return reinterpret_cast<Function>(
      reinterpret_cast<void*>(library == nullptr ? nullptr : ::GetProcAddress(library, name)));
}

Result<std::string> tpm_info() {
  using GetDeviceInfo = UINT32(WINAPI*)(UINT32, void*);
  constexpr UINT32 not_found = 0x8028400F;  // TBS_E_TPM_NOT_FOUND
  // Kept for as long as the program runs: it would be loaded again at each reading.
  static const HMODULE library =
      ::LoadLibraryExW(L"tbs.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  const auto get = function_of<GetDeviceInfo>(library, "Tbsi_GetDeviceInfo");
  if (get == nullptr) return absent("tpm");
  std::string info(16, '\0');  // TPM_DEVICE_INFO
  const UINT32 result = get(static_cast<UINT32>(info.size()), info.data());
  if (result == not_found) return absent("tpm");
  if (result != 0) return Error{Cause::io, "tpm: " + windows_reason(result)};
  return info;
}

Result<std::string> secure_boot() {
  return registry_text(R"(SYSTEM\CurrentControlSet\Control\SecureBoot\State)",
                       "UEFISecureBootEnabled");
}

// Not what compatibility settings make GetVersionEx say.
Result<std::string> os_version() {
  using RtlGetVersion = LONG(WINAPI*)(OSVERSIONINFOW*);
  const auto get = function_of<RtlGetVersion>(::GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion");
  OSVERSIONINFOW version{};
  version.dwOSVersionInfoSize = sizeof version;
  if (get == nullptr || get(&version) != 0) return absent("os/version");
  return std::to_string(version.dwMajorVersion) + "." + std::to_string(version.dwMinorVersion) +
         "." + std::to_string(version.dwBuildNumber);
}

constexpr const char* version_key = R"(SOFTWARE\Microsoft\Windows NT\CurrentVersion)";
Result<std::string> display_version() { return registry_text(version_key, "DisplayVersion"); }
Result<std::string> edition() { return registry_text(version_key, "EditionID"); }

// --- The panel in the lid ------------------------------------------------------------------------

// D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY as a signed number: internal, LVDS, embedded DisplayPort and UDI.
bool is_internal(std::string_view technology) {
  constexpr std::array<std::string_view, 5> internal{"-2147483648", "2147483648", "6", "11", "13"};
  return std::find(internal.begin(), internal.end(), technology) != internal.end();
}

Result<std::string> panel_edid() {
  const auto rows = wmi_rows(
      L"ROOT\\wmi", L"SELECT InstanceName, VideoOutputTechnology FROM WmiMonitorConnectionParams",
      {L"InstanceName", L"VideoOutputTechnology"});
  if (!rows) return rows.error();
  for (const auto& row : *rows) {
    if (!is_internal(row[1])) continue;
    // WMI counts instances: "DISPLAY\LGD05E5\4&1&0&UID8388688_0" is the first of its device.
    const std::string device = row[0].substr(0, row[0].rfind('_'));
    return registry_bytes(R"(SYSTEM\CurrentControlSet\Enum\)" + device + R"(\Device Parameters)",
                          "EDID");
  }
  return absent("panel/edid");
}

struct Source {
  std::string_view path;
  Result<std::string> (*read)();
  bool asks_wmi;
};
constexpr Source sources[] = {{"firmware/passwords", firmware_passwords, true},
                              {"firmware/secureboot", secure_boot, false},
                              {"management/enrolments", enrolments, false},
                              {"management/entra", entra_joins, false},
                              {"management/autopilot", autopilot, false},
                              {"management/persistence", persistence_services, false},
                              {"encryption/volumes", encrypted_volumes, true},
                              {"tpm", tpm_info, false},
                              {"os/version", os_version, false},
                              {"os/display-version", display_version, false},
                              {"os/edition", edition, false},
                              {"panel/edid", panel_edid, true}};

const Source* source_of(std::string_view path) {
  const auto found = std::find_if(std::begin(sources), std::end(sources),
                                  [&](const Source& source) { return source.path == path; });
  return found == std::end(sources) ? nullptr : found;
}

struct Kept {
  ULONGLONG at_ms;
  Result<std::string> answer;
};

}  // namespace

bool is_locks_path(std::string_view path) { return source_of(path) != nullptr; }

Result<std::string> locks_value(const std::string& path) {
  constexpr ULONGLONG day_ms = 24ULL * 60 * 60 * 1000;
  const Source* source = source_of(path);
  if (source == nullptr) return absent(path);
  if (!source->asks_wmi) return source->read();
  // Only the one thread of the bounded reader comes here.
  static std::map<std::string, Kept> kept;
  const ULONGLONG now_ms = ::GetTickCount64();
  const auto found = kept.find(path);
  if (found != kept.end() && now_ms - found->second.at_ms < day_ms) return found->second.answer;
  Result<std::string> answer = source->read();
  const bool lasting = answer || answer.error().cause == Cause::absent;
  if (lasting) kept.insert_or_assign(path, Kept{now_ms, answer});
  return answer;
}

}  // namespace wattlife

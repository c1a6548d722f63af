// SPDX-License-Identifier: EUPL-1.2
// What decides about a second life, on a Mac, from what the system's own programs print. The words
// are those of English output; anything else is not understood, and so not known.
#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

std::string text_at(const MachineTree& tree, const std::string& path, std::vector<Fault>& faults) {
  const auto text = tree.read(path);
  if (text) return *text;
  add_fault(faults, path, text.error().cause);
  return "";
}

// What stands behind "KEY:" on its line.
std::string_view value_of(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    const std::string_view bare = trimmed(line);
    if (bare.starts_with(key) && bare.substr(key.size()).starts_with(":")) {
      return trimmed(bare.substr(key.size() + 1));
    }
  }
  return {};
}

std::optional<bool> known(std::string_view value, std::string_view yes, std::string_view no) {
  if (value.starts_with(yes)) return true;
  return value.starts_with(no) ? std::optional(false) : std::nullopt;
}

// <key>KEY</key> <string>value</string>
std::optional<std::string> property(std::string_view plist, const std::string& key) {
  const std::size_t at = plist.find("<key>" + key + "</key>");
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t begin = plist.find("<string>", at);
  const std::size_t end = plist.find("</string>", at);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + 8) {
    return std::nullopt;
  }
  return label_from(plist.substr(begin + 8, end - begin - 8));
}

}  // namespace

void read_provision_macos(const MachineTree& tree, Inventory& into) {
  Provision& provision = into.provision;
  std::vector<Fault>& faults = into.faults;
  const std::string hardware = text_at(tree, "system_profiler/SPHardwareDataType", faults);
  provision.locks.activation =
      known(value_of(hardware, "Activation Lock Status"), "Enabled", "Disabled");

  // Neither line says no for good: Automated Device Enrolment is a record with Apple, and a Mac
  // that was erased goes back to it.
  const std::string enrolment = text_at(tree, "profiles/enrollment", faults);
  const bool enrolled = value_of(enrolment, "Enrolled via DEP").starts_with("Yes") ||
                        value_of(enrolment, "MDM enrollment").starts_with("Yes");
  if (enrolled) provision.locks.managed = true;

  const std::string vault = text_at(tree, "fdesetup/status", faults);
  provision.locks.disk_encryption = known(trimmed(vault), "FileVault is On.", "FileVault is Off.");

  const std::string version =
      text_at(tree, "System/Library/CoreServices/SystemVersion.plist", faults);
  provision.system.name = property(version, "ProductName");
  provision.system.version = property(version, "ProductVersion");
}

}  // namespace wattlife

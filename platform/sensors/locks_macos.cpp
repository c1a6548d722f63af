// SPDX-License-Identifier: EUPL-1.2
// What decides about a second life, on a Mac, from what the system's own programs print. The words
// are those of English output; anything else is not understood, and so not known.
//
// A program that starts no others knows less:
// - Activation Lock comes by itself with Find My on a Mac with Apple silicon or a T2
//   (support.apple.com/102541), and Find My leaves a token in NVRAM. A Mac before the T2 has the
//   token and no such lock; on a managed one Find My brings none unless the organisation allows it
//   (Apple Platform Security, "Activation Lock security"); and Apple's records may lock one that
//   has no token. So it is yes where none of this stands in the way, or not known, never no.
// - A record of Automated Device Enrolment is kept in a file (.cloudConfigRecordFound) that says
//   enrolled, unless it holds the error of the question or lies beside its opposite. That profiles
//   are installed (.profilesAreInstalled) says nothing of who manages them.
// - FileVault has no public answer. "Encrypted" of a volume is true on Macs where it is off
//   (osquery/osquery#5223, #6823): the storage of T2 and Apple silicon always encrypts.
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

bool has_line(std::string_view text, std::string_view line) {
  for (const std::string_view other : split(text, '\n')) {
    if (trimmed(other) == line) return true;
  }
  return false;
}

bool has_record_of_enrolment(std::string_view marks) {
  const bool doubtful = has_line(marks, "cloudConfigRecordNotFound") ||
                        has_line(marks, "cloudConfigNoActivationRecord") ||
                        has_line(marks, "CloudConfigFetchError");
  return has_line(marks, "cloudConfigRecordFound") && !doubtful;
}

// Whether anything says that an organisation may manage this Mac; yes when that is not known.
bool may_be_managed(const MachineTree& tree, std::string_view marks) {
  return !tree.read("management/marks") || has_line(marks, "profilesAreInstalled") ||
         has_line(marks, "cloudConfigRecordFound") ||
         has_line(marks, "cloudConfigHasActivationRecord");
}

bool is_locked_to_an_account(const MachineTree& tree, std::vector<Fault>& faults) {
  const std::string names = text_at(tree, "nvram/locks", faults);
  if (has_line(names, "fmm-mobileme-token-FMM-BridgeHasAccount")) return true;  // of a T2
  const auto processor = tree.read("sysctl/machdep.cpu.brand_string");
  return has_line(names, "fmm-mobileme-token-FMM") && processor &&
         std::string_view(*processor).starts_with("Apple ");
}

}  // namespace

void read_provision_macos(const MachineTree& tree, Inventory& into) {
  Provision& provision = into.provision;
  std::vector<Fault>& faults = into.faults;
  const std::string hardware = text_at(tree, "system_profiler/SPHardwareDataType", faults);
  provision.locks.activation =
      known(value_of(hardware, "Activation Lock Status"), "Enabled", "Disabled");
  const std::string marks = text_at(tree, "management/marks", faults);
  if (!provision.locks.activation && is_locked_to_an_account(tree, faults) &&
      !may_be_managed(tree, marks)) {
    provision.locks.activation = true;
  }

  // Neither line says no for good: Automated Device Enrolment is a record with Apple, and a Mac
  // that was erased goes back to it.
  const std::string enrolment = text_at(tree, "profiles/enrollment", faults);
  const bool enrolled = value_of(enrolment, "Enrolled via DEP").starts_with("Yes") ||
                        value_of(enrolment, "MDM enrollment").starts_with("Yes");
  if (enrolled || has_record_of_enrolment(marks)) provision.locks.managed = true;

  const std::string vault = text_at(tree, "fdesetup/status", faults);
  provision.locks.disk_encryption = known(trimmed(vault), "FileVault is On.", "FileVault is Off.");

  const std::string version =
      text_at(tree, "System/Library/CoreServices/SystemVersion.plist", faults);
  provision.system.name = property(version, "ProductName");
  provision.system.version = property(version, "ProductVersion");
  provision.panel = read_panel_macos(tree, faults);
}

}  // namespace wattlife

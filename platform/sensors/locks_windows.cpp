// SPDX-License-Identifier: EUPL-1.2
// What decides about a second life, on Windows, from raw answers of the registry, of WMI and of the
// TPM. The paths and what is in them: platform/machine_tree.h.
#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/platform_windows.h"
#include "platform/sensors/smbios_parts.h"

namespace wattlife {
namespace {

std::optional<std::string> text_at(const MachineTree& tree, const std::string& path,
                                   std::vector<Fault>& faults) {
  const auto text = tree.read(path);
  if (!text) {
    add_fault(faults, path, text.error().cause);
    return std::nullopt;
  }
  return *text;
}

// "hp Setup Password 1": a maker, a name that may hold spaces, a number.
struct PasswordLine {
  std::string_view maker;
  std::string_view name;
  std::int64_t value = 0;
};
std::optional<PasswordLine> password_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last <= first) return std::nullopt;
  const auto value = integer_from(trimmed(line.substr(last + 1)));
  if (!value) return std::nullopt;
  return PasswordLine{line.substr(0, first), line.substr(first + 1, last - first - 1), *value};
}

// Lenovo's PasswordState: 1 power-on, 2 supervisor, 4 hard disk, 64 system management. A password
// of the drive alone, and bits that are not documented, leave it open.
std::optional<bool> lenovo_password(std::int64_t state) {
  constexpr std::int64_t of_the_machine = 1 | 2 | 64;
  if (state >= 0 && (state & of_the_machine) != 0) return true;
  return state == 0 ? std::optional(false) : std::nullopt;
}

std::optional<bool> set_or_not(std::int64_t value) {
  if (value == 1) return true;
  return value == 0 ? std::optional(false) : std::nullopt;
}

// Yes when one password of the machine is set. No when that of the administrator was read, and none
// is set. Any answer that is not understood leaves it open.
std::optional<bool> bios_password(std::string_view text) {
  bool set = false;
  bool unset_administrator = false;
  bool all_read = true;
  for (const std::string_view line : split(text, '\n')) {
    if (trimmed(line).empty()) continue;
    const auto one = password_line(line);
    std::optional<bool> state;
    bool administrator = false;
    if (one && one->maker == "lenovo") {
      state = lenovo_password(one->value);
      administrator = true;  // one number for all passwords
    } else if (one && (one->maker == "dell" || one->maker == "hp")) {
      state = set_or_not(one->value);
      administrator = one->name == "Admin" || one->name == "Setup Password";
    }
    all_read = all_read && state;
    set = set || state == true;
    unset_administrator = unset_administrator || (administrator && state == false);
  }
  if (set) return true;
  return unset_administrator && all_read ? std::optional(false) : std::nullopt;
}

// An enrolment, an Entra join or a profile of Autopilot says yes. Nothing says no: Autopilot is a
// record in a cloud, and a laptop that was wiped goes back to it.
std::optional<bool> managed(const MachineTree& tree, std::vector<Fault>& faults) {
  bool yes = false;
  if (const auto lines = text_at(tree, "management/enrolments", faults)) {
    for (const std::string_view line : split(*lines, '\n')) {
      yes = yes || trimmed(line) == "MS DM Server";
    }
  }
  for (const char* path : {"management/entra", "management/autopilot"}) {
    const auto text = text_at(tree, path, faults);
    const auto count = text ? integer_from(trimmed(*text)) : std::nullopt;
    yes = yes || count.value_or(0) > 0;
  }
  return yes ? std::optional(true) : std::nullopt;
}

// A service of Absolute says yes. Its absence says nothing: the firmware puts it back.
std::optional<bool> persistence(const MachineTree& tree, std::vector<Fault>& faults) {
  const auto services = text_at(tree, "management/persistence", faults);
  return services && !trimmed(*services).empty() ? std::optional(true) : std::nullopt;
}

// "0 1" is the volume of the system, protected; "1 0" a fixed volume, not protected; removable ones
// (type 2) do not count. Protection that was suspended counts as none: the key lies open.
std::optional<bool> disk_encryption(std::string_view text) {
  int volumes = 0;
  int protected_volumes = 0;
  std::optional<bool> system;
  for (const std::string_view line : split(text, '\n')) {
    const auto parts = split(trimmed(line), ' ');
    if (parts.size() != 2 || parts[0] == "2") continue;
    ++volumes;
    if (parts[1] == "1") ++protected_volumes;
    if (parts[0] == "0" && parts[1] == "1") system = true;
    if (parts[0] == "0" && parts[1] == "0") system = false;
  }
  if (system == false) return false;
  return system == true && protected_volumes == volumes ? std::optional(true) : std::nullopt;
}

// TPM_DEVICE_INFO: structVersion, tpmVersion, tpmInterfaceType, tpmImpRevision.
std::optional<std::string> tpm_version(const MachineTree& tree, std::vector<Fault>& faults) {
  const auto info = text_at(tree, "tpm", faults);
  if (!info) return std::nullopt;
  if (info->size() < 8) {
    add_fault(faults, "tpm", Cause::malformed);
    return std::nullopt;
  }
  const auto version = static_cast<unsigned char>((*info)[4]);
  if (version == 2) return "2.0";
  if (version == 1) return "1.2";
  return std::nullopt;
}

SecureBoot secure_boot(const MachineTree& tree, std::vector<Fault>& faults) {
  const auto text = text_at(tree, "firmware/secureboot", faults);
  if (!text) return SecureBoot::unknown;
  if (trimmed(*text) == "1") return SecureBoot::on;
  // The value stands there only where the firmware can do it.
  return trimmed(*text) == "0" ? SecureBoot::off : SecureBoot::unknown;
}

OperatingSystem operating_system(const MachineTree& tree, std::vector<Fault>& faults) {
  OperatingSystem system;
  if (const auto version = text_at(tree, "os/version", faults)) {
    const auto parts = split(trimmed(*version), '.');
    const auto major = integer_from(parts[0]);
    const auto build = parts.size() >= 3 ? integer_from(parts[2]) : std::nullopt;
    if (major == 10 && build) {
      constexpr std::int64_t first_windows_11 = 22'000;
      system.name = *build >= first_windows_11 ? "Windows 11" : "Windows 10";
    }
  }
  if (const auto text = text_at(tree, "os/display-version", faults)) {
    system.version = label_from(*text);
  }
  if (const auto text = text_at(tree, "os/edition", faults)) system.edition = label_from(*text);
  return system;
}

}  // namespace

void read_provision_windows(const MachineTree& tree, Inventory& into) {
  constexpr std::size_t smbios_header_bytes = 8;
  Provision& provision = into.provision;
  std::vector<Fault>& faults = into.faults;
  // That it cannot be read was said by read_identity_windows.
  const auto table = tree.read("smbios");
  if (table && table->size() >= smbios_header_bytes) {
    const auto structures = std::string_view(*table).substr(smbios_header_bytes);
    add_smbios_parts(decode_smbios_parts(structures), provision);
  }
  if (const auto text = text_at(tree, "firmware/passwords", faults)) {
    provision.locks.bios_password = bios_password(*text);
  }
  provision.locks.managed = managed(tree, faults);
  provision.locks.persistence = persistence(tree, faults);
  if (const auto text = text_at(tree, "encryption/volumes", faults)) {
    provision.locks.disk_encryption = disk_encryption(*text);
  }
  provision.processor = read_processor_windows(tree, faults);
  provision.tpm_version = tpm_version(tree, faults);
  provision.secure_boot = secure_boot(tree, faults);
  provision.system = operating_system(tree, faults);
  if (const auto edid = text_at(tree, "panel/edid", faults)) {
    const auto decoded = decode_edid(*edid);
    if (decoded) provision.panel = *decoded;
    if (!decoded) add_fault(faults, "panel/edid", decoded.error().cause);
  }
}

}  // namespace wattlife

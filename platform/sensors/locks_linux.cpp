// SPDX-License-Identifier: EUPL-1.2
// What decides about a second life, on Linux. Where the machine cannot know, nothing is said:
// an enrolment in Autopilot or Automated Device Enrolment is a record in a cloud, and the agent of
// Absolute sleeps in the firmware; neither can be denied from here.
#include <algorithm>
#include <map>

#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/platform_linux.h"
#include "platform/sensors/smbios_parts.h"

namespace wattlife {
namespace {

std::optional<std::string> word_at(const MachineTree& tree, const std::string& path,
                                   std::vector<Fault>& faults) {
  const auto text = tree.read(path);
  if (!text) {
    add_fault(faults, path, text.error().cause);
    return std::nullopt;
  }
  return std::string(trimmed(*text));
}

// --- Firmware passwords: Documentation/ABI/testing/sysfs-class-firmware-attributes ---------------

// Passwords of the drive are not meant: those go with the drive.
bool guards_the_machine(std::string_view role) {
  return role == "bios-admin" || role == "power-on" || role == "system-mgmt" ||
         role == "enhanced-bios-auth";
}

// Yes when one of them is set. No when the administrator's password was read, and neither it nor
// any other is set. A driver that keeps one of its answers leaves it open.
std::optional<bool> bios_password(const MachineTree& tree, std::vector<Fault>& faults) {
  constexpr std::string_view folder = "sys/class/firmware-attributes";
  bool set = false;
  bool unset_administrator = false;
  bool all_read = true;
  for (const std::string& driver : names_in(tree, folder, faults)) {
    const std::string base = std::string(folder) + "/" + driver + "/authentication";
    for (const std::string& name : names_in(tree, base, faults)) {
      const std::string one = base + "/" + name;
      const auto role = word_at(tree, one + "/role", faults);
      if (role && !guards_the_machine(*role)) continue;
      const auto enabled = word_at(tree, one + "/is_enabled", faults);
      const bool read = role && enabled && (*enabled == "0" || *enabled == "1");
      all_read = all_read && read;
      if (!read) continue;
      set = set || *enabled == "1";
      unset_administrator = unset_administrator || (*role == "bios-admin" && *enabled == "0");
    }
  }
  if (set) return true;
  return unset_administrator && all_read ? std::optional(false) : std::nullopt;
}

// --- Encryption of the internal drives -----------------------------------------------------------

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return name.starts_with(beginning); });
}

// A volume whose content is kept secret. Plain mappings are swap space with a key of the moment;
// VERITY and INTEGRITY prove content and hide nothing.
bool is_encrypted_volume(std::string_view uuid) {
  return starts_with_any(
      uuid, {"CRYPT-LUKS", "CRYPT-BITLK", "CRYPT-TCRYPT", "CRYPT-FVAULT", "CRYPT-LOOPAES"});
}

struct BlockDevices {
  std::map<std::string, std::int64_t> disks;           // internal ones, with their sectors
  std::map<std::string, std::string> disk_of;          // a disk or partition -> its disk
  std::map<std::string, std::vector<std::string>> on;  // a mapped device -> what it stands on
  std::vector<std::string> encrypted;                  // mapped devices that hide their content
  bool complete = true;                                // every mapped device told what it is
};

std::optional<std::int64_t> sectors_of(const MachineTree& tree, const std::string& block) {
  constexpr std::int64_t most_sectors = std::int64_t{1} << 50;
  const auto text = tree.read("sys/block/" + block + "/size");
  const auto sectors = text ? integer_from(trimmed(*text)) : std::nullopt;
  return sectors && *sectors > 0 && *sectors <= most_sectors ? sectors : std::nullopt;
}

// A recording holds only what was asked for: a name that was listed is in it when something below
// the name was read.
void ask_below(const MachineTree& tree, const std::string& device) {
  static_cast<void>(tree.read(device + "/size"));
}

bool says(const MachineTree& tree, const std::string& path, std::string_view word) {
  const auto text = tree.read(path);
  return text && trimmed(*text) == word;
}

// NVMe; drives behind the ATA layer (a USB bridge has its own vendor); eMMC, which a card in the
// reader is not; the disk of a virtual machine. The hidden paths of one NVMe drive (nvme0c0n1) and
// the boot areas of an eMMC are no drives of their own.
bool is_internal_disk(const MachineTree& tree, const std::string& block) {
  const std::string folder = "sys/block/" + block;
  if (!says(tree, folder + "/removable", "0")) return false;
  if (block.starts_with("nvme")) return block.find('c') == std::string::npos;
  if (block.starts_with("sd")) return says(tree, folder + "/device/vendor", "ATA");
  if (block.starts_with("mmcblk")) {
    const auto number = integer_from(std::string_view(block).substr(6));
    return number && says(tree, folder + "/device/type", "MMC");
  }
  return block.starts_with("vd");
}

void add_disk(const MachineTree& tree, const std::string& block, BlockDevices& into) {
  const auto sectors = sectors_of(tree, block);
  if (!sectors || !is_internal_disk(tree, block)) return;
  into.disks[block] = *sectors;
  into.disk_of[block] = block;
  const auto parts = tree.list("sys/block/" + block);
  if (!parts) return;
  for (const std::string& part : *parts) {
    if (!part.starts_with(block)) continue;
    into.disk_of[part] = block;
    ask_below(tree, "sys/block/" + block + "/" + part);
  }
}

void add_mapped(const MachineTree& tree, const std::string& block, BlockDevices& into) {
  const std::string folder = "sys/block/" + block;
  const auto uuid = tree.read(folder + "/dm/uuid");
  const auto below = tree.list(folder + "/slaves");
  into.complete = into.complete && uuid && below;
  if (below) into.on[block] = *below;
  for (const std::string& device : into.on[block]) ask_below(tree, folder + "/slaves/" + device);
  if (uuid && is_encrypted_volume(trimmed(*uuid))) into.encrypted.push_back(block);
}

// The disks below a mapped device; a loop in what the system says ends at `depth`.
std::vector<std::string> disks_below(const BlockDevices& devices, const std::string& block,
                                     int depth = 8) {
  const auto disk = devices.disk_of.find(block);
  if (disk != devices.disk_of.end()) return {disk->second};
  const auto below = devices.on.find(block);
  std::vector<std::string> disks;
  if (below == devices.on.end() || depth == 0) return disks;
  for (const std::string& one : below->second) {
    for (std::string& found : disks_below(devices, one, depth - 1)) disks.push_back(found);
  }
  return disks;
}

// Yes: on every internal drive at least half of the sectors belong to an opened encrypted volume
// (the rest is what a system starts from). No: drives are there, and nothing on top of them is
// encrypted. Anything between, and ZFS, which encrypts without a mapped device, is not known. What
// a drive does by itself, and files that encrypt each for itself, is not seen.
std::optional<bool> disk_encryption(const MachineTree& tree, std::vector<Fault>& faults) {
  BlockDevices devices;
  for (const std::string& block : names_in(tree, "sys/block", faults)) {
    if (block.starts_with("dm-")) {
      add_mapped(tree, block, devices);
    } else {
      add_disk(tree, block, devices);
    }
  }
  if (devices.disks.empty()) return std::nullopt;
  if (devices.encrypted.empty()) {
    const bool zfs = tree.read("sys/module/zfs/version") || tree.list("sys/module/zfs");
    return devices.complete && !zfs ? std::optional(false) : std::nullopt;
  }
  std::map<std::string, std::int64_t> hidden;
  for (const std::string& volume : devices.encrypted) {
    const auto sectors = sectors_of(tree, volume);
    const auto disks = disks_below(devices, volume);
    // A volume over several drives: nobody says which part is where.
    if (sectors && disks.size() == 1) hidden[disks.front()] += *sectors;
  }
  const bool all = std::all_of(devices.disks.begin(), devices.disks.end(), [&](const auto& disk) {
    return hidden[disk.first] >= disk.second - disk.second / 2;
  });
  return all ? std::optional(true) : std::nullopt;
}

// --- TPM, Secure Boot, system, panel -------------------------------------------------------------

std::optional<std::string> tpm_version(const MachineTree& tree, std::vector<Fault>& faults) {
  const auto major = word_at(tree, "sys/class/tpm/tpm0/tpm_version_major", faults);
  if (major == "2") return "2.0";
  if (major == "1") return "1.2";
  return std::nullopt;
}

// Four bytes of attributes, then 1 for on. Without the variable the machine was started the old
// way: what its firmware could do is not known.
SecureBoot secure_boot(const MachineTree& tree, std::vector<Fault>& faults) {
  const std::string path =
      "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
  const auto value = tree.read(path);
  if (!value) {
    add_fault(faults, path, value.error().cause);
    return SecureBoot::unknown;
  }
  if (value->size() != 5 || ((*value)[4] != 0 && (*value)[4] != 1)) {
    add_fault(faults, path, Cause::malformed);
    return SecureBoot::unknown;
  }
  return (*value)[4] == 1 ? SecureBoot::on : SecureBoot::off;
}

// KEY=value, KEY="value": os-release(5).
std::optional<std::string> release_value(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || trimmed(line.substr(0, equals)) != key) continue;
    std::string_view value = trimmed(line.substr(equals + 1));
    const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                        (value.front() == '"' || value.front() == '\'');
    if (quoted) value = value.substr(1, value.size() - 2);
    return label_from(value);
  }
  return std::nullopt;
}

OperatingSystem operating_system(const MachineTree& tree) {
  OperatingSystem system;
  for (const char* path : {"etc/os-release", "usr/lib/os-release"}) {
    const auto text = tree.read(path);
    if (!text) continue;
    system.name = release_value(*text, "NAME");
    system.version = release_value(*text, "VERSION_ID");
    break;
  }
  return system;
}

// "card0-eDP-1", "card1-LVDS-1", "card0-DSI-1": connectors that are inside the lid.
bool is_internal_connector(std::string_view name) {
  if (!name.starts_with("card")) return false;
  const std::size_t dash = name.find('-');
  return dash != std::string_view::npos &&
         starts_with_any(name.substr(dash + 1), {"eDP-", "LVDS-", "DSI-"});
}

std::optional<Panel> panel(const MachineTree& tree, std::vector<Fault>& faults) {
  for (const std::string& connector : names_in(tree, "sys/class/drm", faults)) {
    if (!is_internal_connector(connector)) continue;
    const std::string path = "sys/class/drm/" + connector + "/edid";
    const auto edid = tree.read(path);
    if (edid && edid->empty()) continue;  // no panel on this connector
    const auto decoded = edid ? decode_edid(*edid) : Result<Panel>(edid.error());
    if (decoded) return *decoded;
    add_fault(faults, path, decoded.error().cause);
  }
  return std::nullopt;
}

}  // namespace

void read_provision_linux(const MachineTree& tree, Inventory& into) {
  Provision& provision = into.provision;
  // That it cannot be read was said by read_identity_linux.
  if (const auto table = tree.read("sys/firmware/dmi/tables/DMI")) {
    add_smbios_parts(decode_smbios_parts(*table), provision);
  }
  if (!provision.asset_tag) {
    const auto tag = word_at(tree, "sys/class/dmi/id/chassis_asset_tag", into.faults);
    if (tag) provision.asset_tag = label_from(*tag);
  }
  provision.locks.bios_password = bios_password(tree, into.faults);
  provision.locks.disk_encryption = disk_encryption(tree, into.faults);
  provision.tpm_version = tpm_version(tree, into.faults);
  provision.secure_boot = secure_boot(tree, into.faults);
  provision.system = operating_system(tree);
  provision.panel = panel(tree, into.faults);
  provision.processor = read_processor_linux(tree);
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// What a Mac is: the entry IOPlatformExpertDevice of its registry, and what sysctl tells.
#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"
#include "platform/sensors/property_list.h"

namespace wattlife {
namespace {

constexpr const char* device_path = "ioreg/IOPlatformExpertDevice";

void read_device(const MachineTree& tree, Identity& identity, std::vector<Fault>& faults) {
  const auto bytes = tree.read(device_path);
  if (!bytes) return add_fault(faults, device_path, bytes.error().cause);
  const auto entry = parse_property_list(*bytes);
  if (!entry) return add_fault(faults, device_path, entry.error().cause);
  const auto label = [&](std::string_view key) {
    const auto text = entry->text_at(key);
    return text ? label_from(*text) : std::nullopt;
  };
  identity.manufacturer = label("manufacturer");
  identity.model = label("model");  // "MacBookPro18,3": Apple's own number
  identity.serial = label("IOPlatformSerialNumber");
  if (const auto uuid = label("IOPlatformUUID")) identity.uuid = lower_case(*uuid);
}

std::optional<std::uint64_t> number_at(const MachineTree& tree, const char* path, std::size_t size,
                                       std::vector<Fault>& faults) {
  const auto bytes = tree.read(path);
  if (!bytes || bytes->size() != size) {
    add_fault(faults, path, bytes ? Cause::malformed : bytes.error().cause);
    return std::nullopt;
  }
  return little_endian(*bytes, 0, size);
}

}  // namespace

Identity read_identity_macos(const MachineTree& tree, std::vector<Fault>& faults) {
  Identity identity;
  read_device(tree, identity, faults);
  // Only portable Macs have the entry of a battery; dmidecode's word for them.
  if (tree.read("ioreg/AppleSmartBattery")) identity.chassis = "Notebook";

  constexpr const char* name_path = "sysctl/machdep.cpu.brand_string";
  const auto name = tree.read(name_path);
  if (!name) add_fault(faults, name_path, name.error().cause);
  if (const auto label = name ? label_from(*name) : std::nullopt) {
    identity.cpu = single_spaced(*label);
  }
  constexpr std::uint64_t most_memory = std::uint64_t{16} << 40;  // 16 TiB
  const auto memory = number_at(tree, "sysctl/hw.memsize", 8, faults);
  if (memory && *memory >= (1U << 20) && *memory <= most_memory) {
    identity.memory_mib = static_cast<std::int64_t>(*memory >> 20);
  }
  const auto guest = number_at(tree, "sysctl/kern.hv_vmm_present", 4, faults);
  if (guest) identity.virtual_machine = *guest != 0;
  return identity;
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// What the machine is: the SMBIOS table behind the header that Windows puts before it, the name of
// the processor, and the memory when the table does not tell.
#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"

namespace wattlife {
namespace {

// RawSMBIOSData: calling method, major, minor, DMI revision, length of the table (4 bytes).
constexpr std::size_t header_bytes = 8;

std::optional<std::int64_t> memory_mib(std::string_view bytes) {
  constexpr std::uint64_t most_bytes = std::uint64_t{16} << 40;  // 16 TiB
  const std::uint64_t value = little_endian(bytes, 0, 8);
  if (value < (1U << 20) || value > most_bytes) return std::nullopt;
  return static_cast<std::int64_t>(value >> 20);
}

// Four registers of CPUID leaves 1, 0x40000000 and 0x40000003. Windows itself runs above its own
// hypervisor when memory integrity is on: then the bit is set on a plain laptop too, but only the
// owner of the machine may create partitions.
std::optional<bool> is_guest(std::string_view leaves) {
  constexpr std::size_t leaves_bytes = 48;
  constexpr std::uint64_t hypervisor_present = std::uint64_t{1} << 31;  // leaf 1, ECX
  constexpr std::uint64_t create_partitions = 1;                        // leaf 0x40000003, EBX
  if (leaves.size() != leaves_bytes) return std::nullopt;
  if ((little_endian(leaves, 8, 4) & hypervisor_present) == 0) return false;
  const bool microsoft = leaves.substr(20, 12) == "Microsoft Hv";
  return !microsoft || (little_endian(leaves, 36, 4) & create_partitions) == 0;
}

// SYSTEM_POWER_CAPABILITIES.AoAc ("always on, always connected").
std::optional<bool> sleeps_connected(std::string_view capabilities) {
  constexpr std::size_t aoac_at = 20;
  if (capabilities.size() <= aoac_at) return std::nullopt;
  return capabilities[aoac_at] != '\0';
}

// Decodes the value at `path`; an answer that cannot be understood is a fault.
void read_truth(const MachineTree& tree, const char* path,
                std::optional<bool> (*decode)(std::string_view), std::optional<bool>& into,
                std::vector<Fault>& faults) {
  const auto bytes = tree.read(path);
  if (!bytes) return add_fault(faults, path, bytes.error().cause);
  into = decode(*bytes);
  if (!into) add_fault(faults, path, Cause::malformed);
}

}  // namespace

Identity read_identity_windows(const MachineTree& tree, std::vector<Fault>& faults) {
  Identity identity;
  const auto table = tree.read("smbios");
  if (!table) {
    add_fault(faults, "smbios", table.error().cause);
  } else if (table->size() < header_bytes) {
    add_fault(faults, "smbios", Cause::malformed);
  } else {
    const std::string_view raw = *table;
    const SmbiosVersion version{static_cast<unsigned>(little_endian(raw, 1, 1)),
                                static_cast<unsigned>(little_endian(raw, 2, 1))};
    // A length beyond what is there is cut down by substr.
    identity = decode_smbios(raw.substr(header_bytes, little_endian(raw, 4, 4)), version);
  }

  const auto cpu = tree.read("cpu/name");
  if (!cpu) {
    add_fault(faults, "cpu/name", cpu.error().cause);
  } else if (const auto name = label_from(*cpu)) {
    identity.cpu = single_spaced(*name);
  }

  const auto memory = tree.read("memory/bytes");
  if (!memory) {
    add_fault(faults, "memory/bytes", memory.error().cause);
  } else if (memory->size() != 8) {
    add_fault(faults, "memory/bytes", Cause::malformed);
  } else if (!identity.memory_mib) {
    identity.memory_mib = memory_mib(*memory);
  }
  read_truth(tree, "cpu/hypervisor", is_guest, identity.virtual_machine, faults);
  read_truth(tree, "power/capabilities", sleeps_connected, identity.modern_standby, faults);
  return identity;
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// What the machine is: the SMBIOS table behind the header that Windows puts before it, the name of
// the processor, and the memory when the table does not tell.
#include <algorithm>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

// RawSMBIOSData: calling method, major, minor, DMI revision, length of the table (4 bytes).
constexpr std::size_t header_bytes = 8;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < length; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

std::optional<std::int64_t> memory_mib(std::string_view bytes) {
  constexpr std::uint64_t most_bytes = std::uint64_t{16} << 40;  // 16 TiB
  const std::uint64_t value = number_at(bytes, 0, 8);
  if (value < (1U << 20) || value > most_bytes) return std::nullopt;
  return static_cast<std::int64_t>(value >> 20);
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
    const SmbiosVersion version{static_cast<unsigned>(number_at(raw, 1, 1)),
                                static_cast<unsigned>(number_at(raw, 2, 1))};
    // A length beyond what is there is cut down by substr.
    identity = decode_smbios(raw.substr(header_bytes, number_at(raw, 4, 4)), version);
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
  return identity;
}

}  // namespace wattlife

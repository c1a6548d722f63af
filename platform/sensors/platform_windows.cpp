// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/platform_windows.h"

#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"
#include "platform/sensors/smbios_parts.h"

namespace wattlife {
namespace {

std::optional<std::string> value_at(const MachineTree& tree, const char* path,
                                    std::vector<Fault>& faults) {
  auto value = tree.read(path);
  if (value) return *std::move(value);
  add_fault(faults, path, value.error().cause);
  return std::nullopt;
}

// The decimal number behind the word `name`: "Family 6".
std::optional<std::int64_t> number_after(const std::vector<std::string_view>& words,
                                         std::string_view name) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != name) continue;
    const auto number = integer_from(words[i + 1]);
    return number && *number >= 0 ? number : std::nullopt;
  }
  return std::nullopt;
}

bool has_bit(std::string_view leaves, std::size_t at, unsigned bit) {
  return (little_endian(leaves, at, 4) >> bit & 1) != 0;
}

}  // namespace

bool is_arm_identifier(std::string_view identifier) {
  return trimmed(identifier).starts_with("ARM");
}

void add_cpu_vendor(std::string_view vendor, PlatformFacts& facts) {
  const std::string_view name = trimmed(vendor);
  if (name.empty()) return;
  const bool qualcomm = name.starts_with("Qualcomm");
  facts.cpu_vendor = std::string(qualcomm ? name.substr(0, name.find(' ')) : name);
}

void add_cpu_identifier(std::string_view identifier, PlatformFacts& facts) {
  const std::string_view text = trimmed(identifier);
  if (is_arm_identifier(text)) {
    facts.cpu_64_bit = text.find("64-bit") != std::string_view::npos;
    return;
  }
  const auto words = split(text, ' ');
  facts.cpu_family = number_after(words, "Family");
  facts.cpu_model = number_after(words, "Model");
  facts.cpu_stepping = number_after(words, "Stepping");
}

// Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID; AMD64
// Architecture Programmer's Manual, volume 3, appendix E: long mode is bit 29 of EDX of 0x80000001.
bool add_cpu_features(std::string_view leaves, PlatformFacts& facts) {
  constexpr std::size_t leaves_bytes = 32;
  constexpr std::size_t ecx_of_1 = 8;
  constexpr std::size_t edx_of_extended = 28;
  constexpr unsigned sse42 = 20;
  constexpr unsigned popcnt = 23;
  constexpr unsigned long_mode = 29;
  if (leaves.size() != leaves_bytes) return false;
  facts.cpu_64_bit = has_bit(leaves, edx_of_extended, long_mode);
  facts.popcnt_and_sse42 = has_bit(leaves, ecx_of_1, sse42) && has_bit(leaves, ecx_of_1, popcnt);
  return true;
}

namespace {

// What the registry and CPUID say in places of their own.
void add_told(const MachineTree& tree, PlatformFacts& facts, std::vector<Fault>& faults) {
  if (const auto vendor = value_at(tree, "cpu/vendor", faults)) add_cpu_vendor(*vendor, facts);
  const auto identifier = value_at(tree, "cpu/identifier", faults);
  if (identifier) add_cpu_identifier(*identifier, facts);
  // Every Arm processor that runs Windows has what the two instructions stand for.
  if (identifier && is_arm_identifier(*identifier)) {
    facts.popcnt_and_sse42 = true;
  } else if (const auto features = value_at(tree, "cpu/features", faults)) {
    if (!add_cpu_features(*features, facts)) add_fault(faults, "cpu/features", Cause::malformed);
  }
  if (const auto cores = value_at(tree, "cpu/cores", faults)) {
    constexpr std::uint64_t most_cores = 4096;
    const auto count = cores->size() == 4 ? little_endian(*cores, 0, 4) : 0;
    if (count > 0 && count <= most_cores) {
      facts.cores = static_cast<std::int64_t>(count);
    } else {
      add_fault(faults, "cpu/cores", Cause::malformed);
    }
  }
}

// EAX, EBX, ECX, EDX of leaf 1, of x86: what is not known yet.
void add_leaf_1(std::string_view leaf, PlatformFacts& facts) {
  const auto bits = [&](std::size_t at, unsigned from, unsigned width) {
    return static_cast<std::int64_t>((little_endian(leaf, at, 4) >> from) &
                                     ((std::uint64_t{1} << width) - 1));
  };
  constexpr std::int64_t family_is_extended = 15;
  const std::int64_t family = bits(0, 8, 4);
  if (!facts.cpu_family) {
    facts.cpu_family = family + (family == family_is_extended ? bits(0, 20, 8) : 0);
  }
  const bool long_model = family == 6 || family == family_is_extended;
  if (!facts.cpu_model) facts.cpu_model = bits(0, 4, 4) + (long_model ? 16 * bits(0, 16, 4) : 0);
  if (!facts.cpu_stepping) facts.cpu_stepping = bits(0, 0, 4);
  if (!facts.popcnt_and_sse42) {
    facts.popcnt_and_sse42 = bits(8, 23, 1) == 1 && bits(8, 20, 1) == 1;
  }
}

// The same from places that hold something else as well.
void add_shown_elsewhere(const MachineTree& tree, PlatformFacts& facts) {
  constexpr std::size_t leaf_bytes = 16;
  constexpr std::size_t smbios_header_bytes = 8;
  const auto identifier = tree.read("cpu/identifier");
  const bool is_arm = identifier && is_arm_identifier(*identifier);
  const auto leaves = tree.read("cpu/hypervisor");
  // This program exists for 64 bits only: where it runs, the processor has them.
  if (leaves && !facts.cpu_64_bit) facts.cpu_64_bit = true;
  if (!is_arm && leaves && leaves->size() >= leaf_bytes) add_leaf_1(*leaves, facts);
  const auto name = facts.cpu_vendor ? Result<std::string>("") : tree.read("cpu/name");
  if (name) {
    // Makers write their name first, or after the generation: "12th Gen Intel(R) Core(TM)".
    if (name->find("Intel(R)") != std::string::npos) facts.cpu_vendor = "GenuineIntel";
    if (name->starts_with("AMD ")) facts.cpu_vendor = "AuthenticAMD";
  }
  if (facts.cores) return;
  const auto table = tree.read("smbios");
  if (table && table->size() >= smbios_header_bytes) {
    facts.cores = decode_smbios_parts(std::string_view(*table).substr(smbios_header_bytes)).cores;
  }
}

PlatformFacts processor_facts(const MachineTree& tree, std::vector<Fault>& faults) {
  PlatformFacts facts;
  add_told(tree, facts, faults);
  add_shown_elsewhere(tree, facts);
  return facts;
}

}  // namespace

Processor read_processor_windows(const MachineTree& tree, std::vector<Fault>& faults) {
  return processor_of(processor_facts(tree, faults));
}

PlatformFacts read_platform_windows(const MachineTree& tree, const Inventory& inventory,
                                    std::vector<Fault>& faults) {
  PlatformFacts facts = processor_facts(tree, faults);
  add_inventory(inventory, facts);
  return facts;
}

}  // namespace wattlife

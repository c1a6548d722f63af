// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/platform_windows.h"

#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"

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

PlatformFacts read_platform_windows(const MachineTree& tree, const Inventory& inventory,
                                    std::vector<Fault>& faults) {
  PlatformFacts facts;
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
  add_inventory(inventory, facts);
  return facts;
}

}  // namespace wattlife

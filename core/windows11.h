// SPDX-License-Identifier: EUPL-1.2
// Whether a machine may run Windows 11, as far as it can be seen: yes, no or unknown, with every
// criterion that fails or cannot be seen. The list of processors is data that is replaced without
// a new program (data/windows11_processors.toml).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/assessment.h"
#include "core/reading.h"

namespace wattlife {

// What a machine shows. Empty: it does not show it.
struct PlatformFacts {
  std::optional<std::string> cpu_vendor;   // "GenuineIntel", "AuthenticAMD", "Qualcomm"
  std::optional<std::int64_t> cpu_family;  // with the extended family added
  std::optional<std::int64_t> cpu_model;   // with the extended model added
  std::optional<std::int64_t> cpu_stepping;
  std::optional<bool> cpu_64_bit;
  std::optional<std::int64_t> cores;
  std::optional<bool> popcnt_and_sse42;   // since version 24H2
  std::optional<std::int64_t> tpm_major;  // 2 of "2.0"
  std::optional<bool> secure_boot_capable;
  std::optional<std::int64_t> memory_mib;
  std::optional<std::int64_t> disk_bytes;  // the largest internal drive
};

// Those of the processor.
Processor processor_of(const PlatformFacts& facts);

// What the inventory holds of it: processor, TPM, Secure Boot, memory, drives. Firmware that tells
// of Secure Boot can do it, switched on or off.
void add_inventory(const Inventory& inventory, PlatformFacts& facts);

// One row: processors that it is about, and whether they are on the list. Unset: any.
struct ProcessorRule {
  std::string id;
  std::string vendor;
  std::optional<std::int64_t> family;
  std::optional<std::int64_t> least_family;
  std::optional<std::int64_t> model;
  std::optional<std::int64_t> least_model;
  std::optional<std::int64_t> most_model;
  std::optional<std::int64_t> least_stepping;
  std::optional<std::int64_t> most_stepping;
  Known listed = Known::unknown;
};
struct ProcessorRules {
  std::string version;
  std::vector<ProcessorRule> rules;  // the first that fits decides
};

struct Windows11 {
  Known eligible = Known::unknown;
  std::vector<std::string> failing;  // "processor", "tpm", "secure_boot", "memory", "disk", ...
  std::vector<std::string> unseen;   // the same words, for what could not be seen
  std::string rules_version;
  friend bool operator==(const Windows11&, const Windows11&) = default;
};

// Of the processor alone. A vendor that no rule names is `no`; a number that a rule needs and the
// machine hides makes it unknown.
Known processor_listed(const PlatformFacts& facts, const ProcessorRules& rules);

// One failing criterion is `no`, whatever is unseen; otherwise one unseen criterion is unknown.
// A TPM that is not seen may be switched off in the firmware: unknown, not failing. A TPM 1.2
// fails.
Windows11 windows11(const PlatformFacts& facts, const ProcessorRules& rules);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "core/windows11.h"

#include "core/text.h"

namespace wattlife {
namespace {

// 3-measurement 13. Memory and drives are sold in round numbers and show a little less.
constexpr std::int64_t least_memory_mib = 3'584;           // "4 GB" less what graphics takes
constexpr std::int64_t least_disk_bytes = 60'800'000'000;  // 64 GB less 5 %
constexpr std::int64_t least_cores = 2;
constexpr std::int64_t least_tpm = 2;

Known at_least(const std::optional<std::int64_t>& value, std::int64_t least) {
  if (!value) return Known::unknown;
  return *value >= least ? Known::yes : Known::no;
}

Known at_most(const std::optional<std::int64_t>& value, std::int64_t most) {
  if (!value) return Known::unknown;
  return *value <= most ? Known::yes : Known::no;
}

Known known(const std::optional<bool>& value) {
  if (!value) return Known::unknown;
  return *value ? Known::yes : Known::no;
}

Known both(Known a, Known b) {
  if (a == Known::no || b == Known::no) return Known::no;
  return a == Known::unknown || b == Known::unknown ? Known::unknown : Known::yes;
}

Known applies(const ProcessorRule& rule, const PlatformFacts& facts) {
  Known whole = Known::yes;
  if (!rule.vendor.empty()) {
    whole = !facts.cpu_vendor                  ? Known::unknown
            : *facts.cpu_vendor == rule.vendor ? Known::yes
                                               : Known::no;
  }
  const auto narrow = [&](const std::optional<std::int64_t>& limit,
                          const std::optional<std::int64_t>& value, bool least, bool most) {
    if (!limit) return;
    if (least) whole = both(whole, at_least(value, *limit));
    if (most) whole = both(whole, at_most(value, *limit));
  };
  narrow(rule.family, facts.cpu_family, true, true);
  narrow(rule.least_family, facts.cpu_family, true, false);
  narrow(rule.model, facts.cpu_model, true, true);
  narrow(rule.least_model, facts.cpu_model, true, false);
  narrow(rule.most_model, facts.cpu_model, false, true);
  narrow(rule.least_stepping, facts.cpu_stepping, true, false);
  narrow(rule.most_stepping, facts.cpu_stepping, false, true);
  return whole;
}

}  // namespace

Processor processor_of(const PlatformFacts& facts) {
  return {facts.cpu_vendor, facts.cpu_family, facts.cpu_model,       facts.cpu_stepping,
          facts.cpu_64_bit, facts.cores,      facts.popcnt_and_sse42};
}

void add_inventory(const Inventory& inventory, PlatformFacts& facts) {
  const Provision& provision = inventory.provision;
  if (provision.tpm_version) {
    const std::string_view version = *provision.tpm_version;
    facts.tpm_major = integer_from(version.substr(0, version.find('.')));
  }
  if (provision.secure_boot != SecureBoot::unknown) facts.secure_boot_capable = true;
  const Processor& processor = provision.processor;
  if (processor.vendor) facts.cpu_vendor = processor.vendor;
  if (processor.family) facts.cpu_family = processor.family;
  if (processor.model) facts.cpu_model = processor.model;
  if (processor.stepping) facts.cpu_stepping = processor.stepping;
  if (processor.is_64_bit) facts.cpu_64_bit = processor.is_64_bit;
  if (processor.cores) facts.cores = processor.cores;
  if (processor.popcnt_and_sse42) facts.popcnt_and_sse42 = processor.popcnt_and_sse42;
  facts.memory_mib = inventory.identity.memory_mib;
  for (const Disk& disk : inventory.disks) {
    if (disk.size_bytes && *disk.size_bytes > facts.disk_bytes.value_or(0)) {
      facts.disk_bytes = disk.size_bytes;
    }
  }
}

Known processor_listed(const PlatformFacts& facts, const ProcessorRules& rules) {
  if (!facts.cpu_vendor) return Known::unknown;
  for (const ProcessorRule& rule : rules.rules) {
    const Known fits = applies(rule, facts);
    if (fits == Known::yes) return rule.listed;
    // Whether this rule or a later one decides hangs on a number that the machine hides.
    if (fits == Known::unknown) return Known::unknown;
  }
  return Known::no;
}

Windows11 windows11(const PlatformFacts& facts, const ProcessorRules& rules) {
  Windows11 answer;
  answer.rules_version = rules.version;
  const auto judge = [&](const char* criterion, Known met) {
    if (met == Known::no) answer.failing.emplace_back(criterion);
    if (met == Known::unknown) answer.unseen.emplace_back(criterion);
  };
  judge("processor", processor_listed(facts, rules));
  judge("64_bit", known(facts.cpu_64_bit));
  judge("cores", at_least(facts.cores, least_cores));
  judge("instructions", known(facts.popcnt_and_sse42));
  judge("tpm", facts.tpm_major == 0 ? Known::unknown : at_least(facts.tpm_major, least_tpm));
  judge("secure_boot", known(facts.secure_boot_capable));
  judge("memory", at_least(facts.memory_mib, least_memory_mib));
  judge("disk", at_least(facts.disk_bytes, least_disk_bytes));
  answer.eligible = !answer.failing.empty()  ? Known::no
                    : !answer.unseen.empty() ? Known::unknown
                                             : Known::yes;
  return answer;
}

}  // namespace wattlife

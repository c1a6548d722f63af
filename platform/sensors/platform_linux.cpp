// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/platform_linux.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

struct Line {
  std::string_view key;
  std::string_view value;
};

// "cpu family\t: 6".
Line line_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  return {trimmed(text.substr(0, colon)), trimmed(text.substr(colon + 1))};
}

std::optional<std::int64_t> number_at(const MachineTree& tree, const std::string& path,
                                      std::vector<Fault>& faults) {
  const auto text = tree.read(path);
  if (text) return integer_from(trimmed(*text));
  add_fault(faults, path, text.error().cause);
  return std::nullopt;
}

bool is_cpu(std::string_view name) {
  return name.size() > 3 && name.substr(0, 3) == "cpu" &&
         std::all_of(name.begin() + 3, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void add_cpuinfo(std::string_view cpuinfo, PlatformFacts& facts) {
  std::set<std::string_view> flags;
  std::set<std::pair<std::string_view, std::string_view>> cores;  // package, core
  std::string_view package;
  for (const std::string_view text : split(cpuinfo, '\n')) {
    const Line line = line_of(text);
    if (line.key == "physical id") package = line.value;
    if (line.key == "core id") cores.emplace(package, line.value);
    // The rest is the same for every processor: the first tells.
    if (line.key == "vendor_id" && !facts.cpu_vendor) facts.cpu_vendor = line.value;
    if (line.key == "cpu family" && !facts.cpu_family) facts.cpu_family = integer_from(line.value);
    if (line.key == "model" && !facts.cpu_model) facts.cpu_model = integer_from(line.value);
    if (line.key == "stepping" && !facts.cpu_stepping) {
      facts.cpu_stepping = integer_from(line.value);
    }
    if (line.key == "flags" && flags.empty()) {
      for (const std::string_view flag : split(line.value, ' ')) flags.insert(flag);
    }
  }
  if (!cores.empty()) facts.cores = static_cast<std::int64_t>(cores.size());
  if (flags.empty()) return;
  facts.cpu_64_bit = flags.count("lm") != 0;
  facts.popcnt_and_sse42 = flags.count("popcnt") != 0 && flags.count("sse4_2") != 0;
}

Processor read_processor_linux(const MachineTree& tree) {
  PlatformFacts facts;
  if (const auto cpuinfo = tree.read("proc/cpuinfo")) add_cpuinfo(*cpuinfo, facts);
  return processor_of(facts);
}

PlatformFacts read_platform_linux(const MachineTree& tree, const Inventory& inventory,
                                  std::vector<Fault>& faults) {
  PlatformFacts facts;
  if (const auto cpuinfo = tree.read("proc/cpuinfo")) {
    add_cpuinfo(*cpuinfo, facts);
  } else {
    add_fault(faults, "proc/cpuinfo", cpuinfo.error().cause);
  }
  add_inventory(inventory, facts);
  return facts;
}

std::optional<ThermalThrottle> read_thermal_throttle_linux(const MachineTree& tree,
                                                           std::vector<Fault>& faults) {
  const std::string root = "sys/devices/system/cpu";
  std::map<std::int64_t, ThermalThrottle> packages;
  for (const std::string& name : names_in(tree, root, faults)) {
    if (!is_cpu(name)) continue;
    const std::string folder = root + "/" + name;
    const auto package = number_at(tree, folder + "/topology/physical_package_id", faults);
    if (packages.count(package.value_or(0)) != 0) continue;
    const std::string counters = folder + "/thermal_throttle/package_throttle_";
    const auto events = number_at(tree, counters + "count", faults);
    if (!events || *events < 0) continue;
    packages[package.value_or(0)] = {1, *events,
                                     number_at(tree, counters + "total_time_ms", faults)};
  }
  if (packages.empty()) return std::nullopt;
  ThermalThrottle sum{0, 0, 0};
  for (const auto& [id, package] : packages) {
    ++sum.packages;
    sum.events += package.events;
    if (sum.time_ms && package.time_ms) {
      *sum.time_ms += *package.time_ms;
    } else {
      sum.time_ms = std::nullopt;
    }
  }
  return sum;
}

}  // namespace wattlife

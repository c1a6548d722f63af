// SPDX-License-Identifier: EUPL-1.2
// What stands behind the signs of trouble and the numbers of a processor with anything in it: the
// first byte chooses where. Whatever it holds, a number is possible or missing.
#include <string>

#include "platform/sensors/platform_windows.h"
#include "platform/sensors/signs.h"
#include "tests/fuzz/fuzz.h"
#include "tests/platform/tree_of.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  struct Place {
    Os os;
    const char* path;
  };
  constexpr Place places[] = {
      {Os::linux_os, "sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count"},
      {Os::linux_os, "sys/class/thermal/thermal_zone0/temp"},
      {Os::linux_os, "sys/class/hwmon/hwmon0/fan1_input"},
      {Os::linux_os, "sys/devices/system/edac/mc/mc0/ce_count"},
      {Os::linux_os, "crash/records"},
      {Os::macos, "smc/F0Ac"},
      {Os::windows, "cpu/vendor"},
      {Os::windows, "cpu/identifier"},
      {Os::windows, "cpu/features"},
      {Os::windows, "cpu/cores"},
  };
  if (size == 0) return 0;
  const Place& place = places[data[0] % std::size(places)];
  const auto tree =
      tree_of({{place.path, std::string(fuzz::text_of(data + 1, size - 1))}}, place.os);
  std::vector<Fault> faults;
  const HardwareSigns signs = read_signs(tree, faults);
  for (const auto& count : {signs.throttle_events, signs.memory_errors_corrected, signs.crashes}) {
    require(!count || *count >= 0);
  }
  for (const std::int64_t rpm : signs.fan_rpm) require(rpm >= 0 && rpm <= 20'000);
  require(!signs.hottest_millicelsius || *signs.hottest_millicelsius <= 130'000);
  const PlatformFacts facts = read_platform_windows(tree, Inventory{}, faults);
  require(!facts.cores || *facts.cores > 0);
  for (const auto& number : {facts.cpu_family, facts.cpu_model, facts.cpu_stepping}) {
    require(!number || *number >= 0);
  }
  require(!facts.cpu_vendor || !facts.cpu_vendor->empty());
  return 0;
}

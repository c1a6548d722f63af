// SPDX-License-Identifier: EUPL-1.2
// Properties of macOS in either form, and a value of the SMC: any bytes. What is believed of them
// is possible.
#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/property_list.h"
#include "tests/fuzz/fuzz.h"
#include "tests/platform/tree_of.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const std::string_view bytes = fuzz::text_of(data, size);
  (void)smc_thousandths(bytes);
  const auto entry = parse_property_list(bytes);
  const CaptureTree tree = tree_of({{"ioreg/AppleSmartBattery", std::string(bytes)},
                                    {"ioreg/IOPlatformExpertDevice", std::string(bytes)}},
                                   Os::macos);
  PowerReading reading;
  read_battery_macos(tree, reading);
  require(reading.batteries.empty() == !entry);
  for (const Battery& battery : reading.batteries) {
    for (const auto& energy : {battery.design, battery.full, battery.now}) {
      require(!energy || *energy >= Energy{0});
    }
    require(!battery.power || (*battery.power >= watts(-300) && *battery.power <= watts(300)));
    require(!battery.serial || is_valid_utf8(*battery.serial));
  }
  for (const EnergyCounter& counter : reading.counters) require(counter.energy_uj > 0);
  std::vector<Fault> faults;
  const Identity identity = read_identity_macos(tree, faults);
  require(!identity.model || is_valid_utf8(*identity.model));
  if (const auto panel = decode_mac_panel(bytes)) {
    require(panel->maker == "APP" && panel->width_px.has_value() == panel->height_px.has_value());
    require(!panel->diagonal_mm || *panel->diagonal_mm > 0);
  }
  return 0;
}

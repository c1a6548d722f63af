// SPDX-License-Identifier: EUPL-1.2
// BATTERY_INFORMATION, BATTERY_STATUS and the steps of the gauge one after the other, cut anywhere:
// what is believed of them is possible.
#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const std::string_view bytes = fuzz::text_of(data, size);
  const std::string_view information = bytes.substr(0, 36);
  const std::string_view after = bytes.substr(information.size());
  require(is_valid_utf8(utf8_from_utf16le(bytes)));
  const auto step = windows_battery_step(after, milliwatt_hours(24'000));
  require(!step || (*step > Energy{0} && *step <= milliwatt_hours(10'000)));
  for (const bool with_status : {false, true}) {
    const auto decoded = windows_battery(
        "battery0", information, with_status ? std::optional(after.substr(0, 16)) : std::nullopt);
    require(static_cast<bool>(decoded) ==
            (information.size() == 36 && (!with_status || after.size() >= 16)));
    if (!decoded || !*decoded) continue;
    const Battery& battery = **decoded;
    const Energy most = milliwatt_hours(1'000'000);
    for (const auto& energy : {battery.design, battery.full, battery.now}) {
      require(!energy || (*energy >= Energy{0} && *energy <= most));
    }
    require(!battery.power || (*battery.power >= watts(-300) && *battery.power <= watts(300)));
    require(!battery.voltage || battery.voltage->milli <= 100'000);
    require(!battery.cycles || *battery.cycles > 0);
    require(with_status || (!battery.now && !battery.power && !battery.voltage));
  }
  return 0;
}

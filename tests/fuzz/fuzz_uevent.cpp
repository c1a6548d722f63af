// SPDX-License-Identifier: EUPL-1.2
// A uevent of a power supply with anything in it: what is believed of it is possible.
#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const std::string_view text = fuzz::text_of(data, size);
  (void)linux_adapter("AC", text);
  const auto battery = linux_battery("BAT0", text);
  if (!battery) return 0;
  const Energy most = milliwatt_hours(1'000'000);
  for (const auto& energy : {battery->design, battery->full, battery->now}) {
    require(!energy || (*energy >= Energy{0} && *energy <= most));
  }
  require(!battery->design || *battery->design >= milliwatt_hours(1000));
  require(!battery->full || *battery->full > Energy{0});
  require(!battery->power || (*battery->power >= watts(-300) && *battery->power <= watts(300)));
  require(!battery->voltage || battery->voltage->milli <= 100'000);
  require(!battery->cycles || *battery->cycles > 0);
  for (const auto& label : {battery->manufacturer, battery->model, battery->serial}) {
    require(!label || (is_valid_utf8(*label) && !label->empty() && label->size() <= 128));
  }
  return 0;
}

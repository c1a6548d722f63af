// SPDX-License-Identifier: EUPL-1.2
// An EDID with anything in it, as it came and with a checksum that holds: decoded without reading
// outside, within the limits of a laptop's panel, and cleaned without changing its panel.
#include "platform/scrub.h"
#include "platform/sensors/decoders.h"
#include "tests/fuzz/fuzz.h"
#include "tests/platform/edid_builder.h"

using wattlife::fuzz::require;

namespace {

void check(const std::string& edid) {
  using namespace wattlife;
  const auto panel = decode_edid(edid);
  if (!panel) return;
  require(!panel->maker || panel->maker->size() == 3);
  require(panel->width_px.value_or(1) > 0 && panel->width_px.value_or(1) < 4096);
  require(panel->height_px.value_or(1) > 0 && panel->height_px.value_or(1) < 4096);
  require(panel->diagonal_mm.value_or(1) > 0 && panel->diagonal_mm.value_or(1) < 6000);
  if (edid.size() % 128 != 0) return;

  Capture capture;
  capture.ticks.push_back({Now{}, {{"sys/class/drm/card0-eDP-1/edid", edid}}});
  const auto clean = scrubbed(capture, 1);
  require(static_cast<bool>(clean));
  const auto again = decode_edid(std::get<std::string>(clean->ticks[0].changes[0].second));
  require(again && *again == *panel);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  std::string edid(fuzz::text_of(data, size));
  check(edid);
  if (edid.size() < 128) return 0;
  edid.replace(0, 8, edid_header_bytes);
  set_edid_checksum(edid);
  check(edid);
  return 0;
}

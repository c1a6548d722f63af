// SPDX-License-Identifier: EUPL-1.2
// The panel in the lid of a Mac: the EDID where there is one (Intel), or else what the framebuffer
// of Apple silicon says in its place. Neither the serial number nor the week is ever looked at.
//
// DisplayAttributes is documented nowhere. ioreg of such Macs shows LegacyManufacturerID (the word
// of the EDID in which the maker stands), ProductID, YearOfManufacture, the pixels and the size in
// centimetres, some of them inside of ProductAttributes; the panels inside Macs leave most out.
#include <cmath>

#include "platform/sensors/decoders.h"
#include "platform/sensors/property_list.h"

namespace wattlife {
namespace {

constexpr std::int64_t apple = 0x0610;  // "APP" in five bits for each letter

// Where the key stands: of both places, the inner one.
std::optional<std::int64_t> number_at(const Property& attributes, std::string_view key,
                                      std::int64_t least, std::int64_t most) {
  const Property* const product = attributes.find("ProductAttributes");
  auto value = product != nullptr ? product->integer_at(key) : std::nullopt;
  if (!value) value = attributes.integer_at(key);
  return value && *value >= least && *value <= most ? value : std::nullopt;
}

}  // namespace

Result<Panel> decode_mac_panel(std::string_view list) {
  const auto attributes = parse_property_list(list);
  if (!attributes) return attributes.error();
  // An external monitor has its own maker; no laptop of Apple has a panel without Apple's.
  if (number_at(*attributes, "LegacyManufacturerID", apple, apple) != apple) {
    return Error{Cause::absent, "DisplayAttributes: not of a panel in a Mac"};
  }
  Panel panel;
  panel.maker = "APP";
  panel.product = number_at(*attributes, "ProductID", 1, 0xFFFF);
  panel.year = number_at(*attributes, "YearOfManufacture", 1993, 2245);  // what an EDID can hold
  constexpr std::int64_t most_pixels = 16'384;
  const auto width = number_at(*attributes, "NativeFormatHorizontalPixels", 1, most_pixels);
  const auto height = number_at(*attributes, "NativeFormatVerticalPixels", 1, most_pixels);
  if (width && height) {
    panel.width_px = width;
    panel.height_px = height;
  }
  const auto across = number_at(*attributes, "MaxHorizontalImageSize", 1, 255);
  const auto upward = number_at(*attributes, "MaxVerticalImageSize", 1, 255);
  if (across && upward) {
    panel.diagonal_mm =
        std::llround(10 * std::hypot(static_cast<double>(*across), static_cast<double>(*upward)));
  }
  return panel;
}

std::optional<Panel> read_panel_macos(const MachineTree& tree, std::vector<Fault>& faults) {
  const auto take = [&](const char* path, Result<Panel> (*decode)(std::string_view)) {
    const auto bytes = tree.read(path);
    auto panel = bytes ? decode(*bytes) : Result<Panel>(bytes.error());
    if (!panel) add_fault(faults, path, panel.error().cause);
    return panel;
  };
  if (auto panel = take("panel/edid", decode_edid)) return *std::move(panel);
  // A desktop Mac has framebuffers too, and every one of them belongs to a monitor.
  if (!tree.read("ioreg/AppleSmartBattery")) return std::nullopt;
  if (auto panel = take("ioreg/DisplayAttributes", decode_mac_panel)) return *std::move(panel);
  return std::nullopt;
}

}  // namespace wattlife

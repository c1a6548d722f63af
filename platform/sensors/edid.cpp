// SPDX-License-Identifier: EUPL-1.2
// The base block of VESA E-EDID, releases A.1 and A.2 (versions 1.3 and 1.4): who made the panel,
// its type, its size and its pixels. The serial number, its text descriptor and the week of
// manufacture are never looked at.
#include <cmath>

#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::size_t block_bytes = 128;
constexpr std::string_view header("\0\xFF\xFF\xFF\xFF\xFF\xFF\0", 8);

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// Three letters of five bits, "A" is 1, most significant first.
std::optional<std::string> maker_of(std::string_view block) {
  const unsigned word = byte_at(block, 8) << 8 | byte_at(block, 9);
  std::string letters;
  for (const unsigned shift : {10u, 5u, 0u}) {
    const unsigned letter = word >> shift & 31;
    if (letter < 1 || letter > 26) return std::nullopt;
    letters += static_cast<char>('A' + letter - 1);
  }
  return letters;
}

// 255 weeks: the year is that of the model. Either way it counts from 1990.
std::optional<std::int64_t> year_of(std::string_view block) {
  const unsigned years = byte_at(block, 17);
  if (years < 3) return std::nullopt;  // before EDID itself
  return 1990 + static_cast<std::int64_t>(years);
}

std::optional<std::int64_t> diagonal_of(unsigned width_mm, unsigned height_mm) {
  if (width_mm == 0 || height_mm == 0) return std::nullopt;
  return std::llround(std::hypot(width_mm, height_mm));
}

// The first detailed timing is the one that the panel prefers: that of its own pixels.
void read_timing(std::string_view timing, Panel& panel) {
  const bool is_timing = byte_at(timing, 0) != 0 || byte_at(timing, 1) != 0;
  if (!is_timing) return;
  const unsigned width = byte_at(timing, 2) | (byte_at(timing, 4) >> 4) << 8;
  const unsigned height = byte_at(timing, 5) | (byte_at(timing, 7) >> 4) << 8;
  if (width > 0 && height > 0) {
    panel.width_px = width;
    panel.height_px = height;
  }
  panel.diagonal_mm = diagonal_of(byte_at(timing, 12) | (byte_at(timing, 14) >> 4) << 8,
                                  byte_at(timing, 13) | (byte_at(timing, 14) & 15) << 8);
}

}  // namespace

Result<Panel> decode_edid(std::string_view edid) {
  const auto malformed = [](const std::string& why) {
    return Error{Cause::malformed, "EDID: " + why};
  };
  if (edid.size() < block_bytes) return malformed(std::to_string(edid.size()) + " bytes");
  const std::string_view block = edid.substr(0, block_bytes);
  if (block.substr(0, header.size()) != header) return malformed("does not begin as one");
  unsigned sum = 0;
  for (std::size_t i = 0; i < block_bytes; ++i) sum += byte_at(block, i);
  if (sum % 256 != 0) return malformed("its checksum is wrong");
  if (byte_at(block, 18) != 1 || byte_at(block, 19) < 3) return malformed("older than version 1.3");

  Panel panel;
  panel.maker = maker_of(block);
  const unsigned product = byte_at(block, 10) | byte_at(block, 11) << 8;
  if (product != 0) panel.product = product;
  panel.year = year_of(block);
  read_timing(block.substr(54, 18), panel);
  // In whole centimetres, and in version 1.4 an aspect ratio when one of the two is 0.
  if (!panel.diagonal_mm) {
    panel.diagonal_mm = diagonal_of(byte_at(block, 21) * 10, byte_at(block, 22) * 10);
  }
  return panel;
}

}  // namespace wattlife

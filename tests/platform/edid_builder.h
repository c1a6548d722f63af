// SPDX-License-Identifier: EUPL-1.2
// An EDID block for tests: the panel of a 14 inch laptop, 1920 x 1080, with the checksum set last.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wattlife {

inline constexpr std::string_view edid_header_bytes("\0\xFF\xFF\xFF\xFF\xFF\xFF\0", 8);

inline void set_edid_checksum(std::string& block) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < 127; ++i) sum += static_cast<unsigned char>(block[i]);
  block[127] = static_cast<char>((256 - sum % 256) % 256);
}

// Maker LGD, product 0x05E5, serial number 0x01020304, week 7 of 2018, 309 x 174 mm. `changes` are
// bytes to set before the checksum.
inline std::string edid_block(const std::vector<std::pair<std::size_t, unsigned>>& changes = {}) {
  std::string block(128, '\0');
  block.replace(0, 8, edid_header_bytes);
  const std::vector<std::pair<std::size_t, unsigned>> bytes = {
      {8, 0x30},  {9, 0xE4},   // L = 12, G = 7, D = 4
      {10, 0xE5}, {11, 0x05},  // product, little endian
      {12, 4},    {13, 3},     // serial number
      {14, 2},    {15, 1},     //
      {16, 7},    {17, 28},    // week, year - 1990
      {18, 1},    {19, 4},     // version 1.4
      {21, 31},   {22, 17},    // centimetres
      {54, 0x2E}, {55, 0x36},  // pixel clock: a timing
      {56, 0x80}, {58, 0x70},  // 1920: low byte, high bits
      {59, 0x38}, {61, 0x40},  // 1080
      {66, 0x35}, {67, 0xAE},  // 309 and 174 mm, low bytes
      {68, 0x10},              // high bits of both
  };
  for (const auto& [at, value] : bytes) block[at] = static_cast<char>(value);
  for (const auto& [at, value] : changes) block[at] = static_cast<char>(value);
  set_edid_checksum(block);
  return block;
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// Numbers in the bytes of a structure, least significant byte first.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wattlife {

// `length` bytes (at most 8) from `at` on; the caller has checked that they are there.
inline std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t length) {
  assert(length <= 8 && at <= bytes.size() && length <= bytes.size() - at);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < length; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

}  // namespace wattlife

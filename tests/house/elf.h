// SPDX-License-Identifier: EUPL-1.2
// Just enough of ELF64 (little endian) to list what a Linux program asks of its libraries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace wattlife::house {

// What a program takes from elsewhere.
struct Needs {
  std::vector<std::string> symbols;    // undefined dynamic symbols, without their version
  std::vector<std::string> libraries;  // "libc.so.6"
};

// Malformed when `bytes` are no 64-bit little-endian ELF file with a dynamic section, or point
// outside themselves.
Result<Needs> needs_of(std::string_view bytes);

}  // namespace wattlife::house

// SPDX-License-Identifier: EUPL-1.2
// What a fuzz target is: one function that takes any bytes and must not crash. libFuzzer calls it
// with bytes of its own finding; replay_main.cpp with the corpus, cut and changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace wattlife::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A law that holds for every input; a breach is a crash, which the fuzzer keeps.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace wattlife::fuzz

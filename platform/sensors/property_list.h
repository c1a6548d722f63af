// SPDX-License-Identifier: EUPL-1.2
// What macOS tells about a device: the properties of an entry of its registry, as an XML property
// list (what CFPropertyListCreateData writes) or as the text of `ioreg -l`. Only as much of both
// forms as those two write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace wattlife {

struct Property {
  enum class Kind { truth, integer, real, text, bytes, list, dictionary };
  Kind kind = Kind::dictionary;
  bool truth = false;
  // As a signed number of 64 bits: both forms write negative ones as 2^64 - x.
  std::int64_t integer = 0;
  std::string text;             // of texts, bytes, dates; a real number as it was written
  std::vector<Property> items;  // of a list, or the values of a dictionary
  std::vector<std::string> keys;

  // The value at `key` of a dictionary; nullptr when there is none.
  const Property* find(std::string_view key) const;
  // The same, when it is of that kind. A NUL at the end of bytes is left out.
  std::optional<std::int64_t> integer_at(std::string_view key) const;
  std::optional<bool> truth_at(std::string_view key) const;
  std::optional<std::string> text_at(std::string_view key) const;
};

inline constexpr std::size_t deepest_property = 32;
inline constexpr std::size_t most_properties = 50'000;

// The first dictionary in `bytes`. Malformed for anything else, for what is cut off, and above the
// limits.
Result<Property> parse_property_list(std::string_view bytes);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "proto/wire_parts.h"

#include <chrono>

#include "core/text.h"

namespace wattlife::wire_parts {
namespace {

// At most `limit` bytes, cut between two characters.
std::string shortened(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  text.resize(limit);
  return text;
}

}  // namespace

bool is_control(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20 || byte == 0x7F) return true;
  // U+0080 to U+009F, as UTF-8.
  return byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

std::string sendable(const std::string& text, std::size_t limit) {
  const std::string valid = to_valid_utf8(text);
  std::string clean;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (!is_control(valid, i)) {
      clean += valid[i];
    } else if (static_cast<unsigned char>(valid[i]) == 0xC2) {
      ++i;  // both bytes of U+0080 to U+009F
    }
  }
  return std::string(trimmed(shortened(std::string(trimmed(clean)), limit)));
}

std::int32_t day_number(UtcDay day) {
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}

std::string Field::text() const {
  std::string name = outer_ != nullptr ? outer_->text() : "";
  name += part_;
  if (index_ >= 0) name += "[" + std::to_string(index_) + "]";
  return name;
}

}  // namespace wattlife::wire_parts

// SPDX-License-Identifier: EUPL-1.2
// A little JSON to write with: objects and arrays of texts that are JSON already. Reading JSON is
// another matter (agent/view_file, collector/facts_json).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/table.h"

namespace wattlife {

// The cell of a value that may be unknown.
template <class T>
Cell known(const std::optional<T>& value) {
  return value ? Cell(*value) : Cell();
}

// The members of one object, in the order in which they are added.
class Members {
 public:
  Members& add(std::string_view name, const Cell& value) { return raw(name, json_cell(value)); }
  // A value that is JSON already.
  Members& raw(std::string_view name, std::string_view json) {
    text_ += (text_.empty() ? "" : ",") + json_string(name) + ":" + std::string(json);
    return *this;
  }
  std::string object() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

template <class Items, class TextOf>
std::string json_array(const Items& items, TextOf text_of, const char* separator = ",") {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : separator) + text_of(item);
  return "[" + text + "]";
}

inline std::string json_texts(const std::vector<std::string>& items) {
  return json_array(items, [](const std::string& item) { return json_string(item); });
}

}  // namespace wattlife

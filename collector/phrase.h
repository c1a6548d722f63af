// SPDX-License-Identifier: EUPL-1.2
// Texts in two languages, and tables of them by the code that they explain.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/text.h"

namespace wattlife {

// One of two texts.
inline const char* say(Language language, const char* dutch, const char* english) {
  return language == Language::dutch ? dutch : english;
}

struct Phrase {
  std::string_view code;
  const char* dutch;
  const char* english;
};
inline const char* say(Language language, const Phrase& phrase) {
  return say(language, phrase.dutch, phrase.english);
}

// Of the row with this code; empty when there is none.
inline std::string phrase_of(std::span<const Phrase> table, std::string_view code,
                             Language language) {
  for (const Phrase& row : table) {
    if (row.code == code) return say(language, row);
  }
  return "";
}

}  // namespace wattlife

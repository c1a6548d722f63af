// SPDX-License-Identifier: EUPL-1.2
// What is to be expected of a battery, in words: below 80 % already, within a year, later, or why
// nobody can say. Never a date: a forecast of one would be read as a promise (1-mission, rule 1).
#pragma once

#include <string>
#include <string_view>

#include "core/outlook.h"
#include "core/text.h"

namespace wattlife {

// Of a reason or flag of core/outlook; empty for a code that is none.
std::string reason_in_words(std::string_view reason, Language language);

// "binnen 12 maanden onder 80 %", "geen vooruitzicht: meter beweegt niet".
std::string outlook_in_words(const Outlook& outlook, Language language);

// The word of the API: "al-onder-80", "binnen-12-maanden", "na-12-maanden", "geen-uitspraak".
const char* dutch_name_of(Crossing crossing);

}  // namespace wattlife

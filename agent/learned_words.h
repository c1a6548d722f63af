// SPDX-License-Identifier: EUPL-1.2
// What this laptop learned about itself, in words for people: one line for a page, a section for
// whoever wants to know. Pure; plain Dutch at level B1.
#pragma once

#include <string>
#include <string_view>

#include "agent/view_file.h"
#include "core/text.h"

namespace wattlife {

// "geleerd van 34 accu-uren, +/- 8 %"; "nog niet geleerd: schatting van de klasse". Of the use on
// mains: on battery the gauge tells it.
std::string learned_line(const ViewLearned& learned, Language language);

// Why it is not relied upon; the code itself when a later version made it, empty for "none".
std::string doubt_words(std::string_view code, Language language);

// Lines, the title first.
std::string learned_section(const ViewLearned& learned, Language language);
// The same figures for programs.
std::string learned_json(const ViewLearned& learned);

}  // namespace wattlife

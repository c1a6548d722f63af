// SPDX-License-Identifier: EUPL-1.2
// What the history of a battery says, in words for people: how much it still holds and what to
// expect within a year. Never a date, and no number that the gauge did not earn. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/view_file.h"
#include "core/text.h"

namespace wattlife {

// Sentences, a line each, without "you": "De accu houdt nog ongeveer 82 % vast (tussen 75 en 89 %)
// van wat er nieuw in paste." Of an unknown class only that it is not known, and why.
std::vector<std::string> battery_sentences(const ViewOutlook& outlook, Language language);

// One line for an administrator: "BAT0 goed, 88 % van nieuw (tussen 81 en 95 %); …".
std::string battery_line(const ViewOutlook& outlook, Language language);

}  // namespace wattlife

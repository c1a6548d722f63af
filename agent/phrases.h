// SPDX-License-Identifier: EUPL-1.2
// Words that people read on the laptop, in two languages: how a figure is known, an interval, a
// day, a verdict. Codes are never printed. Pure; plain Dutch at level B1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/view_file.h"
#include "core/text.h"

namespace wattlife {

// `dutch` or `english`, by language.
inline std::string_view either(Language language, std::string_view dutch,
                               std::string_view english) {
  return language == Language::dutch ? dutch : english;
}

// The language of a locale such as "nl_NL.UTF-8" or "nl-BE"; English for every other.
Language language_of(std::string_view locale);

// "gemeten", "berekend (dit apparaat)", "berekend (dit model)", "geschat", "onbekend".
std::string_view words_for(Tier tier, Language language);

// "tussen 0,05 en 0,08 kWh". As many decimals as the interval is wide, at most three; the low end
// rounded down and the high end up, so that rounding never promises more than is known.
std::string kilowatt_hours(const Interval& interval, Language language);
// The same without the unit, for a column.
std::string interval_words(const Interval& interval, Language language);

// "1 dag", "14 dagen".
std::string counted(std::int64_t number, std::string_view one, std::string_view many);

// "45 minuten", "1 uur", "78 uur": as much as people want to know of a length of time.
std::string length_of_time(Duration time, Language language);
// "zojuist", "3 minuten geleden", "2 dagen geleden".
std::string ago(Duration time, Language language);

// "maandag 23 november", with the year when it is not that of `today`.
std::string day_words(UtcDay day, UtcDay today, Language language);
std::string short_day(UtcDay day, Language language);                // "ma 23 nov"
std::string short_month(std::string_view month, Language language);  // "nov 2026" of "2026-11"

// "62 %"; "< 1 %" for a little.
std::string percent(Duration part, Duration whole);

std::string_view words_for(Verdict verdict, Language language);
// The words of a reason code; the code itself when a later version made it.
std::string reason_words(std::string_view code, Language language);
// "let op: de accu is versleten"
std::string judgement_words(Verdict verdict, const std::vector<std::string>& reasons,
                            Language language);

// What one entry of the data list is: "energy_per_period".
std::string content_words(std::string_view code, Language language);

// The text with spaces up to `width` characters (not bytes).
std::string padded(std::string text, std::size_t width);
std::string padded_left(std::string text, std::size_t width);

}  // namespace wattlife

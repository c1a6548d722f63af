// SPDX-License-Identifier: EUPL-1.2
#include "agent/battery_words.h"

#include "agent/phrases.h"

namespace wattlife {
namespace {

std::string whole_percent(std::int64_t permille, Language language) {
  return for_people(static_cast<double>(permille) / 10.0, 0, language);
}

// "tussen 75 en 89 %"
std::string interval_of(const ViewOutlook::Health& health, Language language) {
  return std::string(either(language, "tussen ", "between ")) +
         whole_percent(health.low, language) + std::string(either(language, " en ", " and ")) +
         whole_percent(health.high, language) + " %";
}

std::string_view crossing_sentence(Crossing crossing, Language language) {
  switch (crossing) {
    case Crossing::already_below:
      return either(language, "Dat is waarschijnlijk al minder dan 80 %.",
                    "That is probably below 80 % already.");
    case Crossing::within_12_months:
      return either(language, "Binnen een jaar is dat waarschijnlijk minder dan 80 %.",
                    "Within a year that is probably below 80 %.");
    case Crossing::beyond_12_months:
      return either(language, "Of dat binnen een jaar minder dan 80 % wordt, is niet zeker.",
                    "Whether that falls below 80 % within a year is not certain.");
    case Crossing::refused:
      break;
  }
  return "";
}

std::string_view crossing_words(Crossing crossing, Language language) {
  switch (crossing) {
    case Crossing::already_below:
      return either(language, "waarschijnlijk al onder 80 %", "probably below 80 % already");
    case Crossing::within_12_months:
      return either(language, "binnen 12 maanden waarschijnlijk onder 80 %",
                    "probably below 80 % within 12 months");
    case Crossing::beyond_12_months:
      return either(language, "niet zeker onder 80 % binnen 12 maanden",
                    "not certain to fall below 80 % within 12 months");
    case Crossing::refused:
      break;
  }
  return either(language, "geen vooruitzicht", "no outlook");
}

std::string reasons_of(const ViewOutlook& outlook, Language language) {
  std::string text;
  for (const std::string& code : outlook.reasons) {
    text += (text.empty() ? "" : "; ") + reason_words(code, language);
  }
  return text;
}

bool is_known(const ViewOutlook& outlook) {
  return outlook.health && outlook.battery_class != Verdict::unknown;
}

}  // namespace

std::vector<std::string> battery_sentences(const ViewOutlook& outlook, Language language) {
  std::vector<std::string> sentences;
  if (!is_known(outlook)) {
    sentences.emplace_back(either(language, "Hoe goed de accu is, is nog niet bekend.",
                                  "How healthy the battery is, is not known yet."));
  } else {
    sentences.push_back(
        std::string(either(language, "De accu houdt nog ongeveer ", "The battery holds about ")) +
        whole_percent(outlook.health->level, language) +
        std::string(either(language, " % vast (", " % (")) +
        interval_of(*outlook.health, language) +
        std::string(either(language, ") van wat er nieuw in paste.",
                           ") of what it held when it was new.")));
    const std::string_view expected = crossing_sentence(outlook.to_800, language);
    if (!expected.empty()) sentences.emplace_back(expected);
  }
  const std::string reasons = reasons_of(outlook, language);
  if (!reasons.empty()) {
    sentences.push_back(std::string(either(language, "Dit speelt mee: ", "What matters here: ")) +
                        reasons + ".");
  }
  return sentences;
}

std::string battery_line(const ViewOutlook& outlook, Language language) {
  std::string text = outlook.name + " ";
  if (is_known(outlook)) {
    text += std::string(words_for(outlook.battery_class, language)) + ", " +
            whole_percent(outlook.health->level, language) +
            std::string(either(language, " % van nieuw (", " % of new (")) +
            interval_of(*outlook.health, language) + "); " +
            std::string(crossing_words(outlook.to_800, language));
  } else {
    text += words_for(Verdict::unknown, language);
  }
  const std::string reasons = reasons_of(outlook, language);
  return reasons.empty() ? text : text + ": " + reasons;
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "collector/outlook_words.h"

#include "collector/phrase.h"

namespace wattlife {
namespace {

constexpr Phrase reasons[] = {
    {"capacity_unknown", "inhoud onbekend", "capacity unknown"},
    {"no_history", "inhoud onbekend", "capacity unknown"},
    {"gauge_suspect", "meter onbetrouwbaar", "gauge not to be trusted"},
    {"unlearned", "meter nooit geijkt", "gauge never calibrated"},
    {"gauge_frozen", "meter beweegt niet", "gauge does not move"},
    {"single_event", "pas één keer gemeten", "measured only once"},
    {"charge_limited", "laden begrensd", "charging limited"},
    {"test_battery", "plotseling gedaald: laat de accu testen",
     "fell suddenly: have the battery tested"},
};

}  // namespace

std::string reason_in_words(std::string_view reason, Language language) {
  return phrase_of(reasons, reason, language);
}

std::string outlook_in_words(const Outlook& outlook, Language language) {
  switch (outlook.to_800) {
    case Crossing::already_below:
      return say(language, "al onder 80 %", "below 80 % already");
    case Crossing::within_12_months:
      return say(language, "waarschijnlijk binnen 12 maanden onder 80 %",
                 "probably below 80 % within 12 months");
    case Crossing::beyond_12_months:
      return say(language, "niet zeker onder 80 % binnen 12 maanden",
                 "not certain to fall below 80 % within 12 months");
    case Crossing::refused:
      break;
  }
  const std::string why = reason_in_words(outlook.reason, language);
  const std::string refused = say(language, "geen vooruitzicht", "no outlook");
  return why.empty() ? refused : refused + ": " + why;
}

const char* dutch_name_of(Crossing crossing) {
  switch (crossing) {
    case Crossing::already_below:
      return "al-onder-80";
    case Crossing::within_12_months:
      return "binnen-12-maanden";
    case Crossing::beyond_12_months:
      return "na-12-maanden";
    case Crossing::refused:
      return "geen-uitspraak";
  }
  return "geen-uitspraak";
}

}  // namespace wattlife

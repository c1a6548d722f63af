// SPDX-License-Identifier: EUPL-1.2
#include "agent/phrases.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace wattlife {
namespace {

constexpr std::array<std::string_view, 7> dutch_days = {
    "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"};
constexpr std::array<std::string_view, 7> english_days = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> dutch_months = {
    "januari", "februari", "maart",     "april",   "mei",      "juni",
    "juli",    "augustus", "september", "oktober", "november", "december"};
constexpr std::array<std::string_view, 12> dutch_short_months = {
    "jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"};
constexpr std::array<std::string_view, 12> english_months = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

struct Phrase {
  std::string_view code;
  std::string_view dutch;
  std::string_view english;
};

// Reasons of core/health.
constexpr Phrase reasons[] = {
    {"no_battery", "er zit geen accu in", "there is no battery in it"},
    {"capacity_unknown", "de laptop vertelt niet hoe goed hij is",
     "the laptop does not tell its capacity"},
    {"gauge_suspect", "de meter van de accu klopt waarschijnlijk niet",
     "the battery's own gauge is probably wrong"},
    {"unlearned", "de laptop heeft nog niet geleerd hoe groot de accu is",
     "the laptop has not learnt its capacity yet"},
    {"below_replace_threshold", "hij is versleten; vraag of hij vervangen kan worden",
     "worn; ask whether it can be replaced"},
    {"below_good_threshold", "hij begint te slijten", "it begins to wear"},
    {"over_design", "hij kan meer opslaan dan de maker belooft",
     "it holds more than its maker promises"},
    {"charge_limited", "laden stopt eerder, dat spaart de accu",
     "charging stops early, which spares it"},
    {"no_health_data", "de laptop vertelt niets over zijn gezondheid",
     "the laptop tells nothing about its health"},
    {"reliability_degraded", "hij is niet meer te vertrouwen; maak een kopie van wat erop staat",
     "no longer reliable; copy what is on it"},
    {"read_only", "er kan niets meer op geschreven worden", "it can no longer be written"},
    {"spare_below_threshold", "zijn reserve is op; maak een kopie van wat erop staat",
     "its spare blocks are used up; copy what is on it"},
    {"backup_failed", "de bescherming bij stroomuitval werkt niet",
     "its protection against power loss fails"},
    {"beyond_rating", "er is meer op geschreven dan de maker belooft",
     "more was written than its maker promises"},
    {"media_errors", "er zijn leesfouten geweest", "it had read errors"},
    {"reallocated_sectors", "stukken van de schijf zijn vervangen door reserve",
     "sectors were replaced by spare ones"},
    {"pending_sectors", "stukken van de schijf zijn moeilijk te lezen", "sectors are hard to read"},
    {"uncorrectable_errors", "er zijn fouten geweest die niet te herstellen waren",
     "it had errors that could not be corrected"},
    {"hot_now", "hij is nu heet", "it is hot now"},
};

// The data list, as agent/view names it.
constexpr Phrase contents[] = {
    {"energy_per_period", "hoeveel stroom de laptop in die tijd gebruikte, als totaal",
     "how much electricity the laptop used in that time, as a total"},
    {"inventory", "welk model het is en wat erin zit", "which model it is and what is in it"},
    {"battery_health", "hoe goed de accu nog is", "how healthy the battery is"},
    {"disk_health", "hoe goed de schijf nog is", "how healthy the drive is"},
    {"serials_at_enrolment", "de serienummers: alleen bij het aanmelden, en als er een verandert",
     "serial numbers: at enrolment only, and when one changes"},
};

template <std::size_t size>
std::string words_of(const Phrase (&phrases)[size], std::string_view code, Language language) {
  for (const Phrase& phrase : phrases) {
    if (phrase.code == code) return std::string(either(language, phrase.dutch, phrase.english));
  }
  return std::string(code);
}

double kilowatt_hours_of(Energy energy) { return to_kilowatt_hours(energy); }

// So many that the interval is at least two steps wide.
int decimals_for(double width) {
  if (width <= 0) return 3;
  return std::clamp(static_cast<int>(std::ceil(-std::log10(width / 2))), 0, 3);
}

std::size_t month_of(UtcDay day) {
  return static_cast<unsigned>(std::chrono::year_month_day{day}.month()) - 1;
}
std::size_t weekday_of(UtcDay day) { return std::chrono::weekday{day}.iso_encoding() - 1; }
std::string day_number(UtcDay day) {
  return std::to_string(static_cast<unsigned>(std::chrono::year_month_day{day}.day()));
}

}  // namespace

Language language_of(std::string_view locale) {
  const std::string lower = lower_case(locale.substr(0, 3));
  return lower == "nl" || lower == "nl_" || lower == "nl-" || lower == "nl." ? Language::dutch
                                                                             : Language::english;
}

std::string_view words_for(Tier tier, Language language) {
  switch (tier) {
    case Tier::measured:
      return either(language, "gemeten", "measured");
    case Tier::calibrated_device:
      return either(language, "berekend (dit apparaat)", "calculated (this device)");
    case Tier::calibrated_model:
      return either(language, "berekend (dit model)", "calculated (this model)");
    case Tier::estimated:
      return either(language, "geschat", "estimated");
    case Tier::unknown:
      break;
  }
  return either(language, "onbekend", "unknown");
}

std::string interval_words(const Interval& interval, Language language) {
  const double low = kilowatt_hours_of(interval.low);
  const double high = kilowatt_hours_of(interval.high);
  if (high < 0.001) {
    return std::string(either(language, "minder dan ", "less than ")) +
           for_people(0.001, 3, language);
  }
  const int decimals = decimals_for(high - low);
  const double scale = std::pow(10.0, decimals);
  // A hair inwards first: 0.05 is a little more than 0.05 in binary.
  const double down = std::floor(low * scale + 1e-6) / scale;
  const double up = std::ceil(high * scale - 1e-6) / scale;
  return std::string(either(language, "tussen ", "between ")) +
         for_people(down, down > 0 ? decimals : 0, language) +
         std::string(either(language, " en ", " and ")) + for_people(up, decimals, language);
}

std::string kilowatt_hours(const Interval& interval, Language language) {
  return interval_words(interval, language) + " kWh";
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + " " + std::string(number == 1 ? one : many);
}

std::string length_of_time(Duration time, Language language) {
  const auto minutes = std::chrono::round<std::chrono::minutes>(time).count();
  if (minutes < 120) {
    return counted(minutes, either(language, "minuut", "minute"),
                   either(language, "minuten", "minutes"));
  }
  const auto hours = std::chrono::round<std::chrono::hours>(time).count();
  return counted(hours, either(language, "uur", "hour"), either(language, "uur", "hours"));
}

std::string ago(Duration time, Language language) {
  if (time < std::chrono::minutes(1)) return std::string(either(language, "zojuist", "just now"));
  const auto days = std::chrono::floor<std::chrono::days>(time).count();
  const std::string length =
      days >= 2 ? counted(days, either(language, "dag", "day"), either(language, "dagen", "days"))
                : length_of_time(time, language);
  return length + std::string(either(language, " geleden", " ago"));
}

std::string day_words(UtcDay day, UtcDay today, Language language) {
  const auto& days = language == Language::dutch ? dutch_days : english_days;
  const auto& months = language == Language::dutch ? dutch_months : english_months;
  std::string text = std::string(days[weekday_of(day)]) + " " + day_number(day) + " " +
                     std::string(months[month_of(day)]);
  const std::chrono::year_month_day date{day};
  if (date.year() != std::chrono::year_month_day{today}.year()) {
    text += " " + std::to_string(static_cast<int>(date.year()));
  }
  return text;
}

std::string short_day(UtcDay day, Language language) {
  const auto& days = language == Language::dutch ? dutch_days : english_days;
  const std::size_t letters = language == Language::dutch ? 2 : 3;
  const std::string_view month = language == Language::dutch
                                     ? dutch_short_months[month_of(day)]
                                     : english_months[month_of(day)].substr(0, 3);
  return std::string(days[weekday_of(day)].substr(0, letters)) + " " +
         padded_left(day_number(day), 2) + " " + std::string(month);
}

std::string short_month(std::string_view month, Language language) {
  const auto first = day_from_iso8601(std::string(month) + "-01");
  if (!first) return std::string(month);
  const std::string_view name = language == Language::dutch
                                    ? dutch_short_months[month_of(*first)]
                                    : english_months[month_of(*first)].substr(0, 3);
  return std::string(name) + " " + std::string(month.substr(0, 4));
}

std::string percent(Duration part, Duration whole) {
  if (whole <= Duration{0}) return "0 %";
  const double share = static_cast<double>(part.count()) / static_cast<double>(whole.count());
  const long rounded = std::lround(100 * std::clamp(share, 0.0, 1.0));
  if (rounded == 0 && part > Duration{0}) return "< 1 %";
  if (rounded == 100 && part < whole) return "> 99 %";
  return std::to_string(rounded) + " %";
}

std::string_view words_for(Verdict verdict, Language language) {
  switch (verdict) {
    case Verdict::good:
      return either(language, "goed", "good");
    case Verdict::watch:
      return either(language, "let op", "watch");
    case Verdict::replace:
      return either(language, "vervangen", "replace");
    case Verdict::fail:
      return either(language, "gaat stuk", "failing");
    case Verdict::unknown:
      break;
  }
  return either(language, "onbekend", "unknown");
}

std::string reason_words(std::string_view code, Language language) {
  return words_of(reasons, code, language);
}

std::string judgement_words(Verdict verdict, const std::vector<std::string>& codes,
                            Language language) {
  std::string text(words_for(verdict, language));
  const char* separator = ": ";
  for (const std::string& code : codes) {
    text += separator + reason_words(code, language);
    separator = "; ";
  }
  return text;
}

std::string content_words(std::string_view code, Language language) {
  return words_of(contents, code, language);
}

namespace {
std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}
std::string spaces(std::size_t used, std::size_t width) {
  return std::string(used < width ? width - used : 0, ' ');
}
}  // namespace

std::string padded(std::string text, std::size_t width) {
  text += spaces(characters_of(text), width);
  return text;
}

std::string padded_left(std::string text, std::size_t width) {
  return spaces(characters_of(text), width) + text;
}

}  // namespace wattlife

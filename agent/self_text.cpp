// SPDX-License-Identifier: EUPL-1.2
#include "agent/self_text.h"

#include <algorithm>
#include <cmath>

#include "agent/json_members.h"
#include "agent/learned_words.h"
#include "agent/phrases.h"

namespace wattlife {
namespace {

// Two digits that count: "0,0043", "0,43", "43".
std::string two_digits(double value, Language language) {
  if (value <= 0) return "0";
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(value))), 0, 6);
  return for_people(value, decimals, language);
}

std::string range(double low, double high, Language language) {
  return std::string(either(language, "tussen ", "between ")) + two_digits(low, language) +
         std::string(either(language, " en ", " and ")) + two_digits(high, language);
}

std::string row(std::string_view label, const std::string& value) {
  return "  " + padded(std::string(label), 12) + value + "\n";
}

std::string or_unknown(const std::optional<double>& value, double unit, std::string_view words,
                       Language language) {
  if (!value) return std::string(either(language, "onbekend", "unknown"));
  return two_digits(*value / unit, language) + " " + std::string(words);
}

Cell cell(const std::optional<double>& value) { return value ? Cell(*value) : Cell(); }

}  // namespace

std::optional<SelfRates> self_rates(const ViewSelf& self) {
  if (self.time < std::chrono::minutes(1)) return std::nullopt;
  const double hours = static_cast<double>(self.time.count()) / 3.6e6;
  const double days = static_cast<double>(self.days);
  SelfRates rates;
  rates.cpu_ms_per_hour = static_cast<double>(self.cpu_us) / 1000.0 / hours;
  if (self.wakes) rates.wakes_per_hour = static_cast<double>(*self.wakes) / hours;
  if (self.written_bytes) rates.bytes_per_day = static_cast<double>(*self.written_bytes) / days;
  if (self.energy) {
    const auto mwh = [&](Energy energy) { return static_cast<double>(energy.milli) / 3600.0; };
    rates.mwh_per_day = mwh(self.energy->energy) / days;
    rates.mwh_per_day_low = mwh(self.energy->interval.low) / days;
    rates.mwh_per_day_high = mwh(self.energy->interval.high) / days;
    if (self.laptop && self.laptop->interval.low > Energy{}) {
      rates.share_low =
          mwh(self.energy->interval.low) / std::max(mwh(self.laptop->interval.high), 1e-9);
      rates.share_high = mwh(self.energy->interval.high) / mwh(self.laptop->interval.low);
    }
  }
  return rates;
}

namespace {

std::string cost_text(const View& view, Language language) {
  std::string text(either(language, "Wat het meten zelf kost", "What measuring costs"));
  const auto rates = view.self ? self_rates(*view.self) : std::nullopt;
  if (!rates) {
    text += "\n" +
            std::string(
                either(language, "Er is nog niets gemeten.", "Nothing has been measured yet.")) +
            "\n";
    if (view.simulated) {
      return text + std::string(either(language,
                                       "Deze cijfers komen uit een opname; daarbij wordt het niet "
                                       "gemeten.\n",
                                       "These figures come from a recording, which is played and "
                                       "not measured.\n"));
    }
    return text + std::string(either(language, "Na een kwartier staan hier de eerste cijfers.\n",
                                     "The first figures are here after a quarter of an hour.\n"));
  }
  const ViewSelf& self = *view.self;
  text += ", " + self.from + std::string(either(language, " tot en met ", " to ")) + self.to +
          " (" + length_of_time(self.time, language) +
          std::string(either(language, " gemeten)\n", " measured)\n"));
  text += row("Processor", two_digits(rates->cpu_ms_per_hour, language) +
                               std::string(either(language, " ms per uur", " ms an hour")));
  text += row(
      either(language, "Wekken", "Wakes"),
      or_unknown(rates->wakes_per_hour, 1, either(language, "keer per uur", "an hour"), language));
  text += row(
      either(language, "Schrijven", "Writes"),
      or_unknown(rates->bytes_per_day, 1e6, either(language, "MB per dag", "MB a day"), language));
  const auto memory =
      self.resident_bytes ? std::optional(static_cast<double>(*self.resident_bytes)) : std::nullopt;
  text += row(either(language, "Geheugen", "Memory"), or_unknown(memory, 1e6, "MB", language));
  if (!rates->mwh_per_day) {
    return text + row(either(language, "Stroom", "Energy"),
                      std::string(either(language, "onbekend", "unknown")));
  }
  text += row(either(language, "Stroom", "Energy"),
              range(*rates->mwh_per_day_low, *rates->mwh_per_day_high, language) +
                  std::string(either(language, " mWh per dag", " mWh a day")));
  if (!rates->share_low) return text;
  return text + row("", range(*rates->share_low * 100, *rates->share_high * 100, language) +
                            std::string(either(language, " % van wat de laptop gebruikte",
                                               " % of what the laptop used")));
}

std::string cost_json(const View& view) {
  const auto rates = view.self ? self_rates(*view.self) : std::nullopt;
  if (!rates) return "null";
  const ViewSelf& self = *view.self;
  Members members;
  members.add("from", self.from).add("to", self.to).add("days", self.days);
  members.add("time_ms", self.time.count());
  members.add("cpu_ms_per_hour", rates->cpu_ms_per_hour);
  members.add("wakes_per_hour", cell(rates->wakes_per_hour));
  members.add("written_bytes_per_day", cell(rates->bytes_per_day));
  members.add("resident_bytes", known(self.resident_bytes));
  members.add("energy_mwh_per_day", cell(rates->mwh_per_day));
  members.add("energy_mwh_per_day_low", cell(rates->mwh_per_day_low));
  members.add("energy_mwh_per_day_high", cell(rates->mwh_per_day_high));
  members.add("share_of_laptop_low", cell(rates->share_low));
  members.add("share_of_laptop_high", cell(rates->share_high));
  return members.object();
}

}  // namespace

std::string self_text(const View& view, Language language) {
  std::string text = cost_text(view, language);
  if (view.learned) text += "\n" + learned_section(*view.learned, language);
  return text;
}

std::string self_json(const View& view) {
  Members members;
  members.raw("self", cost_json(view));
  members.raw("learned", view.learned ? learned_json(*view.learned) : "null");
  return members.object() + "\n";
}

}  // namespace wattlife

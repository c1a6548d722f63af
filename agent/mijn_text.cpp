// SPDX-License-Identifier: EUPL-1.2
#include "agent/mijn_text.h"

#include <algorithm>
#include <cmath>

#include "agent/battery_words.h"
#include "agent/json_members.h"
#include "agent/learned_words.h"
#include "agent/phrases.h"
#include "agent/self_text.h"
#include "agent/span_json.h"

namespace wattlife {
namespace {

constexpr std::size_t days_in_chart = 14;
constexpr std::size_t months_in_chart = 12;
constexpr double bar_width = 24;
constexpr int partial_permille = 950;  // known of less: the figure stands for a part only

bool is_partial(const ViewSpan& span) {
  return span.known_time.count() * 1000 < span.time.count() * partial_permille;
}

UtcDay day_of(UtcTime time) { return std::chrono::floor<std::chrono::days>(time); }

// One page being written: lines in one language.
class Page {
 public:
  Page(const View& view, const Moment& moment, const Screen& screen)
      : view_(view), moment_(moment), screen_(screen) {}

  std::string text() {
    head();
    if (view_.days.empty() && view_.months.empty()) {
      nothing_yet();
      return text_;
    }
    figures();
    chart_of_days();
    chart_of_months();
    legend();
    how_known();
    what_helps();
    health();
    what_leaves();
    return text_;
  }

 private:
  std::string_view say(std::string_view dutch, std::string_view english) const {
    return either(screen_.language, dutch, english);
  }
  void line(std::string_view dutch, std::string_view english) {
    text_ += std::string(say(dutch, english)) + "\n";
  }
  void title(std::string_view dutch, std::string_view english) {
    text_ += "\n";
    line(dutch, english);
  }

  // The figures are of the day on which the view was written. "Today", "this week" and so on are
  // true of them as long as that day is today, in this week and so on.
  bool is_today() const { return day_of(moment_.now) <= view_.today; }
  bool is_this_week() const {
    const auto monday = [](UtcDay day) {
      return day - std::chrono::days(std::chrono::weekday{day}.iso_encoding() - 1);
    };
    return is_today() || monday(day_of(moment_.now)) == monday(view_.today);
  }
  bool is_this_month() const {
    const std::chrono::year_month_day now{day_of(moment_.now)};
    const std::chrono::year_month_day then{view_.today};
    return is_today() || (now.year() == then.year() && now.month() == then.month());
  }
  bool is_this_year() const {
    return is_today() || std::chrono::year_month_day{day_of(moment_.now)}.year() ==
                             std::chrono::year_month_day{view_.today}.year();
  }

  void head() {
    line("Wat deze laptop gebruikt", "What this laptop uses");
    std::string name = view_.manufacturer;
    if (!view_.model.empty()) name += (name.empty() ? "" : " ") + view_.model;
    if (!name.empty()) text_ += name + "\n";
    if (view_.simulated) {
      line("GESIMULEERD: dit zijn verzonnen cijfers, om te laten zien hoe het werkt.",
           "SIMULATED: these figures are made up, to show how it works.");
    }
    if (is_silent(moment_)) silence();
    if (view_.store_fault) storage();
  }

  void storage() {
    line("Let op: nieuwe metingen kunnen nu niet bewaard worden. Is de schijf vol? Ruim dan iets",
         "Note: new measurements cannot be kept now. Is the disk full? Then remove something,");
    line("op, of vraag de helpdesk om hulp.", "or ask the help desk.");
    const auto last = view_.days.empty() ? std::nullopt : day_from_iso8601(view_.days.back().span);
    if (!last) return;
    text_ += std::string(say("Bewaard is alles tot en met ", "All is kept up to ")) +
             day_words(*last, day_of(moment_.now), screen_.language) + ".\n";
  }

  void silence() {
    const std::string when =
        day_words(day_of(moment_.written), day_of(moment_.now), screen_.language) + " (" +
        ago(moment_.now - moment_.written, screen_.language) + ")";
    text_ += std::string(say("Let op: de laatste meting is van ", "Note: last measured on ")) +
             when + ".\n";
    line(
        "Stond de laptop net uit of in slaapstand? Kijk dan over vijf minuten nog eens. Blijft dit",
        "Was the laptop off or asleep until now? Look again in five minutes. If this stays, tell");
    line("zo, vertel het dan de helpdesk: wattlife-sampler draait niet.",
         "the help desk: wattlife-sampler does not run.");
  }

  void nothing_yet() {
    title("Er is nog niets gemeten.", "Nothing has been measured yet.");
    line(
        "Werk gewoon door: na een kwartier staan hier de eerste cijfers. Staat er morgen nog "
        "niets?",
        "Just go on working: the first figures are here after a quarter of an hour. Still nothing");
    line("Vertel het dan de helpdesk, met wat 'wattlife status' zegt.",
         "tomorrow? Tell the help desk what 'wattlife status' says.");
  }

  void figure(std::string_view label, const ViewSpan& span) {
    std::string value;
    if (span.device) {
      value = kilowatt_hours(span.device->interval, screen_.language);
      if (is_partial(span)) {
        value += std::string(say(", over ", ", of ")) + percent(span.known_time, span.time) +
                 std::string(
                     say(" van de tijd; de rest is onbekend", " of the time; the rest is unknown"));
      }
    } else if (span.time > Duration{0}) {
      value = say("onbekend: deze laptop vertelt het niet", "unknown: this laptop does not tell");
    } else {
      value = view_.store_fault ? say("niets bewaard", "nothing kept")
                                : say("nog niets gemeten", "nothing measured yet");
    }
    text_ += "  " + padded(std::string(label), 14) + value + "\n";
  }

  void figures() {
    title("Stroom", "Electricity");
    const Language language = screen_.language;
    figure(is_today() ? std::string(say("vandaag", "today")) : short_day(view_.today, language),
           view_.day);
    figure(is_this_week() ? say("deze week", "this week") : say("die week", "that week"),
           view_.week);
    figure(is_this_month() ? say("deze maand", "this month") : say("die maand", "that month"),
           view_.month);
    figure(is_this_year() ? say("dit jaar", "this year") : say("dat jaar", "that year"),
           view_.year);
    line("  Ter vergelijking: een lamp van 10 watt die 10 uur brandt, gebruikt 0,1 kWh.",
         "  To compare: a lamp of 10 watts that is on for 10 hours uses 0.1 kWh.");
  }

  // Full up to the low end of the interval, light up to the high end.
  std::string bar(const Interval& interval, Energy most) const {
    const double cells_per_mj =
        bar_width / static_cast<double>(std::max<std::int64_t>(most.milli, 1));
    const double low = static_cast<double>(interval.low.milli) * cells_per_mj;
    const double high = static_cast<double>(interval.high.milli) * cells_per_mj;
    const int full = static_cast<int>(std::floor(low + 1e-9));
    const int all = static_cast<int>(std::ceil(high - 1e-9));
    std::string text;
    for (int i = 0; i < all; ++i) text += i < full ? sure_cell() : perhaps_cell();
    return padded(std::move(text), static_cast<std::size_t>(bar_width));
  }
  const char* sure_cell() const { return screen_.utf8 ? "█" : "#"; }
  const char* perhaps_cell() const { return screen_.utf8 ? "░" : "-"; }

  void chart_row(std::string label, const ViewSpan* span, Energy most) {
    std::string row = "  " + padded(std::move(label), 11);
    if (span != nullptr && span->device) {
      row += bar(span->device->interval, most) + " " +
             interval_words(span->device->interval, screen_.language);
      if (is_partial(*span)) {
        row += " *";
        partial_ = true;
      }
    } else if (span != nullptr && span->time > Duration{0}) {
      row += say("onbekend", "unknown");
    } else {
      row += say("niets gemeten", "nothing measured");
    }
    text_ += row + "\n";
  }

  static Energy highest(const std::vector<const ViewSpan*>& spans) {
    Energy most;
    for (const ViewSpan* span : spans) {
      if (span != nullptr && span->device) most = std::max(most, span->device->interval.high);
    }
    return most;
  }

  static const ViewSpan* found(const std::vector<ViewSpan>& spans, const std::string& name) {
    const auto at = std::find_if(spans.begin(), spans.end(),
                                 [&](const ViewSpan& span) { return span.span == name; });
    return at == spans.end() ? nullptr : &*at;
  }

  void chart_of_days() {
    if (view_.days.empty()) return;
    const UtcDay last = view_.today;
    UtcDay first = last - std::chrono::days(days_in_chart - 1);
    // Days before the first measurement are not days on which it was off.
    if (const auto began = day_from_iso8601(view_.days.front().span)) {
      first = std::clamp(*began, first, last);
    }
    title("Per dag, in kWh", "By day, in kWh");
    std::vector<const ViewSpan*> spans;
    for (UtcDay day = first; day <= last; day += std::chrono::days(1)) {
      spans.push_back(found(view_.days, to_iso8601(day)));
    }
    const Energy most = highest(spans);
    UtcDay day = first;
    for (const ViewSpan* span : spans) {
      chart_row(short_day(day, screen_.language), span, most);
      day += std::chrono::days(1);
    }
  }

  void legend() {
    text_ += std::string("  ") + sure_cell() +
             std::string(say(" bijna zeker gebruikt   ", " almost certainly used   ")) +
             perhaps_cell() + std::string(say(" misschien gebruikt", " perhaps used")) + "\n";
    if (!partial_) return;
    line("  * van een deel van die tijd is niets bekend; dat telt niet mee",
         "  * nothing is known of a part of that time, and it does not count");
  }

  void chart_of_months() {
    if (view_.months.empty()) return;
    title("Per maand, in kWh", "By month, in kWh");
    std::vector<const ViewSpan*> spans;
    const std::size_t skipped =
        view_.months.size() > months_in_chart ? view_.months.size() - months_in_chart : 0;
    for (std::size_t i = skipped; i < view_.months.size(); ++i) spans.push_back(&view_.months[i]);
    const Energy most = highest(spans);
    for (const ViewSpan* span : spans) {
      chart_row(short_month(span->span, screen_.language), span, most);
    }
  }

  static std::pair<std::string_view, std::string_view> explanation(Tier tier) {
    switch (tier) {
      case Tier::measured:
        return {"door de accu van deze laptop", "by the battery of this laptop"};
      case Tier::calibrated_device:
        return {"uit de processor, vergeleken met de accu van deze laptop",
                "from the processor, compared with its own battery"};
      case Tier::calibrated_model:
        return {"uit de processor en het scherm, zoals bij zulke laptops",
                "from processor and screen, as with such laptops"};
      case Tier::estimated:
        return {"uit hoelang de laptop aanstond of sliep", "from how long it was on or asleep"};
      case Tier::unknown:
        break;
    }
    return {"telt hierboven niet mee", "not in the figures above"};
  }

  void how_known() {
    const ViewSpan& span = view_.month;
    if (span.time <= Duration{0}) return;
    title("Hoe weten we dit?", "How do we know?");
    text_ += std::string(is_this_month() ? say("Deze maand stond de laptop ",
                                               "This month the laptop was on or asleep for ")
                                         : say("Die maand stond de laptop ",
                                               "That month the laptop was on or asleep for ")) +
             length_of_time(span.time, screen_.language) +
             std::string(say(" aan of in slaapstand. Daarvan is:\n", ". Of that time is:\n"));
    for (std::size_t i = 0; i < all_tiers_shown.size(); ++i) {
      if (span.tier_time[i] <= Duration{0}) continue;
      const auto [dutch, english] = explanation(all_tiers_shown[i]);
      text_ += "  " + padded_left(percent(span.tier_time[i], span.time), 6) + "  " +
               padded(std::string(words_for(all_tiers_shown[i], screen_.language)), 25) +
               std::string(say(dutch, english)) + "\n";
    }
    line("Wat de laptop echt gebruikte ligt bijna zeker tussen de twee getallen.",
         "What the laptop really used is almost certainly between the two numbers.");
    if (view_.learned) {
      text_ += std::string(say("Op netstroom: ", "On mains: ")) +
               learned_line(*view_.learned, screen_.language) + ".\n";
    }
    const auto rates = view_.self ? self_rates(*view_.self) : std::nullopt;
    if (!rates || !rates->share_high) return;
    const double percent_high = *rates->share_high * 100;
    const int decimals = percent_high < 0.1 ? 3 : 1;
    const double scale = std::pow(10.0, decimals);
    text_ +=
        std::string(say("Het meten zelf kost minder dan ", "Measuring itself takes less than ")) +
        for_people(std::ceil(percent_high * scale) / scale, decimals, screen_.language) +
        std::string(
            say(" % van dat verbruik: zie 'wattlife self'.\n", " % of it: see 'wattlife self'.\n"));
  }

  void what_helps() {
    title("Wat helpt het meest?", "What helps most?");
    line(
        "Deze laptop langer blijven gebruiken. Bij Nederlandse stroom zit ongeveer 90 % van de",
        "Using this laptop for longer. With Dutch electricity about 90 % of the climate impact of");
    line("klimaatschade van een laptop in het maken ervan, en maar 10 % in de stroom.",
         "a laptop is in making it, and only 10 % in the electricity.");
  }

  void part(std::string_view name, Verdict verdict, std::vector<std::string> remarks) {
    text_ += "  " + padded(std::string(name), 9) +
             std::string(words_for(verdict, screen_.language)) + "\n";
    for (const std::string& remark : remarks) text_ += "           - " + remark + "\n";
    const bool bad =
        verdict == Verdict::watch || verdict == Verdict::replace || verdict == Verdict::fail;
    if (bad) something_wrong_ = true;
  }

  std::vector<std::string> words_of(const std::vector<std::string>& reasons) const {
    std::vector<std::string> words;
    for (const std::string& code : reasons) words.push_back(reason_words(code, screen_.language));
    return words;
  }

  // What a history says goes before what one reading says: a reading alone never makes a battery
  // good, but what it warns of stays.
  void pack(const ViewBattery& battery) {
    const bool has_history = view_.battery && view_.battery->name == battery.name;
    const bool warns = battery.verdict == Verdict::watch || battery.verdict == Verdict::replace ||
                       battery.verdict == Verdict::fail;
    const Verdict over_time = has_history ? view_.battery->battery_class : Verdict::unknown;
    std::vector<std::string> reasons = battery.reasons;
    if (has_history) {  // its own reasons stand with its sentence
      const std::vector<std::string>& said = view_.battery->reasons;
      std::erase_if(reasons, [&](const std::string& code) {
        return std::find(said.begin(), said.end(), code) != said.end();
      });
    }
    std::vector<std::string> remarks = words_of(reasons);
    if (battery.present && battery.health_permille && !has_history) {
      remarks.push_back(
          std::string(say("er past nog ", "it holds ")) +
          for_people(static_cast<double>(*battery.health_permille) / 10.0, 0, screen_.language) +
          std::string(say(" % in van toen hij nieuw was", " % of what it held when it was new")));
    }
    const bool reading_counts = !has_history || (over_time == Verdict::unknown && warns);
    part(say("Accu", "Battery"), reading_counts ? battery.verdict : over_time, std::move(remarks));
  }

  void health() {
    if (view_.batteries.empty() && view_.disks.empty()) return;
    title("Hoe gezond is deze laptop?", "How healthy is this laptop?");
    for (const ViewBattery& battery : view_.batteries) pack(battery);
    for (const ViewDisk& disk : view_.disks) {
      part(say("Schijf", "Drive"), disk.verdict, words_of(disk.reasons));
    }
    if (view_.battery) {
      for (const std::string& sentence : battery_sentences(*view_.battery, screen_.language)) {
        text_ += sentence + "\n";
      }
    }
    if (!something_wrong_) return;
    line("Meld dit bij de helpdesk: vaak kan de laptop met een nieuw onderdeel nog jaren mee.",
         "Tell the help desk: often a new part keeps the laptop going for years.");
  }

  void what_leaves() {
    title("Wat gaat er van deze laptop weg?", "What leaves this laptop?");
    if (!view_.collector) {
      line("Niets. Alle metingen blijven op deze laptop.",
           "Nothing. All measurements stay on this laptop.");
      return;
    }
    const bool four = view_.period == "four-weeks";
    text_ += std::string(four ? say("Eens in de vier weken een bericht aan ",
                                    "Every four weeks a report to ")
                              : say("Eens per week een bericht aan ", "Once a week a report to ")) +
             *view_.collector + std::string(say(", met:\n", ", with:\n"));
    for (const std::string& code : view_.contents) {
      text_ += "  - " + content_words(code, screen_.language) + "\n";
    }
    line("Nooit: namen, programma's, waar de laptop is, of hoe laat hij gebruikt wordt.",
         "Never: names, programs, where the laptop is, or at what time it is used.");
  }

  const View& view_;
  const Moment& moment_;
  const Screen& screen_;
  bool something_wrong_ = false;
  bool partial_ = false;  // a row of a chart has a star
  std::string text_;
};

}  // namespace

bool is_silent(const Moment& moment) { return moment.now - moment.written > longest_silence; }

std::string mijn_text(const View& view, const Moment& moment, const Screen& screen) {
  return Page(view, moment, screen).text();
}

std::string mijn_json(const View& view, const Moment& moment) {
  Members members;
  members.add("written", to_iso8601(moment.written)).add("today", to_iso8601(view.today));
  members.add("simulated", view.simulated).raw("current", current_json(view));
  members.raw("days", spans_json(view.days)).raw("months", spans_json(view.months));
  return members.object() + "\n";
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "agent/learned_words.h"

#include <array>
#include <cmath>

#include "agent/json_members.h"
#include "agent/phrases.h"

namespace wattlife {
namespace {

struct Words {
  std::string_view code, dutch, english;
};

constexpr std::array doubts{
    Words{"none", "", ""},
    Words{"too_few_windows", "er is nog te weinig rustig gemeten op de accu",
          "too few steady moments on battery yet"},
    Words{"too_few_load_levels", "op de accu had de laptop het steeds ongeveer even druk",
          "on battery the load was always about the same"},
    Words{"one_session",
          "de laptop werkte nog maar een keer op de accu; er is niets om het mee te "
          "vergelijken",
          "it was on battery only once; there is nothing to test against"},
    Words{"gauge_unchecked",
          "de meter van de accu is nog niet gecontroleerd; daarvoor is een half "
          "uur op de accu nodig",
          "its gauge is not checked yet; that takes half an hour on battery"},
    Words{"gauge_inconsistent", "de meter van de accu spreekt zichzelf tegen",
          "its gauge contradicts itself"},
    Words{"poor_prediction", "wat geleerd is, voorspelt andere keren op de accu slecht",
          "what was learned predicts other times on battery badly"},
    Words{"prior_carries", "op netstroom werkt de laptop anders dan ooit op de accu",
          "on mains it works in a way that was never seen on battery"}};

constexpr std::array parts{Words{"base", "basis", "base"},
                           Words{"processor", "processor", "processor"},
                           Words{"panel", "scherm", "panel"},
                           Words{"backlight", "schermlicht", "backlight"},
                           Words{"drive", "schijf", "drive"},
                           Words{"network", "netwerk", "network"},
                           Words{"graphics", "videokaart", "graphics"}};

template <class Table>
std::string words_of(const Table& table, std::string_view code, Language language) {
  for (const Words& words : table) {
    if (words.code == code) return std::string(either(language, words.dutch, words.english));
  }
  return std::string(code);
}

std::string row(std::string_view label, const std::string& value) {
  return "  " + padded(std::string(label), 14) + value + "\n";
}

// Up, so that rounding never promises more than is known.
std::string percent_up(std::int64_t permille, Language language) {
  return for_people(std::ceil(static_cast<double>(permille) / 10.0), 0, language) + " %";
}

std::string give_or_take(const std::optional<std::int64_t>& permille, Language language) {
  return permille ? ", +/- " + percent_up(*permille, language) : "";
}

std::string battery_hours(Duration time, Language language) {
  const auto hours = static_cast<std::int64_t>(time / std::chrono::hours(1));
  if (hours < 1) {
    return std::string(either(language, "minder dan een accu-uur", "less than an hour on battery"));
  }
  return counted(hours, either(language, "accu-uur", "hour on battery"),
                 either(language, "accu-uren", "hours on battery"));
}

std::string class_words(const ViewLearned& learned, Language language) {
  return std::string(learned.prior_from_file
                         ? either(language, "schatting van het model", "estimate of its model")
                         : either(language, "schatting van de klasse", "estimate of its class"));
}

std::string weight(std::int64_t value, std::int64_t margin, const std::string& unit,
                   Language language) {
  return for_people(static_cast<double>(value) / 1000.0, 2, language) + " +/- " +
         for_people(static_cast<double>(margin) / 1000.0, 2, language) + " " + unit;
}

std::string learned_from(const ViewLearned& learned, Language language) {
  std::string text = counted(learned.windows, either(language, "rustig moment", "steady moment"),
                             either(language, "rustige momenten", "steady moments"));
  text += either(language, ", in ", ", in ");
  text += counted(learned.sessions, either(language, "keer op de accu", "time on battery"),
                  either(language, "keer op de accu", "times on battery"));
  text += " (" + length_of_time(learned.time, language) + ")";
  if (!learned.since.empty()) {
    text += std::string(either(language, ", sinds ", ", since ")) + learned.since;
  }
  return text;
}

std::string table_of_weights(const ViewLearned& learned, Language language) {
  constexpr std::size_t width = 22;
  std::string text =
      row(either(language, "Deel", "Part"),
          padded(std::string(either(language, "geleerd", "learned")), width) +
              std::string(either(language, "vooraf gedacht", "believed before")) + " (" +
              (learned.prior_from_file ? std::string(either(language, "bestand", "file"))
                                       : learned.form) +
              ")");
  for (const ViewLearned::Weight& part : learned.weights) {
    const std::string now =
        part.learned_milli && part.learned_margin_milli
            ? weight(*part.learned_milli, *part.learned_margin_milli, part.unit, language)
            : "-";
    text += row(words_of(parts, part.part, language),
                padded(now, width) +
                    weight(part.prior_milli, part.prior_margin_milli, part.unit, language));
  }
  return text;
}

}  // namespace

std::string doubt_words(std::string_view code, Language language) {
  return words_of(doubts, code, language);
}

std::string learned_line(const ViewLearned& learned, Language language) {
  if (learned.virtual_machine) {
    return std::string(either(language, "niets te leren: dit is een virtuele machine",
                              "nothing to learn: this is a virtual machine"));
  }
  const std::string error = give_or_take(learned.mains_error_permille, language);
  const std::string reason = doubt_words(learned.doubt, language);
  const std::string why = reason.empty() ? "" : " (" + reason + ")";
  if (learned.model == "calibrated") {
    return std::string(either(language, "geleerd van ", "learned from ")) +
           battery_hours(learned.time, language) + error;
  }
  if (learned.model == "part_calibrated") {
    const std::string_view partly = either(language, "deels geleerd", "learned in part");
    const std::string from =
        learned.windows > 0 ? std::string(either(language, " van ", " from ")) +
                                  battery_hours(learned.time, language)
                            : std::string(either(language, ", voordat er onderdelen veranderden",
                                                 ", before parts of it changed"));
    return std::string(partly) + from + error + why;
  }
  const bool refused = learned.doubt == "poor_prediction" || learned.doubt == "gauge_inconsistent";
  return std::string(refused ? either(language, "niet geleerd: ", "not learned: ")
                             : either(language, "nog niet geleerd: ", "not learned yet: ")) +
         class_words(learned, language) + error + why;
}

std::string learned_section(const ViewLearned& learned, Language language) {
  std::string text(
      either(language, "Wat deze laptop heeft geleerd\n", "What this laptop has taught\n"));
  text += row(either(language, "Op netstroom", "On mains"), learned_line(learned, language));
  if (learned.virtual_machine) return text;
  text += row(either(language, "Geleerd van", "Learned from"),
              learned.windows > 0 ? learned_from(learned, language)
                                  : std::string(either(language, "nog niets", "nothing yet")));
  if (learned.left_out_error_permille) {
    text += row(either(language, "Proef", "Test"),
                std::string(either(language, "gemiddeld ", "off by ")) +
                    percent_up(*learned.left_out_error_permille, language) +
                    std::string(either(language, " ernaast op keren die even niet meetelden",
                                       " in the mean, on times that were left out")));
  }
  text += table_of_weights(learned, language);
  text += "  " +
          std::string(either(
              language, "+/- is met 95 % zekerheid. W/W: watt in de laptop per watt van dat deel.",
              "+/- is with 95 % certainty. W/W: watts of the laptop for each watt of that part."));
  return text + "\n";
}

std::string learned_json(const ViewLearned& learned) {
  Members members;
  members.add("model", learned.model).add("doubt", learned.doubt);
  members.add("virtual_machine", learned.virtual_machine).add("form", learned.form);
  members.add("prior_from_file", learned.prior_from_file);
  members.add("windows", learned.windows).add("sessions", learned.sessions);
  members.add("time_ms", learned.time.count());
  members.add("since", learned.since.empty() ? Cell() : Cell(learned.since));
  members.add("left_out_error_permille", known(learned.left_out_error_permille));
  members.add("mains_error_permille", known(learned.mains_error_permille));
  members.raw("weights", json_array(learned.weights, [](const ViewLearned::Weight& part) {
                return Members()
                    .add("part", part.part)
                    .add("unit", part.unit)
                    .add("learned_milli", known(part.learned_milli))
                    .add("learned_margin_milli", known(part.learned_margin_milli))
                    .add("prior_milli", part.prior_milli)
                    .add("prior_margin_milli", part.prior_margin_milli)
                    .object();
              }));
  return members.object();
}

}  // namespace wattlife

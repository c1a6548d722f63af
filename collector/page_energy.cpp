// SPDX-License-Identifier: EUPL-1.2
// The energy of the fleet on the page: one number with its interval, where it comes from, and how
// much of the time is known.
#include <algorithm>

#include "collector/page.h"
#include "collector/rest_api.h"

namespace wattlife {
namespace {

// As many decimals as make sense for the largest of a figure's numbers.
int decimals_of(const EnergyFigure& figure) {
  const double high = to_kilowatt_hours(figure.interval.high);
  return high < 10 ? 2 : high < 1000 ? 1 : 0;
}

std::string kwh(const EnergyFigure& figure, Language language) {
  return for_people(to_kilowatt_hours(figure.energy), decimals_of(figure), language);
}

std::string interval(const EnergyFigure& figure, Language language) {
  const int decimals = decimals_of(figure);
  return std::string(say(language, "tussen ", "between ")) +
         for_people(to_kilowatt_hours(figure.interval.low), decimals, language) +
         say(language, " en ", " and ") +
         for_people(to_kilowatt_hours(figure.interval.high), decimals, language) + " kWh";
}

std::string percent(int permille, Language language) {
  return for_people(permille / 10.0, permille % 10 == 0 ? 0 : 1, language) + " %";
}

std::string tier_words(const TierShare& share, Language language) {
  std::string words;
  for (const Tier tier : share.tiers) {
    if (!words.empty()) words += say(language, " en ", " and ");
    words += language == Language::dutch ? dutch_name_of(tier) : english_name_of(tier);
  }
  return words;
}

// A bar of parts; the table beside it holds the same numbers, so it is hidden from a screen reader.
std::string tier_bar(const FleetEnergy& energy) {
  std::string svg =
      "<svg class=\"bar\" viewBox=\"0 0 1000 40\" preserveAspectRatio=\"none\" "
      "aria-hidden=\"true\" focusable=\"false\">";
  int from = 0;
  for (std::size_t i = 0; i < energy.tiers.size(); ++i) {
    svg += "<rect class=\"part part-" + std::to_string(i % 4) + "\" x=\"" + std::to_string(from) +
           "\" y=\"0\" width=\"" + std::to_string(energy.tiers[i].permille) +
           "\" height=\"40\"></rect>";
    from += energy.tiers[i].permille;
  }
  return svg + "</svg>\n";
}

std::string tier_table(const FleetEnergy& energy, Language language) {
  std::string html = std::string("<table class=\"small\">\n<caption>") +
                     say(language, "Waar het cijfer vandaan komt", "Where the figure comes from") +
                     "</caption>\n<thead><tr><th scope=\"col\">" +
                     say(language, "Herkomst", "Origin") +
                     "</th><th scope=\"col\" class=\"number\">" + say(language, "Deel", "Share") +
                     "</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < energy.tiers.size(); ++i) {
    html +=
        "<tr><th scope=\"row\"><svg class=\"key\" viewBox=\"0 0 10 10\" aria-hidden=\"true\" "
        "focusable=\"false\"><rect class=\"part part-" +
        std::to_string(i % 4) + "\" width=\"10\" height=\"10\"></rect></svg> " +
        tier_words(energy.tiers[i], language) + "</th><td class=\"number\">" +
        percent(energy.tiers[i].permille, language) + "</td></tr>\n";
  }
  return html + "</tbody>\n</table>\n";
}

std::string period_table(const FleetEnergy& energy, Language language) {
  std::string html =
      std::string("<table class=\"small\">\n<caption>") +
      say(language, "Per periode", "By period") + "</caption>\n<thead><tr><th scope=\"col\">" +
      say(language, "Periode", "Period") + "</th><th scope=\"col\" class=\"number\">" +
      say(language, "Apparaten", "Devices") +
      "</th><th scope=\"col\" class=\"number\">kWh</th><th scope=\"col\">" +
      say(language, "95 % zeker", "95 % certain") + "</th></tr></thead>\n<tbody>\n";
  for (const PeriodEnergy& row : energy.periods) {
    html += "<tr><th scope=\"row\">" +
            (row.period
                 ? period_for_people(*row.period, language)
                 : std::string(say(language, "Overige perioden samen", "Other periods together"))) +
            "</th><td class=\"number\">" + std::to_string(row.devices) +
            "</td><td class=\"number\">" + kwh(row.consumed, language) + "</td><td>" +
            interval(row.consumed, language) + "</td></tr>\n";
  }
  return html + "</tbody>\n</table>\n";
}

std::string notes(const PageData& data) {
  const FleetEnergy& energy = data.energy;
  const Language language = data.language;
  std::string html = "<ul class=\"notes\">\n";
  if (energy.wall) {
    html += std::string("<li>") +
            say(language, "Uit het stopcontact: ", "Drawn from the socket: ") +
            kwh(*energy.wall, language) + " kWh (" + interval(*energy.wall, language) + "). " +
            say(language, "Dit is bekend voor ", "This is known for ") +
            percent(energy.wall_coverage_permille, language) +
            say(language, " van de tijd aan het net.", " of the time on mains.") + "</li>\n";
  }
  html += std::string("<li>") + say(language, "Van ", "Of ") +
          percent(energy.coverage_permille, language) +
          say(language, " van de tijd is het verbruik bekend. De rest is niet geschat, maar leeg.",
              " of the time the use is known. The rest was not estimated; it is empty.") +
          "</li>\n";
  if (energy.hidden_periods > 0) {
    html += "<li>" + std::to_string(energy.hidden_periods) +
            say(language,
                energy.hidden_periods == 1
                    ? " periode met minder dan 10 apparaten is niet meegeteld."
                    : " perioden met minder dan 10 apparaten zijn niet meegeteld.",
                energy.hidden_periods == 1 ? " period with fewer than 10 devices is left out."
                                           : " periods with fewer than 10 devices are left out.") +
            "</li>\n";
  }
  html += std::string("<li>") +
          say(language,
              "Dit stroomverbruik zit al in de meter van het gebouw. Tel het niet nog eens op.",
              "This electricity is in the building's meter already. Do not add it again.") +
          "</li>\n<li>" + say(language, "Methode: ", "Method: ");
  for (std::size_t i = 0; i < energy.methods.size(); ++i) {
    html += (i > 0 ? ", <code>" : "<code>") + html_escaped(energy.methods[i]) + "</code>";
  }
  return html + "</li>\n</ul>\n";
}

}  // namespace

std::string energy_section(const PageData& data) {
  const FleetEnergy& energy = data.energy;
  const Language language = data.language;
  std::string html =
      std::string("<section aria-labelledby=\"energie\" class=\"card\">\n<h2 id=\"energie\">") +
      say(language, "Stroomverbruik van alle laptops samen", "Electricity used by all laptops") +
      "</h2>\n";
  if (!energy.consumed) {
    return html + "<p class=\"empty\">" +
           say(language, "Nog geen 10 apparaten met verbruik in één periode (nu ",
               "Fewer than 10 devices with energy in one period (now ") +
           std::to_string(energy.devices) +
           say(language, "). Voor kleinere groepen tonen we geen verbruik.",
               "). For smaller groups no energy is shown.") +
           "</p>\n</section>\n";
  }
  const auto simulated =
      std::count_if(data.devices.begin(), data.devices.end(), [](const AssessedDevice& device) {
        return device.device.simulated && !device.device.periods.empty();
      });
  html += "<p class=\"figure\"><strong>" + kwh(*energy.consumed, language) +
          " kWh</strong> <span>" + interval(*energy.consumed, language) +
          say(language, " (95 % zeker)", " (95 % certain)") + "</span></p>\n<p>" +
          std::to_string(energy.devices) + say(language, " apparaten", " devices");
  if (simulated > 0) {
    html += std::string(", <span class=\"label\">") + say(language, "waarvan ", "of which ") +
            std::to_string(simulated) + say(language, " gesimuleerd", " simulated") + "</span>";
  }
  html += ".</p>\n" + tier_bar(energy) + "<div class=\"tables\">\n" + tier_table(energy, language) +
          period_table(energy, language) + "</div>\n" + notes(data) + "</section>\n";
  return html;
}

}  // namespace wattlife

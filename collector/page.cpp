// SPDX-License-Identifier: EUPL-1.2
#include "collector/page.h"

#include <algorithm>

namespace wattlife {
namespace {

constexpr const char* months_nl[] = {"januari",   "februari", "maart",    "april",
                                     "mei",       "juni",     "juli",     "augustus",
                                     "september", "oktober",  "november", "december"};
constexpr const char* months_en[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

std::string month_for_people(std::chrono::month month, Language language) {
  const auto index = static_cast<unsigned>(month) - 1;
  return language == Language::dutch ? months_nl[index] : months_en[index];
}

std::string number_of_day(std::chrono::day day) {
  return std::to_string(static_cast<unsigned>(day));
}

std::string banner(Language language, const std::string& action) {
  const std::string kept = action.empty() ? "" : "&amp;actie=" + html_escaped(action);
  const bool dutch = language == Language::dutch;
  std::string html = std::string("<a class=\"skip\" href=\"#inhoud\">") +
                     say(language, "Naar de inhoud", "Skip to content") +
                     "</a>\n<header class=\"banner\">\n<p class=\"brand\">Wattlife <span>" +
                     say(language, "werklijst laptops", "laptop work list") +
                     "</span></p>\n<nav aria-label=\"" + say(language, "Taal", "Language") +
                     "\"><ul class=\"languages\">";
  html += std::string("<li><a lang=\"nl\" hreflang=\"nl\" href=\"/?lang=nl") + kept + "\"" +
          (dutch ? " aria-current=\"true\"" : "") + ">Nederlands</a></li>";
  html += std::string("<li><a lang=\"en\" hreflang=\"en\" href=\"/?lang=en") + kept + "\"" +
          (dutch ? "" : " aria-current=\"true\"") + ">English</a></li>";
  return html + "</ul></nav>\n</header>\n";
}

int devices_with_action(const PageData& data) {
  return static_cast<int>(
      std::count_if(data.devices.begin(), data.devices.end(), [](const AssessedDevice& device) {
        const auto& reasons = device.assessment.reasons;
        return std::any_of(reasons.begin(), reasons.end(),
                           [](const Reason& reason) { return !reason.action_nl.empty(); });
      }));
}

std::string devices_word(int count, Language language) {
  const std::string number = std::to_string(count);
  if (count == 1) return number + say(language, " apparaat", " device");
  return number + say(language, " apparaten", " devices");
}

std::string actions_section(const PageData& data) {
  const Language language = data.language;
  std::string html = std::string("<section aria-labelledby=\"te-doen\">\n<h1 id=\"te-doen\">") +
                     say(language, "Wat kunt u nu doen?", "What can you do next?") + "</h1>\n";
  if (data.devices.empty()) {
    return html + "<p class=\"empty\">" +
           (data.viewer.only_registered
                ? say(language, "Er zijn nog geen laptops bij u aangemeld.",
                      "No laptops have been registered with you yet.")
                : say(language,
                      "Nog geen apparaten. Maak een token met <code>wattlife-collector token "
                      "create</code> en geef het aan de laptops; daarna verschijnen ze hier.",
                      "No devices yet. Make a token with <code>wattlife-collector token "
                      "create</code> and give it to the laptops; they will then appear here.")) +
           "</p>\n</section>\n";
  }
  const int total = static_cast<int>(data.devices.size());
  const int busy = devices_with_action(data);
  if (data.actions.empty()) {
    return html + "<p class=\"lead\">" + devices_word(total, language) + ". " +
           say(language, "Er is nu niets te doen.", "There is nothing to do now.") +
           "</p>\n</section>\n";
  }
  html += "<p class=\"lead\">" + devices_word(total, language) + ". " + say(language, "Bij ", "") +
          std::to_string(busy) + say(language, " is iets te doen, bij ", " need something, ") +
          std::to_string(total - busy) + say(language, " niets.", " need nothing.") +
          "</p>\n<ol class=\"actions\">\n";
  for (const ActionCount& action : data.actions) {
    const bool chosen = action.rule == data.action;
    html += std::string("<li><a href=\"/?lang=") + say(language, "nl", "en") +
            "&amp;actie=" + html_escaped(action.rule) + "#apparaten\"" +
            (chosen ? " aria-current=\"true\"" : "") + "><span class=\"count\">" +
            std::to_string(action.devices) + "<span class=\"times\"> ×</span></span> <span>" +
            html_escaped(language == Language::dutch ? action.nl : action.en) +
            "</span></a></li>\n";
  }
  return html + "</ol>\n</section>\n";
}

// For who sees no single devices.
std::string sums_title(Language language) {
  return std::string("<h1>") +
         say(language, "Alle organisaties samen", "All organisations together") + "</h1>\n";
}

std::string footer(const PageData& data) {
  const Language language = data.language;
  if (!data.viewer.single_devices) {
    return std::string("<footer>\n<p><a href=\"/v1/energieoverzicht\">") +
           say(language, "Gegevens voor systemen (JSON)", "Data for systems (JSON)") +
           "</a></p>\n</footer>\n</body>\n</html>\n";
  }
  return std::string("<footer>\n<p>") +
         say(language, "De software stelt voor, een mens beslist. Regels versie ",
             "Software proposes, a person decides. Rules version ") +
         html_escaped(data.rule_version) + ".</p>\n<p>" +
         (data.viewer.confirms
              ? std::string("<a href=\"/inschrijvingen") + say(language, "", "?lang=en") + "\">" +
                    say(language, "Inschrijvingen bevestigen", "Confirm enrolments") + "</a> · "
              : std::string()) +
         "<a href=\"/werklijst?formaat=csv\">" +
         say(language, "Werklijst als CSV (voor Excel)", "Work list as CSV (for Excel)") +
         "</a> · <a href=\"/v1/apparaten\">" +
         say(language, "Gegevens voor systemen (JSON)", "Data for systems (JSON)") +
         "</a></p>\n</footer>\n</body>\n</html>\n";
}

}  // namespace

Language language_of(const Request& request) {
  return query_value(request.query, "lang") == "en" ? Language::english : Language::dutch;
}

std::string day_for_people(UtcDay day, Language language) {
  const std::chrono::year_month_day date{day};
  return number_of_day(date.day()) + " " + month_for_people(date.month(), language) + " " +
         std::to_string(static_cast<int>(date.year()));
}

std::string period_for_people(const Period& period, Language language) {
  // Periods never cross the end of a month.
  const UtcDay last = period.end - std::chrono::days(1);
  if (last <= period.begin) return day_for_people(period.begin, language);
  const std::chrono::year_month_day begin{period.begin};
  return number_of_day(begin.day()) + say(language, " t/m ", " to ") +
         day_for_people(last, language);
}

std::string page_head(Language language, const std::string& title) {
  return std::string("<!DOCTYPE html>\n<html lang=\"") + say(language, "nl", "en") +
         "\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         html_escaped(title) +
         "</title>\n<link rel=\"stylesheet\" href=\"/stijl.css\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n</head>\n<body>\n";
}

std::string viewer_part(const Viewer& viewer, Language language) {
  if (viewer.open) {
    return std::string("<p class=\"notice\" role=\"note\">") +
           say(language,
               "Op deze collector meldt niemand zich aan. Iedereen op deze computer ziet deze "
               "gegevens; andere computers niet.",
               "Nobody signs in to this collector. Everyone on this computer sees these data; "
               "other computers do not.") +
           "</p>\n";
  }
  std::string html = std::string("<div class=\"viewer\">\n<p>") +
                     say(language, "Aangemeld als ", "Signed in as ") + "<strong>" +
                     html_escaped(viewer.name) + "</strong>" +
                     (viewer.roles.empty() ? "" : " (" + html_escaped(viewer.roles) + ")") +
                     "</p>\n";
  if (!viewer.form_token.empty()) {
    html += std::string("<form method=\"post\" action=\"/afmelden") +
            say(language, "", "?lang=en") +
            "\"><input type=\"hidden\" name=\"formulier\" value=\"" +
            html_escaped(viewer.form_token) + "\"><button type=\"submit\">" +
            say(language, "Afmelden", "Sign out") + "</button></form>\n";
  }
  return html + "</div>\n";
}

std::string page_html(const PageData& data) {
  const Viewer& viewer = data.viewer;
  std::string sections = viewer.single_devices ? actions_section(data) : sums_title(data.language);
  sections += energy_section(data);
  if (viewer.single_devices) sections += devices_section(data);
  return page_head(data.language, say(data.language, "Werklijst laptops - Wattlife",
                                      "Laptop work list - Wattlife")) +
         banner(data.language, data.action) + viewer_part(viewer, data.language) +
         "<main id=\"inhoud\">\n" + sections + "</main>\n" + footer(data);
}

std::string not_found_html(Language language) {
  return page_head(language, say(language, "Niet gevonden - Wattlife", "Not found - Wattlife")) +
         "<main id=\"inhoud\">\n<h1>" +
         say(language, "Deze pagina is er niet", "This page does not exist") +
         "</h1>\n<p><a href=\"/\">" + say(language, "Naar de werklijst", "To the work list") +
         "</a></p>\n</main>\n</body>\n</html>\n";
}

}  // namespace wattlife

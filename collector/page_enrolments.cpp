// SPDX-License-Identifier: EUPL-1.2
#include "collector/page_enrolments.h"

#include <algorithm>

#include "collector/digest.h"
#include "collector/rest_api.h"

namespace wattlife {
namespace {

struct OutcomeWords {
  FormOutcome outcome;
  const char* code;
  bool good;
  const char* dutch;  // after the number, when there is one
  const char* english;
};
constexpr OutcomeWords outcome_words[] = {
    {FormOutcome::none, "", true, "", ""},
    {FormOutcome::confirmed, "bevestigd", true, "bevestigd. De meetberichten tellen nu mee.",
     "confirmed. Their reports count now."},
    {FormOutcome::revoked, "ingetrokken", true,
     "ingetrokken. Meetberichten worden niet meer aangenomen.",
     "revoked. Reports are no longer accepted."},
    {FormOutcome::nothing_chosen, "niets-gekozen", false,
     "Er is niets veranderd: u koos geen apparaat. Vink eerst een of meer apparaten aan.",
     "Nothing was changed: no device was chosen. Tick one or more devices first."},
    {FormOutcome::no_reason, "geen-reden", false,
     "Er is niets veranderd: kies eerst een reden om af te wijzen of in te trekken.",
     "Nothing was changed: choose a reason to refuse or revoke first."},
    {FormOutcome::changed, "veranderd", false,
     "Er is niets veranderd: deze lijst was intussen anders. Bekijk de lijst hieronder opnieuw.",
     "Nothing was changed: this list was different by then. Look at the list below again."},
};

const OutcomeWords& words_of(FormOutcome outcome) {
  return *std::find_if(std::begin(outcome_words), std::end(outcome_words),
                       [&](const OutcomeWords& row) { return row.outcome == outcome; });
}

std::string devices_word(std::int64_t count, Language language) {
  return std::to_string(count) + (count == 1 ? say(language, " apparaat", " device")
                                             : say(language, " apparaten", " devices"));
}

std::string address(const EnrolmentsPage& page, const std::string& more = "") {
  std::string query = say(page.language, "", "lang=en");
  if (!more.empty()) query += (query.empty() ? "" : "&amp;") + more;
  return std::string(enrolments_page_path) + (query.empty() ? "" : "?" + query);
}

std::string banner(const EnrolmentsPage& page) {
  const bool dutch = page.language == Language::dutch;
  const std::string list = page.confirmed_list ? "&amp;lijst=bevestigd" : "";
  const auto link = [&](const char* code, const char* name, bool current) {
    return std::string("<li><a lang=\"") + code + "\" hreflang=\"" + code +
           "\" href=\"/inschrijvingen?lang=" + code + list + "\"" +
           (current ? " aria-current=\"true\"" : "") + ">" + name + "</a></li>";
  };
  return std::string("<a class=\"skip\" href=\"#inhoud\">") +
         say(page.language, "Naar de inhoud", "Skip to content") +
         "</a>\n<header class=\"banner\">\n<p class=\"brand\">Wattlife <span>" +
         say(page.language, "inschrijvingen van laptops", "enrolments of laptops") +
         "</span></p>\n<nav aria-label=\"" + say(page.language, "Taal", "Language") +
         "\"><ul class=\"languages\">" + link("nl", "Nederlands", dutch) +
         link("en", "English", !dutch) + "</ul></nav>\n</header>\n";
}

std::string outcome_part(const EnrolmentsPage& page) {
  if (page.outcome == FormOutcome::none) return "";
  const OutcomeWords& words = words_of(page.outcome);
  const std::string text = (words.good ? devices_word(page.count, page.language) + " " : "") +
                           say(page.language, words.dutch, words.english);
  return std::string("<p class=\"") +
         (words.good ? "outcome\" role=\"status" : "trouble\" role=\"alert") + "\">" + text +
         "</p>\n";
}

std::string name_of_organisation(const EnrolmentsPage& page, const std::string& oin) {
  const auto found = page.names.find(oin);
  return html_escaped(found == page.names.end() ? oin : found->second);
}

std::string label(const char* text) {
  return std::string(" <span class=\"label\">") + text + "</span>";
}

std::string device_cell(const EnrolmentsPage& page, const EnrolmentRow& row,
                        const std::string& control) {
  const Language language = page.language;
  const std::string name = name_for_people(row);
  const std::string shown =
      name.empty() ? say(language, "Onbekend model", "Unknown model") : html_escaped(name);
  const std::string named =
      shown + "<br><span class=\"quiet\">" + hex_from_bytes(row.id).substr(0, 8) + "</span>";
  std::string html =
      control.empty() ? named : "<label for=\"" + control + "\">" + named + "</label>";
  if (row.simulated) html += label(say(language, "gesimuleerd", "simulated"));
  if (row.unproven) html += label(say(language, "identiteit niet bewezen", "identity not proven"));
  const auto serial = page.serials.find(row.id);
  if (serial != page.serials.end()) {
    html += std::string("<br><span class=\"quiet\">") + say(language, "serienummer ", "serial ") +
            html_escaped(serial->second) + "</span>";
  }
  return html;
}

std::string organisation_cell(const EnrolmentsPage& page, const EnrolmentRow& row) {
  std::string html = name_of_organisation(page, row.oin);
  if (!row.operator_oin.empty()) {
    html += std::string("<br><span class=\"quiet\">") +
            say(page.language, "beheerd door ", "operated by ") +
            name_of_organisation(page, row.operator_oin) + "</span>";
  }
  return html;
}

// What is known that helps a person decide.
std::string evidence_cell(const EnrolmentRow& row, Language language) {
  std::string html;
  const auto add = [&](bool holds, const char* dutch, const char* english) {
    if (holds) html += std::string("<li>") + say(language, dutch, english) + "</li>";
  };
  add(row.state == EnrolmentState::conflict,
      "Twee installaties melden zich als hetzelfde apparaat. Kies de juiste; de andere blijft "
      "geweigerd.",
      "Two installations report as the same device. Choose the right one; the other stays "
      "refused.");
  add(row.continues_known,
      "Zelfde hardware als een bekend apparaat: opnieuw geïnstalleerd, of een kloon. Bevestigen "
      "zet de geschiedenis van dat apparaat voort.",
      "Same hardware as a known device: installed anew, or a clone. Confirming continues the "
      "history of that device.");
  add(row.continued,
      "Ging zonder bevestiging verder als een bekend apparaat: zelfde hardware of sleutel, met "
      "een certificaat van de organisatie.",
      "Went on as a known device without confirmation: same hardware or key, with a certificate "
      "of the organisation.");
  add(row.in_stock, "Serienummer staat in de ingelezen inventaris.",
      "Its serial number stands in the imported inventory.");
  add(row.by_certificate, "Ingeschreven met een certificaat.", "Enrolled with a certificate.");
  add(!row.by_certificate, "Ingeschreven met een token.", "Enrolled with a token.");
  return "<ul class=\"reasons\">" + html + "</ul>";
}

enum class Control { none, checkbox, radio };

std::string table_row(const EnrolmentsPage& page, const EnrolmentRow& row, Control control) {
  const std::string id = hex_from_bytes(row.id);
  const std::string place = control == Control::none ? "" : "kies-" + id;
  std::string html = "<tr>";
  if (control != Control::none) {
    html += std::string("<td><input type=\"") + (control == Control::radio ? "radio" : "checkbox") +
            "\" name=\"kies\" value=\"" + id + "\" id=\"" + place + "\"></td>";
  }
  return html + "<th scope=\"row\">" + device_cell(page, row, place) + "</th><td>" +
         organisation_cell(page, row) + "</td><td>" + day_for_people(row.first_day, page.language) +
         "</td><td>" + day_for_people(row.last_day, page.language) + "</td><td>" +
         evidence_cell(row, page.language) + "</td></tr>\n";
}

std::string table_of(const EnrolmentsPage& page, const std::vector<const EnrolmentRow*>& rows,
                     const std::string& section, const std::string& caption, Control control) {
  static constexpr Phrase columns[] = {
      {"", "Apparaat", "Device"},
      {"", "Organisatie", "Organisation"},
      {"", "Eerste keer gezien", "First seen"},
      {"", "Laatste keer gezien", "Last seen"},
      {"", "Wat er bekend is", "What is known"},
  };
  std::string html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"" +
                     section + "\">\n<table class=\"devices\">\n<caption>" + caption +
                     "</caption>\n<thead><tr>";
  if (control != Control::none) {
    html += std::string("<th scope=\"col\">") + say(page.language, "Kies", "Choose") + "</th>";
  }
  for (const Phrase& column : columns) {
    html += std::string("<th scope=\"col\">") + say(page.language, column) + "</th>";
  }
  html += "</tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < rows.size() && i < most_rows_shown; ++i) {
    html += table_row(page, *rows[i], control);
  }
  html += "</tbody>\n</table>\n</div>\n";
  if (rows.size() > most_rows_shown) {
    html += "<p>" +
            std::string(say(page.language, "De eerste 500 staan hier; in totaal zijn er ",
                            "The first 500 are shown; in all there are ")) +
            std::to_string(rows.size()) + ".</p>\n";
  }
  return html;
}

std::string button(const char* does, const std::string& text, bool quiet = false) {
  return std::string("<button type=\"submit\" name=\"doe\" value=\"") + does + "\"" +
         (quiet ? " class=\"second\"" : "") + ">" + text + "</button>\n";
}

std::string refusing(const EnrolmentsPage& page, const char* place, const std::string& text) {
  std::string html = "<div class=\"choice\">\n<label for=\"" + std::string(place) + "\">" +
                     say(page.language, "Reden", "Reason") + "</label>\n<select id=\"" + place +
                     "\" name=\"reden\">\n<option value=\"\">" +
                     say(page.language, "Kies een reden", "Choose a reason") + "</option>\n";
  for (const RevokeReason& reason : revoke_reasons) {
    html += "<option value=\"" + std::string(reason.code) + "\">" +
            say(page.language, reason.dutch, reason.english) + "</option>\n";
  }
  return html + "</select>\n" + button("intrekken", text, true) + "</div>\n";
}

std::vector<const EnrolmentRow*> chosen(const EnrolmentsPage& page,
                                        bool (*fits)(const EnrolmentRow&)) {
  std::vector<const EnrolmentRow*> rows;
  for (const EnrolmentRow& row : page.rows) {
    if (fits(row)) rows.push_back(&row);
  }
  return rows;
}

std::string section(const char* id, const std::string& heading, const std::string& content) {
  return std::string("<section aria-labelledby=\"") + id + "\">\n<h2 id=\"" + id + "\">" + heading +
         "</h2>\n" + content + "</section>\n";
}

std::string nothing_there(const char* text) {
  return std::string("<p class=\"empty\">") + text + "</p>\n";
}

// What a person can do with a table.
struct Choice {
  Control control;
  const char* legend;
  std::string buttons;
};

// The table with what can be done with it, for who can change something.
std::string form_of(const EnrolmentsPage& page, const std::vector<const EnrolmentRow*>& rows,
                    const char* id, const std::string& caption, const Choice& choice) {
  if (page.form_token.empty()) return table_of(page, rows, id, caption, Control::none);
  return "<form method=\"post\" action=\"" +
         address(page, page.confirmed_list ? "lijst=bevestigd" : "") +
         "\">\n<input type=\"hidden\" name=\"formulier\" value=\"" + html_escaped(page.form_token) +
         "\">\n<fieldset>\n<legend>" + choice.legend + "</legend>\n" +
         table_of(page, rows, id, caption, choice.control) + choice.buttons +
         "</fieldset>\n</form>\n";
}

std::string waiting_buttons(const EnrolmentsPage& page,
                            const std::vector<const EnrolmentRow*>& rows) {
  const Language language = page.language;
  const auto in_stock = std::count_if(rows.begin(), rows.end(),
                                      [](const EnrolmentRow* row) { return row->in_stock; });
  std::string html =
      "<input type=\"hidden\" name=\"getoond\" value=\"" + mark_of_waiting(page.rows) +
      "\">\n<div class=\"choice\">\n" +
      button("bevestig",
             say(language, "Bevestig de gekozen apparaten", "Confirm the chosen devices")) +
      button("bevestig-nieuw",
             say(language, "Bevestig de gekozen als nieuwe apparaten",
                 "Confirm the chosen as new devices"),
             true) +
      "</div>\n<div class=\"choice\">\n" +
      button("bevestig-alle",
             say(language, "Bevestig alle ", "Confirm all ") + std::to_string(rows.size()), true);
  if (in_stock > 0) {
    html += button("bevestig-inventaris",
                   say(language, "Bevestig wat in de ingelezen inventaris staat: ",
                       "Confirm what stands in the imported inventory: ") +
                       std::to_string(in_stock),
                   true);
  }
  return html + "</div>\n" +
         refusing(page, "reden-wacht",
                  say(language, "Weiger de gekozen apparaten", "Refuse the chosen devices"));
}

std::string waiting_section(const EnrolmentsPage& page) {
  const Language language = page.language;
  const char* heading = say(language, "Te bevestigen", "To be confirmed");
  const auto rows =
      chosen(page, [](const EnrolmentRow& row) { return row.state == EnrolmentState::to_confirm; });
  if (rows.empty()) {
    return section("wacht", heading,
                   nothing_there(say(language, "Er wacht niets op bevestiging.",
                                     "Nothing waits for confirmation.")));
  }
  const std::string caption = devices_word(static_cast<std::int64_t>(rows.size()), language) +
                              (rows.size() == 1 ? say(language, " wacht.", " waits.")
                                                : say(language, " wachten.", " wait.")) +
                              say(language, " Meetberichten worden apart gehouden tot u bevestigt.",
                                  " Reports are kept apart until you confirm.");
  return section("wacht", heading,
                 form_of(page, rows, "wacht", caption,
                         {Control::checkbox,
                          say(language, "Kies apparaten en bevestig of weiger ze",
                              "Choose devices and confirm or refuse them"),
                          waiting_buttons(page, rows)}));
}

std::string conflict_section(const EnrolmentsPage& page) {
  const Language language = page.language;
  auto rows =
      chosen(page, [](const EnrolmentRow& row) { return row.state == EnrolmentState::conflict; });
  if (rows.empty()) return "";
  std::stable_sort(rows.begin(), rows.end(), [](const EnrolmentRow* a, const EnrolmentRow* b) {
    return a->device_id < b->device_id;
  });
  const std::string buttons =
      "<div class=\"choice\">\n" +
      button("kies", say(language, "Dit is het juiste apparaat", "This is the right device")) +
      "</div>\n" +
      refusing(page, "reden-conflict",
               say(language, "Trek het gekozen apparaat in", "Revoke the chosen device"));
  return section(
      "conflict", say(language, "Conflicten", "Conflicts"),
      form_of(page, rows, "conflict",
              say(language,
                  "Deze inschrijvingen zijn met elkaar in strijd; er wordt niets samengevoegd.",
                  "These enrolments contradict each other; nothing is merged."),
              {Control::radio, say(language, "Kies het juiste apparaat", "Choose the right device"),
               buttons}));
}

std::string continued_section(const EnrolmentsPage& page) {
  const Language language = page.language;
  const auto rows = chosen(page, [](const EnrolmentRow& row) {
    return row.continued && row.state == EnrolmentState::confirmed;
  });
  if (rows.empty()) return "";
  return section("verder", say(language, "Vanzelf voortgezet", "Went on by themselves"),
                 table_of(page, rows, "verder",
                          say(language,
                              "Klopt het niet? Geef de beheerder van de server het nummer; met "
                              "wattlife-collector device separate wordt het een eigen apparaat.",
                              "Is it wrong? Give its number to the administrator of the server; "
                              "wattlife-collector device separate makes it a device of its own."),
                          Control::none));
}

std::string confirmed_section(const EnrolmentsPage& page) {
  const Language language = page.language;
  const char* heading = say(language, "Bevestigd", "Confirmed");
  const auto rows =
      chosen(page, [](const EnrolmentRow& row) { return row.state == EnrolmentState::confirmed; });
  if (rows.empty()) {
    return section(
        "bevestigd", heading,
        nothing_there(say(language, "Er is nog niets bevestigd.", "Nothing was confirmed yet.")));
  }
  const std::string caption = devices_word(static_cast<std::int64_t>(rows.size()), language) +
                              say(language, " bevestigd.", " confirmed.");
  return section(
      "bevestigd", heading,
      form_of(
          page, rows, "bevestigd", caption,
          {Control::checkbox,
           say(language, "Kies apparaten en trek ze in", "Choose devices and revoke them"),
           refusing(page, "reden-bevestigd",
                    say(language, "Trek de gekozen apparaten in", "Revoke the chosen devices"))}));
}

std::string links(const EnrolmentsPage& page) {
  const Language language = page.language;
  const std::string list = page.confirmed_list ? "lijst=bevestigd" : "";
  std::string html = "<p>";
  html += page.confirmed_list
              ? "<a href=\"" + address(page) + "\">" +
                    say(language, "Te bevestigen apparaten", "Devices to be confirmed") + "</a>"
              : "<a href=\"" + address(page, "lijst=bevestigd") + "\">" +
                    say(language, "Bevestigde apparaten", "Confirmed devices") + "</a>";
  if (!page.with_serials && !page.serials_of.empty()) {
    html += " · <a href=\"" +
            address(page, "serienummers=ja" + (list.empty() ? "" : "&amp;" + list)) + "\">" +
            say(language, "Toon serienummers (dit wordt vastgelegd)",
                "Show serial numbers (this is noted)") +
            "</a>";
  }
  return html + " · <a href=\"/" + say(language, "", "?lang=en") + "\">" +
         say(language, "Naar de werklijst", "To the work list") + "</a></p>\n";
}

}  // namespace

const char* code_of(FormOutcome outcome) { return words_of(outcome).code; }

FormOutcome outcome_from(std::string_view code) {
  for (const OutcomeWords& row : outcome_words) {
    if (row.code == code) return row.outcome;
  }
  return FormOutcome::none;
}

ChosenDevices chosen_in(std::string_view form) {
  constexpr std::string_view key = "kies=";
  ChosenDevices chosen;
  std::set<Id128> seen;
  for (const std::string_view part : split(form, '&')) {
    if (!part.starts_with(key)) continue;
    const auto id = bytes_from_hex(part.substr(key.size()));
    if (!id || id->size() != id_bytes) {
      chosen.whole = false;
    } else if (seen.insert(*id).second) {
      chosen.ids.push_back(*id);
    }
  }
  return chosen;
}

std::string mark_of_waiting(const std::vector<EnrolmentRow>& rows) {
  std::string ids;
  for (const EnrolmentRow& row : rows) {
    if (row.state == EnrolmentState::to_confirm) ids += row.id;
  }
  return hex_from_bytes(sha256(ids));
}

std::string enrolments_html(const EnrolmentsPage& page) {
  const Language language = page.language;
  std::string html =
      page_head(language, say(language, "Inschrijvingen - Wattlife", "Enrolments - Wattlife")) +
      banner(page) + viewer_part(page.viewer, language) + "<main id=\"inhoud\">\n<h1>" +
      say(language, "Inschrijvingen", "Enrolments") + "</h1>\n" + outcome_part(page);
  if (page.form_token.empty()) {
    html += std::string("<p class=\"notice\" role=\"note\">") +
            say(language,
                "Wie niet is aangemeld, kan hier niets veranderen. Gebruik "
                "<code>wattlife-collector device confirm</code>.",
                "Who is not signed in cannot change anything here. Use "
                "<code>wattlife-collector device confirm</code>.") +
            "</p>\n";
  }
  html += links(page);
  html += page.confirmed_list
              ? confirmed_section(page)
              : waiting_section(page) + conflict_section(page) + continued_section(page);
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace wattlife

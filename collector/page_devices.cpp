// SPDX-License-Identifier: EUPL-1.2
// The table of devices on the page.
#include <algorithm>

#include "collector/machine_words.h"
#include "collector/outlook_words.h"
#include "collector/page.h"
#include "collector/rest_api.h"

namespace wattlife {
namespace {

constexpr Phrase route_words[] = {
    {"verlengen", "Verlengen", "Extend"},
    {"herstellen", "Herstellen", "Repair"},
    {"intern hergebruik", "Intern hergebruik", "Internal reuse"},
    {"sociaal hergebruik", "Sociaal hergebruik", "Social reuse"},
    {"verkoop", "Verkoop", "Sale"},
    {"onderdelen", "Onderdelen", "Parts"},
    {"recycling", "Recycling", "Recycling"},
    {"vernietiging", "Vernietiging", "Destruction"},
    {"terug naar leasemaatschappij", "Terug naar leasemaatschappij", "Back to the lessor"},
    {"onbekend", "Nog geen voorstel", "No proposal yet"},
};

constexpr Phrase verdict_words[] = {
    {"good", "goed", "good"},
    {"watch", "matig", "fair"},
    {"replace", "vervangen", "replace"},
    {"fail", "defect", "failing"},
    {"unknown", "onbekend", "unknown"},
};

constexpr Phrase finding_words[] = {
    {"no_battery", "geen accu", "no battery"},
    {"beyond_rating", "over de opgegeven levensduur", "beyond rated life"},
    {"media_errors", "leesfouten", "media errors"},
    {"reallocated_sectors", "vervangen sectoren", "reallocated sectors"},
    {"pending_sectors", "twijfelachtige sectoren", "pending sectors"},
    {"uncorrectable_errors", "onherstelbare fouten", "uncorrectable errors"},
    {"command_timeouts", "antwoordt soms niet", "commands that timed out"},
    {"self_assessment_failed", "meldt zelf een defect", "says that it fails"},
    {"reserve_low", "reserve raakt op", "reserve runs low"},
    {"reserve_urgent", "reserve is op", "reserve is gone"},
    {"reliability_degraded", "onbetrouwbaar geworden", "reliability degraded"},
    {"read_only", "alleen nog leesbaar", "read only"},
    {"spare_below_threshold", "reserve bijna op", "spare below threshold"},
    {"backup_failed", "noodvoeding defect", "backup supply failed"},
};

std::string findings(const std::vector<std::string>& reasons, Language language) {
  std::string text;
  for (const std::string& reason : reasons) {
    std::string word = phrase_of(finding_words, reason, language);
    if (word.empty()) word = reason_in_words(reason, language);
    if (word.empty()) continue;
    text += (text.empty() ? "" : ", ") + word;
  }
  return text.empty() ? "" : "<br><span class=\"quiet\">" + html_escaped(text) + "</span>";
}

// Of the pack that needs attention first.
std::string outlook_line(const BatteryState& battery, Language language) {
  if (!battery.first) return "";
  const Outlook& outlook = battery.packs[*battery.first].outlook;
  return "<br><span class=\"quiet\">" + html_escaped(outlook_in_words(outlook, language)) +
         "</span>";
}

std::string battery_cell(const AssessedDevice& device, Language language) {
  const BatteryState& battery = device.battery;
  if (device.device.state != EnrolmentState::confirmed) return "–";
  if (!battery.present) return say(language, "geen accu", "no battery");
  const std::string verdict = name_of(battery.judgement.verdict);
  std::string html;
  if (battery.health) {
    const std::int64_t percent = (battery.health->milli + 5) / 10;
    const std::int64_t width = std::clamp<std::int64_t>(percent, 0, 100);
    html +=
        "<svg class=\"gauge\" viewBox=\"0 0 100 12\" preserveAspectRatio=\"none\" "
        "aria-hidden=\"true\" focusable=\"false\"><rect class=\"track\" width=\"100\" "
        "height=\"12\"></rect><rect class=\"level " +
        verdict + "\" width=\"" + std::to_string(width) + "\" height=\"12\"></rect></svg> " +
        std::to_string(percent) + " %, ";
  }
  // Why there is no outlook is said once.
  std::vector<std::string> more = battery.judgement.reasons;
  if (battery.first) std::erase(more, battery.packs[*battery.first].outlook.reason);
  return html + phrase_of(verdict_words, verdict, language) + outlook_line(battery, language) +
         findings(more, language);
}

std::string disk_cell(const AssessedDevice& device, Language language) {
  if (device.device.state != EnrolmentState::confirmed) return "–";
  std::string html = phrase_of(verdict_words, name_of(device.disk.judgement.verdict), language);
  if (device.disk.percentage_used) {
    html += ", " + std::to_string(*device.disk.percentage_used) +
            say(language, " % verbruikt", " % used");
  }
  html += findings(device.disk.judgement.reasons, language);
  if (!device.device.inventory) return html;
  for (const DriveErase& erase : device.device.inventory->inventory.provision.drive_erase) {
    html += "<br><span class=\"quiet\">" + std::string(say(language, "wissen: ", "erasing: ")) +
            html_escaped(erase_in_words(erase, language)) + "</span>";
  }
  return html;
}

std::string locks_cell(const AssessedDevice& device, bool shown, Language language) {
  if (!shown) return say(language, "niet voor uw rol", "not for your role");
  static constexpr Phrase locks[] = {
      {"locks_bios_password", "BIOS-wachtwoord", "BIOS password"},
      {"locks_activation", "activeringsslot", "Activation Lock"},
      {"locks_management", "beheer", "management"},
      {"locks_persistence", "volgsoftware", "tracking software"},
  };
  std::string html;
  for (const Phrase& lock : locks) {
    const auto found = device.facts.find(lock.code);
    if (found == device.facts.end()) continue;
    const auto* word = std::get_if<std::string>(&found->second);
    if (word == nullptr) continue;
    html += (html.empty() ? "" : "<br>") + std::string(say(language, lock)) + ": " +
            html_escaped(*word);
  }
  return html.empty() ? say(language, "onbekend", "unknown") : html;
}

std::string device_cell(const AssessedDevice& one, Language language) {
  const FleetDevice& device = one.device;
  const std::string name = name_for_people(device);
  std::string html =
      name.empty() ? say(language, "Onbekend model", "Unknown model") : html_escaped(name);
  if (device.simulated) {
    html += std::string(" <span class=\"label\">") + say(language, "gesimuleerd", "simulated") +
            "</span>";
  }
  if (device.unproven) {
    html += std::string(" <span class=\"label\">") +
            say(language, "identiteit niet bewezen", "identity not proven") + "</span>";
  }
  html += "<br><span class=\"quiet\">" + hex_from_bytes(device.id).substr(0, 8) + "</span>";
  if (!one.windows11) return html;
  return html + "<br><span class=\"quiet\">Windows 11: " +
         html_escaped(windows11_in_words(*one.windows11, language)) + "</span>";
}

std::string route_cell(const Assessment& assessment, EnrolmentState state, Language language) {
  if (state == EnrolmentState::to_confirm) {
    return std::string("<span class=\"route wait\">") +
           say(language, "Te bevestigen", "To be confirmed") + "</span>";
  }
  if (state == EnrolmentState::conflict) {
    return std::string("<span class=\"route wait\">") + say(language, "Conflict", "Conflict") +
           "</span>";
  }
  const std::string word = phrase_of(route_words, assessment.route, language);
  std::string kind = "other";
  if (assessment.route == "verlengen") kind = "extend";
  if (assessment.route == "herstellen") kind = "repair";
  if (assessment.route == "onbekend") kind = "wait";
  std::string html = "<span class=\"route " + kind + "\">" +
                     html_escaped(word.empty() ? assessment.route : word) + "</span>";
  if (assessment.held) {
    html += std::string("<br><span class=\"label\">") + say(language, "vastgehouden", "on hold") +
            "</span>";
  }
  return html;
}

// Escaped, with a number and its sign kept on one line.
std::string sentence(const std::string& text) {
  std::string html = html_escaped(text);
  for (std::size_t at = html.find(" %"); at != std::string::npos; at = html.find(" %", at)) {
    html.replace(at, 1, "&nbsp;");
  }
  return html;
}

std::string reasons_cell(const Assessment& assessment, Language language) {
  std::string actions;
  std::string reasons;
  for (const Reason& reason : assessment.reasons) {
    const bool dutch = language == Language::dutch;
    const std::string& action = dutch ? reason.action_nl : reason.action_en;
    if (!action.empty()) actions += "<li class=\"todo\">" + sentence(action) + "</li>";
    reasons += "<li>" + sentence(dutch ? reason.nl : reason.en) + "</li>";
  }
  if (actions.empty() && reasons.empty()) return "–";
  return "<ul class=\"reasons\">" + actions + reasons + "</ul>";
}

bool has_action(const AssessedDevice& device, const std::string& rule,
                const std::vector<ActionCount>& actions) {
  const auto chosen = std::find_if(actions.begin(), actions.end(),
                                   [&](const ActionCount& action) { return action.rule == rule; });
  if (chosen == actions.end()) return false;
  const auto& reasons = device.assessment.reasons;
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const Reason& reason) { return reason.action_nl == chosen->nl; });
}

std::string row(const AssessedDevice& one, const PageData& data) {
  const Language language = data.language;
  return "<tr><th scope=\"row\">" + device_cell(one, language) + "</th><td>" +
         route_cell(one.assessment, one.device.state, language) + "</td><td>" +
         reasons_cell(one.assessment, language) + "</td><td>" + battery_cell(one, language) +
         "</td><td>" + disk_cell(one, language) + "</td><td>" +
         locks_cell(one, data.viewer.locks && !one.device.locks_hidden, language) + "</td><td>" +
         day_for_people(one.device.last_day, language) + "</td></tr>\n";
}

std::string table_head(Language language) {
  static constexpr Phrase columns[] = {
      {"", "Apparaat", "Device"},
      {"", "Voorstel", "Proposal"},
      {"", "Te doen en waarom", "To do, and why"},
      {"", "Accu", "Battery"},
      {"", "Schijf", "Drive"},
      {"", "Sloten", "Locks"},
      {"", "Laatste bericht", "Last report"},
  };
  std::string html = "<thead><tr>";
  for (const Phrase& column : columns) {
    html += std::string("<th scope=\"col\">") + say(language, column) + "</th>";
  }
  return html + "</tr></thead>\n";
}

}  // namespace

std::string devices_section(const PageData& data) {
  const Language language = data.language;
  std::string html = std::string("<section aria-labelledby=\"apparaten\">\n<h2 id=\"apparaten\">") +
                     say(language, "Apparaten", "Devices") + "</h2>\n";
  if (data.devices.empty()) {
    return html + "<p class=\"empty\">" + say(language, "Nog geen apparaten.", "No devices yet.") +
           "</p>\n</section>\n";
  }
  std::string rows;
  int shown = 0;
  for (const AssessedDevice& device : data.devices) {
    if (!data.action.empty() && !has_action(device, data.action, data.actions)) continue;
    rows += row(device, data);
    ++shown;
  }
  std::string caption = say(language, "Wat eerst aandacht vraagt, staat boven.",
                            "What needs attention first is at the top.");
  if (!data.action.empty()) {
    caption = std::to_string(shown) + say(language, " van ", " of ") +
              std::to_string(data.devices.size()) +
              say(language, " apparaten met de gekozen actie.", " devices with the chosen action.");
    html += std::string("<p><a href=\"/?lang=") + say(language, "nl", "en") + "#apparaten\">" +
            say(language, "Toon alle apparaten", "Show all devices") + "</a></p>\n";
  }
  return html +
         "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"apparaten\">\n"
         "<table class=\"devices\">\n<caption>" +
         caption + "</caption>\n" + table_head(language) + "<tbody>\n" + rows +
         "</tbody>\n</table>\n</div>\n</section>\n";
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "core/settings.h"

#include <algorithm>
#include <cassert>

#include "core/text.h"
#include "core/time.h"

namespace wattlife {
namespace {

constexpr auto text = SettingKind::text;
constexpr auto integer = SettingKind::integer;
constexpr auto boolean = SettingKind::boolean;
constexpr auto choice = SettingKind::choice;
constexpr auto date = SettingKind::date;

// Sorted by key. Lengths stay below 1,024 characters: the limit of MDM templates.
constexpr Setting rows[] = {
    {"AcceptedDataList", text, "", 0, 20, "", "", "0.1", false,
     "Version of the list of collected data that the works council accepted. Newer fields are not "
     "sent.",
     "Versie van de lijst met verzamelde gegevens waar de ondernemingsraad mee instemde. Nieuwere "
     "velden worden niet verstuurd."},
    {"AcquisitionDate", date, "", 0, 10, "", "", "0.1", false,
     "Day on which this laptop was bought.", "Dag waarop deze laptop is gekocht."},
    {"AssetTag", text, "", 0, 64, "", "", "0.1", false,
     "Number of this laptop in your own inventory.",
     "Nummer van deze laptop in uw eigen inventaris."},
    {"CaBundlePath", text, "", 0, 1023, "", "", "0.1", false,
     "PEM file with the certificates that the collector's certificate must lead to. Not set: the "
     "system's own list.",
     "PEM-bestand met de certificaten waar het certificaat van de verzamelaar op moet uitkomen. "
     "Niet ingesteld: de lijst van het systeem zelf."},
    {"ClientCertificateSelector", text, "", 0, 1023, "", "", "0.1", false,
     "Which certificate this laptop shows, with EnrollmentMode certificate: a path, pkcs11:..., "
     "issuer=...;subject=... (Windows), or label=... (macOS).",
     "Welk certificaat deze laptop toont, bij EnrollmentMode certificate: een pad, pkcs11:..., "
     "issuer=...;subject=... (Windows), of label=... (macOS)."},
    {"CollectorUrl", text, "", 0, 1023, "", "", "0.1", false,
     "Address of the collector, beginning with https://. Not set: this laptop measures for itself "
     "and sends nothing.",
     "Adres van de verzamelaar, beginnend met https://. Niet ingesteld: deze laptop meet voor "
     "zichzelf en verstuurt niets."},
    {"EnrollmentMode", choice, "token", 0, 0, "token|certificate|none", "", "0.1", false,
     "How this laptop makes itself known to the collector: with a token of the organisation, or "
     "with "
     "the certificate that ClientCertificateSelector names.",
     "Hoe deze laptop zich bekend maakt bij de verzamelaar: met een code van de organisatie, of "
     "met "
     "het certificaat dat ClientCertificateSelector aanwijst."},
    {"EnrollmentToken", text, "", 0, 256, "", "", "0.1", true,
     "Token of your organisation. It can only ask for a place; a person confirms the laptop.",
     "Code van uw organisatie. Daarmee kan een laptop alleen een plaats aanvragen; een mens "
     "bevestigt de laptop."},
    {"LocalRetentionDays", integer, "30", 7, 90, "", "days", "0.1", false,
     "How long quarter hours stay on this laptop. Day totals stay 400 days.",
     "Hoe lang kwartieren op deze laptop blijven. Dagtotalen blijven 400 dagen."},
    {"LogLevel", choice, "info", 0, 0, "error|warning|info", "", "0.1", false,
     "How much is written to the log.", "Hoeveel er in het logboek komt."},
    {"MaxDiskMb", integer, "64", 8, 1024, "", "MB", "0.1", false,
     "Most disk space that the measurements on this laptop may take.",
     "Meeste schijfruimte die de metingen op deze laptop mogen gebruiken."},
    {"OfficeShare", integer, "", 0, 100, "", "%", "0.1", false,
     "Share of mains electricity used at the office. Not set: not divided, and reports say so.",
     "Deel van de netstroom dat op kantoor wordt gebruikt. Niet ingesteld: niet verdeeld, en dat "
     "staat in de rapporten."},
    {"OrganizationOin", text, "", 0, 20, "", "", "0.1", false,
     "Number of your organisation (OIN, 20 digits).",
     "Nummer van uw organisatie (OIN, 20 cijfers)."},
    {"OrganizationUnit", text, "", 0, 128, "", "", "0.1", false,
     "Part of the organisation, for totals.", "Organisatieonderdeel, voor totalen."},
    {"PlannedLifeMonths", integer, "48", 12, 144, "", "months", "0.1", false,
     "How long your organisation plans to use a laptop.",
     "Hoe lang uw organisatie een laptop wil gebruiken."},
    {"ProxyMode", choice, "system", 0, 0, "system|none|fixed", "", "0.1", false,
     "How the collector is reached.", "Hoe de verzamelaar wordt bereikt."},
    {"ProxyServer", text, "", 0, 1023, "", "", "0.1", false,
     "Address of the proxy, with ProxyMode fixed.", "Adres van de proxy, bij ProxyMode fixed."},
    {"ReuseAllowed", choice, "", 0, 0, "ja|zonder-schijf|nee", "", "0.1", false,
     "Whether this laptop may get a second life. Not set: unknown, and no route out is proposed.",
     "Of deze laptop een tweede leven mag krijgen. Niet ingesteld: onbekend, en dan wordt geen "
     "bestemming buiten voorgesteld."},
    {"SampleIntervalSeconds", integer, "60", 10, 540, "", "s", "0.1", false,
     "Time between two measurements.", "Tijd tussen twee metingen."},
    {"UploadOnMetered", boolean, "false", 0, 0, "", "", "0.1", false,
     "Whether to send over a connection that costs money by volume.",
     "Of er verstuurd wordt over een verbinding die per hoeveelheid geld kost."},
    {"UploadPeriod", choice, "week", 0, 0, "week|four-weeks", "", "0.1", false,
     "The period that one report is about. Nothing finer exists.",
     "De periode waar een bericht over gaat. Fijner bestaat niet."},
};

constexpr bool is_sorted_and_bilingual() {
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    if (i > 0 && !(rows[i - 1].key < rows[i].key)) return false;
    if (rows[i].english.empty() || rows[i].dutch.empty()) return false;
    if (rows[i].kind == choice && rows[i].choices.empty()) return false;
    if (rows[i].low > rows[i].high) return false;
  }
  return true;
}
static_assert(is_sorted_and_bilingual(), "settings: sorted by key, both languages, sane bounds");

std::string quoted(std::string_view value) { return "\"" + std::string(value) + "\""; }

Done wrong(const Setting& setting, std::string_view value, const std::string& expected) {
  const std::string shown = setting.secret ? "its value" : quoted(value);
  return Error{Cause::malformed, std::string(setting.key) + ": " + shown + " is not " + expected};
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all(std::begin(rows), std::end(rows));
  return all;
}

const Setting* setting(std::string_view key) {
  const auto found = std::find_if(std::begin(rows), std::end(rows),
                                  [&](const Setting& row) { return row.key == key; });
  return found == std::end(rows) ? nullptr : found;
}

Done valid(const Setting& row, std::string_view value) {
  switch (row.kind) {
    case SettingKind::text: {
      if (static_cast<std::int64_t>(value.size()) > row.high) {
        return wrong(row, value, "at most " + std::to_string(row.high) + " characters");
      }
      const bool printable = std::all_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
      });
      if (!printable || !is_valid_utf8(value)) return wrong(row, value, "plain text in UTF-8");
      if (row.key == "CollectorUrl" && !value.starts_with("https://")) {
        return wrong(row, value, "an address that begins with https://");
      }
      return done();
    }
    case SettingKind::integer: {
      const auto number = integer_from(value);
      if (!number || *number < row.low || *number > row.high) {
        return wrong(
            row, value,
            "a whole number from " + std::to_string(row.low) + " to " + std::to_string(row.high));
      }
      return done();
    }
    case SettingKind::boolean:
      // The registry and profiles know 1 and 0; files know true and false.
      if (value == "true" || value == "false" || value == "1" || value == "0") return done();
      return wrong(row, value, "true or false");
    case SettingKind::choice: {
      const auto choices = split(row.choices, '|');
      if (std::find(choices.begin(), choices.end(), value) != choices.end()) return done();
      return wrong(row, value, "one of " + std::string(row.choices));
    }
    case SettingKind::date:
      if (day_from_iso8601(value)) return done();
      return wrong(row, value, "a day such as 2026-01-05");
  }
  return done();
}

Settings Settings::from(const Read& read) {
  Settings result;
  for (const Setting& row : rows) {
    Value value{std::string(row.default_text), false, "default"};
    const std::string key(row.key);
    auto told = read("policy/" + key);
    if (told) {
      const std::string_view configured = trimmed(*told);
      if (const Done checked = valid(row, configured); !checked) {
        result.problems_.push_back(checked.error());
      } else {
        const auto origin = read("policy-origin/" + key);
        value = {std::string(configured), true, origin ? *origin : "policy"};
      }
    } else if (told.error().cause != Cause::absent) {
      result.problems_.push_back(
          {told.error().cause, key + " could not be read: " + told.error().text});
    }
    result.values_.emplace_back(row.key, std::move(value));
  }
  return result;
}

const Settings::Value& Settings::value(std::string_view key) const {
  const auto found = std::find_if(values_.begin(), values_.end(),
                                  [&](const auto& pair) { return pair.first == key; });
  assert(found != values_.end());
  return found->second;
}

std::string Settings::text(std::string_view key) const { return value(key).text; }
bool Settings::configured(std::string_view key) const { return value(key).configured; }
bool Settings::boolean(std::string_view key) const {
  const std::string& told = value(key).text;
  return told == "true" || told == "1";
}
std::int64_t Settings::integer(std::string_view key) const {
  const auto number = integer_from(value(key).text);
  assert(number);
  return number.value_or(0);
}

}  // namespace wattlife

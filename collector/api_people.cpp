// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_people.h"

#include "collector/api_page.h"
#include "collector/api_words.h"
#include "core/text.h"

namespace wattlife {
namespace {

Cell cell(const std::optional<std::string>& text) { return text ? Cell(*text) : Cell(); }

// --- Who is signed in. Of nobody only that is told.
// -----------------------------------------------------------------

constexpr ApiField<const Person*> person_fields[] = {
    {"aangemeld", "Of er iemand is aangemeld", api_truth,
     [](const Person* const& one) -> Cell {
       return one != nullptr && one->by != SignedInBy::nobody;
     }},
    {"wijze", "Hoe is aangemeld", api_word(way_words).or_absent(),
     [](const Person* const& one) -> std::string {
       return one == nullptr ? "" : json_string(name_of(one->by));
     }},
    {"naam", "Naam, zoals de aanmelding die gaf", api_text.or_absent(),
     [](const Person* const& one) -> std::string {
       return one == nullptr ? "" : json_string(one->name);
     }},
    {"rollen", "De rollen", api_list_of_words(role_words_of_api).or_absent(),
     [](const Person* const& one) -> std::string {
       if (one == nullptr) return "";
       return api_array(one->roles, [](Role role) { return json_string(name_of(role)); });
     }},
    {"organisaties", "OIN van elke organisatie waarvoor wordt opgetreden", api_texts.or_absent(),
     [](const Person* const& one) -> std::string {
       if (one == nullptr) return "";
       return api_array(one->oins, [](const std::string& oin) { return json_string(oin); });
     }},
};

// --- Organisations
// --------------------------------------------------------------------------------

constexpr ApiField<Organisation> organisation_fields[] = {
    {"oin", "OIN van de organisatie", api_oin,
     [](const Organisation& one) -> Cell { return one.oin; }},
    {"naam", "Naam van de organisatie", api_text,
     [](const Organisation& one) -> Cell { return one.name; }},
};
const ApiSchema& organisation_schema() {
  static const ApiSchema schema = api_schema(
      "Organisatie", "Een organisatie waarvan apparaten worden ontvangen.", organisation_fields);
  return schema;
}

using Organisations = std::vector<Organisation>;
constexpr ApiField<Organisations> organisations_fields[] = {
    {"organisaties", "De organisaties, op OIN", api_objects(organisation_schema),
     [](const Organisations& all) -> std::string {
       return api_array(all,
                        [](const Organisation& one) { return api_json(organisation_fields, one); });
     }},
};

// --- Enrolments
// -----------------------------------------------------------------------------------

constexpr ApiField<EnrolmentRow> enrolment_fields[] = {
    {"id", "Willekeurig kenmerk van de inschrijving", api_id,
     [](const EnrolmentRow& row) -> Cell { return hex_from_bytes(row.id); }},
    {"apparaatId", "Het apparaat dat het is; zie /apparaten/{id}", api_id,
     [](const EnrolmentRow& row) -> Cell { return hex_from_bytes(row.device_id); }},
    {"organisatieOin", "OIN van de organisatie", api_oin,
     [](const EnrolmentRow& row) -> Cell { return row.oin; }},
    {"toestand", "Toestand van de inschrijving", api_word(enrolment_words),
     [](const EnrolmentRow& row) -> Cell { return std::string(name_of(row.state)); }},
    {"identiteitBewezen", "Of vaststaat dat het dit apparaat is", api_truth,
     [](const EnrolmentRow& row) -> Cell { return !row.unproven; }},
    {"zetBekendApparaatVoort",
     "Of dezelfde hardware al bekend was: bevestigen zet de geschiedenis daarvan voort", api_truth,
     [](const EnrolmentRow& row) -> Cell { return row.continues_known; }},
    {"gesimuleerd", "Of het een gesimuleerd apparaat is", api_truth,
     [](const EnrolmentRow& row) -> Cell { return row.simulated; }},
    {"merk", "Merk", api_text.or_null(),
     [](const EnrolmentRow& row) -> Cell { return cell(row.manufacturer); }},
    {"model", "Model", api_text.or_null(),
     [](const EnrolmentRow& row) -> Cell { return cell(row.model); }},
    {"eersteDatum", "De dag van inschrijving", api_day,
     [](const EnrolmentRow& row) -> Cell { return to_iso8601(row.first_day); }},
    {"laatsteDatum", "De dag van het laatste bericht", api_day,
     [](const EnrolmentRow& row) -> Cell { return to_iso8601(row.last_day); }},
};
const ApiSchema& enrolment_schema() {
  static const ApiSchema schema =
      api_schema("Inschrijving", "De inschrijving van een installatie.", enrolment_fields);
  return schema;
}

struct EnrolmentsPage {
  const std::vector<EnrolmentRow>& rows;
  const std::string& links;
};
constexpr ApiField<EnrolmentsPage> enrolments_fields[] = {
    {"inschrijvingen", "De inschrijvingen van deze bladzijde", api_objects(enrolment_schema),
     [](const EnrolmentsPage& page) -> std::string {
       return api_array(page.rows,
                        [](const EnrolmentRow& row) { return api_json(enrolment_fields, row); });
     }},
    {"_links", "Deze bladzijde en de volgende", api_object(links_schema),
     [](const EnrolmentsPage& page) -> std::string { return page.links; }},
};

// --- The audit log
// --------------------------------------------------------------------------------

constexpr ApiField<ChainedEntry> audit_fields[] = {
    {"nummer", "Volgnummer in de keten", api_whole,
     [](const ChainedEntry& one) -> Cell { return one.number; }},
    {"tijdstip", "Wanneer", api_instant,
     [](const ChainedEntry& one) -> Cell { return to_iso8601(one.entry.time); }},
    {"actor", "Wie: een account van het beheer, of het kenmerk van wie was aangemeld", api_text,
     [](const ChainedEntry& one) -> Cell { return one.entry.actor; }},
    {"actie", "Wat, als vaste naam", api_text,
     [](const ChainedEntry& one) -> Cell { return std::string(name_of(one.entry.action)); }},
    {"object", "Waarmee; een apparaat als verwijzing, nooit als serienummer", api_text,
     [](const ChainedEntry& one) -> Cell { return one.entry.object; }},
    {"resultaat", "done: gebeurd; denied: niet toegestaan; failed: mislukt", api_word(result_words),
     [](const ChainedEntry& one) -> Cell { return std::string(name_of(one.entry.result)); }},
    {"herkomst", "Waarvandaan: cli, of het adres", api_text,
     [](const ChainedEntry& one) -> Cell { return one.entry.origin; }},
};
const ApiSchema& audit_line_schema() {
  static const ApiSchema schema = api_schema(
      "Auditregel", "Wie wat deed, waarmee, wanneer en met welke uitkomst.", audit_fields);
  return schema;
}

struct AuditPage {
  const std::vector<ChainedEntry>& entries;
  const std::string& links;
};
constexpr ApiField<AuditPage> audit_page_fields[] = {
    {"auditregels", "De regels van deze bladzijde, de nieuwste eerst",
     api_objects(audit_line_schema),
     [](const AuditPage& page) -> std::string {
       return api_array(page.entries,
                        [](const ChainedEntry& one) { return api_json(audit_fields, one); });
     }},
    {"_links", "Deze bladzijde en de volgende", api_object(links_schema),
     [](const AuditPage& page) -> std::string { return page.links; }},
};

}  // namespace

std::string person_json(const Person* person) { return api_json(person_fields, person) + "\n"; }
const ApiSchema& person_schema() {
  static const ApiSchema schema = api_schema("Aanmelding", "Wie is aangemeld.", person_fields);
  return schema;
}

std::string organisations_json(const std::vector<Organisation>& organisations) {
  return api_json(organisations_fields, organisations) + "\n";
}
Table organisations_table(const std::vector<Organisation>& organisations) {
  return api_table(organisation_fields, organisations);
}
const ApiSchema& organisations_schema() {
  static const ApiSchema schema =
      api_schema("Organisaties", "De organisaties die te zien zijn.", organisations_fields);
  return schema;
}

std::string enrolments_json(const std::vector<EnrolmentRow>& rows, const std::string& links) {
  return api_json(enrolments_fields, EnrolmentsPage{rows, links}) + "\n";
}
Table enrolments_table(const std::vector<EnrolmentRow>& rows) {
  return api_table(enrolment_fields, rows);
}
const ApiSchema& enrolments_schema() {
  static const ApiSchema schema =
      api_schema("Inschrijvingen", "Een bladzijde inschrijvingen.", enrolments_fields);
  return schema;
}

std::string audit_lines_json(const std::vector<ChainedEntry>& entries, const std::string& links) {
  return api_json(audit_page_fields, AuditPage{entries, links}) + "\n";
}
Table audit_lines_table(const std::vector<ChainedEntry>& entries) {
  return api_table(audit_fields, entries);
}
const ApiSchema& audit_lines_schema() {
  static const ApiSchema schema =
      api_schema("Auditregels", "Een bladzijde regels van het auditlogboek.", audit_page_fields);
  return schema;
}

}  // namespace wattlife

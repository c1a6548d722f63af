// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_devices.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "collector/api_page.h"
#include "collector/api_words.h"
#include "collector/machine_words.h"
#include "collector/outlook_words.h"
#include "collector/rest_api.h"
#include "core/text.h"

namespace wattlife {
namespace {

Cell cell(const std::optional<std::string>& text) { return text ? Cell(*text) : Cell(); }
Cell cell(const std::optional<std::int64_t>& number) { return number ? Cell(*number) : Cell(); }
Cell word(const char* text) { return std::string(text); }
Cell words(bool value) { return std::string(value ? "ja" : "nee"); }

std::string fact_word(const Facts& facts, std::string_view name) {
  const auto found = facts.find(name);
  const auto* text = found == facts.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text != nullptr ? *text : "onbekend";
}

std::optional<std::int64_t> battery_percent(const AssessedDevice& device) {
  if (!device.battery.health) return std::nullopt;
  return (device.battery.health->milli + 5) / 10;
}

// --- Locks
// ----------------------------------------------------------------------------------------

constexpr ApiField<Facts> lock_fields[] = {
    {"biosWachtwoord", "Of er een wachtwoord op de firmware zit", api_word(known_words),
     [](const Facts& facts) -> Cell { return fact_word(facts, "locks_bios_password"); }},
    {"activeringsslot", "Of de fabrikant het apparaat aan een account bindt", api_word(known_words),
     [](const Facts& facts) -> Cell { return fact_word(facts, "locks_activation"); }},
    {"beheer", "Of het apparaat nog onder beheer staat", api_word(known_words),
     [](const Facts& facts) -> Cell { return fact_word(facts, "locks_management"); }},
    {"volgsoftware", "Of er volgsoftware in de firmware actief is", api_word(known_words),
     [](const Facts& facts) -> Cell { return fact_word(facts, "locks_persistence"); }},
};
const ApiSchema& locks_schema() {
  static const ApiSchema schema =
      api_schema("Sloten", "Wat een volgende eigenaar kan buitensluiten.", lock_fields);
  return schema;
}

// --- Reasons
// --------------------------------------------------------------------------------------

Cell text_or_null(const std::string& text) { return text.empty() ? Cell() : Cell(text); }

constexpr ApiField<Reason> reason_fields[] = {
    {"regel", "De regel die meetelde", api_text,
     [](const Reason& one) -> Cell { return one.rule; }},
    {"soort",
     "hold houdt het apparaat vast, route stelt een bestemming voor, task vraagt werk "
     "vooraf, note is een opmerking",
     api_word(rule_kind_words), [](const Reason& one) -> Cell { return word(name_of(one.kind)); }},
    {"zekerheid", "Of de voorwaarde van de regel vaststaat", api_word(known_words),
     [](const Reason& one) -> Cell { return word(name_of(one.met)); }},
    {"nl", "De reden in het Nederlands", api_text,
     [](const Reason& one) -> Cell { return one.nl; }},
    {"en", "De reden in het Engels", api_text, [](const Reason& one) -> Cell { return one.en; }},
    {"actieNl", "Wat te doen, in het Nederlands; null: niets", api_text.or_null(),
     [](const Reason& one) -> Cell { return text_or_null(one.action_nl); }},
    {"actieEn", "Wat te doen, in het Engels; null: niets", api_text.or_null(),
     [](const Reason& one) -> Cell { return text_or_null(one.action_en); }},
};
const ApiSchema& reason_schema() {
  static const ApiSchema schema =
      api_schema("Reden", "Een regel die meetelde in het voorstel.", reason_fields);
  return schema;
}

// --- Batteries
// ------------------------------------------------------------------------------------

Cell permille(const std::optional<double>& health) {
  return health ? Cell(std::int64_t{std::lround(*health * 1000)}) : Cell();
}

// One pack: what it holds of what it held when new, between which bounds, and what is expected.
constexpr ApiField<PackState> pack_fields[] = {
    {"naam", "Naam van de accu op het apparaat", api_text,
     [](const PackState& pack) -> Cell { return pack.name; }},
    {"promilleVanNieuw", "Wat de accu nog vasthoudt van toen hij nieuw was", api_whole.or_null(),
     [](const PackState& pack) -> Cell { return permille(pack.outlook.health); }},
    {"laagPromille", "De ondergrens daarvan", api_whole.or_null(),
     [](const PackState& pack) -> Cell { return permille(pack.outlook.low); }},
    {"hoogPromille", "De bovengrens daarvan", api_whole.or_null(),
     [](const PackState& pack) -> Cell { return permille(pack.outlook.high); }},
    {"oordeel", "Het oordeel over deze accu", api_word(verdict_words),
     [](const PackState& pack) -> Cell { return word(dutch_name_of(pack.outlook.battery_class)); }},
    {"bevindingen", "Codes van wat opviel", api_texts,
     [](const PackState& pack) -> std::string {
       return api_array_of_texts(pack.judgement.reasons);
     }},
    {"naar80Procent", "Wanneer de accu onder 80 % komt", api_word(crossing_words),
     [](const PackState& pack) -> Cell { return word(dutch_name_of(pack.outlook.to_800)); }},
};
const ApiSchema& pack_schema() {
  static const ApiSchema schema =
      api_schema("Accupakket", "Een accu in het apparaat.", pack_fields);
  return schema;
}

constexpr ApiField<AssessedDevice> battery_fields[] = {
    {"aanwezig", "Of er een accu in zit", api_truth,
     [](const AssessedDevice& one) -> Cell { return one.battery.present; }},
    {"procentVanNieuw", "Wat alle accu's samen nog vasthouden", api_whole.or_null(),
     [](const AssessedDevice& one) -> Cell { return cell(battery_percent(one)); }},
    {"oordeel", "Het slechtste oordeel van alle accu's", api_word(verdict_words),
     [](const AssessedDevice& one) -> Cell {
       return word(dutch_name_of(one.battery.judgement.verdict));
     }},
    {"bevindingen", "Codes van wat opviel, van alle accu's", api_texts,
     [](const AssessedDevice& one) -> std::string {
       return api_array_of_texts(one.battery.judgement.reasons);
     }},
    {"accus", "De accu's die erin zitten", api_objects(pack_schema),
     [](const AssessedDevice& one) -> std::string {
       return api_array(one.battery.packs,
                        [](const PackState& pack) { return api_json(pack_fields, pack); });
     }},
};
const ApiSchema& battery_schema() {
  static const ApiSchema schema =
      api_schema("Accu", "De accu's van een apparaat samen.", battery_fields);
  return schema;
}

// --- Drives
// ---------------------------------------------------------------------------------------

constexpr ApiField<DriveErase> erase_fields[] = {
    {"sanitizeSleutel", "Kan de sleutel wissen (sanitize)", api_truth,
     [](const DriveErase& drive) -> Cell { return drive.sanitize_crypto; }},
    {"sanitizeBlokken", "Kan blokken wissen (sanitize)", api_truth,
     [](const DriveErase& drive) -> Cell { return drive.sanitize_block; }},
    {"sanitizeOverschrijven", "Kan overschrijven (sanitize)", api_truth,
     [](const DriveErase& drive) -> Cell { return drive.sanitize_overwrite; }},
    {"wisopdracht", "Kent de gewone wisopdracht", api_truth,
     [](const DriveErase& drive) -> Cell { return drive.command; }},
    {"wisopdrachtSleutel", "Kent de wisopdracht voor de sleutel", api_truth,
     [](const DriveErase& drive) -> Cell { return drive.command_crypto; }},
    {"bevroren", "Weigert wissen tot na een herstart", api_truth,
     [](const DriveErase& drive) -> Cell { return drive.frozen; }},
    {"vergrendeld", "Is met een wachtwoord vergrendeld", api_truth,
     [](const DriveErase& drive) -> Cell { return drive.locked; }},
};
const ApiSchema& erase_schema() {
  static const ApiSchema schema =
      api_schema("Wismogelijkheden", "Hoe een schijf te wissen is.", erase_fields);
  return schema;
}

struct ShownDisk {
  const Disk& disk;
  const std::vector<DriveErase>& erase;
};

constexpr ApiField<ShownDisk> disk_fields[] = {
    {"naam", "Naam van de schijf op het apparaat", api_text,
     [](const ShownDisk& one) -> Cell { return one.disk.name; }},
    {"soort", "Soort schijf", api_word(disk_kind_words),
     [](const ShownDisk& one) -> Cell { return word(name_of(one.disk.kind)); }},
    {"model", "Model van de schijf", api_text.or_null(),
     [](const ShownDisk& one) -> Cell { return cell(one.disk.model); }},
    {"bytes", "Grootte in bytes", api_whole.or_null(),
     [](const ShownDisk& one) -> Cell { return cell(one.disk.size_bytes); }},
    {"oordeel", "Het oordeel over deze schijf", api_word(verdict_words),
     [](const ShownDisk& one) -> Cell {
       return word(dutch_name_of(judge_disk(one.disk).verdict));
     }},
    {"bevindingen", "Codes van wat opviel", api_texts,
     [](const ShownDisk& one) -> std::string {
       return api_array_of_texts(judge_disk(one.disk).reasons);
     }},
    {"procentVerbruikt", "Verbruikt deel van de opgegeven levensduur", api_whole.or_null(),
     [](const ShownDisk& one) -> Cell { return cell(one.disk.percentage_used); }},
    {"slijtage", "Hetzelfde in een woord", api_word(wear_words).or_null(),
     [](const ShownDisk& one) -> Cell {
       const auto& used = one.disk.percentage_used;
       return used ? word(dutch_name_of(wear_state(*used))) : Cell();
     }},
    {"procentReserve", "Reserve die over is", api_whole.or_null(),
     [](const ShownDisk& one) -> Cell { return cell(one.disk.available_spare); }},
    {"wissen", "Hoe de schijf te wissen is; null: niet te zien", api_object(erase_schema).or_null(),
     [](const ShownDisk& one) -> std::string {
       const auto drive =
           std::find_if(one.erase.begin(), one.erase.end(),
                        [&](const DriveErase& row) { return row.name == one.disk.name; });
       return drive == one.erase.end() ? "null" : api_json(erase_fields, *drive);
     }},
};
const ApiSchema& disk_schema() {
  static const ApiSchema schema = api_schema("Schijf", "Een schijf in het apparaat.", disk_fields);
  return schema;
}

constexpr ApiField<AssessedDevice> disks_fields[] = {
    {"oordeel", "Het slechtste oordeel van alle schijven", api_word(verdict_words),
     [](const AssessedDevice& one) -> Cell {
       return word(dutch_name_of(one.disk.judgement.verdict));
     }},
    {"procentVerbruikt", "Van de schijf waarvan het meest verbruikt is", api_whole.or_null(),
     [](const AssessedDevice& one) -> Cell { return cell(one.disk.percentage_used); }},
    {"bevindingen", "Codes van wat opviel, van alle schijven", api_texts,
     [](const AssessedDevice& one) -> std::string {
       return api_array_of_texts(one.disk.judgement.reasons);
     }},
    {"schijven", "De schijven die erin zitten", api_objects(disk_schema),
     [](const AssessedDevice& one) -> std::string {
       const Inventory none;
       const auto& known = one.device.inventory;
       const Inventory& inventory = known ? known->inventory : none;
       return api_array(inventory.disks, [&](const Disk& disk) {
         return api_json(disk_fields, ShownDisk{disk, inventory.provision.drive_erase});
       });
     }},
};
const ApiSchema& disks_schema() {
  static const ApiSchema schema =
      api_schema("Schijven", "De schijven van een apparaat samen.", disks_fields);
  return schema;
}

// --- The device
// -----------------------------------------------------------------------------------

constexpr ApiField<Windows11> windows11_fields[] = {
    {"geschikt", "Of Windows 11 erop mag", api_word(known_words),
     [](const Windows11& answer) -> Cell { return word(name_of(answer.eligible)); }},
    {"nietVoldaan", "Codes van eisen waaraan het niet voldoet", api_texts,
     [](const Windows11& answer) -> std::string { return api_array_of_texts(answer.failing); }},
    {"nietTeZien", "Codes van eisen die niet te zien zijn", api_texts,
     [](const Windows11& answer) -> std::string { return api_array_of_texts(answer.unseen); }},
    {"lijstversie", "Versie van de lijst van processors", api_text,
     [](const Windows11& answer) -> Cell { return answer.rules_version; }},
};
const ApiSchema& windows11_schema() {
  static const ApiSchema schema =
      api_schema("Windows11", "Of Windows 11 op het apparaat mag.", windows11_fields);
  return schema;
}

constexpr ApiField<Period> period_fields[] = {
    {"begindatum", "De eerste dag", api_day,
     [](const Period& period) -> Cell { return to_iso8601(period.begin); }},
    {"einddatum", "De laatste dag", api_day,
     [](const Period& period) -> Cell { return to_iso8601(period.end - std::chrono::days(1)); }},
};
const ApiSchema& period_schema() {
  static const ApiSchema schema = api_schema("Periode", "Een week of vier weken.", period_fields);
  return schema;
}

struct ShownDevice {
  const AssessedDevice& device;
  bool locks;
};

constexpr ApiField<ShownDevice> device_fields[] = {
    {"id", "Willekeurig kenmerk van het apparaat; geen serienummer", api_id,
     [](const ShownDevice& one) -> Cell { return hex_from_bytes(one.device.device.id); }},
    {"organisatieOin", "OIN van de organisatie", api_oin,
     [](const ShownDevice& one) -> Cell { return one.device.device.oin; }},
    {"dienstverlenerOin", "OIN van wie het voor de organisatie beheert; null: zijzelf",
     api_oin.or_null(),
     [](const ShownDevice& one) -> Cell {
       const std::string& oin = one.device.device.operator_oin;
       return oin.empty() ? Cell() : Cell(oin);
     }},
    {"merk", "Merk", api_text.or_null(),
     [](const ShownDevice& one) -> Cell { return cell(one.device.device.manufacturer); }},
    {"model", "Model", api_text.or_null(),
     [](const ShownDevice& one) -> Cell { return cell(one.device.device.model); }},
    {"gesimuleerd", "Of het een gesimuleerd apparaat is", api_truth,
     [](const ShownDevice& one) -> Cell { return one.device.device.simulated; }},
    {"toestand", "Toestand van de inschrijving", api_word(enrolment_words),
     [](const ShownDevice& one) -> Cell { return word(name_of(one.device.device.state)); }},
    {"identiteitBewezen", "Of vaststaat dat het dit apparaat is", api_truth,
     [](const ShownDevice& one) -> Cell { return !one.device.device.unproven; }},
    {"bestemming", "De voorgestelde bestemming; onbekend als geen regel er een voorstelt", api_text,
     [](const ShownDevice& one) -> Cell { return one.device.assessment.route; }},
    {"vastgehouden", "Of een regel elke bestemming tegenhoudt", api_truth,
     [](const ShownDevice& one) -> Cell { return one.device.assessment.held; }},
    {"regelversie", "Versie van de regels", api_text,
     [](const ShownDevice& one) -> Cell { return one.device.assessment.rule_version; }},
    {"redenen", "Elke regel die meetelde, op volgorde", api_objects(reason_schema),
     [](const ShownDevice& one) -> std::string {
       return api_array(one.device.assessment.reasons,
                        [](const Reason& reason) { return api_json(reason_fields, reason); });
     }},
    {"accu", "De accu's", api_object(battery_schema),
     [](const ShownDevice& one) -> std::string { return api_json(battery_fields, one.device); }},
    {"schijf", "De schijven", api_object(disks_schema),
     [](const ShownDevice& one) -> std::string { return api_json(disks_fields, one.device); }},
    {"windows11", "Of Windows 11 erop mag; null: niet van toepassing of niets bekend",
     api_object(windows11_schema).or_null(),
     [](const ShownDevice& one) -> std::string {
       const auto& answer = one.device.windows11;
       return answer ? api_json(windows11_fields, *answer) : "null";
     }},
    {"sloten", "Sloten; null: niet voor deze rol", api_object(locks_schema).or_null(),
     [](const ShownDevice& one) -> std::string {
       return one.locks && !one.device.device.locks_hidden ? api_json(lock_fields, one.device.facts)
                                                           : "null";
     }},
    {"eersteDatum", "De dag waarop het voor het eerst werd gezien", api_day,
     [](const ShownDevice& one) -> Cell { return to_iso8601(one.device.device.first_day); }},
    {"laatsteDatum", "De dag waarop het voor het laatst werd gezien", api_day,
     [](const ShownDevice& one) -> Cell { return to_iso8601(one.device.device.last_day); }},
    {"perioden", "Perioden waarover energie is gemeld, de oudste eerst", api_objects(period_schema),
     [](const ShownDevice& one) -> std::string {
       return api_array(one.device.device.periods,
                        [](const Period& period) { return api_json(period_fields, period); });
     }},
};

struct DevicesPage {
  const std::vector<AssessedDevice>& devices;
  bool locks;
  const std::string& links;
};

constexpr ApiField<DevicesPage> page_fields[] = {
    {"apparaten", "De apparaten van deze bladzijde", api_objects(device_schema),
     [](const DevicesPage& page) -> std::string {
       std::string json;
       for (const AssessedDevice& device : page.devices) {
         json += (json.empty() ? "\n  " : ",\n  ") + device_json(device, page.locks);
       }
       return "[" + json + "\n]";
     }},
    {"_links", "Deze bladzijde en de volgende", api_object(links_schema).or_absent(),
     [](const DevicesPage& page) -> std::string { return page.links; }},
};

std::string joined(const std::vector<Reason>& reasons, std::string Reason::*text) {
  std::string all;
  for (const Reason& reason : reasons) {
    if ((reason.*text).empty()) continue;
    if (!all.empty()) all += " | ";
    all += reason.*text;
  }
  return all;
}

}  // namespace

const ApiSchema& device_schema() {
  static const ApiSchema schema =
      api_schema("Apparaat", "Een laptop: wie het is, hoe het ermee staat, en wat ermee te doen.",
                 device_fields);
  return schema;
}

const ApiSchema& devices_schema() {
  static const ApiSchema schema = api_schema("Apparaten", "Een bladzijde apparaten.", page_fields);
  return schema;
}

std::string device_json(const AssessedDevice& device, bool locks) {
  return api_json(device_fields, ShownDevice{device, locks});
}

std::string devices_page_json(const std::vector<AssessedDevice>& devices, bool locks,
                              const std::string& links) {
  return api_json(page_fields, DevicesPage{devices, locks, links}) + "\n";
}

std::string devices_json(const std::vector<AssessedDevice>& devices, bool locks) {
  return devices_page_json(devices, locks, "");
}

Table devices_table(const std::vector<AssessedDevice>& devices, bool locks) {
  Table table;
  table.columns = {"id",
                   "merk",
                   "model",
                   "gesimuleerd",
                   "toestand",
                   "bestemming",
                   "vastgehouden",
                   "eerst_doen",
                   "redenen",
                   "accu_oordeel",
                   "accu_procent_van_nieuw",
                   "schijf_oordeel",
                   "schijf_procent_verbruikt",
                   "slot_bios_wachtwoord",
                   "slot_activering",
                   "slot_beheer",
                   "slot_volgsoftware",
                   "eerste_datum",
                   "laatste_datum",
                   "regelversie",
                   "organisatie_oin"};
  for (const AssessedDevice& one : devices) {
    const FleetDevice& device = one.device;
    const auto lock = [&](std::string_view name) {
      return locks && !one.device.locks_hidden ? Cell(fact_word(one.facts, name)) : Cell();
    };
    table.rows.push_back({hex_from_bytes(device.id),
                          cell(device.manufacturer),
                          cell(device.model),
                          words(device.simulated),
                          std::string(name_of(device.state)),
                          one.assessment.route,
                          words(one.assessment.held),
                          joined(one.assessment.reasons, &Reason::action_nl),
                          joined(one.assessment.reasons, &Reason::nl),
                          std::string(dutch_name_of(one.battery.judgement.verdict)),
                          cell(battery_percent(one)),
                          std::string(dutch_name_of(one.disk.judgement.verdict)),
                          cell(one.disk.percentage_used),
                          lock("locks_bios_password"),
                          lock("locks_activation"),
                          lock("locks_management"),
                          lock("locks_persistence"),
                          to_iso8601(device.first_day),
                          to_iso8601(device.last_day),
                          one.assessment.rule_version,
                          device.oin});
  }
  return table;
}

}  // namespace wattlife

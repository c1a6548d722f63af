// SPDX-License-Identifier: EUPL-1.2
#include "collector/rest_api.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "collector/machine_words.h"
#include "collector/outlook_words.h"
#include "core/text.h"

namespace wattlife {
namespace {

// An object is built from pairs of which the value is JSON already.
using Member = std::pair<std::string_view, std::string>;

std::string object(const std::vector<Member>& members) {
  std::string json = "{";
  for (const auto& [name, value] : members) {
    if (json.size() > 1) json += ", ";
    json += json_string(name) + ": " + value;
  }
  return json + "}";
}

template <class List, class Write>
std::string array(const List& list, Write write) {
  std::string json = "[";
  for (const auto& item : list) {
    if (json.size() > 1) json += ", ";
    json += write(item);
  }
  return json + "]";
}

std::string boolean(bool value) { return value ? "true" : "false"; }
std::string day(UtcDay value) { return json_string(to_iso8601(value)); }
std::string text_or_null(const std::optional<std::string>& text) {
  return text ? json_string(*text) : "null";
}
std::string number_or_null(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : "null";
}

std::string fact_word(const Facts& facts, std::string_view name) {
  const auto found = facts.find(name);
  const auto* word = found == facts.end() ? nullptr : std::get_if<std::string>(&found->second);
  return word != nullptr ? *word : "onbekend";
}

std::optional<std::int64_t> battery_percent(const AssessedDevice& device) {
  if (!device.battery.health) return std::nullopt;
  return (device.battery.health->milli + 5) / 10;
}

std::string locks_json(const Facts& facts) {
  return object({{"biosWachtwoord", json_string(fact_word(facts, "locks_bios_password"))},
                 {"activeringsslot", json_string(fact_word(facts, "locks_activation"))},
                 {"beheer", json_string(fact_word(facts, "locks_management"))},
                 {"volgsoftware", json_string(fact_word(facts, "locks_persistence"))}});
}

std::string reason_json(const Reason& reason) {
  return object({{"regel", json_string(reason.rule)},
                 {"soort", json_string(name_of(reason.kind))},
                 {"zekerheid", json_string(name_of(reason.met))},
                 {"nl", json_string(reason.nl)},
                 {"en", json_string(reason.en)},
                 {"actieNl", reason.action_nl.empty() ? "null" : json_string(reason.action_nl)},
                 {"actieEn", reason.action_en.empty() ? "null" : json_string(reason.action_en)}});
}

std::string words_json(const std::vector<std::string>& words) {
  return array(words, [](const std::string& word) { return json_string(word); });
}

// One pack: what it holds of what it held when new, between which bounds, and what is expected.
std::string pack_json(const PackState& pack) {
  const Outlook& outlook = pack.outlook;
  const auto permille = [](const std::optional<double>& health) {
    return health ? std::to_string(std::lround(*health * 1000)) : std::string("null");
  };
  return object({{"naam", json_string(pack.name)},
                 {"promilleVanNieuw", permille(outlook.health)},
                 {"laagPromille", permille(outlook.low)},
                 {"hoogPromille", permille(outlook.high)},
                 {"oordeel", json_string(dutch_name_of(outlook.battery_class))},
                 {"bevindingen", words_json(pack.judgement.reasons)},
                 {"naar80Procent", json_string(dutch_name_of(outlook.to_800))}});
}

std::string battery_json(const AssessedDevice& one) {
  const BatteryState& battery = one.battery;
  return object({{"aanwezig", boolean(battery.present)},
                 {"procentVanNieuw", number_or_null(battery_percent(one))},
                 {"oordeel", json_string(dutch_name_of(battery.judgement.verdict))},
                 {"bevindingen", words_json(battery.judgement.reasons)},
                 {"accus", array(battery.packs, pack_json)}});
}

std::string erase_json(const std::string& name, const std::vector<DriveErase>& drives) {
  const auto drive = std::find_if(drives.begin(), drives.end(),
                                  [&](const DriveErase& row) { return row.name == name; });
  if (drive == drives.end()) return "null";
  return object({{"sanitizeSleutel", boolean(drive->sanitize_crypto)},
                 {"sanitizeBlokken", boolean(drive->sanitize_block)},
                 {"sanitizeOverschrijven", boolean(drive->sanitize_overwrite)},
                 {"wisopdracht", boolean(drive->command)},
                 {"wisopdrachtSleutel", boolean(drive->command_crypto)},
                 {"bevroren", boolean(drive->frozen)},
                 {"vergrendeld", boolean(drive->locked)}});
}

std::string disks_json(const AssessedDevice& one) {
  const Inventory none;
  const Inventory& inventory = one.device.inventory ? one.device.inventory->inventory : none;
  const auto disk_json = [&](const Disk& disk) {
    const Judgement judgement = judge_disk(disk);
    const auto& used = disk.percentage_used;
    return object({{"naam", json_string(disk.name)},
                   {"soort", json_string(name_of(disk.kind))},
                   {"model", text_or_null(disk.model)},
                   {"bytes", number_or_null(disk.size_bytes)},
                   {"oordeel", json_string(dutch_name_of(judgement.verdict))},
                   {"bevindingen", words_json(judgement.reasons)},
                   {"procentVerbruikt", number_or_null(used)},
                   {"slijtage", used ? json_string(dutch_name_of(wear_state(*used))) : "null"},
                   {"procentReserve", number_or_null(disk.available_spare)},
                   {"wissen", erase_json(disk.name, inventory.provision.drive_erase)}});
  };
  return object({{"oordeel", json_string(dutch_name_of(one.disk.judgement.verdict))},
                 {"procentVerbruikt", number_or_null(one.disk.percentage_used)},
                 {"bevindingen", words_json(one.disk.judgement.reasons)},
                 {"schijven", array(inventory.disks, disk_json)}});
}

std::string windows11_json(const std::optional<Windows11>& answer) {
  if (!answer) return "null";
  return object({{"geschikt", json_string(name_of(answer->eligible))},
                 {"nietVoldaan", words_json(answer->failing)},
                 {"nietTeZien", words_json(answer->unseen)},
                 {"lijstversie", json_string(answer->rules_version)}});
}

std::string device_json(const AssessedDevice& one, bool locks) {
  const FleetDevice& device = one.device;
  const std::string periods = array(device.periods, [](const Period& period) {
    return object(
        {{"begindatum", day(period.begin)}, {"einddatum", day(period.end - std::chrono::days(1))}});
  });
  return object({{"id", json_string(hex_from_bytes(device.id))},
                 {"organisatieOin", json_string(device.oin)},
                 {"merk", text_or_null(device.manufacturer)},
                 {"model", text_or_null(device.model)},
                 {"gesimuleerd", boolean(device.simulated)},
                 {"toestand", json_string(name_of(device.state))},
                 {"identiteitBewezen", boolean(!device.unproven)},
                 {"bestemming", json_string(one.assessment.route)},
                 {"vastgehouden", boolean(one.assessment.held)},
                 {"regelversie", json_string(one.assessment.rule_version)},
                 {"redenen", array(one.assessment.reasons, reason_json)},
                 {"accu", battery_json(one)},
                 {"schijf", disks_json(one)},
                 {"windows11", windows11_json(one.windows11)},
                 {"sloten", locks && !one.device.locks_hidden ? locks_json(one.facts) : "null"},
                 {"eersteDatum", day(device.first_day)},
                 {"laatsteDatum", day(device.last_day)},
                 {"perioden", periods}});
}

std::string joined(const std::vector<Reason>& reasons, std::string Reason::*text) {
  std::string all;
  for (const Reason& reason : reasons) {
    if ((reason.*text).empty()) continue;
    if (!all.empty()) all += " | ";
    all += reason.*text;
  }
  return all;
}

Cell cell(const std::optional<std::string>& text) { return text ? Cell(*text) : Cell(); }
Cell cell(const std::optional<std::int64_t>& number) { return number ? Cell(*number) : Cell(); }
Cell words(bool value) { return std::string(value ? "ja" : "nee"); }

std::string figure_json(const std::optional<EnergyFigure>& figure) {
  if (!figure) return "null";
  return object({{"kwh", fixed(to_kilowatt_hours(figure->energy), 3)},
                 {"laagKwh", fixed(to_kilowatt_hours(figure->interval.low), 3)},
                 {"hoogKwh", fixed(to_kilowatt_hours(figure->interval.high), 3)}});
}

}  // namespace

const char* dutch_name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "goed";
    case Verdict::watch:
      return "matig";
    case Verdict::replace:
      return "vervangen";
    case Verdict::fail:
      return "defect";
    case Verdict::unknown:
      return "onbekend";
  }
  return "onbekend";
}

const char* dutch_name_of(Tier tier) {
  switch (tier) {
    case Tier::measured:
      return "gemeten";
    case Tier::calibrated_device:
      return "berekend (dit apparaat)";
    case Tier::calibrated_model:
      return "berekend (dit model)";
    case Tier::estimated:
      return "geschat";
    case Tier::unknown:
      return "onbekend";
  }
  return "onbekend";
}

const char* english_name_of(Tier tier) {
  switch (tier) {
    case Tier::measured:
      return "measured";
    case Tier::calibrated_device:
      return "calculated (this device)";
    case Tier::calibrated_model:
      return "calculated (this model)";
    case Tier::estimated:
      return "estimated";
    case Tier::unknown:
      return "unknown";
  }
  return "unknown";
}

namespace {

std::string name_of_machine(const std::string& maker, const std::string& model) {
  if (maker.empty() || model.empty()) return maker + model;
  const bool said_twice = lower_case(model).rfind(lower_case(maker) + " ", 0) == 0;
  return said_twice ? model : maker + " " + model;
}

}  // namespace

std::string name_for_people(const FleetDevice& device) {
  return name_of_machine(device.manufacturer.value_or(""), device.model.value_or(""));
}
std::string name_for_people(const EnrolmentRow& enrolment) {
  return name_of_machine(enrolment.manufacturer.value_or(""), enrolment.model.value_or(""));
}

std::string devices_json(const std::vector<AssessedDevice>& devices, bool locks) {
  std::string json = "{\"apparaten\": [";
  bool first = true;
  for (const AssessedDevice& device : devices) {
    json += first ? "\n  " : ",\n  ";
    json += device_json(device, locks);
    first = false;
  }
  return json + "\n]}\n";
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

std::string person_json(const Person* person) {
  if (person == nullptr) return object({{"aangemeld", "false"}}) + "\n";
  std::vector<std::string> roles;
  for (const Role role : person->roles) roles.emplace_back(name_of(role));
  return object({{"aangemeld", boolean(person->by != SignedInBy::nobody)},
                 {"wijze", json_string(name_of(person->by))},
                 {"naam", json_string(person->name)},
                 {"rollen", words_json(roles)},
                 {"organisaties", words_json({person->oins.begin(), person->oins.end()})}}) +
         "\n";
}

std::string fleet_energy_json(const FleetEnergy& fleet) {
  const auto tier_json = [](const TierShare& share) {
    return object({{"herkomst",
                    array(share.tiers, [](Tier tier) { return json_string(dutch_name_of(tier)); })},
                   {"promille", std::to_string(share.permille)}});
  };
  const auto period_json = [](const PeriodEnergy& row) {
    std::vector<Member> members;
    if (row.period) {
      members.emplace_back("begindatum", day(row.period->begin));
      members.emplace_back("einddatum", day(row.period->end - std::chrono::days(1)));
    } else {
      members.emplace_back("begindatum", "null");
      members.emplace_back("einddatum", "null");
    }
    members.emplace_back("apparaten", std::to_string(row.devices));
    members.emplace_back("verbruik", figure_json(row.consumed));
    return object(members);
  };
  const bool shown = fleet.consumed.has_value();
  return object({{"apparaten", std::to_string(fleet.devices)},
                 {"kleinsteGroep", std::to_string(smallest_group)},
                 {"verbruik", figure_json(fleet.consumed)},
                 {"stopcontact", figure_json(fleet.wall)},
                 {"dekkingPromille", shown ? std::to_string(fleet.coverage_permille) : "null"},
                 {"dekkingStopcontactPromille",
                  fleet.wall ? std::to_string(fleet.wall_coverage_permille) : "null"},
                 {"herkomst", array(fleet.tiers, tier_json)},
                 {"perioden", array(fleet.periods, period_json)},
                 {"weggelatenPerioden", std::to_string(fleet.hidden_periods)},
                 {"methoden", words_json(fleet.methods)}}) +
         "\n";
}

}  // namespace wattlife

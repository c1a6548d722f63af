// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_energy.h"

#include "collector/api_words.h"
#include "collector/rest_api.h"
#include "core/text.h"

namespace wattlife {
namespace {

std::string kilowatt_hours(Energy energy) { return fixed(to_kilowatt_hours(energy), 3); }

constexpr ApiField<EnergyFigure> figure_fields[] = {
    {"kwh", "Energie in kWh", api_number,
     [](const EnergyFigure& figure) -> std::string { return kilowatt_hours(figure.energy); }},
    {"laagKwh", "Ondergrens van het interval van 95 %", api_number,
     [](const EnergyFigure& figure) -> std::string { return kilowatt_hours(figure.interval.low); }},
    {"hoogKwh", "Bovengrens van het interval van 95 %", api_number,
     [](const EnergyFigure& figure) -> std::string {
       return kilowatt_hours(figure.interval.high);
     }},
};
const ApiSchema& figure_schema() {
  static const ApiSchema schema =
      api_schema("Energie", "Een hoeveelheid energie met haar interval.", figure_fields);
  return schema;
}
std::string figure_json(const std::optional<EnergyFigure>& figure) {
  return figure ? api_json(figure_fields, *figure) : "null";
}

constexpr ApiField<TierShare> share_fields[] = {
    {"herkomst", "Hoe aan dit deel is gekomen; te kleine delen staan samen",
     api_list_of_words(tier_words),
     [](const TierShare& share) -> std::string {
       return api_array(share.tiers, [](Tier tier) { return json_string(dutch_name_of(tier)); });
     }},
    {"promille", "Deel van het totaal", api_whole,
     [](const TierShare& share) -> Cell { return std::int64_t{share.permille}; }},
};
const ApiSchema& share_schema() {
  static const ApiSchema schema =
      api_schema("Herkomst", "Een deel van het totaal en hoe daaraan is gekomen.", share_fields);
  return schema;
}

constexpr ApiField<PeriodEnergy> period_fields[] = {
    {"begindatum", "De eerste dag; null: kleine perioden samen", api_day.or_null(),
     [](const PeriodEnergy& row) -> Cell {
       return row.period ? Cell(to_iso8601(row.period->begin)) : Cell();
     }},
    {"einddatum", "De laatste dag; null: kleine perioden samen", api_day.or_null(),
     [](const PeriodEnergy& row) -> Cell {
       return row.period ? Cell(to_iso8601(row.period->end - std::chrono::days(1))) : Cell();
     }},
    {"apparaten", "Aantal apparaten", api_whole,
     [](const PeriodEnergy& row) -> Cell { return std::int64_t{row.devices}; }},
    {"verbruik", "Wat de apparaten verbruikten", api_object(figure_schema),
     [](const PeriodEnergy& row) -> std::string { return figure_json(row.consumed); }},
};
const ApiSchema& period_schema() {
  static const ApiSchema schema =
      api_schema("Periodeverbruik", "Het verbruik in een periode.", period_fields);
  return schema;
}

constexpr ApiField<FleetEnergy> fleet_fields[] = {
    {"apparaten", "Aantal apparaten", api_whole,
     [](const FleetEnergy& fleet) -> Cell { return std::int64_t{fleet.devices}; }},
    {"kleinsteGroep", "Van minder apparaten wordt geen verbruik getoond", api_whole,
     [](const FleetEnergy&) -> Cell { return std::int64_t{smallest_group}; }},
    {"verbruik", "Wat de apparaten verbruikten; null: de groep is te klein",
     api_object(figure_schema).or_null(),
     [](const FleetEnergy& fleet) -> std::string { return figure_json(fleet.consumed); }},
    {"stopcontact", "Wat uit het stopcontact kwam, voor zover bekend; null: te weinig bekend",
     api_object(figure_schema).or_null(),
     [](const FleetEnergy& fleet) -> std::string { return figure_json(fleet.wall); }},
    {"dekkingPromille", "Deel van de gemelde tijd waarvan het verbruik bekend is",
     api_whole.or_null(),
     [](const FleetEnergy& fleet) -> Cell {
       return fleet.consumed ? Cell(std::int64_t{fleet.coverage_permille}) : Cell();
     }},
    {"dekkingStopcontactPromille",
     "Deel van de gemelde tijd aan het net waarvan bekend is wat uit het stopcontact kwam",
     api_whole.or_null(),
     [](const FleetEnergy& fleet) -> Cell {
       return fleet.wall ? Cell(std::int64_t{fleet.wall_coverage_permille}) : Cell();
     }},
    {"herkomst", "Hoe aan het verbruik is gekomen", api_objects(share_schema),
     [](const FleetEnergy& fleet) -> std::string {
       return api_array(fleet.tiers,
                        [](const TierShare& share) { return api_json(share_fields, share); });
     }},
    {"perioden", "Het verbruik per periode", api_objects(period_schema),
     [](const FleetEnergy& fleet) -> std::string {
       return api_array(fleet.periods,
                        [](const PeriodEnergy& row) { return api_json(period_fields, row); });
     }},
    {"weggelatenPerioden", "Perioden met te weinig apparaten; ze tellen nergens mee", api_whole,
     [](const FleetEnergy& fleet) -> Cell { return std::int64_t{fleet.hidden_periods}; }},
    {"methoden", "De methoden waarmee is gemeten of berekend", api_texts,
     [](const FleetEnergy& fleet) -> std::string { return api_array_of_texts(fleet.methods); }},
};

}  // namespace

std::string fleet_energy_json(const FleetEnergy& fleet) {
  return api_json(fleet_fields, fleet) + "\n";
}

const ApiSchema& fleet_energy_schema() {
  static const ApiSchema schema =
      api_schema("Energieoverzicht", "De energie van een groep apparaten.", fleet_fields);
  return schema;
}

}  // namespace wattlife

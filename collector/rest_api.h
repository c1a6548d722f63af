// SPDX-License-Identifier: EUPL-1.2
// The work list and the energy of the fleet for people and systems: Dutch names, by the NLGov API
// Design Rules. Values in, text out; who may see what is decided before.
#pragma once

#include <string>
#include <vector>

#include "collector/access.h"
#include "collector/assessments.h"
#include "collector/fleet_energy.h"
#include "core/table.h"

namespace wattlife {

inline constexpr std::string_view api_version = "1.0.0";

// The words of the API for a verdict: "goed", "matig", "vervangen", "defect", "onbekend".
const char* dutch_name_of(Verdict verdict);
// In words, never as a code: "gemeten", "berekend (dit apparaat)", …
const char* dutch_name_of(Tier tier);
const char* english_name_of(Tier tier);

// "HP EliteBook 840 G6": maker and model, the maker once. Empty when both are unknown.
std::string name_for_people(const FleetDevice& device);
std::string name_for_people(const EnrolmentRow& enrolment);

// {"apparaten": [...]}: health, identity, route and reasons; never energy, hours or serials.
// Without `locks` those are null: not for who asks, which is something else than unknown.
std::string devices_json(const std::vector<AssessedDevice>& devices, bool locks = true);
// The same as a table, for CSV.
Table devices_table(const std::vector<AssessedDevice>& devices, bool locks = true);
// Who is signed in, and as what; null: nobody.
std::string person_json(const Person* person);
// The fleet's energy; nulls and a reason when the group is too small.
std::string fleet_energy_json(const FleetEnergy& fleet);

}  // namespace wattlife

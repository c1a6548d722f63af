// SPDX-License-Identifier: EUPL-1.2
// The words of the REST API and of pages for what the collector judges: Dutch names, by the NLGov
// API Design Rules. What is written with them: api_devices.h, api_energy.h, api_people.h.
#pragma once

#include <string>

#include "collector/assessments.h"

namespace wattlife {

// The words of the API for a verdict: "goed", "matig", "vervangen", "defect", "onbekend".
const char* dutch_name_of(Verdict verdict);
// In words, never as a code: "gemeten", "berekend (dit apparaat)", …
const char* dutch_name_of(Tier tier);
const char* english_name_of(Tier tier);

// "HP EliteBook 840 G6": maker and model, the maker once. Empty when both are unknown.
std::string name_for_people(const FleetDevice& device);
std::string name_for_people(const EnrolmentRow& enrolment);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// The page `/`: what a planner can do next, what the fleet uses, and each device with the reasons.
// HTML made here, without scripts, in Dutch or English; everything that came from outside is
// escaped. Values in, text out.
#pragma once

#include <string>
#include <vector>

#include "collector/assessments.h"
#include "collector/fleet_energy.h"
#include "core/text.h"

namespace wattlife {

struct PageData {
  std::vector<AssessedDevice> devices;  // the work list, in its order
  std::vector<ActionCount> actions;
  FleetEnergy energy;
  std::string rule_version;
  Language language = Language::dutch;
  std::string action;  // only devices with this rule's action; empty: all
};
std::string page_html(const PageData& data);

// A short page for what is not there.
std::string not_found_html(Language language);

// --- Parts, each in a file of its own -----------------------------------------------------------

// One of two texts.
inline const char* say(Language language, const char* dutch, const char* english) {
  return language == Language::dutch ? dutch : english;
}
// "24 november 2026", "24 November 2026".
std::string day_for_people(UtcDay day, Language language);
// "9 t/m 15 november 2026".
std::string period_for_people(const Period& period, Language language);

std::string energy_section(const PageData& data);   // page_energy.cpp
std::string devices_section(const PageData& data);  // page_devices.cpp

}  // namespace wattlife

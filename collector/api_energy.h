// SPDX-License-Identifier: EUPL-1.2
// The energy of a group of devices in the REST API.
#pragma once

#include <string>

#include "collector/api_schema.h"
#include "collector/fleet_energy.h"

namespace wattlife {

// Nulls when the group is too small.
std::string fleet_energy_json(const FleetEnergy& fleet);
const ApiSchema& fleet_energy_schema();

}  // namespace wattlife

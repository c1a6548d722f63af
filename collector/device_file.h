// SPDX-License-Identifier: EUPL-1.2
// The answer to "what do you hold about my laptop?" (AVG 15): everything, as one JSON text. Pure.
#pragma once

#include <string>

#include "collector/fleet_store.h"

namespace wattlife {

// `today` is the day on which it was asked.
std::string device_file_json(const HeldDevice& held, UtcDay today);

// Entries as they are printed, in their order.
Table audit_table(const std::vector<ChainedEntry>& entries);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// The layout of the collector's database, step by step. A step that was once released never
// changes; what comes later is a step of its own at the end, in both languages.
#pragma once

#include <span>

#include "collector/sql.h"

namespace wattlife {

std::span<const SchemaStep> fleet_schema();

}  // namespace wattlife

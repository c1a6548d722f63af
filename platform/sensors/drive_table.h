// SPDX-License-Identifier: EUPL-1.2
// data/drive_table.toml as core values. It is part of the program.
#pragma once

#include <string_view>

#include "core/ata_health.h"
#include "core/result.h"

namespace wattlife {

// Malformed, naming the row: an unknown key, medium or meaning, an id that is no attribute, a row
// without source.
Result<DriveTable> drive_table_from(std::string_view toml, std::string_view name);

// The table that is part of the program; that it can be read is tested. Read once.
const DriveTable& built_in_drive_table();

}  // namespace wattlife

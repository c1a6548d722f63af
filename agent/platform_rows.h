// SPDX-License-Identifier: EUPL-1.2
// What an inventory in samples.db says of the processor and of how drives can be erased: one row
// and one per drive that tells. Part of agent/inventory_rows.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/reading.h"
#include "core/result.h"
#include "platform/database.h"

namespace wattlife {

// Its part of the layout of samples.db: what layout 8 added.
extern const std::string_view platform_layout;

// Both belong inside a transaction of the caller; `inventory` is the number of its row.
Done insert_platform(Database& database, std::int64_t inventory, const Provision& provision);
Done read_platform(Database& database, std::int64_t inventory, Provision& into);

}  // namespace wattlife

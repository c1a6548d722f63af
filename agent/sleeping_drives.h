// SPDX-License-Identifier: EUPL-1.2
// A drive that stands still is not woken to be asked how it is. What it said when it last turned is
// still true of it: without that, an inventory of such an hour would lack its serial number and its
// health, and look as if it had been taken out. Pure.
#pragma once

#include <optional>

#include "core/reading.h"

namespace wattlife {

// `now`, with what `before` knew of each drive that sleeps (a fault with the cause asleep below the
// folder of its pages): what is empty in it is filled, how it can be erased too, and the fault
// goes. Only of a drive of the same name, kind, model and size, and of one run of the program:
// nobody puts in another one meanwhile. A drive of which nothing was known stays as it is, with its
// fault.
Inventory with_sleeping_drives(Inventory now, const std::optional<Inventory>& before);

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// The end of this process at once, with nothing of it done any more: no destructor, no flush.
#pragma once

namespace wattlife::fault {

[[noreturn]] void kill_self();

}  // namespace wattlife::fault

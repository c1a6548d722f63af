// SPDX-License-Identifier: EUPL-1.2
#include <windows.h>

#include "tests/fault/kill_self.h"

namespace wattlife::fault {

void kill_self() {
  for (;;) TerminateProcess(GetCurrentProcess(), 9);
}

}  // namespace wattlife::fault

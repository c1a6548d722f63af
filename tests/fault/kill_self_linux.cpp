// SPDX-License-Identifier: EUPL-1.2
#include <unistd.h>

#include <csignal>

#include "tests/fault/kill_self.h"

namespace wattlife::fault {

void kill_self() {
  for (;;) ::kill(::getpid(), SIGKILL);
}

}  // namespace wattlife::fault

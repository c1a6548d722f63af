// SPDX-License-Identifier: EUPL-1.2
#include "agent/exit.h"

namespace wattlife {

Exit exit_for(const Error& error) {
  switch (error.cause) {
    case Cause::absent:
      return Exit::no_input;
    case Cause::denied:
      return Exit::permission;
    case Cause::busy:
    case Cause::asleep:
      return Exit::retry;
    case Cause::malformed:
      return Exit::data;
    case Cause::io:
      return Exit::io;
  }
  return Exit::internal;
}

}  // namespace wattlife

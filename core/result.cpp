// SPDX-License-Identifier: EUPL-1.2
#include "core/result.h"

namespace wattlife {

const char* name_of(Cause cause) {
  switch (cause) {
    case Cause::absent:
      return "absent";
    case Cause::denied:
      return "denied";
    case Cause::busy:
      return "busy";
    case Cause::asleep:
      return "asleep";
    case Cause::malformed:
      return "malformed";
    case Cause::io:
      return "io";
  }
  return "io";
}

}  // namespace wattlife

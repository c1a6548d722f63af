// SPDX-License-Identifier: EUPL-1.2
#include "tests/places.h"

namespace wattlife::places {

std::string sources() { return WATTLIFE_SOURCE_DIR; }
std::string programs() { return WATTLIFE_BIN_DIR; }

}  // namespace wattlife::places

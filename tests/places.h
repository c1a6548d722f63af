// SPDX-License-Identifier: EUPL-1.2
// Where the clone is and where its programs were built. These two are different in every clone:
// they are known to one object, so that the compiler's cache serves all others to every clone.
#pragma once

#include <string>

namespace wattlife::places {

std::string sources();   // the root of the clone
std::string programs();  // the folder with "wattlife", "wattlife-sampler" and the rest

}  // namespace wattlife::places

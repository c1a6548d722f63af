// SPDX-License-Identifier: EUPL-1.2
// Files that are part of the program; the body is made from them by embed.cmake at each build.
#pragma once

#include <string_view>

namespace wattlife {

std::string_view embedded_reuse_rules();  // data/reuse_rules.toml
std::string_view embedded_style();        // collector/style.css

}  // namespace wattlife

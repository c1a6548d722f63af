# SPDX-License-Identifier: EUPL-1.2
# cmake -D OUTPUT=... -D RULES=... -D STYLE=... -P embed.cmake: the texts as a C++ file.
file(READ ${RULES} rules)
file(READ ${STYLE} style)
file(WRITE ${OUTPUT} "// Made by collector/embed.cmake.
#include \"collector/embedded.h\"

namespace wattlife {

std::string_view embedded_reuse_rules() {
  return R\"wattlife(${rules})wattlife\";
}

std::string_view embedded_style() {
  return R\"wattlife(${style})wattlife\";
}

}  // namespace wattlife
")

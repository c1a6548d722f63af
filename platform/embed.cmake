# SPDX-License-Identifier: EUPL-1.2
# cmake -D OUTPUT=... -D TABLE=... -P embed.cmake: the table as a C++ file.
file(READ ${TABLE} table)
file(WRITE ${OUTPUT} "// Made by platform/embed.cmake.
#include \"platform/os_support_file.h\"

namespace wattlife {

std::string_view embedded_os_support() {
  return R\"wattlife(${table})wattlife\";
}

}  // namespace wattlife
")

# SPDX-License-Identifier: EUPL-1.2
# cmake -D OUTPUT=... -D DATA=... -P embed_tables.cmake: the tables as a C++ file.
file(READ ${DATA}/battery_recalls.toml recalls)
file(READ ${DATA}/drive_table.toml drives)
file(READ ${DATA}/os_support.toml systems)
file(READ ${DATA}/windows11_processors.toml processors)
file(WRITE ${OUTPUT} "// Made by platform/sensors/embed_tables.cmake.
#include \"platform/sensors/embedded_tables.h\"

namespace wattlife {

std::string_view embedded_battery_recalls() {
  return R\"wattlife(${recalls})wattlife\";
}

std::string_view embedded_drive_table() {
  return R\"wattlife(${drives})wattlife\";
}

std::string_view embedded_os_support() {
  return R\"wattlife(${systems})wattlife\";
}

std::string_view embedded_windows11_processors() {
  return R\"wattlife(${processors})wattlife\";
}

}  // namespace wattlife
")

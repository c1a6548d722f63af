// SPDX-License-Identifier: EUPL-1.2
// Tables of data/ that are part of the device programs; the body is made from them by
// embed_tables.cmake at each build.
#pragma once

#include <string_view>

namespace wattlife {

std::string_view embedded_battery_recalls();       // data/battery_recalls.toml
std::string_view embedded_drive_table();           // data/drive_table.toml
std::string_view embedded_os_support();            // data/os_support.toml
std::string_view embedded_windows11_processors();  // data/windows11_processors.toml

}  // namespace wattlife

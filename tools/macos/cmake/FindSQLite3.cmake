# SPDX-License-Identifier: EUPL-1.2
# SQLite of macOS itself: its header from here, its symbols from the list in tools/macos/stubs.
find_path(SQLite3_INCLUDE_DIR sqlite3.h HINTS ${WATTLIFE_MACOS_INCLUDE} NO_CMAKE_FIND_ROOT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SQLite3 REQUIRED_VARS SQLite3_INCLUDE_DIR)
if(SQLite3_FOUND AND NOT TARGET SQLite::SQLite3)
  add_library(SQLite::SQLite3 INTERFACE IMPORTED)
  target_include_directories(SQLite::SQLite3 INTERFACE ${SQLite3_INCLUDE_DIR})
  target_link_libraries(SQLite::SQLite3 INTERFACE -lsqlite3)
endif()

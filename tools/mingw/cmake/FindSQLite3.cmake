# SPDX-License-Identifier: EUPL-1.2
# SQLite as tools/mingw/dependencies.sh builds it. Gives SQLite::SQLite3.
include(FindPackageHandleStandardArgs)
find_path(SQLite3_INCLUDE_DIR sqlite3.h)
find_library(SQLite3_LIBRARY NAMES libsqlite3.a)
find_package_handle_standard_args(SQLite3 REQUIRED_VARS SQLite3_LIBRARY SQLite3_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "Run tools/mingw/dependencies.sh first.")
if(SQLite3_FOUND AND NOT TARGET SQLite::SQLite3)
  add_library(SQLite::SQLite3 STATIC IMPORTED)
  set_target_properties(SQLite::SQLite3 PROPERTIES
    IMPORTED_LOCATION ${SQLite3_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${SQLite3_INCLUDE_DIR})
endif()
mark_as_advanced(SQLite3_INCLUDE_DIR SQLite3_LIBRARY)

# SPDX-License-Identifier: EUPL-1.2
# The Windows programs of the mingw preset against the collector of this build; skipped when those,
# or Wine, are not there.
set(WATTLIFE_MINGW_BIN ${CMAKE_SOURCE_DIR}/out/mingw/bin
  CACHE PATH "Where the cross-built Windows programs are")
add_test(NAME windows_to_collector
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/windows_to_collector.sh)
set_tests_properties(windows_to_collector PROPERTIES
  ENVIRONMENT "WATTLIFE_BIN=${CMAKE_BINARY_DIR}/bin;WATTLIFE_MINGW_BIN=${WATTLIFE_MINGW_BIN}"
  LABELS "e2e;wine" SKIP_RETURN_CODE 77 TIMEOUT 600)

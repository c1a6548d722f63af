# SPDX-License-Identifier: EUPL-1.2
# libcurl of macOS itself: its headers from here, its symbols from the list in tools/macos/stubs.
find_path(CURL_INCLUDE_DIR curl/curl.h HINTS ${WATTLIFE_MACOS_INCLUDE} NO_CMAKE_FIND_ROOT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CURL REQUIRED_VARS CURL_INCLUDE_DIR)
if(CURL_FOUND AND NOT TARGET CURL::libcurl)
  add_library(CURL::libcurl INTERFACE IMPORTED)
  target_include_directories(CURL::libcurl INTERFACE ${CURL_INCLUDE_DIR})
  target_link_libraries(CURL::libcurl INTERFACE -lcurl)
endif()

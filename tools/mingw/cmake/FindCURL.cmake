# SPDX-License-Identifier: EUPL-1.2
# libcurl as tools/mingw/dependencies.sh builds it: static, Schannel. Gives CURL::libcurl.
include(FindPackageHandleStandardArgs)
find_path(CURL_INCLUDE_DIR curl/curl.h)
find_library(CURL_LIBRARY NAMES libcurl.a)
find_package_handle_standard_args(CURL REQUIRED_VARS CURL_LIBRARY CURL_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "Run tools/mingw/dependencies.sh first.")
if(CURL_FOUND AND NOT TARGET CURL::libcurl)
  add_library(CURL::libcurl STATIC IMPORTED)
  set_target_properties(CURL::libcurl PROPERTIES
    IMPORTED_LOCATION ${CURL_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${CURL_INCLUDE_DIR}
    INTERFACE_COMPILE_DEFINITIONS CURL_STATICLIB
    INTERFACE_LINK_LIBRARIES "ws2_32;crypt32;bcrypt;advapi32")
endif()
mark_as_advanced(CURL_INCLUDE_DIR CURL_LIBRARY)

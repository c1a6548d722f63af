# SPDX-License-Identifier: EUPL-1.2
# What the agent stands on: the database, the process, the HTTP client.
wattlife_test(database_test LIBRARIES wattlife_database LABELS portable)
wattlife_test(process_test LIBRARIES wattlife_process LABELS portable)
wattlife_test(process_stop_test LIBRARIES wattlife_process LABELS portable)
wattlife_test(access_list_test LIBRARIES wattlife_key_access LABELS portable)
wattlife_test(secret_store_test LIBRARIES wattlife_secret_store LABELS portable)
if(WATTLIFE_OS STREQUAL windows)
  wattlife_test(client_certificate_windows_test
    LIBRARIES wattlife_client_certificate wattlife_certificate_store LABELS portable)
  wattlife_test(key_access_windows_test
    LIBRARIES wattlife_key_access wattlife_certificate_store wattlife_process LABELS portable)
endif()
if(WATTLIFE_OS STREQUAL linux)
  # A server of its own, to be as wrong as a test wants; OpenSSL is there for the collector anyway.
  find_package(OpenSSL REQUIRED)
  find_package(Threads REQUIRED)
  add_library(wattlife_tls_server STATIC ${CMAKE_SOURCE_DIR}/tests/tls_server.cpp)
  target_link_libraries(wattlife_tls_server PUBLIC
    wattlife_options GTest::gtest OpenSSL::SSL Threads::Threads)
  wattlife_test(http_client_test LIBRARIES wattlife_http_client wattlife_tls_server)
  wattlife_test(secret_store_linux_test LIBRARIES wattlife_secret_store)
  wattlife_test(client_certificate_linux_test
    SOURCES client_certificate_linux_test.cpp ${CMAKE_SOURCE_DIR}/tests/e2e/programs.cpp
    LIBRARIES wattlife_client_certificate wattlife_http_client wattlife_tls_server OpenSSL::Crypto)
endif()

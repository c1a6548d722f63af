# SPDX-License-Identifier: EUPL-1.2
# What the agent stands on: the database, the process, the HTTP client.
wattlife_test(database_test LIBRARIES wattlife_database LABELS portable)
wattlife_test(process_test LIBRARIES wattlife_process LABELS portable)
wattlife_test(process_stop_test LIBRARIES wattlife_process LABELS portable)
if(WATTLIFE_OS STREQUAL linux)
  # A server of its own, to be as wrong as a test wants; OpenSSL is there for the collector anyway.
  find_package(OpenSSL REQUIRED)
  find_package(Threads REQUIRED)
  add_library(wattlife_tls_server STATIC ${CMAKE_SOURCE_DIR}/tests/tls_server.cpp)
  target_link_libraries(wattlife_tls_server PUBLIC
    wattlife_options GTest::gtest OpenSSL::SSL Threads::Threads)
  wattlife_test(http_client_test LIBRARIES wattlife_http_client wattlife_tls_server)
endif()

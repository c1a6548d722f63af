# SPDX-License-Identifier: EUPL-1.2
# What every target of ours has in common: warnings as errors, sanitizers, include root.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(wattlife_options INTERFACE)
target_include_directories(wattlife_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(wattlife_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(NOT APPLE)
  target_compile_options(wattlife_options INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-ffunction-sections> $<$<NOT:$<CONFIG:Debug>>:-fdata-sections>)
endif()
target_compile_definitions(wattlife_options INTERFACE WATTLIFE_VERSION="${PROJECT_VERSION}")
if(WATTLIFE_SANITIZE)
  target_compile_options(wattlife_options INTERFACE
    -fsanitize=${WATTLIFE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(wattlife_options INTERFACE -fsanitize=${WATTLIFE_SANITIZE})
endif()
if(WIN32)
  target_compile_definitions(wattlife_options INTERFACE NOMINMAX WIN32_LEAN_AND_MEAN UNICODE _UNICODE)
endif()

function(wattlife_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC wattlife_options)
endfunction()

function(wattlife_program name)
  add_executable(${name} ${ARGN})
  if(WIN32)
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/platform/program_windows.rc)
  endif()
  target_link_libraries(${name} PRIVATE wattlife_options)
endfunction()

# For a program that is always resident: what it needs of the C++ library is part of it, and what
# it does not need of anything is left out. 0.9 MB less memory than with the shared library.
function(wattlife_small_program name)
  if(WATTLIFE_OS STREQUAL linux AND NOT WATTLIFE_SANITIZE)
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections)
  endif()
endfunction()

# A library of the programs that are always resident. Each of its lines runs once a minute or less,
# from memory that others have used since: what counts is how many lines there are to fetch.
function(wattlife_small_library name)
  wattlife_library(${name} ${ARGN})
  if(NOT MSVC AND NOT WATTLIFE_SANITIZE)
    target_compile_options(${name} PRIVATE $<$<NOT:$<CONFIG:Debug>>:-Os>)
    # With -Os GCC 12 takes each std::optional that a function did not inline for uninitialised. The
    # sanitized builds, which are not built so, keep looking.
    target_compile_options(${name} PRIVATE
      $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Debug>>>:-Wno-maybe-uninitialized>)
  endif()
endfunction()

# A GoogleTest program. LABELS says where it can run: "portable" also under Wine.
function(wattlife_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  if(NOT ARG_SOURCES)
    set(ARG_SOURCES ${name}.cpp)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE
    wattlife_options wattlife_places ${ARG_LIBRARIES} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  # One ctest entry per program: starting a program is dear under Wine.
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
  if(ARG_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
  endif()
endfunction()

# A fuzz target: FuzzOne in `name`.cpp. With WATTLIFE_FUZZ a libFuzzer program; otherwise a plain
# program that replays tests/fuzz/corpus/`name` and is one of the tests.
function(wattlife_fuzz name)
  cmake_parse_arguments(ARG "" "" "LIBRARIES;LABELS" ${ARGN})
  if(WATTLIFE_FUZZ)
    add_executable(${name} ${name}.cpp)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(${name} PRIVATE wattlife_options ${ARG_LIBRARIES})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    if(NOT TARGET fuzz_targets)
      add_custom_target(fuzz_targets)
    endif()
    add_dependencies(fuzz_targets ${name})
  else()
    add_executable(${name} ${name}.cpp ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    target_link_libraries(${name} PRIVATE wattlife_options ${ARG_LIBRARIES})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME ${name}_replay COMMAND ${name} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
    set_tests_properties(${name}_replay PROPERTIES LABELS "fuzz;${ARG_LABELS}" TIMEOUT 300)
  endif()
endfunction()

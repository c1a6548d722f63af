# SPDX-License-Identifier: EUPL-1.2
# Windows programs from Debian: GCC for x86_64 with POSIX threads, everything linked statically.
# Libraries come from tools/mingw/dependencies.sh; tests run under Wine through winerun.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)

# Where the libraries are: a cache variable, so that a ninja which runs CMake again still knows, and
# passed on to try-compiles, which read this file in a cache of their own.
if(NOT WATTLIFE_MINGW_PREFIX)
  file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/key wattlife_key LIMIT_COUNT 1)
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(wattlife_cache $ENV{XDG_CACHE_HOME})
  else()
    set(wattlife_cache $ENV{HOME}/.cache)
  endif()
  set(WATTLIFE_MINGW_PREFIX ${wattlife_cache}/wattlife/mingw-${wattlife_key}
    CACHE PATH "Cross-built libraries, made by tools/mingw/dependencies.sh")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WATTLIFE_MINGW_PREFIX)

set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32 ${WATTLIFE_MINGW_PREFIX})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Find modules that know static linking: libcurl's system libraries, protobuf-lite alone.
list(PREPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/cmake)

# The header-only libraries are found as on Linux, without a word in any CMake file.
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES ${WATTLIFE_MINGW_PREFIX}/include)

# Windows 10 is the oldest that is supported; mingw's own default is Windows 7.
add_compile_definitions(_WIN32_WINNT=0x0A00 WINVER=0x0A00 NTDDI_VERSION=0x0A000006)
# Not -O3, where GCC 12 warns of overlaps in std::string that are not there (GCC bug 105651).
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -static-libgcc -static-libstdc++ -Wl,--gc-sections")
set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/winerun)

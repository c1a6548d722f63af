# SPDX-License-Identifier: EUPL-1.2
# The command line `wattlife`, and what it shows of a machine.
wattlife_library(wattlife_decode decode.cpp doctor.cpp)
target_link_libraries(wattlife_decode PUBLIC wattlife_machine)

wattlife_program(wattlife
  cli_main.cpp cli_command.cpp cli_capture.cpp cli_config.cpp cli_decode.cpp cli_doctor.cpp
  cli_version.cpp)
target_link_libraries(wattlife PRIVATE wattlife_decode wattlife_programs)

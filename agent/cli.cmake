# SPDX-License-Identifier: EUPL-1.2
# The command line `wattlife`, and what it shows of a machine.
wattlife_library(wattlife_decode decode.cpp decode_parts.cpp doctor.cpp
  doctor_contact.cpp hidden_drives.cpp outlook_text.cpp)
target_link_libraries(wattlife_decode PUBLIC wattlife_machine wattlife_programs)

# view.json, read back and told to people. The JSON library is headers only, and stays out of the
# sampler and the agent.
wattlife_library(wattlife_view_text
  view_file.cpp phrases.cpp span_json.cpp mijn_text.cpp status_text.cpp self_text.cpp day_rows.cpp
  battery_words.cpp learned_words.cpp)
target_link_libraries(wattlife_view_text PUBLIC wattlife_core wattlife_process wattlife_programs)

wattlife_program(wattlife
  cli_main.cpp cli_command.cpp cli_view.cpp cli_battery_outlook.cpp cli_capture.cpp cli_config.cpp
  cli_decode.cpp cli_doctor.cpp cli_export.cpp cli_mijn.cpp cli_self.cpp cli_status.cpp
  cli_version.cpp)
target_link_libraries(wattlife PRIVATE wattlife_decode wattlife_programs wattlife_view_text)

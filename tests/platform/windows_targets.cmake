# SPDX-License-Identifier: EUPL-1.2
# Decoders of Windows are tested on every system; what asks Windows itself, there.
wattlife_test(bounded_reader_test LIBRARIES wattlife_machine LABELS portable)
wattlife_test(ata_commands_test LIBRARIES wattlife_machine LABELS portable)
wattlife_test(ata_pass_through_test LIBRARIES wattlife_machine LABELS portable)
wattlife_test(settings_folder_test LIBRARIES wattlife_machine LABELS portable)
wattlife_test(battery_windows_test SOURCES sensors/battery_windows_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(power_windows_test SOURCES sensors/power_windows_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(identity_windows_test SOURCES sensors/identity_windows_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(platform_windows_test SOURCES sensors/platform_windows_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(disk_windows_test SOURCES sensors/disk_windows_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(emi_windows_test SOURCES sensors/emi_windows_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(activity_windows_test SOURCES sensors/activity_windows_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
if(WATTLIFE_OS STREQUAL windows)
  wattlife_test(machine_tree_windows_test LIBRARIES wattlife_machine LABELS portable)
  wattlife_test(battery_report_windows_test LIBRARIES wattlife_machine LABELS portable)
  wattlife_test(process_windows_test LIBRARIES wattlife_process LABELS portable)
endif()
wattlife_test(capture_windows_test LIBRARIES wattlife_machine LABELS portable)

# SPDX-License-Identifier: EUPL-1.2
# Decoders of health and history.
wattlife_test(markup_test SOURCES sensors/markup_test.cpp LIBRARIES wattlife_machine LABELS portable)
wattlife_test(powercfg_test SOURCES sensors/powercfg_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(capacity_csv_test SOURCES sensors/capacity_csv_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(outlook_text_test SOURCES ${CMAKE_SOURCE_DIR}/tests/agent/outlook_text_test.cpp
  LIBRARIES wattlife_decode LABELS portable)
wattlife_test(ata_test SOURCES sensors/ata_test.cpp LIBRARIES wattlife_machine LABELS portable)
wattlife_test(drive_table_test SOURCES sensors/drive_table_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(emmc_linux_test SOURCES sensors/emmc_linux_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(platform_linux_test SOURCES sensors/platform_linux_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(battery_recalls_file_test LIBRARIES wattlife_machine LABELS portable)
wattlife_test(crash_records_test LIBRARIES wattlife_machine LABELS portable)
wattlife_test(signs_test SOURCES sensors/signs_test.cpp LIBRARIES wattlife_machine LABELS portable)
wattlife_test(windows11_rules_test SOURCES sensors/windows11_rules_test.cpp
  LIBRARIES wattlife_machine LABELS portable)
wattlife_test(smbios_parts_test SOURCES sensors/smbios_parts_test.cpp
  LIBRARIES wattlife_machine LABELS portable)

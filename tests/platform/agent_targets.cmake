# SPDX-License-Identifier: EUPL-1.2
# What the agent stands on: the database, the process, the HTTP client.
wattlife_test(database_test LIBRARIES wattlife_database LABELS portable)
wattlife_test(process_test LIBRARIES wattlife_process LABELS portable)

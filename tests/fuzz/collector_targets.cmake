# SPDX-License-Identifier: EUPL-1.2
if(WATTLIFE_COLLECTOR)
  wattlife_fuzz(fuzz_ingest LIBRARIES wattlife_site)
  wattlife_fuzz(fuzz_http LIBRARIES wattlife_http_server)
  wattlife_fuzz(fuzz_device_body LIBRARIES wattlife_http_server)
  wattlife_fuzz(fuzz_sign_in LIBRARIES wattlife_people)
  wattlife_fuzz(fuzz_api_query LIBRARIES wattlife_site)
  wattlife_fuzz(fuzz_enrolments LIBRARIES wattlife_site)
endif()

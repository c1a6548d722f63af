// SPDX-License-Identifier: EUPL-1.2
// The words that answers of the REST API may hold, one list for each kind of value. A test goes
// over every value of the kind and compares.
#pragma once

#include <string_view>

namespace wattlife {

inline constexpr std::string_view known_words[] = {"ja", "nee", "onbekend"};
inline constexpr std::string_view verdict_words[] = {"goed", "matig", "vervangen", "defect",
                                                     "onbekend"};
inline constexpr std::string_view crossing_words[] = {"al-onder-80", "binnen-12-maanden",
                                                      "na-12-maanden", "geen-uitspraak"};
inline constexpr std::string_view rule_kind_words[] = {"hold", "route", "task", "note"};
inline constexpr std::string_view disk_kind_words[] = {"nvme", "ata", "emmc"};
inline constexpr std::string_view wear_words[] = {"binnen-opgave", "op-opgave", "boven-opgave",
                                                  "teller-vol"};
inline constexpr std::string_view enrolment_words[] = {"te-bevestigen", "bevestigd", "conflict",
                                                       "ingetrokken"};
inline constexpr std::string_view tier_words[] = {"gemeten", "berekend (dit apparaat)",
                                                  "berekend (dit model)", "geschat", "onbekend"};
inline constexpr std::string_view role_words_of_api[] = {"beheerder",   "indiener", "goedkeurder",
                                                         "drz-planner", "auditor",  "rijksbreed"};
inline constexpr std::string_view way_words[] = {"geen", "lokaal", "openid", "proxy"};
inline constexpr std::string_view result_words[] = {"done", "denied", "failed"};

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// The page `/inschrijvingen`: devices that wait for a person, conflicts, and what went on by
// itself; a form to confirm or revoke them. Without scripts, usable with a keyboard and a screen
// reader (WCAG 2.2: 1.3.1, 2.4.6, 3.3.1, 4.1.3). Values in, text out.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/fleet_store.h"
#include "collector/page.h"
#include "core/text.h"

namespace wattlife {

inline constexpr std::string_view enrolments_page_path = "/inschrijvingen";
// A page shows no more of them; a form with all of them chosen fits into a request.
inline constexpr std::size_t most_rows_shown = 500;

// What came of a form, told on the page after it.
enum class FormOutcome { none, confirmed, revoked, nothing_chosen, no_reason, changed };
const char* code_of(FormOutcome outcome);  // "bevestigd", …; "" for none
FormOutcome outcome_from(std::string_view code);

// The devices that were ticked in a form of this page, each once. `whole` is false when a value was
// no id: then the form is not ours.
struct ChosenDevices {
  std::vector<Id128> ids;
  bool whole = true;
};
ChosenDevices chosen_in(std::string_view form);

// Tells whether the devices that wait are those that a form showed, and not only as many: a digest.
std::string mark_of_waiting(const std::vector<EnrolmentRow>& rows);

struct EnrolmentsPage {
  Language language = Language::dutch;
  Viewer viewer;
  std::string form_token;                    // empty: nothing can be changed here
  std::vector<EnrolmentRow> rows;            // that the viewer may see, of every state
  std::map<std::string, std::string> names;  // of organisations, by OIN
  bool confirmed_list = false;               // show those that were confirmed, to revoke them
  bool with_serials = false;
  std::set<std::string> serials_of;  // OINs of owners whose serials the viewer may ask for
  std::map<Id128, std::string> serials;
  FormOutcome outcome = FormOutcome::none;
  std::int64_t count = 0;  // of outcome
};
std::string enrolments_html(const EnrolmentsPage& page);

}  // namespace wattlife

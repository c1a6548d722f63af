// SPDX-License-Identifier: EUPL-1.2
// The page `/`: what a planner can do next, what the fleet uses, and each device with the reasons.
// HTML made here, without scripts, in Dutch or English; everything that came from outside is
// escaped. Values in, text out.
#pragma once

#include <string>
#include <vector>

#include "collector/assessments.h"
#include "collector/fleet_energy.h"
#include "collector/http.h"
#include "collector/phrase.h"
#include "core/text.h"

namespace wattlife {

// Dutch, unless the address says lang=en.
Language language_of(const Request& request);

// Who looks, as far as the page says it.
struct Viewer {
  bool open = true;  // nobody signs in: a notice says so
  std::string name;
  std::string roles;       // in the language of the page
  std::string form_token;  // for the button to sign out; empty: there is none
  bool single_devices = true;
  bool only_registered = false;  // of those, only from `aangemeld` on
  bool locks = true;
  bool confirms = false;  // may confirm devices: a link leads there
};

struct PageData {
  Viewer viewer;
  std::vector<AssessedDevice> devices;  // the work list, in its order
  std::vector<ActionCount> actions;
  FleetEnergy energy;
  std::string rule_version;
  Language language = Language::dutch;
  std::string action;  // only devices with this rule's action; empty: all
};
std::string page_html(const PageData& data);

// A short page for what is not there.
std::string not_found_html(Language language);

// Signing in with a name and a password.
enum class SignInTrouble { none, wrong, too_many };
struct SignInPage {
  Language language = Language::dutch;
  std::string return_to;
  SignInTrouble trouble = SignInTrouble::none;
  int wait_s = 0;  // too_many
};
std::string sign_in_html(const SignInPage& page);

// A short page that says one thing. `link` goes on from there; empty: to the start.
enum class Message {
  sign_in_failed,
  no_attempt,
  provider_is_away,
  proxy_says_nobody,
  try_later,
  signed_out,
  no_role,
};
std::string message_html(Language language, Message message, const std::string& link = "");

// --- Parts, each in a file of its own -----------------------------------------------------------

// "24 november 2026", "24 November 2026".
std::string day_for_people(UtcDay day, Language language);
// "9 t/m 15 november 2026".
std::string period_for_people(const Period& period, Language language);

// From "<!DOCTYPE html>" to the beginning of the body.
std::string page_head(Language language, const std::string& title);

// Who is signed in, and the way out; or that nobody is.
std::string viewer_part(const Viewer& viewer, Language language);

std::string energy_section(const PageData& data);   // page_energy.cpp
std::string devices_section(const PageData& data);  // page_devices.cpp

}  // namespace wattlife

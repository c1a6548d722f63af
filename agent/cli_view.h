// SPDX-License-Identifier: EUPL-1.2
// What the commands that show the view have in common: where it is, how old it is, which language.
#pragma once

#include "agent/cli_command.h"
#include "agent/mijn_text.h"
#include "agent/view_file.h"

namespace wattlife {

struct Shown {
  View view;
  Moment moment;
};

// The view in --state, or in the system's own place. Errors as read_view().
Result<Shown> shown_view(const CommandArguments& arguments);

// --nl or --en, else `otherwise`.
Language wanted_language(const CommandArguments& arguments, Language otherwise);
// What the person at this terminal reads.
Language terminal_language();

// "--state", "--nl", "--en", "--json": the options of each of these commands.
std::vector<CommandOption> view_options();

}  // namespace wattlife

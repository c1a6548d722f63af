// SPDX-License-Identifier: EUPL-1.2
#include "agent/cli_view.h"

#include "agent/phrases.h"
#include "platform/process.h"

namespace wattlife {

Result<Shown> shown_view(const CommandArguments& arguments) {
  const std::string state = arguments.text("--state", default_state_folder());
  Result<View> view = read_view(state);
  if (!view) return view.error();
  const UtcTime current = now().utc;
  return Shown{*std::move(view), {current, written_at(view_path(state)).value_or(current)}};
}

Language wanted_language(const CommandArguments& arguments, Language otherwise) {
  if (arguments.has("--nl")) return Language::dutch;
  return arguments.has("--en") ? Language::english : otherwise;
}

Language terminal_language() { return language_of(user_locale()); }

std::vector<CommandOption> view_options() {
  return {{"--state", "DIR", "Where measurements are kept (default: the system's own place)"},
          {"--nl", "", "In Dutch"},
          {"--en", "", "In English"},
          {"--json", "", "As JSON, for scripts"}};
}

}  // namespace wattlife

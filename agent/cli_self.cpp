// SPDX-License-Identifier: EUPL-1.2
// wattlife self
#include "agent/cli_view.h"
#include "agent/self_text.h"

namespace wattlife {
namespace {

Answer run_self(const CommandArguments& arguments) {
  const auto shown = shown_view(arguments);
  if (!shown) return {exit_for(shown.error()), "", shown.error().text};
  const Language language = wanted_language(arguments, terminal_language());
  return {Exit::fine,
          arguments.has("--json") ? self_json(shown->view) : self_text(shown->view, language), ""};
}

}  // namespace

Command self_command() {
  return {"self",
          "Show what measuring costs this laptop, and what it learned about itself on battery.",
          view_options(), run_self};
}

}  // namespace wattlife

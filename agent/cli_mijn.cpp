// SPDX-License-Identifier: EUPL-1.2
// wattlife mijn
#include "agent/cli_view.h"
#include "platform/process.h"

namespace wattlife {
namespace {

Answer run_mijn(const CommandArguments& arguments) {
  const auto shown = shown_view(arguments);
  if (!shown) return {exit_for(shown.error()), "", shown.error().text};
  if (arguments.has("--json")) return {Exit::fine, mijn_json(shown->view, shown->moment), ""};
  const Screen screen{wanted_language(arguments, Language::dutch),
                      output_is_utf8() && !arguments.has("--ascii")};
  return {Exit::fine, mijn_text(shown->view, shown->moment, screen), ""};
}

}  // namespace

Command mijn_command() {
  std::vector<CommandOption> options = view_options();
  options.push_back({"--ascii", "", "Bars of # and -, for a screen that shows nothing else"});
  return {"mijn", "Laat zien wat deze laptop gebruikt: what this laptop uses, in plain Dutch.",
          std::move(options), run_mijn};
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// wattlife mijn
#include "agent/cli_view.h"
#include "agent/phrases.h"
#include "platform/process.h"

namespace wattlife {
namespace {

Answer run_mijn(const CommandArguments& arguments) {
  const Language language = wanted_language(arguments, Language::dutch);
  const auto shown = shown_view(arguments);
  if (!shown) {
    std::string problem = shown.error().text;
    if (shown.error().cause == Cause::absent) {
      problem = std::string(either(language,
                                   "Op deze laptop wordt nog niets gemeten. Vraag de helpdesk of "
                                   "Wattlife erop staat. Voor de helpdesk: ",
                                   "Nothing is measured on this laptop yet. Ask the help desk "
                                   "whether Wattlife is installed. For the help desk: ")) +
                problem;
    }
    return {exit_for(shown.error()), "", problem};
  }
  if (arguments.has("--json")) return {Exit::fine, mijn_json(shown->view, shown->moment), ""};
  const Screen screen{language, output_is_utf8() && !arguments.has("--ascii")};
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

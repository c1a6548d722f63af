// SPDX-License-Identifier: EUPL-1.2
// wattlife status
#include "agent/cli_view.h"
#include "agent/status_text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

Answer run_status(const CommandArguments& arguments) {
  const auto shown = shown_view(arguments);
  if (!shown) return {exit_for(shown.error()), "", shown.error().text};
  const bool measuring = is_measuring(shown->view, shown->moment);
  const Language language = wanted_language(arguments, terminal_language());
  // Whether it measures does not depend on the collector: doctor says what is wrong with that.
  std::optional<Contact> contact;
  if (auto read = read_contact(arguments.text("--state", default_state_folder()))) {
    contact = *std::move(read);
  }
  return {measuring ? Exit::fine : Exit::negative,
          arguments.has("--json") ? status_json(shown->view, shown->moment, contact)
                                  : status_text(shown->view, shown->moment, language, contact),
          ""};
}

}  // namespace

Command status_command() {
  return {"status",
          "Show whether this laptop measures, what it used, how healthy it is; exit code 1 when it "
          "does not measure.",
          view_options(), run_status};
}

}  // namespace wattlife

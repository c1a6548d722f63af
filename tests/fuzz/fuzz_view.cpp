// SPDX-License-Identifier: EUPL-1.2
// A view.json with anything in it: what people may see, or an error that names the file. Nothing of
// it may move a cursor, and no figure may stand outside its interval.
#include "agent/mijn_text.h"
#include "agent/self_text.h"
#include "agent/status_text.h"
#include "agent/view_file.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

namespace {

void check_text(const std::string& text) {
  require(wattlife::is_valid_utf8(text));
  for (const char c : text) require(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const Result<View> view = view_from(fuzz::text_of(data, size), "view.json");
  if (!view) {
    require(view.error().cause == Cause::malformed);
    require(view.error().text.rfind("view.json:", 0) == 0);
    check_text(view.error().text);
    return 0;
  }
  for (const ViewSpan& span : view->days) {
    require(span.known_time <= span.time);
    if (span.device) require(span.device->interval.low <= span.device->interval.high);
  }
  const Moment moment{UtcTime{view->today} + std::chrono::hours(12), UtcTime{view->today}};
  for (const Language language : {Language::dutch, Language::english}) {
    check_text(mijn_text(*view, moment, {language, true}));
    check_text(mijn_text(*view, moment, {language, false}));
    check_text(status_text(*view, moment, language));
    check_text(self_text(*view, language));
  }
  return 0;
}

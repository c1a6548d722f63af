// SPDX-License-Identifier: EUPL-1.2
// The form of the page of enrolments, and patterns over names in certificates: what stands before
// the first line end is the pattern.
#include <set>

#include "collector/certificate_mode.h"
#include "collector/page_enrolments.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const std::string_view bytes = fuzz::text_of(data, size);
  const ChosenDevices chosen = chosen_in(bytes);
  const std::set<Id128> once(chosen.ids.begin(), chosen.ids.end());
  require(once.size() == chosen.ids.size());
  for (const Id128& id : chosen.ids) require(id.size() == id_bytes);
  require(outcome_from(bytes) == FormOutcome::none || !bytes.empty());

  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return 0;
  const std::string_view pattern = bytes.substr(0, end);
  const std::string_view text = bytes.substr(end + 1);
  const bool fits = fits_pattern(text, pattern);
  const bool literal = pattern.find('*') == std::string_view::npos;
  if (literal) require(fits == (text == pattern));
  if (fits) require(fits_pattern(text, std::string(pattern) + "*"));
  require(fits_pattern(text, "*"));
  return 0;
}

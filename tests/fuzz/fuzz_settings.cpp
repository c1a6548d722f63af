// SPDX-License-Identifier: EUPL-1.2
// A file of settings or rules with anything in it: values, or an error that names the file.
#include "platform/settings_file.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

namespace {

template <class T>
void check(const wattlife::Result<T>& result) {
  if (result) return;
  require(result.error().cause == wattlife::Cause::malformed);
  require(result.error().text.rfind("x.toml:", 0) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const std::string_view text = fuzz::text_of(data, size);
  check(toml_settings(text, "x.toml"));
  check(toml_rows(text, "rule", "x.toml"));
  check(toml_sections(text, "x.toml"));
  check(toml_text(text, "version", "x.toml"));
  return 0;
}

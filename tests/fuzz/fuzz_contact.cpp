// SPDX-License-Identifier: EUPL-1.2
// A contact.txt with anything in it: what doctor and status may show, or an error that names the
// file. What was read is written and read again as the same.
#include "agent/contact.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

namespace {

void check_text(const std::string& text) {
  require(wattlife::is_valid_utf8(text));
  for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const Result<Contact> contact = contact_from(fuzz::text_of(data, size), "contact.txt");
  if (!contact) {
    require(contact.error().cause == Cause::malformed);
    check_text(contact.error().text);
    return 0;
  }
  check_text(contact->mode);
  check_text(contact->text);
  check_text(contact->issuer);
  check_text(contact->certificate_text);
  const Result<Contact> again = contact_from(contact_text(*contact), "contact.txt");
  require(static_cast<bool>(again));
  require(again->outcome == contact->outcome && again->trouble == contact->trouble);
  require(again->ran.has_value() == contact->ran.has_value() &&
          again->tried.has_value() == contact->tried.has_value());
  require(again->valid_until.has_value() == contact->valid_until.has_value());
  return 0;
}

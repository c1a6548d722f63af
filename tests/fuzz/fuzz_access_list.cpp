// SPDX-License-Identifier: EUPL-1.2
// Bytes in the place of an access list of Windows: one with a reader more, or an error. A list that
// was made is a list again, has the old one's bytes in it, and a second time changes nothing.
#include "platform/access_list.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  using namespace std::string_literals;
  const std::string_view list = fuzz::text_of(data, size);
  const std::string sid =
      "\x01\x06\0\0\0\0\0\x05\x50\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05\0\0\0"s;
  const Result<std::string> longer = with_reader(list, sid);
  if (!longer) {
    require(longer.error().cause != Cause::absent && !longer.error().text.empty());
    return 0;
  }
  require(*longer == list || longer->find(sid) != std::string::npos);
  require(longer->size() <= list.size() + 8 + sid.size());
  const Result<std::string> again = with_reader(*longer, sid);
  require(static_cast<bool>(again));
  require(*again == *longer);
  return 0;
}

// SPDX-License-Identifier: EUPL-1.2
// The query of a request to the REST API with anything in it: what is read fits what was asked for,
// links hold nothing that ends a header, and a cursor is one of ours.
#include <algorithm>
#include <string>

#include "collector/api_page.h"
#include "collector/api_query.h"
#include "collector/api_routes.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

namespace {

void read_for(const wattlife::ApiRoute& route, std::string_view query) {
  using namespace wattlife;
  const ReadQuery read = read_query(query, route.parameters);
  for (const ApiParameter& parameter : route.parameters) {
    const auto value = read.query.text(parameter.name);
    if (!value) continue;
    require(!value->empty() && value->size() <= longest_parameter && is_valid_utf8(*value));
    if (parameter.kind == ParameterKind::whole) {
      const auto number = read.query.whole(parameter.name);
      require(number && *number >= parameter.least && *number <= parameter.most);
    }
    if (parameter.kind == ParameterKind::day) require(read.query.day(parameter.name).has_value());
  }
  const Response refused = to_response(bad_parameters(read.faults));
  require(refused.status == 400 && refused.body.size() < 20'000);
  const PageLinks links = links_of(std::string(route.path), query, "00");
  for (const std::string& link : {links.self, *links.next}) {
    require(std::all_of(link.begin(), link.end(), [](char c) { return c > 0x20 && c < 0x7F; }));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = wattlife::fuzz::text_of(data, size);
  for (const wattlife::ApiRoute& route : wattlife::api_routes()) read_for(route, text);
  if (const auto place = wattlife::place_from("id", text)) {
    require(wattlife::cursor_of("id", *place) == text);
  }
  return 0;
}

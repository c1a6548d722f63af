// SPDX-License-Identifier: EUPL-1.2
// A problem document (application/problem+json) of the collector. Only the two texts that the
// device acts on or logs are read, by a scanner of its own: a JSON library would be the largest
// part of the agent. Hostile bytes are normal here; bad JSON is simply not a problem of ours.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/http_client.h"

namespace wattlife {

struct Problem {
  bool ours = false;  // a problem document whose type begins with problem_type_prefix
  std::string text;   // its detail, or its title, or its type; printable, at most 200 bytes
};

Problem problem_from(const HttpResponse& response);

// The text member `name` at the top of a JSON object. Empty when `json` is not an object up to that
// member, or the member is not there or not a text. Escapes are resolved, \u ones as UTF-8.
std::optional<std::string> json_text_member(std::string_view json, std::string_view name);

}  // namespace wattlife

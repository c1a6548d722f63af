// SPDX-License-Identifier: EUPL-1.2
#include "collector/facts_json.h"

#include <nlohmann/json.hpp>

namespace wattlife {

using Json = nlohmann::ordered_json;

Result<Facts> facts_from_json(std::string_view json, std::string_view name) {
  // Without exceptions: a value that could not be read is "discarded".
  const Json parsed = Json::parse(json, nullptr, false);
  const std::string file(name);
  if (parsed.is_discarded()) return Error{Cause::malformed, file + ": is not JSON"};
  if (!parsed.is_object()) {
    return Error{Cause::malformed,
                 file + ": must be one object, for example {\"battery_permille\": 812}"};
  }
  Facts facts;
  for (const auto& [key, value] : parsed.items()) {
    if (value.is_null()) continue;
    if (value.is_number_integer()) {
      facts[key] = value.get<std::int64_t>();
    } else if (value.is_string()) {
      facts[key] = value.get<std::string>();
    } else {
      return Error{Cause::malformed,
                   file + ": \"" + key + "\" must be a whole number, a word or null"};
    }
  }
  return facts;
}

std::string to_json(const Facts& facts) {
  Json json = Json::object();
  for (const auto& [name, value] : facts) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      json[name] = *number;
    } else {
      json[name] = std::get<std::string>(value);
    }
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string to_json(const Assessment& assessment) {
  Json reasons = Json::array();
  for (const Reason& reason : assessment.reasons) {
    reasons.push_back({{"rule", reason.rule},
                       {"kind", name_of(reason.kind)},
                       {"met", name_of(reason.met)},
                       {"nl", reason.nl},
                       {"en", reason.en},
                       {"action_nl", reason.action_nl},
                       {"action_en", reason.action_en}});
  }
  const Json json = {{"route", assessment.route},
                     {"grade", nullptr},
                     {"held", assessment.held},
                     {"reasons", reasons},
                     {"rule_version", assessment.rule_version}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace wattlife

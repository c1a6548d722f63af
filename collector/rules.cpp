// SPDX-License-Identifier: EUPL-1.2
#include "collector/rules.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "collector/embedded.h"
#include "platform/settings_file.h"

namespace wattlife {
namespace {

constexpr std::string_view keys[] = {"id",           "kind",      "route",     "condition",
                                     "when_unknown", "reason_nl", "reason_en", "action_nl",
                                     "action_en",    "source"};
constexpr std::string_view routes[] = {
    "verlengen",  "herstellen", "intern hergebruik", "sociaal hergebruik",          "verkoop",
    "onderdelen", "recycling",  "vernietiging",      "terug naar leasemaatschappij"};
constexpr RuleKind kinds[] = {RuleKind::hold, RuleKind::route, RuleKind::task, RuleKind::note};

template <class Row>
std::string value(const Row& row, std::string_view key) {
  const auto found = row.find(key);
  return found == row.end() ? "" : found->second;
}

// What is wrong with the row as a whole; empty when nothing is.
template <class Row>
std::string problem_of(const Row& row) {
  for (const auto& [key, text] : row) {
    if (std::find(std::begin(keys), std::end(keys), key) == std::end(keys)) {
      return "key \"" + key + "\" is not known";
    }
  }
  for (const std::string_view key :
       {"id", "kind", "condition", "reason_nl", "reason_en", "source"}) {
    if (value(row, key).empty()) return "\"" + std::string(key) + "\" is missing";
  }
  if (value(row, "action_nl").empty() != value(row, "action_en").empty()) {
    return "an action needs both languages";
  }
  const bool is_route = value(row, "kind") == "route";
  const std::string route = value(row, "route");
  if (is_route != !route.empty()) return "\"route\" goes with kind \"route\", and only with that";
  if (is_route && std::find(std::begin(routes), std::end(routes), route) == std::end(routes)) {
    return "route \"" + route + "\" is not known";
  }
  const std::string unknown = value(row, "when_unknown");
  if (!unknown.empty() && unknown != "true" && unknown != "false") {
    return "\"when_unknown\" is true or false";
  }
  return "";
}

}  // namespace

Result<RuleSet> rules_from(std::string_view toml, std::string_view name) {
  const auto rows = toml_rows(toml, "rule", name);
  if (!rows) return rows.error();
  const auto version = toml_text(toml, "version", name);
  if (!version) return version.error();
  if (!*version || (*version)->empty()) {
    return Error{Cause::malformed, std::string(name) + ": \"version\" is missing"};
  }
  RuleSet set{**version, {}};
  std::set<std::string> ids;
  for (const auto& row : *rows) {
    const std::string where = std::string(name) + ": rule \"" + value(row, "id") + "\": ";
    if (const std::string wrong = problem_of(row); !wrong.empty()) {
      return Error{Cause::malformed, where + wrong};
    }
    if (!ids.insert(value(row, "id")).second) {
      return Error{Cause::malformed, where + "there is another rule with this id"};
    }
    const auto kind = std::find_if(std::begin(kinds), std::end(kinds), [&](RuleKind candidate) {
      return value(row, "kind") == name_of(candidate);
    });
    if (kind == std::end(kinds)) {
      return Error{Cause::malformed, where + "kind \"" + value(row, "kind") + "\" is not known"};
    }
    auto condition = parse_condition(value(row, "condition"));
    if (!condition) return Error{Cause::malformed, where + condition.error().text};
    set.rules.push_back({value(row, "id"), *kind, value(row, "route"), *std::move(condition),
                         value(row, "when_unknown") == "true", value(row, "reason_nl"),
                         value(row, "reason_en"), value(row, "action_nl"), value(row, "action_en"),
                         value(row, "source")});
  }
  if (set.rules.empty()) return Error{Cause::malformed, std::string(name) + ": holds no rule"};
  return set;
}

Result<RuleSet> built_in_rules() {
  return rules_from(embedded_reuse_rules(), "data/reuse_rules.toml");
}

}  // namespace wattlife

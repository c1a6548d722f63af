// SPDX-License-Identifier: EUPL-1.2
// From facts about one device to a proposed route with reasons: ordered rules over three-valued
// facts. A pure function that serves the collector, the command line and the tests. Software
// proposes, a person decides; "onbekend" is a full answer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace wattlife {

// yes, no, or not known. The Dutch words are the ones of the API.
enum class Known { yes, no, unknown };
const char* name_of(Known known);  // "ja", "nee", "onbekend"

// What is known about a device, by name ("battery_permille", "locks_bios_password"). A name that
// is not in the map is unknown. Numbers are per mille, MiB or months as the name says; words are
// the stable codes of the wire.
using FactValue = std::variant<std::int64_t, std::string>;
using Facts = std::map<std::string, FactValue, std::less<>>;

// One condition: comparisons joined by " and ", for example
//   "battery_permille < 750 and disk_verdict = fail".
// Operators: < <= > >= = !=; `name is unknown`, `name is known`. A comparison with an unknown
// fact is unknown; unknown and no is no; unknown and yes is unknown.
struct Comparison {
  enum class Operator { less, at_most, more, at_least, equal, unequal, is_unknown, is_known };
  std::string fact;
  Operator op = Operator::equal;
  FactValue value;
};
Result<std::vector<Comparison>> parse_condition(std::string_view text);
Known evaluate(const std::vector<Comparison>& condition, const Facts& facts);

enum class RuleKind {
  hold,   // stops every route out until it is cleared
  route,  // proposes `route`, when no earlier rule proposed one
  task,   // somebody must do something before hand-over
  note,   // worth saying, changes nothing
};
const char* name_of(RuleKind kind);  // "hold", "route", "task", "note"

// One row of data/reuse_rules.toml.
struct Rule {
  std::string id;
  RuleKind kind = RuleKind::note;
  std::string route;  // a route of 1-mission, in Dutch; empty unless kind is route
  std::vector<Comparison> condition;
  bool when_unknown = false;  // whether an unknown condition counts as met (tasks: "controleren")
  std::string reason_nl;      // may name facts in braces: "Accu nog {battery_percent} %"
  std::string reason_en;
  std::string action_nl;  // who must do what; empty when nothing
  std::string action_en;
  std::string source;
};
struct RuleSet {
  std::string version;
  std::vector<Rule> rules;
};

struct Reason {
  std::string rule;
  RuleKind kind = RuleKind::note;
  Known met = Known::yes;
  std::string nl;
  std::string en;
  std::string action_nl;
  std::string action_en;
  friend bool operator==(const Reason&, const Reason&) = default;
};

struct Assessment {
  std::string route;  // "verlengen", "herstellen", …; "onbekend" when no rule of kind route is met
  bool held = false;
  std::vector<Reason> reasons;  // every rule that mattered, in the order of the rules
  std::string rule_version;
  friend bool operator==(const Assessment&, const Assessment&) = default;
};

Assessment assess(const Facts& facts, const RuleSet& rules);

}  // namespace wattlife

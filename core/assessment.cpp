// SPDX-License-Identifier: EUPL-1.2
#include "core/assessment.h"

#include <algorithm>

#include "core/text.h"

namespace wattlife {
namespace {

struct OperatorName {
  std::string_view text;
  Comparison::Operator op;
};
constexpr OperatorName operators[] = {
    {"<", Comparison::Operator::less},  {"<=", Comparison::Operator::at_most},
    {">", Comparison::Operator::more},  {">=", Comparison::Operator::at_least},
    {"=", Comparison::Operator::equal}, {"!=", Comparison::Operator::unequal},
};

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<Comparison> parse_comparison(std::string_view text) {
  const std::vector<std::string_view> words = split(text, ' ');
  const Error wrong{Cause::malformed, "\"" + std::string(text) +
                                          "\" is not 'fact operator value', for example "
                                          "\"battery_permille < 750\" or \"tpm is unknown\""};
  if (words.size() != 3 || !is_name(words[0]) || !is_name(words[2])) return wrong;
  Comparison comparison;
  comparison.fact = words[0];
  if (words[1] == "is") {
    if (words[2] == "unknown") {
      comparison.op = Comparison::Operator::is_unknown;
    } else if (words[2] == "known") {
      comparison.op = Comparison::Operator::is_known;
    } else {
      return wrong;
    }
    return comparison;
  }
  const auto found = std::find_if(std::begin(operators), std::end(operators),
                                  [&](const OperatorName& o) { return o.text == words[1]; });
  if (found == std::end(operators)) return wrong;
  comparison.op = found->op;
  const auto number = integer_from(words[2]);
  comparison.value = number ? FactValue(*number) : FactValue(std::string(words[2]));
  const bool by_size = comparison.op != Comparison::Operator::equal &&
                       comparison.op != Comparison::Operator::unequal;
  if (by_size && !number) {
    return Error{Cause::malformed,
                 "\"" + std::string(text) + "\" compares sizes, which needs a whole number"};
  }
  return comparison;
}

Known known(bool value) { return value ? Known::yes : Known::no; }

Known evaluate_one(const Comparison& comparison, const Facts& facts) {
  const auto found = facts.find(comparison.fact);
  const bool is_known = found != facts.end();
  if (comparison.op == Comparison::Operator::is_unknown) return known(!is_known);
  if (comparison.op == Comparison::Operator::is_known) return known(is_known);
  if (!is_known) return Known::unknown;
  // A word where a number is expected (or the other way) is a fact that we do not understand.
  if (found->second.index() != comparison.value.index()) return Known::unknown;
  if (comparison.op == Comparison::Operator::equal) return known(found->second == comparison.value);
  if (comparison.op == Comparison::Operator::unequal) {
    return known(found->second != comparison.value);
  }
  const std::int64_t fact = std::get<std::int64_t>(found->second);
  const std::int64_t limit = std::get<std::int64_t>(comparison.value);
  switch (comparison.op) {
    case Comparison::Operator::less:
      return known(fact < limit);
    case Comparison::Operator::at_most:
      return known(fact <= limit);
    case Comparison::Operator::more:
      return known(fact > limit);
    default:
      return known(fact >= limit);
  }
}

// `text` with each {fact} replaced by its value.
std::string filled(std::string_view text, const Facts& facts, std::string_view word_for_unknown) {
  std::string result;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) {
      result += text;
      break;
    }
    result += text.substr(0, open);
    const auto found = facts.find(text.substr(open + 1, close - open - 1));
    if (found == facts.end()) {
      result += word_for_unknown;
    } else if (const auto* number = std::get_if<std::int64_t>(&found->second)) {
      result += std::to_string(*number);
    } else {
      result += std::get<std::string>(found->second);
    }
    text.remove_prefix(close + 1);
  }
  return result;
}

}  // namespace

const char* name_of(Known known_value) {
  switch (known_value) {
    case Known::yes:
      return "ja";
    case Known::no:
      return "nee";
    case Known::unknown:
      return "onbekend";
  }
  return "onbekend";
}

const char* name_of(RuleKind kind) {
  switch (kind) {
    case RuleKind::hold:
      return "hold";
    case RuleKind::route:
      return "route";
    case RuleKind::task:
      return "task";
    case RuleKind::note:
      return "note";
  }
  return "note";
}

Result<std::vector<Comparison>> parse_condition(std::string_view text) {
  constexpr std::string_view joiner = " and ";
  std::vector<Comparison> condition;
  while (true) {
    const std::size_t at = text.find(joiner);
    auto comparison = parse_comparison(text.substr(0, at));
    if (!comparison) return comparison.error();
    condition.push_back(*std::move(comparison));
    if (at == std::string_view::npos) return condition;
    text.remove_prefix(at + joiner.size());
  }
}

Known evaluate(const std::vector<Comparison>& condition, const Facts& facts) {
  Known whole = Known::yes;
  for (const Comparison& comparison : condition) {
    const Known part = evaluate_one(comparison, facts);
    if (part == Known::no) return Known::no;
    if (part == Known::unknown) whole = Known::unknown;
  }
  return whole;
}

Assessment assess(const Facts& facts, const RuleSet& rules) {
  Assessment assessment{"onbekend", false, {}, rules.version};
  bool routed = false;
  for (const Rule& rule : rules.rules) {
    const Known met = evaluate(rule.condition, facts);
    if (met == Known::no || (met == Known::unknown && !rule.when_unknown)) continue;
    if (rule.kind == RuleKind::route) {
      if (routed) continue;
      routed = true;
      assessment.route = rule.route;
    }
    assessment.held = assessment.held || rule.kind == RuleKind::hold;
    assessment.reasons.push_back(
        {rule.id, rule.kind, met, filled(rule.reason_nl, facts, "onbekend"),
         filled(rule.reason_en, facts, "unknown"), filled(rule.action_nl, facts, "onbekend"),
         filled(rule.action_en, facts, "unknown")});
  }
  return assessment;
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
#include "core/assessment.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wattlife {
namespace {

const Facts facts = {{"battery_permille", std::int64_t{740}},
                     {"disk_verdict", std::string("good")},
                     {"memory_mib", std::int64_t{16'384}}};

Known told(const std::string& condition, const Facts& about = facts) {
  const auto parsed = parse_condition(condition);
  if (!parsed) {
    ADD_FAILURE() << parsed.error().text;
    return Known::unknown;
  }
  return evaluate(*parsed, about);
}

TEST(Assessment, comparisons) {
  const struct {
    const char* condition;
    Known want;
  } cases[] = {
      {"battery_permille < 750", Known::yes},
      {"battery_permille < 740", Known::no},
      {"battery_permille <= 740", Known::yes},
      {"battery_permille <= 739", Known::no},
      {"battery_permille > 739", Known::yes},
      {"battery_permille > 740", Known::no},
      {"battery_permille >= 740", Known::yes},
      {"battery_permille >= 741", Known::no},
      {"battery_permille = 740", Known::yes},
      {"battery_permille = 741", Known::no},
      {"battery_permille != 741", Known::yes},
      {"battery_permille != 740", Known::no},
      {"battery_permille > -1", Known::yes},
      {"disk_verdict = good", Known::yes},
      {"disk_verdict = fail", Known::no},
      {"disk_verdict != fail", Known::yes},
      {"disk_verdict != good", Known::no},
      {"disk_verdict is known", Known::yes},
      {"disk_verdict is unknown", Known::no},
      {"tpm is unknown", Known::yes},
      {"tpm is known", Known::no},
      {"tpm = 2", Known::unknown},
      {"tpm != 2", Known::unknown},
      {"tpm < 2", Known::unknown},
      // A fact of another kind than the rule expects is not understood, so not known.
      {"disk_verdict < 3", Known::unknown},
      {"disk_verdict = 3", Known::unknown},
      {"battery_permille = good", Known::unknown},
  };
  for (const auto& c : cases) EXPECT_EQ(told(c.condition), c.want) << c.condition;
}

// Kleene's table of "and": no wins, then unknown, then yes; in either order.
TEST(Assessment, three_valued_and) {
  const std::string yes = "memory_mib > 1";
  const std::string no = "memory_mib < 1";
  const std::string unknown = "tpm = 2";
  const struct {
    std::string a;
    std::string b;
    Known want;
  } cases[] = {{yes, yes, Known::yes},         {yes, no, Known::no},
               {yes, unknown, Known::unknown}, {no, no, Known::no},
               {no, unknown, Known::no},       {unknown, unknown, Known::unknown}};
  for (const auto& c : cases) {
    EXPECT_EQ(told(c.a + " and " + c.b), c.want) << c.a << " and " << c.b;
    EXPECT_EQ(told(c.b + " and " + c.a), c.want) << c.b << " and " << c.a;
    EXPECT_EQ(told(c.a + " and " + c.b + " and " + c.b), c.want);
  }
}

TEST(Assessment, parse_keeps_name_operator_and_value) {
  const auto parsed = parse_condition("a_1 >= -5 and b != zonder-schijf");
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), 2U);
  EXPECT_EQ((*parsed)[0].fact, "a_1");
  EXPECT_EQ((*parsed)[0].op, Comparison::Operator::at_least);
  EXPECT_EQ((*parsed)[0].value, FactValue(std::int64_t{-5}));
  EXPECT_EQ((*parsed)[1].value, FactValue(std::string("zonder-schijf")));
}

TEST(Assessment, refuses_a_condition_that_is_not_one_and_shows_it) {
  for (const char* text : {"",
                           " ",
                           "a",
                           "a <",
                           "< 5",
                           "a 5",
                           "a < b",
                           "a < 5 and",
                           "a < 5 and ",
                           " and a < 5",
                           "a < 5 or b < 5",
                           "a  < 5",
                           "a < 5 ",
                           "a << 5",
                           "a == 5",
                           "a is",
                           "a is maybe",
                           "A < 5",
                           "a < 5;",
                           "a < 5,5",
                           "a >= 99999999999999999999",
                           "a = \"x\"",
                           "a<5"}) {
    const auto parsed = parse_condition(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().cause, Cause::malformed) << text;
    EXPECT_FALSE(parsed.error().text.empty());
  }
}

Rule rule(const char* id, RuleKind kind, const char* condition, const char* route = "") {
  Rule made;
  made.id = id;
  made.kind = kind;
  made.route = route;
  made.condition = *parse_condition(condition);
  made.reason_nl = std::string("reden ") + id;
  return made;
}

std::vector<std::string> ids(const Assessment& assessment) {
  std::vector<std::string> all;
  for (const Reason& reason : assessment.reasons) all.push_back(reason.rule);
  return all;
}
using Ids = std::vector<std::string>;

TEST(Assessment, without_rules_or_facts_the_answer_is_onbekend) {
  EXPECT_EQ(assess({}, {"1", {}}), (Assessment{"onbekend", false, {}, "1"}));
  const RuleSet rules{"1", {rule("a", RuleKind::route, "battery_permille < 750", "herstellen")}};
  EXPECT_EQ(assess({}, rules).route, "onbekend");
}

TEST(Assessment, the_first_route_that_is_met_is_proposed) {
  const RuleSet rules{"2026-11",
                      {rule("no", RuleKind::route, "battery_permille > 750", "verlengen"),
                       rule("unknown", RuleKind::route, "tpm = 2", "verkoop"),
                       rule("first", RuleKind::route, "battery_permille < 750", "herstellen"),
                       rule("second", RuleKind::route, "battery_permille < 900", "onderdelen")}};
  const Assessment assessment = assess(facts, rules);
  EXPECT_EQ(assessment.route, "herstellen");
  EXPECT_EQ(ids(assessment), Ids{"first"});
  EXPECT_EQ(assessment.rule_version, "2026-11");
  EXPECT_FALSE(assessment.held);
}

TEST(Assessment, a_hold_stops_without_hiding_the_route) {
  const RuleSet rules{"1",
                      {rule("hold", RuleKind::hold, "memory_mib > 1"),
                       rule("route", RuleKind::route, "memory_mib > 1", "verkoop")}};
  const Assessment assessment = assess(facts, rules);
  EXPECT_TRUE(assessment.held);
  EXPECT_EQ(assessment.route, "verkoop");
  EXPECT_EQ(ids(assessment), (Ids{"hold", "route"}));
}

TEST(Assessment, unknown_counts_only_where_the_rule_says_so) {
  RuleSet rules{"1", {rule("task", RuleKind::task, "tpm = 2")}};
  EXPECT_EQ(ids(assess(facts, rules)), Ids{});
  rules.rules[0].when_unknown = true;
  const Assessment assessment = assess(facts, rules);
  ASSERT_EQ(ids(assessment), Ids{"task"});
  EXPECT_EQ(assessment.reasons[0].met, Known::unknown);
  Facts known = facts;
  known["tpm"] = std::int64_t{1};
  EXPECT_EQ(ids(assess(known, rules)), Ids{}) << "a no stays a no";
}

TEST(Assessment, reasons_tell_the_facts_and_say_onbekend_for_what_is_not_known) {
  Rule told_rule = rule("a", RuleKind::note, "memory_mib > 1");
  told_rule.reason_nl = "Accu {battery_permille}, schijf {disk_verdict}, TPM {tpm}.";
  told_rule.reason_en = "TPM {tpm}; {unclosed";
  told_rule.action_nl = "{}";
  const Reason reason = assess(facts, {"1", {told_rule}}).reasons.at(0);
  EXPECT_EQ(reason.nl, "Accu 740, schijf good, TPM onbekend.");
  EXPECT_EQ(reason.en, "TPM unknown; {unclosed");
  EXPECT_EQ(reason.action_nl, "onbekend");
}

TEST(Assessment, words_of_the_api) {
  EXPECT_STREQ(name_of(Known::yes), "ja");
  EXPECT_STREQ(name_of(Known::no), "nee");
  EXPECT_STREQ(name_of(Known::unknown), "onbekend");
}

}  // namespace
}  // namespace wattlife

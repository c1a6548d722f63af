// SPDX-License-Identifier: EUPL-1.2
#include "collector/audit.h"

#include <gtest/gtest.h>

#include <set>

#include "collector/digest.h"
#include "core/text.h"

namespace wattlife {
namespace {

AuditEntry entry(std::int64_t second, AuditAction action, const std::string& object) {
  return {UtcTime{std::chrono::seconds(1'790'000'000 + second)},
          "cli:root",
          action,
          object,
          AuditResult::done,
          "cli"};
}

std::vector<ChainedEntry> chain_of(int count) {
  std::vector<ChainedEntry> chain;
  AuditCheckpoint at;
  for (int i = 1; i <= count; ++i) {
    chain.push_back(chained(at, entry(i, AuditAction::token_create, "token " + std::to_string(i))));
    at = {chain.back().number, chain.back().hash};
  }
  return chain;
}

AuditCheckpoint head_of(const std::vector<ChainedEntry>& chain) {
  return {chain.back().number, chain.back().hash};
}

// Written out, so that another program can verify a log: docs/collector.md says how.
TEST(Audit, canonical_bytes_and_hash_are_what_the_header_says) {
  const AuditEntry sample = entry(0, AuditAction::organisation_add, "organisation é");
  EXPECT_EQ(canonical_bytes(1, sample),
            "wattlife-audit-1,1:1,13:1790000000000,8:cli:root,16:organisation.add,"
            "15:organisation é,4:done,3:cli,");
  EXPECT_EQ(chained({}, sample).hash, sha256(std::string(32, '\0') + canonical_bytes(1, sample)));
}

// Whose auditors may read it is part of what the chain holds; entries of before stay what they
// were.
TEST(Audit, organisations_of_an_entry_are_in_its_hash) {
  AuditEntry sample = entry(0, AuditAction::device_view, "devices");
  const std::string before = canonical_bytes(1, sample);
  sample.oins = "00000001003214345000 00000004000000062000";
  EXPECT_EQ(canonical_bytes(1, sample), "wattlife-audit-2," + before.substr(before.find(',') + 1) +
                                            "41:00000001003214345000 00000004000000062000,");
}

TEST(Audit, organisations_that_a_text_names) {
  EXPECT_EQ(oins_named_in("token 3 of organisation 00000001003214345000"), "00000001003214345000");
  EXPECT_EQ(oins_named_in("00000001003214345000 00000004000000062000"),
            "00000001003214345000 00000004000000062000");
  for (const char* text : {"", "device 0123456789abcdef", "0000000100321434500",
                           "000000010032143450000", "0000000100321434500x"}) {
    EXPECT_EQ(oins_named_in(text), "") << text;
  }
}

// A text that holds a separator cannot pass for two others.
TEST(Audit, fields_cannot_run_into_each_other) {
  AuditEntry one = entry(0, AuditAction::sign_in, "a,1:b");
  AuditEntry two = entry(0, AuditAction::sign_in, "a");
  two.actor = one.actor + "b,1:";
  EXPECT_NE(canonical_bytes(1, one), canonical_bytes(1, two));
}

TEST(Audit, names_go_both_ways_and_are_all_different) {
  std::set<std::string> names;
  for (const AuditAction action : all_audit_actions) {
    EXPECT_TRUE(names.insert(name_of(action)).second) << name_of(action);
    EXPECT_EQ(audit_action_from(name_of(action)), action);
  }
  // The last one of the enumeration is in the list, so all are.
  EXPECT_EQ(names.size(), static_cast<std::size_t>(AuditAction::segment_close) + 1);
  EXPECT_EQ(audit_action_from("organisation.delete"), std::nullopt);
  for (const AuditResult result : {AuditResult::done, AuditResult::denied, AuditResult::failed}) {
    EXPECT_EQ(audit_result_from(name_of(result)), result);
  }
  EXPECT_EQ(audit_result_of({Cause::denied, ""}), AuditResult::denied);
  EXPECT_EQ(audit_result_of({Cause::io, ""}), AuditResult::failed);
}

TEST(Audit, a_chain_that_nobody_touched_verifies_whole_and_in_parts) {
  const auto chain = chain_of(20);
  EXPECT_EQ(verify(chain, {}, head_of(chain)), std::nullopt);
  EXPECT_EQ(verify({}, {}, {}), std::nullopt);
  for (std::size_t cut = 1; cut < chain.size(); ++cut) {
    const AuditCheckpoint checkpoint{chain[cut - 1].number, chain[cut - 1].hash};
    EXPECT_EQ(verify(std::span(chain).subspan(cut), checkpoint, head_of(chain)), std::nullopt);
  }
}

// Whatever one changes in whatever entry, that entry is named.
TEST(Audit, any_change_names_its_entry) {
  const auto whole = chain_of(12);
  const std::vector<std::function<void(ChainedEntry&)>> changes = {
      [](ChainedEntry& e) { e.entry.actor += "x"; },
      [](ChainedEntry& e) { e.entry.action = AuditAction::token_revoke; },
      [](ChainedEntry& e) { e.entry.object = "token 99"; },
      [](ChainedEntry& e) { e.entry.result = AuditResult::failed; },
      [](ChainedEntry& e) { e.entry.origin = "192.0.2.1"; },
      [](ChainedEntry& e) { e.entry.time += Duration(1); },
      [](ChainedEntry& e) { e.hash[31] = static_cast<char>(e.hash[31] ^ 1); },
  };
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const auto& change : changes) {
      auto chain = whole;
      change(chain[at]);
      const auto broken = verify(chain, {}, head_of(whole));
      ASSERT_TRUE(broken);
      EXPECT_EQ(broken->number, whole[at].number);
    }
    auto without = whole;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(at));
    const auto missing = verify(without, {}, head_of(whole));
    ASSERT_TRUE(missing);
    EXPECT_EQ(missing->number, whole[at].number);
    auto twice = whole;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(at), whole[at]);
    EXPECT_TRUE(verify(twice, {}, head_of(whole)));
  }
}

// Made again from some entry on, with right hashes: the head that was seen before tells it.
TEST(Audit, a_chain_that_was_made_again_is_told_by_a_head_seen_before) {
  const auto whole = chain_of(8);
  auto forged = whole;
  forged[3].entry.actor = "cli:nobody";
  AuditCheckpoint at{3, whole[2].hash};
  for (std::size_t i = 3; i < forged.size(); ++i) {
    forged[i] = chained(at, forged[i].entry);
    at = {forged[i].number, forged[i].hash};
  }
  EXPECT_EQ(verify(forged, {}, at), std::nullopt);
  for (std::int64_t seen = 1; seen <= 8; ++seen) {
    AuditVerifier verifier({},
                           AuditCheckpoint{seen, whole[static_cast<std::size_t>(seen - 1)].hash});
    for (const ChainedEntry& row : forged) verifier.add(row);
    EXPECT_EQ(bool(verifier.finish(at)), seen >= 4) << seen;
  }
  // The end taken away, and the head moved back.
  AuditVerifier shorter({}, head_of(whole));
  for (std::size_t i = 0; i < 6; ++i) shorter.add(whole[i]);
  const auto broken = shorter.finish({6, whole[5].hash});
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->number, 7);
}

TEST(Audit, heads_are_read_as_they_are_written) {
  const AuditCheckpoint head = head_of(chain_of(3));
  EXPECT_EQ(checkpoint_from(to_text(head)), head);
  for (const char* text : {"", "3", "3:", "3:00", "-1:", ":00", "x:00"}) {
    EXPECT_EQ(checkpoint_from(text), std::nullopt) << text;
  }
}

TEST(Audit, texts_are_made_harmless) {
  AuditEntry raw = entry(0, AuditAction::sign_in, std::string(300, 'a') + "é");
  raw.actor = "jan\r\nfake line";
  raw.origin = "\xff";
  const AuditEntry kept = tidied(raw);
  EXPECT_EQ(kept.object, std::string(longest_audit_text, 'a'));
  EXPECT_EQ(kept.actor, "jan  fake line");
  EXPECT_EQ(kept.origin, "\xEF\xBF\xBD");
  raw.object = std::string(longest_audit_text - 1, 'a') + "é";  // a character is never cut in two
  EXPECT_EQ(tidied(raw).object, std::string(longest_audit_text - 1, 'a'));
}

TEST(Audit, a_reference_names_one_device_and_does_not_hold_its_id) {
  const std::string id(16, 'i');
  EXPECT_EQ(device_reference(id), device_reference(id));
  EXPECT_NE(device_reference(id), device_reference(std::string(16, 'j')));
  EXPECT_EQ(device_reference(id).size(), std::string("device ").size() + 16);
  EXPECT_EQ(device_reference(id).find(hex_from_bytes(id).substr(0, 8)), std::string::npos);
}

}  // namespace
}  // namespace wattlife

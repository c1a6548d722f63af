// SPDX-License-Identifier: EUPL-1.2
#include "collector/audit.h"

#include <algorithm>
#include <utility>

#include "collector/digest.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::size_t hash_bytes = 32;
constexpr std::size_t reference_bytes = 8;

void append(std::string& bytes, std::string_view text) {
  bytes += std::to_string(text.size());
  bytes += ':';
  bytes += text;
  bytes += ',';
}

std::string tidied_text(const std::string& text) {
  std::string kept = to_valid_utf8(text);
  std::replace_if(
      kept.begin(), kept.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  if (kept.size() <= longest_audit_text) return kept;
  std::size_t end = longest_audit_text;
  while (end > 0 && (static_cast<unsigned char>(kept[end]) & 0xC0) == 0x80) --end;
  return kept.substr(0, end);
}

}  // namespace

const char* name_of(AuditAction action) {
  switch (action) {
    case AuditAction::organisation_add:
      return "organisation.add";
    case AuditAction::token_create:
      return "token.create";
    case AuditAction::token_revoke:
      return "token.revoke";
    case AuditAction::enrolment_confirm:
      return "enrolment.confirm";
    case AuditAction::enrolment_revoke:
      return "enrolment.revoke";
    case AuditAction::enrolment_continue:
      return "enrolment.continue";
    case AuditAction::enrolment_separate:
      return "enrolment.separate";
    case AuditAction::device_operator:
      return "device.operator";
    case AuditAction::inventory_import:
      return "inventory.import";
    case AuditAction::stage_change:
      return "stage.change";
    case AuditAction::device_view:
      return "device.view";
    case AuditAction::serials_view:
      return "serials.view";
    case AuditAction::list_export:
      return "list.export";
    case AuditAction::device_export:
      return "device.export";
    case AuditAction::device_erase:
      return "device.erase";
    case AuditAction::retention_apply:
      return "retention.apply";
    case AuditAction::derived_rebuild:
      return "derived.rebuild";
    case AuditAction::database_backup:
      return "database.backup";
    case AuditAction::user_add:
      return "user.add";
    case AuditAction::user_remove:
      return "user.remove";
    case AuditAction::user_password:
      return "user.password";
    case AuditAction::sign_in:
      return "sign-in";
    case AuditAction::sign_out:
      return "sign-out";
    case AuditAction::settings_change:
      return "settings.change";
    case AuditAction::segment_close:
      return "segment.close";
  }
  return "";
}

std::optional<AuditAction> audit_action_from(std::string_view name) {
  for (const AuditAction action : all_audit_actions) {
    if (name == name_of(action)) return action;
  }
  return std::nullopt;
}

const char* name_of(AuditResult result) {
  switch (result) {
    case AuditResult::done:
      return "done";
    case AuditResult::denied:
      return "denied";
    case AuditResult::failed:
      return "failed";
  }
  return "";
}

std::optional<AuditResult> audit_result_from(std::string_view name) {
  for (const AuditResult result : {AuditResult::done, AuditResult::denied, AuditResult::failed}) {
    if (name == name_of(result)) return result;
  }
  return std::nullopt;
}

AuditResult audit_result_of(const Error& error) {
  return error.cause == Cause::denied ? AuditResult::denied : AuditResult::failed;
}

AuditEntry tidied(AuditEntry entry) {
  for (std::string* text : {&entry.actor, &entry.object, &entry.origin}) {
    *text = tidied_text(*text);
  }
  return entry;
}

std::string oins_named_in(std::string_view text) {
  constexpr std::size_t digits_of_oin = 20;
  std::string oins;
  std::size_t digits = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] >= '0' && text[i] <= '9') {
      ++digits;
      continue;
    }
    if (digits == digits_of_oin) {
      oins += (oins.empty() ? "" : " ") + std::string(text.substr(i - digits, digits));
    }
    digits = 0;
  }
  return oins;
}

std::string device_reference(std::string_view id) {
  const std::string digest = sha256("wattlife audit device " + std::string(id));
  return "device " + hex_from_bytes(digest.substr(0, reference_bytes));
}

// --- The chain
// ------------------------------------------------------------------------------------

std::string canonical_bytes(std::int64_t number, const AuditEntry& entry) {
  std::string bytes = entry.oins.empty() ? "wattlife-audit-1," : "wattlife-audit-2,";
  append(bytes, std::to_string(number));
  append(bytes, std::to_string(entry.time.time_since_epoch().count()));
  append(bytes, entry.actor);
  append(bytes, name_of(entry.action));
  append(bytes, entry.object);
  append(bytes, name_of(entry.result));
  append(bytes, entry.origin);
  if (!entry.oins.empty()) append(bytes, entry.oins);
  return bytes;
}

ChainedEntry chained(const AuditCheckpoint& before, const AuditEntry& entry) {
  const std::int64_t number = before.number + 1;
  return {number, entry, sha256(before.hash + canonical_bytes(number, entry))};
}

AuditVerifier::AuditVerifier(AuditCheckpoint from, std::optional<AuditCheckpoint> seen)
    : at_(std::move(from)), seen_(std::move(seen)) {
  look_at_seen();
}

void AuditVerifier::look_at_seen() {
  if (broken_ || !seen_ || seen_->number != at_.number) return;
  if (seen_->hash != at_.hash) {
    broken_ = {at_.number, "is not the entry whose hash was written down elsewhere"};
  }
  seen_.reset();
}

void AuditVerifier::add(const ChainedEntry& entry) {
  if (broken_) return;
  if (entry.number != at_.number + 1) {
    broken_ = {at_.number + 1,
               entry.number <= at_.number
                   ? "is missing; entry " + std::to_string(entry.number) + " stands in its place"
                   : "is missing; the next one is entry " + std::to_string(entry.number)};
    return;
  }
  if (chained(at_, entry.entry).hash != entry.hash) {
    broken_ = {entry.number, "was changed, or does not follow from the entry before it"};
    return;
  }
  at_ = {entry.number, entry.hash};
  look_at_seen();
}

std::optional<AuditBreak> AuditVerifier::finish(const AuditCheckpoint& head) const {
  if (broken_) return broken_;
  if (at_ != head) {
    return AuditBreak{std::min(at_.number, head.number) + 1,
                      "is missing at the end, or was added there: the head says entry " +
                          std::to_string(head.number)};
  }
  if (seen_ && seen_->number > at_.number) {
    return AuditBreak{at_.number + 1, "is missing at the end: entry " +
                                          std::to_string(seen_->number) +
                                          " was written down elsewhere"};
  }
  return std::nullopt;
}

std::optional<AuditBreak> verify(std::span<const ChainedEntry> segment, const AuditCheckpoint& from,
                                 const AuditCheckpoint& head) {
  AuditVerifier verifier(from);
  for (const ChainedEntry& entry : segment) verifier.add(entry);
  return verifier.finish(head);
}

std::string to_text(const AuditCheckpoint& checkpoint) {
  return std::to_string(checkpoint.number) + ":" + hex_from_bytes(checkpoint.hash);
}

std::optional<AuditCheckpoint> checkpoint_from(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = integer_from(text.substr(0, colon));
  const auto hash = bytes_from_hex(text.substr(colon + 1));
  if (!number || *number < 0 || !hash || hash->size() != hash_bytes) return std::nullopt;
  return AuditCheckpoint{*number, *hash};
}

}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// The audit log of people: who did what to what, with which result, from where, when (BIO2
// 8.15.01). Each entry carries a digest over itself and the entry before it, so that a log of which
// an entry was changed, taken out or put in no longer adds up. Pure; audit_store.h keeps it.
//
// What the chain cannot tell by itself: that entries at its end were taken away, or that somebody
// with all rights made the whole chain again. For that its head is also written where others keep
// it (`audit head`, the journal of the service), and compared with it (`check --audit-head`).
//
// An entry never holds a secret or a serial number, and a device only as device_reference(), which
// leads nowhere once the device is erased.
//
//   hash = SHA-256(hash of the entry before (32 bytes; zeros before the first) + canonical bytes)
//   canonical bytes = "wattlife-audit-1," then number, time (milliseconds since 1970), actor,
//                     action, object, result, origin, each as "<bytes>:<text>,"
//                     An entry about organisations begins with "wattlife-audit-2," and ends with
//                     their OINs, in the same way.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace wattlife {

enum class AuditAction {
  organisation_add,
  token_create,
  token_revoke,
  enrolment_confirm,
  enrolment_revoke,
  enrolment_continue,
  enrolment_separate,
  device_operator,
  inventory_import,
  stage_change,
  device_view,
  serials_view,
  list_export,
  device_export,
  device_erase,
  retention_apply,
  derived_rebuild,
  database_backup,
  user_add,
  user_remove,
  user_password,
  sign_in,
  sign_out,
  settings_change,
  segment_close,
};
inline constexpr AuditAction all_audit_actions[] = {
    AuditAction::organisation_add,   AuditAction::token_create,
    AuditAction::token_revoke,       AuditAction::enrolment_confirm,
    AuditAction::enrolment_revoke,   AuditAction::enrolment_continue,
    AuditAction::enrolment_separate, AuditAction::device_operator,
    AuditAction::inventory_import,   AuditAction::stage_change,
    AuditAction::device_view,        AuditAction::serials_view,
    AuditAction::list_export,        AuditAction::device_export,
    AuditAction::device_erase,       AuditAction::retention_apply,
    AuditAction::derived_rebuild,    AuditAction::database_backup,
    AuditAction::user_add,           AuditAction::user_remove,
    AuditAction::user_password,      AuditAction::sign_in,
    AuditAction::sign_out,           AuditAction::settings_change,
    AuditAction::segment_close};
const char* name_of(AuditAction action);  // "organisation.add", "enrolment.confirm", "sign-in"
std::optional<AuditAction> audit_action_from(std::string_view name);

// done: it happened. denied: it was not allowed. failed: it was, and did not happen.
enum class AuditResult { done, denied, failed };
const char* name_of(AuditResult result);  // "done", "denied", "failed"
std::optional<AuditResult> audit_result_from(std::string_view name);
AuditResult audit_result_of(const Error& error);

struct AuditEntry {
  UtcTime time;
  std::string actor;  // "cli:root", or the subject of a person who signed in
  AuditAction action = AuditAction::organisation_add;
  std::string object;  // "token 3", "device 1f6c…", "organisation 0000…"
  AuditResult result = AuditResult::done;
  std::string origin;  // "cli", or the address that the person came from
  // The organisations that it is about, with a space between: whose auditors may read it. Empty:
  // those who keep the collector only.
  std::string oins = {};
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

// For code that must write an entry and need not know where to: what it shows or does only counts
// as allowed when the entry is on disk, so an error here must stop it.
using AuditSink = std::function<Done(const AuditEntry&)>;

// Texts as they may be kept: at most so many bytes, valid UTF-8, no control characters.
inline constexpr std::size_t longest_audit_text = 256;
AuditEntry tidied(AuditEntry entry);

// The OINs that a text names, with a space between.
std::string oins_named_in(std::string_view text);

// How an entry names a device or an enrolment: "device " and 16 hexadecimal digits that follow from
// its id and from which the id does not follow.
std::string device_reference(std::string_view id);

// --- The chain
// ------------------------------------------------------------------------------------

struct ChainedEntry {
  std::int64_t number = 0;  // 1, 2, 3, without gaps
  AuditEntry entry;
  std::string hash;  // 32 bytes
  friend bool operator==(const ChainedEntry&, const ChainedEntry&) = default;
};

// Where a chain stands after its entry `number`: what a closed segment leaves behind.
struct AuditCheckpoint {
  std::int64_t number = 0;
  std::string hash = std::string(32, '\0');
  friend bool operator==(const AuditCheckpoint&, const AuditCheckpoint&) = default;
};

std::string canonical_bytes(std::int64_t number, const AuditEntry& entry);
// The entry that follows `before`.
ChainedEntry chained(const AuditCheckpoint& before, const AuditEntry& entry);

// Which entry does not follow, and why.
struct AuditBreak {
  std::int64_t number = 0;
  std::string why;
  friend bool operator==(const AuditBreak&, const AuditBreak&) = default;
};

// Goes over entries one by one, so that a log need not fit into memory.
class AuditVerifier {
 public:
  // `seen`: a head that was written down elsewhere; its entry must pass by.
  explicit AuditVerifier(AuditCheckpoint from, std::optional<AuditCheckpoint> seen = std::nullopt);

  // The first break; later entries are not looked at.
  void add(const ChainedEntry& entry);
  // What the head says must be the last entry that passed by.
  std::optional<AuditBreak> finish(const AuditCheckpoint& head) const;
  const std::optional<AuditBreak>& broken() const { return broken_; }
  const AuditCheckpoint& at() const { return at_; }

 private:
  void look_at_seen();

  AuditCheckpoint at_;
  std::optional<AuditCheckpoint> seen_;
  std::optional<AuditBreak> broken_;
};

// The same over a whole segment.
std::optional<AuditBreak> verify(std::span<const ChainedEntry> segment, const AuditCheckpoint& from,
                                 const AuditCheckpoint& head);

// "17:9f2c…": a head as people write it down, and back.
std::string to_text(const AuditCheckpoint& checkpoint);
std::optional<AuditCheckpoint> checkpoint_from(std::string_view text);

}  // namespace wattlife

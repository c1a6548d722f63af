// SPDX-License-Identifier: EUPL-1.2
// Entries of the audit log that are written a little later than what they tell of:
//
// - Refused sign-ins. Anybody can have one refused, as often as they like, so they are counted and
//   not written down one by one: one entry per class of address and quarter of an hour, 384 a day
//   at most. Such an entry holds how many there were and why, and where from only as one of four
//   classes: no address, and no name that was typed, which may well be a password.
// - Sign-outs that the database could not take at that moment. A session ends all the same; who
//   wants to leave must not be kept in because a disk is full.
//
// In memory until then, and bounded: what a killed process had not written yet is lost here and
// stands in the log of the service. From any thread.
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "collector/audit.h"
#include "core/result.h"
#include "core/time.h"

namespace wattlife {

enum class RefusedSignIn {
  password,   // name or password of a local user
  waiting,    // somebody who guesses, or floods, and was told to wait
  provider,   // what came back from the provider of identities was not believed
  elsewhere,  // local users from another machine, or where nobody signs in like that
  forged,     // a form that does not come from our own page
};
inline constexpr std::size_t kinds_of_refused_sign_in = 5;
const char* name_of(RefusedSignIn kind);

enum class AddressClass { this_machine, private_network, internet, unknown };
const char* name_of(AddressClass of);
// Of Request::peer_address. Private are those of RFC 1918, RFC 4193 and link-local ones.
AddressClass address_class(std::string_view peer_address);

class DeferredAudit {
 public:
  void refused(RefusedSignIn kind, std::string_view peer_address, UtcTime at);
  // False when most_waiting wait already: then it must be told elsewhere.
  bool put(const AuditEntry& entry);
  static constexpr std::size_t most_waiting = 1000;

  // Gives `sink` what is due: what was put, and counts of quarters of an hour that are over at
  // `now`, or `all` of them. What it did not take stays for the next time; the first error is
  // returned and nothing further is tried.
  Done write(UtcTime now, bool all, const AuditSink& sink);

 private:
  struct Count {
    UtcTime first;
    UtcTime last;
    std::array<std::int64_t, kinds_of_refused_sign_in> of_kind{};
  };
  static AuditEntry entry_of(AddressClass of, const Count& count, UtcTime now);
  // What is due, which is nobody else's until give_back().
  struct Due {
    std::vector<AuditEntry> entries;
    std::map<AddressClass, Count> counts;
  };
  Due take_due(UtcTime now, bool all);
  // Takes from `due` what the sink took.
  static Done hand_over(Due& due, UtcTime now, const AuditSink& sink);
  // The rest of it; `taken` entries there were.
  void give_back(const Due& rest, std::size_t taken);

  std::mutex mutex_;
  std::vector<AuditEntry> waiting_;
  std::size_t being_written_ = 0;  // entries; they may come back, so their room stays theirs
  std::map<AddressClass, Count> counts_;
};

}  // namespace wattlife

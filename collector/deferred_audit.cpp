// SPDX-License-Identifier: EUPL-1.2
#include "collector/deferred_audit.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "platform/ip_address.h"

namespace wattlife {
namespace {

constexpr std::string_view private_networks[] = {
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"};

}  // namespace

const char* name_of(RefusedSignIn kind) {
  switch (kind) {
    case RefusedSignIn::password:
      return "password";
    case RefusedSignIn::waiting:
      return "waiting";
    case RefusedSignIn::provider:
      return "provider";
    case RefusedSignIn::elsewhere:
      return "elsewhere";
    case RefusedSignIn::forged:
      return "forged";
  }
  return "";
}

const char* name_of(AddressClass of) {
  switch (of) {
    case AddressClass::this_machine:
      return "this machine";
    case AddressClass::private_network:
      return "private network";
    case AddressClass::internet:
      return "internet";
    case AddressClass::unknown:
      return "unknown";
  }
  return "";
}

AddressClass address_class(std::string_view peer_address) {
  if (peer_address == "unix") return AddressClass::this_machine;
  const auto address = ip_address_from(peer_address);
  if (!address) return AddressClass::unknown;
  if (is_loopback(*address)) return AddressClass::this_machine;
  const bool is_private = std::any_of(std::begin(private_networks), std::end(private_networks),
                                      [&](std::string_view text) {
                                        const auto network = ip_network_from(text);
                                        return network && contains(*network, *address);
                                      });
  return is_private ? AddressClass::private_network : AddressClass::internet;
}

void DeferredAudit::refused(RefusedSignIn kind, std::string_view peer_address, UtcTime at) {
  const AddressClass of = address_class(peer_address);
  const std::lock_guard lock(mutex_);
  Count& count = counts_.try_emplace(of, Count{at, at, {}}).first->second;
  count.last = at;
  ++count.of_kind[static_cast<std::size_t>(kind)];
}

bool DeferredAudit::put(const AuditEntry& entry) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + being_written_ >= most_waiting) return false;
  waiting_.push_back(entry);
  return true;
}

AuditEntry DeferredAudit::entry_of(AddressClass of, const Count& count, UtcTime now) {
  const auto all = std::accumulate(count.of_kind.begin(), count.of_kind.end(), std::int64_t{0});
  std::string object = std::to_string(all) + " from " + to_iso8601(count.first) + " to " +
                       to_iso8601(count.last) + ":";
  for (std::size_t i = 0; i < count.of_kind.size(); ++i) {
    if (count.of_kind[i] == 0) continue;
    object += std::string(" ") + name_of(static_cast<RefusedSignIn>(i)) + " " +
              std::to_string(count.of_kind[i]);
  }
  return {now, "nobody", AuditAction::sign_in, object, AuditResult::denied, name_of(of)};
}

DeferredAudit::Due DeferredAudit::take_due(UtcTime now, bool all) {
  const std::lock_guard lock(mutex_);
  Due due;
  due.entries.swap(waiting_);
  being_written_ += due.entries.size();
  for (auto row = counts_.begin(); row != counts_.end();) {
    const bool over = all || quarter_start(row->second.first) != quarter_start(now);
    if (over) due.counts.insert(*row);
    row = over ? counts_.erase(row) : std::next(row);
  }
  return due;
}

void DeferredAudit::give_back(const Due& rest, std::size_t taken) {
  const std::lock_guard lock(mutex_);
  being_written_ -= taken;
  waiting_.insert(waiting_.begin(), rest.entries.begin(), rest.entries.end());
  for (const auto& [of, count] : rest.counts) {
    Count& there = counts_.try_emplace(of, Count{count.first, count.last, {}}).first->second;
    there.first = std::min(there.first, count.first);
    there.last = std::max(there.last, count.last);
    for (std::size_t i = 0; i < count.of_kind.size(); ++i) there.of_kind[i] += count.of_kind[i];
  }
}

Done DeferredAudit::hand_over(Due& due, UtcTime now, const AuditSink& sink) {
  while (!due.entries.empty()) {
    if (const Done written = sink(due.entries.front()); !written) return written;
    due.entries.erase(due.entries.begin());
  }
  while (!due.counts.empty()) {
    const auto first = due.counts.begin();
    const Done written = sink(entry_of(first->first, first->second, now));
    if (!written) return written;
    due.counts.erase(first);
  }
  return done();
}

Done DeferredAudit::write(UtcTime now, bool all, const AuditSink& sink) {
  Due due = take_due(now, all);
  const std::size_t taken = due.entries.size();
  const Done written = hand_over(due, now, sink);
  give_back(due, taken);
  return written;
}

}  // namespace wattlife

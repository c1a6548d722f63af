// SPDX-License-Identifier: EUPL-1.2
// Who is at the other end of a request, and the pages of signing in and out. The judgement is in
// access, session, oidc, local_users; here it meets requests, time and the provider. What goes out
// and what is read from disk are function values, so that a test answers instead.
//
// Kept in memory only: the provider's metadata and keys, failures of guessers, and the sessions
// that were signed out here. Another collector on the same database does without them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/access.h"
#include "collector/attempts.h"
#include "collector/collector_settings.h"
#include "collector/deferred_audit.h"
#include "collector/http.h"
#include "collector/local_users.h"
#include "collector/oidc.h"
#include "collector/rates.h"
#include "collector/session.h"
#include "core/result.h"
#include "core/time.h"

namespace wattlife {

inline constexpr std::string_view sign_in_path = "/aanmelden";
inline constexpr std::string_view sign_in_return_path = "/aanmelden/terug";
inline constexpr std::string_view sign_out_path = "/afmelden";
inline constexpr std::string_view signed_out_path = "/afgemeld";

struct SignInParts {
  SignInSettings settings;
  std::string seal_key;
  std::function<Result<HttpResponse>(const HttpRequest&)> get;   // openid
  std::function<Result<HttpResponse>(const HttpRequest&)> post;  // openid
  std::function<Result<std::vector<LocalUser>>()> users;         // local
  std::function<std::string(std::size_t)> random;
};

struct Visitor {
  std::optional<Person> person;
  std::string form_subject;  // what its form token is made from; empty: has none
  std::string session_id;    // empty: no session of ours
  std::int64_t session_ends_s = 0;
  std::string new_cookie;  // to be set with the answer; empty: none
};

// The answer to a form or a provider, and whom it lets in. The caller notes that first, and does
// not send the answer when it cannot. Whom it does not let in, the caller counts.
struct Entry {
  Response response;
  std::optional<Person> entered = {};
  std::optional<RefusedSignIn> refused = {};
};

class SignIn {
 public:
  SignIn();  // open
  explicit SignIn(SignInParts parts);

  SignInWay way() const { return parts_.settings.way; }

  // The request without headers that say who somebody is, unless a trusted proxy sent it.
  Request without_foreign_identity(const Request& request) const;
  Visitor visitor(const Request& request, const Now& now) const;
  std::string form_token_of(const Visitor& visitor) const;
  // Whether a request that changes something may go on; what is wrong with it otherwise.
  std::optional<Refusal> problem_of_unsafe(const Request& request, const Visitor& visitor) const;

  Response form(const Request& request, const Visitor& visitor, const Now& now);
  Entry submit(const Request& request, const Now& now);
  Entry returned(const Request& request, const Now& now);
  Response leave(const Request& request, const Visitor& visitor, const Now& now);
  Response left(const Request& request);

 private:
  struct Known {
    Provider provider;
    Duration read_at{0};
    std::vector<PublishedKey> keys;
    Duration keys_at{0};
  };

  // Whether the address may go on now; each answer of a provider costs the collector time.
  bool within_rate(const Request& request, const Now& now);
  bool is_away(const Now& now) const;
  Result<Provider> provider(const Now& now);
  Done read_keys(const Now& now);
  Result<std::string> payload_of(const std::string& id_token, const Now& now);
  Result<Person> person_from(const Request& request, const SignInAttempt& attempt, const Now& now);
  Response begin_openid(const Request& request, const Now& now);
  Entry signed_in(Person person, const std::string& stamp, const std::string& return_to,
                  const Request& request, const Now& now);
  Response refused(const Request& request, const std::string& why) const;
  std::optional<Person> proxy_person(const Request& request) const;
  bool is_trusted_peer(const Request& request) const;
  bool still_holds(const SignInSession& session) const;

  SignInParts parts_;
  std::optional<Known> known_;
  std::optional<Duration> last_failure_;
  Rates rates_;  // per address, towards the provider
  Attempts attempts_;
  std::map<std::string, std::int64_t> signed_out_;  // session id -> when it would have ended
};

}  // namespace wattlife

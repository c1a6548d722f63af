// SPDX-License-Identifier: EUPL-1.2
// Being signed in: a sealed cookie, and what keeps another site from using it. Pure; time and
// random bytes are arguments.
//
// One cookie, two purposes that cannot be taken for each other: the attempt, while somebody is away
// to sign in, and the session after it. A session always begins with a new id, so an id that
// somebody planted beforehand is worth nothing. It ends after 8 hours, after 30 minutes without
// use, or at sign-out; a changed key ends all of them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "collector/access.h"
#include "collector/http.h"
#include "core/time.h"

namespace wattlife {

inline constexpr std::string_view session_cookie = "__Host-wattlife";
inline constexpr std::chrono::seconds session_longest = std::chrono::hours(8);
inline constexpr std::chrono::seconds session_idle = std::chrono::minutes(30);
inline constexpr std::chrono::seconds session_refresh = std::chrono::minutes(1);
inline constexpr std::chrono::seconds attempt_longest = std::chrono::minutes(10);
inline constexpr std::size_t largest_cookie = 4000;  // what browsers keep, with the name
inline constexpr std::size_t session_id_bytes = 16;

struct SignInSession {
  std::string id;  // random
  Person person;
  std::string stamp;  // of what the person was at sign-in; a local user who changed is signed out
  std::int64_t began_s = 0;  // UTC, seconds since 1970
  std::int64_t seen_s = 0;
  friend bool operator==(const SignInSession&, const SignInSession&) = default;
};

// Somebody is away at the provider of identities.
struct SignInAttempt {
  std::string state;     // at least 128 random bits, comes back in the address
  std::string nonce;     // the same, comes back in the ID token
  std::string verifier;  // PKCE, goes to the provider in the second step only
  std::string return_to;
  std::int64_t began_s = 0;
  friend bool operator==(const SignInAttempt&, const SignInAttempt&) = default;
};

std::int64_t seconds_of(UtcTime time);

// The value of the cookie; empty when it would be larger than a browser keeps (too many
// organisations). `nonce` as in seal.h.
std::string sealed_session(std::string_view key, const SignInSession& session,
                           std::string_view nonce);
std::string sealed_attempt(std::string_view key, const SignInAttempt& attempt,
                           std::string_view nonce);
// Empty for everything that was not sealed by the above, and for what has ended at `now`. A clock
// that was set back by more than a minute ends it too.
std::optional<SignInSession> session_from(std::string_view key, std::string_view cookie,
                                          UtcTime now);
std::optional<SignInAttempt> attempt_from(std::string_view key, std::string_view cookie,
                                          UtcTime now);
// Whether the cookie must be sent anew, so that its 30 minutes begin again.
bool wants_refresh(const SignInSession& session, UtcTime now);

// "Set-Cookie: …": Secure, HttpOnly, SameSite=Lax, Path=/, for this host only; gone when the
// browser closes. An empty value takes it away.
std::pair<std::string, std::string> set_cookie(std::string_view value);
// The value of the cookie in a `Cookie` header; empty when it is not there, or there twice.
std::string cookie_value(std::string_view header, std::string_view name);

// A token for the forms of this session; another session's is another one.
std::string form_token(std::string_view key, std::string_view session_or_subject);

// Whether a request that changes something was made by our own page. Browsers say where it came
// from (`Origin`, `Sec-Fetch-Site`); when they say nothing, it is refused. `public_url` is
// "https://host", or empty: then the Host header says it.
bool comes_from_own_page(const Request& request, std::string_view public_url);

// The path that somebody may be sent on to after signing in: one of ours, never another site's.
// "/" for everything that is not.
std::string safe_return_path(std::string_view path);

}  // namespace wattlife

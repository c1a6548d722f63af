// SPDX-License-Identifier: EUPL-1.2
// Signing in through a provider of identities: OpenID Connect by the Dutch government's profile
// (NL GOV Assurance profile for OpenID Connect 1.0): code flow only, PKCE with S256, state and
// nonce of 256 random bits, the client known by private_key_jwt. Judgement only, as pure functions
// over values: what to ask, and whether an answer may be believed. Who sends it is sign_in.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/access.h"
#include "collector/jose.h"
#include "collector/session.h"
#include "core/result.h"
#include "core/time.h"
#include "platform/http_client.h"

namespace wattlife {

// --- What we are to the provider ----------------------------------------------------------------

enum class ClientAuthentication {
  private_key_jwt,      // what the profile asks
  client_secret_basic,  // outside the profile, for providers that cannot do better
};

struct OidcClient {
  std::string issuer;
  std::string client_id;
  std::string redirect_uri;
  std::string scope = "openid";
  std::vector<std::string> acr_values;  // asked for, and then one of them must come; none: any
  ClientAuthentication authentication = ClientAuthentication::private_key_jwt;
  std::string secret;  // the private JWK, or the secret
};

// Which claims say who somebody is here. A name that begins with '/' is a JSON pointer
// ("/realm_access/roles"); any other is the claim of that name.
struct ClaimNames {
  std::string role = "roles";
  std::string organisation = "oin";
  std::string name = "name";
};
struct ClaimMapping {
  ClaimNames names;
  std::map<std::string, Role> roles;                 // value of the claim -> role
  std::map<std::string, std::string> organisations;  // value -> OIN; empty: the value is the OIN
};

// --- The provider -------------------------------------------------------------------------------

struct Provider {
  std::string issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  std::string end_session_endpoint;  // empty: it has none
  bool says_issuer = false;          // `iss` comes with the code (RFC 9207)
};
// "https://issuer/.well-known/openid-configuration".
std::string discovery_url(std::string_view issuer);
// Errors: malformed (no metadata), denied (another issuer than asked, an address without https, no
// code flow, no S256).
Result<Provider> provider_from(std::string_view json, std::string_view issuer);
// The keys for signatures in a JWK set; others are left out. Errors: malformed.
Result<std::vector<PublishedKey>> keys_from(std::string_view json);

// --- The flow -----------------------------------------------------------------------------------

// A fresh attempt from 96 random bytes.
SignInAttempt attempt_of(std::string_view random, std::string_view return_to, UtcTime now);
// base64url of SHA-256 (RFC 7636, S256).
std::string code_challenge(std::string_view verifier);
std::string authorization_url(const Provider& provider, const OidcClient& client,
                              const SignInAttempt& attempt);

// The code that came back. Errors: denied (another state, another issuer, or the provider's own
// error), malformed (no code).
Result<std::string> code_from(std::string_view query, const SignInAttempt& attempt,
                              const Provider& provider);

// The second step; `jti` is random, for private_key_jwt. Errors: malformed (the key).
Result<HttpRequest> token_request(const Provider& provider, const OidcClient& client,
                                  const SignInAttempt& attempt, std::string_view code,
                                  std::string_view jti, UtcTime now);
struct TokenAnswer {
  std::string id_token;
  std::string access_token;
};
// Errors: denied (the provider refused the code or us; its error word is in the text), malformed.
Result<TokenAnswer> token_answer_from(const HttpResponse& response);

// --- The ID token -------------------------------------------------------------------------------

struct IdToken {
  std::string issuer;
  std::string subject;
  std::vector<std::string> audiences;
  std::string authorized_party;  // "azp"; empty: not there
  std::optional<std::int64_t> expiry;
  std::optional<std::int64_t> issued;
  std::optional<std::int64_t> not_before;
  std::string nonce;
  std::string acr;
  std::string access_token_hash;  // "at_hash"; empty: not there
  std::string name;
  std::vector<std::string> roles;          // values of the claim, as sent
  std::vector<std::string> organisations;  // the same
};
// The claims of a verified payload. Errors: malformed (no object, a claim of another kind).
Result<IdToken> id_token_from(std::string_view payload, const ClaimNames& names);

inline constexpr std::int64_t clock_tolerance_s = 60;
inline constexpr std::int64_t oldest_token_s = 600;

// What forbids to believe it; nothing when it may be believed (OpenID Connect Core 3.1.3.7).
std::optional<std::string> problem_of(const IdToken& token, const OidcClient& client,
                                      const SignInAttempt& attempt, std::string_view access_token,
                                      UtcTime now);

// Who that is here. A value without a match gives nothing: no match, no role.
Person person_of(const IdToken& token, const ClaimMapping& mapping);

// Where to sign out at the provider too; empty when it offers none.
std::string sign_out_url(const Provider& provider, const OidcClient& client,
                         std::string_view return_to);

// 20 digits.
bool is_oin(std::string_view text);
// A name as a page may show it: valid UTF-8, no control characters, at most 100 bytes.
std::string shown_name(std::string_view name);

}  // namespace wattlife

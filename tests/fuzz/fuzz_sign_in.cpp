// SPDX-License-Identifier: EUPL-1.2
// Everything that comes from a provider, a browser or a file of users, with anything in it: a value
// or a refusal, and never a session or a believed token that nobody made. The first byte says
// which.
#include <string>

#include "collector/collector_settings.h"
#include "collector/local_users.h"
#include "collector/oidc.h"
#include "collector/password.h"
#include "collector/seal.h"
#include "collector/session.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

namespace {

// A public key of somebody; what it verifies cannot be guessed.
constexpr std::string_view key_set =
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"1\","
    "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]}";

void provider_bytes(std::string_view text) {
  using namespace wattlife;
  const auto provider = provider_from(text, "https://idp.example");
  if (provider) require(provider->token_endpoint.rfind("https://", 0) == 0);
  const auto keys = keys_from(text);
  if (keys) (void)verified_payload("eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.e30.AAAA", *keys);
  HttpResponse response;
  response.status = 200;
  response.body = std::string(text);
  const auto answer = token_answer_from(response);
  if (answer) require(!answer->id_token.empty());
}

void token_bytes(std::string_view text) {
  using namespace wattlife;
  static const auto keys = *keys_from(key_set);
  require(!verified_payload(text, keys));
}

void claims_bytes(std::string_view text) {
  using namespace wattlife;
  const auto token = id_token_from(text, {"/a/roles", "oin", "name"});
  if (!token) return;
  OidcClient client;
  client.issuer = "https://idp.example";
  client.client_id = "wattlife";
  const SignInAttempt attempt = {"s", "a nonce that is not in the corpus", "v", "/", 0};
  require(problem_of(*token, client, attempt, "", UtcTime{}).has_value());
  ClaimMapping mapping;
  mapping.roles["x"] = Role::auditor;
  const Person person = person_of(*token, mapping);
  require(person.roles.size() <= 1);
  for (const std::string& oin : person.oins) require(is_oin(oin));
}

void browser_bytes(std::string_view text) {
  using namespace wattlife;
  const std::string key(seal_key_bytes, 'k');
  require(!session_from(key, text, UtcTime{}));
  require(!attempt_from(key, text, UtcTime{}));
  (void)cookie_value(text, session_cookie);
  const std::string path = safe_return_path(text);
  require(path.front() == '/' && path.substr(0, 2) != "//");
  const SignInAttempt attempt = {"a state that is not in the corpus", "n", "v", "/", 0};
  require(!code_from(text, attempt, Provider{}));
}

void file_bytes(std::string_view text) {
  using namespace wattlife;
  const auto users = users_from(text, "x.toml");
  if (users) require(users_from(to_toml(*users), "x.toml").operator bool());
  const auto settings = collector_settings_from(text, "x.toml");
  if (!settings) require(settings.error().text.rfind("x.toml", 0) == 0);
  if (settings && settings->sign_in.way == SignInWay::openid) {
    require(!settings->sign_in.mapping.roles.empty());
  }
  (void)ip_network_from(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = wattlife::fuzz::text_of(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      provider_bytes(text);
      break;
    case 1:
      token_bytes(text);
      break;
    case 2:
      claims_bytes(text);
      break;
    case 3:
      browser_bytes(text);
      break;
    default:
      file_bytes(text);
  }
  return 0;
}

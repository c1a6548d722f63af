// SPDX-License-Identifier: EUPL-1.2
// The whole site with a provider of identities played by the test, and a browser before it.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "collector/rules.h"
#include "collector/seal.h"
#include "collector/sign_in.h"
#include "collector/site.h"
#include "core/table.h"
#include "core/text.h"
#include "tests/collector/example_fleet.h"
#include "tests/collector/token_maker.h"

namespace wattlife::testing {

inline const std::string issuer = "https://idp.example";
inline const std::string public_url = "https://w.example";
inline const std::string seal_key(seal_key_bytes, 'k');

inline const SigningKey& first_key() {
  static const SigningKey key = SigningKey::rsa(2048, "first");
  return key;
}
inline const SigningKey& second_key() {
  static const SigningKey key = SigningKey::rsa(2048, "second");
  return key;
}

inline std::string header_of(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A provider of identities in memory: signs what the test says.
struct FakeProvider {
  const SigningKey* key = &first_key();
  const SigningKey* published = &first_key();
  std::map<std::string, std::string> claims;  // name -> JSON; added to or instead of the usual
  std::string nonce;                          // of the request to sign in
  UtcTime now;
  bool away = false;
  int metadata_asked = 0;
  int keys_asked = 0;
  int tokens_asked = 0;

  Result<HttpResponse> get(const HttpRequest& request) {
    HttpResponse response;
    response.status = 200;
    if (away) return Error{Cause::busy, "away"};
    if (has(request.url, "openid-configuration")) {
      ++metadata_asked;
      response.body = "{\"issuer\":\"" + issuer + "\",\"authorization_endpoint\":\"" + issuer +
                      "/auth\",\"token_endpoint\":\"" + issuer + "/token\",\"jwks_uri\":\"" +
                      issuer + "/jwks\",\"end_session_endpoint\":\"" + issuer +
                      "/end\",\"response_types_supported\":[\"code\"],"
                      "\"code_challenge_methods_supported\":[\"S256\"]}";
    } else {
      ++keys_asked;
      response.body = published->set();
    }
    return response;
  }
  Result<HttpResponse> post(const HttpRequest& request) {
    ++tokens_asked;
    HttpResponse response;
    response.status = query_value(request.body, "code") == "right" ? 200 : 400;
    if (response.status != 200) {
      response.body = "{\"error\":\"invalid_grant\"}";
      return response;
    }
    const std::int64_t at = seconds_of(now);
    std::map<std::string, std::string> all = {
        {"iss", json_string(issuer)}, {"sub", "\"4711\""},
        {"aud", "\"wattlife\""},      {"exp", std::to_string(at + 300)},
        {"iat", std::to_string(at)},  {"nonce", json_string(nonce)},
        {"name", "\"A. <de> Vries\""}};
    for (const auto& [name, value] : claims) all[name] = value;
    std::string payload = "{";
    for (const auto& [name, value] : all) {
      payload += (payload.size() > 1 ? "," : "") + json_string(name) + ":" + value;
    }
    response.body = "{\"id_token\":\"" + key->sign("PS256", payload + "}") +
                    "\",\"access_token\":\"x\",\"token_type\":\"Bearer\"}";
    return response;
  }
};

inline SignInSettings openid_settings() {
  SignInSettings settings;
  settings.way = SignInWay::openid;
  settings.public_url = public_url;
  settings.client.issuer = issuer;
  settings.client.client_id = "wattlife";
  settings.client.redirect_uri = public_url + "/aanmelden/terug";
  settings.client.authentication = ClientAuthentication::client_secret_basic;
  settings.client.secret = "secret";
  for (const Role role : all_roles) settings.mapping.roles[name_of(role)] = role;
  return settings;
}

// A browser before the site: keeps one cookie, sends it along, does not follow.
class SignInTest : public ::testing::Test {
 protected:
  SignInTest() {
    Laptop other = laptop("other");
    other.stock = inventory("ANDERS", "Geheim Model 9");
    other.stock.provision.locks.bios_password = true;
    fleet_.enrol(other, example_day, fleet_.other_token);
    EXPECT_TRUE(fleet_.store().confirm(other.credential.device_id, false));
    fleet_.send(other, other.health(), example_day);
    Laptop own = laptop("own");
    own.stock = inventory("EIGEN", "Slot Model 1");
    own.stock.provision.locks.bios_password = true;
    fleet_.enrol(own, example_day);
    EXPECT_TRUE(fleet_.store().confirm(own.credential.device_id, false));
    fleet_.send(own, own.health(), example_day);
    now_ = {BootTime{std::chrono::hours(100)}, AwakeTime{std::chrono::hours(100)},
            UtcTime{example_day} + std::chrono::hours(10)};
  }

  void use(SignInSettings settings) {
    SignInParts parts;
    parts.settings = std::move(settings);
    parts.seal_key = seal_key;
    parts.random = repeatable_random(9);
    parts.get = [this](const HttpRequest& request) { return provider_.get(request); };
    parts.post = [this](const HttpRequest& request) { return provider_.post(request); };
    parts.users = [this]() -> Result<std::vector<LocalUser>> { return users_; };
    site_.emplace(fleet_.store(), *built_in_rules(), SignIn(std::move(parts)));
  }

  Response ask(const std::string& method, const std::string& target, Headers headers = {},
               const std::string& body = "") {
    const std::size_t question = target.find('?');
    if (!cookie_.empty()) headers.emplace_back("cookie", "__Host-wattlife=" + cookie_);
    Request request{method,
                    target.substr(0, question),
                    question == std::string::npos ? "" : target.substr(question + 1),
                    std::move(headers),
                    body,
                    peer_};
    Response response = site_->handle(request, now_);
    const std::string set = header_of(response, "Set-Cookie");
    if (!set.empty()) {
      const std::size_t from = set.find('=') + 1;
      cookie_ = set.substr(from, set.find(';') - from);
    }
    return response;
  }
  Response browse(const std::string& target) {
    return ask("GET", target, {{"accept", "text/html,*/*"}});
  }
  Response send_form(const std::string& target, const std::string& body,
                     const std::string& origin = public_url) {
    return ask("POST", target, {{"accept", "text/html"}, {"origin", origin}}, body);
  }
  void pass(Duration time) {
    now_.boot.since_boot += time;
    now_.utc += time;
  }

  // Begins at the provider; gives the query that it would send back with.
  std::string begin(const std::string& return_to = "/") {
    const Response away = browse("/aanmelden?naar=" + query_encoded(return_to));
    EXPECT_EQ(away.status, 303);
    const std::string url = header_of(away, "Location");
    const std::string query = url.substr(url.find('?') + 1);
    provider_.nonce = query_value(query, "nonce");
    provider_.now = now_.utc;
    return "code=right&state=" + query_encoded(query_value(query, "state"));
  }
  // The whole way in.
  Response sign_in(const std::string& roles, const std::string& oins,
                   const std::string& return_to = "/") {
    cookie_.clear();
    provider_.claims["roles"] = roles;
    provider_.claims["oin"] = oins;
    return browse("/aanmelden/terug?" + begin(return_to));
  }
  std::string form_token() {
    const std::string page = browse("/").body;
    const std::string before = "name=\"formulier\" value=\"";
    const std::size_t at = page.find(before);
    return at == std::string::npos ? "" : page.substr(at + before.size(), 64);
  }

  Fleet fleet_;
  FakeProvider provider_;
  std::vector<LocalUser> users_;
  std::optional<Site> site_;
  std::string cookie_;
  std::string peer_ = "192.0.2.7";
  Now now_;
};

inline const std::string own_oin = "\"00000001003214345000\"";

}  // namespace wattlife::testing

// SPDX-License-Identifier: EUPL-1.2
#include "collector/oidc.h"

#include <gtest/gtest.h>

#include <functional>

#include "collector/digest.h"
#include "collector/http.h"
#include "collector/seal.h"
#include "core/text.h"
#include "tests/collector/token_maker.h"

namespace wattlife {
namespace {

using testing::SigningKey;

const UtcTime now = *utc_from_iso8601("2026-11-24T09:00:00Z");
const std::int64_t now_s = seconds_of(now);
const std::string issuer = "https://idp.example";

const SigningKey& rsa_key() {
  static const SigningKey key = SigningKey::rsa(2048, "rsa-1");
  return key;
}
const SigningKey& other_rsa_key() {
  static const SigningKey key = SigningKey::rsa(2048, "rsa-2");
  return key;
}
const SigningKey& curve_key() {
  static const SigningKey key = SigningKey::curve(CJOSE_JWK_EC_P_256, "ec-1");
  return key;
}

std::vector<PublishedKey> keys_of(const std::string& set) {
  auto keys = keys_from(set);
  EXPECT_TRUE(keys);
  return *std::move(keys);
}

// --- Tokens -------------------------------------------------------------------------------------

TEST(Jose, believes_the_three_algorithms_of_the_profile) {
  const std::string payload = "{\"sub\":\"1\"}";
  EXPECT_EQ(*verified_payload(rsa_key().sign("PS256", payload), keys_of(rsa_key().set())), payload);
  EXPECT_EQ(*verified_payload(rsa_key().sign("RS256", payload), keys_of(rsa_key().set())), payload);
  EXPECT_EQ(*verified_payload(curve_key().sign("ES256", payload), keys_of(curve_key().set())),
            payload);
  // Without a key id, when there is one key that fits.
  EXPECT_TRUE(verified_payload(rsa_key().sign("PS256", payload, ""), keys_of(rsa_key().set())));
}

TEST(Jose, refuses_what_could_be_somebody_elses) {
  const std::string payload = "{\"sub\":\"1\"}";
  const auto rsa_set = keys_of(rsa_key().set());
  const std::string right = rsa_key().sign("PS256", payload);
  const std::string body = right.substr(right.find('.') + 1);
  const std::string signature = *bytes_from_base64url(right.substr(right.rfind('.') + 1));
  const std::string none = base64url("{\"alg\":\"none\"}") + "." + base64url(payload) + ".";
  // The oldest trick: the public key as the secret of a symmetric signature.
  const SigningKey confused = SigningKey::shared(rsa_key().json(false), "rsa-1");
  const SigningKey weak = SigningKey::rsa(1024, "weak");
  const SigningKey large_curve = SigningKey::curve(CJOSE_JWK_EC_P_384, "p384");
  std::string changed = right;
  changed[right.find('.') + 3] = changed[right.find('.') + 3] == 'A' ? 'B' : 'A';
  const auto two_keys =
      keys_of("{\"keys\":[" + rsa_key().json(false) + "," + other_rsa_key().json(false) + "]}");
  struct Case {
    const char* name;
    std::string token;
    std::vector<PublishedKey> keys;
    Cause cause;
  };
  const Case cases[] = {
      {"none", none, rsa_set, Cause::malformed},
      {"none with something behind it", none + "AAAA", rsa_set, Cause::denied},
      {"HS256 with the public key", confused.sign("HS256", payload), rsa_set, Cause::denied},
      {"PS512", rsa_key().sign("PS512", payload), rsa_set, Cause::denied},
      {"ES384", large_curve.sign("ES384", payload), keys_of(large_curve.set()), Cause::denied},
      {"payload changed", changed, rsa_set, Cause::denied},
      {"signature cut", right.substr(0, right.rfind('.') + 1) + base64url(signature.substr(3)),
       rsa_set, Cause::denied},
      {"another key, same id", other_rsa_key().sign("PS256", payload, "rsa-1"), rsa_set,
       Cause::denied},
      {"a key that is not published", other_rsa_key().sign("PS256", payload), rsa_set,
       Cause::absent},
      {"1024 bits", weak.sign("PS256", payload), keys_of(weak.set()), Cause::denied},
      {"header of another algorithm",
       base64url("{\"alg\":\"RS256\",\"kid\":\"rsa-1\"}") + "." + body, rsa_set, Cause::denied},
      {"crit", rsa_key().sign("PS256", payload, "rsa-1", "[\"x\"]"), rsa_set, Cause::denied},
      {"no id and two keys", rsa_key().sign("PS256", payload, ""), two_keys, Cause::denied},
      {"empty", "", rsa_set, Cause::malformed},
      {"two parts", "a.b", rsa_set, Cause::malformed},
      {"five parts, encrypted", "a.b.c.d.e", rsa_set, Cause::malformed},
      {"not base64", "!.!.!", rsa_set, Cause::malformed},
      // libcjose would end the program.
      {"signs of other alphabets", "a=/.ps%3A%2F%2tgcFid.pc%;k", rsa_set, Cause::malformed},
      {"padding", base64url("{\"alg\":\"PS256\"}") + ".e30=.AAAA", rsa_set, Cause::malformed},
      {"an empty part", base64url("{\"alg\":\"PS256\"}") + "..AAAA", rsa_set, Cause::malformed},
      {"too long", std::string(largest_token + 1, 'a'), rsa_set, Cause::malformed},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto payload_found = verified_payload(c.token, c.keys);
    ASSERT_FALSE(payload_found);
    EXPECT_EQ(payload_found.error().cause, c.cause) << payload_found.error().text;
  }
}

TEST(Jose, a_key_for_something_else_is_not_used) {
  const std::string token = rsa_key().sign("PS256", "{}");
  std::string json = rsa_key().json(false);
  const auto with = [&](const std::string& member) {
    return "{\"keys\":[" + json.substr(0, json.size() - 1) + "," + member + "}]}";
  };
  EXPECT_TRUE(verified_payload(token, keys_of(with("\"use\":\"sig\""))));
  EXPECT_TRUE(verified_payload(token, keys_of(with("\"alg\":\"PS256\""))));
  EXPECT_FALSE(verified_payload(token, keys_of(with("\"use\":\"enc\""))));
  EXPECT_FALSE(verified_payload(token, keys_of(with("\"alg\":\"RS256\""))));
}

TEST(Jose, a_key_that_cannot_be_decoded_is_none) {
  const std::string token = rsa_key().sign("PS256", "{}");
  for (const char* key : {"{\"kty\":\"RSA\",\"kid\":\"rsa-1\",\"n\":\"%2F=\",\"e\":\"AQAB\"}",
                          "{\"kty\":\"RSA\",\"kid\":\"rsa-1\",\"n\":\"\",\"e\":\"AQAB\"}",
                          "{\"kty\":\"RSA\",\"kid\":\"rsa-1\",\"n\":7,\"e\":\"AQAB\"}",
                          "{\"kty\":\"RSA\",\"kid\":\"rsa-1\"}"}) {
    SCOPED_TRACE(key);
    const auto payload = verified_payload(token, keys_of("{\"keys\":[" + std::string(key) + "]}"));
    ASSERT_FALSE(payload);
    EXPECT_EQ(payload.error().cause, Cause::malformed);
  }
  EXPECT_FALSE(signed_token("{\"kty\":\"RSA\",\"n\":\"%\",\"e\":\"AQAB\",\"d\":\"=\"}", "{}"));
}

TEST(Jose, our_own_key_signs_what_its_public_part_verifies) {
  const auto pair = make_key_pair();
  ASSERT_TRUE(pair);
  const auto token = signed_token(pair->private_jwk, "{\"a\":1}");
  ASSERT_TRUE(token) << token.error().text;
  EXPECT_EQ(*verified_payload(*token, keys_of(pair->public_jwks)), "{\"a\":1}");
  EXPECT_EQ(pair->public_jwks.find("\"d\":"), std::string::npos);
  EXPECT_TRUE(signed_token(curve_key().json(true), "{}"));
  const std::string set = pair->public_jwks;
  EXPECT_FALSE(signed_token(set.substr(9, set.size() - 11), "{}"));  // the public one
  EXPECT_FALSE(signed_token("", "{}"));
  EXPECT_FALSE(signed_token("{\"kty\":\"oct\",\"k\":\"AAAA\"}", "{}"));
}

// --- The ID token -------------------------------------------------------------------------------

OidcClient client() {
  OidcClient client;
  client.issuer = issuer;
  client.client_id = "wattlife";
  client.redirect_uri = "https://w.example/aanmelden/terug";
  client.secret = "s3cr/t+";
  client.authentication = ClientAuthentication::client_secret_basic;
  return client;
}

SignInAttempt attempt() { return {"the-state", "the-nonce", "the-verifier", "/", now_s}; }

IdToken good_token() {
  IdToken token;
  token.issuer = issuer;
  token.subject = "1234";
  token.audiences = {"wattlife"};
  token.expiry = now_s + 300;
  token.issued = now_s;
  token.nonce = "the-nonce";
  return token;
}

TEST(IdToken, is_believed_only_when_all_of_it_is_right) {
  using Change = std::function<void(IdToken&)>;
  struct Case {
    const char* name;
    Change change;
    const char* problem;  // a part of it; empty: believed
  };
  const Case cases[] = {
      {"as it is", [](IdToken&) {}, ""},
      {"another issuer", [](IdToken& t) { t.issuer = "https://evil.example"; }, "iss"},
      {"issuer with a slash", [](IdToken& t) { t.issuer += "/"; }, "iss"},
      {"no issuer", [](IdToken& t) { t.issuer = ""; }, "iss"},
      {"no subject", [](IdToken& t) { t.subject = ""; }, "sub"},
      {"long subject", [](IdToken& t) { t.subject = std::string(256, 'x'); }, "sub"},
      {"another audience", [](IdToken& t) { t.audiences = {"other"}; }, "aud"},
      {"no audience", [](IdToken& t) { t.audiences = {}; }, "aud"},
      {"part of the audience", [](IdToken& t) { t.audiences = {"wattlife2"}; }, "aud"},
      {"two audiences",
       [](IdToken& t) {
         t.audiences = {"wattlife", "other"};
       },
       "azp"},
      {"two audiences, ours asked",
       [](IdToken& t) {
         t.audiences = {"other", "wattlife"};
         t.authorized_party = "wattlife";
       },
       ""},
      {"another party", [](IdToken& t) { t.authorized_party = "other"; }, "azp"},
      {"another nonce", [](IdToken& t) { t.nonce = "another"; }, "nonce"},
      {"no nonce", [](IdToken& t) { t.nonce = ""; }, "nonce"},
      {"expired", [](IdToken& t) { t.expiry = now_s - 60; }, "expired"},
      {"expired a moment ago", [](IdToken& t) { t.expiry = now_s - 59; }, ""},
      {"no expiry", [](IdToken& t) { t.expiry.reset(); }, "when"},
      {"no moment of making", [](IdToken& t) { t.issued.reset(); }, "when"},
      {"from the future", [](IdToken& t) { t.issued = now_s + 61; }, "future"},
      {"a clock that differs", [](IdToken& t) { t.issued = now_s + 60; }, ""},
      {"old", [](IdToken& t) { t.issued = now_s - 601; }, "old"},
      {"not yet", [](IdToken& t) { t.not_before = now_s + 61; }, "not valid yet"},
      {"hash of another access token", [](IdToken& t) { t.access_token_hash = "AAAA"; }, "at_hash"},
      {"hash of this one",
       [](IdToken& t) { t.access_token_hash = base64url(sha256("access").substr(0, 16)); }, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    IdToken token = good_token();
    c.change(token);
    const auto problem = problem_of(token, client(), attempt(), "access", now);
    EXPECT_EQ(problem.has_value(), *c.problem != '\0') << problem.value_or("");
    if (problem) {
      EXPECT_NE(problem->find(c.problem), std::string::npos) << *problem;
    }
  }
}

TEST(IdToken, level_counts_when_one_is_asked) {
  OidcClient demanding = client();
  demanding.acr_values = {"http://eidas.europa.eu/LoA/substantial",
                          "http://eidas.europa.eu/LoA/high"};
  IdToken token = good_token();
  EXPECT_TRUE(problem_of(token, demanding, attempt(), "", now));
  token.acr = "http://eidas.europa.eu/LoA/low";
  EXPECT_TRUE(problem_of(token, demanding, attempt(), "", now));
  token.acr = "http://eidas.europa.eu/LoA/high";
  EXPECT_FALSE(problem_of(token, demanding, attempt(), "", now));
}

TEST(IdToken, claims_are_found_by_name_or_pointer) {
  const std::string payload =
      "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":100,\"iat\":50,\"nbf\":40,\"nonce\":"
      "\"n\","
      "\"acr\":\"x\",\"azp\":\"a\",\"at_hash\":\"h\",\"name\":\"Zoë\",\"roles\":[\"r1\",7,\"r2\"],"
      "\"https://x/oin\":\"00000001003214345000\",\"realm_access\":{\"roles\":[\"deep\"]}}";
  const auto token = id_token_from(payload, {"roles", "https://x/oin", "name"});
  ASSERT_TRUE(token);
  EXPECT_EQ(token->audiences, std::vector<std::string>{"a"});
  EXPECT_EQ(token->roles, (std::vector<std::string>{"r1", "r2"}));
  EXPECT_EQ(token->organisations, std::vector<std::string>{"00000001003214345000"});
  EXPECT_EQ(token->name, "Zoë");
  EXPECT_EQ(token->expiry, 100);
  EXPECT_EQ(token->not_before, 40);
  EXPECT_EQ(id_token_from(payload, {"/realm_access/roles", "oin", "name"})->roles,
            std::vector<std::string>{"deep"});
  EXPECT_TRUE(id_token_from(payload, {"/iss/roles", "/a/b", "/"})->roles.empty());
  for (const char* wrong :
       {"", "[]", "1", "{", "{\"azp\":1}", "{\"nbf\":\"soon\"}", "{\"nbf\":-1}"}) {
    EXPECT_FALSE(id_token_from(wrong, {})) << wrong;
  }
  // A moment that is no whole number is no moment: the token is then refused for the lack of it.
  EXPECT_FALSE(id_token_from("{\"exp\":1.5,\"iat\":-5}", {})->expiry);
  EXPECT_FALSE(id_token_from("{\"exp\":18446744073709551615}", {})->expiry);
}

TEST(Mapping, no_match_no_role) {
  ClaimMapping mapping;
  mapping.roles = {{"wl-admin", Role::beheerder}, {"wl-audit", Role::auditor}};
  IdToken token = good_token();
  token.roles = {"wl-admin", "WL-AUDIT", "beheerder", ""};
  token.organisations = {"00000001003214345000", "123", "00000001003214345000 "};
  const Person person = person_of(token, mapping);
  EXPECT_EQ(person.roles, std::set<Role>{Role::beheerder});
  EXPECT_EQ(person.oins, std::set<std::string>{"00000001003214345000"});
  EXPECT_EQ(person.subject, "openid https://idp.example 1234");
  EXPECT_TRUE(person_of(good_token(), mapping).roles.empty());

  // With a table of organisations only what stands in it counts, an OIN too.
  mapping.organisations = {{"min-x", "00000004000000062000"}};
  token.organisations = {"min-x", "00000001003214345000"};
  EXPECT_EQ(person_of(token, mapping).oins, std::set<std::string>{"00000004000000062000"});
}

TEST(Mapping, a_name_is_shown_without_tricks) {
  EXPECT_EQ(shown_name("A.\nde\x07 Vries\x7f"), "A.de Vries");
  EXPECT_EQ(shown_name(std::string(99, 'a') + "\xc3\xab"), std::string(99, 'a'));
  EXPECT_TRUE(is_valid_utf8(shown_name("\xff\xfe")));
}

// --- The flow -----------------------------------------------------------------------------------

std::string metadata(const std::string& change_from = "", const std::string& change_to = "") {
  std::string text =
      "{\"issuer\":\"https://idp.example\","
      "\"authorization_endpoint\":\"https://idp.example/auth?tenant=1\","
      "\"token_endpoint\":\"https://idp.example/token\",\"jwks_uri\":\"https://idp.example/jwks\","
      "\"end_session_endpoint\":\"https://idp.example/end\","
      "\"response_types_supported\":[\"code\"],"
      "\"code_challenge_methods_supported\":[\"S256\"],"
      "\"authorization_response_iss_parameter_supported\":true}";
  const std::size_t at = change_from.empty() ? std::string::npos : text.find(change_from);
  if (at != std::string::npos) text.replace(at, change_from.size(), change_to);
  return text;
}
Provider provider() { return *provider_from(metadata(), issuer); }

TEST(Discovery, takes_metadata_of_the_issuer_itself_only) {
  EXPECT_EQ(discovery_url(issuer), "https://idp.example/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://idp.example/realm/"),
            "https://idp.example/realm/.well-known/openid-configuration");
  EXPECT_TRUE(provider_from(metadata(), issuer));
  EXPECT_FALSE(provider_from(metadata(), "https://idp.example/"));
}

TEST(Discovery, refuses_a_provider_without_the_flow) {
  const struct {
    const char* from;
    const char* to;
  } cases[] = {
      {"\"https://idp.example\"", "\"https://evil.example\""},
      {"https://idp.example/auth?tenant=1", "http://idp.example/auth"},
      {"https://idp.example/token", "http://idp.example/token"},
      {"https://idp.example/jwks", "file:///etc/passwd"},
      {"\"token_endpoint\"", "\"x\""},
      {"[\"code\"]", "[\"id_token\"]"},
      {"[\"S256\"]", "[\"plain\"]"},
      {"\"code_challenge_methods_supported\"", "\"x\""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.from);
    EXPECT_FALSE(provider_from(metadata(c.from, c.to), issuer));
  }
  for (const char* text : {"", "[]", "null", "{}", "<html>"}) {
    EXPECT_FALSE(provider_from(text, issuer)) << text;
  }
  EXPECT_EQ(provider_from(metadata("https://idp.example/end", "javascript:alert(1)"), issuer)
                ->end_session_endpoint,
            "");
}

TEST(Flow, asks_for_a_code_with_state_nonce_and_challenge) {
  const SignInAttempt made = attempt_of(
      std::string(32, 'a') + std::string(32, 'b') + std::string(32, 'c'), "/?lang=en", now);
  EXPECT_EQ(made.state.size(), 43u);  // 256 bits
  EXPECT_EQ(made.nonce.size(), 43u);
  EXPECT_EQ(made.verifier.size(), 43u);
  EXPECT_NE(made.state, made.nonce);
  EXPECT_NE(made.nonce, made.verifier);
  // RFC 7636, appendix B.
  EXPECT_EQ(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  OidcClient asking = client();
  asking.acr_values = {"http://eidas.europa.eu/LoA/high"};
  const std::string url = authorization_url(provider(), asking, made);
  EXPECT_EQ(
      url.rfind("https://idp.example/auth?tenant=1&response_type=code&client_id=wattlife&", 0), 0u);
  const std::string query = url.substr(url.find('?') + 1);
  EXPECT_EQ(query_value(query, "redirect_uri"), "https://w.example/aanmelden/terug");
  EXPECT_EQ(query_value(query, "state"), made.state);
  EXPECT_EQ(query_value(query, "nonce"), made.nonce);
  EXPECT_EQ(query_value(query, "code_challenge"), code_challenge(made.verifier));
  EXPECT_EQ(query_value(query, "code_challenge_method"), "S256");
  EXPECT_EQ(query_value(query, "scope"), "openid");
  EXPECT_EQ(query_value(query, "acr_values"), "http://eidas.europa.eu/LoA/high");
  EXPECT_EQ(url.find(made.verifier), std::string::npos);
}

TEST(Flow, takes_a_code_of_this_attempt_and_provider_only) {
  const std::string iss = "&iss=https%3A%2F%2Fidp.example";
  EXPECT_EQ(*code_from("code=c%2B1&state=the-state" + iss, attempt(), provider()), "c+1");
  for (const std::string& query :
       {std::string(), "code=c" + iss, "code=c&state=" + iss, "code=c&state=other" + iss,
        "code=c&state=the-statE" + iss, std::string("code=c&state=the-state"),
        std::string("code=c&state=the-state&iss=https%3A%2F%2Fevil.example"),
        "state=the-state" + iss, "error=access_denied&code=c&state=the-state" + iss}) {
    EXPECT_FALSE(code_from(query, attempt(), provider())) << query;
  }
  SignInAttempt blank;
  EXPECT_FALSE(code_from("code=c", blank, provider()));
  const auto told = code_from("error=no%0Aline&state=the-state" + iss, attempt(), provider());
  EXPECT_EQ(told.error().text.find('\n'), std::string::npos);
}

TEST(Flow, asks_for_the_token_with_one_way_of_authentication) {
  const auto basic = token_request(provider(), client(), attempt(), "c+1", "jti", now);
  ASSERT_TRUE(basic);
  EXPECT_EQ(basic->url, "https://idp.example/token");
  EXPECT_EQ(query_value(basic->body, "code"), "c+1");
  EXPECT_EQ(query_value(basic->body, "code_verifier"), "the-verifier");
  EXPECT_EQ(query_value(basic->body, "client_assertion"), "");
  EXPECT_EQ(basic->headers.back().first, "Authorization");
  // wattlife:s3cr%2Ft%2B
  EXPECT_EQ(basic->headers.back().second, "Basic d2F0dGxpZmU6czNjciUyRnQlMkI=");

  OidcClient by_key = client();
  by_key.authentication = ClientAuthentication::private_key_jwt;
  by_key.secret = rsa_key().json(true);
  const auto asked = token_request(provider(), by_key, attempt(), "c", "jti-1", now);
  ASSERT_TRUE(asked) << asked.error().text;
  for (const auto& [name, value] : asked->headers) EXPECT_NE(name, "Authorization");
  const auto said =
      verified_payload(query_value(asked->body, "client_assertion"), keys_of(rsa_key().set()));
  ASSERT_TRUE(said);
  EXPECT_EQ(*said,
            "{\"iss\":\"wattlife\",\"sub\":\"wattlife\",\"aud\":\"https://idp.example\","
            "\"jti\":\"jti-1\",\"iat\":" +
                std::to_string(now_s) + ",\"exp\":" + std::to_string(now_s + 60) + "}");
  by_key.secret = "no key";
  EXPECT_FALSE(token_request(provider(), by_key, attempt(), "c", "jti", now));
}

TEST(Flow, reads_the_answer_of_the_token_endpoint) {
  const auto answer = [](int status, const std::string& body) {
    HttpResponse response;
    response.status = status;
    response.body = body;
    return token_answer_from(response);
  };
  const auto good =
      answer(200, "{\"id_token\":\"a.b.c\",\"access_token\":\"x\",\"expires_in\":60}");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->id_token, "a.b.c");
  EXPECT_EQ(good->access_token, "x");
  EXPECT_FALSE(answer(200, "{\"access_token\":\"x\"}"));
  EXPECT_FALSE(answer(200, "<html>"));
  EXPECT_FALSE(answer(500, "{\"id_token\":\"a.b.c\"}"));
  EXPECT_EQ(answer(400, "{\"error\":\"invalid_grant\\n\"}").error().text,
            "the token endpoint answered 400: invalid_grant?");
}

TEST(Flow, deep_nesting_is_no_way_in) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_FALSE(id_token_from(deep, {}));
  EXPECT_TRUE(id_token_from("{\"x\":" + deep + "}", {}));
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// Signing in, and what is then to be seen, through the whole site with a provider played by the
// test; and the attacks on it.
#include "collector/sign_in.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "collector/password.h"
#include "collector/rules.h"
#include "collector/seal.h"
#include "collector/site.h"
#include "collector/sql.h"
#include "core/table.h"
#include "core/text.h"
#include "tests/collector/example_fleet.h"
#include "tests/collector/token_maker.h"

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::example_day;
using testing::Fleet;
using testing::Laptop;
using testing::SigningKey;

const std::string issuer = "https://idp.example";
const std::string public_url = "https://w.example";
const std::string seal_key(seal_key_bytes, 'k');

const SigningKey& first_key() {
  static const SigningKey key = SigningKey::rsa(2048, "first");
  return key;
}
const SigningKey& second_key() {
  static const SigningKey key = SigningKey::rsa(2048, "second");
  return key;
}

std::string header_of(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

bool has(const std::string& text, const std::string& part) {
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

SignInSettings openid_settings() {
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
    Laptop other = testing::laptop("other");
    other.stock = testing::inventory("ANDERS", "Geheim Model 9");
    other.stock.provision.locks.bios_password = true;
    fleet_.enrol(other, example_day, fleet_.other_token);
    EXPECT_TRUE(fleet_.store().confirm(other.credential.device_id, false));
    fleet_.send(other, other.health(), example_day);
    Laptop own = testing::laptop("own");
    own.stock = testing::inventory("EIGEN", "Slot Model 1");
    own.stock.provision.locks.bios_password = true;
    fleet_.enrol(own, example_day);
    EXPECT_TRUE(fleet_.store().confirm(own.credential.device_id, false));
    fleet_.send(own, own.health(), example_day);
    now_ = {BootTime{hours(100)}, AwakeTime{hours(100)}, UtcTime{example_day} + hours(10)};
  }

  void use(SignInSettings settings) {
    SignInParts parts;
    parts.settings = std::move(settings);
    parts.seal_key = seal_key;
    parts.random = testing::repeatable_random(9);
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

const std::string own_oin = "\"00000001003214345000\"";

// --- Through the provider -----------------------------------------------------------------------

TEST_F(SignInTest, the_whole_way_in_and_out) {
  use(openid_settings());
  const Response first = browse("/?lang=en");
  EXPECT_EQ(first.status, 303);
  EXPECT_EQ(header_of(first, "Location"), "/aanmelden?naar=%2F%3Flang%3Den&lang=en");
  const Response machine = ask("GET", "/v1/apparaten");
  EXPECT_EQ(machine.status, 401);
  EXPECT_EQ(header_of(machine, "Content-Type"), "application/problem+json");
  EXPECT_NE(header_of(machine, "WWW-Authenticate"), "");

  const Response in = sign_in("\"beheerder\"", own_oin, "/?lang=en");
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(header_of(in, "Location"), "/?lang=en");
  const Response page = browse("/?lang=en");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page.body, "Signed in as <strong>A. &lt;de&gt; Vries</strong> (administrator)"));
  EXPECT_FALSE(has(page.body, "Nobody signs in"));
  EXPECT_EQ(ask("GET", "/v1/aanmelding").body,
            "{\"aangemeld\": true, \"wijze\": \"openid\", \"naam\": \"A. <de> Vries\", "
            "\"rollen\": [\"beheerder\"], \"organisaties\": [" +
                own_oin + "]}\n");

  const std::string copied = cookie_;
  const Response out = send_form("/afmelden", "formulier=" + form_token());
  EXPECT_EQ(out.status, 303);
  EXPECT_EQ(header_of(out, "Location"), "/afgemeld");
  EXPECT_EQ(cookie_, "");
  EXPECT_TRUE(has(browse("/afgemeld").body, issuer + "/end?client_id=wattlife"));
  EXPECT_EQ(browse("/").status, 303);
  // Whoever copied the cookie is out too.
  cookie_ = copied;
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
}

TEST_F(SignInTest, who_came_looked_and_left_stands_in_the_audit_log) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  browse("/");
  ask("GET", "/werklijst?formaat=csv");
  send_form("/afmelden", "formulier=" + form_token());
  sign_in("\"rijksbreed\"", "[]");
  browse("/");  // sums only
  const auto entries = fleet_.store().audit_entries({});
  ASSERT_TRUE(entries) << entries.error().text;
  std::string told;
  for (const ChainedEntry& one : *entries) {
    EXPECT_EQ(one.entry.result, AuditResult::done);
    if (one.entry.actor.rfind("cli:", 0) == 0) continue;
    EXPECT_TRUE(has(one.entry.actor, "4711")) << one.entry.actor;
    EXPECT_EQ(one.entry.origin, peer_);
    told += std::string(name_of(one.entry.action)) + ": " + one.entry.object + "\n";
  }
  EXPECT_EQ(told,
            "sign-in: session\n"
            "device.view: devices of 00000001003214345000\n"
            "list.export: devices of 00000001003214345000\n"
            "device.view: devices of 00000001003214345000\n"  // for the token of the form
            "sign-out: session\n"
            "sign-in: session\n");
}

TEST_F(SignInTest, what_cannot_be_noted_is_not_shown) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  ASSERT_TRUE(has(browse("/").body, "Slot Model 1"));
  auto sql = open_sql(fleet_.url(), StoreOpen::existing);
  ASSERT_TRUE(sql) << sql.error().text;
  ASSERT_TRUE((*sql)->run("DROP TABLE audit_head"));
  for (const char* path : {"/", "/werklijst?formaat=csv", "/v1/apparaten"}) {
    const Response answer = browse(path);
    EXPECT_GE(answer.status, 500) << path;
    EXPECT_FALSE(has(answer.body, "Slot Model 1")) << path;
  }
  cookie_.clear();
  EXPECT_GE(sign_in("\"beheerder\"", own_oin).status, 500);
}

TEST_F(SignInTest, what_the_provider_sends_back_wrong_is_refused) {
  use(openid_settings());
  struct Case {
    const char* name;
    std::function<void(FakeProvider&, std::string& query)> change;
  };
  const Case cases[] = {
      {"another state", [](FakeProvider&, std::string& query) { query += "x"; }},
      {"no state", [](FakeProvider&, std::string& query) { query = "code=right"; }},
      {"an error", [](FakeProvider&, std::string& query) { query += "&error=access_denied"; }},
      {"another code", [](FakeProvider&, std::string& q) { q.replace(0, 10, "code=wrong"); }},
      {"another issuer in the answer",
       [](FakeProvider&, std::string& q) { q += "&iss=https%3A%2F%2Fevil.example"; }},
      {"another nonce", [](FakeProvider& p, std::string&) { p.nonce = "other"; }},
      {"another audience", [](FakeProvider& p, std::string&) { p.claims["aud"] = "\"other\""; }},
      {"another issuer",
       [](FakeProvider& p, std::string&) { p.claims["iss"] = "\"https://evil.example\""; }},
      {"expired", [](FakeProvider& p, std::string&) { p.claims["exp"] = "1000"; }},
      {"no expiry", [](FakeProvider& p, std::string&) { p.claims["exp"] = "null"; }},
      {"a key that is not published", [](FakeProvider& p, std::string&) { p.key = &second_key(); }},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    cookie_.clear();
    provider_ = FakeProvider{};
    provider_.claims = {{"roles", "\"beheerder\""}, {"oin", own_oin}};
    std::string query = begin();
    c.change(provider_, query);
    const Response refused = browse("/aanmelden/terug?" + query);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(cookie_, "");
    EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
    EXPECT_EQ(browse("/aanmelden/terug?" + query).status, 400) << "the attempt is used up";
  }
}

TEST_F(SignInTest, an_answer_without_our_attempt_is_nobodys) {
  use(openid_settings());
  const std::string query = begin();
  // Login CSRF: the attacker's answer in the victim's browser, which began nothing.
  cookie_.clear();
  EXPECT_EQ(browse("/aanmelden/terug?" + query).status, 400);
  EXPECT_EQ(provider_.tokens_asked, 0);
  // Too late.
  const std::string late = begin();
  pass(minutes(10));
  EXPECT_EQ(browse("/aanmelden/terug?" + late).status, 400);
  EXPECT_EQ(provider_.tokens_asked, 0);
}

TEST_F(SignInTest, a_planted_session_is_not_kept) {
  use(openid_settings());
  sign_in("\"auditor\"", own_oin);
  const auto before = session_from(seal_key, cookie_, now_.utc);
  ASSERT_TRUE(before);
  sign_in("\"beheerder\"", own_oin);
  const auto after = session_from(seal_key, cookie_, now_.utc);
  ASSERT_TRUE(after);
  EXPECT_NE(before->id, after->id);
  for (const std::string& planted : {std::string("planted"), std::string(200, 'A'),
                                     sealed_session(std::string(seal_key_bytes, 'x'), *after,
                                                    std::string(seal_nonce_bytes, 'n'))}) {
    cookie_ = planted;
    EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
  }
}

TEST_F(SignInTest, a_session_ends_and_is_prolonged_by_use) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  for (int i = 0; i < 16; ++i) {  // every 29 minutes: in use
    pass(minutes(29));
    EXPECT_EQ(ask("GET", "/v1/apparaten").status, 200) << i;
  }
  pass(minutes(29));
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401) << "eight hours are over";
  sign_in("\"beheerder\"", own_oin);
  pass(minutes(30));
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401) << "half an hour without use";
}

TEST_F(SignInTest, a_session_of_another_provider_or_way_counts_for_nothing) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  SignInSettings moved = openid_settings();
  moved.client.issuer = "https://idp.example.org";
  use(moved);
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
  SignInSettings local;
  local.way = SignInWay::local;
  use(local);
  peer_ = "127.0.0.1";
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
}

TEST_F(SignInTest, new_keys_of_the_provider_are_fetched_but_not_at_will) {
  use(openid_settings());
  EXPECT_EQ(sign_in("\"beheerder\"", own_oin).status, 303);
  EXPECT_EQ(provider_.metadata_asked, 1);
  EXPECT_EQ(provider_.keys_asked, 1);
  provider_.key = provider_.published = &second_key();
  EXPECT_EQ(sign_in("\"beheerder\"", own_oin).status, 403) << "asked for a moment ago";
  EXPECT_EQ(provider_.keys_asked, 1);
  pass(seconds(60));
  EXPECT_EQ(sign_in("\"beheerder\"", own_oin).status, 303);
  EXPECT_EQ(provider_.keys_asked, 2);
  EXPECT_EQ(provider_.metadata_asked, 1);
}

TEST_F(SignInTest, a_provider_that_is_away_is_not_asked_all_the_time) {
  use(openid_settings());
  provider_.away = true;
  for (int i = 0; i < 5; ++i) {
    const Response answer = browse("/aanmelden");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(header_of(answer, "Retry-After"), "60");
  }
  provider_.away = false;
  EXPECT_EQ(browse("/aanmelden").status, 503);
  pass(seconds(30));
  EXPECT_EQ(browse("/aanmelden").status, 303);
  // What was known stays of use when it goes away later.
  provider_.away = true;
  pass(hours(2));
  EXPECT_EQ(browse("/aanmelden").status, 303);
  EXPECT_EQ(browse("/aanmelden/terug?" + begin()).status, 503) << "asked for a moment ago";
  EXPECT_EQ(provider_.tokens_asked, 0);
}

TEST_F(SignInTest, answers_of_one_address_are_slowed_down) {
  use(openid_settings());
  const std::string query = begin();
  const std::string attempt = cookie_;
  std::map<int, int> statuses;
  for (int i = 0; i < 200; ++i) {
    cookie_ = attempt;
    ++statuses[browse("/aanmelden/terug?code=wrong" + query.substr(10)).status];
  }
  EXPECT_EQ(statuses[403], 120);
  EXPECT_EQ(statuses[429], 80);
  peer_ = "192.0.2.8";
  cookie_ = attempt;
  EXPECT_EQ(browse("/aanmelden/terug?" + query).status, 303) << "another address is not slowed";
}

// --- What is then to be seen --------------------------------------------------------------------

TEST_F(SignInTest, nothing_of_another_organisation_shows_whatever_the_role) {
  testing::fill_with_examples(fleet_);
  use(openid_settings());
  for (const Role role : all_roles) {
    SCOPED_TRACE(name_of(role));
    ASSERT_EQ(sign_in("\"" + std::string(name_of(role)) + "\"", own_oin).status, 303);
    for (const RouteDecision& route : Site::decisions()) {
      if (route.method != "GET") continue;
      for (const char* query : {"", "?formaat=csv", "?lang=en", "?oin=00000004000000062000"}) {
        SCOPED_TRACE(std::string(route.path) + query);
        const std::string body = browse(std::string(route.path) + query).body;
        EXPECT_FALSE(has(body, "Geheim Model 9"));
        EXPECT_FALSE(has(body, testing::other_oin));
      }
    }
    const Person person = {"s", "n", {role}, {testing::oin}, SignedInBy::openid};
    const bool may = admission(for_device_lists, &person).permission == Permission::allowed;
    EXPECT_EQ(ask("GET", "/v1/apparaten").status, may ? 200 : 403);
  }
}

TEST_F(SignInTest, each_organisation_has_its_own_people) {
  testing::fill_with_examples(fleet_);
  use(openid_settings());
  sign_in("\"beheerder\"", "\"" + testing::other_oin + "\"");
  const std::string list = ask("GET", "/v1/apparaten").body;
  EXPECT_TRUE(has(list, "Geheim Model 9"));
  EXPECT_FALSE(has(list, "ThinkPad"));
  EXPECT_FALSE(has(list, testing::oin));
  EXPECT_TRUE(has(ask("GET", "/v1/energieoverzicht").body, "\"apparaten\": 0"));
  sign_in("\"auditor\"", own_oin);
  EXPECT_TRUE(has(ask("GET", "/v1/energieoverzicht").body, "\"apparaten\": 13"));
  // A shared service centre acts for both.
  sign_in("\"beheerder\"", "[" + own_oin + ",\"" + testing::other_oin + "\"]");
  const std::string both = ask("GET", "/v1/apparaten").body;
  EXPECT_TRUE(has(both, "Geheim Model 9"));
  EXPECT_TRUE(has(both, "ThinkPad"));
}

TEST_F(SignInTest, the_sum_of_all_does_not_tell_of_a_small_organisation) {
  testing::fill_with_examples(fleet_);
  use(openid_settings());
  sign_in("\"rijksbreed\"", "[]");
  const std::string before = ask("GET", "/v1/energieoverzicht").body;
  const std::string both = "[" + own_oin + ",\"" + testing::other_oin + "\"]";
  Laptop small = testing::laptop("small");
  fleet_.enrol(small, example_day, fleet_.other_token);
  ASSERT_TRUE(fleet_.store().confirm(small.credential.device_id, false));
  const Period week = testing::week_of(testing::day("2026-11-09"));
  ASSERT_TRUE(fleet_.send(small, small.energy(week), example_day).acknowledgement);
  EXPECT_EQ(ask("GET", "/v1/energieoverzicht").body, before);
  // Nor does the sum of who acts for both, since the other one's people see theirs.
  sign_in("\"beheerder\"", both);
  EXPECT_EQ(ask("GET", "/v1/energieoverzicht").body, before);
  // Its own people see that it is too few.
  sign_in("\"beheerder\"", "\"" + testing::other_oin + "\"");
  const std::string own = ask("GET", "/v1/energieoverzicht").body;
  EXPECT_TRUE(has(own, "\"verbruik\": null")) << own;
}

TEST_F(SignInTest, the_government_wide_role_sees_sums_and_no_device) {
  testing::fill_with_examples(fleet_);
  use(openid_settings());
  sign_in("\"rijksbreed\"", "[]");
  const Response page = browse("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page.body, "kWh"));
  EXPECT_TRUE(has(page.body, "Alle organisaties samen"));
  EXPECT_FALSE(has(page.body, "ThinkPad"));
  EXPECT_FALSE(has(page.body, "<table class=\"devices\""));
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 403);
  EXPECT_EQ(browse("/werklijst?formaat=csv").status, 403);
  EXPECT_TRUE(has(ask("GET", "/v1/energieoverzicht").body, "\"kwh\""));
}

TEST_F(SignInTest, locks_are_for_the_asset_role) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  EXPECT_TRUE(has(ask("GET", "/v1/apparaten").body, "\"biosWachtwoord\": \"ja\""));
  EXPECT_TRUE(has(browse("/").body, "BIOS-wachtwoord: ja"));
  for (const char* role : {"indiener", "goedkeurder", "auditor"}) {
    SCOPED_TRACE(role);
    sign_in("\"" + std::string(role) + "\"", own_oin);
    const std::string json = ask("GET", "/v1/apparaten").body;
    EXPECT_TRUE(has(json, "Slot Model 1"));
    EXPECT_TRUE(has(json, "\"sloten\": null"));
    EXPECT_FALSE(has(json, "biosWachtwoord"));
    const std::string page = browse("/").body;
    EXPECT_TRUE(has(page, "niet voor uw rol"));
    EXPECT_FALSE(has(page, "BIOS-wachtwoord"));
    EXPECT_FALSE(has(browse("/werklijst?formaat=csv").body, ";ja;onbekend;onbekend"));
  }
}

TEST_F(SignInTest, drz_sees_no_device_before_it_is_registered) {
  use(openid_settings());
  sign_in("\"drz-planner\"", "\"" + testing::other_oin + "\"");
  const Response list = ask("GET", "/v1/apparaten");
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(list.body, "{\"apparaten\": [\n]}\n");
  EXPECT_TRUE(has(browse("/").body, "Er zijn nog geen laptops bij u aangemeld"));
}

TEST_F(SignInTest, no_match_no_role) {
  use(openid_settings());
  for (const char* roles : {"\"Beheerder\"", "[]", "\"admin\"", "{\"x\":1}", "7"}) {
    SCOPED_TRACE(roles);
    EXPECT_EQ(sign_in(roles, own_oin).status, 303);
    const Response page = browse("/");
    EXPECT_EQ(page.status, 403);
    EXPECT_TRUE(has(page.body, "U hebt hier geen rol"));
    EXPECT_EQ(ask("GET", "/v1/apparaten").status, 403);
  }
  // A role, but for no organisation.
  sign_in("\"beheerder\"", "\"123\"");
  EXPECT_EQ(browse("/").status, 403);
}

// --- Requests that change something -------------------------------------------------------------

TEST_F(SignInTest, another_site_cannot_press_our_buttons) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  const std::string token = form_token();
  ASSERT_EQ(token.size(), 64u);
  const std::string signed_in = cookie_;
  EXPECT_EQ(send_form("/afmelden", "formulier=" + token, "https://evil.example").status, 403);
  EXPECT_EQ(ask("POST", "/afmelden", {}, "formulier=" + token).status, 403) << "says nothing";
  EXPECT_EQ(send_form("/afmelden", "").status, 403);
  EXPECT_EQ(send_form("/afmelden", "formulier=" + std::string(64, '0')).status, 403);
  EXPECT_EQ(ask("GET", "/afmelden").status, 405);
  // A token of another session.
  sign_in("\"beheerder\"", own_oin);
  EXPECT_EQ(send_form("/afmelden", "formulier=" + token).status, 403);
  cookie_ = signed_in;
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 200) << "still signed in";
  const auto noted_sign_outs = [&] {
    const auto entries = fleet_.store().audit_entries({});
    EXPECT_TRUE(entries);
    return std::count_if(entries->begin(), entries->end(), [](const ChainedEntry& one) {
      return one.entry.action == AuditAction::sign_out;
    });
  };
  EXPECT_EQ(noted_sign_outs(), 0) << "what was refused is not noted as done";
  EXPECT_EQ(send_form("/afmelden", "formulier=" + token).status, 303);
  EXPECT_EQ(noted_sign_outs(), 1);
}

TEST_F(SignInTest, a_device_needs_no_session_and_a_session_is_no_device) {
  use(openid_settings());
  Laptop laptop = testing::laptop("new");
  const Headers headers = {{"authorization", "Bearer " + fleet_.token},
                           {"content-type", "application/x-protobuf"}};
  EXPECT_EQ(ask("POST", "/device/v1/enrolments", headers, to_bytes(laptop.enrolment())).status,
            202);
  sign_in("\"beheerder\"", own_oin);
  EXPECT_EQ(
      ask("POST", "/device/v1/reports", {{"content-type", "application/x-protobuf"}}, "x").status,
      401);
}

// --- Behind a proxy -----------------------------------------------------------------------------

SignInSettings proxy_settings() {
  SignInSettings settings;
  settings.way = SignInWay::proxy;
  settings.public_url = public_url;
  settings.trusted_peers = {*ip_network_from("10.1.2.3"), *ip_network_from("2001:db8::/64")};
  settings.mapping.roles = {{"wl-admin", Role::beheerder}, {"wl-audit", Role::auditor}};
  return settings;
}

Headers said_by_proxy(const std::string& roles = "wl-admin") {
  return {{"x-wattlife-subject", "devries"},
          {"x-wattlife-name", "A. de Vries"},
          {"x-wattlife-roles", roles},
          {"x-wattlife-organisations", "00000001003214345000"}};
}

TEST_F(SignInTest, a_trusted_proxy_says_who_it_is) {
  use(proxy_settings());
  for (const char* peer : {"10.1.2.3", "::ffff:10.1.2.3", "2001:db8::77"}) {
    peer_ = peer;
    EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy()).status, 200) << peer;
  }
  EXPECT_TRUE(has(ask("GET", "/v1/aanmelding", said_by_proxy("wl-audit, other,wl-admin")).body,
                  "\"rollen\": [\"beheerder\", \"auditor\"]"));
  EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy("other")).status, 403);
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
  EXPECT_EQ(browse("/aanmelden").status, 401) << "no redirect that goes round";
}

TEST_F(SignInTest, behind_a_proxy_no_session_ends_and_none_is_noted) {
  use(proxy_settings());
  peer_ = "10.1.2.3";
  Headers headers = said_by_proxy();
  headers.emplace_back("origin", public_url);
  const std::string token = wattlife::form_token(seal_key, "proxy devries");
  EXPECT_EQ(ask("POST", "/afmelden", headers, "formulier=" + token).status, 303);
  const auto entries = fleet_.store().audit_entries({});
  ASSERT_TRUE(entries);
  for (const ChainedEntry& one : *entries) EXPECT_NE(one.entry.action, AuditAction::sign_out);
}

TEST_F(SignInTest, nobody_else_can_say_who_they_are) {
  use(proxy_settings());
  for (const char* peer : {"", "unix", "10.1.2.4", "127.0.0.1", "192.0.2.1", "2001:db8:1::1",
                           "10.1.2.3 ", "10.1.2.3,10.1.2.4", "proxy"}) {
    SCOPED_TRACE(peer);
    peer_ = peer;
    EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy()).status, 401);
    EXPECT_EQ(ask("GET", "/v1/aanmelding", said_by_proxy()).body, "{\"aangemeld\": false}\n");
  }
  // Forwarded addresses are anyone's words.
  Headers forwarded = said_by_proxy();
  forwarded.emplace_back("x-forwarded-for", "10.1.2.3");
  forwarded.emplace_back("forwarded", "for=10.1.2.3");
  EXPECT_EQ(ask("GET", "/v1/apparaten", forwarded).status, 401);
}

TEST_F(SignInTest, what_a_visitor_puts_beside_the_proxys_words_is_refused) {
  use(proxy_settings());
  peer_ = "10.1.2.3";
  Headers smuggled = said_by_proxy("wl-audit");
  smuggled.insert(smuggled.begin(), {"x-wattlife-roles", "wl-admin"});
  EXPECT_EQ(ask("GET", "/v1/apparaten", smuggled).status, 403) << "two lists of roles are none";
  Headers two_people = said_by_proxy();
  two_people.emplace_back("x-wattlife-subject", "somebody-else");
  EXPECT_EQ(ask("GET", "/v1/apparaten", two_people).status, 401);
  Headers strange = said_by_proxy();
  strange[0].second = "de\x01vries";
  EXPECT_EQ(ask("GET", "/v1/apparaten", strange).status, 401);
}

TEST_F(SignInTest, a_unix_socket_is_a_peer_when_it_is_named) {
  SignInSettings settings = proxy_settings();
  settings.trusts_unix_socket = true;
  use(settings);
  peer_ = "unix";
  EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy()).status, 200);
  peer_ = "";
  EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy()).status, 401);
}

TEST_F(SignInTest, headers_of_a_proxy_count_in_no_other_way) {
  peer_ = "10.1.2.3";
  use(openid_settings());
  EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy()).status, 401);
  SignIn sign_in;
  Request request;
  request.headers = said_by_proxy();
  request.peer_address = "10.1.2.3";
  EXPECT_TRUE(sign_in.without_foreign_identity(request).headers.empty());
}

// --- Local users --------------------------------------------------------------------------------

class LocalSignInTest : public SignInTest {
 protected:
  LocalSignInTest() {
    users_ = {{"jan",
               *password_hash("correct horse battery", std::string(password_salt_bytes, 's')),
               {Role::beheerder},
               {testing::oin}}};
    SignInSettings settings;
    settings.way = SignInWay::local;
    settings.public_url = public_url;
    use(settings);
    peer_ = "127.0.0.1";
  }
  Response try_password(const std::string& user, const std::string& password) {
    cookie_.clear();
    return send_form("/aanmelden", "naar=%2F&naam=" + query_encoded(user) +
                                       "&wachtwoord=" + query_encoded(password));
  }
};

TEST_F(LocalSignInTest, form_is_for_people_who_see_hear_or_type) {
  const std::string page = browse("/aanmelden?naar=%2Fwerklijst%3Fformaat%3Dcsv").body;
  EXPECT_TRUE(has(page, "<html lang=\"nl\">"));
  EXPECT_TRUE(has(page, "<label for=\"naam\">Naam</label>"));
  EXPECT_TRUE(has(page, "<label for=\"wachtwoord\">Wachtwoord</label>"));
  EXPECT_TRUE(has(page, "autocomplete=\"username\""));
  EXPECT_TRUE(has(page, "autocomplete=\"current-password\""));
  EXPECT_TRUE(has(page, "value=\"/werklijst?formaat=csv\""));
  EXPECT_FALSE(has(page, "<script"));
  EXPECT_TRUE(has(browse("/aanmelden?lang=en").body, "<label for=\"wachtwoord\">Password</label>"));
  const std::string refused = try_password("jan", "wrong").body;
  EXPECT_TRUE(has(refused, "role=\"alert\">De naam of het wachtwoord klopt niet."));
  EXPECT_TRUE(has(refused, "aria-describedby=\"fout\" aria-invalid=\"true\""));
  EXPECT_FALSE(has(refused, "wrong"));
  testing::expect_golden("page-sign-in-nl.html", browse("/aanmelden").body);
}

TEST_F(LocalSignInTest, in_with_the_right_password_and_out_when_the_user_changes) {
  EXPECT_EQ(try_password("jan", "correct horse battery").status, 303);
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 200);
  EXPECT_TRUE(has(ask("GET", "/v1/aanmelding").body, "\"wijze\": \"lokaal\""));
  users_[0].roles = {Role::auditor};
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
  EXPECT_EQ(try_password("Jan ", "correct horse battery").status, 303) << "typed with a capital";
  EXPECT_TRUE(has(ask("GET", "/v1/apparaten").body, "\"sloten\": null"));
  users_.clear();
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
}

TEST_F(LocalSignInTest, guessing_becomes_slow_per_user_and_address) {
  for (int i = 0; i < free_failures; ++i) EXPECT_EQ(try_password("jan", "wrong").status, 403);
  const Response slowed = try_password("jan", "correct horse battery");
  EXPECT_EQ(slowed.status, 429) << "also with the right one: it is not looked at";
  EXPECT_EQ(header_of(slowed, "Retry-After"), "1");
  EXPECT_TRUE(has(slowed.body, "Wacht 1 seconde."));
  EXPECT_EQ(try_password("piet", "x").status, 429) << "the same address";
  pass(seconds(1));
  EXPECT_EQ(try_password("jan", "correct horse battery").status, 303);
  EXPECT_EQ(try_password("jan", "wrong").status, 403) << "forgotten after success";
  // Someone who is not there is refused in the same words.
  EXPECT_EQ(try_password("piet", "wrong").body, try_password("jan", "wrong").body);
}

TEST_F(LocalSignInTest, from_another_machine_it_does_not_exist) {
  EXPECT_EQ(try_password("jan", "correct horse battery").status, 303);
  const std::string kept = cookie_;
  peer_ = "192.0.2.7";
  cookie_ = kept;
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
  EXPECT_EQ(try_password("jan", "correct horse battery").status, 403);
}

TEST_F(LocalSignInTest, another_site_cannot_sign_its_own_user_in_here) {
  cookie_.clear();
  const std::string body = "naam=jan&wachtwoord=correct+horse+battery";
  EXPECT_EQ(send_form("/aanmelden", body, "https://evil.example").status, 403);
  EXPECT_EQ(cookie_, "");
  const Response elsewhere = send_form("/aanmelden", body + "&naar=%2F%2Fevil.example");
  EXPECT_EQ(elsewhere.status, 303);
  EXPECT_EQ(header_of(elsewhere, "Location"), "/");
}

// --- Open ---------------------------------------------------------------------------------------

TEST_F(SignInTest, an_open_collector_says_that_it_is_open) {
  site_.emplace(fleet_.store(), *built_in_rules());
  const Response page = browse("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page.body, "Op deze collector meldt niemand zich aan"));
  EXPECT_FALSE(has(page.body, "Afmelden"));
  EXPECT_TRUE(has(browse("/?lang=en").body, "Nobody signs in to this collector"));
  EXPECT_TRUE(has(ask("GET", "/v1/apparaten").body, "Geheim Model 9"));
  EXPECT_TRUE(has(ask("GET", "/v1/aanmelding").body, "\"aangemeld\": false"));
  EXPECT_EQ(header_of(browse("/aanmelden"), "Location"), "/");
  EXPECT_EQ(send_form("/aanmelden", "naam=a&wachtwoord=b").status, 403);
}

}  // namespace
}  // namespace wattlife

// SPDX-License-Identifier: EUPL-1.2
// The operations of the REST API through the whole site: what each answers, in pages, to whom, and
// what it leaves in the audit log.
#include "collector/api_visit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "collector/api_devices.h"
#include "collector/api_document.h"
#include "collector/api_energy.h"
#include "collector/api_people.h"
#include "tests/collector/api_answers.h"
#include "tests/collector/both_stores.h"
#include "tests/collector/sign_in_browser.h"

namespace wattlife {
namespace {

using testing::example_day;
using testing::expect_described;
using testing::has;
using testing::header_of;
using testing::Json;
using testing::Laptop;
using testing::oin;
using testing::other_oin;
using testing::own_oin;

// Somebody signed in before a fleet of two organisations.
class ApiTest : public testing::SignInTest {
 protected:
  ApiTest() {
    testing::fill_with_examples(fleet_);
    Laptop silent = testing::laptop("silent");
    fleet_.enrol(silent, example_day - std::chrono::days(40));
    use(testing::openid_settings());
    as("\"beheerder\"");
  }
  void as(const std::string& roles, const std::string& oins = own_oin) {
    ASSERT_EQ(sign_in(roles, oins).status, 303);
  }
  Response get(const std::string& target, Headers headers = {}) {
    return ask("GET", target, std::move(headers));
  }
  Json json(const std::string& target) {
    const Response response = get(target);
    EXPECT_EQ(response.status, 200) << target << " " << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  // All pages from `target` on, by their links; `list` is the name of what they hold.
  std::vector<Json> all(const std::string& target, const std::string& list) {
    std::vector<Json> items;
    std::string next = target;
    for (int pages = 0; !next.empty() && pages < 100; ++pages) {
      const Json page = json(next);
      for (const Json& item : page[list]) items.push_back(item);
      EXPECT_EQ(page["_links"]["self"]["href"], next);
      next =
          page["_links"].contains("next") ? page["_links"]["next"]["href"].get<std::string>() : "";
    }
    EXPECT_TRUE(next.empty()) << "the pages have no end";
    return items;
  }
  static std::vector<std::string> member(const std::vector<Json>& items, const char* name) {
    std::vector<std::string> values;
    for (const Json& item : items) values.push_back(item[name].get<std::string>());
    return values;
  }
  std::vector<ChainedEntry> noted() { return *fleet_.store().audit_entries({}); }
};

// --- What is described is what is answered
// ---------------------------------------------------------------------------

TEST_F(ApiTest, every_answer_is_as_the_document_says) {
  as("[\"beheerder\",\"auditor\"]");
  for (const ApiRoute& route : api_routes()) {
    SCOPED_TRACE(std::string(route.path));
    if (route.answer.schema == nullptr || route.answer.of_one) continue;
    const Response response = get(std::string(route.path));
    EXPECT_EQ(response.status, 200);
    expect_described(response.body, route.answer.schema());
  }
  for (const Json& device : all("/v1/apparaten", "apparaten")) {
    const Response one = get("/v1/apparaten/" + device["id"].get<std::string>());
    ASSERT_EQ(one.status, 200);
    expect_described(one.body, device_schema());
    EXPECT_EQ(Json::parse(one.body), device) << "alone it is as in the list";
  }
  expect_described(get("/v1/apparaten?x=1").body, problem_schema());
  expect_described(get("/v1/nergens").body, problem_schema());
  cookie_.clear();
  expect_described(get("/v1/aanmelding").body, person_schema());
  expect_described(get("/v1/apparaten").body, problem_schema());
}

TEST_F(ApiTest, every_answer_of_the_api_tells_its_version) {
  const Response known = get("/v1/aanmelding");
  const std::vector<Response> responses = {
      known,
      get("/v1/aanmelding", {{"if-none-match", header_of(known, "ETag")}}),
      get("/v1/apparaten?x=1"),
      get("/v1/nergens"),
      get("/v1/apparaten/"),
      get("/v1"),
      get("/v1/"),
      ask("POST", "/v1/apparaten"),
      ask("OPTIONS", "/v1/openapi.json"),
      ask("HEAD", "/v1/apparaten"),
  };
  const int statuses[] = {200, 304, 400, 404, 404, 404, 404, 405, 405, 200};
  for (std::size_t i = 0; i < responses.size(); ++i) {
    EXPECT_EQ(responses[i].status, statuses[i]) << i;
    EXPECT_EQ(header_of(responses[i], "API-Version"), "1.0.0") << i;
    const bool refused = statuses[i] >= 400;
    EXPECT_EQ(header_of(responses[i], "Content-Type") == "application/problem+json", refused) << i;
  }
  as("\"rijksbreed\"");
  EXPECT_EQ(get("/v1/apparaten").status, 403);
  EXPECT_EQ(header_of(get("/v1/apparaten"), "API-Version"), "1.0.0");
  cookie_.clear();
  EXPECT_EQ(get("/v1/apparaten").status, 401);
  EXPECT_EQ(header_of(get("/v1/apparaten"), "API-Version"), "1.0.0");
  EXPECT_EQ(header_of(get("/"), "API-Version"), "");
}

TEST_F(ApiTest, the_document_is_for_anyone_from_anywhere) {
  cookie_.clear();
  const Response response = get("/v1/openapi.json", {{"origin", "https://elsewhere.example"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, api_document());
  EXPECT_EQ(header_of(response, "Content-Type"), "application/json");
  EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(header_of(response, "Cross-Origin-Resource-Policy"), "cross-origin");
  as("\"beheerder\"");
  for (const char* path : {"/v1/apparaten", "/v1/aanmelding", "/v1/energieoverzicht"}) {
    EXPECT_EQ(header_of(get(path), "Access-Control-Allow-Origin"), "") << path;
  }
}

// --- Pages, filters, order
// ------------------------------------------------------------------------

TEST_F(ApiTest, pages_of_devices_are_the_whole_list_each_once) {
  const auto whole = member(all("/v1/apparaten", "apparaten"), "id");
  EXPECT_EQ(whole.size(), 17u);
  EXPECT_TRUE(std::is_sorted(whole.begin(), whole.end()));
  for (const char* size : {"1", "4", "500"}) {
    const std::string query = "?paginaGrootte=" + std::string(size);
    EXPECT_EQ(member(all("/v1/apparaten" + query, "apparaten"), "id"), whole);
    auto backwards = member(all("/v1/apparaten" + query + "&sorteer=-id", "apparaten"), "id");
    std::reverse(backwards.begin(), backwards.end());
    EXPECT_EQ(backwards, whole);
  }
  const auto days =
      member(all("/v1/apparaten?sorteer=-eersteDatum&paginaGrootte=2", "apparaten"), "eersteDatum");
  EXPECT_EQ(days.size(), whole.size());
  EXPECT_TRUE(std::is_sorted(days.rbegin(), days.rend()));
}

TEST_F(ApiTest, two_organisations_are_one_list) {
  as("\"beheerder\"", "[" + own_oin + ",\"" + other_oin + "\"]");
  const auto devices = all("/v1/apparaten?paginaGrootte=2", "apparaten");
  EXPECT_EQ(devices.size(), 18u);
  const auto ids = member(devices, "id");
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  const auto oins = member(devices, "organisatieOin");
  EXPECT_EQ(std::count(oins.begin(), oins.end(), other_oin), 1);
  EXPECT_EQ(all("/v1/apparaten?organisatieOin=" + other_oin, "apparaten").size(), 1u);
  EXPECT_EQ(all("/v1/inschrijvingen?organisatieOin=" + other_oin, "inschrijvingen").size(), 1u);
  EXPECT_EQ(json("/v1/organisaties")["organisaties"].size(), 2u);
}

TEST_F(ApiTest, filters_give_what_looking_at_all_gives) {
  struct Case {
    const char* query;
    std::function<bool(const Json&)> fits;
    bool some = true;  // false: no device of the examples does
  };
  const auto rule = [](const Json& one, const std::string& id) {
    return std::any_of(one["redenen"].begin(), one["redenen"].end(),
                       [&](const Json& reason) { return reason["regel"] == id; });
  };
  const Case cases[] = {
      {"merk=HP", [](const Json& one) { return one["merk"] == "HP"; }},
      {"merk=Dell+Inc.", [](const Json& one) { return one["merk"] == "Dell Inc."; }},
      {"model=ThinkPad%20T480", [](const Json& one) { return one["model"] == "ThinkPad T480"; }},
      {"toestand=te-bevestigen",
       [](const Json& one) { return one["toestand"] == "te-bevestigen"; }},
      {"toestand=conflict", [](const Json& one) { return one["toestand"] == "conflict"; }},
      {"bestemming=herstellen", [](const Json& one) { return one["bestemming"] == "herstellen"; }},
      {"bestemming=onbekend", [](const Json& one) { return one["bestemming"] == "onbekend"; }},
      {"accuOordeel=vervangen",
       [](const Json& one) { return one["accu"]["oordeel"] == "vervangen"; }},
      {"schijfOordeel=defect",
       [](const Json& one) { return one["schijf"]["oordeel"] == "defect"; }},
      {"vastgehouden=ja", [](const Json& one) { return one["vastgehouden"] == true; }, false},
      {"vastgehouden=nee&merk=HP",
       [](const Json& one) { return one["vastgehouden"] == false && one["merk"] == "HP"; }},
      {"gesimuleerd=nee", [](const Json& one) { return one["gesimuleerd"] == false; }},
      {"regel=accu-vervangen", [&](const Json& one) { return rule(one, "accu-vervangen"); }},
      {"gezienVanaf=2026-11-24",
       [](const Json& one) { return one["laatsteDatum"] >= "2026-11-24"; }},
      {"gezienTot=2026-11-24", [](const Json& one) { return one["laatsteDatum"] < "2026-11-24"; }},
  };
  const auto whole = all("/v1/apparaten", "apparaten");
  for (const Case& c : cases) {
    SCOPED_TRACE(c.query);
    std::vector<Json> fitting;
    std::copy_if(whole.begin(), whole.end(), std::back_inserter(fitting), c.fits);
    const std::string target = "/v1/apparaten?" + std::string(c.query);
    EXPECT_EQ(all(target, "apparaten"), fitting);
    EXPECT_EQ(all(target + "&paginaGrootte=1", "apparaten"), fitting);
    EXPECT_LT(fitting.size(), whole.size());
    EXPECT_EQ(!fitting.empty(), c.some);
  }
  EXPECT_TRUE(all("/v1/apparaten?organisatieOin=" + other_oin, "apparaten").empty());
}

TEST_F(ApiTest, all_that_is_wrong_is_told_at_once) {
  const Response response =
      get("/v1/apparaten?toestand=kapot&paginaGrootte=501&oin=1&cursor=abc&sorteer=merk");
  EXPECT_EQ(response.status, 400);
  const Json problem = Json::parse(response.body);
  EXPECT_EQ(problem["type"], "urn:wattlife:problem:bad-parameters");
  std::vector<std::string> parameters;
  for (const Json& fault : problem["fouten"]) parameters.push_back(fault["parameter"]);
  EXPECT_EQ(parameters,
            (std::vector<std::string>{"toestand", "paginaGrootte", "oin", "sorteer", "cursor"}));
  for (const char* target : {"/v1/aanmelding?x=1", "/v1/openapi.json?x=1", "/v1/organisaties?x",
                             "/v1/energieoverzicht?lang=en", "/v1/inschrijvingen?merk=HP"}) {
    EXPECT_EQ(get(target).status, 400) << target;
  }
  as("\"auditor\"");
  EXPECT_EQ(get("/v1/auditregels?actie=vliegen").status, 400);
}

TEST_F(ApiTest, a_cursor_of_another_list_or_order_is_refused) {
  const Json page = json("/v1/apparaten?paginaGrootte=1&sorteer=-id");
  const std::string next = page["_links"]["next"]["href"];
  const std::string cursor = next.substr(next.find("cursor="));
  EXPECT_EQ(get("/v1/apparaten?sorteer=-id&" + cursor).status, 200);
  EXPECT_EQ(get("/v1/apparaten?sorteer=id&" + cursor).status, 400);
  EXPECT_EQ(get("/v1/apparaten?" + cursor).status, 400);
}

// --- Tables, ETags
// --------------------------------------------------------------------------------

TEST_F(ApiTest, a_table_has_the_same_filter_and_pages) {
  const Response table = get("/v1/apparaten?merk=HP&paginaGrootte=2", {{"accept", "text/csv"}});
  EXPECT_EQ(header_of(table, "Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(std::count(table.body.begin(), table.body.end(), '\n'), 3);
  EXPECT_FALSE(has(table.body, "ThinkPad"));
  EXPECT_TRUE(has(header_of(table, "Link"), "rel=\"next\""));
  EXPECT_EQ(header_of(table, "Vary"), "Accept");
  const Response rows = get("/v1/inschrijvingen?toestand=te-bevestigen", {{"accept", "text/csv"}});
  EXPECT_TRUE(has(rows.body, "id,apparaatId,organisatieOin,toestand,"));
  EXPECT_EQ(std::count(rows.body.begin(), rows.body.end(), '\n'), 3);
  EXPECT_TRUE(
      has(get("/v1/organisaties", {{"accept", "text/csv"}}).body, "Ministerie van Voorbeelden"));
}

TEST_F(ApiTest, what_did_not_change_is_not_sent_again) {
  for (const char* target : {"/v1/apparaten", "/v1/energieoverzicht", "/v1/organisaties",
                             "/v1/inschrijvingen", "/v1/aanmelding", "/v1/openapi.json"}) {
    SCOPED_TRACE(target);
    const Response first = get(target);
    const std::string etag = header_of(first, "ETag");
    EXPECT_EQ(etag.front(), '"') << "strong";
    EXPECT_TRUE(has(header_of(first, "Cache-Control"), "no-cache"));
    for (const std::string& known : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
      const Response again = get(target, {{"if-none-match", known}});
      EXPECT_EQ(again.status, 304) << known;
      EXPECT_EQ(again.body, "");
      EXPECT_EQ(header_of(again, "ETag"), etag);
      EXPECT_EQ(header_of(again, "Content-Type"), "");
    }
    EXPECT_EQ(get(target, {{"if-none-match", "\"x\""}}).status, 200);
    EXPECT_EQ(get(target, {{"if-none-match", etag.substr(1)}}).status, 200);
  }
  const std::string before = header_of(get("/v1/apparaten"), "ETag");
  EXPECT_NE(header_of(get("/v1/apparaten", {{"accept", "text/csv"}}), "ETag"), before);
  EXPECT_TRUE(has(header_of(get("/v1/apparaten"), "Cache-Control"), "private"));
  Laptop laptop = testing::laptop("new");
  fleet_.enrol(laptop, example_day);
  EXPECT_EQ(get("/v1/apparaten", {{"if-none-match", before}}).status, 200);
}

// --- Who sees what, and what is noted
// --------------------------------------------------------------

TEST_F(ApiTest, one_device_is_shown_to_its_own_people_and_the_look_is_noted) {
  const std::string mine = json("/v1/apparaten?model=Slot+Model+1")["apparaten"][0]["id"];
  as("\"beheerder\"", "\"" + other_oin + "\"");
  const std::string theirs = json("/v1/apparaten")["apparaten"][0]["id"];
  as("\"auditor\"");
  const std::size_t before = noted().size();
  const Response shown = get("/v1/apparaten/" + mine);
  EXPECT_EQ(shown.status, 200);
  EXPECT_TRUE(has(shown.body, "\"sloten\": null")) << "locks are for the asset role";
  ASSERT_EQ(noted().size(), before + 1);
  const AuditEntry entry = noted().back().entry;
  EXPECT_EQ(entry.action, AuditAction::device_view);
  EXPECT_EQ(entry.object, device_reference(*bytes_from_hex(mine)));
  EXPECT_EQ(entry.oins, oin);
  EXPECT_EQ(entry.actor, "openid https://idp.example 4711");
  EXPECT_EQ(entry.origin, peer_);
  // What is not theirs is as what does not exist, and nothing of it is noted.
  const Response hidden = get("/v1/apparaten/" + theirs);
  const Response nowhere = get("/v1/apparaten/" + std::string(32, '0'));
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(hidden.body, nowhere.body);
  EXPECT_EQ(noted().size(), before + 1);
  for (const char* id : {"x", "0", "00", "%2e%2e", "' OR '1'='1"}) {
    EXPECT_EQ(get("/v1/apparaten/" + std::string(id)).status, 404) << id;
  }
  std::string capital = mine;
  for (char& c : capital) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  EXPECT_EQ(get("/v1/apparaten/" + capital).status, 404) << "one address for one device";
  as("\"drz-planner\"");
  EXPECT_EQ(get("/v1/apparaten/" + mine).status, 404);
  as("\"rijksbreed\"");
  EXPECT_EQ(get("/v1/apparaten/" + mine).status, 403);
}

TEST_F(ApiTest, every_page_of_devices_and_enrolments_is_noted) {
  const std::size_t before = noted().size();
  (void)get("/v1/apparaten?paginaGrootte=1");
  (void)get("/v1/inschrijvingen");
  (void)get("/v1/apparaten", {{"if-none-match", "*"}});
  ASSERT_EQ(noted().size(), before + 3);
  EXPECT_EQ(noted()[before].entry.action, AuditAction::list_export);
  EXPECT_EQ(noted()[before + 1].entry.action, AuditAction::device_view);
  for (std::size_t i = before; i < before + 3; ++i) {
    EXPECT_EQ(noted()[i].entry.object, "devices of " + oin);
    EXPECT_EQ(noted()[i].entry.oins, oin);
  }
}

TEST_F(ApiTest, enrolments_are_for_who_confirms_them) {
  const auto rows = all("/v1/inschrijvingen?paginaGrootte=3", "inschrijvingen");
  EXPECT_EQ(rows.size(), 17u);
  for (const char* state : {"te-bevestigen", "bevestigd", "conflict"}) {
    std::vector<Json> fitting;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(fitting),
                 [&](const Json& row) { return row["toestand"] == state; });
    EXPECT_FALSE(fitting.empty()) << state;
    EXPECT_EQ(all("/v1/inschrijvingen?toestand=" + std::string(state), "inschrijvingen"), fitting);
  }
  for (const Json& row : rows) EXPECT_EQ(row["organisatieOin"], oin);
  for (const char* role : {"indiener", "goedkeurder", "drz-planner", "auditor", "rijksbreed"}) {
    as("\"" + std::string(role) + "\"");
    EXPECT_EQ(get("/v1/inschrijvingen").status, 403) << role;
  }
}

TEST_F(ApiTest, an_auditor_reads_of_their_own_organisation) {
  (void)get("/v1/apparaten");
  as("\"beheerder\"", "\"" + other_oin + "\"");
  (void)get("/v1/apparaten");
  as("\"auditor\"");
  const auto lines = all("/v1/auditregels?paginaGrootte=2", "auditregels");
  std::set<std::string> objects;
  for (const Json& line : lines) objects.insert(line["object"].get<std::string>());
  EXPECT_EQ(objects, (std::set<std::string>{"session", "devices of " + oin}));
  EXPECT_EQ(all("/v1/auditregels?actie=list.export", "auditregels").size(), 1u);
  EXPECT_EQ(all("/v1/auditregels?actie=sign-in", "auditregels").size(), 2u)
      << "of people of the own organisation only";
  EXPECT_TRUE(all("/v1/auditregels?actor=niemand", "auditregels").empty());
  EXPECT_TRUE(all("/v1/auditregels?tot=2026-11-24", "auditregels").empty());
  EXPECT_EQ(all("/v1/auditregels?vanaf=2026-11-24&tot=2026-11-25", "auditregels").size(),
            lines.size());
  for (const char* role : {"beheerder", "indiener", "goedkeurder", "drz-planner", "rijksbreed"}) {
    as("\"" + std::string(role) + "\"");
    EXPECT_EQ(get("/v1/auditregels").status, 403) << role;
  }
}

// What somebody may not have at all is not refused for its parameters first.
TEST_F(ApiTest, who_may_not_come_learns_nothing_of_parameters) {
  cookie_.clear();
  EXPECT_EQ(get("/v1/apparaten?x=1").status, 401);
  as("\"rijksbreed\"");
  EXPECT_EQ(get("/v1/apparaten?x=1").status, 403);
}

// A collector that cannot read says so, as a problem.
TEST_F(ApiTest, nothing_is_shown_that_could_not_be_noted) {
  const auto sql = open_sql(fleet_.url(), StoreOpen::existing);
  ASSERT_TRUE(sql);
  const std::string mine = json("/v1/apparaten")["apparaten"][0]["id"];
  ASSERT_TRUE((*sql)->run("DROP TRIGGER audit_head_change"));
  ASSERT_TRUE((*sql)->run("UPDATE audit_head SET number = 0"));
  for (const std::string& target :
       {std::string("/v1/apparaten"), "/v1/apparaten/" + mine, std::string("/v1/inschrijvingen")}) {
    const Response response = get(target);
    EXPECT_EQ(response.status, 503) << target;
    EXPECT_FALSE(has(response.body, "ThinkPad"));
    EXPECT_EQ(header_of(response, "Retry-After"), "60");
    EXPECT_EQ(header_of(response, "API-Version"), "1.0.0");
  }
}

// --- Both databases, without sign-in
// ---------------------------------------------------------------------------------

using testing::BothStores;
INSTANTIATE_TEST_SUITE_P(Api, BothStores, testing::both, testing::name_of_kind);

TEST_P(BothStores, both_databases_give_the_same_answers) {
  const Now at = {BootTime{std::chrono::hours(1)}, AwakeTime{std::chrono::hours(1)},
                  UtcTime{example_day} + std::chrono::hours(10)};
  const auto bodies = [&](const std::string& database) {
    testing::Fleet fleet(1, database);
    testing::fill_with_examples(fleet);
    Site site(fleet.store(), *built_in_rules());
    std::vector<std::string> answers;
    for (const char* target :
         {"/v1/apparaten", "/v1/apparaten?sorteer=-eersteDatum&paginaGrootte=3",
          "/v1/apparaten?merk=HP&accuOordeel=vervangen", "/v1/apparaten?gesimuleerd=nee",
          "/v1/apparaten?organisatieOin=00000004000000062000", "/v1/organisaties",
          "/v1/inschrijvingen?toestand=conflict", "/v1/inschrijvingen?sorteer=-id&paginaGrootte=2",
          "/v1/auditregels", "/v1/energieoverzicht"}) {
      const std::string text = target;
      const std::size_t question = text.find('?');
      const std::string query = question == std::string::npos ? "" : text.substr(question + 1);
      const Response response = site.handle({"GET", text.substr(0, question), query, {}, ""}, at);
      EXPECT_EQ(response.status, 200) << target << response.body;
      answers.push_back(response.body);
    }
    return answers;
  };
  static const std::vector<std::string> in_a_file = bodies("");
  EXPECT_EQ(bodies(url()), in_a_file);
}

// --- Both databases, behind a proxy: an owner and who operates its devices (adr/0011)
// ---------------------------------------------------------------------------------

class TwoSides {
 public:
  explicit TwoSides(const std::string& database) : fleet(1, database) {
    SignInParts parts;
    parts.settings = testing::openid_settings();
    parts.settings.way = SignInWay::proxy;
    parts.settings.trusted_peers = {*ip_network_from("10.1.2.3")};
    parts.seal_key = testing::seal_key;
    parts.random = testing::repeatable_random(9);
    site.emplace(fleet.store(), *built_in_rules(), SignIn(std::move(parts)));
  }
  // A confirmed laptop with a lock, a drive that tells how it can be erased, and a week of energy.
  Id128 member(const std::string& name, const std::string& token = "") {
    Laptop laptop = testing::laptop(name);
    laptop.stock.provision.locks.bios_password = true;
    laptop.stock.provision.drive_erase = {{laptop.stock.disks.front().name, true}};
    fleet.enrol(laptop, example_day, token);
    EXPECT_TRUE(fleet.store().confirm(laptop.credential.device_id, false));
    fleet.send(laptop, laptop.health(), example_day);
    const Period week = testing::week_of(example_day - std::chrono::days(7));
    EXPECT_TRUE(fleet.send(laptop, laptop.energy(week), example_day).acknowledgement);
    return laptop.credential.device_id;
  }
  Response get(const std::string& oins, const std::string& target,
               const std::string& accept = "application/json") {
    const std::size_t question = target.find('?');
    const std::string query = question == std::string::npos ? "" : target.substr(question + 1);
    const Headers headers = {{"accept", accept},
                             {"x-wattlife-subject", "devries"},
                             {"x-wattlife-name", "A. de Vries"},
                             {"x-wattlife-roles", "beheerder"},
                             {"x-wattlife-organisations", oins}};
    const Now at = {BootTime{std::chrono::hours(1)}, AwakeTime{std::chrono::hours(1)},
                    UtcTime{example_day} + std::chrono::hours(10)};
    return site->handle({"GET", target.substr(0, question), query, headers, "", "10.1.2.3"}, at);
  }
  // By their ids, over pages of three.
  std::map<std::string, Json> devices(const std::string& oins, const std::string& filter = "") {
    std::map<std::string, Json> found;
    std::string next = "/v1/apparaten?paginaGrootte=3" + filter;
    for (int pages = 0; !next.empty() && pages < 20; ++pages) {
      const Response response = get(oins, next);
      EXPECT_EQ(response.status, 200) << response.body;
      expect_described(response.body, devices_schema());
      // Names of serial numbers as testing::laptop() makes them.
      for (const char* serial : {"PF-", "uuid-", "DISK-"}) {
        EXPECT_FALSE(has(response.body, serial)) << serial;
      }
      const Json page = Json::parse(response.body);
      for (const Json& one : page["apparaten"]) {
        EXPECT_TRUE(found.emplace(one["id"].get<std::string>(), one).second) << "twice: " << one;
      }
      const Json& links = page["_links"];
      next = links.contains("next") ? links["next"]["href"].get<std::string>() : "";
    }
    EXPECT_TRUE(next.empty()) << "the pages have no end";
    return found;
  }

  testing::Fleet fleet;
  std::optional<Site> site;
};

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
    ++count;
  }
  return count;
}

TEST_P(BothStores, an_operator_is_shown_a_device_without_what_is_its_owners) {
  TwoSides sides(url());
  std::vector<Id128> operated;
  for (int i = 0; i < smallest_group; ++i) operated.push_back(sides.member(std::to_string(i)));
  const std::string kept = hex_from_bytes(sides.member("kept"));
  const std::string own = hex_from_bytes(sides.member("own", sides.fleet.other_token));
  const std::string sums_before = sides.get(other_oin, "/v1/energieoverzicht").body;
  const std::string owners_sums_before = sides.get(oin, "/v1/energieoverzicht").body;
  ASSERT_EQ(sides.devices(other_oin).size(), 1u);
  ASSERT_TRUE(sides.fleet.store().set_operator(operated, other_oin));

  const auto owners = sides.devices(oin);
  const auto theirs = sides.devices(other_oin);
  EXPECT_EQ(owners.size(), operated.size() + 1);
  EXPECT_EQ(theirs.size(), operated.size() + 1);
  EXPECT_EQ(theirs.count(kept), 0u);
  EXPECT_EQ(theirs.at(own)["sloten"]["biosWachtwoord"], "ja");
  for (const Id128& id : operated) {
    const std::string hex = hex_from_bytes(id);
    Json expected = owners.at(hex);
    EXPECT_EQ(expected["dienstverlenerOin"], other_oin);
    EXPECT_EQ(expected["sloten"]["biosWachtwoord"], "ja");
    EXPECT_EQ(expected["perioden"].size(), 1u);
    EXPECT_TRUE(expected["schijf"]["schijven"][0]["wissen"].is_object());
    // The rest is the same for both.
    expected["sloten"] = nullptr;
    expected["perioden"] = Json::array();
    expected["schijf"]["schijven"][0]["wissen"] = nullptr;
    EXPECT_EQ(theirs.at(hex), expected);
    EXPECT_EQ(Json::parse(sides.get(other_oin, "/v1/apparaten/" + hex).body), expected);
  }
  EXPECT_EQ(sides.devices(other_oin, "&organisatieOin=" + oin).size(), operated.size());
  EXPECT_EQ(sides.devices(other_oin, "&organisatieOin=" + other_oin).size(), 1u);
  // Whoever acts for both sees each once, as its owner.
  for (const auto& [id, one] : sides.devices(oin + "," + other_oin)) {
    EXPECT_EQ(one["sloten"]["biosWachtwoord"], "ja") << id;
    EXPECT_EQ(one["perioden"].size(), 1u) << id;
  }
  EXPECT_EQ(sides.devices(oin + "," + other_oin).size(), operated.size() + 2);

  const std::string table = sides.get(other_oin, "/v1/apparaten", "text/csv").body;
  EXPECT_EQ(count_of(table, ",,,,,2026"), operated.size());
  EXPECT_EQ(count_of(table, ",ja,onbekend,onbekend,onbekend,2026"), 1u);
  EXPECT_EQ(count_of(sides.get(oin, "/v1/apparaten", "text/csv").body, ",,,,,2026"), 0u);

  EXPECT_EQ(sides.get(other_oin, "/v1/apparaten/" + kept).status, 404);
  EXPECT_EQ(sides.get(other_oin, "/v1/energieoverzicht").body, sums_before);
  EXPECT_EQ(sides.get(oin, "/v1/energieoverzicht").body, owners_sums_before);
  EXPECT_TRUE(Json::parse(sums_before)["verbruik"].is_null()) << sums_before;
  EXPECT_TRUE(Json::parse(owners_sums_before)["verbruik"].is_object()) << owners_sums_before;

  // The owner's auditor finds who looked.
  (void)sides.get(other_oin, "/v1/apparaten/" + hex_from_bytes(operated.front()));
  EXPECT_EQ(sides.fleet.store().audit_entries({})->back().entry.oins, oin + " " + other_oin);
}

}  // namespace
}  // namespace wattlife

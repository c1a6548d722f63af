// SPDX-License-Identifier: EUPL-1.2
#include "collector/page_enrolments.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/collector/fleet.h"

namespace wattlife {
namespace {

EnrolmentRow row(const std::string& name, EnrolmentState state) {
  EnrolmentRow made;
  made.id = testing::id_of(name);
  made.device_id = made.id;
  made.state = state;
  made.oin = testing::oin;
  made.manufacturer = "LENOVO";
  made.model = "ThinkPad <" + name + ">";
  made.first_day = testing::day("2026-11-02");
  made.last_day = testing::day("2026-11-20");
  return made;
}

EnrolmentsPage full_page(Language language) {
  EnrolmentsPage page;
  page.language = language;
  page.viewer.open = false;
  page.viewer.name = "A. de Vries";
  page.form_token = "token";
  page.names = {{testing::oin, "Ministerie van Voorbeelden"}, {testing::other_oin, "Dienst Proef"}};
  page.rows = {row("plain", EnrolmentState::to_confirm),  row("known", EnrolmentState::to_confirm),
               row("one", EnrolmentState::conflict),      row("two", EnrolmentState::conflict),
               row("went on", EnrolmentState::confirmed), row("gone", EnrolmentState::revoked)};
  page.rows[0].in_stock = true;
  page.rows[1].continues_known = true;
  page.rows[1].operator_oin = testing::other_oin;
  page.rows[4].continued = true;
  page.rows[4].by_certificate = true;
  page.serials_of = {testing::oin};
  return page;
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

std::set<std::string> values(const std::string& html, const std::string& attribute) {
  std::set<std::string> found;
  const std::string before = " " + attribute + "=\"";
  for (std::size_t at = html.find(before); at != std::string::npos;
       at = html.find(before, at + 1)) {
    const std::size_t from = at + before.size();
    found.insert(html.substr(from, html.find('"', from) - from));
  }
  return found;
}

TEST(EnrolmentsPage, in_both_languages_as_it_was_decided) {
  testing::expect_golden("enrolments.nl.html", enrolments_html(full_page(Language::dutch)));
  testing::expect_golden("enrolments.en.html", enrolments_html(full_page(Language::english)));
}

TEST(EnrolmentsPage, every_control_has_a_label_and_every_group_and_table_a_name) {
  for (const bool confirmed : {false, true}) {
    EnrolmentsPage page = full_page(Language::dutch);
    page.confirmed_list = confirmed;
    const std::string html = enrolments_html(page);
    const auto ids = values(html, "id");
    const auto labels = values(html, "for");
    EXPECT_FALSE(labels.empty());
    for (const std::string& label : labels) EXPECT_EQ(ids.count(label), 1u) << label;
    for (const std::string& id : ids) {
      const bool control = id.starts_with("kies-") || id.starts_with("reden-");
      EXPECT_TRUE(!control || labels.count(id) == 1) << id;
    }
    EXPECT_EQ(count(html, " id=\""), static_cast<int>(ids.size()));  // none twice
    EXPECT_EQ(count(html, "<fieldset>"), count(html, "<legend>"));
    EXPECT_EQ(count(html, "<table"), count(html, "<caption>"));
    EXPECT_EQ(count(html, "<form"), count(html, "name=\"formulier\""));
    EXPECT_EQ(count(html, "<h1>"), 1);
    EXPECT_EQ(count(html, "<script"), 0);
    EXPECT_EQ(count(html, "style="), 0);
  }
}

TEST(EnrolmentsPage, what_came_from_outside_is_escaped) {
  EnrolmentsPage page = full_page(Language::english);
  page.names[testing::oin] = "<b>Ministry</b>";
  page.serials[page.rows[0].id] = "<i>PF1</i>";
  const std::string html = enrolments_html(page);
  for (const char* bad : {"<plain>", "<b>Ministry", "<i>PF1"})
    EXPECT_EQ(count(html, bad), 0) << bad;
  EXPECT_GT(count(html, "&lt;plain&gt;"), 0);
}

TEST(EnrolmentsPage, who_may_change_nothing_gets_no_form) {
  EnrolmentsPage page = full_page(Language::dutch);
  page.form_token.clear();
  const std::string html = enrolments_html(page);
  EXPECT_EQ(count(html, "<form"), 0);
  EXPECT_EQ(count(html, "<input"), 0);
  EXPECT_GT(count(html, "ThinkPad"), 0);
}

TEST(EnrolmentsPage, a_form_with_all_that_is_shown_fits_into_a_request) {
  EnrolmentsPage page = full_page(Language::dutch);
  for (int i = 0; i < 1000; ++i) {
    page.rows.push_back(row("n" + std::to_string(i), EnrolmentState::to_confirm));
  }
  const std::string html = enrolments_html(page);
  const int boxes = count(html, "type=\"checkbox\"");
  EXPECT_EQ(boxes, static_cast<int>(most_rows_shown));
  EXPECT_LT(boxes * (5 + 32 + 1), 64 * 1024 - 1024);
  EXPECT_GT(count(html, "Bevestig alle 1002"), 0);
}

TEST(EnrolmentsPage, outcomes_have_a_code_each_and_an_unknown_code_is_none) {
  for (const FormOutcome outcome :
       {FormOutcome::none, FormOutcome::confirmed, FormOutcome::revoked,
        FormOutcome::nothing_chosen, FormOutcome::no_reason, FormOutcome::changed}) {
    EXPECT_EQ(outcome_from(code_of(outcome)), outcome);
  }
  EXPECT_EQ(outcome_from("<script>"), FormOutcome::none);
}

}  // namespace
}  // namespace wattlife

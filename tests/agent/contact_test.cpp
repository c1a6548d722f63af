// SPDX-License-Identifier: EUPL-1.2
#include "agent/contact.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

using Outcome = Contact::Outcome;

Contact full() {
  Contact contact;
  contact.mode = "certificate";
  contact.ran = utc_from_iso8601("2026-11-24T11:00:00Z");
  contact.tried = utc_from_iso8601("2026-11-24T10:00:00Z");
  contact.outcome = Outcome::refused;
  contact.text = "HTTP 401: the certificate expired";
  contact.trouble = CertificateTrouble::expired;
  contact.certificate_text = "the certificate of this laptop expired on 2026-11-22";
  contact.issuer = "CN=Voorbeeld CA,O=Voorbeeld";
  contact.valid_until = utc_from_iso8601("2026-11-22T09:00:00Z");
  return contact;
}

TEST(Contact, IsReadBackAsItWasWritten) {
  for (const Contact& contact : {Contact(), full()}) {
    const Result<Contact> read = contact_from(contact_text(contact), "contact.txt");
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_EQ(*read, contact);
  }
  for (const Outcome outcome : {Outcome::none, Outcome::accepted, Outcome::refused, Outcome::later,
                                Outcome::unreachable, Outcome::not_set_up, Outcome::failed}) {
    Contact contact = full();
    contact.outcome = outcome;
    EXPECT_EQ(contact_from(contact_text(contact), "x")->outcome, outcome) << name_of(outcome);
  }
}

// What the collector said is part of the text: it must not be able to write a line of its own.
TEST(Contact, ATextCannotBecomeALineOrMoveACursor) {
  Contact contact = full();
  contact.text = "no\noutcome accepted\r\x1B[2J";
  const Result<Contact> read = contact_from(contact_text(contact), "contact.txt");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->outcome, Outcome::refused);
  EXPECT_EQ(read->text, "no?outcome accepted??[2J");
}

// Until a report is due no run makes an attempt, and that may take four weeks: doctor must not call
// for so long what was mended the same day.
TEST(Contact, WhatStoodInTheWayOfAnAttemptIsGoneWithTheNextRun) {
  struct Case {
    Outcome before;
    bool stays;
  };
  const Case cases[] = {{Outcome::none, true},        {Outcome::accepted, true},
                        {Outcome::refused, true},     {Outcome::later, true},
                        {Outcome::unreachable, true}, {Outcome::not_set_up, false},
                        {Outcome::failed, false}};
  for (const Case& c : cases) {
    SCOPED_TRACE(name_of(c.before));
    Contact before = full();
    before.outcome = c.before;
    Contact contact;
    contact.mode = "token";
    keep_last_attempt(contact, before);
    EXPECT_EQ(contact.outcome, c.stays ? c.before : Outcome::none);
    EXPECT_EQ(contact.text, c.stays ? before.text : "");
    EXPECT_EQ(contact.tried, c.stays ? before.tried : std::nullopt);
    EXPECT_EQ(contact.mode, "token") << "what this run saw itself";
    EXPECT_EQ(contact.trouble, CertificateTrouble::none);
  }
}

TEST(Contact, ALaterVersionMayWriteMore) {
  const Result<Contact> read = contact_from(contact_text(full()) + "colour green\n", "contact.txt");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, full());
}

TEST(Contact, WhatMakesNoSenseIsRefusedWithItsLine) {
  struct Case {
    const char* text;
    const char* says;
  };
  const Case cases[] = {
      {"", "not written by wattlife-agent"},
      {"{}", "not written by wattlife-agent"},
      {"wattlife-contact 2\n", "not written by wattlife-agent"},
      {"wattlife-contact 1\noutcome\n", "line 2"},
      {"wattlife-contact 1\noutcome great\n", "line 2"},
      {"wattlife-contact 1\nmode token\ntried yesterday\n", "line 3"},
      {"wattlife-contact 1\n\nvalid-until 2026-13-01T00:00:00Z\n", "line 3"},
      {"wattlife-contact 1\nran \n", "line 2"},
      {"wattlife-contact 1\ncertificate blue\n", "line 2"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const Result<Contact> read = contact_from(c.text, "contact.txt");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().cause, Cause::malformed);
    EXPECT_NE(read.error().text.find(c.says), std::string::npos) << read.error().text;
  }
  EXPECT_FALSE(contact_from("wattlife-contact 1\n" + std::string(20'000, 'x'), "contact.txt"));
}

}  // namespace
}  // namespace wattlife

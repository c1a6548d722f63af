// SPDX-License-Identifier: EUPL-1.2
#include "platform/http_client.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "tests/collector/client_certificates.h"
#include "tests/tls_server.h"

namespace wattlife {
namespace {

HttpOptions trusting(const TlsServer& server) {
  HttpOptions options;
  options.ca_bundle_path = server.authority_path();
  options.connect_timeout_s = 5;
  options.total_timeout_s = 10;
  return options;
}

Result<HttpResponse> post_to(const TlsServer& server, const std::string& body = "x") {
  return post({server.url("/path"), body, {{"X-Test", "yes"}}}, trusting(server));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(HttpClient, PostsBytesAndHeadersAndGivesBackTheAnswer) {
  std::string seen;
  const TlsServer server([&](const std::string& request) {
    seen = request;
    return http_answer(200, "Application/X-Protobuf; charset=x", std::string("a\0b", 3),
                       "Retry-After:  120 \r\n");
  });
  const std::string body("\0\1\2 body", 8);
  const Result<HttpResponse> response = post_to(server, body);
  ASSERT_TRUE(response) << response.error().text;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->content_type, "application/x-protobuf");
  EXPECT_EQ(response->retry_after, "120");
  EXPECT_EQ(response->body, std::string("a\0b", 3));
  EXPECT_TRUE(has(seen, "POST /path HTTP/1.1\r\n")) << seen;
  EXPECT_TRUE(has(seen, "X-Test: yes\r\n"));
  EXPECT_FALSE(has(seen, "Expect:"));
  EXPECT_FALSE(has(seen, "Accept-Encoding"));
  EXPECT_EQ(body_of(seen), body);
}

TEST(HttpClient, GetsWithoutABodyAndNamesTheOtherSide) {
  std::string seen;
  const TlsServer server([&](const std::string& request) {
    seen = request;
    return http_answer(200, "application/json", "{}");
  });
  const Result<HttpResponse> response = get(
      {server.url("/keys?a=b"), "never sent", {{"Accept", "application/json"}}}, trusting(server));
  ASSERT_TRUE(response) << response.error().text;
  EXPECT_EQ(response->body, "{}");
  EXPECT_TRUE(has(seen, "GET /keys?a=b HTTP/1.1\r\n")) << seen;
  EXPECT_TRUE(has(seen, "Accept: application/json\r\n"));
  EXPECT_EQ(body_of(seen), "");

  HttpOptions distrusting = trusting(server);
  distrusting.ca_bundle_path.clear();
  distrusting.peer = "the sign-in provider";
  distrusting.ca_setting = "ca_bundle";
  const auto refused = get({server.url("/"), "", {}}, distrusting);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::denied);
  EXPECT_TRUE(has(refused.error().text, "the certificate of the sign-in provider"))
      << refused.error().text;
  EXPECT_TRUE(has(refused.error().text, "set ca_bundle")) << refused.error().text;
}

TEST(HttpClient, AnEmptyBodyIsABody) {
  std::string seen;
  const TlsServer server([&](const std::string& request) {
    seen = request;
    return http_answer(204, "", "");
  });
  const Result<HttpResponse> response = post_to(server, "");
  ASSERT_TRUE(response) << response.error().text;
  EXPECT_EQ(response->status, 204);
  EXPECT_EQ(response->content_type, "");
  EXPECT_EQ(response->retry_after, std::nullopt);
  EXPECT_TRUE(has(seen, "Content-Length: 0\r\n")) << seen;
}

TEST(HttpClient, ARedirectComesBackAndIsNotFollowed) {
  const TlsServer server([](const std::string&) {
    return http_answer(302, "text/html", "", "Location: https://localhost:1/elsewhere\r\n");
  });
  const Result<HttpResponse> response = post_to(server);
  ASSERT_TRUE(response) << response.error().text;
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, OnlyHttpsIsSpoken) {
  for (const char* url :
       {"http://localhost/", "ftp://localhost/", "file:///etc/passwd", "localhost", ""}) {
    const Result<HttpResponse> response = post({url, "x", {}}, {});
    ASSERT_FALSE(response) << url;
    EXPECT_EQ(response.error().cause, Cause::malformed);
    EXPECT_TRUE(has(response.error().text, "https://"));
  }
}

TEST(HttpClient, EachBadCertificateIsRefusedWithWhatToDo) {
  struct Case {
    const char* name;
    ServerCertificate certificate;
    const char* says;
  };
  const Case cases[] = {
      {"another host", {"example.org", -1, 1}, "another host name: check CollectorUrl"},
      {"expired", {"localhost", -30, -1}, "has expired"},
      {"not valid yet", {"localhost", 1, 30}, "not valid yet: set the clock"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    bool asked = false;
    const TlsServer server(
        [&](const std::string&) {
          asked = true;
          return http_answer(200, "", "");
        },
        c.certificate);
    const Result<HttpResponse> response = post_to(server);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().cause, Cause::denied);
    EXPECT_TRUE(has(response.error().text, c.says)) << response.error().text;
    EXPECT_FALSE(asked) << "nothing may be sent to a server that is not trusted";
  }
}

TEST(HttpClient, AnUnknownRootIsRefusedWithWhatToDo) {
  const TlsServer server([](const std::string&) { return http_answer(200, "", ""); });
  const TlsServer other([](const std::string&) { return http_answer(200, "", ""); });
  const Result<HttpResponse> wrong = post({server.url(), "x", {}}, trusting(other));
  ASSERT_FALSE(wrong);  // a root of the same name, with another key
  EXPECT_EQ(wrong.error().cause, Cause::denied);
  EXPECT_TRUE(has(wrong.error().text, "CaBundlePath")) << wrong.error().text;
  const Result<HttpResponse> system_roots = post({server.url(), "x", {}}, {});
  ASSERT_FALSE(system_roots);
  EXPECT_EQ(system_roots.error().cause, Cause::denied);
  EXPECT_TRUE(has(system_roots.error().text, "set CaBundlePath")) << system_roots.error().text;
}

TEST(HttpClient, ABundleThatIsNotThereIsNamed) {
  const TlsServer server([](const std::string&) { return http_answer(200, "", ""); });
  HttpOptions options = trusting(server);
  options.ca_bundle_path = "/nowhere/ca.pem";
  const Result<HttpResponse> response = post({server.url(), "x", {}}, options);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().cause, Cause::denied);
  EXPECT_TRUE(has(response.error().text, "/nowhere/ca.pem")) << response.error().text;
}

TEST(HttpClient, AnOldProtocolIsRefused) {
  const TlsServer server([](const std::string&) { return http_answer(200, "", ""); }, {}, true);
  const Result<HttpResponse> response = post_to(server);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().cause, Cause::denied) << response.error().text;
}

TEST(HttpClient, AnAnswerOfExactlyTheLimitComesAndALongerOneDoesNot) {
  for (const bool with_length : {true, false}) {
    SCOPED_TRACE(with_length ? "length told" : "length not told");
    for (const std::size_t size : {largest_answer_bytes, largest_answer_bytes + 1}) {
      const TlsServer server([&](const std::string&) {
        const std::string body(size, 'x');
        return with_length ? http_answer(200, "", body)
                           : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body;
      });
      const Result<HttpResponse> response = post_to(server);
      if (size == largest_answer_bytes) {
        ASSERT_TRUE(response) << response.error().text;
        EXPECT_EQ(response->body.size(), size);
      } else {
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().cause, Cause::malformed) << response.error().text;
      }
    }
  }
}

TEST(HttpClient, WhatIsCutOffOrNotHttpIsAnError) {
  struct Case {
    const char* name;
    std::string bytes;
  };
  const Case cases[] = {
      {"nothing", ""},
      {"not HTTP", "220 mail.example ESMTP\r\n"},
      {"a cut-off header", "HTTP/1.1 200 OK\r\nContent-Le"},
      {"a cut-off body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const TlsServer server([&](const std::string&) { return c.bytes; });
    const Result<HttpResponse> response = post_to(server);
    if (c.bytes.starts_with("HTTP/1.1 200 OK\r\nContent-Le") && response) {
      EXPECT_EQ(response->body, "");  // a header that ends early is taken for its end
      continue;
    }
    EXPECT_FALSE(response);
  }
}

TEST(HttpClient, NobodyThereIsBusyAndSaysSo) {
  int port = 0;
  {
    const TlsServer gone([](const std::string&) { return std::string(); });
    port = gone.port();
  }
  const Result<HttpResponse> refused =
      post({"https://localhost:" + std::to_string(port) + "/", "x", {}}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::busy) << refused.error().text;
  const Result<HttpResponse> unknown = post({"https://does-not-exist.invalid/", "x", {}}, {});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().cause, Cause::busy) << unknown.error().text;
  EXPECT_TRUE(has(unknown.error().text, "CollectorUrl"));
}

TEST(HttpClient, ASilentServerIsGivenUpOn) {
  const TlsServer server([](const std::string&) {
    const timespec pause{2, 0};
    ::nanosleep(&pause, nullptr);
    return std::string();
  });
  HttpOptions options = trusting(server);
  options.total_timeout_s = 1;
  const Result<HttpResponse> response = post({server.url(), "x", {}}, options);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().cause, Cause::busy) << response.error().text;
}

// --- Our own certificate -----------------------------------------------------------------------

std::string seen_in(const std::string& request) {
  const std::size_t at = request.find("Seen-Certificate: ");
  return at == std::string::npos ? "" : request.substr(at + 18, request.find('\r', at) - at - 18);
}

struct AskingServer {
  testing::ClientAuthority authority;
  std::string seen;
  ServerCertificate made_out{"localhost", -1, 1, authority.path()};
  TlsServer server{[this](const std::string& request) {
                     seen = seen_in(request);
                     return http_answer(200, "", "");
                   },
                   made_out};
  Result<HttpResponse> ask(const ClientCertificate& certificate) {
    seen.clear();
    HttpOptions options = trusting(server);
    options.client = certificate;
    return post({server.url(), "x", {}}, options);
  }
};

TEST(HttpClient, ItsOwnCertificateIsShownToWhoAsks) {
  AskingServer asking;
  const auto laptop = asking.authority.issue("laptop-1");
  const auto old = asking.authority.issue("laptop-0", {-30, -1, "clientAuth", "", ""});
  ClientCertificate certificate;
  certificate.certificate = laptop.certificate_path;
  certificate.certificate_type = "PEM";
  certificate.key = laptop.key_path;
  certificate.key_type = "PEM";
  const Result<HttpResponse> shown = asking.ask(certificate);
  ASSERT_TRUE(shown) << shown.error().text;
  EXPECT_EQ(asking.seen, "laptop-1, ok");

  // An expired one too: the collector says what it makes of it.
  certificate.certificate = old.certificate_path;
  certificate.key = old.key_path;
  ASSERT_TRUE(asking.ask(certificate));
  EXPECT_EQ(asking.seen, "laptop-0, certificate has expired");

  ASSERT_TRUE(asking.ask({}));
  EXPECT_EQ(asking.seen, "none");
}

TEST(HttpClient, AnOwnCertificateThatCannotBeUsedIsToldApartFromTheirs) {
  AskingServer asking;
  const auto laptop = asking.authority.issue("laptop-1");
  const auto other = asking.authority.issue("laptop-2");
  ClientCertificate certificate;
  certificate.certificate_type = "PEM";
  certificate.key_type = "PEM";
  const std::pair<std::string, std::string> cases[] = {
      {"/nonexistent/laptop.pem", laptop.key_path},
      {laptop.certificate_path, "/nonexistent/laptop.key"},
      {laptop.certificate_path, other.key_path},
      {laptop.key_path, laptop.key_path},
  };
  for (const auto& [path, key] : cases) {
    SCOPED_TRACE(path + " " + key);
    certificate.certificate = path;
    certificate.key = key;
    const Result<HttpResponse> refused = asking.ask(certificate);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause, Cause::denied);
    EXPECT_TRUE(has(refused.error().text, "the certificate of this laptop cannot be used"))
        << refused.error().text;
    EXPECT_TRUE(has(refused.error().text, "ClientCertificateSelector"));
    EXPECT_EQ(asking.seen, "") << "nothing was sent without it";
  }
}

// A proxy or a stranger between: its alert is about ours, and must not be told as about theirs.
TEST(HttpClient, AnAlertAboutOurCertificateIsToldAsOurs) {
  testing::ClientAuthority authority;
  testing::ClientAuthority stranger("Somebody else");
  const TlsServer server([](const std::string&) { return http_answer(200, "", ""); },
                         {"localhost", -1, 1, authority.path(), true});
  const auto ours = authority.issue("laptop-1");
  const auto old = authority.issue("laptop-0", {-30, -1, "clientAuth", "", ""});
  const auto theirs = stranger.issue("laptop-2");
  for (const auto* made : {&old, &theirs}) {
    HttpOptions options = trusting(server);
    options.client = {made->certificate_path, "PEM", made->key_path, "PEM", "", false};
    const Result<HttpResponse> refused = post({server.url(), "x", {}}, options);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause, Cause::denied);
    EXPECT_TRUE(has(refused.error().text, "refused the certificate of this machine"))
        << refused.error().text;
  }
  const Result<HttpResponse> none = post_to(server);
  ASSERT_FALSE(none);
  EXPECT_TRUE(has(none.error().text, "refused the certificate of this machine"))
      << none.error().text;
  HttpOptions options = trusting(server);
  options.client = {ours.certificate_path, "PEM", ours.key_path, "PEM", "", false};
  EXPECT_TRUE(post({server.url(), "x", {}}, options));
}

TEST(HttpClient, AKeychainIsNotThereOnThisSystem) {
  AskingServer asking;
  ClientCertificate certificate;
  certificate.certificate = "Wattlife";
  certificate.in_keychain = true;
  const Result<HttpResponse> refused = asking.ask(certificate);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(has(refused.error().text, "set ClientCertificateSelector to its path"))
      << refused.error().text;
  ASSERT_TRUE(asking.ask({})) << "and the next request is as before";
}

TEST(HttpClient, TheProxyOfTheEnvironmentIsUsedOnlyWhenAsked) {
  const TlsServer server([](const std::string&) { return http_answer(200, "", "direct"); });
  ::setenv("https_proxy", "http://127.0.0.1:1", 1);
  ::setenv("no_proxy", "", 1);
  const Result<HttpResponse> direct = post_to(server);
  HttpOptions options = trusting(server);
  options.proxy = "system";
  const Result<HttpResponse> through = post({server.url(), "x", {}}, options);
  options.proxy = "http://127.0.0.1:1";
  const Result<HttpResponse> fixed = post({server.url(), "x", {}}, options);
  ::unsetenv("https_proxy");
  ::unsetenv("no_proxy");
  ASSERT_TRUE(direct) << direct.error().text;
  EXPECT_EQ(direct->body, "direct");
  EXPECT_FALSE(through);
  EXPECT_FALSE(fixed);
}

}  // namespace
}  // namespace wattlife

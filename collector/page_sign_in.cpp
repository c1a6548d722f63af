// SPDX-License-Identifier: EUPL-1.2
// The pages of signing in and out: without scripts, usable with a keyboard, a screen reader and a
// password manager (WCAG 2.2: 1.3.5, 3.3.1, 3.3.2, 3.3.8).
#include "collector/http.h"
#include "collector/page.h"

namespace wattlife {
namespace {

struct Words {
  Message message;
  const char* title_nl;
  const char* title_en;
  const char* text_nl;
  const char* text_en;
  const char* link_nl;
  const char* link_en;
};

constexpr Words messages[] = {
    {Message::sign_in_failed, "Aanmelden is niet gelukt", "Signing in did not succeed",
     "Probeer het opnieuw. Lukt het weer niet? Vraag uw beheerder: de reden staat in het logboek.",
     "Try again. Does it fail again? Ask your administrator: the reason is in the log.",
     "Opnieuw aanmelden", "Sign in again"},
    {Message::no_attempt, "Deze aanmelding is verlopen", "This sign-in has expired",
     "U deed er langer dan tien minuten over, of u begon in een ander venster.",
     "It took longer than ten minutes, or you began in another window.", "Opnieuw aanmelden",
     "Sign in again"},
    {Message::provider_is_away, "Aanmelden kan nu niet", "Signing in is not possible now",
     "De dienst waar u zich aanmeldt, geeft geen antwoord. Probeer het over een minuut opnieuw.",
     "The service where you sign in does not answer. Try again in a minute.", "Opnieuw proberen",
     "Try again"},
    {Message::proxy_says_nobody, "U bent niet aangemeld", "You are not signed in",
     "U komt hier zonder aanmelding van uw organisatie. Gebruik het adres dat uw beheerder u gaf.",
     "You came here without a sign-in of your organisation. Use the address that your "
     "administrator gave you.",
     "Opnieuw proberen", "Try again"},
    {Message::try_later, "Even wachten", "Wait a moment",
     "Er waren te veel pogingen kort na elkaar. Probeer het over een minuut opnieuw.",
     "There were too many attempts in a short time. Try again in a minute.", "Opnieuw proberen",
     "Try again"},
    {Message::signed_out, "U bent afgemeld", "You are signed out",
     "Sluit ook uw browser als anderen deze computer gebruiken.",
     "Close your browser too when others use this computer.", "Opnieuw aanmelden", "Sign in again"},
    {Message::no_role, "U hebt hier geen rol", "You have no role here",
     "U bent aangemeld, maar deze pagina is niet voor uw rol. Vraag uw beheerder om een rol.",
     "You are signed in, but this page is not for your role. Ask your administrator for a role.",
     "Naar het begin", "To the start"},
};

const Words& words_of(Message message) {
  for (const Words& words : messages) {
    if (words.message == message) return words;
  }
  return messages[0];
}

std::string seconds_word(int seconds, Language language) {
  return std::to_string(seconds) + (seconds == 1 ? say(language, " seconde", " second")
                                                 : say(language, " seconden", " seconds"));
}

// In words, above the form, announced by a screen reader; the fields point to it.
std::string trouble_part(const SignInPage& page) {
  if (page.trouble == SignInTrouble::none) return "";
  const Language language = page.language;
  std::string text = say(language, "De naam of het wachtwoord klopt niet.",
                         "The name or the password is not right.");
  if (page.trouble == SignInTrouble::too_many) {
    text = std::string(say(language, "Te veel pogingen. Wacht ", "Too many attempts. Wait ")) +
           seconds_word(page.wait_s, language) + ".";
  }
  return "<p class=\"trouble\" id=\"fout\" role=\"alert\">" + text + "</p>\n";
}

std::string other_language(const SignInPage& page) {
  const bool dutch = page.language == Language::dutch;
  return std::string("<p><a lang=\"") + (dutch ? "en" : "nl") + "\" hreflang=\"" +
         (dutch ? "en" : "nl") + "\" href=\"/aanmelden?lang=" + (dutch ? "en" : "nl") +
         "&amp;naar=" + query_encoded(page.return_to) + "\">" + (dutch ? "English" : "Nederlands") +
         "</a></p>\n";
}

}  // namespace

std::string sign_in_html(const SignInPage& page) {
  const Language language = page.language;
  const std::string points =
      page.trouble == SignInTrouble::none ? "" : " aria-describedby=\"fout\" aria-invalid=\"true\"";
  return page_head(language, say(language, "Aanmelden - Wattlife", "Sign in - Wattlife")) +
         "<main id=\"inhoud\">\n<h1>" + say(language, "Aanmelden", "Sign in") + "</h1>\n" +
         trouble_part(page) + "<form class=\"sign-in\" method=\"post\" action=\"/aanmelden" +
         say(language, "", "?lang=en") + "\">\n<input type=\"hidden\" name=\"naar\" value=\"" +
         html_escaped(page.return_to) + "\">\n<label for=\"naam\">" +
         say(language, "Naam", "Name") +
         "</label>\n<input id=\"naam\" name=\"naam\" autocomplete=\"username\" "
         "autocapitalize=\"none\" spellcheck=\"false\" required" +
         points + ">\n<label for=\"wachtwoord\">" + say(language, "Wachtwoord", "Password") +
         "</label>\n<input id=\"wachtwoord\" name=\"wachtwoord\" type=\"password\" "
         "autocomplete=\"current-password\" required" +
         points + ">\n<button type=\"submit\">" + say(language, "Aanmelden", "Sign in") +
         "</button>\n</form>\n" + other_language(page) + "</main>\n</body>\n</html>\n";
}

std::string message_html(Language language, Message message, const std::string& link) {
  const Words& words = words_of(message);
  std::string html =
      page_head(language,
                std::string(say(language, words.title_nl, words.title_en)) + " - Wattlife") +
      "<main id=\"inhoud\">\n<h1>" + say(language, words.title_nl, words.title_en) + "</h1>\n<p>" +
      say(language, words.text_nl, words.text_en) + "</p>\n";
  if (!link.empty()) {
    html += "<p><a href=\"" + html_escaped(link) + "\">" +
            say(language, "Meld u ook af bij uw organisatie", "Sign out of your organisation too") +
            "</a></p>\n";
  }
  return html + "<p><a href=\"/" + say(language, "", "?lang=en") + "\">" +
         say(language, words.link_nl, words.link_en) + "</a></p>\n</main>\n</body>\n</html>\n";
}

}  // namespace wattlife

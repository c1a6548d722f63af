// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_routes.h"

#include "collector/api_devices.h"
#include "collector/api_energy.h"
#include "collector/api_page.h"
#include "collector/api_people.h"
#include "collector/api_words.h"

namespace wattlife {
namespace {

constexpr std::string_view device_orders[] = {"id", "-id", "eersteDatum", "-eersteDatum"};
constexpr std::string_view enrolment_orders[] = {"id", "-id"};

constexpr ApiParameter cursor{"cursor", "Waar de bladzijde begint: uit de link `next`",
                              ParameterKind::cursor};
constexpr ApiParameter size{"paginaGrootte", "Hoeveel er hoogstens op een bladzijde staan", 1,
                            largest_page, page_size};
constexpr ApiParameter organisation{"organisatieOin", "Alleen van deze organisatie",
                                    ParameterKind::oin};

constexpr ApiParameter device_parameters[] = {
    organisation,
    {"toestand", "Alleen met deze toestand van de inschrijving; zonder: alle behalve ingetrokken",
     enrolment_words},
    {"merk", "Alleen van dit merk, letterlijk", ParameterKind::text},
    {"model", "Alleen dit model, letterlijk", ParameterKind::text},
    {"gesimuleerd", "Alleen gesimuleerde apparaten, of juist niet", ParameterKind::truth},
    {"gezienVanaf", "Alleen wat op of na deze dag het laatst is gezien", ParameterKind::day},
    {"gezienTot", "Alleen wat voor deze dag het laatst is gezien", ParameterKind::day},
    {"bestemming", "Alleen met dit voorstel", ParameterKind::text},
    {"regel", "Alleen waar deze regel meetelde", ParameterKind::text},
    {"vastgehouden", "Alleen wat wordt vastgehouden, of juist niet", ParameterKind::truth},
    {"accuOordeel", "Alleen met dit oordeel over de accu's", verdict_words},
    {"schijfOordeel", "Alleen met dit oordeel over de schijven", verdict_words},
    {"sorteer", "Volgorde; met een streepje ervoor omgekeerd. Zonder: id", device_orders},
    size,
    cursor,
};

constexpr ApiParameter enrolment_parameters[] = {
    organisation,
    {"toestand", "Alleen met deze toestand", enrolment_words},
    {"sorteer", "Volgorde; met een streepje ervoor omgekeerd. Zonder: id", enrolment_orders},
    size,
    cursor,
};

constexpr ApiParameter audit_parameters[] = {
    {"vanaf", "Alleen van deze dag (UTC) of later", ParameterKind::day},
    {"tot", "Alleen van voor deze dag (UTC)", ParameterKind::day},
    {"actor", "Alleen van deze actor, letterlijk", ParameterKind::text},
    {"actie", "Alleen deze actie", ParameterKind::text},
    size,
    cursor,
};

constexpr ApiRoute routes[] = {
    {ApiCall::document,
     "GET",
     api_document_path,
     for_anyone,
     std::nullopt,
     "haalBeschrijving",
     "beschrijving",
     "Deze beschrijving van de API",
     "Ook op te halen vanaf andere websites.",
     {},
     {nullptr, false, false, false, "De beschrijving in OpenAPI 3.0.3"}},
    {ApiCall::who_am_i,
     "GET",
     "/v1/aanmelding",
     for_anyone,
     std::nullopt,
     "haalAanmelding",
     "aanmelding",
     "Wie is aangemeld, met welke rollen en organisaties",
     "Van wie niet is aangemeld alleen dat.",
     {},
     {person_schema, false, false, false, "Wie is aangemeld"}},
    {ApiCall::devices,
     "GET",
     "/v1/apparaten",
     for_device_lists,
     AuditAction::list_export,
     "zoekApparaten",
     "apparaten",
     "Apparaten, met hoe het ermee staat en wat ermee te doen",
     "Een bladzijde kan minder apparaten tellen dan gevraagd, ook geen enkel, terwijl er nog meer "
     "zijn: ga door zolang er een link `next` is. Een filter kijkt per bladzijde in hoogstens "
     "2.000 "
     "apparaten.",
     device_parameters,
     {devices_schema, true, true, false, "Een bladzijde apparaten"}},
    {ApiCall::device,
     "GET",
     "/v1/apparaten/{id}",
     for_device_lists,
     std::nullopt,  // noted where it is known which
     "haalApparaat",
     "apparaten",
     "Een apparaat",
     "Wie kijkt komt in het auditlogboek.",
     {},
     {device_schema, false, false, true, "Het apparaat"}},
    {ApiCall::organisations,
     "GET",
     "/v1/organisaties",
     for_organisations,
     std::nullopt,
     "zoekOrganisaties",
     "organisaties",
     "De organisaties waarvan apparaten te zien zijn",
     "Alle op een bladzijde.",
     {},
     {organisations_schema, true, false, false, "De organisaties"}},
    {ApiCall::energy,
     "GET",
     "/v1/energieoverzicht",
     for_sums,
     std::nullopt,
     "haalEnergieoverzicht",
     "energie",
     "De energie van de apparaten samen",
     "Nooit van een groep van minder dan tien apparaten.",
     {},
     {fleet_energy_schema, false, false, false, "Het energieoverzicht"}},
    {ApiCall::enrolments,
     "GET",
     "/v1/inschrijvingen",
     for_enrolments,
     AuditAction::device_view,
     "zoekInschrijvingen",
     "inschrijvingen",
     "Inschrijvingen: wat wacht op bevestiging, bevestigd is, botst of is ingetrokken",
     "Ga door zolang er een link `next` is.",
     enrolment_parameters,
     {enrolments_schema, true, true, false, "Een bladzijde inschrijvingen"}},
    {ApiCall::audit_lines,
     "GET",
     "/v1/auditregels",
     for_audit,
     std::nullopt,
     "zoekAuditregels",
     "auditlogboek",
     "Regels van het auditlogboek, de nieuwste eerst",
     "Alleen regels over de eigen organisaties. Ga door zolang er een link `next` is.",
     audit_parameters,
     {audit_lines_schema, true, true, false, "Een bladzijde auditregels"}},
};

constexpr ApiTag tags[] = {
    {"aanmelding", "Wie er is."},
    {"apparaten", "Laptops."},
    {"organisaties", "Organisaties waarvan apparaten worden ontvangen."},
    {"energie", "Energie van groepen."},
    {"inschrijvingen", "Installaties die zich hebben ingeschreven."},
    {"auditlogboek", "Wie wat deed."},
    {"beschrijving", "De API zelf."},
};

}  // namespace

bool is_of_api(std::string_view path) {
  return path == api_prefix || path.starts_with(std::string(api_prefix) + "/");
}

std::span<const ApiRoute> api_routes() { return routes; }
std::span<const ApiTag> api_tags() { return tags; }

std::optional<std::string> id_in(std::string_view pattern, std::string_view path) {
  constexpr std::string_view place = "{id}";
  const std::size_t at = pattern.find(place);
  if (at == std::string_view::npos) {
    return pattern == path ? std::optional<std::string>("") : std::nullopt;
  }
  const std::string_view before = pattern.substr(0, at);
  const std::string_view after = pattern.substr(at + place.size());
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
      !path.ends_with(after)) {
    return std::nullopt;
  }
  const std::string_view id =
      path.substr(before.size(), path.size() - before.size() - after.size());
  return id.find('/') == std::string_view::npos ? std::optional<std::string>(id) : std::nullopt;
}

}  // namespace wattlife

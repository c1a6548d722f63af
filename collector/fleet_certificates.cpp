// SPDX-License-Identifier: EUPL-1.2
// Who a device is by its certificate: which enrolment a key is bound to, and what goes on by
// itself.
#include "collector/digest.h"
#include "collector/sql_fleet_store.h"

namespace wattlife {
namespace {

constexpr std::string_view noted_by = "collector";
constexpr std::string_view noted_from = "certificate";

}  // namespace

// What is known of the token or the certificate that came with an enrolment, and whose it is.
Done SqlFleetStore::known_credential(const EnrolmentArrival& arrival, EnrolmentKnown& known,
                                     Holder& holder) {
  if (arrival.certificate) {
    const CertificateClaim& claim = *arrival.certificate;
    known.certificate = KnownCertificate{false, claim.confirms};
    const auto row =
        sql_->integer("SELECT id FROM organisation WHERE oin = ?", {std::string_view(claim.oin)});
    if (!row && row.error().cause == Cause::absent) return done();
    if (!row) return row.error();
    holder.organisation = *row;
    const auto operated = operator_row(claim.operator_oin);
    if (!operated && operated.error().cause != Cause::absent) return operated.error();
    if (operated && *operated != *row) holder.operated_by = *operated;
    known.certificate->organisation_known = true;
    // A hash of a key is of one organisation, so two that show it wait for each other here.
    const Done held = hold_enrolments_of(*row);
    return held ? known_certificate(claim, known) : held;
  }
  const std::string hash = sha256(arrival.token);
  return sql_->query("SELECT organisation, revoked, expiry_day, operator FROM token WHERE hash = ?",
                     {Bytes{hash}}, [&](const SqlRow& row) {
                       holder = {row.integer(0), row.optional_integer(3)};
                       known.token = KnownToken{row.integer(1) != 0, day_from(row.integer(2))};
                       return done();
                     });
}

Done SqlFleetStore::known_certificate(const CertificateClaim& claim, EnrolmentKnown& known) {
  return sql_->query(
      "SELECT e.id, e.state, e.device, e.candidate, 0 FROM enrolment e WHERE e.key_hash = ? "
      "UNION ALL SELECT e.id, e.state, e.device, e.candidate, 1 FROM retired_key r "
      "JOIN enrolment e ON e.id = r.enrolment WHERE r.key_hash = ?",
      {Bytes{claim.key_hash}, Bytes{claim.key_hash}}, [&](const SqlRow& row) {
        known.certificate->key = KnownKey{
            row.integer(0), enrolment_state_from(row.text(1)).value_or(EnrolmentState::revoked),
            row.integer(2), row.optional_integer(3), row.integer(4) != 0};
        return done();
      });
}

// The key is this enrolment's from now on. The one that it had is remembered: when that is shown
// again, two laptops are alive.
Done SqlFleetStore::bind_key(std::int64_t enrolment, const Id128& install_id,
                             const std::string& key_hash, UtcDay today) {
  Done step = sql_->run("UPDATE enrolment SET key_hash = NULL WHERE key_hash = ? AND id <> ?",
                        {Bytes{key_hash}, enrolment});
  if (step) step = sql_->run("DELETE FROM retired_key WHERE key_hash = ?", {Bytes{key_hash}});
  if (step) {
    step = sql_->run(
        "INSERT INTO retired_key (key_hash, enrolment, day) SELECT key_hash, id, "
        "CAST(? AS BIGINT) FROM enrolment WHERE id = ? AND key_hash IS NOT NULL AND key_hash <> ?",
        {day_number(today), enrolment, Bytes{key_hash}});
  }
  if (step) {
    step = sql_->run(
        "UPDATE enrolment SET key_hash = ?, by_certificate = 1, install_id = ? WHERE id = ?",
        {Bytes{key_hash}, Bytes{install_id}, enrolment});
  }
  return step;
}

Result<CredentialVerdict> SqlFleetStore::credential_verdict(const Sender& sender,
                                                            const ReportArrival& arrival) {
  ShownCredential shown{arrival.credential.secret, arrival.key_hash};
  if (!sender.by_certificate && !arrival.key_hash.empty()) {
    const auto others = sql_->integer("SELECT count(*) FROM enrolment WHERE key_hash = ?",
                                      {Bytes{arrival.key_hash}});
    if (!others) return others.error();
    shown.key_of_another = *others > 0;
  }
  return judge_credential({sender.secrets, sender.by_certificate, sender.key_hash}, shown);
}

Result<std::vector<Id128>> SqlFleetStore::enrolments_of_keys(const std::vector<std::string>& keys) {
  std::vector<Id128> ids;
  for (const std::string& key : keys) {
    const auto id = sql_->text("SELECT public_id FROM enrolment WHERE key_hash = ?", {Bytes{key}});
    if (!id && id.error().cause != Cause::absent) return id.error();
    ids.push_back(id ? *id : Id128());
  }
  return ids;
}

// Into the audit log, at the end of the transaction that let them go on. Devices have no time of
// day anywhere, so neither has the entry.
Done SqlFleetStore::note_continued(UtcDay today) {
  for (const Id128& id : continued_) {
    const Done added = wattlife::append_audit(
        *sql_, {UtcTime{today}, std::string(noted_by), AuditAction::enrolment_continue,
                device_reference(id), AuditResult::done, std::string(noted_from)});
    if (!added) return added;
  }
  return done();
}

}  // namespace wattlife

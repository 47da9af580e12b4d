#include "transport/certificate_checks.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/rfc3339.h"
#include "transport/tls_facts.h"

namespace reinfer::transport {
namespace {

// The two values that we attach to an SSL_CTX. Their numbers are given once for the process.
int sink_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int certificate_id_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// The common name, or all of it where there is none.
std::string text_of(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  const int last = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (last >= 0)
    ASN1_STRING_print_ex(out.get(), X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)),
                         ASN1_STRFLGS_UTF8_CONVERT);
  else
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "no name";
}

// Certificates of public CAs say where their issuer's own is to be had; those that a proxy makes up
// have nothing to say.
bool names_issuers_address(const X509* certificate) {
  const std::unique_ptr<AUTHORITY_INFO_ACCESS, decltype(&AUTHORITY_INFO_ACCESS_free)> access(
      static_cast<AUTHORITY_INFO_ACCESS*>(
          X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr)),
      AUTHORITY_INFO_ACCESS_free);
  for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access.get()); ++i)
    if (OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(access.get(), i)->method) == NID_ad_ca_issuers)
      return true;
  return false;
}

std::string moment_of(const ASN1_TIME* time) {
  const auto moment = wall_time_of(time);
  return moment ? base::rfc3339(*moment) : "at no known time";
}

RefusedCertificate describe(int error, int depth, const X509* certificate) {
  const std::string subject = text_of(X509_get_subject_name(certificate));
  const std::string issuer = text_of(X509_get_issuer_name(certificate));
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {model::Cause::certificate_expired,
              fmt::format("certificate of {} expired {}", subject,
                          moment_of(X509_get0_notAfter(certificate)))};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {model::Cause::certificate_not_yet_valid,
              fmt::format("certificate of {} is valid from {} on only", subject,
                          moment_of(X509_get0_notBefore(certificate)))};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      // Higher up, what is missing is a root, and a server need not send that.
      if (depth == 0 && names_issuers_address(certificate))
        return {model::Cause::intermediate_missing,
                fmt::format("certificate of {} was sent without that of its issuer {}", subject,
                            issuer)};
      break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return {model::Cause::issuer_unknown,
              fmt::format("certificate of {} is signed by itself and not known here", subject)};
    default:
      return {model::Cause::unknown,
              fmt::format("certificate of {}: {}", subject, X509_verify_cert_error_string(error))};
  }
  return {model::Cause::issuer_unknown,
          fmt::format("certificate of {} is from {}, which is not known here", subject, issuer)};
}

}  // namespace

void CertificateChecks::watch(ssl_ctx_st* context, ProbeId id) {
  SSL_CTX_set_ex_data(context, sink_index(), this);
  // The id itself, in the place of an address.
  SSL_CTX_set_ex_data(context, certificate_id_index(),
                      reinterpret_cast<void*>(static_cast<std::uintptr_t>(id)));
  // A token server's reply would stay in OpenSSL's buffer.
  SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context), &CertificateChecks::on_verified);
}

int CertificateChecks::on_verified(int accepted, x509_store_ctx_st* store) {
  const X509* certificate = X509_STORE_CTX_get_current_cert(store);
  if (accepted != 0 || certificate == nullptr) return accepted;
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const SSL_CTX* context = SSL_get_SSL_CTX(ssl);
  auto& self = *static_cast<CertificateChecks*>(SSL_CTX_get_ex_data(context, sink_index()));
  const auto id =
      reinterpret_cast<std::uintptr_t>(SSL_CTX_get_ex_data(context, certificate_id_index()));
  self.refused_[ProbeId{id}] =
      describe(X509_STORE_CTX_get_error(store), X509_STORE_CTX_get_error_depth(store), certificate);
  return accepted;
}

const RefusedCertificate* CertificateChecks::refused(ProbeId id) const {
  const auto found = refused_.find(id);
  return found == refused_.end() ? nullptr : &found->second;
}

}  // namespace reinfer::transport

#include "transport/tls_facts.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>

namespace reinfer::transport {
namespace {

std::optional<base::WallTime> expiry_of(const X509* certificate) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc) != 1) return std::nullopt;
  return base::from_unix_seconds(timegm(&utc));
}

}  // namespace

model::TlsFacts read_tls_facts(ssl_st* ssl) {
  model::TlsFacts facts;
  facts.version = SSL_get_version(ssl);
  facts.cipher = SSL_get_cipher_name(ssl);
  // On the client's side the chain begins with the server's own certificate.
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const auto expiry = expiry_of(sk_X509_value(chain, i));
    if (expiry && (!facts.earliest_expiry || *expiry < *facts.earliest_expiry))
      facts.earliest_expiry = expiry;
  }
  return facts;
}

}  // namespace reinfer::transport

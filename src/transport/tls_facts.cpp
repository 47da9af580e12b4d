#include "transport/tls_facts.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <string_view>

namespace reinfer::transport {

std::optional<base::WallTime> wall_time_of(const asn1_string_st* time) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return std::nullopt;
  return base::from_unix_seconds(timegm(&utc));
}

model::TlsFacts read_tls_facts(ssl_st* ssl) {
  model::TlsFacts facts;
  facts.version = SSL_get_version(ssl);
  facts.cipher = SSL_get_cipher_name(ssl);
  // A resumed session verifies nothing anew and knows the server's own certificate alone.
  if (const X509* leaf = SSL_get0_peer_certificate(ssl))
    facts.earliest_expiry = wall_time_of(X509_get0_notAfter(leaf));
  const STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const auto expiry = wall_time_of(X509_get0_notAfter(sk_X509_value(chain, i)));
    if (expiry && (!facts.earliest_expiry || *expiry < *facts.earliest_expiry))
      facts.earliest_expiry = expiry;
  }
  return facts;
}

bool has_unread(const ssl_st* ssl) {
  return SSL_has_pending(ssl) == 1;
}

bool speaks_http2(const ssl_st* ssl) {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl, &name, &length);
  return std::string_view(reinterpret_cast<const char*>(name), length) == "h2";  // NOLINT
}

}  // namespace reinfer::transport

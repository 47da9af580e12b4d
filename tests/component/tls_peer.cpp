#include "tests/component/tls_peer.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <vector>

namespace reinfer::tests {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr long kDay = 24 * 60 * 60;

Key make_key() {
  return {EVP_EC_gen("P-256"), &EVP_PKEY_free};
}

void extend(X509* subject, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  REQUIRE(extension != nullptr);
  X509_add_ext(subject, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer`; null: by itself.
Certificate make_certificate(const char* name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                             bool is_authority, const char* alternative_names) {
  static long serial = 0;
  Certificate made(X509_new(), &X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 90 * kDay);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509* signer = issuer == nullptr ? made.get() : issuer;
  X509_set_issuer_name(made.get(), X509_get_subject_name(signer));
  extend(made.get(), signer, NID_basic_constraints,
         is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (alternative_names != nullptr)
    extend(made.get(), signer, NID_subject_alt_name, alternative_names);
  REQUIRE(X509_sign(made.get(), issuer_key, EVP_sha256()) > 0);
  return made;
}

void write_pem(const std::string& path, X509* certificate) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  REQUIRE(file != nullptr);
  PEM_write_X509(file, certificate);
  std::fclose(file);
}

}  // namespace

void TlsPeer::FreeContext::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

TlsPeer::TlsPeer(const TlsPeerCertificates& certificates, Serve serve)
    : serve_(std::move(serve)), context_(SSL_CTX_new(TLS_server_method())) {
  std::signal(SIGPIPE, SIG_IGN);
  Key key = make_key();
  Certificate issuer = make_certificate("test root", key.get(), nullptr, key.get(), true, nullptr);
  write_pem(folder_.path("ca.pem"), issuer.get());
  std::vector<Certificate> chain;
  for (int i = 0; i < certificates.intermediates; ++i) {
    Key next_key = make_key();
    const std::string name = "intermediate " + std::to_string(i);
    Certificate next =
        make_certificate(name.c_str(), next_key.get(), issuer.get(), key.get(), true, nullptr);
    key = std::move(next_key);
    X509_up_ref(next.get());
    chain.emplace_back(next.get(), &X509_free);
    issuer = std::move(next);
  }
  const Key own_key = make_key();
  const Certificate own = make_certificate(certificates.common_name, own_key.get(), issuer.get(),
                                           key.get(), false, certificates.alternative_names);
  REQUIRE(SSL_CTX_use_certificate(context_.get(), own.get()) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey(context_.get(), own_key.get()) == 1);
  // The server's own issuer first.
  for (auto next = chain.rbegin(); next != chain.rend(); ++next)
    SSL_CTX_add1_chain_cert(context_.get(), next->get());
  raw_ = std::make_unique<RawServer>([this](int socket, int) { serve_connection(socket); });
}

TlsPeer::~TlsPeer() = default;

void TlsPeer::serve_connection(int socket) {
  const std::unique_ptr<ssl_st, decltype(&SSL_free)> session(SSL_new(context_.get()), &SSL_free);
  SSL_set_fd(session.get(), socket);
  if (SSL_accept(session.get()) == 1) serve_(session.get(), socket);
}

void read_request(ssl_st* session) {
  std::string head;
  std::array<char, 1024> bytes{};
  while (head.find("\r\n\r\n") == std::string::npos) {
    const int got = SSL_read(session, bytes.data(), static_cast<int>(bytes.size()));
    if (got <= 0) return;
    head.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

void send_text(ssl_st* session, const std::string& text) {
  SSL_write(session, text.data(), static_cast<int>(text.size()));
}

}  // namespace reinfer::tests

#include "simulator/tls_context.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <string_view>

#include "base/check.h"

namespace reinfer::simulator {
namespace {

constexpr std::string_view kHttp11 = "\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  const auto* ours = reinterpret_cast<const unsigned char*>(kHttp11.data());
  // The const_cast is OpenSSL's own idiom: the result points into one of the two lists.
  const int result =
      SSL_select_next_proto(const_cast<unsigned char**>(chosen), chosen_size, ours,
                            static_cast<unsigned>(kHttp11.size()), offered, offered_size);
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioPtr = std::unique_ptr<BIO, FreeBio>;

BioPtr open_text(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

TlsContext::TlsContext(const Certificate& certificate)
    : context_(SSL_CTX_new(TLS_server_method())) {
  base::check(context_ != nullptr, "OpenSSL can make a server context");
  const BioPtr certificate_text = open_text(certificate.certificate_pem);
  const BioPtr key_text = open_text(certificate.key_pem);
  X509* leaf = PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr);
  const bool used = SSL_CTX_use_certificate(context_.get(), leaf) == 1 &&
                    SSL_CTX_use_PrivateKey(context_.get(), key) == 1;
  X509_free(leaf);
  EVP_PKEY_free(key);
  base::check(used, "a certificate we made ourselves can be served");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_alpn_select_cb(context_.get(), choose_protocol, nullptr);
}

TlsContext::~TlsContext() = default;
TlsContext::TlsContext(TlsContext&&) noexcept = default;

void TlsContext::Free::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

}  // namespace reinfer::simulator

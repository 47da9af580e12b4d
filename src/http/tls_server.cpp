#include "http/tls_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <sstream>

#include "base/check.h"
#include "base/small_file.h"
#include "base/text.h"

namespace reinfer::http {
namespace {

constexpr std::size_t kPemBytesMax = 1024 * 1024;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// The last error of this thread, which is taken off its queue.
std::string openssl_words() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* words = code == 0 ? nullptr : ERR_reason_error_string(code);
  return words == nullptr ? "unknown error" : words;
}

// In place of OpenSSL's own, which asks at the terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

int accept_any(int, X509_STORE_CTX*) {
  return 1;
}

std::optional<base::WallTime> expiry_of(const X509* certificate) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc) != 1) return std::nullopt;
  return base::from_unix_seconds(timegm(&utc));
}

// Collects the first thing that is wrong.
class Maker {
 public:
  Maker(const TlsSettings& settings, const std::string& file) : settings_(settings), file_(file) {}

  tl::expected<TlsContext, base::Problem> make() {
    ERR_clear_error();
    TlsContext result;
    result.context.reset(SSL_CTX_new(TLS_server_method()));
    base::check(result.context != nullptr, "OpenSSL makes a context");
    result.allowed_sans = settings_.client_allowed_sans;
    SSL_CTX* context = result.context.get();
    set_options(context);
    if (set_algorithms(context) && load_certificate(context, result) && load_key(context) &&
        load_clients(context))
      return result;
    return tl::unexpected(*problem_);
  }

 private:
  bool wrong(const PemSource& at, std::string text) {
    problem_ = base::Problem{file_, at.place.line, at.place.column, at.key, std::move(text)};
    return false;
  }

  void set_options(SSL_CTX* context) const {
    SSL_CTX_set_min_proto_version(context, settings_.version_min);
    SSL_CTX_set_max_proto_version(context, settings_.version_max);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Without tickets and caches every handshake checks the client's certificate anew.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (settings_.prefer_server_ciphers)
      SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_default_passwd_cb(context, no_password);
    const auto choose_http1 = [](SSL*, const unsigned char** out, unsigned char* out_size,
                                 const unsigned char* in, unsigned int in_size, void*) {
      // The chosen protocol points into it.
      static constexpr std::array<unsigned char, 9> kHttp1 = {8,   'h', 't', 't', 'p',
                                                              '/', '1', '.', '1'};
      unsigned char* chosen = nullptr;
      const int found =
          SSL_select_next_proto(&chosen, out_size, kHttp1.data(), kHttp1.size(), in, in_size);
      *out = chosen;
      return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
    };
    SSL_CTX_set_alpn_select_cb(context, choose_http1, nullptr);
  }

  bool set_algorithms(SSL_CTX* context) {
    const std::string ciphers = base::join(settings_.ciphers, ":");
    if (!ciphers.empty() && SSL_CTX_set_cipher_list(context, ciphers.c_str()) != 1)
      return wrong({}, "cipher_suites are none that this OpenSSL allows: " + openssl_words());
    const std::string curves = base::join(settings_.curves, ":");
    if (!curves.empty() && SSL_CTX_set1_groups_list(context, curves.c_str()) != 1)
      return wrong({}, "curve_preferences are none that this OpenSSL allows: " + openssl_words());
    return true;
  }

  // PEM text, from wherever it is.
  std::optional<base::Secret> read(const PemSource& source) {
    if (source.file.empty()) return source.text;
    auto text = base::read_small_file(source.file, kPemBytesMax);
    if (text) return base::Secret(std::move(*text));
    wrong(source, text.error().fault == base::FileFault::too_large
                      ? fmt::format("{} is larger than {} bytes", source.file, kPemBytesMax)
                      : fmt::format("cannot read {}: {}", source.file, text.error().text));
    return std::nullopt;
  }

  static std::string name_of(const PemSource& source) {
    return source.file.empty() ? "the text given here" : source.file;
  }

  static Bio open(const base::Secret& pem) {
    return {BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size())), BIO_free};
  }

  // All certificates of a PEM text; none is a problem.
  std::vector<Certificate> certificates(const PemSource& source) {
    std::vector<Certificate> result;
    const auto pem = read(source);
    if (!pem) return result;
    const Bio bio = open(*pem);
    while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr))
      result.emplace_back(next, X509_free);
    const std::string words = openssl_words();
    if (result.empty())
      wrong(source, fmt::format("{} holds no certificate in PEM form: {}", name_of(source), words));
    return result;
  }

  bool load_certificate(SSL_CTX* context, TlsContext& result) {
    const PemSource& source = settings_.certificate;
    const auto chain = certificates(source);
    if (chain.empty()) return false;
    if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
      return wrong(source, fmt::format("{} cannot be used: {}", name_of(source), openssl_words()));
    for (std::size_t i = 1; i < chain.size(); ++i)
      SSL_CTX_add1_chain_cert(context, chain[i].get());
    result.expiry = expiry_of(chain.front().get());
    return true;
  }

  bool load_key(SSL_CTX* context) {
    const PemSource& source = settings_.key;
    const auto pem = read(source);
    if (!pem) return false;
    const Bio bio = open(*pem);
    const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr), EVP_PKEY_free);
    if (!key)
      return wrong(source, fmt::format("{} holds no private key in PEM form without a password: {}",
                                       name_of(source), openssl_words()));
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
      return wrong(source, fmt::format("{} is not the key of the certificate: {}", name_of(source),
                                       openssl_words()));
    return true;
  }

  bool load_clients(SSL_CTX* context) {
    const ClientAuth auth = settings_.client_auth;
    if (auth == ClientAuth::none) return true;
    const bool required = auth == ClientAuth::require_any || auth == ClientAuth::require_and_verify;
    const bool verified =
        auth == ClientAuth::verify_if_given || auth == ClientAuth::require_and_verify;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       verified ? nullptr : accept_any);
    if (!settings_.client_ca.given()) {
      if (verified) SSL_CTX_set_default_verify_paths(context);
      return true;
    }
    const auto authorities = certificates(settings_.client_ca);
    for (const Certificate& authority : authorities) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
      SSL_CTX_add_client_CA(context, authority.get());
    }
    return !authorities.empty();
  }

  const TlsSettings& settings_;
  const std::string& file_;
  std::optional<base::Problem> problem_;
};

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_of(const ASN1_OCTET_STRING* octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(octets) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(octets) != 16) return "";
  inet_ntop(family, ASN1_STRING_get0_data(octets), text.data(), text.size());
  return text.data();
}

std::string text_of(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS:
      return text_of(name->d.dNSName);
    case GEN_EMAIL:
      return text_of(name->d.rfc822Name);
    case GEN_URI:
      return text_of(name->d.uniformResourceIdentifier);
    case GEN_IPADD:
      return address_of(name->d.iPAddress);
    default:
      return "";
  }
}

}  // namespace

void TlsContextDeleter::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

void TlsSessionDeleter::operator()(ssl_st* session) const {
  SSL_free(session);
}

tl::expected<TlsContext, base::Problem> make_tls_context(const TlsSettings& settings,
                                                         const std::string& config_file) {
  return Maker(settings, config_file).make();
}

TlsSession::TlsSession(const TlsContext& context, int socket)
    : session_(SSL_new(context.context.get())), allowed_sans_(context.allowed_sans) {
  base::check(session_ != nullptr && SSL_set_fd(session_.get(), socket) == 1,
              "OpenSSL makes a session");
  SSL_set_accept_state(session_.get());
}

Io TlsSession::handshake() {
  ERR_clear_error();
  const Io io = understand(SSL_do_handshake(session_.get()));
  if (io != Io::progress || client_is_allowed()) return io;
  failure_ = "the client's certificate is for none of client_allowed_sans";
  return Io::failed;
}

Io TlsSession::read(std::string& to, std::size_t bytes_max) {
  ERR_clear_error();
  std::array<char, 16 * 1024> buffer;
  const int wanted = static_cast<int>(std::min(bytes_max, buffer.size()));
  const int count = SSL_read(session_.get(), buffer.data(), wanted);
  if (count > 0) to.append(buffer.data(), static_cast<std::size_t>(count));
  return understand(count);
}

Io TlsSession::write(std::string_view& from) {
  while (!from.empty()) {
    ERR_clear_error();
    const int wanted = static_cast<int>(std::min<std::size_t>(from.size(), 1 << 20));
    const int count = SSL_write(session_.get(), from.data(), wanted);
    if (const Io io = understand(count); io != Io::progress) return io;
    from.remove_prefix(static_cast<std::size_t>(count));
  }
  return Io::progress;
}

void TlsSession::say_goodbye() {
  ERR_clear_error();
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

Io TlsSession::understand(int result) {
  if (result > 0) return Io::progress;
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Io::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Io::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Io::closed;
    default:
      plain_http_ = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_HTTP_REQUEST;
      failure_ = ERR_peek_last_error() == 0 ? "the client left" : openssl_words();
      return Io::failed;
  }
}

bool TlsSession::client_is_allowed() const {
  if (allowed_sans_.empty()) return true;
  const Certificate client(SSL_get1_peer_certificate(session_.get()), X509_free);
  if (!client) return false;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(client.get(), NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const std::string name = text_of(sk_GENERAL_NAME_value(names.get(), i));
    if (!name.empty() &&
        std::find(allowed_sans_.begin(), allowed_sans_.end(), name) != allowed_sans_.end())
      return true;
  }
  return false;
}

}  // namespace reinfer::http

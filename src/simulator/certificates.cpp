#include "simulator/certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/check.h"

namespace reinfer::simulator {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"valid", "expired", "wrong_name"};
constexpr long kDay = 24 * 60 * 60;

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using X509Ptr = std::unique_ptr<X509, Free>;
using BioPtr = std::unique_ptr<BIO, Free>;

struct Recipe {
  const char* common_name;
  const char* alternative_names;
  long starts;  // seconds from now
  long ends;
};

// In the order of CertificateName.
constexpr std::array<Recipe, 3> kLeaves = {{
    {"localhost", "DNS:localhost,IP:127.0.0.1,IP:::1", -kDay, 90 * kDay},
    {"localhost", "DNS:localhost,IP:127.0.0.1,IP:::1", -91 * kDay, -kDay},
    {"wrong-name.example", "DNS:wrong-name.example", -kDay, 90 * kDay},
}};

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  base::check(key != nullptr, "OpenSSL can make a P-256 key");
  return key;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string to_pem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  base::check(PEM_write_bio_X509(bio.get(), certificate) == 1,
              "a certificate can be written as PEM");
  return text_of(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  base::check(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
              "a key can be written as PEM");
  return text_of(bio.get());
}

void extend(X509* subject, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  base::check(extension != nullptr && X509_add_ext(subject, extension.get(), -1) == 1,
              "the extension text is one OpenSSL knows");
}

X509Ptr make_blank(EVP_PKEY* key, const char* common_name, long starts, long ends) {
  X509Ptr certificate(X509_new());
  std::array<unsigned char, 4> random{};
  base::check(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1,
              "OpenSSL has entropy");
  const long serial = 1 + (random[0] << 16 | random[1] << 8 | random[2]);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), starts);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), ends);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  base::check(X509_sign(certificate, issuer_key, EVP_sha256()) > 0, "a certificate can be signed");
}

Certificate make_leaf(const Recipe& recipe, X509* ca, EVP_PKEY* ca_key) {
  const Key key = make_key();
  const X509Ptr leaf = make_blank(key.get(), recipe.common_name, recipe.starts, recipe.ends);
  extend(leaf.get(), ca, NID_basic_constraints, "critical,CA:FALSE");
  extend(leaf.get(), ca, NID_key_usage, "critical,digitalSignature");
  extend(leaf.get(), ca, NID_ext_key_usage, "serverAuth,clientAuth");
  extend(leaf.get(), ca, NID_subject_key_identifier, "hash");
  extend(leaf.get(), ca, NID_authority_key_identifier, "keyid:always");
  extend(leaf.get(), ca, NID_subject_alt_name, recipe.alternative_names);
  sign(leaf.get(), ca, ca_key);
  return {to_pem(leaf.get()), to_pem(key.get())};
}

}  // namespace

std::string_view to_text(CertificateName name) {
  return kNames[static_cast<std::size_t>(name)];
}

std::optional<CertificateName> certificate_from_text(std::string_view text) {
  for (const CertificateName name : kCertificateNames)
    if (to_text(name) == text) return name;
  return std::nullopt;
}

Certificates make_certificates() {
  const Key ca_key = make_key();
  const X509Ptr ca = make_blank(ca_key.get(), "simulator throw-away CA", -365 * kDay, 365 * kDay);
  extend(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  extend(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  sign(ca.get(), ca.get(), ca_key.get());

  Certificates made;
  made.ca_pem = to_pem(ca.get());
  for (std::size_t i = 0; i < kLeaves.size(); ++i)
    made.leaves[i] = make_leaf(kLeaves[i], ca.get(), ca_key.get());
  return made;
}

}  // namespace reinfer::simulator

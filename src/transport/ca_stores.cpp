#include "transport/ca_stores.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <string_view>
#include <utility>

#include "base/small_file.h"

namespace reinfer::transport {
namespace {

struct FreeParts {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(STACK_OF(X509_INFO) * list) const { sk_X509_INFO_pop_free(list, X509_INFO_free); }
};

}  // namespace

void CaStores::FreeStore::operator()(x509_store_st* store) const {
  X509_STORE_free(store);
}

std::optional<CaStores::Seen> CaStores::look(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return std::nullopt;
  return Seen{facts.st_dev, facts.st_ino, facts.st_size, facts.st_ctim, facts.st_mode};
}

bool CaStores::same(const Seen& a, const Seen& b) {
  return a.device == b.device && a.file == b.file && a.bytes == b.bytes && a.mode == b.mode &&
         a.changed.tv_sec == b.changed.tv_sec && a.changed.tv_nsec == b.changed.tv_nsec;
}

// Reads a CA file into a store as libcurl does, with the same flags. Null without a certificate.
std::unique_ptr<x509_store_st, CaStores::FreeStore> CaStores::read_store(const std::string& text) {
  const std::unique_ptr<BIO, FreeParts> bio(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  std::unique_ptr<x509_store_st, FreeStore> store(X509_STORE_new());
  if (!bio || !store) return nullptr;
  const std::unique_ptr<STACK_OF(X509_INFO), FreeParts> list(
      PEM_X509_INFO_read_bio(bio.get(), nullptr, nullptr, nullptr));
  int certificates = 0;
  for (int i = 0; list && i < sk_X509_INFO_num(list.get()); ++i) {
    const X509_INFO* entry = sk_X509_INFO_value(list.get(), i);
    if (entry->x509 != nullptr) certificates += X509_STORE_add_cert(store.get(), entry->x509);
    if (entry->crl != nullptr) X509_STORE_add_crl(store.get(), entry->crl);
  }
  ERR_clear_error();
  X509_STORE_set_flags(store.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  return certificates > 0 ? std::move(store) : nullptr;
}

tl::expected<x509_store_st*, std::string> CaStores::find(const std::string& path) {
  const std::optional<Seen> seen = look(path);
  const auto known = kept_.find(path);
  if (known != kept_.end() && seen && same(*seen, known->second.seen))
    return known->second.store.get();
  if (known != kept_.end()) kept_.erase(known);
  const auto text = base::read_small_file(path, kFileBytesMax);
  if (!text) return tl::unexpected(path + " " + text.error().text);
  auto store = read_store(*text);
  if (!store) return tl::unexpected(path + " holds no certificate");
  if (kept_.size() == kFilesMax) kept_.erase(kept_.begin());
  // Looked at before it was read: a file that changed meanwhile is read again the next time.
  return kept_.insert_or_assign(path, Kept{seen.value_or(Seen{}), std::move(store)})
      .first->second.store.get();
}

bool CaStores::give(ssl_ctx_st* context, const std::string& path) {
  const auto known = kept_.find(path);
  if (known == kept_.end()) return false;
  SSL_CTX_set1_cert_store(context, known->second.store.get());
  return true;
}

}  // namespace reinfer::transport

// The certificates of each CA file, read once and shared by all handshakes that trust them. libcurl
// keeps those of one file only, and for a minute: with two files in turn it would read and decode
// both again and again, which costs thirty times as much as a handshake. Owned by CurlTransport's
// loop; probe thread only. It verifies nothing.
#pragma once

#include <sys/stat.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

struct ssl_ctx_st;     // OpenSSL's SSL_CTX
struct x509_store_st;  // OpenSSL's X509_STORE

namespace reinfer::transport {

class CaStores {
 public:
  // More files than these are forgotten, and read again when they are wanted.
  static constexpr std::size_t kFilesMax = 256;
  static constexpr std::size_t kFileBytesMax = 8 * 1024 * 1024;

  // The store of a PEM file, good until the next call; or the problem, which names the file. A file
  // that has changed is read again.
  tl::expected<x509_store_st*, std::string> find(const std::string& path);
  // Connections made with this context trust the certificates that find() found for this file, and
  // no others. False if it has found none.
  bool give(ssl_ctx_st* context, const std::string& path);

 private:
  struct FreeStore {
    void operator()(x509_store_st* store) const;
  };
  // By these a file is known to be the same.
  struct Seen {
    dev_t device = 0;
    ino_t file = 0;
    off_t bytes = 0;
    timespec changed{};
    mode_t mode = 0;
  };
  struct Kept {
    Seen seen;
    std::unique_ptr<x509_store_st, FreeStore> store;
  };

  static std::optional<Seen> look(const std::string& path);
  static bool same(const Seen& a, const Seen& b);
  static std::unique_ptr<x509_store_st, FreeStore> read_store(const std::string& text);

  std::map<std::string, Kept> kept_;
};

}  // namespace reinfer::transport

// The files that say who may ask: the web configuration, the certificates that it points to, the
// bearer tokens. Loaded at the start, where a problem ends the program, and again when one of them
// changes, where it keeps what was in force. Belongs to the thread of the waiting room once that
// runs.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/log.h"
#include "serve/access.h"
#include "serve/http_statistics.h"
#include "serve/tls_server.h"

namespace reinfer {

struct WebFileNames {
  std::string config;  // exporter-toolkit's format; empty: none
  std::string tokens;  // one bearer token a line; empty: none
  bool any() const { return !config.empty() || !tokens.empty(); }
};

// What the files come to.
struct WebFilesContents {
  AccessSettings access;
  std::optional<TlsContext> tls;
  std::vector<std::string> certificate_files;  // that it depends on, keys included
};

// All problems, for people. Reads files; changes nothing.
tl::expected<WebFilesContents, Problems> read_web_files(const WebFileNames& names);

class WebFiles {
 public:
  // Everything passed by reference outlives it.
  WebFiles(WebFileNames names, Access& access, HttpStatistics& statistics, const Log& log)
      : names_(std::move(names)), access_(access), statistics_(statistics), log_(log) {}

  // Before anybody is let in. Nothing is in force if it fails.
  tl::expected<void, Problems> load();
  // Looks whether a file has changed, and loads all if so. While what is there cannot be loaded it
  // is tried each time, since what is missing may be anywhere; each problem is logged once.
  void refresh();

  // Null for plain HTTP. Valid until the next refresh().
  const TlsContext* tls() const { return tls_ ? &*tls_ : nullptr; }

 private:
  // What the files come to as seen_ has them.
  tl::expected<WebFilesContents, Problems> read();
  void put_in_force(WebFilesContents contents);
  // Size, inode and times of every file that matters.
  std::string look() const;

  const WebFileNames names_;
  Access& access_;
  HttpStatistics& statistics_;
  const Log& log_;
  std::optional<TlsContext> tls_;
  std::vector<std::string> certificate_files_;
  std::string seen_;
  std::string problems_;  // of the last attempt, a line each
};

}  // namespace reinfer

// The files that say who may ask: the web configuration, the certificates that it points to, the
// bearer tokens. Loaded at the start, where a problem ends the program, and again when one of them
// changes, where it keeps what was in force. Belongs to the thread `web-files` once that runs
// (web_files_watch.h), but for tls(). Access control is never dropped by accident: see
// WebFiles::refresh.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "http/access.h"
#include "http/server_instruments.h"
#include "http/tls_server.h"

namespace reinfer::http {

struct WebFileNames {
  std::string config;  // exporter-toolkit's format; empty: none
  std::string tokens;  // one bearer token a line; empty: none
  bool any() const { return !config.empty() || !tokens.empty(); }
};

// The protections in force: against strangers, and against eavesdroppers.
struct WebGuards {
  bool tls = false;
  bool client_certificates = false;  // that must be there and good
  bool users = false;
  bool tokens = false;
};

// The parsed content of the files.
struct WebFilesContents {
  AccessSettings access;
  std::optional<TlsContext> tls;
  std::vector<std::string> certificate_files;  // that it depends on, keys included
  WebGuards guards;
  bool config_is_empty = false;
  base::Problems warnings;  // of what is allowed and unwise
};

// What `now` lets happen that `before` did not, in words for people; empty: nothing.
std::string what_opens(const WebGuards& before, const WebGuards& now);

// How long a change that opens something must have stood in the files: longer than a careless
// writer takes from the first half of a file to the second.
inline constexpr base::Nanoseconds kOpeningDelay = std::chrono::seconds(5);

// All problems, for people. Reads files; changes nothing.
tl::expected<WebFilesContents, base::Problems> read_web_files(const WebFileNames& names);

// read_web_files(), or what a test has in its place.
using ReadWebFiles =
    std::function<tl::expected<WebFilesContents, base::Problems>(const WebFileNames& names)>;

class WebFiles {
 public:
  // Everything passed by reference outlives it.
  WebFiles(WebFileNames names, Access& access, ServerInstruments& instruments, const base::Log& log,
           ReadWebFiles read = read_web_files)
      : names_(std::move(names)),
        read_(std::move(read)),
        access_(access),
        instruments_(instruments),
        log_(log) {}

  // Before anybody is let in. Nothing is in force if it fails.
  tl::expected<void, base::Problems> load();
  // Looks whether a file has changed, and loads all if so. While what is there cannot be loaded it
  // is tried each time, since what is missing may be anywhere; each problem is logged once. A
  // change that opens something is in force once the files have stood so for kOpeningDelay, and
  // with a warning; an emptied web configuration opens nothing, ever.
  void refresh(base::MonoTime now);

  // Null for plain HTTP. For one thread, which may be another than refresh()'s: it never waits for
  // a file. Valid until its next call.
  const TlsContext* tls();

 private:
  // Parses the files as seen_ has them.
  tl::expected<WebFilesContents, base::Problems> read();
  void put_in_force(WebFilesContents contents);
  void complain(const base::Problems& problems);
  // Whether a change that opens `opens` has yet to stand for longer.
  bool must_wait(const std::string& opens, base::MonoTime now);
  // Size, inode and times of every file that matters.
  std::string look() const;

  const WebFileNames names_;
  const ReadWebFiles read_;
  Access& access_;
  ServerInstruments& instruments_;
  const base::Log& log_;

  // Owned by the thread that calls tls().
  std::optional<TlsContext> tls_;

  base::Mutex mutex_;
  // Put in force, and not taken by tls() yet.
  std::optional<std::optional<TlsContext>> next_tls_ REINFER_GUARDED_BY(mutex_);

  // Owned by the thread that calls refresh().
  std::optional<base::WallTime> expiry_;  // of the certificate in force
  std::vector<std::string> certificate_files_;
  std::string seen_;
  std::string problems_;  // of the last attempt, a line each
  WebGuards guards_;      // in force
  // The files that open something, as they were seen, and when they may.
  struct Opening {
    std::string seen;
    base::MonoTime due{};
  };
  std::optional<Opening> opening_;
};

}  // namespace reinfer::http

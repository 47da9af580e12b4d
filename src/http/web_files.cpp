#include "http/web_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/duration.h"
#include "base/small_file.h"
#include "base/text.h"

namespace reinfer::http {
namespace {

constexpr std::size_t kFileBytesMax = 1024 * 1024;
constexpr std::size_t kTokensMax = 16;
constexpr std::size_t kTokenCharactersMin = 16;
constexpr std::size_t kTokenCharactersMax = 4096;

tl::expected<std::string, base::Problem> read_file(const std::string& path) {
  auto text = base::read_small_file(path, kFileBytesMax);
  if (text) return std::move(*text);
  return tl::unexpected(base::Problem{path, 0, 0, "",
                                      text.error().fault == base::FileFault::too_large
                                          ? fmt::format("is larger than {} bytes", kFileBytesMax)
                                          : "cannot be read: " + text.error().text});
}

// RFC 6750, 2.1: not the token of HTTP.
bool is_bearer_token(std::string_view text) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
  return text.find_first_not_of(kAllowed) == std::string_view::npos;
}

void read_tokens(const std::string& path, std::vector<base::Secret>& tokens,
                 base::Problems& problems) {
  auto text = read_file(path);
  if (!text) {
    problems.push_back(text.error());
    return;
  }
  int number = 0;
  for (const std::string_view raw : base::split(*text, '\n')) {
    ++number;
    const std::string_view line = base::trim(raw);
    if (line.empty() || line.front() == '#') continue;
    const int column = static_cast<int>(line.data() - raw.data()) + 1;
    if (!is_bearer_token(line))
      problems.push_back({path, number, column, "",
                          "is not a bearer token, allowed: letters, digits and -._~+/="});
    else if (line.size() < kTokenCharactersMin || line.size() > kTokenCharactersMax)
      problems.push_back({path, number, column, "",
                          fmt::format("is a token of {} characters, allowed: {} to {}", line.size(),
                                      kTokenCharactersMin, kTokenCharactersMax)});
    else
      tokens.emplace_back(std::string(line));
  }
  base::Secret wiped(std::move(*text));
  if (!problems.empty()) return;
  // An emptied file must not open the door.
  if (tokens.empty()) problems.push_back({path, 0, 0, "", "holds no bearer token"});
  if (tokens.size() > kTokensMax)
    problems.push_back(
        {path, 0, 0, "",
         fmt::format("holds {} bearer tokens, allowed: 1 to {}", tokens.size(), kTokensMax)});
}

void read_config(const std::string& path, WebFilesContents& contents, base::Problems& problems) {
  const auto text = read_file(path);
  if (!text) {
    problems.push_back(text.error());
    return;
  }
  auto config = parse_web_config(*text, path);
  if (!config) {
    problems.insert(problems.end(), config.error().begin(), config.error().end());
    return;
  }
  contents.config_is_empty = config->empty;
  contents.warnings = std::move(config->warnings);
  contents.guards.users = !config->users.empty();
  contents.access.users = std::move(config->users);
  contents.access.headers = std::move(config->headers);
  contents.access.rate_limit = config->rate_limit;
  if (!config->tls) return;
  contents.guards.tls = true;
  contents.guards.client_certificates = config->tls->client_auth == ClientAuth::require_and_verify;
  for (const PemSource* source :
       {&config->tls->certificate, &config->tls->key, &config->tls->client_ca})
    if (!source->file.empty()) contents.certificate_files.push_back(source->file);
  auto context = make_tls_context(*config->tls, path);
  if (context)
    contents.tls = std::move(*context);
  else
    problems.push_back(context.error());
}

}  // namespace

tl::expected<WebFilesContents, base::Problems> read_web_files(const WebFileNames& names) {
  WebFilesContents contents;
  base::Problems problems;
  if (!names.config.empty()) read_config(names.config, contents, problems);
  if (!names.tokens.empty()) read_tokens(names.tokens, contents.access.tokens, problems);
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  contents.guards.tokens = !contents.access.tokens.empty();
  return contents;
}

std::string what_opens(const WebGuards& before, const WebGuards& now) {
  std::vector<std::string_view> opens;
  if (before.users && !now.users)
    opens.emplace_back(now.tokens ? "no user has a password any more, only tokens are asked for"
                                  : "everybody may ask, without a password");
  if (before.client_certificates && !now.client_certificates)
    opens.emplace_back("clients need no certificate");
  if (before.tls && !now.tls)
    opens.emplace_back("plain HTTP instead of TLS, which others can read");
  return fmt::format("{}", fmt::join(opens, "; "));
}

std::string WebFiles::look() const {
  std::string seen;
  std::vector<std::string> files = certificate_files_;
  for (const std::string& name : {names_.config, names_.tokens})
    if (!name.empty()) files.push_back(name);
  for (const std::string& name : files) {
    struct stat found {};
    if (stat(name.c_str(), &found) != 0)
      seen += fmt::format("errno {};", errno);
    else
      seen += fmt::format("{} {} {} {}.{} {}.{};", found.st_dev, found.st_ino, found.st_size,
                          found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_ctim.tv_sec,
                          found.st_ctim.tv_nsec);
  }
  return seen;
}

tl::expected<WebFilesContents, base::Problems> WebFiles::read() {
  auto first = read_(names_);
  if (!first) return first;
  // Which files matter is known only now. They are looked at before they are read in earnest, so
  // that what changes in between is seen as a change the next time.
  certificate_files_ = std::move(first->certificate_files);
  seen_ = look();
  return read_(names_);
}

void WebFiles::put_in_force(WebFilesContents contents) {
  guards_ = contents.guards;
  expiry_ = contents.tls ? contents.tls->expiry : std::nullopt;
  {
    const base::MutexLock lock(mutex_);
    next_tls_ = std::move(contents.tls);
  }
  access_.replace(std::move(contents.access));
  instruments_.set_web_reload(true, expiry_);
  for (const base::Problem& warning : contents.warnings)
    log_.warn("web configuration is unwise", {{"problem", base::to_string(warning)}});
}

tl::expected<void, base::Problems> WebFiles::load() {
  if (!names_.any()) return {};
  auto contents = read();
  if (!contents) return tl::unexpected(std::move(contents.error()));
  put_in_force(std::move(*contents));
  return {};
}

const TlsContext* WebFiles::tls() {
  const base::MutexLock lock(mutex_);
  if (next_tls_) tls_ = std::move(*next_tls_);
  next_tls_.reset();
  return tls_ ? &*tls_ : nullptr;
}

bool WebFiles::must_wait(const std::string& opens, base::MonoTime now) {
  if (opening_ && opening_->seen == seen_) return now < opening_->due;
  opening_ = Opening{seen_, now + kOpeningDelay};
  log_.warn("web configuration opens what was closed, the former one stays in force for now",
            {{"opens", opens}, {"wait", base::describe_duration(kOpeningDelay)}});
  return true;
}

void WebFiles::complain(const base::Problems& problems) {
  instruments_.set_web_reload(false, expiry_);
  std::string lines;
  for (const base::Problem& problem : problems)
    lines += base::to_string(problem) + "\n";
  if (lines == problems_) return;
  problems_ = std::move(lines);
  for (const base::Problem& problem : problems)
    log_.error("web configuration not reloaded, the former one stays in force",
               {{"problem", base::to_string(problem)}});
}

void WebFiles::refresh(base::MonoTime now) {
  if (!names_.any()) return;
  if (problems_.empty() && look() == seen_ && (!opening_ || now < opening_->due)) return;
  auto contents = read();
  if (!contents) {
    opening_.reset();
    return complain(contents.error());
  }
  const std::string opens = what_opens(guards_, contents->guards);
  if (!opens.empty() && contents->config_is_empty) {
    opening_.reset();
    return complain({{names_.config, 0, 0, "",
                      "is empty, which takes no protection away while the exporter runs, allowed: "
                      "\"basic_auth_users: {}\" to say so, or a restart"}});
  }
  if (!opens.empty() && must_wait(opens, now)) return;
  put_in_force(std::move(*contents));
  problems_.clear();
  opening_.reset();
  if (opens.empty())
    log_.info("web configuration reloaded", {{"config", names_.config}, {"tokens", names_.tokens}});
  else
    log_.warn("web configuration reloaded, which opens what was closed",
              {{"config", names_.config}, {"open", opens}});
}

}  // namespace reinfer::http

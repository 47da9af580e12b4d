#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "app/commands.h"
#include "app/history_file.h"
#include "base/small_file.h"
#include "base/text.h"
#include "config/files.h"
#include "credentials/stored_secret.h"
#include "sla/history_series.h"
#include "sla/http_get.h"
#include "sla/reader.h"
#include "sla/render.h"
#include "sla/report.h"
#include "sla/tenant_slices.h"

namespace reinfer::app {
namespace {

constexpr int kExitCannotTell = 1;
constexpr int kExitBadCommandLine = 2;
constexpr int kExitBreached = 3;
constexpr std::size_t kHeaderFileBytesMax = 64 * 1024;

using Error = std::optional<std::string>;

Error add_token(const std::string& path, sla::HttpServer& server) {
  if (path.empty()) return std::nullopt;
  const credentials::SecretOrError token =
      credentials::read_stored({model::SecretSource::Kind::file, path});
  if (!token) return "--prometheus.token-file: " + token.error();
  server.headers.emplace_back("Authorization: Bearer " + token->reveal());
  return std::nullopt;
}

Error add_user(const std::string& path, sla::HttpServer& server) {
  if (path.empty()) return std::nullopt;
  credentials::SecretOrError user =
      credentials::read_stored({model::SecretSource::Kind::file, path});
  if (!user) return "--prometheus.user-file: " + user.error();
  const auto colon = user->reveal().find(':');
  if (colon == std::string::npos || colon == 0)
    return fmt::format("--prometheus.user-file: {} holds no NAME:PASSWORD", path);
  server.user = std::move(*user);
  return std::nullopt;
}

bool is_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || base::trim(line.substr(colon + 1)).empty())
    return false;
  for (const char c : line.substr(0, colon))
    if (c <= ' ' || c >= 0x7f) return false;
  for (const char c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return true;
}

Error add_headers(const std::string& path, sla::HttpServer& server) {
  if (path.empty()) return std::nullopt;
  const auto text = base::read_small_file(path, kHeaderFileBytesMax);
  if (!text)
    return fmt::format("--prometheus.header-file: {} cannot be read: {}", path, text.error().text);
  std::size_t number = 0;
  for (const std::string_view line : base::split(*text, '\n')) {
    ++number;
    const std::string_view header = base::trim(line);
    if (header.empty() || header.starts_with('#')) continue;
    if (!is_header(header))
      return fmt::format("--prometheus.header-file: {}:{}: is not NAME: VALUE", path, number);
    server.headers.emplace_back(std::string(header));
  }
  return std::nullopt;
}

Error find_ca(const std::string& path, sla::HttpServer& server) {
  if (path.empty()) return std::nullopt;
  if (const auto fault = base::find_file_fault(path))
    return fmt::format("--prometheus.ca-file: {} cannot be read: {}", path, fault->text);
  server.ca_file = path;
  return std::nullopt;
}

tl::expected<sla::HttpServer, std::string> server_of(const SlaOptions& options) {
  sla::HttpServer server;
  server.url = options.url;
  server.timeout = options.timeout;
  for (const Error& wrong :
       {add_token(options.token_file, server), add_user(options.user_file, server),
        add_headers(options.header_file, server), find_ca(options.ca_file, server)})
    if (wrong) return tl::unexpected(*wrong);
  return server;
}

// A progress line on stderr, on a terminal only.
class ProgressLine {
 public:
  ProgressLine() : shown_(can_rewrite_line(read_terminal(STDERR_FILENO))) {}
  ~ProgressLine() { write(""); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void write(const std::string& text) const {
    if (!shown_) return;
    fmt::print(stderr, "\r\x1b[K{}", text.empty() ? "" : "reading " + text);
    std::fflush(stderr);
  }

 private:
  const bool shown_;
};

void add_rows(const std::vector<sla::StoredTarget>& targets, const SlaOptions& options,
              sla::SlaReport& report) {
  for (sla::SlaRow& row : sla::make_rows(targets, report.month, options.outages_max))
    report.rows.push_back(std::move(row));
  if (auto row = sla::tenant_row(targets, report.month, options.outages_max))
    report.tenants.push_back(std::move(*row));
}

tl::expected<sla::SlaReport, std::string> report_from_prometheus(const SlaOptions& options,
                                                                 const sla::Month& month,
                                                                 base::WallTime now,
                                                                 sla::HttpServer server) {
  sla::SlaReport report{month, options.url, now, {}, {}, {}};
  sla::HttpGetter getter(std::move(server));
  sla::Prometheus prometheus([&](const std::string& path) { return getter.get(path); });
  const ProgressLine progress;
  sla::SlaReader reader(prometheus, {month, now, options.tenants, options.instance},
                        [&](const std::string& what) { progress.write(what); });
  const auto tenants = reader.tenants();
  if (!tenants) return tl::unexpected(fmt::format("{} {}", options.url, tenants.error()));
  for (const std::string& tenant : *tenants) {
    const auto targets = reader.read(tenant);
    if (!targets) return tl::unexpected(fmt::format("{} {}", options.url, targets.error()));
    add_rows(*targets, options, report);
  }
  if (report.rows.empty())
    return tl::unexpected(options.url + " has no samples of an objective in the month");
  for (const std::string& warning : prometheus.warnings())
    report.notes.push_back("Prometheus warned, so something may be missing: " + warning);
  return report;
}

// All that are wanted, or which is not there.
tl::expected<std::vector<std::string>, std::string> tenants_of(history::Archive& archive,
                                                               const SlaOptions& options) {
  auto there = archive.tenants();
  if (!there) return tl::unexpected("history.db cannot be read: " + there.error().text);
  for (const std::string& wanted : options.tenants)
    if (std::find(there->begin(), there->end(), wanted) == there->end())
      return tl::unexpected(fmt::format("the history has no tenant {} (there are: {})", wanted,
                                        base::join(*there, ", ")));
  if (options.tenants.empty()) return std::move(*there);
  const std::set<std::string> wanted(options.tenants.begin(), options.tenants.end());
  return std::vector<std::string>(wanted.begin(), wanted.end());
}

tl::expected<sla::SlaReport, std::string> report_from_history(const SlaOptions& options,
                                                              const sla::Month& month,
                                                              base::WallTime now) {
  const auto archive = open_history(options.storage_path);
  if (!archive) return tl::unexpected(archive.error());
  const auto problem = [&](const std::string& text) {
    return tl::unexpected(fmt::format("--storage.path={}: {}", options.storage_path, text));
  };
  const auto tenants = tenants_of(**archive, options);
  if (!tenants) return problem(tenants.error());
  sla::SlaReport report{month, "the history in " + options.storage_path, now, {}, {}, {}};
  const sla::TimeSpan span = sla::history_span(month.span, now);
  for (const std::string& tenant : *tenants) {
    const auto counted = (*archive)->counted(tenant, span.from, span.to);
    if (!counted) return problem("history.db cannot be read: " + counted.error().text);
    add_rows(sla::stored_targets(tenant, *counted, span), options, report);
  }
  if (report.rows.empty()) return problem("the history has no objective in the month");
  for (const std::string& part : (*archive)->take_unreadable())
    report.notes.push_back("The history cannot be read in part and leaves it out: " + part);
  return report;
}

std::string render(const sla::SlaReport& report, const Options& options) {
  switch (options.sla.format) {
    case SlaFormat::csv:
      return sla::render_csv(report);
    case SlaFormat::json:
      return sla::render_json(report);
    case SlaFormat::markdown:
      return sla::render_markdown(report);
    case SlaFormat::html:
      return sla::render_html(report);
    case SlaFormat::table:
      break;
  }
  return sla::render_table(report, style_for(read_terminal(STDOUT_FILENO), options.colour));
}

}  // namespace

int sla_command(const Options& options) {
  const base::WallTime now = base::SystemClock().now().wall;
  const auto month = sla::parse_month(options.sla.month, options.sla.time_zone, now);
  auto server = server_of(options.sla);
  if (!month || !server) {
    fmt::print(stderr, "{}\n", month ? server.error() : month.error());
    return kExitBadCommandLine;
  }
  const auto report = options.sla.storage_path.empty()
                          ? report_from_prometheus(options.sla, *month, now, std::move(*server))
                          : report_from_history(options.sla, *month, now);
  if (!report) {
    fmt::print(stderr, "{}\n", report.error());
    return kExitCannotTell;
  }
  fmt::print("{}", render(*report, options));
  if (std::fflush(stdout) != 0) return kExitCannotTell;
  const sla::SlaVerdict verdict = sla::verdict_of(*report);
  if (verdict == sla::SlaVerdict::breached) return kExitBreached;
  return verdict == sla::SlaVerdict::met ? 0 : kExitCannotTell;
}

}  // namespace reinfer::app

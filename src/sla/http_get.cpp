#include "sla/http_get.h"

#include <fmt/format.h>
#include <httplib.h>

#include <charconv>

#include "base/check.h"
#include "base/duration.h"
#include "base/text.h"
#include "base/version.h"

namespace reinfer::sla {
namespace {

struct Address {
  bool tls = false;
  std::string authority;  // "[::1]:9090"
  std::string host;       // "::1"
  int port = 0;
  std::string prefix;  // "/prometheus", or empty
};

Address address_of(std::string_view url) {
  Address address;
  address.tls = url.starts_with("https://");
  base::check(address.tls || url.starts_with("http://"), "the URL is one of HTTP");
  url.remove_prefix(address.tls ? 8 : 7);
  const auto slash = std::min(url.find('/'), url.size());
  address.authority = url.substr(0, slash);
  address.prefix = url.substr(slash);
  std::string_view host = address.authority;
  address.port = address.tls ? 443 : 80;
  // A colon within brackets belongs to an IPv6 address.
  const auto colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    const std::string_view digits = host.substr(colon + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    host = host.substr(0, colon);
  }
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  address.host = host;
  return address;
}

// `tls`: null for plain HTTP.
std::string words_of(httplib::Error error, const httplib::SSLClient* tls) {
  using enum httplib::Error;
  if (error == Connection) return "no connection";
  if (error == Read) return "the connection ended before the answer did";
  if (error == Write) return "the connection ended before the request was sent";
  if (error == SSLConnection) return "the TLS handshake failed";
  if (error == SSLLoadingCerts) return "the certificates of authorities cannot be loaded";
  if (error != SSLServerVerification || tls == nullptr) return httplib::to_string(error);
  const long result = tls->get_openssl_verify_result();
  return result == X509_V_OK ? "its certificate is for another name"
                             : fmt::format("its certificate is not trusted: {}",
                                           X509_verify_cert_error_string(result));
}

}  // namespace

class HttpGetter::Client {
 public:
  explicit Client(HttpServer server)
      : server_(std::move(server)), address_(address_of(server_.url)) {
    if (address_.tls) {
      auto tls = std::make_unique<httplib::SSLClient>(address_.host, address_.port);
      tls_ = tls.get();
      client_ = std::move(tls);
    } else {
      client_ = std::make_unique<httplib::ClientImpl>(address_.host, address_.port);
    }
    client_->set_keep_alive(true);
    client_->set_follow_location(false);
    // The paths are encoded.
    client_->set_url_encode(false);
    client_->set_connection_timeout(server_.timeout);
    client_->set_read_timeout(server_.timeout);
    client_->set_write_timeout(server_.timeout);
    if (!server_.ca_file.empty()) client_->set_ca_cert_path(server_.ca_file);
    const std::string& user = server_.user.reveal();
    if (const auto colon = user.find(':'); colon != std::string::npos)
      client_->set_basic_auth(user.substr(0, colon), user.substr(colon + 1));
    headers_ = {{"Host", address_.authority},
                {"Accept-Encoding", "gzip"},
                {"User-Agent", fmt::format("reinfer_exporter/{}", base::build_info().version)}};
    for (const base::Secret& header : server_.headers) {
      const std::string_view line = header.reveal();
      const auto colon = std::min(line.find(':'), line.size() - 1);
      headers_.emplace(line.substr(0, colon), base::trim(line.substr(colon + 1)));
    }
  }

  tl::expected<HttpAnswer, std::string> get(const std::string& path) {
    const base::MonoTime deadline = base::mono_now() + server_.timeout;
    HttpAnswer answer;
    bool too_long = false;
    const auto receive = [&](const char* bytes, std::size_t count) {
      too_long = answer.body.size() + count > kAnswerBytesMax;
      if (too_long || base::mono_now() >= deadline) return false;
      answer.body.append(bytes, count);
      return true;
    };
    const httplib::Result result = client_->Get(address_.prefix + path, headers_, receive);
    if (too_long)
      return tl::unexpected(
          fmt::format("sends more than {} MiB in one answer", kAnswerBytesMax / 1024 / 1024));
    if (!result && base::mono_now() >= deadline)
      return tl::unexpected(fmt::format("does not answer within {} (--timeout)",
                                        base::format_duration(server_.timeout)));
    if (!result)
      return tl::unexpected(fmt::format("cannot be reached: {}", words_of(result.error(), tls_)));
    answer.status = result->status;
    answer.content_type = result->get_header_value("Content-Type");
    answer.location = result->get_header_value("Location");
    return answer;
  }

 private:
  const HttpServer server_;
  const Address address_;
  std::unique_ptr<httplib::ClientImpl> client_;
  const httplib::SSLClient* tls_ = nullptr;  // the same, over TLS
  httplib::Headers headers_;
};

HttpGetter::HttpGetter(HttpServer server) : client_(std::make_unique<Client>(std::move(server))) {}

HttpGetter::~HttpGetter() = default;

tl::expected<HttpAnswer, std::string> HttpGetter::get(const std::string& path) {
  return client_->get(path);
}

}  // namespace reinfer::sla

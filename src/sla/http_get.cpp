#include "sla/http_get.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>

#include "base/check.h"
#include "base/duration.h"
#include "base/version.h"

namespace reinfer::sla {
namespace {

struct Received {
  std::string body;
  bool too_long = false;
};

std::size_t receive(char* bytes, std::size_t, std::size_t count, void* into) {
  auto& received = *static_cast<Received*>(into);
  if (received.body.size() + count > kAnswerBytesMax) {
    received.too_long = true;
    return 0;
  }
  received.body.append(bytes, count);
  return count;
}

template <typename T>
void set(CURL* easy, CURLoption option, T value) {
  base::check(curl_easy_setopt(easy, option, value) == CURLE_OK, "libcurl knows the option");
}

}  // namespace

class HttpGetter::Handle {
 public:
  explicit Handle(HttpServer server) : server_(std::move(server)), easy_(curl_easy_init()) {
    base::check(easy_ != nullptr, "libcurl makes a handle");
    for (const base::Secret& header : server_.headers)
      headers_ = curl_slist_append(headers_, header.reveal().c_str());
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(server_.timeout).count();
    set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy_, CURLOPT_NOSIGNAL, 1L);
    set(easy_, CURLOPT_PROXY, "");
    set(easy_, CURLOPT_ACCEPT_ENCODING, "gzip");
    set(easy_, CURLOPT_HTTPHEADER, headers_);
    set(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
    set(easy_, CURLOPT_WRITEFUNCTION, &receive);
    set(easy_, CURLOPT_ERRORBUFFER, error_.data());
    if (!server_.user.empty()) {
      set(easy_, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      set(easy_, CURLOPT_USERPWD, server_.user.reveal().c_str());
    }
    set(easy_, CURLOPT_USERAGENT, agent_.c_str());
    if (!server_.ca_file.empty()) set(easy_, CURLOPT_CAINFO, server_.ca_file.c_str());
  }
  ~Handle() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  tl::expected<HttpAnswer, std::string> get(const std::string& path) {
    Received received;
    const std::string url = server_.url + path;
    error_[0] = '\0';
    set(easy_, CURLOPT_URL, url.c_str());
    set(easy_, CURLOPT_WRITEDATA, &received);
    const CURLcode code = curl_easy_perform(easy_);
    if (received.too_long)
      return tl::unexpected(
          fmt::format("sends more than {} MiB in one answer", kAnswerBytesMax / 1024 / 1024));
    if (code == CURLE_OPERATION_TIMEDOUT)
      return tl::unexpected(fmt::format("does not answer within {} (--timeout): {}",
                                        base::format_duration(server_.timeout), error_.data()));
    if (code != CURLE_OK)
      return tl::unexpected(fmt::format(
          "cannot be reached: {}", error_[0] != '\0' ? error_.data() : curl_easy_strerror(code)));
    return answer(std::move(received.body));
  }

 private:
  HttpAnswer answer(std::string body) const {
    HttpAnswer answer;
    long status = 0;
    const char* type = nullptr;
    const char* location = nullptr;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy_, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(easy_, CURLINFO_REDIRECT_URL, &location);
    answer.status = static_cast<int>(status);
    if (type != nullptr) answer.content_type = type;
    if (location != nullptr) answer.location = location;
    answer.body = std::move(body);
    return answer;
  }

  const HttpServer server_;
  const std::string agent_ = fmt::format("reinfer_exporter/{}", base::build_info().version);
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

HttpGetter::HttpGetter(HttpServer server) : handle_(std::make_unique<Handle>(std::move(server))) {}

HttpGetter::~HttpGetter() = default;

tl::expected<HttpAnswer, std::string> HttpGetter::get(const std::string& path) {
  return handle_->get(path);
}

}  // namespace reinfer::sla

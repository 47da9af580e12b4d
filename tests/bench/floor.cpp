// The least that probing with libcurl can cost, and what libcurl's own clock says: a bare
// curl_multi loop that sends the exporter's requests, with the exporter's TLS settings, on a grid
// like its, and does nothing else. Handles are kept from probe to probe, which is the cheapest way
// there is.
//
//   floor TARGETS_FILE SAMPLES_FILE CA_FILE [BLACKBOX_PORT]
//
// Each line of TARGETS_FILE is "fresh|reuse INTERVAL_MS URL". It runs until SIGTERM, then writes a
// line for each probe. With BLACKBOX_PORT the same loop drives a blackbox_exporter instead, one
// scrape of /probe for each probe, as Prometheus would, and takes its gauges for the figures.
#include <curl/curl.h>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <queue>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"
#include "samples.h"

namespace reinfer::bench {
namespace {

// The handler of a signal may touch nothing else.
volatile std::sig_atomic_t stopped = 0;

void stop(int) {
  stopped = 1;
}

struct Arguments {
  std::string samples_file;
  std::string ca_file;
  std::string blackbox_port;  // "" to probe without one
};

struct Target {
  bool reuse = false;
  base::Nanoseconds interval{};
  std::string url;

  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::string id;
  std::string body;
  bool busy = false;
};

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* target) {
  static_cast<Target*>(target)->body.append(bytes, size * count);
  return size * count;
}

std::int64_t microseconds_of(CURL* easy, CURLINFO info) {
  curl_off_t time = 0;
  curl_easy_getinfo(easy, info, &time);
  return time;
}

// Seconds of a gauge in text form, as nanoseconds; 0 if it is not there.
std::int64_t gauge(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name + " ");
  if (at == std::string::npos) return 0;
  const double seconds = std::strtod(text.c_str() + at + name.size() + 2, nullptr);
  return static_cast<std::int64_t>(seconds * 1e9);
}

class Loop {
 public:
  Loop(Arguments arguments, std::vector<Target> targets);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  void run();

 private:
  using Slot = std::pair<base::MonoTime, std::size_t>;

  void prepare(Target& target);
  void start(Target& target);
  void finish(Target& target, CURLcode code);
  void take_ended();
  bool is_blackbox() const { return !arguments_.blackbox_port.empty(); }

  const Arguments arguments_;
  std::vector<Target> targets_;
  CURLM* multi_;
  std::priority_queue<Slot, std::vector<Slot>, std::greater<>> slots_;
  std::uint64_t last_id_ = 0;
  std::uint64_t failures_ = 0;
  std::vector<Sample> samples_;
};

Loop::Loop(Arguments arguments, std::vector<Target> targets)
    : arguments_(std::move(arguments)), targets_(std::move(targets)), multi_(curl_multi_init()) {
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 1024L);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  samples_.reserve(1 << 16);
  base::Random random(targets_.size());
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    prepare(targets_[i]);
    const double phase = random.next_unit() * static_cast<double>(targets_[i].interval.count());
    slots_.emplace(base::mono_now() + base::Nanoseconds(static_cast<std::int64_t>(phase)), i);
  }
}

Loop::~Loop() {
  for (Target& target : targets_) {
    curl_multi_remove_handle(multi_, target.easy);
    curl_easy_cleanup(target.easy);
    curl_slist_free_all(target.headers);
  }
  curl_multi_cleanup(multi_);
}

void Loop::prepare(Target& target) {
  target.easy = curl_easy_init();
  base::check(target.easy != nullptr, "libcurl has memory for a handle");
  CURL* easy = target.easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &target);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &target);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 1000L);
  if (is_blackbox()) return;
  curl_easy_setopt(easy, CURLOPT_CAINFO, arguments_.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 60L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_URL, target.url.c_str());
  if (target.reuse) return;
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

void Loop::start(Target& target) {
  if (target.busy) {
    ++failures_;
    return;
  }
  target.busy = true;
  target.body.clear();
  target.id = std::to_string(++last_id_);
  if (is_blackbox()) {
    const char* module = target.url.starts_with("https") ? "tls" : "plain";
    const std::string url = fmt::format("http://127.0.0.1:{}/probe?module={}&target={}%3Fid%3D{}",
                                        arguments_.blackbox_port, module, target.url, target.id);
    curl_easy_setopt(target.easy, CURLOPT_URL, url.c_str());
  } else {
    curl_slist_free_all(target.headers);
    target.headers = nullptr;
    for (const char* line : {"User-Agent: reinfer_exporter/bench", "Accept: application/json",
                             "Cache-Control: no-cache", "Authorization: Bearer bench-token"})
      target.headers = curl_slist_append(target.headers, line);
    target.headers = curl_slist_append(target.headers, ("x-request-id: " + target.id).c_str());
    curl_easy_setopt(target.easy, CURLOPT_HTTPHEADER, target.headers);
  }
  curl_multi_add_handle(multi_, target.easy);
}

void Loop::finish(Target& target, CURLcode code) {
  curl_multi_remove_handle(multi_, target.easy);
  target.busy = false;
  long connections = 0;
  curl_easy_getinfo(target.easy, CURLINFO_NUM_CONNECTS, &connections);
  Sample sample{target.id, 0, 0, connections == 0, "libcurl"};
  if (is_blackbox()) {
    sample.reused = false;
    sample.clock = "blackbox_exporter";
    sample.wait_ns = gauge(target.body, "probe_http_duration_seconds{phase=\"processing\"}");
    sample.total_ns = gauge(target.body, "probe_duration_seconds");
    if (gauge(target.body, "probe_success") == 0) code = CURLE_HTTP_RETURNED_ERROR;
  } else {
    sample.wait_ns = 1000 * (microseconds_of(target.easy, CURLINFO_STARTTRANSFER_TIME_T) -
                             microseconds_of(target.easy, CURLINFO_PRETRANSFER_TIME_T));
    sample.total_ns = 1000 * microseconds_of(target.easy, CURLINFO_TOTAL_TIME_T);
  }
  if (code == CURLE_OK)
    samples_.push_back(std::move(sample));
  else
    ++failures_;
}

void Loop::take_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    char* target = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &target);
    finish(*reinterpret_cast<Target*>(target), message->data.result);
  }
}

void Loop::run() {
  int running = 0;
  while (stopped == 0) {
    while (slots_.top().first <= base::mono_now()) {
      const auto [when, index] = slots_.top();
      slots_.pop();
      slots_.emplace(when + targets_[index].interval, index);
      start(targets_[index]);
    }
    curl_multi_perform(multi_, &running);
    take_ended();
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(slots_.top().first - base::mono_now());
    if (left.count() > 0)
      curl_multi_poll(multi_, nullptr, 0, static_cast<int>(left.count()), nullptr);
  }
  base::check(write_samples(arguments_.samples_file, samples_, failures_),
              "the samples can be written");
}

std::vector<Target> read_targets(const std::string& path) {
  std::vector<Target> targets;
  std::ifstream in(path);
  std::string connection;
  long milliseconds = 0;
  std::string url;
  while (in >> connection >> milliseconds >> url) {
    Target target;
    target.reuse = connection == "reuse";
    target.interval = std::chrono::milliseconds(milliseconds);
    target.url = url;
    targets.push_back(std::move(target));
  }
  base::check(!targets.empty(), "there are targets");
  return targets;
}

}  // namespace
}  // namespace reinfer::bench

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::fputs("floor TARGETS_FILE SAMPLES_FILE CA_FILE [BLACKBOX_PORT]\n", stderr);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGTERM, &reinfer::bench::stop);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  reinfer::bench::Loop loop({argv[2], argv[3], argc == 5 ? argv[4] : ""},
                            reinfer::bench::read_targets(argv[1]));
  loop.run();
  return 0;
}

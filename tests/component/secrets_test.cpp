#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <mutex>

#include "explain/probe_report.h"
#include "metrics/metrics.h"
#include "page/page.h"
#include "page/status_text.h"
#include "probe/controls.h"
#include "record/ledger.h"
#include "simulator/fault.h"
#include "terminal/probe_card.h"
#include "tests/component/probing.h"
#include "tests/component/raw_server.h"

namespace reinfer::tests::secrets_test {
namespace {

using namespace std::chrono_literals;
using simulator::PortKind;

bool holds_token(const std::string& text) {
  return text.find(kTestToken) != std::string::npos;
}

// Everything that a reader may be shown of a result.
std::string everything_shown(const model::Plan& plan, const model::ProbeResult& result) {
  const auto shared = std::make_shared<const model::Plan>(plan);
  const base::Instant now = base::SystemClock().now();
  record::Ledger ledger(shared, now);
  ledger.record_started(result.target, 0ns);
  ledger.record(result);
  const record::Snapshot snapshot = ledger.snapshot(now);
  std::string shown = explain::to_json_line(plan, result) +
                      terminal::render_card(plan, result, {}, {}) +
                      explain::to_evidence_json(plan, result) +
                      metrics::render_target_metrics(
                          plan, result.target, snapshot.targets[model::to_size(result.target)]) +
                      page::render_status_text(snapshot, "/metrics");
  const model::Target& target = plan.target(result.target);
  const record::Evidence evidence = ledger.evidence(target.tenant_name, target.probe)->evidence;
  for (const model::ProbeResult& kept : evidence.failures())
    shown += explain::to_evidence_json(plan, kept);
  const std::vector<model::TargetIndex> rows = {result.target};
  shown +=
      page::render_overview(snapshot, rows, *ledger.recents(snapshot.plan.get(), rows), {}, {});
  shown += page::render_target_page(snapshot, result.target, evidence, {});
  return shown;
}

TEST_CASE("the token is shown nowhere after any fault") {
  SimulatedTenant tenant;
  for (const simulator::FaultMode& mode : simulator::fault_modes()) {
    if (mode.scope != simulator::FaultScope::request) continue;
    CAPTURE(mode.name);
    const std::string path = "faults/" + std::string(mode.name);
    Probing probing(to_toml({tenant->base_url(simulator::PortKind::https, path), tenant.ca_file(),
                             "timeout = \"400ms\""}));
    CHECK_FALSE(holds_token(everything_shown(*probing.plan, probing.probe())));
  }
}

TEST_CASE("a peer that echoes the token in every place cannot make us show it") {
  RawServer server([&](int socket, int) {
    read_head(socket);
    const std::string body =
        fmt::format(R"({{"status":"error","message":"token {} is bad"}})", kTestToken);
    send_text(socket,
              fmt::format("HTTP/1.1 400 Bad {0}\r\nx-echo: {0}\r\nset-cookie: {0}\r\n"
                          "server-timing: {0};desc=\"{0}\"\r\ncontent-length: {1}\r\n\r\n{2}",
                          kTestToken, body.size(), body));
  });
  Probing probing(to_toml({server.base_url()}));
  const model::ProbeResult result = probing.probe();
  CHECK(label(result) == "bad_request");
  CHECK(result.message == "token $REINFER_TOKEN is bad");
  CHECK_FALSE(holds_token(everything_shown(*probing.plan, result)));
}

TEST_CASE("a long token is taken out before the text is cut, wherever the cut falls") {
  for (const std::size_t length : {280UL, 310UL, 2000UL}) {
    const std::string token = "tok-" + std::string(length, 'x');
    setenv("COMPONENT_TEST_LONG_TOKEN", token.c_str(), 1);
    RawServer server([&](int socket, int) {
      read_head(socket);
      const std::string body = fmt::format(R"({{"status":"error","message":"bad {}"}})", token);
      send_text(socket,
                fmt::format("HTTP/1.1 400 Bad\r\nx-echo: {}\r\ncontent-length: {}\r\n\r\n{}", token,
                            body.size(), body));
    });
    Probing probing(
        fmt::format("[[tenant]]\nname = \"t\"\nbase_url = \"{}\"\ntoken_env = "
                    "\"COMPONENT_TEST_LONG_TOKEN\"\n[[tenant.probe]]\nuse = \"projects\"\n",
                    server.base_url()));
    const model::ProbeResult result = probing.probe();
    CHECK(result.message == "bad $REINFER_TOKEN");
    CHECK(everything_shown(*probing.plan, result).find("xxxxxxxx") == std::string::npos);
  }
}

// Takes down every byte that anybody sends it, and answers as a redirect target, a control or an
// OAuth server may.
class Recorder {
 public:
  Recorder()
      : server_([this](int socket, int) {
          std::string head;
          read_head(socket, &head);
          std::string body(4096, '\0');
          const auto length = recv(socket, body.data(), body.size(), MSG_DONTWAIT);
          body.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
          {
            const std::lock_guard lock(mutex_);
            seen_ += head + body;
          }
          const std::string reply = R"({"error":"invalid_client"})";
          send_text(socket, fmt::format("HTTP/1.1 400 Bad\r\ncontent-length: {}\r\n\r\n{}",
                                        reply.size(), reply));
        }) {}

  std::string base_url() const { return server_.base_url(); }
  std::string seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  mutable std::mutex mutex_;
  std::string seen_;
  RawServer server_;
};

TEST_CASE("nobody but the configured origin ever receives the token") {
  Recorder recorder;
  RawServer redirecting([&](int socket, int) {
    read_head(socket);
    send_text(socket, fmt::format("HTTP/1.1 307 T\r\nlocation: {}/x\r\ncontent-length: 0\r\n\r\n",
                                  recorder.base_url()));
  });
  CHECK(label(probe_once({redirecting.base_url()})) == "redirected");
  CHECK(recorder.seen().empty());

  const TemporaryFolder folder;
  setenv("COMPONENT_TEST_CLIENT_SECRET", "client-secret", 1);
  Probing oauth(to_toml({redirecting.base_url()}) +
                fmt::format("[[tenant]]\nname = \"o\"\nbase_url = \"{0}\"\noauth = {{ token_url = "
                            "\"{0}/token\", client_id = \"me\", client_secret_env = "
                            "\"COMPONENT_TEST_CLIENT_SECRET\" }}\n"
                            "[[tenant.probe]]\nuse = \"projects\"\n"
                            "[[control]]\nname = \"c\"\nurl = \"{0}/control\"\n",
                            recorder.base_url()));
  CHECK(label(oauth.probe(0)) == "redirected");
  CHECK(label(oauth.probe(1)) == "token_unavailable");
  probe::Controls controls(*oauth.plan, oauth.transport, oauth.ids, oauth.clock.now());
  const base::Instant later{oauth.clock.now().wall, controls.next_due()};
  controls.start_due(later);
  std::optional<probe::ControlResult> asked;
  while (!asked)
    for (const transport::Completion& completion : oauth.transport.poll(base::MonoTime::max()))
      asked = controls.take(completion);
  CHECK(asked->reachable);
  CHECK(recorder.seen().find("POST /token") != std::string::npos);
  CHECK(recorder.seen().find("GET /control") != std::string::npos);
  CHECK_FALSE(holds_token(recorder.seen()));
  CHECK(recorder.seen().find("Authorization") == std::string::npos);
}

}  // namespace
}  // namespace reinfer::tests::secrets_test

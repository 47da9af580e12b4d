#include "simulator/simulator.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/gzip.h"
#include "base/text.h"
#include "simulator/gzip_bomb.h"

namespace reinfer::simulator {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

const char* const kDatasetPath = "/api/v1/datasets/demo/support";
constexpr std::size_t kBodyBytesMax = 1024 * 1024;

struct Fetched {
  CURLcode code = CURLE_OK;
  long status = 0;
  std::multimap<std::string, std::string> headers;
  std::string body;

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
  json document() const { return json::parse(body, nullptr, false); }
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* into) {
  auto& body = static_cast<Fetched*>(into)->body;
  body.append(data, size);
  return body.size() > kBodyBytesMax ? 0 : size;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* into) {
  const std::string_view line = base::trim(std::string_view(data, size));
  const auto colon = line.find(": ");
  if (colon != std::string_view::npos)
    static_cast<Fetched*>(into)->headers.emplace(line.substr(0, colon), line.substr(colon + 2));
  return size;
}

// A simulator on free ports and a client that trusts its CA.
class TestWorld {
 public:
  explicit TestWorld(Options options = {}) : simulator(with_ports(std::move(options))) {
    const auto problem = simulator.start();
    REQUIRE_MESSAGE(!problem, problem->text);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, 20'000L);
  }
  ~TestWorld() { curl_easy_cleanup(curl_); }
  TestWorld(const TestWorld&) = delete;
  TestWorld& operator=(const TestWorld&) = delete;

  Fetched get(const std::string& url, const std::string& body = "") {
    Fetched fetched;
    const std::string& ca = simulator.ca_pem();
    curl_blob blob{const_cast<char*>(ca.data()), ca.size(), CURL_BLOB_COPY};
    curl_slist* headers = curl_slist_append(nullptr, "x-request-id: abc");
    if (!token.empty())
      headers = curl_slist_append(headers, ("authorization: Bearer " + token).c_str());
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_CAINFO_BLOB, &blob);
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl_, CURLOPT_HTTPGET, 1L);
    if (!body.empty()) curl_easy_setopt(curl_, CURLOPT_COPYPOSTFIELDS, body.c_str());
    curl_easy_setopt(curl_, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &fetched);
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &fetched);
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    fetched.code = curl_easy_perform(curl_);
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &fetched.status);
    curl_slist_free_all(headers);
    return fetched;
  }
  Fetched get_dataset(const std::string& tenant, PortKind kind = PortKind::https) {
    return get(simulator.base_url(kind, tenant) + kDatasetPath);
  }
  std::string host(PortKind kind = PortKind::http) const {
    const std::string base = simulator.base_url(kind, "x");
    return base.substr(0, base.size() - std::string_view("/x/reinfer_").size());
  }
  void fresh_connections() { curl_easy_setopt(curl_, CURLOPT_FRESH_CONNECT, 1L); }
  void patience(long milliseconds) { curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, milliseconds); }

  Simulator simulator;
  std::string token = "simulated-token";

 private:
  static Options with_ports(Options options) {
    options.listen.fill(Address{"127.0.0.1", 0});
    options.latency = 1ms;
    return options;
  }
  CURL* curl_ = curl_easy_init();
};

std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  std::string out(1024 * 1024, '\0');
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string problem_of(std::string_view scenario) {
  const auto parsed = parse_scenario(scenario, "s.toml");
  const auto* problem = std::get_if<Problem>(&parsed);
  return problem == nullptr ? "" : problem->text;
}

Fault fault(std::string_view text) {
  return std::get<Fault>(parse_fault(text));
}

ApiCall call(std::string_view method, std::string_view path) {
  ApiCall made{.method = method, .segments = {}, .body = {}};
  for (const auto piece : base::split(path, '/'))
    made.segments.emplace_back(piece);
  return made;
}

TEST_CASE("only loopback addresses are listened on") {
  CHECK(std::get<Address>(parse_address("localhost:0")) == Address{"127.0.0.1", 0});
  CHECK(std::get<Address>(parse_address("[::1]:9443")) == Address{"::1", 9443});
  for (const char* bad : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.0.0.1", "127.0.0.1:x",
                          "127.0.0.1:65536", "example.org:1", ""}) {
    CAPTURE(bad);
    CHECK(std::holds_alternative<Problem>(parse_address(bad)));
  }
}

TEST_CASE("every route answers JSON with status ok for the known names") {
  for (const Route& route : routes()) {
    CAPTURE(route.name);
    std::string path(route.pattern);
    const std::pair<std::string, std::string> names[] = {{"{project}", "demo"},
                                                         {"{source}", "emails"},
                                                         {"{dataset}", "support"},
                                                         {"{stream}", "triage"},
                                                         {"{version}", "7"},
                                                         {"{comment}", "0123456789abcdef.1"},
                                                         {"{source_id}", "id:89abcdef01234567"},
                                                         {"{dataset_id}", "id:0123456789abcdef"}};
    for (const auto& [placeholder, name] : names)
      if (const auto at = path.find(placeholder); at != std::string::npos)
        path.replace(at, placeholder.size(), name);
    ApiCall made = call(route.method, path);
    made.body = R"({"documents":[{},{}],"uids":["a","b"]})";
    const Reply reply = answer(made);
    const json body = json::parse(reply.body);
    CHECK(reply.status == 200);
    CHECK(body["status"] == "ok");
    if (!route.predicts_for.empty()) CHECK(body["predictions"].size() == 2);
    made.method = "DELETE";
    CHECK(answer(made).status == 405);
  }
}

TEST_CASE("unknown routes and names are 404 and the order of 401 and 404 is a choice") {
  CHECK(answer(call("GET", "api/v1/nonexistent_page")).body ==
        R"({"message":"404 Not Found","status":"error"})");
  CHECK(answer(call("GET", "api/v1/datasets/demo/other")).status == 404);
  CHECK(answer(call("POST", "api/v1/datasets/demo/support/labellers/7/predict")).status == 400);
  ApiCall unknown = call("GET", "api/v1/nonexistent_page");
  unknown.authorization = Authorization::bad;
  CHECK(answer(unknown).status == 401);
  unknown.auth_before_routing = false;
  CHECK(answer(unknown).status == 404);
  ApiCall known = call("GET", "api/v1/datasets/demo/support");
  known.authorization = Authorization::missing;
  known.auth_before_routing = false;
  CHECK(answer(known).status == 401);
}

TEST_CASE("a route is open to a user who has all permissions that it needs") {
  const auto status = [](std::string_view path, const std::vector<std::string>& permissions) {
    ApiCall made = call("GET", path);
    made.permissions = &permissions;
    return answer(made).status;
  };
  CHECK(status("api/v1/projects", {}) == 200);
  CHECK(status("api/v1/sources", {}) == 403);
  CHECK(status("api/v1/sources", {"sources-read"}) == 200);
  CHECK(status("api/v1/datasets", {"sources-read"}) == 403);
  CHECK(status("api/v1/datasets/demo/support/streams", {"streams-read"}) == 403);
  CHECK(status("api/v1/datasets/demo/support/streams", {"streams-read", "voc-readonly"}) == 200);
  CHECK(status("api/v1/nonexistent_page", {}) == 404);
  const std::vector<std::string> some = {"sources-read"};
  ApiCall user = call("GET", "auth/user");
  user.permissions = &some;
  CHECK(json::parse(answer(user).body)["user"]["organisation_permissions"]["demo"] == json(some));
}

TEST_CASE("permissions are limited in the tenant that is named, and in no other") {
  Options options;
  options.tenant_permissions["demo/sandbox"] = {"voc-readonly"};
  TestWorld world(std::move(options));
  const auto status = [&](const std::string& tenant, const std::string& path) {
    return world.get(world.simulator.base_url(PortKind::https, tenant) + path).status;
  };
  CHECK(status("demo/sandbox", "/api/v1/sources") == 403);
  CHECK(status("demo/sandbox", "/api/v1/datasets") == 200);
  CHECK(status("demo/production", "/api/v1/sources") == 200);
}

TEST_CASE("every fault mode has a name of its own and a default that it accepts") {
  std::set<std::string_view> names;
  for (const FaultMode& mode : fault_modes()) {
    CAPTURE(mode.name);
    CHECK(names.insert(mode.name).second);
    CHECK(std::holds_alternative<Fault>(parse_fault(mode.name)));
    CHECK_FALSE(mode.expected_outcome.empty());
    CHECK(list_faults().find(std::string(mode.name) + "\t") != std::string::npos);
  }
  CHECK(names.size() > 55);
  CHECK(fault("http_json.503").parameter.number == 503);
  CHECK(fault("partial_500=0.25").parameter.rate == 0.25);
  CHECK(fault("latency.100ms-2s").parameter.high == 2s);
  for (const char* bad : {"", "nope", "http_json.99", "ok.1", "partial_500.2", "slow_body.x",
                          "latency.2s-1s", "throttle.soon"}) {
    CAPTURE(bad);
    CHECK(std::holds_alternative<Problem>(parse_fault(bad)));
  }
}

TEST_CASE("every shipped scenario can be read") {
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(SCENARIO_FOLDER)) {
    const auto loaded = load_scenario(file.path().string());
    const auto* problem = std::get_if<Problem>(&loaded);
    CHECK_MESSAGE(problem == nullptr, problem->text);
    ++count;
  }
  CHECK(count == 11);
}

TEST_CASE("mistakes in a scenario are named with file and line") {
  CHECK(problem_of("[[step]]\nmode = 'ok'\ncolour = 1").starts_with("s.toml:3: colour: unknown"));
  CHECK(problem_of("[[step]]\nmode = 'x'").starts_with("s.toml:2: mode: \"x\": no such"));
  CHECK(problem_of("[[step]]\nat = '1s'") == "s.toml:1: mode: missing");
  CHECK(problem_of("speed = -1").starts_with("s.toml:1: speed: expected a number"));
  CHECK(problem_of("[[step]]\nmode='ok'\nrate = 1.5").starts_with("s.toml:3: rate: expected"));
  CHECK(
      problem_of("[[step]]\nmode='ok'\nrequests = 0").starts_with("s.toml:3: requests: expected"));
  CHECK(problem_of("[[step]]\nmode='ok'\nfor = '1'").starts_with("s.toml:3: for: expected"));
  CHECK(problem_of("[[step]]\nmode='ok'\ntenant='a'").starts_with("s.toml:3: tenant: expected"));
  CHECK(problem_of("[[step]]\nmode='ok'\nroute='a'").starts_with("s.toml:3: route: no such"));
  CHECK(problem_of("step = 1").starts_with("s.toml:1: step: unknown key"));
  CHECK(problem_of("a = = 1").starts_with("s.toml:1: "));
  CHECK(load_scenario("/nonexistent").index() == 1);
}

TEST_CASE("a scenario's steps have their time, tenant and route") {
  const auto scenario = std::get<Scenario>(parse_scenario(
      "[[step]]\nat='10s'\nfor='5s'\nmode='http_json.503'\ntenant='a/b'\nroute='predict'\n"
      "[[step]]\nat='1m'\nmode='ok'",
      "s.toml"));
  base::Random random(1);
  const auto mode = [&](base::Nanoseconds at, const char* path, std::string_view route) {
    const Step* step =
        step_in_force(scenario, at, find_place(path), route, FaultScope::request, random);
    return step == nullptr ? "" : std::string(step->fault.mode->name);
  };
  CHECK(mode(9s, "/a/b/reinfer_/x", "predict").empty());
  CHECK(mode(10s, "/a/b/reinfer_/x", "predict") == "http_json");
  CHECK(mode(14s, "/a/c/reinfer_/x", "predict").empty());
  CHECK(mode(14s, "/a/b/reinfer_/x", "dataset").empty());
  CHECK(mode(14s, "/a/identity_/connect/token", "predict").empty());
  CHECK(mode(15s, "/a/b/reinfer_/x", "predict").empty());
  CHECK(mode(60min, "/api/v1", "dataset") == "ok");
}

TEST_CASE("a step ends after its requests, and the next one that fits follows") {
  const auto scenario = std::get<Scenario>(
      parse_scenario("[[step]]\nmode='http_json.500'\nrequests=2\n[[step]]\nmode='ok'", "s.toml"));
  base::Random random(1);
  const auto mode = [&](std::vector<std::uint64_t> acted) {
    return step_in_force(scenario, 0s, find_place("/a/b/reinfer_/x"), "dataset",
                         FaultScope::request, random, acted)
        ->fault.mode->name;
  };
  CHECK(mode({0, 0}) == "http_json");
  CHECK(mode({1, 0}) == "http_json");
  CHECK(mode({2, 0}) == "ok");
}

TEST_CASE("gzip and its bomb decode to what went in") {
  CHECK(gunzip(base::gzip("hello")) == "hello");
  CHECK(gunzip(gzip_bomb("<", 200'000, ">")) == "<" + std::string(200'000, 'x') + ">");
  CHECK(gunzip(gzip_bomb("", 65'536, "")) == std::string(65'536, 'x'));
  CHECK(gunzip(gzip_bomb("<", 0, ">")) == "<>");
}

TEST_CASE("certificates are signed by the CA and differ in what is wrong with them") {
  const Certificates made = make_certificates();
  const auto read = [](const std::string& pem) {
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    REQUIRE(certificate != nullptr);
    return std::unique_ptr<X509, void (*)(X509*)>(certificate, X509_free);
  };
  const auto ca = read(made.ca_pem);
  for (const CertificateName name : kCertificateNames) {
    CAPTURE(to_text(name));
    const auto leaf = read(made.leaves[static_cast<std::size_t>(name)].certificate_pem);
    CHECK(X509_verify(leaf.get(), X509_get0_pubkey(ca.get())) == 1);
    CHECK(X509_check_issued(ca.get(), leaf.get()) == X509_V_OK);
    const bool right_name = name != CertificateName::wrong_name;
    CHECK((X509_check_host(leaf.get(), "localhost", 0, 0, nullptr) == 1) == right_name);
    CHECK((X509_check_ip_asc(leaf.get(), "127.0.0.1", 0) == 1) == right_name);
    const bool ended = X509_cmp_current_time(X509_get0_notAfter(leaf.get())) < 0;
    CHECK(ended == (name == CertificateName::expired));
  }
}

TEST_CASE("a healthy dataset comes over TLS with true Server-Timing and the usual headers") {
  TestWorld world;
  const Fetched reply = world.get_dataset("acme/prod");
  CHECK(reply.code == CURLE_OK);
  CHECK(reply.status == 200);
  CHECK(reply.document()["dataset"].is_object());
  CHECK(reply.header("content-encoding") == "gzip");
  CHECK(reply.header("x-request-id") == "abc");
  CHECK(reply.header("cf-ray").ends_with("-LHR"));
  const std::string timing = reply.header("server-timing");
  REQUIRE(timing.starts_with("total;dur="));
  CHECK(std::stod(timing.substr(10)) >= 1.0);
  CHECK(world.get(world.host() + kDatasetPath).status == 200);
  const auto seen = world.simulator.requests_seen();
  CHECK(seen.requests == 2);
  CHECK(seen.last.back().authorization == Authorization::ok);
}

TEST_CASE("certificates fail verification for their own reason and can be swapped") {
  TestWorld world;
  world.fresh_connections();
  CHECK(world.get_dataset("a/b", PortKind::https_expired).code == CURLE_PEER_FAILED_VERIFICATION);
  CHECK(world.get_dataset("a/b", PortKind::https_wrong_name).code ==
        CURLE_PEER_FAILED_VERIFICATION);
  world.simulator.set_certificate(CertificateName::expired);
  CHECK(world.get_dataset("a/b").code == CURLE_PEER_FAILED_VERIFICATION);
  world.simulator.set_certificate(CertificateName::valid);
  CHECK(world.get_dataset("a/b").status == 200);
  CHECK_FALSE(world.simulator.set_fault("tls_wrong_name"));
  CHECK(world.get_dataset("a/b").code == CURLE_PEER_FAILED_VERIFICATION);
  CHECK_FALSE(world.simulator.set_fault("tls_never"));
  world.patience(200);
  CHECK(world.get_dataset("a/b").code == CURLE_OPERATION_TIMEDOUT);
}

// What libcurl and a look at status and body tell of each outcome; enough to see that the fault is
// on the wire, not a judge.
bool looks_like(std::string_view outcome, const Fetched& reply) {
  const json body = reply.document();
  const bool spoken = body.is_object() && body.contains("status") && body["status"].is_string();
  const bool ok = reply.status == 200 && spoken && body["status"] == "ok";
  const auto is = [&](long status, bool by_application) {
    return reply.code == CURLE_OK && reply.status == status && spoken == by_application;
  };
  const std::map<std::string_view, bool> facts = {
      {"ok", reply.code == CURLE_OK && ok},
      {"server_error", is(500, true) && body["status"] == "error"},
      {"protocol_error", spoken && (!ok || !body.contains("dataset"))},
      {"conflict", is(409, true)},
      {"response_timeout", reply.code == CURLE_OPERATION_TIMEDOUT},
      {"gateway_error", reply.status >= 500 && !spoken},
      {"gateway_not_found", is(404, false)},
      {"edge_blocked", is(403, false)},
      {"redirected", is(302, false) && !reply.header("location").empty()},
      {"not_the_api", reply.code == CURLE_OK && reply.status < 300 && !spoken},
      // libcurl 7.88 takes a plain connection's end within the headers for the end of the reply.
      {"connection_lost", reply.code != CURLE_OK || reply.header("connection").empty()},
      {"bad_body", reply.code != CURLE_OK && reply.code != CURLE_OPERATION_TIMEDOUT},
      {"unauthorized", reply.status == 401},
      {"forbidden", is(403, true)},
      {"throttled", reply.status == 429},
      {"not_found", is(404, true)},
      {"response_too_large", reply.code == CURLE_WRITE_ERROR},
  };
  const auto fact = facts.find(outcome);
  return fact != facts.end() && fact->second;
}

TEST_CASE("every fault chosen by path does on the wire what its row says") {
  TestWorld world;
  for (const PortKind kind : {PortKind::http, PortKind::https}) {
    for (const FaultMode& mode : fault_modes()) {
      if (mode.scope != FaultScope::request) continue;
      CAPTURE(mode.name);
      world.patience(mode.expected_outcome == "response_timeout" ? 200 : 20'000);
      const Fetched reply = world.get_dataset("faults/" + std::string(mode.name), kind);
      CAPTURE(reply.code);
      CAPTURE(reply.status);
      CHECK(looks_like(mode.expected_outcome, reply));
    }
  }
  CHECK(world.get_dataset("faults/nonsense").status == 400);
  CHECK(world.get_dataset("faults/tls_never").status == 400);
}

TEST_CASE("faults that only show in the headers are there") {
  TestWorld world;
  CHECK(world.get_dataset("faults/no_server_timing").header("server-timing").empty());
  CHECK(world.get_dataset("faults/two_server_timing_lines").headers.count("server-timing") == 2);
  CHECK(world.get_dataset("faults/server_timing_joined").header("server-timing").find(", total") !=
        std::string::npos);
  CHECK(world.get_dataset("faults/server_timing_malformed.1").header("server-timing") == "total");
  CHECK(world.get_dataset("faults/throttle.7").header("retry-after") == "7");
  CHECK(world.get_dataset("faults/throttle.date").header("retry-after").ends_with(" GMT"));
  CHECK(world.get_dataset("faults/throttle.none").header("retry-after").empty());
  const std::string portal = world.get_dataset("faults/redirect_portal").header("location");
  CHECK(world.get(world.host() + portal).body.starts_with("<!doctype html>"));
}

TEST_CASE("a fault set at run time is for its tenants until ok takes it back") {
  TestWorld world;
  CHECK_FALSE(world.simulator.set_fault("http_json.503", "acme/prod"));
  CHECK(world.get_dataset("acme/prod").status == 503);
  CHECK(world.get_dataset("acme/test").status == 200);
  CHECK_FALSE(world.simulator.set_fault("http_json.404"));
  CHECK(world.get_dataset("acme/prod").status == 503);
  CHECK(world.get_dataset("acme/test").status == 404);
  CHECK(world.get_dataset("faults/ok").status == 200);
  CHECK_FALSE(world.simulator.set_fault("ok"));
  CHECK_FALSE(world.simulator.set_fault("ok", "acme/prod"));
  CHECK(world.get_dataset("acme/prod").status == 200);
  CHECK(world.simulator.set_fault("nonsense"));
}

TEST_CASE("a rotated token is refused and one of the token endpoint is accepted") {
  TestWorld world;
  world.simulator.set_token("another");
  CHECK(world.get_dataset("a/b").status == 401);
  const std::string form =
      "grant_type=client_credentials&client_id=simulated-client&client_secret=simulated-secret";
  const std::string endpoint = world.host() + "/a/identity_/connect/token";
  const json issued = world.get(endpoint, form).document();
  CHECK(issued["expires_in"] == 3600);
  world.token = issued["access_token"];
  CHECK(world.get_dataset("a/b").status == 200);
  CHECK(world.get(endpoint, form + "x").document()["error"] == "invalid_client");
  const std::string faulty = world.host() + "/faults/oauth_expires_in.9s/identity_/connect/token";
  CHECK(world.get(faulty, form).document()["expires_in"] == 9);
  CHECK_FALSE(world.simulator.set_fault("oauth_invalid_client"));
  CHECK(world.get(endpoint, form).status == 400);
  CHECK(world.get_dataset("a/b").status == 200);
}

TEST_CASE("the control routes steer and count without naming a token") {
  TestWorld world;
  const std::string control = world.host() + "/_simulator/";
  CHECK(world.get(control + "fault", R"({"mode":"cf_530","tenant":"a/b"})").status == 200);
  CHECK(world.get(control + "fault", R"({"mode":"x"})").status == 400);
  CHECK(world.get(control + "certificate", R"({"name":"expired"})").status == 200);
  CHECK(world.get(control + "certificate", R"({"name":"x"})").status == 400);
  CHECK(world.get(control + "token", R"({"token":"another"})").status == 200);
  CHECK(world.get_dataset("a/b", PortKind::http).status == 530);
  CHECK(world.get_dataset("c/d", PortKind::http).status == 401);
  const Fetched requests = world.get(control + "requests");
  const json seen = requests.document();
  CHECK(seen["requests"] == 2);
  CHECK(seen["connections"] == 1);
  CHECK(seen["by_path"][std::string("/a/b/reinfer_") + kDatasetPath]["530"] == 1);
  CHECK(seen["last"][1]["authorization"] == "bad");
  CHECK(requests.body.find("simulated-token") == std::string::npos);
  CHECK(world.get(control + "reset", "{}").status == 200);
  CHECK(world.simulator.requests_seen().requests == 0);
  CHECK(world.get(control + "nothing").status == 404);
}

TEST_CASE("the same seed draws the same marks") {
  Options options;
  options.seed = 7;
  const auto ray = [&] { return TestWorld(options).get_dataset("a/b").header("cf-ray"); };
  const std::string first = ray();
  CHECK(first == ray());
  options.seed = 8;
  CHECK(first != ray());
}

TEST_CASE("held connections end when the simulator stops and malformed requests are refused") {
  TestWorld world;
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(world.simulator.port(PortKind::http));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const std::string request = "GET /faults/never_answer/reinfer_/api/v1/users HTTP/1.1\r\n\r\n";
  REQUIRE(send(fd, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
  CHECK(world.simulator.wait_for_requests(1, 20s));
  world.simulator.stop();
  char byte = 0;
  CHECK(recv(fd, &byte, 1, 0) == 0);
  close(fd);
  CHECK(std::holds_alternative<Problem>(parse_head("GET nothing HTTP/1.1")));
  CHECK(std::holds_alternative<Problem>(parse_head("GET / HTTP/1.1\r\nno colon")));
  CHECK(std::holds_alternative<Problem>(parse_head("GET /%zz HTTP/1.1")));
}

TEST_CASE("a project name with an encoded slash counts as two segments") {
  CHECK(find_place("/a/b/reinfer_/api/v1/datasets/demo/support").rest.size() == 5);
  TestWorld world;
  CHECK(world.get(world.simulator.base_url(PortKind::http) + "/api/v1/datasets/demo%2Fsupport")
            .document()["dataset"]
            .is_object());
}

}  // namespace
}  // namespace reinfer::simulator

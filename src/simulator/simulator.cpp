#include "simulator/simulator.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/check.h"
#include "simulator/client_connection.h"
#include "simulator/file.h"
#include "simulator/tcp_server.h"
#include "simulator/tls_context.h"

namespace reinfer::simulator {
namespace {

constexpr auto kHandshakeMax = std::chrono::seconds(30);
constexpr std::uint16_t kDefaultTlsPort = 9443;

Options with_default_port(Options options) {
  for (const auto& address : options.listen)
    if (address) return options;
  options.listen[static_cast<std::size_t>(PortKind::https)] = Address{"127.0.0.1", kDefaultTlsPort};
  return options;
}

}  // namespace

struct Simulator::Running {
  Running(const Options& options, Scenario scenario, const base::Clock& clock,
          const base::Log& its_log)
      : log(its_log),
        certificates(make_certificates()),
        contexts{TlsContext(certificates.leaves[0]), TlsContext(certificates.leaves[1]),
                 TlsContext(certificates.leaves[2])},
        world(options, std::move(scenario), clock),
        server([this](base::Descriptor socket, PortKind kind) { meet(std::move(socket), kind); },
               stop, its_log) {}

  Presentation presentation(PortKind kind) {
    if (kind == PortKind::https_expired) return Presentation::expired;
    if (kind == PortKind::https_wrong_name) return Presentation::wrong_name;
    return world.presentation();
  }

  void meet(base::Descriptor socket, PortKind kind) {
    Stream stream(std::move(socket), stop);
    world.count_connection();
    if (kind != PortKind::http) {
      const Presentation shown = presentation(kind);
      if (shown == Presentation::silence) return stream.hold();
      ssl_ctx_st* context = contexts[static_cast<std::size_t>(shown)].get();
      if (stream.start_tls(context, clock_now() + kHandshakeMax) != StreamStatus::ok) return;
    }
    serve(stream, world, log);
  }

  base::MonoTime clock_now() const { return world.now().mono; }

  const base::Log& log;
  const Certificates certificates;
  const std::array<TlsContext, 3> contexts;  // indexed by CertificateName and Presentation
  StopSignal stop;
  World world;
  Server server;
};

Simulator::Simulator(Options options)
    : options_(with_default_port(std::move(options))),
      log_(options_.log_level, options_.log_format) {}

Simulator::~Simulator() {
  stop();
}

std::optional<Problem> Simulator::start() {
  base::check(running_ == nullptr, "a simulator starts once");
  Scenario scenario;
  if (!options_.scenario_file.empty()) {
    auto loaded = load_scenario(options_.scenario_file);
    if (auto* problem = std::get_if<Problem>(&loaded)) return std::move(*problem);
    scenario = std::move(std::get<Scenario>(loaded));
  }
  auto running = std::make_unique<Running>(options_, std::move(scenario), clock_, log_);
  for (std::size_t i = 0; i < kPortKindCount; ++i) {
    if (!options_.listen[i]) continue;
    if (auto problem = running->server.open(static_cast<PortKind>(i), *options_.listen[i]))
      return problem;
  }
  if (!options_.ca_file.empty())
    if (auto problem = write_atomically(options_.ca_file, running->certificates.ca_pem))
      return problem;
  running_ = std::move(running);
  running_->server.start();
  if (options_.ready_file.empty()) return std::nullopt;
  return write_atomically(options_.ready_file, ready_json() + "\n");
}

void Simulator::stop() {
  if (running_ != nullptr) running_->server.stop();
}

std::uint16_t Simulator::port(PortKind kind) const {
  return running_->server.port(kind);
}

std::string Simulator::base_url(PortKind kind, std::string_view tenant) const {
  return fmt::format("{}://localhost:{}/{}/reinfer_", kind == PortKind::http ? "http" : "https",
                     port(kind), tenant);
}

const std::string& Simulator::ca_pem() const {
  return running_->certificates.ca_pem;
}

std::string Simulator::ready_json() const {
  std::string json = "{";
  for (std::size_t i = 0; i < kPortKindCount; ++i)
    if (const auto bound = port(static_cast<PortKind>(i)); bound != 0)
      json += fmt::format("\"{}\":{},", kPortNames[i], bound);
  return json + fmt::format("\"pid\":{}}}", getpid());
}

std::optional<Problem> Simulator::set_fault(std::string_view mode, std::string tenant) {
  const auto parsed = parse_fault(mode);
  if (const auto* problem = std::get_if<Problem>(&parsed)) return *problem;
  running_->world.set_fault(std::move(tenant), std::get<Fault>(parsed));
  return std::nullopt;
}

void Simulator::set_token(std::string token) {
  running_->world.set_token(std::move(token));
}
void Simulator::set_certificate(CertificateName name) {
  running_->world.set_certificate(name);
}
RequestsSeen Simulator::requests_seen() const {
  return running_->world.requests_seen();
}

bool Simulator::wait_for_requests(std::uint64_t at_least, base::Nanoseconds patience) {
  return running_->world.wait_for_requests(at_least, patience);
}

}  // namespace reinfer::simulator

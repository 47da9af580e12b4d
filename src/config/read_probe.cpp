#include "config/read_probe.h"

#include "config/catalogue.h"
#include "config/read_slo.h"

namespace reinfer::config {
namespace {

using namespace std::chrono_literals;

constexpr std::array kConnections = {
    Choice<model::ConnectionMode>{"fresh", model::ConnectionMode::fresh},
    Choice<model::ConnectionMode>{"reuse", model::ConnectionMode::reuse}};

constexpr std::array kTypes = {Choice<model::JsonType>{"array", model::JsonType::array},
                               Choice<model::JsonType>{"object", model::JsonType::object},
                               Choice<model::JsonType>{"string", model::JsonType::string},
                               Choice<model::JsonType>{"number", model::JsonType::number},
                               Choice<model::JsonType>{"boolean", model::JsonType::boolean},
                               Choice<model::JsonType>{"any", model::JsonType::any}};

ExpectConfig read_expect(const DocumentValue& table, const std::string& path,
                         base::ProblemList& problems) {
  TableReader reader(table, path, problems);
  ExpectConfig expect;
  expect.place = table.place;
  expect.status = reader.integer("status", 200, 599);
  expect.key = reader.text("key");
  expect.type = reader.choice("type", kTypes);
  expect.length = reader.integer("length", 0, 1000000);
  reader.finish();
  return expect;
}

}  // namespace

ProbeSettings read_settings(TableReader& reader, base::ProblemList& problems) {
  constexpr std::int64_t kBodyBytesMax = 64 * 1024 * 1024;
  constexpr std::size_t kBucketsMax = 50;
  constexpr base::Nanoseconds kTimeoutMin = 10ms;
  constexpr base::Nanoseconds kTimeoutMax = 4min;
  ProbeSettings settings;
  settings.interval = reader.duration("interval", 1s, 24h);
  settings.timeout = reader.duration("timeout", kTimeoutMin, kTimeoutMax);
  settings.resolve_timeout = reader.duration("resolve_timeout", kTimeoutMin, kTimeoutMax);
  settings.connect_timeout = reader.duration("connect_timeout", kTimeoutMin, kTimeoutMax);
  settings.tls_timeout = reader.duration("tls_timeout", kTimeoutMin, kTimeoutMax);
  settings.connection = reader.choice("connection", kConnections);
  settings.body_bytes_max = reader.integer("body_bytes_max", 1, kBodyBytesMax);
  settings.buckets = reader.rising_durations("buckets", kBucketsMax);
  settings.slo = read_slo(reader, problems);
  return settings;
}

ProbeConfig read_probe(const DocumentValue& table, const std::string& path,
                       base::ProblemList& problems) {
  TableReader reader(table, path, problems);
  ProbeConfig probe;
  probe.place = table.place;
  probe.name = reader.text("name");
  probe.use = reader.text("use");
  for (const ParameterRule& rule : parameter_rules())
    probe.parameters.emplace(
        rule.name, rule.takes_integer ? reader.text_or_integer(rule.name) : reader.text(rule.name));
  probe.method = reader.text("method");
  probe.path = reader.text("path");
  probe.body = reader.text("body");
  if (const DocumentValue* expect = reader.table("expect"))
    probe.expect = read_expect(*expect, reader.key_path("expect"), problems);
  probe.accept_cost = reader.boolean("accept_cost");
  probe.settings = read_settings(reader, problems);
  reader.finish();
  return probe;
}

}  // namespace reinfer::config

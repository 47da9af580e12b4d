#include "model/partition.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "app/probe_threads.h"
#include "app/shard_text.h"
#include "base/hash.h"
#include "record/ledgers.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::partition_test {
namespace {

using namespace std::chrono_literals;

std::string many_tenants(std::size_t tenants, std::size_t probes, std::size_t in_flight_max = 100) {
  std::string text = fmt::format(
      "[limits]\nprobes_in_flight_max = {}\n[[control]]\nname = \"example\"\nurl = "
      "\"https://example.com/\"\n",
      in_flight_max);
  for (std::size_t i = 0; i < tenants; ++i) {
    text += fmt::format(
        "[[tenant]]\nname = \"t{0}\"\nbase_url = \"https://cloud.uipath.com/org/t{0}/reinfer_\"\n"
        "token_env = \"A\"\n",
        i);
    for (std::size_t k = 0; k < probes; ++k)
      text += fmt::format("[[tenant.probe]]\nname = \"p{}\"\nuse = \"projects\"\n", k);
  }
  return text;
}

// Like many_tenants, with one OAuth client for the first `sharing` of them.
std::string tenants_of_one_client(std::size_t tenants, std::size_t sharing) {
  std::string text;
  for (std::size_t i = 0; i < tenants; ++i)
    text += fmt::format(
        "[[tenant]]\nname = \"t{0}\"\n"
        "base_url = \"https://cloud.uipath.com/org/t{0}/reinfer_\"\n{1}\n[[tenant.probe]]\nuse = "
        "\"projects\"\n",
        i,
        i < sharing
            ? "oauth = { token_url = \"https://cloud.uipath.com/org/identity_/connect/token\","
              " client_id = \"me\", client_secret_env = \"S\" }"
            : "token_env = \"A\"");
  return text;
}

std::set<std::size_t> parts_used(const model::Partition& partition, std::size_t first,
                                 std::size_t count) {
  std::set<std::size_t> parts;
  for (std::size_t i = first; i < first + count; ++i)
    parts.insert(partition.tenants.at(i).part);
  return parts;
}

std::string full_name(const model::Target& target) {
  return target.tenant_name + "/" + target.probe;
}

TEST_CASE("one more place takes its share from all others and moves nothing else") {
  constexpr std::size_t kTexts = 4000;
  std::size_t moved = 0;
  for (std::size_t i = 0; i < kTexts; ++i) {
    const std::string text = fmt::format("tenant-{} dataset", i);
    const std::size_t before = base::rendezvous(text, 4);
    const std::size_t after = base::rendezvous(text, 5);
    CHECK(before < 4);
    if (before != after) CHECK(after == 4);
    moved += before != after;
  }
  CHECK(moved > kTexts / 5 * 8 / 10);
  CHECK(moved < kTexts / 5 * 12 / 10);
}

TEST_CASE("shards share all targets, each with one of them") {
  const auto whole = plan_from(many_tenants(20, 5));
  std::multiset<std::string> seen;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto part = model::shard_of(whole, {i, 3});
    const model::Plan& shard = *part;
    CHECK(shard.controls() == whole->controls());
    for (const model::Target& target : shard.targets()) {
      seen.insert(full_name(target));
      CHECK(shard.tenant(target.tenant).name == target.tenant_name);
    }
    for (const model::Tenant& tenant : shard.tenants())
      CHECK(std::any_of(
          shard.targets().begin(), shard.targets().end(),
          [&](const model::Target& target) { return target.tenant_name == tenant.name; }));
  }
  CHECK(seen.size() == 100);
  CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == 100);
  CHECK(model::shard_of(whole, {0, 1}) == whole);
}

TEST_CASE("threads share all targets by tenant, and each knows the whole limit") {
  const auto whole = plan_from(many_tenants(12, 3));
  const model::Partition partition = model::partition_plan(whole, 3);
  REQUIRE(partition.parts.size() == 3);
  std::size_t targets = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const model::Plan& part = *partition.parts[i];
    targets += part.targets().size();
    CHECK(part.limits().probes_in_flight_max == 100);
    CHECK(part.controls().size() == (i == 0 ? 1 : 0));
    for (const model::Tenant& tenant : part.tenants())
      CHECK(model::part_of(partition, tenant.name) == i);
  }
  CHECK(targets == 36);
  for (std::size_t i = 0; i < 36; ++i) {
    const model::PartIndex place = partition.targets[i];
    CHECK(full_name(partition.parts[place.part]->targets().at(place.index)) ==
          full_name(whole->targets()[i]));
  }
  for (std::size_t i = 0; i < 12; ++i) {
    const model::PartIndex place = partition.tenants[i];
    CHECK(partition.parts[place.part]->tenants().at(place.index) == whole->tenants()[i]);
  }
  CHECK(model::partition_plan(whole, 1).parts.front() == whole);
}

TEST_CASE("tenants whose token is fetched from one source are one thread's") {
  for (const std::size_t parts : {1U, 2U, 4U, 8U}) {
    const auto plan = plan_from(tenants_of_one_client(20, 8));
    const model::Partition partition = model::partition_plan(plan, parts);
    CHECK(parts_used(partition, 0, 8).size() == 1);
    // Those with a stored token are spread.
    CHECK(parts_used(partition, 8, 12).size() > (parts - 1) / 2);
    CHECK(model::parts_max(*plan) == 13);
  }
  std::string commands = many_tenants(6, 1);
  for (auto at = commands.find("token_env = \"A\""); at != std::string::npos;
       at = commands.find("token_env = \"A\""))
    commands.replace(at, 15, "token_command = [\"/bin/echo\", \"t\"]");
  CHECK(parts_used(model::partition_plan(plan_from(commands), 8), 0, 6).size() == 1);
  std::string stored = many_tenants(12, 1);
  CHECK(parts_used(model::partition_plan(plan_from(stored), 3), 0, 12).size() == 3);
  CHECK(model::parts_max(*plan_from(stored)) == 12);
}

TEST_CASE("a reload leaves each tenant where it is, and joins those that now share a source") {
  const auto apart = plan_from(tenants_of_one_client(20, 0));
  const model::Partition before = model::partition_plan(apart, 4);
  REQUIRE(parts_used(before, 0, 8).size() > 1);
  const model::Partition joined =
      model::partition_plan(plan_from(tenants_of_one_client(20, 8)), 4, &before);
  CHECK(parts_used(joined, 0, 8) == std::set{before.tenants[0].part});
  // Those that were in other parts stay; the part of the eight gives its others away.
  for (std::size_t i = 8; i < 20; ++i) {
    if (before.tenants[i].part != before.tenants[0].part)
      CHECK(joined.tenants[i].part == before.tenants[i].part);
    else
      CHECK(joined.tenants[i].part != before.tenants[i].part);
  }
  // Those that leave the source stay with the thread that knows it, but for two: it has too many.
  const model::Partition again = model::partition_plan(apart, 4, &joined);
  std::size_t moved = 0;
  for (std::size_t i = 0; i < 20; ++i)
    moved += again.tenants[i].part != joined.tenants[i].part;
  CHECK(moved == 2);
  for (std::size_t i = 8; i < 20; ++i)
    CHECK(again.tenants[i].part == joined.tenants[i].part);
  // A tenant that is added goes to the others of its source.
  const model::Partition more =
      model::partition_plan(plan_from(tenants_of_one_client(21, 21)), 4, &joined);
  CHECK(parts_used(more, 0, 21).size() == 1);
}

TEST_CASE("the figures of a tenant move with it to the thread of its source") {
  const base::Instant now{base::WallTime{500s}, base::MonoTime{1s}};
  const model::Partition before = model::partition_plan(plan_from(tenants_of_one_client(20, 0)), 4);
  record::Ledgers ledgers(before, now);
  for (std::size_t i = 0; i < 20; ++i) {
    const model::PartIndex place = before.targets[i];
    record::Ledger& ledger = ledgers.part(place.part);
    ledger.record_skipped(model::TargetIndex(place.index), model::SkipReason::stall, i + 1);
    ledger.record_started(model::TargetIndex(place.index), 0ms);
    model::ProbeResult result;
    result.target = model::TargetIndex(place.index);
    result.outcome = model::Outcome::server_error;
    ledger.record(result);
    ledger.record_started(model::TargetIndex(place.index), 0ms);  // in flight
    model::TokenFacts facts;
    facts.changes = i;
    ledger.record_token(model::TenantIndex(before.tenants[i].index), facts);
  }
  const model::Partition after =
      model::partition_plan(plan_from(tenants_of_one_client(20, 8)), 4, &before);
  ledgers.adopt(after, now, [] { return std::vector<bool>(4, false); });
  const record::Snapshot snapshot = ledgers.snapshot(now);
  std::size_t moved = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    CAPTURE(i);
    CHECK(snapshot.targets[i].skips() == i + 1);
    CHECK(snapshot.targets[i].results() == 1);
    CHECK(snapshot.tenants[i].token.changes == i);
    const bool stays = after.tenants[i].part == before.tenants[i].part;
    moved += !stays;
    CHECK(snapshot.targets[i].in_flight == stays);
    const auto evidence = ledgers.evidence(fmt::format("t{}", i), "projects");
    REQUIRE(evidence);
    CHECK(evidence->evidence.failures().size() == 1);
  }
  CHECK(moved > 0);
  CHECK(snapshot.exporter.probes_in_flight == 20 - moved);
}

// Tenants t0, t1, ..., the first with a probe each `intervals[0]` seconds, and so on.
std::string tenants_every(const std::vector<int>& intervals) {
  std::string text;
  for (std::size_t i = 0; i < intervals.size(); ++i)
    text += fmt::format(
        "[[tenant]]\nname = \"t{0}\"\nbase_url = \"https://cloud.uipath.com/org/t{0}/reinfer_\"\n"
        "token_env = \"A\"\n[[tenant.probe]]\nuse = \"projects\"\ninterval = \"{1}s\"\n",
        i, intervals[i]);
  return text;
}

std::vector<double> loads_of(const model::Partition& partition) {
  std::vector<double> loads;
  for (const auto& part : partition.parts) {
    double load = 0;
    for (const model::Target& target : part->targets())
      load += 1 / base::to_seconds(target.interval);
    loads.push_back(load);
  }
  return loads;
}

TEST_CASE("as many equal tenants as threads have a thread each") {
  for (const std::size_t count : {2U, 3U, 8U, 16U}) {
    const auto plan = plan_from(many_tenants(count, 3));
    CHECK(parts_used(model::partition_plan(plan, count), 0, count).size() == count);
  }
}

TEST_CASE("threads get about as many probes a second each, however tenants differ") {
  // One tenant of ten probes every 20 s beside a hundred of one every 200 s.
  std::vector<int> intervals(100, 200);
  std::string text = tenants_every(intervals);
  text +=
      "[[tenant]]\nname = \"large\"\nbase_url = \"https://cloud.uipath.com/org/l/reinfer_\"\n"
      "token_env = \"A\"\n";
  for (int i = 0; i < 10; ++i)
    text += fmt::format(
        "[[tenant.probe]]\nname = \"p{}\"\nuse = \"projects\"\ninterval = \"20s\"\n", i);
  const auto loads = loads_of(model::partition_plan(plan_from(text), 2));
  CHECK(loads[0] == doctest::Approx(0.5));
  CHECK(loads[1] == doctest::Approx(0.5));
}

TEST_CASE("a reload moves tenants only out of a part that has become much too heavy") {
  const model::Partition before =
      model::partition_plan(plan_from(tenants_every({200, 200, 200, 200, 200, 200, 200, 200})), 2);
  SUBCASE("a little more in one part moves nobody") {
    const model::Partition after = model::partition_plan(
        plan_from(tenants_every({160, 200, 200, 200, 200, 200, 200, 200})), 2, &before);
    for (std::size_t i = 0; i < 8; ++i)
      CHECK(after.tenants[i].part == before.tenants[i].part);
  }
  SUBCASE("twice as much in one part moves as few as it takes") {
    std::vector<int> faster;
    for (std::size_t i = 0; i < 8; ++i)
      faster.push_back(before.tenants[i].part == 0 ? 40 : 200);
    const model::Partition after =
        model::partition_plan(plan_from(tenants_every(faster)), 2, &before);
    std::size_t moved = 0;
    for (std::size_t i = 0; i < 8; ++i)
      moved += after.tenants[i].part != before.tenants[i].part;
    CHECK(moved == 1);
    const auto loads = loads_of(after);
    CHECK(std::max(loads[0], loads[1]) < 1.25 * (loads[0] + loads[1]) / 2 + 0.0001);
  }
  SUBCASE("one tenant that is too heavy alone stays") {
    const model::Partition after = model::partition_plan(
        plan_from(tenants_every({20, 2000, 2000, 2000, 2000, 2000, 2000, 2000})), 2, &before);
    CHECK(after.tenants[0].part == before.tenants[0].part);
  }
}

TEST_CASE("more parts than tenants leave some empty") {
  const model::Partition partition = model::partition_plan(plan_from(kTwoTenants), 8);
  std::size_t empty = 0;
  for (const auto& part : partition.parts)
    empty += part->targets().empty();
  CHECK(empty >= 6);
}

TEST_CASE("several ledgers read as one") {
  const base::Instant now{base::WallTime{500s}, base::MonoTime{1s}};
  const auto whole = plan_from(many_tenants(6, 2));
  const model::Partition partition = model::partition_plan(whole, 3);
  record::Ledgers ledgers(partition, now);
  for (std::size_t i = 0; i < whole->targets().size(); ++i) {
    const model::PartIndex place = partition.targets[i];
    record::Ledger& ledger = ledgers.part(place.part);
    ledger.record_skipped(model::TargetIndex(place.index), model::SkipReason::stall, i);
    ledger.record_started(model::TargetIndex(place.index), 2ms);
    model::ProbeResult result;
    result.target = model::TargetIndex(place.index);
    result.outcome = model::Outcome::server_error;
    result.phases.wait = 1ms;
    result.network_overhead = 1ms;
    result.uncertainty.wait = 1s;
    ledger.record(result);
  }
  ledgers.part(0).record_control(0, true);
  ledgers.part(1).record_realtime();
  ledgers.part(2).record_realtime();
  const record::Snapshot snapshot = ledgers.snapshot(now);
  CHECK(snapshot.plan == whole);
  REQUIRE(snapshot.targets.size() == 12);
  for (std::size_t i = 0; i < 12; ++i)
    CHECK(snapshot.targets[i].skips() == i);
  CHECK(snapshot.tenants.size() == 6);
  CHECK(snapshot.controls == std::vector<std::optional<bool>>{true});
  CHECK(snapshot.exporter.probe_threads == 3);
  CHECK(snapshot.exporter.realtime_probe_threads == 2);
  CHECK(snapshot.exporter.schedule_lag.count() == 12);
  CHECK(snapshot.exporter.distrusted[static_cast<std::size_t>(model::Distrust::loop_late)] == 12);
  CHECK(snapshot.exporter.last_reload_successful);

  const auto evidence = ledgers.evidence("t5", "p1");
  REQUIRE(evidence);
  CHECK(evidence->plan == whole);
  CHECK(evidence->evidence.failures().front().target == evidence->target);
  CHECK_FALSE(ledgers.evidence("t6", "p1"));
  CHECK(ledgers.recents(whole.get(), {model::TargetIndex{11}, model::TargetIndex{0}})->size() == 2);
  CHECK_FALSE(ledgers.recents(nullptr, {}));

  ledgers.record_reload_failed({"no"});
  CHECK_FALSE(ledgers.snapshot(now).exporter.last_reload_successful);
  CHECK(ledgers.snapshot(now).exporter.reload_problems == std::vector<std::string>{"no"});
}

TEST_CASE("a part that no thread is left to adopt is adopted all the same") {
  const base::Instant now{base::WallTime{500s}, base::MonoTime{1s}};
  record::Ledgers ledgers(model::partition_plan(plan_from(kTwoTenants), 2), now);
  const auto next = plan_from(many_tenants(5, 1));
  ledgers.adopt(model::partition_plan(next, 2), now, [] {
    return std::vector<bool>{false, false};
  });
  const record::Snapshot snapshot = ledgers.snapshot(now);
  CHECK(snapshot.plan == next);
  CHECK(snapshot.targets.size() == 5);
  CHECK(ledgers.evidence("t4", "p0"));
}

TEST_CASE("a thread that has lost its targets no longer says which clock stamps") {
  const base::Instant now{base::WallTime{500s}, base::MonoTime{1s}};
  const model::Partition partition = model::partition_plan(plan_from(many_tenants(6, 1)), 2);
  record::Ledgers ledgers(partition, now);
  const auto waits = [&](std::size_t part, model::ClockSource source) {
    model::ProbeResult result;
    result.phases.wait = 1ms;
    result.clock_source = source;
    ledgers.part(part).record_started(result.target, 0ms);
    ledgers.part(part).record(result);
  };
  REQUIRE_FALSE(partition.parts[0]->targets().empty());
  REQUIRE_FALSE(partition.parts[1]->targets().empty());
  waits(0, model::ClockSource::kernel);
  waits(1, model::ClockSource::user);
  CHECK(ledgers.snapshot(now).exporter.clock_source == model::ClockSource::user);

  std::string text;
  for (std::size_t i = 0; text.empty(); ++i)
    if (base::rendezvous(fmt::format("t{}", i), 2) == 0)
      text = fmt::format(
          "[[tenant]]\nname = \"t{0}\"\nbase_url = \"https://cloud.uipath.com/org/t{0}/reinfer_\"\n"
          "token_env = \"A\"\n[[tenant.probe]]\nname = \"p0\"\nuse = \"projects\"\n",
          i);
  ledgers.adopt(model::partition_plan(plan_from(text), 2), now, [] {
    return std::vector<bool>{false, false};
  });
  CHECK(ledgers.snapshot(now).exporter.clock_source == model::ClockSource::kernel);
}

TEST_CASE("a shard may have nothing to do, with several threads too") {
  const auto whole = plan_from(many_tenants(1, 1));
  std::size_t targets = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const model::Partition partition = model::partition_plan(model::shard_of(whole, {i, 4}), 2);
    CHECK(partition.parts.size() == 2);
    targets += partition.targets.size();
  }
  CHECK(targets == 1);
}

TEST_CASE("a plan gets as many threads as its probes and the processors want") {
  const auto threads_for = [](const std::string& interval, std::size_t processors,
                              const std::string& tenants = many_tenants(50, 5)) {
    return app::probe_threads_for(
        *plan_from("[defaults]\ninterval = \"" + interval + "\"\ntimeout = \"900ms\"\n" +
                   "resolve_timeout = \"900ms\"\nconnect_timeout = \"900ms\"\n"
                   "tls_timeout = \"900ms\"\n" +
                   tenants),
        processors);
  };
  CHECK(threads_for("30s", 8) == 1);  // 8 a second
  CHECK(threads_for("5s", 8) == 5);   // 50 a second
  CHECK(threads_for("1s", 8) == 21);  // 250 a second
  CHECK(threads_for("1s", 2) == 8);
  CHECK(threads_for("1s", 0) == 4);
  CHECK(threads_for("1s", 8, many_tenants(2, 100)) == 2);
  CHECK(threads_for("1s", 100, many_tenants(100, 10)) == app::kProbeThreadsMax);
  CHECK(app::probe_threads_for(*model::shard_of(plan_from(many_tenants(1, 1)), {0, 1}), 8) == 1);
}

TEST_CASE("a shard is written as index and count, or found by the pod's ordinal") {
  CHECK(app::parse_shard("0/3", "", "") == model::Shard{0, 3});
  CHECK(app::parse_shard("2/3", "", "") == model::Shard{2, 3});
  CHECK(app::parse_shard("auto/3", "exporter-1", "") == model::Shard{1, 3});
  CHECK(app::parse_shard("auto/3", "exporter-2.exporter.monitoring.svc", "") == model::Shard{2, 3});
  CHECK(app::parse_shard("auto", "reinfer-exporter-0", "5") == model::Shard{0, 5});
  CHECK(app::parse_shard("0/1", "", "") == model::Shard{});
}

TEST_CASE("what is no shard is said, with what is allowed") {
  const auto wrong = [](std::string_view text, std::string_view host = "pod-1",
                        std::string_view shards = "") {
    return app::parse_shard(text, host, shards).error();
  };
  CHECK(wrong("3") == "\"3\" is no shard, allowed: INDEX/COUNT such as 0/3, auto/COUNT, or auto");
  CHECK(wrong("3/3") == "the index is 3, allowed: 0 to 2, the first is 0");
  CHECK(wrong("/3") == "there is no number before the slash, allowed: 0 to 2");
  CHECK(wrong("-1/3") == "there is no number before the slash, allowed: 0 to 2");
  CHECK(wrong("0/0") == "the count is \"0\", allowed: 1 to 1000");
  CHECK(wrong("0/1001") == "the count is \"1001\", allowed: 1 to 1000");
  CHECK(wrong("0/3x") == "the count is \"3x\", allowed: 1 to 1000");
  CHECK(wrong("auto") == "the count of REINFER_SHARDS is \"\", allowed: 1 to 1000");
  CHECK(wrong("auto/3", "pod") ==
        "there is no number at the end of the host's name \"pod\", allowed: 0 to 2");
  CHECK(wrong("auto/3", "pod-7") ==
        "the index at the end of the host's name \"pod-7\" is 7, allowed: 0 to 2, the first is 0");
}

}  // namespace
}  // namespace reinfer::tests::partition_test

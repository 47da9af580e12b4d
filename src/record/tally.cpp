#include "record/tally.h"

#include "model/figures.h"

namespace reinfer::record {
namespace {

void add_phases(const model::PhaseTimings& phases, std::array<PhaseTotal, kPhaseCount>& totals) {
  const std::array<const std::optional<base::Nanoseconds>*, kPhaseCount> in_label_order = {
      &phases.resolve, &phases.connect, &phases.tls, &phases.send, &phases.wait, &phases.receive};
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (!*in_label_order[i]) continue;
    totals[i].seconds += base::to_seconds(**in_label_order[i]);
    ++totals[i].samples;
  }
}

std::uint64_t& dropped(ExporterRecord& exporter, Dropped what) {
  return exporter.dropped[static_cast<std::size_t>(what)];
}

void count_code(int code, TargetRecord& record, ExporterRecord& exporter) {
  const auto known = record.http_codes.find(code);
  if (known != record.http_codes.end()) {
    ++known->second;
  } else if (record.http_codes.size() < kHttpCodesMax) {
    record.http_codes.emplace(code, 1);
  } else {
    ++record.http_codes_other;
    ++dropped(exporter, Dropped::http_codes);
  }
}

void count_reply(const model::ProbeResult& result, TargetRecord& record, ExporterRecord& exporter) {
  dropped(exporter, Dropped::server_timing_entries) += result.server_timing_dropped;
  dropped(exporter, Dropped::header_lines) += result.headers_dropped;
  if (result.server_timing_state)
    ++record.server_timing[static_cast<std::size_t>(*result.server_timing_state)];
  if (result.first_http_status) count_code(*result.first_http_status, record, exporter);
  if (result.http_status) count_code(*result.http_status, record, exporter);
}

void count_tcp(const model::TcpFacts& tcp, TargetRecord& record) {
  if (tcp.rtt) record.tcp_rtt = tcp.rtt;
  record.tcp_retransmits += tcp.retransmits;
}

void count_latency(const model::ProbeResult& result, const std::optional<Exemplar>& exemplar,
                   TargetRecord& record, ExporterRecord& exporter) {
  if (const auto reason = model::distrust_of_figures(result))
    ++exporter.distrusted[static_cast<std::size_t>(*reason)];
  const std::array<LatencyHistogram*, model::kLatencyFigureCount> histograms = {
      &record.duration, &record.server_processing, &record.network_overhead};
  const model::LatencyFigures figures = model::latency_figures(result);
  for (std::size_t i = 0; i < figures.size(); ++i)
    if (figures[i]) histograms[i]->observe(base::to_seconds(*figures[i]), exemplar);
}

void keep_failure(model::Outcome outcome, const Exemplar& exemplar, TargetRecord& record) {
  for (OutcomeExemplar& kept : record.failures)
    if (kept.outcome == outcome) {
      kept.exemplar = exemplar;
      return;
    }
  record.failures.push_back({outcome, exemplar});
}

}  // namespace

TargetRecord empty_record(const model::Target& target, base::WallTime now) {
  TargetRecord record;
  record.duration = LatencyHistogram(target.buckets, now);
  record.server_processing = LatencyHistogram(target.buckets, now);
  record.network_overhead = LatencyHistogram(target.buckets, now);
  record.created = now;
  return record;
}

void tally(const model::ProbeResult& result, TargetRecord& record, ExporterRecord& exporter) {
  ++record.outcomes[static_cast<std::size_t>(result.outcome)];
  if (result.resent) ++exporter.resent_requests;
  if (result.phases.wait) exporter.clock_source = result.clock_source;
  if (result.tcp) count_tcp(*result.tcp, record);
  add_phases(result.phases, record.phases);
  count_reply(result, record, exporter);
  const std::optional<Exemplar> exemplar = exemplar_of(result);
  count_latency(result, exemplar, record, exporter);
  if (exemplar && result.outcome != model::Outcome::ok)
    keep_failure(result.outcome, *exemplar, record);
  const bool replied = result.http_status.has_value();
  record.last = LastResult{
      result.finished.wall, result.outcome,
      result.http_status,   replied ? std::optional(result.application_answered) : std::nullopt,
      result.body_bytes,    result.cause};
  if (result.outcome == model::Outcome::ok) record.last_success = result.finished.wall;
}

}  // namespace reinfer::record

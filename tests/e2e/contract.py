"""The metrics that the exporter promises, with their types: a change here is a change for users."""

# What every target has once it was probed with success.
TARGET_METRICS = {
    'reinfer_probe_results_total': 'counter',
    'reinfer_probe_success': 'gauge',
    'reinfer_application_answered': 'gauge',
    'reinfer_http_responses_total': 'counter',
    'reinfer_probe_last_timestamp_seconds': 'gauge',
    'reinfer_probe_last_success_timestamp_seconds': 'gauge',
    'reinfer_probe_interval_seconds': 'gauge',
    'reinfer_probe_skipped_total': 'counter',
    'reinfer_probe_duration_seconds': 'histogram',
    'reinfer_server_processing_seconds': 'histogram',
    'reinfer_network_overhead_seconds': 'histogram',
    'reinfer_server_timing_replies_total': 'counter',
    'reinfer_probe_phase_seconds_total': 'counter',
    'reinfer_probe_phase_samples_total': 'counter',
    'reinfer_response_size_bytes': 'gauge',
    'reinfer_tcp_rtt_seconds': 'gauge',
    'reinfer_tcp_retransmits_total': 'counter',
}

TENANT_METRICS = {
    'reinfer_tenant_info': 'gauge',
    'reinfer_tls_certificate_expiry_timestamp_seconds': 'gauge',
}

EXPORTER_METRICS = {
    'reinfer_exporter_build_info': 'gauge',
    'reinfer_exporter_config_last_reload_successful': 'gauge',
    'reinfer_exporter_config_last_reload_success_timestamp_seconds': 'gauge',
    'reinfer_exporter_schedule_lag_seconds': 'histogram',
    'reinfer_exporter_loop_busy_seconds_total': 'counter',
    'reinfer_exporter_probe_threads': 'gauge',
    'reinfer_exporter_realtime_probe_threads': 'gauge',
    'reinfer_exporter_probes_in_flight': 'gauge',
    'reinfer_exporter_clock_source': 'gauge',
    'reinfer_exporter_distrusted_samples_total': 'counter',
    'reinfer_exporter_series': 'gauge',
    'reinfer_exporter_scrape_duration_seconds': 'histogram',
    'reinfer_exporter_http_requests_total': 'counter',
    'reinfer_exporter_http_rejected_total': 'counter',
    'reinfer_exporter_http_connections': 'gauge',
    'process_cpu_seconds_total': 'counter',
    'process_resident_memory_bytes': 'gauge',
    'process_virtual_memory_bytes': 'gauge',
    'process_start_time_seconds': 'gauge',
    'process_open_fds': 'gauge',
    'process_max_fds': 'gauge',
}

ALL_METRICS = {**TARGET_METRICS, **TENANT_METRICS, **EXPORTER_METRICS}

SERIES_PER_TARGET_MAX = 125
RESIDENT_BYTES_MAX = 30e6

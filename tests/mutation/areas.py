"""What is mutated, by area, and the tests that are asked first. An area that no row of `first`
kills is put to all unit tests, and then to the levels in `then`.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    """Files of src, and doctest's patterns of source files."""
    name: str
    files: tuple
    first: str  # of the unit level
    then: tuple = ('sim',)
    component: str = ''  # patterns, for what only real sockets show


AREAS = (
    Area('judge', ('probe/judge.cpp', 'probe/reply_body.cpp', 'model/outcome.cpp'),
         '*judge_test*,*corpus*'),
    Area('schedule', ('schedule/schedule.cpp', 'probe/controls.cpp'), '*schedule_test*'),
    Area('parsers', ('probe/server_timing.cpp', 'probe/retry_after.cpp', 'base/duration.cpp',
                     'base/http_date.cpp', 'config/base_url.cpp', 'config/base_url_parts.cpp',
                     'base/rfc3339.cpp'),
         '*server_timing*,*base_test*,*base_url*,*http_date*,*courtesy*,*corpus*,*rfc3339*'),
    Area('access', ('http/access.cpp', 'base/token_bucket.cpp', 'http/password.cpp',
                    'http/web_files.cpp', 'base/base64.cpp'),
         '*access_test*,*token_bucket*,*rate_limit*,*web_*,*base64*',
         ('component',), '*access_test*'),
    Area('framing', ('http/request_parser.cpp', 'transport/reply_reader.cpp'),
         '*request_parser*,*corpus*,*http_test*,*reply_reader*',
         ('component',), '*http_rules*,*server_test*'),
    Area('admission', ('probe/admission.cpp', 'probe/paid_budget.cpp'),
         '*courtesy*'),
    Area('slo', ('record/objective_events.cpp', 'model/objective.cpp', 'record/health_state.cpp',
                 'sla/attribution.cpp', 'sla/coverage.cpp', 'sla/slots.cpp',
                 'sla/tenant_slices.cpp'),
         '*objective*,*sla_*,*report_test*,*record_test*'),
)

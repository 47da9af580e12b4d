"""What the alerts must do: for each, a history in which it fires and one in which it does not.

A case lists moments, in minutes, each with all alerts that fire then (the watchdog apart): a set of
"Alert severity fault" texts, so that each moment also says what stays silent. `never` holds alerts
that must not have fired at any time.
"""

from dataclasses import dataclass, field

from history import DAY, HOUR, Target, minutes

OUT = (('ok', minutes(60)), ('server_error', None))


@dataclass
class Case:
    """One history and what it sets off. `more` are further series, name with labels -> values."""
    name: str
    targets: list
    fires: dict
    about: str = ''  # the alert whose silence the case is about, where it fires nowhere in it
    step: int = 30
    gone_at: float = None  # the minute from which the exporter shows nothing
    rules: tuple = ('recording_rules.yml', 'alerts.yml')
    more: dict = field(default_factory=dict)
    without: tuple = ()  # starts of series that the exporter does not show
    never: tuple = ()
    gap: tuple = ()  # minutes between which Prometheus scrapes nothing
    held: tuple = ()  # series that go on in the gap
    # promtool evaluates every group at each step. True: the series of reinfer_slo_samples come as
    # seldom as its interval says, and it is left out.
    thinned: bool = False


def lasting(*spans):
    """A timeline from pairs of an outcome and how many minutes it lasts, None for the rest."""
    timeline, until = [], 0
    for outcome, length in spans:
        until = None if length is None else until + minutes(length)
        timeline.append((outcome, until))
    return tuple(timeline)


def tenant_series(name, tenant='acme', instance='exporter:9877'):
    """A series of a tenant of one exporter."""
    return f'{name}{{job="reinfer_exporter",instance="{instance}",tenant="{tenant}"}}'


def flat(value, count):
    """The same value at each scrape."""
    return [value] * count


def scrapes(span, step=30):
    """How many scrapes fall into so many minutes, both ends included."""
    return minutes(span) // step + 1


DOWN = 'ReinferPlatformDown critical'
BURN = 'ReinferErrorBudgetBurn critical'
TICKET = 'ReinferErrorBudgetBurn warning'
SPENT = 'ReinferErrorBudgetExhausted warning'
SLOW = 'ReinferLatencyBudgetBurn warning'

def spending(fault):
    """The alerts of a fast burn that is not old enough for a ticket."""
    return {f'{BURN} {fault}'}


OBJECTIVES = [
    Case('one lost probe in a quiet day tells nobody',
         [Target(timeline=lasting(('ok', 60), ('connection_lost', 0.5), ('ok', None)))],
         {61: set(), 65: set(), 8 * 60: set()}, about='ReinferErrorBudgetBurn', step=60,
         never=('.*',)),
    Case('two lost probes within an hour tell nobody',
         [Target(timeline=lasting(('ok', 60), ('server_error', 0.5), ('ok', 9.5),
                                  ('server_error', 0.5), ('ok', None)))],
         {61: set(), 71: set(), 120: set()}, about='ReinferErrorBudgetBurn', never=('.*',)),
    Case('one probe in ten failing pages for the budget, with whose fault it is',
         [Target(timeline=lasting(('ok', 60), (['server_error'] + 9 * ['ok'], None)))],
         {60: set(), 80: spending('platform')}),
    Case('the edge is named where it causes most of the failures',
         [Target(timeline=lasting(('ok', 60), (['gateway_error', 'ok', 'gateway_error', 'ok',
                                                'server_error', 'ok', 'ok'], None)))],
         {80: spending('edge') | {f'{TICKET} edge'}}),
    Case('failures on the way are named as the network',
         [Target(timeline=lasting(('ok', 60), (['dns_error'] + 4 * ['ok'], None)))],
         {80: spending('network')}),
    Case('a fault that is not counted is not named, though it fails more often',
         [Target(counted=('platform',),
                 timeline=lasting(('ok', 60), (['dns_error', 'dns_error', 'server_error', 'ok',
                                                'ok', 'ok', 'ok'], None)))],
         {80: spending('platform')}),
    Case('a budget that is not counted against is not spent',
         [Target(counted=('platform',), timeline=lasting(('ok', 60), (['dns_error', 'ok', 'ok'],
                                                                      None)))],
         {80: set()}, about='ReinferErrorBudgetBurn'),
    Case('a burn that is over pages no longer',
         [Target(timeline=lasting(('ok', 60), (['server_error', 'ok', 'ok'], 20), ('ok', None)))],
         {75: spending('platform') | {f'{TICKET} platform'}, 125: {f'{TICKET} platform'}}),
    Case('a slow burn of days is a ticket, and pages nobody',
         [Target(availability=0.99, timeline=lasting(('ok', 60),
                                                     (['server_error'] + 19 * ['ok'], None)))],
         {60: set(), 10 * 60: set(), 20 * 60: {f'{TICKET} platform'}}, step=240,
         never=('ReinferErrorBudgetExhausted',)),
    Case('a budget of 30 days that is spent is a ticket',
         [Target(timeline=lasting(('ok', 60), ('server_error', 60), ('ok', None)))],
         {100: {f'{BURN} platform', f'{TICKET} platform', f'{DOWN} platform'},
          125: {f'{BURN} platform', f'{TICKET} platform', f'{SPENT} platform'}}),
    Case('a rejected token leaves the budget alone',
         [Target(timeline=lasting(('ok', 60), ('unauthorized', None)))],
         {90: {'ReinferTokenRejected critical credentials'}},
         about='ReinferErrorBudgetBurn',
         more={tenant_series('reinfer_token_accepted'): flat(1, scrapes(60)) + flat(0, 120)},
         never=('ReinferErrorBudget.*', 'ReinferPlatformDown')),
    Case('maintenance costs no budget and pages nobody',
         [Target(timeline=lasting(('ok', 60), ('server_error', 30), ('ok', None)),
                 maintenance=((minutes(60), minutes(90)),))],
         {70: set(), 90: set(), 95: set(), 120: set()}, about='ReinferPlatformDown',
         never=('.*',)),
    Case('slow replies burn the latency budget, named as the platform\'s if its share is larger',
         [Target(latency=0.95, server_seconds=2, network_seconds=0.1,
                 slow=((0, minutes(60)), (90, None)))],
         {90: {'ReinferServerSlow warning platform'},
          120: {f'{SLOW} platform', 'ReinferServerSlow warning platform'}}, step=60),
    Case('the network is named if its share is larger',
         [Target(latency=0.95, server_seconds=0.1, network_seconds=2,
                 slow=((0, minutes(60)), (90, None)))],
         {120: {f'{SLOW} network', 'ReinferPathSlow warning network'}}, step=60),
    Case('as many slow replies as the objective allows are nobody\'s business',
         [Target(latency=0.95, slow=((4, None),))],
         {120: set()}, about='ReinferLatencyBudgetBurn', step=60, never=('.*',)),
    Case('a slow server under the threshold is not told, nor is one without an objective',
         [Target(latency=0.95, server_seconds=0.7),
          Target('other', availability=None, server_seconds=5)],
         {90: set()}, about='ReinferServerSlow', step=60, never=('.*',)),
    Case('a slow path under the threshold is not told, nor is one without an objective',
         [Target(latency=0.95, network_seconds=0.7),
          Target('other', availability=None, network_seconds=5)],
         {90: set()}, about='ReinferPathSlow', step=60, never=('.*',)),
    Case('a budget with nothing to judge is told as such',
         [Target(timeline=lasting(('ok', 60), ('not_found', None)))],
         {130: {'ReinferObjectiveBlind warning monitor', 'ReinferAccessDenied warning request'}},
         step=60),
    Case('a probe that is rare by intention is not blind',
         [Target(timeline=(('ok', minutes(5)), (None, None)), interval=3 * HOUR)],
         {110: set()}, about='ReinferObjectiveBlind', step=60,
         never=('ReinferObjectiveBlind',)),
]

OUTAGES = [
    Case('a hard outage pages within three minutes',
         [Target(timeline=OUT), Target('not_found', timeline=OUT, availability=None)],
         {60: set(), 62.5: {f'{DOWN} platform'},
          65: {f'{BURN} platform', f'{TICKET} platform', f'{DOWN} platform'}}),
    Case('a hard outage pages within three minutes without an objective',
         [Target(timeline=OUT, availability=None)], {60: set(), 62.5: {f'{DOWN} platform'}}),
    Case('an outage of the edge is the edge\'s',
         [Target(availability=None, timeline=lasting(
             ('ok', 60), (['gateway_error', 'gateway_error', 'connection_lost'], None)))],
         {65: {f'{DOWN} edge'}}),
    Case('one probe that still works makes no outage',
         [Target(timeline=OUT, availability=None), Target('not_found', availability=None)],
         {65: set(), 72: {'ReinferProbeDown warning platform'}}, about='ReinferPlatformDown',
         never=('ReinferPlatformDown',)),
    Case('probes that all fail are an outage and not single probes down',
         [Target(timeline=OUT, availability=None),
          Target('not_found', timeline=OUT, availability=None)],
         {75: {f'{DOWN} platform'}}, about='ReinferProbeDown', never=('ReinferProbeDown',)),
    Case('three minutes of nothing but network failures are the network\'s',
         [Target(timeline=lasting(('ok', 60), ('dns_error', None)), availability=None)],
         {60: set(), 64: {'ReinferNetworkUnreachable critical network'}},
         never=('ReinferPlatformDown',)),
    Case('fewer than half of the probes lost on the way do not page without an objective',
         [Target(timeline=lasting(('ok', 60), (['dns_error', 'ok', 'ok'], None)),
                 availability=None)],
         {90: set()}, about='ReinferNetworkUnreachable', never=('.*',)),
    Case('with the controls gone as well it is the network of the exporter',
         [Target(timeline=lasting(('ok', 60), ('connection_lost', None)), availability=None)],
         {70: {'ReinferLocalEgressDown critical monitor'}}, never=('ReinferNetworkUnreachable',),
         more={'reinfer_control_reachable{job="reinfer_exporter",instance="exporter:9877",'
               'control="web"}': flat(1, scrapes(60)) + flat(0, 80)}),
    Case('without a connection of our own a token that cannot be fetched is nobody else\'s matter',
         [Target(timeline=lasting(('ok', 60), ('connection_lost', 10), ('token_unavailable', None)),
                 availability=None)],
         {69: {'ReinferLocalEgressDown critical monitor'},
          80: {'ReinferLocalEgressDown critical monitor'}}, about='ReinferTokenUnavailable',
         never=('ReinferTokenUnavailable',),
         more={'reinfer_control_reachable{job="reinfer_exporter",instance="exporter:9877",'
               'control="web"}': flat(1, scrapes(60)) + flat(0, 80)}),
    Case('a control that is down while the platform answers tells nothing',
         [Target(availability=None)], {70: set()}, about='ReinferLocalEgressDown', never=('.*',),
         more={'reinfer_control_reachable{job="reinfer_exporter",instance="exporter:9877",'
               'control="web"}': flat(0, scrapes(80))}),
    Case('replies that are not the API are told',
         [Target(timeline=lasting(('ok', 60), (['not_the_api'] + 7 * ['ok'], None)),
                 availability=None)],
         {60: set(), 75: {'ReinferSchemaChanged warning edge'}}),
    Case('two odd replies in a quarter of an hour are not',
         [Target(timeline=lasting(('ok', 60), (['not_the_api'] + 15 * ['ok'], None)),
                 availability=None)],
         {90: set()}, about='ReinferSchemaChanged', never=('.*',)),
    Case('a certificate is told three weeks and again three days before it expires',
         [Target(availability=None),
          Target(tenant='other', availability=None), Target(tenant='fine', availability=None)],
         {30: {'ReinferCertificateExpiresSoon warning platform',
               'ReinferCertificateExpiresSoon critical platform'}},
         more={tenant_series('reinfer_tls_certificate_expiry_timestamp_seconds'):
               flat(20 * DAY, scrapes(40)),
               tenant_series('reinfer_tls_certificate_expiry_timestamp_seconds', 'other'):
               flat(2 * DAY, scrapes(40)),
               tenant_series('reinfer_tls_certificate_expiry_timestamp_seconds', 'fine'):
               flat(60 * DAY, scrapes(40))}),
    Case('a certificate that nobody has seen, or that lasts, tells nothing',
         [Target(availability=None), Target(tenant='fine', availability=None)], {60: set()},
         about='ReinferCertificateExpiresSoon', never=('.*',),
         more={tenant_series('reinfer_tls_certificate_expiry_timestamp_seconds', 'fine'):
               flat(60 * DAY, scrapes(60))}),
    Case('exporters that disagree are told',
         [Target(availability=None),
          Target(instance='elsewhere:9877', availability=None, timeline=lasting(
              ('ok', 30), (['connection_lost', 'ok', 'ok'], None)))],
         {60: {'ReinferVantageDisagrees warning network'}}),
    Case('exporters that see the same agree',
         [Target(availability=None, timeline=((['server_error', 'ok', 'ok'], None),)),
          Target(instance='elsewhere:9877', availability=None,
                 timeline=((['ok', 'ok', 'server_error'], None),))],
         {60: set()}, about='ReinferVantageDisagrees', never=('.*',)),
]


# Between scrapes, where a case takes a day and more: five minutes still have two of them.
OF_A_DAY = 120


def server_timing(day_before, now):
    """Counters of replies with Server-Timing, in per cent of all, over a day and two hours."""
    labels = ('{job="reinfer_exporter",instance="exporter:9877",tenant="acme",probe="dataset",'
              'state="%s"}')
    with_it, without_it, a, b = [], [], 0, 0
    for i in range((DAY + 3 * HOUR) // OF_A_DAY + 1):
        share = day_before if i < DAY // OF_A_DAY else now
        a, b = a + 4 * share / 100, b + 4 * (1 - share / 100)
        with_it.append(a)
        without_it.append(b)
    return {'reinfer_server_timing_replies_total' + labels % 'ok': with_it,
            'reinfer_server_timing_replies_total' + labels % 'missing': without_it}


OURSELVES = [
    Case('a token that cannot be fetched is told',
         [Target(timeline=lasting(('ok', 30), ('token_unavailable', None)), availability=None)],
         {30: set(), 35: {'ReinferTokenUnavailable critical credentials'}}),
    Case('one probe without a token is not',
         [Target(timeline=lasting(('ok', 30), ('token_unavailable', 1), ('ok', None)),
                 availability=None)],
         {60: set()}, about='ReinferTokenUnavailable', never=('.*',)),
    Case('a token that was accepted again in time tells nobody',
         [Target(availability=None)], {60: set()}, about='ReinferTokenRejected', never=('.*',),
         more={tenant_series('reinfer_token_accepted'):
               flat(1, scrapes(30)) + flat(0, 2) + flat(1, 200)}),
    Case('a token that expires soon and is not renewed is told',
         [Target(availability=None)], {25 * 60: {'ReinferTokenExpiresSoon warning credentials'}},
         step=OF_A_DAY, rules=('alerts.yml',),
         more={tenant_series('reinfer_token_expiry_timestamp_seconds'):
                        flat(3 * DAY, scrapes(26 * 60, OF_A_DAY))}),
    Case('a token that is renewed every hour is not',
         [Target(availability=None)], {25 * 60: set()}, about='ReinferTokenExpiresSoon',
         step=OF_A_DAY, rules=('alerts.yml',),
         never=('.*',), more={tenant_series('reinfer_token_expiry_timestamp_seconds'):
                              [i * OF_A_DAY // HOUR * HOUR + HOUR
                               for i in range(scrapes(26 * 60, OF_A_DAY))]}),
    Case('a permission that was taken away is told to its owner, and costs no budget',
         [Target(timeline=lasting(('ok', 30), ('forbidden', None)))],
         {45: {'ReinferAccessDenied warning credentials'}}, never=('ReinferErrorBudget.*',)),
    Case('two refusals are not', [Target(timeline=lasting(('ok', 30), ('forbidden', 1),
                                                         ('ok', None)))],
         {60: set()}, about='ReinferAccessDenied', never=('.*',)),
    Case('throttling is told, and costs no budget',
         [Target(timeline=lasting(('ok', 30), (['throttled', 'ok', 'ok', 'ok'], None)))],
         {45: {'ReinferThrottled warning request'}}, never=('ReinferErrorBudget.*',)),
    Case('a single 429 is not', [Target(timeline=lasting(('ok', 30), ('throttled', 0.5),
                                                        ('ok', None)))],
         {60: set()}, about='ReinferThrottled', never=('.*',)),
    Case('Server-Timing that has gone is told',
         [Target(availability=None)],
         {26 * 60: {'ReinferServerTimingMissing info platform'}}, step=OF_A_DAY,
         rules=('alerts.yml',), more=server_timing(100, 20)),
    Case('Server-Timing that was never there is not',
         [Target(availability=None)], {26 * 60: set()}, step=OF_A_DAY, never=('.*',),
         about='ReinferServerTimingMissing', rules=('alerts.yml',), more=server_timing(20, 20)),
]


UP = 'up{job="reinfer_exporter",instance="exporter:9877"}'
BUILD = 'reinfer_exporter_build_info{job="reinfer_exporter",instance="exporter:9877"}'
DISTRUSTED = ('reinfer_exporter_distrusted_samples_total'
              '{job="reinfer_exporter",instance="exporter:9877",reason="loop_late"}')
RELOADED = ('reinfer_exporter_config_last_reload_successful'
            '{job="reinfer_exporter",instance="exporter:9877"}')

MONITORING = [
    Case('an exporter that is gone pages, and nothing is made of what it cannot tell',
         [Target(availability=None)], {30: set(), 34: {'ReinferExporterDown critical monitor'},
                      39: {'ReinferExporterDown critical monitor',
                           'ReinferExporterAbsent critical monitor'}},
         gone_at=30, more={UP: flat(1, scrapes(30)) + flat(0, 40)}),
    Case('a scrape that fails once, or another program that is down, does not',
         [Target(availability=None)], {60: set()}, about='ReinferExporterDown', never=('.*',),
         more={UP: flat(1, scrapes(30)) + flat(0, 4) + flat(1, 200),
               'up{job="node",instance="node:9100"}': flat(0, scrapes(60))}),
    Case('no exporter at all pages',
         [], {3: set(), 10: {'ReinferExporterAbsent critical monitor'}}, without=('',),
         more={'up{job="prometheus",instance="localhost:9090"}': flat(1, scrapes(30))}),
    Case('one exporter of two is enough not to be absent',
         [Target(availability=None)], {30: set()}, about='ReinferExporterAbsent', never=('.*',)),
    Case('a configuration that was refused is told',
         [Target(availability=None)],
         {30: set(), 40: {'ReinferExporterConfigReloadFailed warning monitor'}},
         more={RELOADED: flat(1, scrapes(30)) + flat(0, 60)}),
    Case('a configuration that was mended within minutes is not',
         [Target(availability=None)], {60: set()}, never=('.*',),
         about='ReinferExporterConfigReloadFailed',
         more={RELOADED: flat(1, scrapes(30)) + flat(0, 10) + flat(1, 120)}),
    Case('slots that are missed are told',
         [Target(timeline=((['ok', 'ok', 'ok', 'ok', 'skip:overlap'], None),), availability=None)],
         {40: {'ReinferProbesMissed warning monitor'}}),
    Case('slots that the API or a budget forbids are not missed',
         [Target(timeline=((['ok', 'ok', 'ok', 'ok', 'skip:throttled'], None),),
                 availability=None),
          Target('other', timeline=((['ok', 'ok', 'ok', 'ok', 'skip:budget'], None),),
                 availability=None)],
         {60: set()}, about='ReinferProbesMissed', never=('.*',)),
    Case('latencies that the exporter itself does not trust are told',
         [Target(availability=None)],
         {30: set(), 95: {'ReinferExporterInexact warning monitor'}},
         more={DISTRUSTED: flat(0, scrapes(30)) + [i // 5 for i in range(scrapes(90))]}),
    Case('a host that was busy for a moment is not',
         [Target(availability=None)], {120: set()}, about='ReinferExporterInexact',
         never=('.*',), more={DISTRUSTED: flat(0, scrapes(30)) + list(range(12)) + flat(12, 240)}),
    Case('one distrusted latency of few is not, however large a share it is',
         [Target(interval=10 * 60, availability=None)], {180: set()},
         about='ReinferExporterInexact', never=('.*',),
         more={DISTRUSTED: [i // 40 for i in range(scrapes(180))]}),
    Case('an exporter that is up but does not probe pages',
         [Target(timeline=lasting(('ok', 30), (None, None)), availability=None)],
         {30: set(), 40: {'ReinferNoData critical monitor'}}),
    Case('an exporter that never begins to probe pages',
         [Target(timeline=((None, None),), availability=None)],
         {3: set(), 10: {'ReinferNoData critical monitor'}}),
    Case('a target that may not be probed, or seldom is, does not page',
         [Target(timeline=lasting(('ok', 30), ('skip:credentials', None)), availability=None),
          Target('rare', interval=HOUR, availability=None)],
         {60: set(), 115: set()}, about='ReinferNoData', never=('.*',)),
]

CASES = OBJECTIVES + OUTAGES + OURSELVES + MONITORING

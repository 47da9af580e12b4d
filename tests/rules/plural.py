"""Cases with two of anything: vantages, exporters, shards; and exporters that are gone."""

from cases import (BUILD, BURN, DOWN, OUT, RELOADED, TICKET, UP, Case, flat, lasting, scrapes)
from history import DAY, Target, exporter_series, minutes

WEB = RELOADED.replace('_config_', '_web_config_')
CERTIFICATE = WEB.replace('config_last_reload_successful', 'certificate_expiry_timestamp_seconds')


def shard(number):
    """A shard of three."""
    return (f'reinfer_exporter_shard_info{{job="reinfer_exporter",instance="shard-{number}:9877",'
            f'shard="{number}",shards="3"}}')


def rule_failures(group):
    """Prometheus' own count for a group of rules."""
    return ('prometheus_rule_evaluation_failures_total{job="prometheus",'
            f'instance="localhost:9090",rule_group="/etc/rules.yml;{group}"}}')


def another_exporter(instance, tenant, until):
    """One with a tenant that is no longer a target after some minutes."""
    end = minutes(until)
    made = Target(tenant=tenant, instance=instance, availability=None)
    series = exporter_series(end, 30, [made.exporter]) | made.series(end, 30)
    return {name: row + ['stale'] for name, row in series.items()}


def vantages(*timelines, **more):
    """One target for each timeline, each seen from a place of its own."""
    return [Target(instance=f'exporter-{place}:9877', vantage=place, timeline=timeline, **more)
            for place, timeline in zip('abcde', timelines)]


FINE = (('ok', None),)
CUT_OFF = lasting(('ok', 60), ('connection_lost', None))
EGRESS = 'ReinferLocalEgressDown critical monitor'
DISAGREE = 'ReinferVantageDisagrees warning network'


def controls(exporter, row):
    """A control of an exporter."""
    return {f'reinfer_control_reachable{{job="reinfer_exporter",instance="{exporter}",'
            'control="web"}': row}


PLURAL = [
    Case('one vantage of two that is cut off is a ticket, and no outage',
         vantages(FINE, CUT_OFF, availability=None),
         {60: set(), 80: {'ReinferVantageDown warning network', DISAGREE}},
         never=('ReinferPlatformDown', 'ReinferNetworkUnreachable')),
    Case('an outage that one vantage of two sees pages nobody, nor does its budget',
         vantages(FINE, OUT),
         {60: set(), 75: {'ReinferVantageDown warning platform', DISAGREE,
                          f'{TICKET} platform'}},
         about='ReinferPlatformDown', never=('ReinferPlatformDown',)),
    Case('two vantages that see the same outage are a majority',
         vantages(OUT, OUT),
         {60: set(), 65: {f'{DOWN} platform', f'{BURN} platform', f'{TICKET} platform'}},
         about='ReinferVantageDown', never=('ReinferVantage.*',)),
    Case('two vantages of three are a majority',
         vantages(FINE, OUT, OUT, availability=None),
         {60: set(), 65: {f'{DOWN} platform'}, 80: {f'{DOWN} platform', DISAGREE}},
         never=('ReinferVantageDown',)),
    Case('vantages that see the same outage with another fault are a majority together',
         vantages(OUT, CUT_OFF, availability=None),
         {75: {f'{DOWN} platform', 'ReinferNetworkUnreachable critical network'}},
         never=('ReinferVantageDown',)),
    Case('a vantage that has gone does not outvote those that are left',
         vantages(OUT, (('ok', minutes(50)), (None, None)), availability=None),
         {65: {f'{DOWN} platform', 'ReinferNoData critical monitor'}}),
    Case('an exporter without a connection is no witness, and hides no outage of others',
         [Target(instance='a:9877', timeline=CUT_OFF, availability=None),
          Target(instance='b:9877', timeline=lasting(('ok', 80), ('server_error', None)),
                 availability=None)],
         {60: set(), 75: {EGRESS}, 85: {EGRESS, f'{DOWN} platform'}},
         more=controls('a:9877', flat(1, scrapes(60)) + flat(0, 60)),
         never=('ReinferVantage.*', 'ReinferNetworkUnreachable')),
    Case('shards that are not all there are told',
         [], {20: set(), 30: {'ReinferShardMissing critical monitor'}},
         more={shard(0): flat(1, scrapes(40)), shard(1): flat(1, scrapes(40)),
               shard(2): flat(1, scrapes(20)) + ['stale']}),
    Case('a shard that never came is told',
         [], {10: {'ReinferShardMissing critical monitor'}},
         more={shard(0): flat(1, scrapes(40)), shard(2): flat(1, scrapes(40))}),
    Case('shards that are all there are not',
         [], {30: set()}, about='ReinferShardMissing', never=('.*',),
         more={shard(number): flat(1, scrapes(40)) for number in range(3)}),
    Case('an exporter that goes with its targets is told, though another is left',
         [Target(availability=None), Target(tenant='other', availability=None)],
         {60: set(), 75: {'ReinferTargetGone critical monitor',
                          'ReinferExporterGone warning monitor'},
          5 * 60: {'ReinferTargetGone critical monitor', 'ReinferExporterGone warning monitor'}},
         more=another_exporter('gone:9877', 'globex', 60)),
    Case('a tenant that its exporter no longer shows was taken out of the configuration',
         [Target(availability=None)], {90: set()}, about='ReinferTargetGone', never=('.*',),
         more={name: row for name, row in another_exporter('exporter:9877', 'globex', 60).items()
               if 'globex' in name}),
    Case('a new exporter in the place of an old one, with both there for a while, is no loss',
         [Target(availability=None)], {60: set(), 150: set()}, about='ReinferExporterGone',
         never=('.*',),
         more={name: ['_'] * scrapes(60) + [
                   value + minutes(60) + 30 if 'timestamp' in name and value not in ('_', 'stale')
                   else value for value in row]
               for name, row in another_exporter('new:9877', 'acme', 5).items()}),
    Case('an exporter that is down for eight days is told for as long as it is a target',
         [], {40: set(), 80: {'ReinferExporterDown critical monitor'},
              8 * 24 * 60: {'ReinferExporterDown critical monitor'}},
         step=1200, about='ReinferExporterDown', without=('up', 'reinfer_exporter_build_info'),
         more={UP: flat(1, 3) + flat(0, 600), BUILD: flat(1, 3) + ['stale'],
               BUILD.replace('exporter:', 'other:'): flat(1, 600)}),
    Case('web files that were refused are told',
         [Target(availability=None)],
         {30: set(), 40: {'ReinferExporterWebConfigReloadFailed warning monitor'}},
         more={WEB: flat(1, scrapes(30)) + flat(0, 60)}),
    Case('web files that were refused for a moment are not',
         [Target(availability=None)], {60: set()}, never=('.*',),
         about='ReinferExporterWebConfigReloadFailed',
         more={WEB: flat(1, scrapes(30)) + flat(0, 6) + flat(1, 120)}),
    Case("an exporter's own certificate that expires soon is told",
         [Target(availability=None)],
         {30: {'ReinferExporterCertificateExpiresSoon warning monitor'}},
         more={CERTIFICATE: flat(10 * DAY, scrapes(40))}),
    Case("an exporter's own certificate pages two days before it expires",
         [Target(availability=None)],
         {30: {'ReinferExporterCertificateExpiresSoon warning monitor',
               'ReinferExporterCertificateExpiresSoon critical monitor'}},
         more={CERTIFICATE: flat(DAY, scrapes(40))}),
    Case("an exporter's own certificate that lasts is not",
         [Target(availability=None)], {30: set()}, never=('.*',),
         about='ReinferExporterCertificateExpiresSoon',
         more={CERTIFICATE: flat(60 * DAY, scrapes(40))}),
    Case('rules that cannot be evaluated are told',
         [Target(availability=None)], {30: set(), 40: {'ReinferRulesFail critical monitor'}},
         more={rule_failures('reinfer_slo_fast'): flat(0, scrapes(30)) + list(range(1, 40))}),
    Case('rules of others that cannot be evaluated are not',
         [Target(availability=None)], {60: set()}, about='ReinferRulesFail', never=('.*',),
         more={rule_failures('node'): list(range(130))}),
]

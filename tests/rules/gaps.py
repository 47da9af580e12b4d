"""Cases with a history that is young, or has a gap."""

from cases import BUILD, BURN, DOWN, OUT, TICKET, UP, Case, flat, lasting, scrapes
from history import Target

EACH_MINUTE = {moment: {f'{DOWN} platform'} for moment in range(63, 95)}

GAPS = [
    Case('a gap in the scrapes does not end an outage, nor page a second time',
         [Target(timeline=OUT, availability=None)], EACH_MINUTE, gap=(70, 80)),
    Case('an outage that ended in a gap of the scrapes is over after it',
         [Target(timeline=lasting(('ok', 60), ('server_error', 14), ('ok', None)),
                 availability=None)],
         {69: {f'{DOWN} platform'}, 79: {f'{DOWN} platform'}, 85: set()}, gap=(70, 80),
         about='ReinferPlatformDown'),
    Case('exporters that are gone end their outages in a quarter of an hour',
         [Target(timeline=OUT, availability=None)], {69: {f'{DOWN} platform'}, 90: set()},
         gap=(70, 120), about='ReinferPlatformDown', without=('reinfer_exporter_build_info',),
         more={BUILD: flat(1, scrapes(120))}, held=(BUILD,)),
    Case('a gap in the scrapes does not end a burn, nor page a second time',
         [Target(timeline=lasting(('ok', 60), (['server_error', 'ok', 'ok'], None)))],
         {moment: {f'{BURN} platform', f'{TICKET} platform'} for moment in range(80, 110)},
         gap=(85, 97), more={BUILD: flat(1, scrapes(120)), UP: flat(1, scrapes(120))},
         held=(BUILD, UP)),
    Case('a first start with every third probe failing spends no budget of 30 days',
         [Target(timeline=((['server_error', 'ok', 'ok'], None),))],
         {10: {f'{BURN} platform'}, 30: {f'{BURN} platform', f'{TICKET} platform'}},
         about='ReinferErrorBudgetExhausted',
         never=('ReinferErrorBudgetExhausted',)),
    Case('a probe that fails from a first start on is told after ten minutes and not before',
         [Target(timeline=(('server_error', None),), availability=None),
          Target('other', availability=None)],
         {3: set(), 9: set(), 12: {'ReinferProbeDown warning platform'}}),
    Case('a probe that succeeded in a gap of the scrapes has not failed for ten minutes',
         [Target(timeline=lasting(('ok', 60), ('server_error', None)), availability=None),
          Target('other', availability=None)],
         {65: set(), 69: set(), 72: {'ReinferProbeDown warning platform'}}, gap=(50, 62),
         about='ReinferProbeDown'),
    Case('a budget with nothing to judge since a first start is told after an hour and not before',
         [Target(timeline=(('not_found', None),))],
         {40: {'ReinferAccessDenied warning request'},
          80: {'ReinferObjectiveBlind warning monitor', 'ReinferAccessDenied warning request'}},
         about='ReinferObjectiveBlind'),
]

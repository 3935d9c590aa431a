"""Settings of tests whose input Hypothesis makes up."""

from hypothesis import HealthCheck, settings

# A machine that runs other tests too may take a second for the first input.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

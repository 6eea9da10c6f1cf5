"""The whole manifest."""

from __future__ import annotations

from pydantic import Field

from art7.validator.manifest.base import Many, Section
from art7.validator.manifest.functions import Component, Feature, Function, Parity
from art7.validator.manifest.operation import (
    Change,
    Errors,
    Example,
    Operations,
    Process,
    Quota,
    Reporting,
    ServiceLevels,
    Support,
    Terms,
    TestEnvironment,
    Timer,
    Waiver,
)
from art7.validator.manifest.parties import Eligibility, Gatekeeper, OfferHeader, Party
from art7.validator.manifest.protection import Choice, Data, Identifier, Measure, Privacy, Security, Threat

FORMAT = 1
"""The edition of the manifest format that this program reads."""


class Manifest(Section):
    """A reference offer under Article 7 of Regulation (EU) 2022/1925.

    Only what other statements hang on is mandatory here; what the law asks for is asked for by the rules,
    so that an offer with gaps is still read and each gap is reported with its clause.
    """

    format: int = Field(ge=1, le=FORMAT, description="Edition of this format.")
    offer: OfferHeader
    gatekeeper: Gatekeeper = Gatekeeper()
    eligibility: Eligibility = Eligibility()
    party: Many[Party] = ()
    function: Many[Function] = ()
    feature: Many[Feature] = ()
    parity: Many[Parity] = ()
    component: Many[Component] = ()
    security: Security = Security()
    measure: Many[Measure] = ()
    threat: Many[Threat] = ()
    data: Many[Data] = ()
    privacy: Privacy = Privacy()
    choice: Choice = Choice()
    identifier: Many[Identifier] = ()
    process: Process = Process()
    terms: Terms = Terms()
    support: Support = Support()
    test_environment: TestEnvironment = TestEnvironment()
    service_levels: ServiceLevels = ServiceLevels()
    operations: Operations = Operations()
    errors: Errors = Errors()
    quota: Many[Quota] = ()
    timer: Many[Timer] = ()
    change_log: Many[Change] = ()
    example: Many[Example] = ()
    reporting: Reporting = Reporting()
    waivers: dict[str, Waiver] = {}

"""Dispatch as a process: ``python -m services.dispatch.main api|worker``."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from libs.common import metrics
from libs.common.bus.flow import Service
from libs.common.database.migrate import History
from libs.common.database.session import Session
from libs.common.database.stored_packs import refresh_shelf
from libs.common.events.terms import Deadline
from libs.common.host.process import run_service
from libs.common.pack.loader import load_pack
from libs.common.pack.problems import PackError
from libs.common.service.runtime import Runtime
from libs.common.service.spec import Loop, NotYet, ServiceSpec
from services.dispatch.accounts.actions.sessions import tidy
from services.dispatch.accounts.api import managing, own, signing_in
from services.dispatch.accounts.api.pages import account as account_pages
from services.dispatch.accounts.api.pages import signing_in as sign_in_pages
from services.dispatch.aids import api as aids
from services.dispatch.appraisals import api as appraisals
from services.dispatch.appraisals.queries import overdue_claims
from services.dispatch.arbitration import api as arbitration
from services.dispatch.asks.queries import requests_by_kind
from services.dispatch.cases import api as cases
from services.dispatch.cases.queries import vacant_cases
from services.dispatch.desk import api as desk
from services.dispatch.directory import api as directory
from services.dispatch.directory.actions.handing_over import hand_over_for_ever
from services.dispatch.directory.actions.publishing import publish_first
from services.dispatch.duty_rules import api as duty_rules
from services.dispatch.handlers import REACTIONS, prepare_door
from services.dispatch.letters import api as letters
from services.dispatch.letters.queries import overdue_letters
from services.dispatch.lists import api as lists
from services.dispatch.mediations import api as mediations
from services.dispatch.pages import api as pages
from services.dispatch.passing import api as passing
from services.dispatch.requests import api as requests
from services.dispatch.risks import api as risks
from services.dispatch.risks.queries import overdue_risks
from services.dispatch.routing import api as routing
from services.dispatch.settings import Settings
from services.dispatch.staff import api as staff
from services.dispatch.tasks import api as tasks
from services.dispatch.tasks.queries import overdue_tasks
from services.dispatch.whistles import api as whistles


async def measure(session: Session) -> None:
    """Dispatch's own gauges."""
    metrics.DEADLINES_OVERDUE.labels(Service.DISPATCH, Deadline.TASK).set(await overdue_tasks(session))
    metrics.DEADLINES_OVERDUE.labels(Service.DISPATCH, Deadline.LETTER).set(await overdue_letters(session))
    metrics.DEADLINES_OVERDUE.labels(Service.DISPATCH, Deadline.CLAIM).set(await overdue_claims(session))
    metrics.DEADLINES_OVERDUE.labels(Service.DISPATCH, Deadline.RISK).set(await overdue_risks(session))
    for kind, state, count in await requests_by_kind(session):
        metrics.REQUESTS.labels(Service.DISPATCH, kind, state).set(count)
    metrics.RESPONSIBLE_VACANT.labels(Service.DISPATCH).set(await vacant_cases(session))


_APPEND_ONLY = ("staff_look", "letter_template", "mediation_session")

SPEC = ServiceSpec(
    service=Service.DISPATCH,
    title="Huiyin dispatch 派单",
    description="Finds the unit for every case by the duty directory, and follows it until the unit says it is done.",
    routers=(
        tasks.router,
        whistles.router,
        appraisals.router,
        letters.router,
        mediations.router,
        aids.router,
        risks.router,
        routing.router,
        lists.router,
        passing.router,
        cases.router,
        requests.router,
        arbitration.router,
        duty_rules.router,
        desk.router,
        directory.router,
        staff.router,
        staff.looks_router,
        staff.coverage_router,
        own.router,
        signing_in.router,
        managing.router,
        sign_in_pages.router,
        account_pages.router,
        pages.router,
    ),
    reactions=REACTIONS,
    migrations=History(Path(__file__).parent / "migrations", append_only=_APPEND_ONLY),
    prepare=prepare_door,
    measure=measure,
    tidying={"sessions": tidy},
    keeps_secrets=True,
    accused="SELECT accused_unit, also_accused FROM work WHERE case_id = ANY($1::text[])",
    loops=(Loop("succession", hand_over_for_ever),),
)


def seeded(spec: ServiceSpec, settings: Settings) -> ServiceSpec:
    """Dispatch with the first pack that its settings name."""
    return replace(spec, begin=partial(seed, settings.seed_pack))


async def seed(folder: Path | None, runtime: Runtime) -> None:
    """Publish the pack of ``folder`` when none was ever loaded. It needs neither a token nor a door.

    Raises:
        NotYet: none was loaded, and this one cannot be; says why.
    """
    if folder is None or runtime.work_database.packs.newest:
        return
    try:
        pack = load_pack(folder)
    except PackError as error:
        count = len(error.problems)
        raise NotYet(f"a seed pack without problems: {error.problems[0]} ({count} in {folder})") from error
    except OSError as error:
        raise NotYet(f"a seed pack: {folder} cannot be read ({error.strerror})") from error
    async with runtime.work_database.transaction(runtime.clock.now()) as session:
        await publish_first(session, pack)
    await refresh_shelf(runtime.work_database)


if __name__ == "__main__":
    run_service(SPEC, Settings, with_settings=seeded)

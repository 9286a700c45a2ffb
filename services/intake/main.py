"""The intake service as a process: ``python -m services.intake.main api|worker``."""

from pathlib import Path

from libs.common.bus.flow import Service
from libs.common.database.migrate import History
from libs.common.database.session import Session
from libs.common.host.process import run_service
from libs.common.service.spec import ServiceSpec
from services.intake.attachments import api as attachments
from services.intake.attachments.actions.sweep import sweep
from services.intake.batches.api import batch
from services.intake.cases.actions.prepare import prepare_door
from services.intake.cases.api import changes, reading, registration, repeats
from services.intake.contacts import api as contacts
from services.intake.days import api as days
from services.intake.devices import api as devices
from services.intake.devices.actions.giving_up import measure as measure_devices
from services.intake.devices.actions.giving_up import pass_gaps
from services.intake.dossiers import api as dossiers
from services.intake.handlers import REACTIONS
from services.intake.hotline import api as hotline
from services.intake.households import api as households
from services.intake.households.actions import tallying
from services.intake.households.actions.merging import go_along
from services.intake.matches import api as matches
from services.intake.migrants import api as migrants
from services.intake.notes import api as notes
from services.intake.occasions import api as occasions
from services.intake.pages import api as pages
from services.intake.photos import api as photos
from services.intake.plans.api import planning, printing
from services.intake.points import api as points
from services.intake.policies import api as policies
from services.intake.reveals import api as reveals
from services.intake.rounds import api as rounds
from services.intake.rounds.actions import counting
from services.intake.rounds.actions.measuring import measure as measure_rounds
from services.intake.rounds.actions.opening import finish_opening
from services.intake.settings import Settings
from services.intake.teams import api as teams
from services.intake.upper_orders import api as upper_orders
from services.intake.visit_ledger import api as visit_ledger
from services.intake.visits import api as visits
from services.intake.wordings import api as wordings

APPEND_ONLY = (
    *("reveal", "household_change", "household_look", "team_change", "attendance"),
    *("visit_change", "visit_matter", "device_item_change", "point_change", "point_duty"),
    *("occasion_change", "occasion_matter", "household_note", "household_away_look"),
    "dossier_change",
)


async def measure(session: Session) -> None:
    """How far rounds have come, and what phones have not brought or somebody has to decide."""
    await measure_rounds(session)
    await measure_devices(session)


SPEC = ServiceSpec(
    service=Service.INTAKE,
    title="Huiyin intake 回音·诉求登记",
    description="Takes in complaints, keeps who spoke safe, and answers where a complaint stands.",
    routers=(
        registration.router,
        batch.router,
        changes.router,
        reading.router,
        repeats.router,
        attachments.router,
        reveals.router,
        hotline.router,
        upper_orders.router,
        wordings.router,
        households.router,
        households.looks_router,
        notes.router,
        matches.router,
        policies.router,
        migrants.router,
        contacts.router,
        teams.router,
        days.router,
        days.areas_router,
        points.router,
        occasions.router,
        rounds.router,
        planning.router,
        printing.router,
        visits.router,
        visits.words_router,
        visit_ledger.router,
        dossiers.router,
        photos.router,
        pages.router,
        devices.router,
    ),
    reactions=REACTIONS,
    migrations=History(Path(__file__).parent / "migrations", append_only=APPEND_ONLY),
    pace_seconds=0.25,
    prepare=prepare_door,
    accused="SELECT accused_unit, also_accused FROM cases WHERE case_id = ANY($1::text[])",
    measure=measure,
    tidying={
        "areas": lambda runtime, _: go_along(runtime),
        "openings": lambda runtime, now: finish_opening(runtime.work_database, now),
        "gaps": lambda runtime, _: pass_gaps(runtime),
        "contacts": lambda runtime, now: tallying.put_right(runtime.work_database, now),
        "rounds": lambda runtime, now: counting.put_right(runtime.work_database, now),
        "files": sweep,
    },
    keeps_secrets=True,
)

if __name__ == "__main__":
    run_service(SPEC, Settings)

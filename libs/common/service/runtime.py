"""What one service has in hand while it runs; ``main`` builds it, the edge reads it."""

from dataclasses import dataclass, field

from libs.common.blobs.uploads import Uploads
from libs.common.bus.flow import Service
from libs.common.bus.port import Bus
from libs.common.database.batch import GroupCommit
from libs.common.database.session import Database
from libs.common.delivery.handlers import Reactions
from libs.common.rules.looks import LOOKS_PER_HOUR
from libs.common.security.fingerprints import Fingerprints
from libs.common.security.own_accounts import OwnAccounts
from libs.common.security.persons import ANYBODY, EntryRules
from libs.common.security.tokens import TokenVerifier
from libs.common.security.vault import Vault
from libs.common.security.webhooks import NO_WEBHOOKS, WebhookSources
from libs.common.service.startup import Startup
from libs.common.time.clock import Clock


@dataclass(frozen=True, slots=True)
class Runtime:
    """Handles of one service in one process.

    ``door_database`` serves requests, ``work_database`` the relay, the consumer and the timers: a burst at the door
    never starves the work behind it.
    """

    service: Service
    clock: Clock
    bus: Bus
    topic_prefix: str
    door_database: Database
    work_database: Database
    commit: GroupCommit
    reactions: Reactions
    verifier: TokenVerifier
    vault: Vault
    fingerprints: Fingerprints
    startup: Startup = field(default_factory=Startup)
    webhooks: WebhookSources = NO_WEBHOOKS
    accused: str | None = None
    """As of the service's spec."""
    uploads: Uploads | None = None
    """Where files are kept, in a process that keeps any."""
    accounts: OwnAccounts | None = None
    """What signs staff in, in a process that has the key."""
    signs_in_here: bool = False
    """Whether staff have own accounts (本地账号), whichever process signs them in."""
    entry: EntryRules = ANYBODY
    """Whom the office lets in."""
    looks_per_hour: int = LOOKS_PER_HOUR
    """How many identities a person may look at within an hour."""

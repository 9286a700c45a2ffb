"""What has a small machine of its own beside a case: letters, mediations, aid and risks, folded by their own rules."""

from dataclasses import dataclass, field, replace

from huiyin.audit.rows.aids import Aids, after_aid
from huiyin.audit.rows.letters import Letters, after_letter
from huiyin.audit.rows.mediations import Mediations, after_mediation
from huiyin.audit.rows.risks import Risks, after_risk
from libs.common.events.aids import AidEvent
from libs.common.events.letters import LetterEvent
from libs.common.events.mediations import MediationEvent
from libs.common.events.risks import RiskAcknowledged, RiskReported
from libs.common.rules.machine import Actor
from services.dispatch.cases.domain.state import Said

OfMatter = LetterEvent | MediationEvent | AidEvent | RiskReported | RiskAcknowledged


@dataclass(frozen=True)
class Matters:
    """Those of one case."""

    letters: Letters = field(default_factory=dict)
    mediations: Mediations = field(default_factory=Mediations)
    aids: Aids = field(default_factory=dict)
    risks: Risks = field(default_factory=dict)

    def after(self, event: OfMatter, by: Actor) -> "tuple[Matters, Said] | None":
        """Them after an event, and the step of the case; None for what the matter does not allow."""
        match event:
            case LetterEvent() if (lettered := after_letter(self.letters, event, by)) is not None:
                return replace(self, letters=lettered[0]), lettered[1]
            case MediationEvent() if (mediated := after_mediation(self.mediations, event, by)) is not None:
                return replace(self, mediations=mediated[0]), mediated[1]
            case AidEvent() if (aided := after_aid(self.aids, event, by)) is not None:
                return replace(self, aids=aided[0]), aided[1]
            case RiskReported() | RiskAcknowledged() if (told := after_risk(self.risks, event, by)) is not None:
                return replace(self, risks=told[0]), told[1]
            case _:
                return None

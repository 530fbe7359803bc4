"""All tables together: importing this makes ``Base.metadata`` whole, for migrations and backups."""

from pathways import changes, idempotency, outbox, throttle
from pathways.badges import models as badges
from pathways.database import Base
from pathways.diagnostics import models as diagnostics
from pathways.fairness import models as fairness
from pathways.items import models as items
from pathways.learning import models as learning
from pathways.people import models as people
from pathways.places import models as places
from pathways.reception import models as reception
from pathways.referentials import models as referentials
from pathways.teams import models as teams
from pathways.voices import models as voices
from pathways.workshops import models as workshops

metadata = Base.metadata

__all__ = [
    "badges",
    "changes",
    "diagnostics",
    "fairness",
    "idempotency",
    "items",
    "learning",
    "metadata",
    "outbox",
    "people",
    "places",
    "reception",
    "referentials",
    "teams",
    "throttle",
    "voices",
    "workshops",
]

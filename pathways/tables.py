"""All tables together: importing this makes ``Base.metadata`` whole, for migrations and backups."""

from pathways import outbox, throttle
from pathways.database import Base
from pathways.diagnostics import models as diagnostics
from pathways.fairness import models as fairness
from pathways.items import models as items
from pathways.people import models as people
from pathways.reception import models as reception
from pathways.referentials import models as referentials
from pathways.voices import models as voices

metadata = Base.metadata

__all__ = [
    "diagnostics",
    "fairness",
    "items",
    "metadata",
    "outbox",
    "people",
    "reception",
    "referentials",
    "throttle",
    "voices",
]

"""What a plugin must do: one Protocol an extension point, no base class to inherit.

Each stands in the room of what it speaks of; here they are together, for whoever writes one.
Each has a shared test class in :mod:`warmstart.testing`, which inherits the promises.
"""

from warmstart.downstream.protocol import Downstream as Downstream
from warmstart.histories.runs.protocol import HistorySource as HistorySource
from warmstart.metafeatures.feature import MetaFeature as MetaFeature
from warmstart.models.protocols import Belief as Belief
from warmstart.models.protocols import CurveModel as CurveModel
from warmstart.models.protocols import PerformanceModel as PerformanceModel
from warmstart.models.protocols import TaskState as TaskState
from warmstart.recommend.acquisition.protocol import (
    AcquisitionFunction as AcquisitionFunction,
)
from warmstart.similarity.protocols import Similarity as Similarity
from warmstart.similarity.protocols import TaskDistance as TaskDistance
from warmstart.similarity.protocols import TaskEmbedding as TaskEmbedding

"""The front door: what `rnnbench` offers, and where it is defined. The one list of these names."""

from . import baselines as baselines, datafile as datafile, glossary as glossary, text as text
from .adapters import (
    NamedState as NamedState,
    Stateless as Stateless,
    Stepwise as Stepwise,
    StepwiseWithOutput as StepwiseWithOutput,
    TimeFirst as TimeFirst,
)
from .contracts import (
    Archive as Archive,
    Batch as Batch,
    CellSpec as CellSpec,
    Diagnostic as Diagnostic,
    Executor as Executor,
    ExecutorContext as ExecutorContext,
    ExecutorSpec as ExecutorSpec,
    GeneratedTask as GeneratedTask,
    Loss as Loss,
    Mode as Mode,
    ParameterGroup as ParameterGroup,
    Readout as Readout,
    RecordedTask as RecordedTask,
    Renderer as Renderer,
    Splits as Splits,
    Task as Task,
    example_of as example_of,
    score as score,
    shortened as shortened,
    with_mistakes as with_mistakes,
)
from .errors import (
    CellContractError as CellContractError,
    DataUnavailable as DataUnavailable,
    PluginError as PluginError,
    Refused as Refused,
    RnnbenchError as RnnbenchError,
    describe as describe,
)
from .executors.job import (
    Job as Job,
    JobProcess as JobProcess,
)
from .executors.running import (
    without_run as without_run,
)
from .findings import (
    Arm as Arm,
    Aspect as Aspect,
    ClaimFinding as ClaimFinding,
    Condition as Condition,
    CostFinding as CostFinding,
    CostRow as CostRow,
    Findings as Findings,
    HorizonFinding as HorizonFinding,
    Judged as Judged,
    Range as Range,
    ReadingFinding as ReadingFinding,
    Scaling as Scaling,
    SizedScore as SizedScore,
    Span as Span,
    StateSizeCurve as StateSizeCurve,
    StateSizeFinding as StateSizeFinding,
    StepTime as StepTime,
    Tryout as Tryout,
)
from .hooks import (
    hookimpl as hookimpl,
)
from .metric import (
    ACCURACY as ACCURACY,
    BITS_PER_CHARACTER as BITS_PER_CHARACTER,
    CROSS_ENTROPY as CROSS_ENTROPY,
    EXACT_MATCH as EXACT_MATCH,
    FRAME_BCE as FRAME_BCE,
    FRAME_MSE as FRAME_MSE,
    MSE as MSE,
    NRMSE as NRMSE,
    PERPLEXITY as PERPLEXITY,
    R2 as R2,
    SCALED_ACCURACY as SCALED_ACCURACY,
    Metric as Metric,
)
from .notebook import (
    Run as Run,
    RunProgress as RunProgress,
    load as load,
    run_suite as run_suite,
)
from .operators import (
    load_operators as load_operators,
)
from .records import (
    Diagnosis as Diagnosis,
    Example as Example,
    Limits as Limits,
    Result as Result,
    Trial as Trial,
    limits as limits,
    trial_id as trial_id,
)
from .state import (
    detach_state as detach_state,
)
from .step_cell import (
    StepCell as StepCell,
)
from .time_distributed import (
    TimeDistributed as TimeDistributed,
)

__version__: str

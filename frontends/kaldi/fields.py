"""What the fields of components hold, by their tokens.

Vectors, matrices and flags tell what they are by themselves; numbers do not. A field has the same kind in every
component.
"""

from __future__ import annotations

import re

_INTEGERS = """
BiasDim BlockDim CellDim ColOffset ConstComponentDim DctDim Dim FeatureDim FiltXDim FiltXStep FiltYDim
FiltYStep FloatLen HeightIn HeightOut HeightInOut HeightSubsampleOut InputDim InputPeriod InputVectorization InputXDim
InputYDim InputZDim KeptDim KeyDim LeftContext NestedNnet NestedNnetCount NumBlocks NumComponents NumFiltersIn
NumFiltersInOut NumFiltersOut NumHeads NumLeftInputs NumLeftInputsRequired NumLogCountFeatures NumRepeats NumRightInputs
NumRightInputsRequired NumStreams OutputContext OutputDim OutputPeriod PatchDim PatchStep PatchStride PoolSize PoolStep
PoolStride PoolXSize PoolXStep PoolYSize PoolYStep PoolZSize PoolZStep Rank RankIn RankInOut RankOut RecurrenceInterval
RecurrentDim RightContext TimeMaskMaxFrames TimePeriod TimeStride TotalDim UpdatePeriod ValueDim MaxRowsProcess
ZeroingInterval Basis DctKeepDim NumBasis NumMaskRows
"""

_NUMBERS = """
Alpha AlphaInOut AlphaLearnRateCoef BackpropScale BetaLearnRateCoef BiasLearnRateCoef BiasScale CellClip CellDiffClip
ClipGradient ClippingThreshold Count DiffClip DropoutProportion DropoutRate DropoutRetention DropoutScale Epsilon
GradClip KeyScale L2Regularize LearnRateCoef LearningRate LearningRateFactor MaxChange MaxChangeScaleStats
MaxMemoryMb MaxNorm MaxNumElements NumBackpropped NumDimsProcessed NumDimsSelfRepaired NumElementsClipped
NumElementsProcessed NumElementsZeroed NumMinibatchesHistory NumSamplesHistory NumSelfRepaired NumZeroingBoundaries
OderivCount OrthonormalConstraint P Power PreconditionMaxChange Scale SelfRepairClippedProportionThreshold
SelfRepairLowerThreshold SelfRepairScale SelfRepairTarget SelfRepairThreshold SelfRepairTotal SelfRepairUpperThreshold
SpecAugmentMaxProportion SpecAugmentMaxRegions Stddev StatsCount TargetRms VarianceFloor ZeroedProportion ZeroingSum
ZeroingThreshold ActiveScalingCount AvgInputCount MaxChangePerSample GradientBoost SelectorLearnRateCoef Shrinkage
"""

_LISTS = "BackwardIndexes ColumnMap Context FrameOffset Reorder RequiredTimeOffsets Sizes TimeOffsets"

KINDS: dict[str, str] = {
    **dict.fromkeys(_INTEGERS.split(), "integer"),
    **dict.fromkeys(_NUMBERS.split(), "number"),
    **dict.fromkeys(_LISTS.split(), "list"),
    "Offsets": "pairs",
}
"""Of the fields whose bytes do not tell: ``integer``, ``number``, ``list`` or ``pairs`` (of integers)."""

_ONLY_TRAINING = """
ActiveScalingCount Alpha AlphaInOut AlphaLearnRateCoef AvgInput AvgInputCount BackpropScale BetaLearnRateCoef
BiasLearnRateCoef CellDiffClip ClipGradient ClippingThreshold Count DerivAvg DerivSum DiffClip DropoutPerFrame
DropoutRate DropoutRetention EntropyStats GradClip
GradientBoost IsGradient IsUpdatable L2Regularize
LearningRate LearningRateFactor LearnRateCoef MaxChange MaxChangePerSample MaxChangeScaleStats MaxMemoryMb MaxNorm
MaxRowsProcess NeedModelDerivative NormBasedClipping NumBackpropped NumDimsProcessed NumDimsSelfRepaired
NumElementsClipped NumElementsProcessed NumElementsZeroed NumMinibatchesHistory NumSamplesHistory NumSelfRepaired
NumZeroingBoundaries OderivCount OderivRms OrthonormalConstraint PosteriorStats PreconditionMaxChange Rank RankIn
RankInOut RankOut RecurrenceInterval SelfRepairClippedProportionThreshold SelfRepairConfig SelfRepairLowerThreshold
SelfRepairProb SelfRepairScale SelfRepairTarget SelfRepairThreshold SelfRepairTotal SelfRepairUpperThreshold
SpecAugmentMaxProportion SpecAugmentMaxRegions StatsCount TestMode TimeMaskMaxFrames TimePeriod UpdatePeriod
UseNaturalGradient ValueAvg ValueSum ZeroedProportion ZeroingInterval ZeroingSum ZeroingThreshold
"""

TRAINING = frozenset(_ONLY_TRAINING.split())
"""What only training uses: read and left out."""

OLD_SPELLINGS = {"IncludeVarinance": "IncludeVariance"}
"""Tokens that Kaldi misspells, and what they mean."""


def attribute_name(token: str) -> str:
    """LinearParams → linear_params, FiltXDim → filt_x_dim, w_h → w_h."""
    spelled = OLD_SPELLINGS.get(token, token)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", spelled).lower()

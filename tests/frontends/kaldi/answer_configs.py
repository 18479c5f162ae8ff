"""Networks as the files that Kaldi's nnet3-init reads: every component of nnet3, descriptors and recurrences.

Their models, inputs and outputs are those of Kaldi itself (``make_answers.py``).
"""

from __future__ import annotations

_ALONE = {
    "sigmoid": (6, "type=SigmoidComponent dim=6"),
    "tanh": (6, "type=TanhComponent dim=6"),
    "softmax": (6, "type=SoftmaxComponent dim=6"),
    "log_softmax": (6, "type=LogSoftmaxComponent dim=6"),
    "relu": (6, "type=RectifiedLinearComponent dim=6"),
    "normalize": (6, "type=NormalizeComponent dim=6 target-rms=0.7"),
    "normalize_log": (6, "type=NormalizeComponent dim=6 target-rms=0.7 add-log-stddev=true"),
    "normalize_blocks": (6, "type=NormalizeComponent dim=6 block-dim=3 add-log-stddev=true target-rms=1.5"),
    "pnorm": (12, "type=PnormComponent input-dim=12 output-dim=4"),
    "affine": (6, "type=AffineComponent input-dim=6 output-dim=5"),
    "linear": (6, "type=LinearComponent input-dim=6 output-dim=5 orthonormal-constraint=-1.0"),
    "natural": (6, "type=NaturalGradientAffineComponent input-dim=6 output-dim=5"),
    "repeated": (12, "type=RepeatedAffineComponent input-dim=12 output-dim=9 num-repeats=3"),
    "natural_repeated": (12, "type=NaturalGradientRepeatedAffineComponent input-dim=12 output-dim=6 num-repeats=3"),
    "block_affine": (12, "type=BlockAffineComponent input-dim=12 output-dim=9 num-blocks=3"),
    "sum_block": (12, "type=SumBlockComponent input-dim=12 output-dim=4 scale=0.5"),
    "sum_group": (6, "type=SumGroupComponent sizes=1,3,2"),
    "permute": (4, "type=PermuteComponent column-map=3,0,2,1"),
    "clip_gradient": (6, "type=ClipGradientComponent dim=6 clipping-threshold=5.0 norm-based-clipping=true"),
    "product": (12, "type=ElementwiseProductComponent input-dim=12 output-dim=4"),
    "convolution_zyx": (
        40,
        "type=ConvolutionComponent input-x-dim=5 input-y-dim=4 input-z-dim=2 filt-x-dim=2 filt-y-dim=3 "
        "filt-x-step=3 filt-y-step=1 num-filters=3 input-vectorization-order=zyx",
    ),
    "convolution_yzx": (
        60,
        "type=ConvolutionComponent input-x-dim=5 input-y-dim=4 input-z-dim=3 filt-x-dim=3 filt-y-dim=2 "
        "filt-x-step=1 filt-y-step=2 num-filters=4 input-vectorization-order=yzx",
    ),
    "max_pooling": (
        48,
        "type=MaxpoolingComponent input-x-dim=4 input-y-dim=3 input-z-dim=4 pool-x-size=2 pool-y-size=3 "
        "pool-z-size=2 pool-x-step=2 pool-y-step=1 pool-z-step=2",
    ),
    "scale": (6, "type=PerElementScaleComponent dim=6"),
    "natural_scale": (6, "type=NaturalGradientPerElementScaleComponent dim=6"),
    "offset": (6, "type=PerElementOffsetComponent dim=6 block-dim=3"),
    "scale_offset": (6, "type=ScaleAndOffsetComponent dim=6 block-dim=2"),
    "truncation": (6, "type=BackpropTruncationComponent dim=6 scale=0.8 clipping-threshold=1.0"),
    "lstm_gates": (15, "type=LstmNonlinearityComponent cell-dim=3"),
    "lstm_gates_dropout": (18, "type=LstmNonlinearityComponent cell-dim=3 use-dropout=true"),
    "gru_gates": (13, "type=GruNonlinearityComponent cell-dim=3 recurrent-dim=2"),
    "output_gru_gates": (9, "type=OutputGruNonlinearityComponent cell-dim=3"),
    "no_op": (6, "type=NoOpComponent dim=6 backprop-scale=0.5"),
    "dropout": (6, "type=DropoutComponent dim=6 dropout-proportion=0.4"),
    "general_dropout": (6, "type=GeneralDropoutComponent dim=6 block-dim=3 dropout-proportion=0.4 continuous=true"),
    "mask": (6, "type=SpecAugmentTimeMaskComponent dim=6 zeroed-proportion=0.2 time-mask-max-frames=5"),
    "tdnn": (6, "type=TdnnComponent input-dim=6 output-dim=5 time-offsets=-2,0,3"),
    "tdnn_no_bias": (6, "type=TdnnComponent input-dim=6 output-dim=5 time-offsets=-1 use-bias=false"),
    "heights": (
        12,
        "type=TimeHeightConvolutionComponent num-filters-in=2 num-filters-out=3 height-in=6 height-out=3 "
        "height-subsample-out=2 height-offsets=-1,0,1 time-offsets=-1,0,1",
    ),
    "heights_optional": (
        12,
        "type=TimeHeightConvolutionComponent num-filters-in=2 num-filters-out=3 height-in=6 height-out=6 "
        "height-offsets=-2,0 time-offsets=-3,0,3 required-time-offsets=0",
    ),
    "heights_inside": (
        14,
        "type=TimeHeightConvolutionComponent num-filters-in=2 num-filters-out=3 height-in=7 height-out=2 "
        "height-subsample-out=2 height-offsets=1,2 time-offsets=0,2 required-time-offsets=0",
    ),
    "height_pairs": (
        5,
        "type=TimeHeightConvolutionComponent num-filters-in=1 num-filters-out=4 height-in=5 height-out=5 "
        "offsets=0,0;-1,1;1,-1;2,0 required-time-offsets=0,1",
    ),
    "attention": (
        22,
        "type=RestrictedAttentionComponent num-heads=2 value-dim=3 key-dim=2 num-left-inputs=2 "
        "num-right-inputs=1 time-stride=2 output-context=true num-left-inputs-required=0 "
        "num-right-inputs-required=1",
    ),
    "attention_scaled": (
        36,
        "type=RestrictedAttentionComponent num-heads=3 value-dim=2 key-dim=3 num-left-inputs=1 "
        "num-right-inputs=2 time-stride=1 output-context=false key-scale=0.6",
    ),
    "composite": (
        6,
        'type=CompositeComponent num-components=3 component1="type=AffineComponent input-dim=6 '
        'output-dim=8" component2="type=RectifiedLinearComponent dim=8" '
        'component3="type=BlockAffineComponent input-dim=8 output-dim=4 num-blocks=2"',
    ),
}
"""A component alone: the width of its input, and its line."""


def _config_alone(width: int, line: str) -> str:
    return f"""component name=a {line}
input-node name=input dim={width}
component-node name=a component=a input=input
output-node name=output input=a"""


_TANH_NET = """component name=x type=AffineComponent input-dim=4 output-dim=5
component name=h type=TanhComponent dim=5
input-node name=input dim=4
component-node name=x component=x input=input
"""

_LSTM_GATE = """component name=W{gate}x type=NaturalGradientAffineComponent input-dim=11 output-dim=4
component name=W{gate}c type=PerElementScaleComponent dim=4
component name={gate} type=SigmoidComponent dim=4
component-node name={gate}1 component=W{gate}x input=Append(Offset(input, -2), input, IfDefined(Offset(r, -1)))
component-node name={gate}2 component=W{gate}c input={cell}
component-node name={gate} component={gate} input=Sum({gate}1, {gate}2)
"""
_CELL = "Sum(Failover(Offset(c1, -1), start), IfDefined(Offset(c2, -1)))"
_LSTM = (
    "input-node name=input dim=4\n"
    "component name=start type=ConstantComponent output-dim=4 is-updatable=true use-natural-gradient=false\n"
    "component-node name=start component=start input=start\n"
    + "".join(_LSTM_GATE.format(gate=g, cell=_CELL if g in "if" else "Sum(c1, c2)") for g in "ifo")
    + f"""component name=Wgx type=NaturalGradientAffineComponent input-dim=11 output-dim=4
component name=g type=TanhComponent dim=4
component name=h type=TanhComponent dim=4
component name=c1 type=ElementwiseProductComponent input-dim=8 output-dim=4
component name=c2 type=ElementwiseProductComponent input-dim=8 output-dim=4
component name=m type=ElementwiseProductComponent input-dim=8 output-dim=4
component name=rp type=NaturalGradientAffineComponent input-dim=4 output-dim=5
component-node name=g1 component=Wgx input=Append(Offset(input, -2), input, IfDefined(Offset(r, -1)))
component-node name=g component=g input=g1
component-node name=c1 component=c1 input=Append(f, {_CELL})
component-node name=c2 component=c2 input=Append(i, g)
component-node name=h component=h input=Sum(c1, c2)
component-node name=m component=m input=Append(o, h)
component-node name=rp component=rp input=m
dim-range-node name=r input-node=rp dim-offset=1 dim=3
output-node name=output input=rp"""
)

CONFIGS: dict[str, str] = {
    **{name: _config_alone(*own) for name, own in _ALONE.items()},
    "statistics": """component name=e type=StatisticsExtractionComponent input-dim=3 input-period=1 output-period=1
component name=p type=StatisticsPoolingComponent input-dim=7 left-context=4 right-context=9 num-log-count-features=2 \
output-stddevs=true
input-node name=input dim=3
component-node name=e component=e input=input
component-node name=p component=p input=e
output-node name=output input=p""",
    "statistics_of_periods": """component name=e type=StatisticsExtractionComponent input-dim=3 \
input-period=2 output-period=4
component name=p type=StatisticsPoolingComponent input-dim=7 input-period=4 left-context=4 right-context=8 \
output-stddevs=true
input-node name=input dim=3
component-node name=e component=e input=input
component-node name=p component=p input=e
output-node name=output input=Append(Round(p, 4), Offset(input, -1))""",
    "sums_of_periods": """component name=e type=StatisticsExtractionComponent input-dim=3 \
output-period=3 include-variance=false
component name=p type=StatisticsPoolingComponent input-dim=4 input-period=3 left-context=6 right-context=0
input-node name=input dim=3
component-node name=e component=e input=input
component-node name=p component=p input=e
output-node name=output input=Round(p, 3)""",
    "descriptors": """component name=a type=AffineComponent input-dim=12 output-dim=4
input-node name=input dim=4
component-node name=a component=a input=Append(Offset(input, -2), \
Scale(0.5, Offset(input, 1)), Failover(Offset(input, 3), input))
dim-range-node name=d input-node=a dim=2 dim-offset=1
output-node name=output input=Append(d, IfDefined(Offset(a, -4)), \
Switch(input, Offset(input, 2)), Round(a, 2)) objective=quadratic
output-node name=second input=Sum(Offset(a, 1), Const(1.5, 4))""",
    "ivector": """component name=a type=AffineComponent input-dim=7 output-dim=4
component name=b type=AffineComponent input-dim=3 output-dim=4
input-node name=input dim=4
input-node name=ivector dim=3
component-node name=a component=a input=Append(Offset(input, -1), ReplaceIndex(ivector, t, 0))
component-node name=b component=b input=ReplaceIndex(ivector, t, 0)
output-node name=output input=Sum(a, b)""",
    "distribute": """component name=d type=DistributeComponent input-dim=12 output-dim=4
component name=s type=SumGroupComponent sizes=2,2
input-node name=input dim=12
component-node name=d component=d input=input
component-node name=s component=s input=ReplaceIndex(d, x, 0)
output-node name=output input=s""",
    "recurrent": """component name=x type=AffineComponent input-dim=8 output-dim=5
component name=r type=NaturalGradientAffineComponent input-dim=5 output-dim=5
component name=h type=TanhComponent dim=5
input-node name=input dim=4
component-node name=x component=x input=Append(Offset(input, -2), Offset(input, 1))
component-node name=r component=r input=Offset(h, -1)
component-node name=h component=h input=Sum(x, IfDefined(r))
output-node name=output input=Append(h, Offset(h, -1), IfDefined(Offset(r, -2)))""",
    "recurrent_chain": _TANH_NET
    + """component name=r type=NaturalGradientAffineComponent input-dim=5 output-dim=6
component name=p type=AffineComponent input-dim=6 output-dim=5
component-node name=r component=r input=Offset(h, -2)
component-node name=p component=p input=r
component-node name=h component=h input=Sum(x, IfDefined(p))
output-node name=output input=h""",
    "recurrent_backward": _TANH_NET
    + """component name=r type=NaturalGradientAffineComponent input-dim=5 output-dim=5
component-node name=r component=r input=Offset(h, 2)
component-node name=h component=h input=Sum(x, IfDefined(r))
output-node name=output input=h""",
    "recurrent_from_constant": _TANH_NET
    + """component name=k type=ConstantComponent output-dim=5
component name=r type=LinearComponent input-dim=5 output-dim=5
component-node name=k component=k input=k
component-node name=r component=r input=Failover(Offset(h, -3), k)
component-node name=h component=h input=Sum(x, r)
output-node name=output input=h""",
    "recurrent_backward_from_input": _TANH_NET
    + """component name=r type=LinearComponent input-dim=5 output-dim=5
component-node name=r component=r input=Failover(Offset(h, 2), x)
component-node name=h component=h input=Sum(x, r)
output-node name=output input=h""",
    "lstm_from_constant": _LSTM,
}
"""By name."""

WHOLE_ONLY = {"recurrent_backward", "recurrent_backward_from_input"}
"""Their frames depend on all later ones."""

"""Vector mathematical functions as LLVM IR."""

from dldt.codegen.llvm.math import double_double as double_double
from dldt.codegen.llvm.math import erf as erf
from dldt.codegen.llvm.math import erf_double as erf_double
from dldt.codegen.llvm.math import exp as exp
from dldt.codegen.llvm.math import floats as floats
from dldt.codegen.llvm.math import gate_sigmoid as gate_sigmoid
from dldt.codegen.llvm.math import gelu as gelu
from dldt.codegen.llvm.math import hyperbolic as hyperbolic
from dldt.codegen.llvm.math import inverse_trig as inverse_trig
from dldt.codegen.llvm.math import log as log
from dldt.codegen.llvm.math import mish as mish
from dldt.codegen.llvm.math import power as power
from dldt.codegen.llvm.math import power_double as power_double
from dldt.codegen.llvm.math import registry as registry
from dldt.codegen.llvm.math import remainder as remainder
from dldt.codegen.llvm.math import roots as roots
from dldt.codegen.llvm.math import rounding as rounding
from dldt.codegen.llvm.math import sigmoid as sigmoid
from dldt.codegen.llvm.math import sign as sign
from dldt.codegen.llvm.math import softplus as softplus
from dldt.codegen.llvm.math import swish as swish
from dldt.codegen.llvm.math import tanh as tanh
from dldt.codegen.llvm.math import trig as trig
from dldt.codegen.llvm.math import trig_double as trig_double
from dldt.codegen.llvm.math import trig_reduction as trig_reduction
from dldt.codegen.llvm.math import trig_reduction_double as trig_reduction_double
from dldt.codegen.llvm.math import wide as wide
from dldt.codegen.llvm.math.registry import MATH, emit_math

__all__ = ["MATH", "emit_math"]

"""Lowering: each operation as a function from output index to element expression."""

from dldt.codegen.lower import convolution as convolution
from dldt.codegen.lower import elementwise as elementwise
from dldt.codegen.lower import gather as gather
from dldt.codegen.lower import generate as generate
from dldt.codegen.lower import interpolate as interpolate
from dldt.codegen.lower import join as join
from dldt.codegen.lower import matmul as matmul
from dldt.codegen.lower import normalize as normalize
from dldt.codegen.lower import order as order
from dldt.codegen.lower import pad as pad
from dldt.codegen.lower import pool as pool
from dldt.codegen.lower import quantize as quantize
from dldt.codegen.lower import recurrent as recurrent
from dldt.codegen.lower import reduce as reduce
from dldt.codegen.lower import repeat as repeat
from dldt.codegen.lower import reshape as reshape
from dldt.codegen.lower import shuffle as shuffle
from dldt.codegen.lower import slice as slice
from dldt.codegen.lower import softmax as softmax

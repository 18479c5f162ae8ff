"""Lowering: each operation as a function from output index to element expression."""

from dldt.codegen.loop.lower import adaptive_pool as adaptive_pool
from dldt.codegen.loop.lower import batch_space as batch_space
from dldt.codegen.loop.lower import convolution as convolution
from dldt.codegen.loop.lower import elementwise as elementwise
from dldt.codegen.loop.lower import gather as gather
from dldt.codegen.loop.lower import generate as generate
from dldt.codegen.loop.lower import interpolate as interpolate
from dldt.codegen.loop.lower import join as join
from dldt.codegen.loop.lower import matmul as matmul
from dldt.codegen.loop.lower import normalize as normalize
from dldt.codegen.loop.lower import order as order
from dldt.codegen.loop.lower import pad as pad
from dldt.codegen.loop.lower import patches as patches
from dldt.codegen.loop.lower import pool as pool
from dldt.codegen.loop.lower import quantize as quantize
from dldt.codegen.loop.lower import recurrent as recurrent
from dldt.codegen.loop.lower import reduce as reduce
from dldt.codegen.loop.lower import repeat as repeat
from dldt.codegen.loop.lower import reshape as reshape
from dldt.codegen.loop.lower import reverse_sequence as reverse_sequence
from dldt.codegen.loop.lower import search as search
from dldt.codegen.loop.lower import shuffle as shuffle
from dldt.codegen.loop.lower import slice as slice
from dldt.codegen.loop.lower import softmax as softmax

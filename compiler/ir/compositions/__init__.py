"""Operations of the IR that we have as compositions of others: a layer is read as the operations that it is made of."""

from dldt.compiler.ir.compositions import attention as attention
from dldt.compiler.ir.compositions import colours as colours
from dldt.compiler.ir.compositions import columns as columns
from dldt.compiler.ir.compositions import composition as composition
from dldt.compiler.ir.compositions import ctc_loss as ctc_loss
from dldt.compiler.ir.compositions import drawing as drawing
from dldt.compiler.ir.compositions import framing as framing
from dldt.compiler.ir.compositions import inverse as inverse
from dldt.compiler.ir.compositions import older as older
from dldt.compiler.ir.compositions import promotion as promotion
from dldt.compiler.ir.compositions import rounding8 as rounding8
from dldt.compiler.ir.compositions import segments as segments
from dldt.compiler.ir.compositions import sizes as sizes
from dldt.compiler.ir.compositions import sparse as sparse

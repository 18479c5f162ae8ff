"""The operations of onnxruntime's own domain, which its optimiser and its quantising tools write."""

from dldt.frontends.onnx.ops.microsoft import activation as activation
from dldt.frontends.onnx.ops.microsoft import attention as attention
from dldt.frontends.onnx.ops.microsoft import blocked as blocked
from dldt.frontends.onnx.ops.microsoft import domain as domain
from dldt.frontends.onnx.ops.microsoft import grouped_attention as grouped_attention
from dldt.frontends.onnx.ops.microsoft import heads as heads
from dldt.frontends.onnx.ops.microsoft import matmul as matmul
from dldt.frontends.onnx.ops.microsoft import normalization as normalization
from dldt.frontends.onnx.ops.microsoft import other as other
from dldt.frontends.onnx.ops.microsoft import rotary as rotary

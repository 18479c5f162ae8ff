"""The operations of ``ai.onnx.ml``: trees, linear models, support vectors, and what prepares features for them."""

from dldt.frontends.onnx.ops.ml import coupled_probabilities as coupled_probabilities
from dldt.frontends.onnx.ops.ml import domain as domain
from dldt.frontends.onnx.ops.ml import features as features
from dldt.frontends.onnx.ops.ml import forest as forest
from dldt.frontends.onnx.ops.ml import linear as linear
from dldt.frontends.onnx.ops.ml import member_branches as member_branches
from dldt.frontends.onnx.ops.ml import scores as scores
from dldt.frontends.onnx.ops.ml import support_vectors as support_vectors
from dldt.frontends.onnx.ops.ml import tree_ensemble as tree_ensemble

"""Operations that are known and not imported: the reason, and what to do."""

from __future__ import annotations

_PYTHON = "its meaning is Python code of the model's author; cut the model before it, or write it with other operations"
_TRAINING = "it is for training; export the model without it, or cut it off with --output"
_RANDOM = "its numbers are random; make them an input of the model"
_QUANTIZED = "quantised recurrent layers are not read; exclude them when the model is quantised (excluded_sym_names)"
_FUSED = "it was fused for one processor; export the model before optimize_for or get_backend_symbol"
_SPARSE = "sparse arrays are not read; use the dense operation"
_RARE = "no importer was written for it; cut the model there, or write it with other operations"

_REASONS: dict[str, tuple[str, ...]] = {
    _PYTHON: ("Custom", "_CustomFunction", "_NDArray", "_Native"),
    _TRAINING: (
        "CTCLoss",
        "IdentityAttachKLSparseReg",
        "_contrib_MultiBoxTarget",
        "_contrib_bipartite_matching",
        "_contrib_box_encode",
        "_contrib_mrcnn_mask_target",
        "softmax_cross_entropy",
    ),
    _RANDOM: (
        "_random_exponential",
        "_random_gamma",
        "_random_normal",
        "_random_uniform",
        "_random_uniform_like",
        "_random_normal_like",
        "_random_poisson",
        "_random_randint",
        "_sample_multinomial",
        "_sample_normal",
        "_sample_uniform",
        "_shuffle",
    ),
    _QUANTIZED: ("_contrib_quantized_rnn", "_contrib_quantize_asym"),
    _FUSED: ("_sg_mkldnn_conv", "_sg_mkldnn_fully_connected", "_CachedOp", "_TensorRT", "_FusedOp"),
    _SPARSE: ("cast_storage", "_sparse_retain", "_contrib_SparseEmbedding", "_square_sum"),
    _RARE: (
        "erfinv",
        "gamma",
        "gammaln",
        "im2col",
        "col2im",
        "khatri_rao",
        "_histogram",
        "_npi_svd",
    ),
}

REFUSED = {name: reason for reason, names in _REASONS.items() for name in names}
"""By their names."""

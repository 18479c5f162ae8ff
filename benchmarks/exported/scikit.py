"""Trees and linear models of scikit-learn, LightGBM and XGBoost, as skl2onnx and onnxmltools write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxmltools
from lightgbm import LGBMClassifier
from onnxmltools.convert.common.data_types import FloatTensorType as TheirFloats
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import (
    GradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from xgboost import XGBRegressor

from benchmarks.exported.export import Export, normal

_FEATURES = 6


def scikit() -> list[Export]:
    """Models that are fitted to seeded numbers, each with two batches."""
    few = {"n_estimators": 8, "random_state": 3}
    models: dict[str, Callable[[], Any]] = {
        "forest_classifier": lambda: RandomForestClassifier(max_depth=5, **few),
        "forest_regressor": lambda: RandomForestRegressor(max_depth=5, **few),
        "boosted_classifier": lambda: GradientBoostingClassifier(**few),
        "isolation_forest": lambda: IsolationForest(**few),
        "scaled_svm": lambda: make_pipeline(StandardScaler(), SVC(probability=False, random_state=3)),
        "scaled_logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
    }
    sizes = ({"x": normal(5, 4, _FEATURES)}, {"x": normal(6, 9, _FEATURES)})
    free = {"x": {0: "n"}}
    made = [Export(name, ("skl2onnx",), sizes, free, _with_skl2onnx(model)) for name, model in models.items()]
    made.append(Export("lightgbm", ("onnxmltools",), sizes, free, _lightgbm))
    made.append(Export("xgboost", ("onnxmltools",), sizes, free, _xgboost))
    return made


def _data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = normal(3, 300, _FEATURES)
    score = x[:, 0] * x[:, 1] + np.sin(x[:, 2])
    return x, score, np.digitize(score, (-0.5, 0.5))


def _with_skl2onnx(model: Callable[[], Any]) -> Callable[[Export, str, Path], None]:
    def make(_: Export, __: str, path: Path) -> None:
        x, score, which = _data()
        made = model()
        regressor = type(made).__name__.endswith("Regressor")
        made.fit(x, score if regressor else which)
        options = {"zipmap": False} if hasattr(made, "predict_proba") else {}
        kinds = [("x", FloatTensorType([None, _FEATURES]))]
        opset = {"": 17, "ai.onnx.ml": 3}
        proto = to_onnx(made, initial_types=kinds, options={id(made): options} if options else None, target_opset=opset)
        path.write_bytes(proto.SerializeToString())

    return make


def _lightgbm(_: Export, __: str, path: Path) -> None:
    x, _score, which = _data()
    made = LGBMClassifier(n_estimators=8, random_state=3, verbose=-1).fit(x, which)
    kinds = [("x", TheirFloats([None, _FEATURES]))]
    path.write_bytes(onnxmltools.convert_lightgbm(made, initial_types=kinds, zipmap=False).SerializeToString())


def _xgboost(_: Export, __: str, path: Path) -> None:
    x, score, _which = _data()
    made = XGBRegressor(n_estimators=8, max_depth=4, random_state=3).fit(x, score)
    kinds = [("x", TheirFloats([None, _FEATURES]))]
    path.write_bytes(onnxmltools.convert_xgboost(made, initial_types=kinds).SerializeToString())

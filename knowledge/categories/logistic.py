"""Logistic regression that starts from what was known before: little evidence changes little."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_STEPS = 50
_CLOSE_ENOUGH = 1e-5
_SMALLEST_SHARE = 1e-4


def sigmoid(values: Array) -> Array:
    """0 … 1 without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * values)), dtype=np.float64)


def fit(
    inputs: Array, truth: Array, *, penalty: Array, prior: Array | None = None, importance: Array | None = None
) -> Array:
    """Weights of the columns of ``inputs`` by which rows are told ``truth`` (0 or 1).

    ``penalty`` of each column holds its weight near ``prior`` (zeros by default); add a column of ones for the
    constant. Newton's method with shortened steps: the loss is convex, and the penalty makes its bottom one point.
    """
    before = np.zeros(inputs.shape[1]) if prior is None else prior
    weigh = np.ones(len(inputs)) if importance is None else importance
    weights = before.copy()

    def loss(tried: Array) -> float:
        logits = inputs @ tried
        missed = np.logaddexp(0.0, logits) - truth * logits
        return float(weigh @ missed + penalty @ (tried - before) ** 2 / 2)

    now = loss(weights)
    for _ in range(_STEPS):
        said = sigmoid(inputs @ weights)
        slope = inputs.T @ (weigh * (said - truth)) + penalty * (weights - before)
        bend = (inputs * (weigh * said * (1 - said))[:, None]).T @ inputs + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        # Far from the end Newton's step may go too far.
        share = 1.0
        while share > _SMALLEST_SHARE and loss(weights - share * step) > now:
            share /= 2
        weights = weights - share * step
        former, now = now, loss(weights)
        if former - now < _CLOSE_ENOUGH:
            break
    return weights

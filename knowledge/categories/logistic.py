"""Logistic regression that starts from what was known before: little evidence changes little."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_STEPS = 30
_CLOSE_ENOUGH = 1e-6


def sigmoid(values: Array) -> Array:
    """0 … 1 without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * values)), dtype=np.float64)


def fit(
    inputs: Array, truth: Array, *, penalty: Array, prior: Array | None = None, importance: Array | None = None
) -> Array:
    """Weights of the columns of ``inputs`` by which rows are told ``truth`` (0 or 1).

    ``penalty`` of each column holds its weight near ``prior`` (zeros by default); add a column of ones for the
    constant. Newton's method, which always ends here: the loss is convex and the penalty makes it strictly so.
    """
    before = np.zeros(inputs.shape[1]) if prior is None else prior
    weigh = np.ones(len(inputs)) if importance is None else importance
    weights = before.copy()
    for _ in range(_STEPS):
        said = sigmoid(inputs @ weights)
        slope = inputs.T @ (weigh * (said - truth)) + penalty * (weights - before)
        bend = (inputs * (weigh * said * (1 - said))[:, None]).T @ inputs + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        # Far from the end Newton's step may go too far: never more than a few units at once.
        longest = float(np.abs(step).max(initial=0.0))
        weights -= step * min(1.0, 4.0 / longest) if longest > 0 else step
        if longest < _CLOSE_ENOUGH:
            break
    return weights

"""Likelihood of tasks with holes and its gradient, in torch."""

from __future__ import annotations

from typing import Any

import numpy as np

from warmstart._extras import require


def likelihood(covariance: Any, y: Any, known: Any) -> tuple[float, Any]:
    r"""Negative log likelihood of a batch of tasks, and its gradient by the covariance.

    Tasks with the same holes share their factorisation. With P the inverse of the whole
    covariance and m the holes of a task,

    .. math:: K_{oo}^{-1} = P_{oo} - P_{om} P_{mm}^{-1} P_{mo}, \quad
              \log|K_{oo}| = \log|K| + \log|P_{mm}|

    so one inverse serves the batch and a task costs the cube of its holes, not of its
    entries; a task with more holes than entries is factorised by itself.

    Parameters
    ----------
    covariance : Tensor, shape (n_configs, n_configs)
        Noise included.
    y : Tensor, shape (n_tasks, n_configs)
        Zero where not known.
    known : Tensor of bool, shape (n_tasks, n_configs)

    Returns
    -------
    loss : float
        Sum over the tasks, in nats.
    gradient : Tensor, shape (n_configs, n_configs)
        Symmetric; both halves of the covariance moved as if they were independent.

    References
    ----------
    .. [1] Petersen, Pedersen. "The Matrix Cookbook." 2012, sections 2 and 9 (derivatives
       of a log likelihood; inverse and determinant of a block).
    """
    torch = require("torch", extra="torch")
    n_configs = covariance.shape[0]
    patterns, task_of = torch.unique(known, dim=0, return_inverse=True)
    holes = (~patterns).sum(dim=1)
    from_whole = holes <= n_configs // 2
    loss = 0.5 * float(np.log(2 * np.pi)) * float(known.sum())
    gradient = torch.zeros_like(covariance)
    taken = torch.zeros_like(covariance)
    alphas = torch.zeros_like(y)
    n_whole = int(from_whole[task_of].sum())
    if n_whole:
        root = torch.linalg.cholesky(covariance)
        inverse = torch.cholesky_inverse(root)
        whole_log_det = 2 * float(torch.log(root.diagonal()).sum())
        projected = y @ inverse
    for k in range(len(patterns)):
        tasks = torch.nonzero(task_of == k)[:, 0]
        n_alike = len(tasks)
        if not from_whole[k]:
            seen = torch.nonzero(patterns[k])[:, 0]
            if not len(seen):
                continue
            block = torch.linalg.cholesky(covariance[seen[:, None], seen])
            own = torch.cholesky_solve(y[tasks][:, seen].T, block).T
            alphas[tasks[:, None], seen] = own
            loss += n_alike * float(torch.log(block.diagonal()).sum())
            gradient[seen[:, None], seen] += 0.5 * n_alike * torch.cholesky_inverse(block)
        elif holes[k]:
            gone = torch.nonzero(~patterns[k])[:, 0]
            block = torch.linalg.cholesky(inverse[gone[:, None], gone])
            weights = torch.cholesky_solve(projected[tasks][:, gone].T, block).T
            alphas[tasks] = projected[tasks] - weights @ inverse[gone]
            log_det = 2 * float(torch.log(block.diagonal()).sum())
            loss += 0.5 * n_alike * (whole_log_det + log_det)
            taken[gone[:, None], gone] += n_alike * torch.cholesky_inverse(block)
        else:
            alphas[tasks] = projected[tasks]
            loss += 0.5 * n_alike * whole_log_det
    if n_whole:
        gradient += 0.5 * n_whole * inverse
        if bool(taken.any()):
            gradient -= 0.5 * inverse @ taken @ inverse
    loss += 0.5 * float((alphas * y).sum())
    gradient -= 0.5 * alphas.T @ alphas
    return loss, gradient

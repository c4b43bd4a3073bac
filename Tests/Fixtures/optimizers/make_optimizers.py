"""Writes optimizers.h5: 50 steps of each optimiser, made by PyTorch in float64, for checking another implementation.

What is minimised is the mean over a minibatch's rows x of sum_i s_i / 2 * (w_i - x_i)^2, over parameters of the shapes
below, one after another. Rows, scales and first values are exact in float32; step t (from 0) sees rows 4t ... 4t + 3.

Every case is a group /<case> with
  attribute `config`      JSON: `optimizer` and `average` as in a configuration, `l2` and `clipNorm` where they are not 0
  1, 50                   all parameters after so many steps
  states/<name>           what the optimiser keeps beside them, after 50 steps
  average                 the average of the parameters over steps, after 50 steps, where there is one
Arrays are float32, of all parameters one after another.

PyTorch has no Lion, AdamNormGrad or average whose first steps are corrected; those are written out below from their
sources. `l2` acts on the first parameter alone, the only weight of a product.
Run: python make_optimizers.py   (needs torch, h5py, numpy)
"""
import json, h5py, numpy as np, torch
torch.set_default_dtype(torch.float64)

SHAPES = [("weight", (61, 37)), ("bias", (61,)), ("kernel", (5, 7, 11))]
COUNT, ROWS, STEPS = sum(int(np.prod(s)) for _, s in SHAPES), 4, 50
I = np.arange(COUNT, dtype=np.int64)
FIRST = (I * 7919 % 1024) / 512 - 1
SCALE = 2.0 ** -(I % 8)
def row(r): return (r * 7919 + I * 104729 + r * I * 31 + r * r % 8191 * I) % 65536 / 32768 - 1

class Lion(torch.optim.Optimizer):
    """arXiv:2302.06675, algorithm 2."""
    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, wd=weight_decay))
    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for p in g["params"]:
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p)); b1, b2 = g["betas"]
                c = b1 * m + (1 - b1) * p.grad
                p.copy_(p - g["lr"] * (torch.sign(c) + g["wd"] * p))
                m.copy_(b2 * m + (1 - b2) * p.grad)

class AdamNormGrad(torch.optim.Adam):
    """Adam on each parameter's gradient over its norm; the penalty comes behind."""
    def step(self):
        for g in self.param_groups:
            for p in g["params"]: p.grad /= p.grad.norm() + 1e-7
        super().step()

O = torch.optim
def adam(c, lr=1e-3): return dict(lr=c.get("learningRate", lr), betas=(c.get("beta1", 0.9), c.get("beta2", 0.999)), eps=c.get("epsilon", 1e-8))
def penalised(w, l2): return [dict(params=w[:1], weight_decay=l2), dict(params=w[1:])]
MAKE = {
  "adam": lambda w, l2, c: O.Adam(penalised(w, l2), **adam(c)),
  "adamW": lambda w, l2, c: O.AdamW(w, weight_decay=c.get("weightDecay", 1e-2), **adam(c)),
  "amsgrad": lambda w, l2, c: O.Adam(penalised(w, l2), amsgrad=True, **adam(c)),
  "adamNormGrad": lambda w, l2, c: AdamNormGrad(penalised(w, l2), **adam(c)),
  "adamax": lambda w, l2, c: O.Adamax(penalised(w, l2), **adam(c, 2e-3)),
  "nadam": lambda w, l2, c: O.NAdam(penalised(w, l2), momentum_decay=c.get("momentumDecay", 4e-3), **adam(c, 2e-3)),
  "rmsprop": lambda w, l2, c: O.RMSprop(penalised(w, l2), lr=c.get("learningRate", 1e-2), alpha=c.get("decay", 0.99),
                                        eps=c.get("epsilon", 1e-8), momentum=c.get("momentum", 0), centered=c.get("centered", False)),
  "adagrad": lambda w, l2, c: O.Adagrad(penalised(w, l2), lr=c.get("learningRate", 1e-2), lr_decay=c.get("learningRateDecay", 0),
                                        initial_accumulator_value=c.get("initialSum", 0), eps=c.get("epsilon", 1e-10)),
  "lion": lambda w, l2, c: Lion(w, c.get("learningRate", 1e-4), (c.get("beta1", 0.9), c.get("beta2", 0.99)), c.get("weightDecay", 0)),
  "sgd": lambda w, l2, c: O.SGD(penalised(w, l2), lr=c.get("learningRate", 1e-2), momentum=c.get("momentum", 0), nesterov=c.get("nesterov", False)),
}
STATES = {
  "adam": [("firstMoment", "exp_avg"), ("secondMoment", "exp_avg_sq")],
  "amsgrad": [("firstMoment", "exp_avg"), ("secondMoment", "exp_avg_sq"), ("largestSecondMoment", "max_exp_avg_sq")],
  "adamNormGrad": [("firstMomentOfDirection", "exp_avg"), ("secondMomentOfDirection", "exp_avg_sq")],
  "adamax": [("firstMoment", "exp_avg"), ("largestGradient", "exp_inf")],
  "rmsprop": [("meanSquare", "square_avg"), ("mean", "grad_avg"), ("scaledMomentum", "momentum_buffer")],
  "adagrad": [("sumOfSquares", "sum")], "lion": [("firstMoment", "exp_avg")], "sgd": [("momentum", "momentum_buffer")],
}
STATES["adamW"] = STATES["nadam"] = STATES["adam"]

CASES = {
  "adam": dict(optimizer="adam"),
  "adam_fast_l2": dict(optimizer={"adam": {"learningRate": 0.02, "beta1": 0.5, "beta2": 0.75, "epsilon": 1e-4}}, l2=0.03),
  "adam_slow_exponential": dict(optimizer={"adam": {"beta2": 0.9999}}, average={"exponential": {"decay": 0.95}}),
  "adamW": dict(optimizer="adamW"),
  "adamW_equal": dict(optimizer={"adamW": {"learningRate": 0.02, "weightDecay": 0.3}}, average="equal"),
  "amsgrad": dict(optimizer="amsgrad"),
  "amsgrad_fast": dict(optimizer={"amsgrad": {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.9}}, l2=0.03),
  "adamNormGrad": dict(optimizer="adamNormGrad"),
  "adamNormGrad_l2": dict(optimizer={"adamNormGrad": {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}}, l2=1e-3),
  "adamNormGrad_clipped": dict(optimizer="adamNormGrad", clipNorm=1e-3),
  "adamax": dict(optimizer="adamax"),
  "adamax_fast": dict(optimizer={"adamax": {"learningRate": 0.03, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-2}}, l2=0.03),
  "nadam": dict(optimizer="nadam"),
  "nadam_fast": dict(optimizer={"nadam": {"learningRate": 0.02, "beta1": 0.6, "beta2": 0.95, "momentumDecay": 0.2}}, l2=0.03),
  "rmsprop": dict(optimizer="rmsprop"),
  "rmsprop_momentum": dict(optimizer={"rmsprop": {"learningRate": 1e-3, "momentum": 0.8, "decay": 0.9}}, l2=0.03),
  "rmsprop_centered": dict(optimizer={"rmsprop": {"learningRate": 1e-3, "centered": True, "epsilon": 1e-2}}),
  "rmsprop_both": dict(optimizer={"rmsprop": {"learningRate": 1e-3, "centered": True, "momentum": 0.5, "decay": 0.9}}),
  "adagrad": dict(optimizer="adagrad"),
  "adagrad_decay": dict(optimizer={"adagrad": {"learningRate": 0.1, "learningRateDecay": 0.05, "initialSum": 0.1, "epsilon": 1e-3}}, l2=0.03),
  "lion": dict(optimizer="lion"),
  "lion_decay": dict(optimizer={"lion": {"learningRate": 0.01, "beta1": 0.95, "beta2": 0.98, "weightDecay": 0.1}}),
  "sgd": dict(optimizer="sgd"),
  "sgd_clipped": dict(optimizer={"sgd": {"learningRate": 0.1}}, clipNorm=2.0, average={"exponential": {"decay": 0.5}}),
  "sgd_momentum": dict(optimizer={"sgd": {"momentum": 0.9}}, l2=0.03),
  "sgd_nesterov": dict(optimizer={"sgd": {"learningRate": 0.05, "momentum": 0.8, "nesterov": True}}),
}

def flat(arrays): return np.concatenate([np.asarray(a.detach()).ravel() for a in arrays])

with h5py.File("optimizers.h5", "w") as f:
    for case, c in CASES.items():
        g = f.create_group(case); g.attrs["config"] = json.dumps(c)
        key, options = (c["optimizer"], {}) if isinstance(c["optimizer"], str) else next(iter(c["optimizer"].items()))
        parts = np.cumsum([int(np.prod(s)) for _, s in SHAPES])[:-1]
        def split(x): return [torch.tensor(a.reshape(s)) for a, (_, s) in zip(np.split(x, parts), SHAPES)]
        w, s = [a.requires_grad_() for a in split(FIRST)], split(SCALE)
        optimizer, path = MAKE[key](w, c.get("l2", 0), options), []
        for t in range(STEPS):
            x = split(sum(row(ROWS * t + k) for k in range(ROWS)) / ROWS)  # Linear in x, so its mean over rows will do.
            for p, q, r in zip(w, x, s): p.grad = (r * (p - q)).detach()
            norm = np.linalg.norm(flat([p.grad for p in w]))
            if norm > c.get("clipNorm", np.inf):
                for p in w: p.grad *= c["clipNorm"] / norm
            optimizer.step()
            path.append(flat(w))
        for t in (1, 50): g[str(t)] = path[t - 1].astype(np.float32)
        for name, theirs in STATES[key]:
            found = [optimizer.state[p].get(theirs) for p in w]
            if all(a is not None for a in found): g[f"states/{name}"] = flat(found).astype(np.float32)
        if "average" in c:
            decay = c["average"]["exponential"]["decay"] if isinstance(c["average"], dict) else 1.0
            weights = np.array([decay ** (STEPS - 1 - t) for t in range(STEPS)])
            g["average"] = (weights / weights.sum() @ np.array(path)).astype(np.float32)

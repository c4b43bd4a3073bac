"""Writes twins.h5: small models of several kinds, their losses and all gradients, made by PyTorch in float64.

Each group is a model: `config` (the section `model` as bytes of JSON), `x` [24, 12] in [0, 1], `label` [24] of 3 classes by their numbers,
`exampleCount` (N), `params/<name>`, and for each loss `losses/<loss>/value` (summed over the examples), `losses/<loss>/noise/<n>`
(what the n-th random node of our graph draws) and `losses/<loss>/grads/<name>`.

The models are written out below from their papers, with PyTorch's own layers, not from our code:
  vamp         Tomczak & Welling, arXiv:1705.07120, eq. 9, with batch normalisation and dropout in the encoder; the pseudo-inputs
               are normalised by the statistics of the examples
  ladder       Sonderby et al., arXiv:1602.02282, eq. 2 and 12-14; ladderIWAE the same with the bound of 3 samples
  conditional  Sohn et al., NeurIPS 2015
  tcvae        Chen et al., arXiv:1802.04942, eq. 4, minibatch-weighted (eq. S3); stratified by appendix C.2
  factor       Kim & Mnih, arXiv:1802.05983, algorithm 2

Run: python make_twins.py   (needs torch, h5py, numpy)
"""
import json, math
import h5py, numpy as np, torch
import torch.nn.functional as F
torch.set_default_dtype(torch.float64)

B, D, C, N = 24, 12, 3, 1000
draw = np.random.RandomState(7)
x = torch.tensor(draw.uniform(size=(B, D)))
label = draw.randint(0, C, size=B)
one_hot = torch.tensor(np.eye(C)[label])


class Twin:
    """Parameters by name, made where they are first used, and noise in the order in which it is drawn."""
    def __init__(self): self.p, self.noise, self.fresh = {}, [], True
    def param(self, name, shape, low=-0.6, high=0.6):
        if name not in self.p: self.p[name] = torch.tensor(draw.uniform(low, high, size=shape)).requires_grad_()
        return self.p[name]
    def dense(self, h, name, units):
        return F.linear(h, self.param(name + ".weight", (units, h.shape[-1])), self.param(name + ".bias", (units,)))
    def normal(self, *shape): return self.keep(draw.normal(size=shape))
    def uniform(self, *shape): return self.keep(draw.uniform(size=shape))
    def permutation(self, rows, columns): return self.keep(np.stack([draw.permutation(rows) for _ in range(columns)], 1).astype(float))
    def keep(self, values):
        values = np.float32(values).astype(np.float64)
        self.noise.append(values)
        return torch.tensor(values)
    def heads(self, h, name, latents):
        mean = self.dense(h, name + ".mean", latents)
        return mean, self.dense(h, name + ".logVariance", latents).clamp(-30, 20)


def gaussian(z, mean, logvar): return -0.5 * (math.log(2 * math.pi) + logvar + (z - mean) ** 2 / logvar.exp())
def kl_normal(mean, logvar): return 0.5 * (mean ** 2 + logvar.exp() - 1 - logvar)
def kl(m1, v1, m2, v2): return 0.5 * (v2 - v1 + (v1.exp() + (m1 - m2) ** 2) / v2.exp() - 1)
def bernoulli(x, y): return -F.binary_cross_entropy_with_logits(y, x.expand_as(y), reduction="none").sum(-1)
def decode(t, z): return t.dense(torch.tanh(t.dense(z, "decoder.dense1", 6)), "decoder.dense2", D)
def encode(t, x): return torch.tanh(t.dense(x, "encoder.dense1", 7))
def sample(t, mean, logvar): return mean + (0.5 * logvar).exp() * t.normal(*mean.shape)

ENCODER = [{"dense": {"units": 7}}, "tanh"]
DECODER = [{"dense": {"units": 6}}, "tanh", {"dense": {"units": D}}]
def section(**keys): return dict({"encoder": ENCODER, "decoder": DECODER, "likelihood": "bernoulli"}, **keys)


def vamp(t, loss):
    def q(x, statistics=None):
        h = t.dense(x, "encoder.dense1", 7)
        mean, variance = statistics or (h.mean(0), h.var(0, unbiased=False))
        h = (h - mean) / (variance + 1e-5).sqrt()
        h = h * t.param("encoder.batchNorm1.weight", (7,), 0.5, 1.5) + t.param("encoder.batchNorm1.bias", (7,))
        h = torch.tanh(h)
        h = torch.where(t.uniform(*h.shape) > 0.2, h / 0.8, torch.zeros_like(h))
        return t.heads(h, "posterior", 2), (mean, variance)
    (mean, logvar), statistics = q(x)
    u = t.param("prior.inputs", (5, D), -0.2, 1.2)
    (means, logvars), _ = q(u.clamp(0, 1), statistics)
    z = sample(t, mean, logvar)
    log_p = torch.logsumexp(gaussian(z[:, None], means, logvars).sum(-1), 1) - math.log(5)
    log_q = gaussian(z, mean, logvar).sum(-1)
    return (-bernoulli(x, decode(t, z)) + 0.7 * (log_q - log_p)).sum()

def ladder_pass(t, k):
    low = torch.tanh(t.dense(x, "encoder.dense1", 7))
    high = torch.tanh(t.dense(low, "encoder.dense2", 5))
    m2, v2 = (a[:, None] for a in t.heads(high, "latents.top.posterior", 2))
    z2 = m2 + (0.5 * v2).exp() * t.normal(B, k, 2)
    h = torch.tanh(t.dense(z2, "latents.bottom.prior.dense1", 4))
    mp, vp = t.heads(h, "latents.bottom.prior", 3)
    me, ve = (a[:, None] for a in t.heads(low, "latents.bottom.posterior", 3))
    precision = (-ve).exp() + (-vp).exp()
    m1, v1 = (me * (-ve).exp() + mp * (-vp).exp()) / precision, -precision.log()
    z1 = m1 + (0.5 * v1).exp() * t.normal(B, k, 3)
    return (m2, v2, z2), (m1, v1, mp, vp, z1), bernoulli(x[:, None], decode(t, z1))

def ladder(t, loss):
    (m2, v2, _), (m1, v1, mp, vp, _), log_x = ladder_pass(t, 1)
    return (-log_x[:, 0] + 0.7 * (kl_normal(m2, v2).sum((1, 2)) + kl(m1, v1, mp, vp).sum((1, 2)))).sum()

def ladder_iwae(t, loss):
    (m2, v2, z2), (m1, v1, mp, vp, z1), log_x = ladder_pass(t, 3)
    log_p = gaussian(z2, torch.zeros(2), torch.zeros(2)).sum(-1) + gaussian(z1, mp, vp).sum(-1)
    log_q = gaussian(z2, m2, v2).sum(-1) + gaussian(z1, m1, v1).sum(-1)
    return (math.log(3) - torch.logsumexp(log_x + log_p - log_q, 1)).sum()

def conditional(t, loss):
    mean, logvar = t.heads(encode(t, torch.cat([x, one_hot], 1)), "posterior", 2)
    z = sample(t, mean, logvar)
    return (-bernoulli(x, decode(t, torch.cat([z, one_hot], 1))) + 0.7 * kl_normal(mean, logvar).sum(1)).sum()

def tcvae(stratified):
    def twin(t, loss):
        mean, logvar = t.heads(encode(t, x), "posterior", 3)
        z = sample(t, mean, logvar)
        log_q = gaussian(z, mean, logvar).sum(1)
        pairs = gaussian(z[:, None], mean[None], logvar[None])
        if stratified:
            m = B - 1
            w = torch.full((B, B), 1 / m)
            for i in range(B): w[i, i], w[i, (i + 1) % B] = 1 / N, (N - m) / (N * m)
        else:
            w = torch.full((B, B), 1 / (N * B))
        log_qz = torch.logsumexp(pairs.sum(2) + w.log(), 1)
        log_prod = torch.logsumexp(pairs + w.log()[:, :, None], 1).sum(1)
        log_p = gaussian(z, torch.zeros(3), torch.zeros(3)).sum(1)
        terms = (log_q - log_qz) + 6 * (log_qz - log_prod) + 0.5 * (log_prod - log_p)
        return (-bernoulli(x, decode(t, z)) + terms).sum()
    return twin

def factor(t, loss):
    mean, logvar = t.heads(encode(t, x), "posterior", 3)
    z = sample(t, mean, logvar)
    def d(z):
        for i in (1, 2): z = F.leaky_relu(t.dense(z, f"discriminator.dense{i}", 8), 0.2)
        return t.dense(z, "discriminator.dense3", 1)[:, 0]
    if loss == "objective":
        return (-bernoulli(x, decode(t, z)) + kl_normal(mean, logvar).sum(1) + 10 * d(z)).sum()
    z = z.detach()
    order = t.permutation(B, 3).long()
    shuffled = torch.gather(z, 0, order)
    one, zero = torch.ones(B), torch.zeros(B)
    ce = F.binary_cross_entropy_with_logits
    return 0.5 * (ce(d(z), one, reduction="sum") + ce(d(shuffled), zero, reduction="sum"))

LADDER = [
    {"name": "top", "posterior": {"gaussian": {"latent": 2}}},
    {"name": "bottom", "features": "low", "posterior": {"ladder": {"latent": 3}},
     "prior": {"conditional": {"layers": [{"dense": {"units": 4}}, "tanh"]}}}]
LADDER_ENCODER = [{"dense": {"units": 7}}, {"tanh": {"name": "low"}}, {"dense": {"units": 5}}, "tanh"]
BETA = {"elbo": {"beta": 0.7}}
CASES = {
    "vamp": (vamp, section(
        encoder=[{"dense": {"units": 7}}, "batchNorm", "tanh", {"dropout": {"probability": 0.2}}],
        posterior={"gaussian": {"latent": 2}}, prior={"vamp": {"components": 5}}, objective=BETA)),
    "ladder": (ladder, section(encoder=LADDER_ENCODER, latents=LADDER, objective=BETA)),
    "ladderIWAE": (ladder_iwae, section(encoder=LADDER_ENCODER, latents=LADDER, objective={"iwae": {"samples": 3}})),
    "conditional": (conditional, section(
        encoder=["condition"] + ENCODER, decoder=["condition"] + DECODER, posterior={"gaussian": {"latent": 2}}, objective=BETA)),
    "tcvae": (tcvae(False), section(
        posterior={"gaussian": {"latent": 3}}, objective={"tcvae": {"beta": 6, "gamma": 0.5}})),
    "tcvaeStratified": (tcvae(True), section(
        posterior={"gaussian": {"latent": 3}}, objective={"tcvae": {"beta": 6, "gamma": 0.5, "estimator": "stratified"}})),
    "factor": (factor, section(
        posterior={"gaussian": {"latent": 3}}, objective={"factor": {"gamma": 10, "units": 8, "hiddenLayers": 2}})),
}

with h5py.File("twins.h5", "w") as f:
    for name, (twin, config) in CASES.items():
        group, t = f.create_group(name), Twin()
        group["config"] = np.frombuffer(json.dumps(config).encode(), np.uint8)
        group["x"], group["label"], group["exampleCount"] = x.numpy(), label.astype(float), float(N)
        losses = ["objective", "discriminator"] if name == "factor" else ["objective"]
        for loss in losses: twin(t, loss)   # all parameters are there
        for loss in losses:
            t.noise = []
            value = twin(t, loss)
            own = [n for n in t.p if n.startswith("discriminator.") == (loss == "discriminator")]
            grads = torch.autograd.grad(value, [t.p[n] for n in own])
            group[f"losses/{loss}/value"] = value.item()
            for i, noise in enumerate(t.noise): group[f"losses/{loss}/noise/{i}"] = noise
            for n, g in zip(own, grads): group[f"losses/{loss}/grads/{n}"] = g.numpy()
        for n, value in t.p.items(): group["params/" + n] = value.detach().numpy()

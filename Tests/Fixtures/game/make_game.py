"""Writes game.h5: 20 steps of an autoencoder against a critic with a gradient penalty, made by PyTorch in float64.

An example is 16 numbers v (an image of 4 x 4) and a number e in [0, 1). In each step, on one minibatch, first the
autoencoder r(v) is trained on the mean of  1/2 |v - r|^2 - c(r) / 2,  then the critic c, with the new r held fixed, on
the mean of  c(r) - c(v) + 10 (|grad c(u)| - 1)^2  with  u = e v + (1 - e) r   (Gulrajani et al., arXiv:1704.00028, eq. 3).

  r  dense 16 -> 6, tanh, dense 6 -> 16          Adam, rate 0.01, gradient clipped to 0.2
  c  convolution 1 -> 3 (kernel 3, padding 1), leaky ReLU (0.2), dense 48 -> 5, softplus, dense 5 -> 1
                                                 its convolution by SGD, rate 0.01, momentum 0.5; the rest by
                                                 Adam, rate 0.002, beta 0.5 and 0.9, and its last bias frozen
Features of the convolution are flattened channels last.

Parameters have the names and layouts of PyTorch; of all of them one after another, the i-th number begins at
((i * 7919 mod 1024) / 512 - 1) * 0.4. Number k of row n is ((n * 7919 + k * 104729 + 31 n k) mod 4096) / 2048 - 1 of v,
and half that plus 1/2 of e, which is k = 16; step t (from 0) sees rows 12 t ... 12 t + 11.

/<n>/<parameter>  after n steps, for n = 1, 20;  /losses  [20, 2] mean losses of both
Run: python make_game.py   (needs torch, h5py, numpy)
"""
import h5py, numpy as np, torch
import torch.nn.functional as F
torch.set_default_dtype(torch.float64)

ROWS, STEPS = 12, 20
SHAPES = [("model.dense1.weight", (6, 16)), ("model.dense1.bias", (6,)), ("model.dense2.weight", (16, 6)), ("model.dense2.bias", (16,)),
          ("critic.conv1.weight", (3, 1, 3, 3)), ("critic.conv1.bias", (3,)), ("critic.dense1.weight", (5, 48)), ("critic.dense1.bias", (5,)),
          ("critic.dense2.weight", (1, 5)), ("critic.dense2.bias", (1,))]
p, first = {}, 0
for name, shape in SHAPES:
    count = int(np.prod(shape)); i = np.arange(first, first + count)
    p[name] = torch.tensor((((i * 7919 % 1024) / 512 - 1) * 0.4).reshape(shape)).requires_grad_()
    first += count

def rows(t):
    n, k = np.arange(ROWS * t, ROWS * (t + 1))[:, None], np.arange(17)[None]
    x = (n * 7919 + k * 104729 + 31 * n * k) % 4096 / 2048 - 1
    return torch.tensor(x[:, :16]), torch.tensor(x[:, 16:] / 2 + 0.5)

def dense(x, name): return F.linear(x, p[name + ".weight"], p[name + ".bias"])
def r(v): return dense(torch.tanh(dense(v, "model.dense1")), "model.dense2")
def c(v):
    h = F.leaky_relu(F.conv2d(v.reshape(-1, 1, 4, 4), p["critic.conv1.weight"], p["critic.conv1.bias"], padding=1), 0.2)
    h = h.permute(0, 2, 3, 1).reshape(-1, 48)
    return dense(F.softplus(dense(h, "critic.dense1")), "critic.dense2")[:, 0]

model = [w for n, w in p.items() if n.startswith("model.")]
kernels = [w for n, w in p.items() if n.startswith("critic.conv1.")]
others = [w for n, w in p.items() if n.startswith("critic.dense") and n != "critic.dense2.bias"]
optimizers = [[torch.optim.Adam(model, lr=0.01)],
              [torch.optim.SGD(kernels, lr=0.01, momentum=0.5), torch.optim.Adam(others, lr=0.002, betas=(0.5, 0.9))]]

with h5py.File("game.h5", "w") as f:
    losses = []
    for t in range(STEPS):
        v, e = rows(t)
        first = (0.5 * ((v - r(v)) ** 2).sum(1) - 0.5 * c(r(v))).mean()
        for w, g in zip(model, torch.autograd.grad(first, model)): w.grad = g
        norm = torch.cat([w.grad.ravel() for w in model]).norm()
        if norm > 0.2:
            for w in model: w.grad *= 0.2 / norm
        optimizers[0][0].step()
        fake = r(v).detach()
        u = (e * v + (1 - e) * fake).requires_grad_()
        slope = torch.autograd.grad(c(u).sum(), u, create_graph=True)[0]
        second = (c(fake) - c(v) + 10 * ((slope ** 2).sum(1).sqrt() - 1) ** 2).mean()
        for w, g in zip(kernels + others, torch.autograd.grad(second, kernels + others)): w.grad = g
        for o in optimizers[1]: o.step()
        losses.append((first.item(), second.item()))
        if t + 1 in (1, STEPS):
            for name, w in p.items(): f[f"{t + 1}/{name}"] = w.detach().numpy().astype(np.float32)
    f["losses"] = np.array(losses)
    print(losses[0], losses[-1])

#!/usr/bin/env python3
"""Compares `vae-dp data split` and `vae-dp data convert` with what h5py and numpy make of the same file.

Usage: rewrite.py PROGRAM [FILE...]    (needs h5py, numpy, scipy; FILEs are further files to convert and shuffle)
"""

import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import scipy.sparse as sp

program = sys.argv[1]
failures = 0


def run(*words):
    done = subprocess.run([program, "data", *words, "--replace"], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def case(name, good, detail=""):
    global failures
    failures += not good
    print(f"{'ok  ' if good else 'FAIL'} {name}{'' if good else ': ' + str(detail)}", flush=True)


def write(path, n=4000):
    random = np.random.default_rng(1)
    with h5py.File(path, "w") as f:
        f.attrs["generator"] = "rewrite.py"
        f["x"] = np.arange(n * 6, dtype="f4").reshape(n, 2, 3)
        f["x"].attrs["layout"] = "rows"
        f["x"].attrs["scale"] = 0.25
        f.create_dataset("half", data=np.arange(n, dtype="f2"), chunks=(100,), compression="gzip")
        f["big"] = np.arange(n, dtype=">i8") - 7
        f["flag"] = np.arange(n) % 3 == 0
        f["unsigned"] = (np.arange(n) * 2**52).astype("u8")
        f["fixed"] = np.array([f"row {i}".encode() for i in range(n)], dtype="S12")
        f["text"] = np.array([f"zeile {i} ä" for i in range(n)], dtype=h5py.string_dtype())
        classes = random.choice(7, n, p=[0.4, 0.3, 0.2, 0.05, 0.03, 0.015, 0.005]).astype("i4")
        f["labels"] = classes
        f["labels"].attrs["classes"] = [f"class {c}" for c in range(7)]
        f["patient"] = np.array([f"p{i}" for i in random.integers(0, 50, n)], dtype=h5py.string_dtype())
        f["time"] = random.permutation(n).astype("f8") / 3
        matrix = sp.random(n, 50, 0.1, "csr", dtype="f4", random_state=2)
        g = f.create_group("counts")
        g["data"], g["indices"], g["indptr"] = matrix.data, matrix.indices, matrix.indptr
        g.attrs["shape"], g.attrs["encoding-type"] = matrix.shape, "csr_matrix"
        f["vocabulary"] = np.array([f"word {i}" for i in range(50)], dtype=h5py.string_dtype())
        f["mean"], f["note"] = 2.5, "a scalar"
        o = f.create_group("obs/kind")
        o["codes"], o["categories"] = (classes % 3).astype("i1"), np.array([b"a", b"b", b"c"])
        o.attrs["encoding-type"] = "categorical"
    return path


def rows(f, name):
    """All rows of a field as something that numpy compares."""
    node = f[name]
    if isinstance(node, h5py.Group):
        matrix = sp.csr_matrix(
            (node["data"][:], node["indices"][:], node["indptr"][:]), shape=tuple(node.attrs["shape"]))
        return matrix.toarray()
    if h5py.check_string_dtype(node.dtype):
        return node.asstr()[:].reshape(node.shape)
    return node[:]


FIELDS = ["x", "half", "big", "flag", "unsigned", "fixed", "text", "labels", "patient", "time",
          "counts", "obs/kind/codes"]
PARTS = ["train", "validation", "test"]


def same_type(a, b):
    return isinstance(a, h5py.Group) or h5py.check_string_dtype(a.dtype) or (
        a.dtype == b.dtype and h5py.check_enum_dtype(a.dtype) == h5py.check_enum_dtype(b.dtype))


def attributes(node):
    return {k: np.asarray(v).tolist() for k, v in node.attrs.items() if k != "shape"}


def split_case(folder, source, name, options, check):
    out = os.path.join(folder, "out.h5")
    code, text = run("split", source, "-o", out, *options)
    if code:
        return case(f"split {name}", False, text)
    with h5py.File(source) as a, h5py.File(out) as b:
        ids = [b[p]["big"][:] + 7 for p in PARTS]
        complete = np.array_equal(np.sort(np.concatenate(ids)), np.arange(a["x"].shape[0]))
        ordered = all((np.diff(i) > 0).all() for i in ids)
        equal, wrong = True, ""
        for field in FIELDS:
            whole = rows(a, field)
            for part, i in zip(PARTS, ids):
                good = (np.array_equal(rows(b[part], field), whole[i])
                        and same_type(a[field], b[part][field])
                        and attributes(a[field]) == attributes(b[part][field]))
                equal, wrong = equal and good, wrong if good else f"{part}/{field}"
        kept = (np.array_equal(a["vocabulary"][:], b["vocabulary"][:]) and b["mean"][()] == 2.5
                and b["note"].asstr()[()] == "a scalar" and b.attrs["generator"] == "rewrite.py"
                and all(np.array_equal(b[p]["obs/kind/categories"][:], [b"a", b"b", b"c"])
                        and b[p]["obs/kind"].attrs["encoding-type"] == "categorical" for p in PARTS))
        case(f"split {name}: every example once", complete)
        case(f"split {name}: in the file's order", ordered)
        case(f"split {name}: all fields element by element", equal, wrong)
        case(f"split {name}: the rest as it was", kept)
        case(f"split {name}: its rule", *check(a, ids))
    return ids


def shares(a, ids, wanted=(0.8, 0.1, 0.1)):
    n = a["x"].shape[0]
    return all(abs(len(i) - w * n) < 1 for i, w in zip(ids, wanted)), [len(i) for i in ids]


def strata(a, ids):
    labels = a["labels"][:]
    worst = max(
        abs((labels[i] == c).sum() - w * (labels == c).sum())
        for i, w in zip(ids, (0.8, 0.1, 0.1)) for c in range(7))
    return worst < 1 and shares(a, ids)[0], worst


def groups(a, ids):
    patients = [set(a["patient"].asstr()[:][i]) for i in ids]
    apart = not (patients[0] & patients[1] or patients[0] & patients[2] or patients[1] & patients[2])
    n, largest = a["x"].shape[0], max(np.unique(a["patient"].asstr()[:], return_counts=True)[1])
    near = all(abs(len(i) - w * n) <= largest for i, w in zip(ids, (0.8, 0.1, 0.1)))
    return apart and near, [len(i) for i in ids]


def times(a, ids):
    t = [a["time"][:][i] for i in ids]
    return t[0].max() < t[1].min() and t[1].max() < t[2].min() and shares(a, ids)[0], ""


def converted(name, source, out, options, order, types={}, check=None):
    code, text = run("convert", source, "-o", out, *options)
    if code:
        return case(f"convert {name}", False, text)
    with h5py.File(source) as a, h5py.File(out) as b:
        permutation = order(b)
        for field in FIELDS:
            whole, found = rows(a, field)[permutation], rows(b, field)
            good = np.array_equal(whole.astype(types[field]) if field in types else whole, found)
            good = good and (b[field].dtype == types[field] if field in types
                             else same_type(a[field], b[field]))
            if not good:
                return case(f"convert {name}", False, field)
        kept = np.array_equal(a["vocabulary"][:], b["vocabulary"][:]) and b["mean"][()] == 2.5
        case(f"convert {name}", kept and (check is None or check(b)), "the rest")


def objects(f):
    found = {}
    f.visititems(lambda name, node: found.__setitem__(name, node))
    return found


def any_file(source, folder):
    """A file of any kind: converted as it is, all its datasets are equal."""
    out = os.path.join(folder, "any.h5")
    code, text = run("convert", source, "-o", out, "deflate=1")
    if code:
        return case(f"convert {os.path.basename(source)}", False, text)
    with h5py.File(source) as a, h5py.File(out) as b:
        bad = [n for n, node in objects(a).items() if isinstance(node, h5py.Dataset)
               and not (n in b and np.array_equal(node[()], b[n][()]))]
    case(f"convert {os.path.basename(source)}: all datasets element by element", not bad, bad)


with tempfile.TemporaryDirectory() as folder:
    source = write(os.path.join(folder, "source.h5"))
    out = os.path.join(folder, "out.h5")
    first = split_case(folder, source, "at random", [], shares)
    again = split_case(folder, source, "with the same seed", ["seed=0"], shares)
    other = split_case(folder, source, "with another seed", ["seed=1"], shares)
    case("split: the seed decides", all(map(np.array_equal, first, again))
         and not np.array_equal(first[1], other[1]))
    split_case(folder, source, "stratified", ["stratify=labels"], strata)
    split_case(folder, source, "stratified by texts", ["stratify=patient"], shares)
    split_case(folder, source, "grouped", ["group=patient", "seed=3"], groups)
    split_case(folder, source, "by time", ["time=time"], times)
    split_case(folder, source, "by shares", ["train=0.5", "validation=0.3", "test=0.2"],
               lambda a, ids: shares(a, ids, (0.5, 0.3, 0.2)))

    run("split", source, "-o", out)
    again = os.path.join(folder, "again.h5")
    code, text = run("split", out, "-o", again)
    case("split: parts are refused", code != 0 and "part=train" in text, text)
    code, text = run("split", out, "-o", again, "part=train", "validation=0", "train=0.5", "test=0.5")
    case("split: a part that is there is not overwritten", code != 0 and "test" in text, text)
    two = os.path.join(folder, "two.h5")
    code, text = run("split", source, "-o", two, "validation=0", "train=0.8", "test=0.2")
    code, text = run("split", two, "-o", again, "part=train", "stratify=labels")
    with h5py.File(two) as a, h5py.File(again) as b:
        ids = np.concatenate([b["train/big"][:], b["validation/big"][:]])
        case("split: validation carved out of train", np.array_equal(np.sort(ids), a["train/big"][:])
             and len(b["validation/big"]) == 320 and np.array_equal(a["test/x"][:], b["test/x"][:])
             and np.array_equal(rows(a, "test/counts"), rows(b, "test/counts")), text)

    keep = lambda b: np.arange(4000)
    converted("as it is", source, out, [], keep)
    converted("in chunks of rows", source, out, ["chunkRows=64"], keep,
              check=lambda b: b["x"].chunks == (64, 2, 3) and b["counts/data"].chunks == (64,))
    converted("in small chunks", source, out, ["chunk=64KiB"], keep,
              check=lambda b: b["x"].chunks == (2730, 2, 3))
    converted("packed", source, out, ["deflate=9"], keep, check=lambda b: b["x"].compression_opts == 9)
    converted("unpacked", source, out, ["deflate=0"], keep, check=lambda b: b["half"].compression is None)
    converted("to float64", source, out, ["type=float64"], keep, {"x": "f8"})
    converted("to int32", source, out, ["type=int32"], keep, {"x": "i4"})
    converted("float16 to float32", source, out, ["type=float32", "dataset=half"], keep, {"half": "f4"})
    converted("float64 to float32, rounded", source, out, ["type=float32", "dataset=time"], keep, {"time": "f4"})
    converted("int64 to int16", source, out, ["type=int16", "dataset=big"], keep, {"big": "i2"})
    for options, bad in [(["type=uint8"], "256.0 in row 42"), (["type=float16"], "2049.0 in row 341"),
                         (["type=uint8", "dataset=big"], "-7 in row 0"),
                         (["type=float32", "dataset=counts"], None)]:
        code, text = run("convert", source, "-o", out, *options)
        case(f"convert: {' '.join(options)}", code == 0 if bad is None else code != 0 and bad in text, text)
    shuffled = lambda b: b["big"][:] + 7
    whole, pieces = os.path.join(folder, "whole.h5"), os.path.join(folder, "pieces.h5")
    converted("shuffled in memory", source, whole, ["shuffle=5"], shuffled)
    converted("shuffled by the disk", source, pieces, ["shuffle=5", "memory=20KB"], shuffled)
    with h5py.File(whole) as a, h5py.File(pieces) as b, h5py.File(source) as s:
        case("shuffle: the same order in memory and by the disk", np.array_equal(a["big"][:], b["big"][:]))
        order = a["big"][:] + 7
        rank = np.corrcoef(order, np.arange(4000))[0, 1]
        case("shuffle: a permutation without order", abs(rank) < 0.06
             and np.array_equal(np.sort(order), np.arange(4000)), rank)
    code, text = run("convert", source, "-o", out, "shuffle=5", "limit=100")
    with h5py.File(whole) as a, h5py.File(out) as b:
        case("shuffle with a limit: its first rows", np.array_equal(a["x"][:100], b["x"][:])
             and np.array_equal(rows(a, "counts")[:100], rows(b, "counts")), text)
    code, text = run("convert", source, "-o", out, "limit=10", "without=counts,text")
    with h5py.File(out) as b:
        case("convert: limit and without", b["x"].shape == (10, 2, 3) and "text" not in b and "counts" not in b, text)
    case("nothing else is left", sorted(os.listdir(folder)) == [
        "again.h5", "out.h5", "pieces.h5", "source.h5", "two.h5", "whole.h5"], os.listdir(folder))
    for file in sys.argv[2:]:
        any_file(file, folder)

print("all as expected" if failures == 0 else f"{failures} FAILED")
sys.exit(failures != 0)

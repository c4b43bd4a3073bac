#!/usr/bin/env python3
"""Arrays and sparse matrices that NumPy, SciPy and scikit-learn write, beside what `vae-dp data import` makes of them.

    python3 Tests/Peers/import_arrays.py .build/release/vae-dp [folder for files]

Needs numpy, scipy, scikit-learn and h5py. Prints a line for each case; every element is compared.
"""

import gzip
import os
import subprocess
import sys
import tempfile
import zipfile

import h5py
import numpy
import scipy.io
import scipy.sparse
import sklearn.datasets

program = sys.argv[1:2] or [".build/release/vae-dp"]
folder = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()
random = numpy.random.default_rng(1)
failures = 0


def imported(source, *options):
    target = os.path.join(folder, "out.h5")
    command = program + ["data", "import", source, *options, "-o", target, "--replace"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr.strip() or done.stdout.strip()
    return h5py.File(target)


def report(case, good):
    global failures
    failures += not good
    print(f"{'ok  ' if good else 'WRONG'} {case}")


def same(file, name, expected):
    if isinstance(file, str):
        print(file)
        return False
    found = file[name]
    if isinstance(found, h5py.Group):
        parts = [found[part][()] for part in ["data", "indices", "indptr"]]
        found = scipy.sparse.csr_matrix(tuple(parts), shape=tuple(found.attrs["shape"]))
        expected = scipy.sparse.csr_matrix(expected).astype("float32")
        return found.shape == expected.shape and (found != expected).nnz == 0
    if "classes" in found.attrs:
        names = numpy.array(list(found.attrs["classes"]), dtype=object)
        return list(names[found[()]]) == [str(value) for value in expected]
    return found.shape == expected.shape and numpy.array_equal(found[()], expected, equal_nan=found.dtype.kind == "f")


def refused(file, *words):
    if not isinstance(file, str):
        return False
    line = file.splitlines()[-1]
    return all(word in line for word in words) and "Traceback" not in file


path = os.path.join(folder, "a.npy")
for kind in ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]:
    for order in "<>":
        for fortran in [False, True]:
            values = random.integers(0, 120, (37, 5, 3)).astype(order + kind)
            if kind[0] == "f":
                values = random.normal(size=(37, 5, 3)).astype(order + kind)
            if kind[0] == "i":
                values -= 60
            numpy.save(path, numpy.asfortranarray(values) if fortran else values)
            report(f"npy {order}{kind}{' fortran' if fortran else ''}", same(imported(path), "x", values))
values = numpy.array([[0, 2**63 - 1]], "u8")
numpy.save(path, values)
report("npy uint64 up to 2**63 - 1", same(imported(path), "x", values))
numpy.save(path, values + 1)
report("npy uint64 beyond", refused(imported(path), "2⁶³"))
values = numpy.array([[6e-8, 6.1e-5, 65504, numpy.inf, -numpy.inf, numpy.nan, -0.0]], "f2")
numpy.save(path, values)
report("npy float16, its edges", same(imported(path), "x", values))
for version in [(1, 0), (2, 0), (3, 0)]:
    with open(path, "wb") as file:
        numpy.lib.format.write_array(file, numpy.eye(3), version=version)
    report(f"npy version {version}", same(imported(path), "x", numpy.eye(3)))
big = random.normal(size=(300_000, 20)).astype("f4")
numpy.save(path, big)
report("npy 24 MB", same(imported(path), "x", big))
numpy.save(path, numpy.asfortranarray(big))
report("npy 24 MB fortran", same(imported(path), "x", big))
with gzip.open(path + ".gz", "wb") as file:
    numpy.save(file, big)
report("npy.gz", same(imported(path + ".gz"), "x", big))
numpy.save(path, numpy.arange(7))
report("npy of one axis", same(imported(path), "x", numpy.arange(7)[:, None]))
numpy.save(path, numpy.ones((2, 2), "c16"))
report("npy complex is refused", refused(imported(path), "numbers"))
numpy.save(path, numpy.array([[1, "a"]], dtype=object), allow_pickle=True)
report("npy of objects is refused", refused(imported(path), "pickled objects"))

path = os.path.join(folder, "a.npz")
train, test = random.integers(0, 256, (50, 8, 8), "u1"), random.integers(0, 256, (20, 8, 8), "u1")
species = numpy.array(["setosa", "véri", "日本", ""])[random.integers(0, 4, 50)]
letters = random.choice([b"a", b"bc"], 50)
for save in [numpy.savez, numpy.savez_compressed]:
    save(path, x_train=train, y_train=species, x_test=test, y_test=random.integers(0, 9, 20))
    file = imported(path)
    good = same(file, "train/x", train) and same(file, "test/x", test) and same(file, "train/labels", species)
    report(f"npz {save.__name__}", good and file["test/labels"].shape == (20,))
save(path, imgs=train, latents_values=big[:50], kinds=letters, metadata=numpy.array({}, dtype=object))
file = imported(path)
good = same(file, "images", train) and same(file, "latents_values", big[:50]) and "metadata" not in file
report("npz like dSprites", good and same(file, "kinds", letters.astype(str)))
numpy.savez(path, weights=big[:9, :2], wide=big[:9], ids=numpy.arange(9))
file = imported(path)
report("npz without names: the largest", same(file, "x", big[:9]) and same(file, "ids", numpy.arange(9)))
file = imported(path, "data=weights", "labels=ids")
report("npz, names given", same(file, "x", big[:9, :2]) and same(file, "labels", numpy.arange(9)))
report("npz, a wrong name", refused(imported(path, "data=wights"), "weights"))
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
    with archive.open("x.npy", "w", force_zip64=True) as file:
        numpy.save(file, big)
report("npz zip64, deflated while written", same(imported(path), "x", big))
with zipfile.ZipFile(path, "w") as archive:
    for name in ["../../x.npy", "/etc/y.npy", "a/b.npy"]:
        with archive.open(name, "w") as file:
            numpy.save(file, big[:9])
before = sorted(os.listdir(folder))
file = imported(path)
names = list(file)
report("npz with paths as names", len(names) == 3 and sorted(os.listdir(folder)) == before)
with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
    with archive.open("x.npy", "w") as file:
        numpy.save(file, big[:9])
report("npz packed by lzma is refused", refused(imported(path), "method 14"))
numpy.savez(path, x=big)
data = bytearray(open(path, "rb").read())
data[1000] ^= 1
open(path, "wb").write(data)
report("npz, a flipped bit", refused(imported(path), "checksum"))

parts = os.path.join(folder, "parts")
os.makedirs(parts, exist_ok=True)
numpy.save(os.path.join(parts, "x_train.npy"), big[:9])
numpy.save(os.path.join(parts, "y_train.npy"), numpy.arange(9))
file = imported(parts)
report("folder of npy", same(file, "train/x", big[:9]) and same(file, "train/labels", numpy.arange(9)))

path = os.path.join(folder, "a.mtx")
dense = (random.random((60, 60)) < 0.1) * random.normal(size=(60, 60)).round(3)
whole = (dense * 1000).round().astype(int)
for name, matrix in [
    ("coordinate real", scipy.sparse.coo_matrix(dense[:40])),
    ("coordinate by columns", scipy.sparse.csc_matrix(dense[:40])),
    ("coordinate integer", scipy.sparse.coo_matrix(whole[:40])),
    ("coordinate symmetric", scipy.sparse.coo_matrix(dense + dense.T)),
    ("coordinate skew-symmetric", scipy.sparse.coo_matrix(dense - dense.T)),
    ("array real", dense[:40].astype("f4")),
    ("array integer", whole[:40]),
    ("array symmetric", whole + whole.T),
    ("array skew-symmetric", whole - whole.T),
]:
    for transpose in [False, True]:
        scipy.io.mmwrite(path, matrix)
        expected = matrix.toarray() if scipy.sparse.issparse(matrix) else matrix
        expected = (expected.T if transpose else expected).astype("f4")
        file = imported(path, *(["transpose=true"] if transpose else []))
        report(f"mtx {name}{' transposed' if transpose else ''}", same(file, "x", expected))
scipy.io.mmwrite(path, scipy.sparse.coo_matrix(dense != 0), field="pattern")
report("mtx pattern", same(imported(path), "x", (dense != 0).astype("f4")))
with gzip.open(path + ".gz", "wb") as file:
    scipy.io.mmwrite(file, scipy.sparse.random(5000, 3000, 0.02, random_state=1))
expected = scipy.io.mmread(path + ".gz").tocsr()
report("mtx.gz of 300,000 entries", same(imported(path + ".gz"), "x", expected))
with open(path, "w") as file:
    file.write("%%MatrixMarket matrix coordinate real general\n% a\n\n3 4 4\n2 1 1.5\n2 1 2\n1 3 7\n1 2 0\n")
report("mtx: twice is summed, no zeros", same(imported(path), "x", scipy.io.mmread(path).tocsr()))

path = os.path.join(folder, "a.svm")
matrix = scipy.sparse.random(200, 90, 0.1, format="lil", random_state=2)
matrix[0, 89] = 1
classes = random.integers(-1, 3, 200)
for zero in [True, False]:
    matrix[0, 0] = 2
    sklearn.datasets.dump_svmlight_file(matrix.astype("f4").tocsr(), classes, path, zero_based=zero, comment="hello", query_id=classes)
    file = imported(path)
    expected = sklearn.datasets.load_svmlight_file(path)
    report(f"svmlight from {0 if zero else 1}", same(file, "x", expected[0]) and same(file, "labels", classes))
sklearn.datasets.dump_svmlight_file(matrix.tocsr(), random.normal(size=200), path)
file, expected = imported(path), sklearn.datasets.load_svmlight_file(path)
report("svmlight with numbers", same(file, "labels", expected[1].astype("f4")))
report("svmlight, columns given", same(imported(path, "columnCount=99"), "x", sklearn.datasets.load_svmlight_file(path, n_features=99)[0]))

print(f"{failures} wrong")
sys.exit(failures > 0)

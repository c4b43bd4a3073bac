"""Compares, element by element, what vae-dp reads of HDF5 files that other programs wrote with what these wrote.

    python3 -m venv /tmp/peers && . /tmp/peers/bin/activate
    pip install h5py anndata scipy loompy pandas tables hdf5storage hdf5plugin
    python3 Tests/Peers/hdf5.py .build/release/vae-dp

Each file is read twice: with its name alone, and with the data named, by `vae-dp data read`, whose result h5py reads. An
interpreter with an older anndata adds its layout: --anndata /tmp/older/bin/python3, several times for several.
Needs what is installed above and nothing else; files go to a temporary folder.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy

random = numpy.random.default_rng(5)


def counts(rows, columns):
    """A matrix of small counts, a fifth of them not zero, none of its rows and columns empty."""
    matrix = random.integers(1, 9, (rows, columns)) * (random.random((rows, columns)) < 0.2)
    matrix[numpy.arange(max(rows, columns)) % rows, numpy.arange(max(rows, columns)) % columns] = 3
    return matrix


def write_anndata(folder):
    """Files of the anndata that is installed here, and expected.json beside them."""
    import anndata
    import pandas
    import scipy.sparse

    version, cases = anndata.__version__, []
    matrix = counts(30, 12)
    kinds = [["T cell", "B cell", "NK"][i % 3] for i in range(30)]
    for form, content in [
        ("dense", matrix.astype("float32")),
        ("csr", scipy.sparse.csr_matrix(matrix.astype("float32"))),
        ("csc", scipy.sparse.csc_matrix(matrix.astype("float64"))),
        ("int", scipy.sparse.csr_matrix(matrix.astype("int64"))),
    ]:
        obs = pandas.DataFrame(
            {
                "cell_type": pandas.Categorical(kinds),
                "text": [f"donor {i % 4}" for i in range(30)],
                "number": numpy.arange(30) / 7,
                "count": numpy.arange(30) % 5,
                "flag": numpy.arange(30) % 2 == 0,
                "level": pandas.Categorical([[10, 5, 7][i % 3] for i in range(30)]),
            },
            index=[f"cell{i}" for i in range(30)],
        )
        columns = {
            "cell_type": kinds, "text": list(obs["text"]), "count": [str(i % 5) for i in range(30)],
            "number": [float(x) for x in numpy.arange(30) / 7], "flag": [str(int(i % 2 == 0)) for i in range(30)],
            "level": [str([10, 5, 7][i % 3]) for i in range(30)],
        }
        if not version.startswith("0.7"):
            obs["whole"] = pandas.array([i % 6 for i in range(30)], dtype="Int64")
            obs["truth"] = pandas.array([i % 3 == 0 for i in range(30)], dtype="boolean")
            columns["whole"] = [str(i % 6) for i in range(30)]
            columns["truth"] = [str(int(i % 3 == 0)) for i in range(30)]
        data = anndata.AnnData(X=content, obs=obs)
        data.layers["doubled"] = content * 2
        data.raw = data
        name = f"{folder}/anndata-{version}-{form}.h5ad"
        data.write_h5ad(name)
        plain = matrix.tolist()
        cases.append({"file": name, "data": plain, "labels": kinds})
        cases.append({"file": name, "keys": ["train=raw/X"], "data": plain})
        cases.append({"file": name, "keys": ["train=layers/doubled"], "data": (matrix * 2).tolist()})
        for column, values in columns.items():
            cases.append({"file": name, "keys": ["train=X", f"labels=obs/{column}"], "data": plain, "labels": values})
    pathlib.Path(folder, f"anndata-{version}.json").write_text(json.dumps(cases))


class Comparison:
    def __init__(self, program, folder):
        self.program, self.folder, self.count, self.failures = program, folder, 0, []

    def convert(self, file, keys, environment={}):
        output = f"{self.folder}/converted.h5"
        if os.path.exists(output):
            os.remove(output)
        words = [self.program, "data", "read", file, "-o", output] + keys
        result = subprocess.run(words, capture_output=True, text=True, env=os.environ | environment)
        return output, result

    def refused(self, file, words, keys=()):
        """A file that is refused by one line with these words in it."""
        self.count += 1
        _, result = self.convert(file, list(keys))
        lines = [line for line in result.stderr.strip().split("\n") if "expected" in line]
        missing = [word for word in words if word not in result.stderr]
        if result.returncode == 0 or missing or len(lines) != 1:
            self.failures.append(f"{os.path.basename(file)} {keys}: code {result.returncode}, {missing} not in: {result.stderr}")

    def same(self, file, data, labels=None, keys=(), part="train", environment={}):
        """A file whose examples are `data`, and whose labels, where they are given, are `labels`."""
        import h5py

        self.count += 1
        name = f"{os.path.basename(file)} {' '.join(keys)} {part}"
        output, result = self.convert(file, list(keys), environment)
        if result.returncode != 0:
            return self.failures.append(f"{name}: {result.stderr.strip()}")
        wanted = numpy.asarray(data).astype("float32")
        with h5py.File(output) as found:
            content = found.get(f"{part}/x")
            if content is None:
                return self.failures.append(f"{name}: no {part}/x in {list(found)}")
            if isinstance(content, h5py.Group):
                import scipy.sparse

                content = scipy.sparse.csr_matrix(
                    (content["data"][:], content["indices"][:], content["indptr"][:]), shape=content.attrs["shape"]
                ).toarray()
            else:
                content = content[:]
            if content.shape != wanted.shape or not numpy.array_equal(content, wanted):
                return self.failures.append(f"{name}: {content.shape} where {wanted.shape} was written, or other values")
            if labels is None:
                return
            if f"{part}/labels" not in found:
                return self.failures.append(f"{name}: no labels")
            stored = found[f"{part}/labels"]
            if "classes" in stored.attrs:
                classes = [c if isinstance(c, str) else c.decode() for c in stored.attrs["classes"]]
                read = [classes[code] for code in stored[:]]
                equal = read == [str(label) for label in labels]
            else:
                read = stored[:]
                labels = numpy.asarray(labels, "float32")
                equal = numpy.array_equal(read.reshape(labels.shape), labels)
            if not equal:
                self.failures.append(f"{name}: labels {read[:5]} where {labels[:5]} were written")


def h5py_types(peers, folder):
    """Every type, byte order, layout and filter that h5py writes."""
    import h5py

    numbers = random.integers(0, 100, (40, 6))
    for order in "<>":
        for kind in ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]:
            file = f"{folder}/{'big' if order == '>' else 'little'}-{kind}.h5"
            values = (numbers - 50 if kind[0] != "u" else numbers).astype(order + kind)
            with h5py.File(file, "w", libver="earliest") as out:
                out["data"] = values
            scale = numpy.float32(1 / 255) if kind == "u1" else 1
            peers.same(file, values.astype("float32") * scale)
    bits = numbers % 2 == 1
    values = numbers.astype("f4")
    layouts = {
        "bool": (bits, {}),
        "chunked": (values, {"chunks": (7, 4)}),
        "rows": (values, {"chunks": (7, 6)}),
        "gzip": (values, {"chunks": (16, 6), "compression": "gzip"}),
        "tiles": (values, {"chunks": (16, 5), "compression": "gzip", "shuffle": True, "fletcher32": True}),
        "scaleoffset": (numbers.astype("i4"), {"chunks": (16, 6), "scaleoffset": 0}),
    }
    for name, (content, options) in layouts.items():
        file = f"{folder}/layout-{name}.h5"
        with h5py.File(file, "w", libver="earliest") as out:
            out.create_dataset("data", data=content, **options)
        peers.same(file, content)
    file = f"{folder}/compact.h5"
    with h5py.File(file, "w", libver="earliest") as out:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple(values.shape)
        dataset = h5py.h5d.create(out.id, b"data", h5py.h5t.NATIVE_FLOAT, space, properties)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)
    peers.same(file, values)
    file = f"{folder}/enumeration.h5"
    colours = {"red": 3, "green": -1, "blue": 200}
    with h5py.File(file, "w", libver="earliest") as out:
        codes = numpy.array(list(colours.values()))[numbers % 3]
        out.create_dataset("data", data=codes, dtype=h5py.enum_dtype(colours, "i4"))
        out.create_dataset("labels", data=codes[:, 0], dtype=h5py.enum_dtype(colours, ">i2"))
    names = {value: name for name, value in colours.items()}
    peers.same(file, codes, [names[code] for code in codes[:, 0]])
    refusals(peers, folder, values)


def refusals(peers, folder, values):
    """What is refused, each by one line that says what to do."""
    import h5py

    def write(name, fill):
        with h5py.File(f"{folder}/{name}.h5", "w", libver="earliest") as out:
            fill(out)
        return f"{folder}/{name}.h5"

    large = numpy.full((40, 6), 5, "u8")
    large[17, 2] = 2**63
    file = write("too-large", lambda out: out.create_dataset("data", data=large))
    peers.refused(file, ["9223372036854775808 in row 17", "63 bits"])
    file = write("lzf", lambda out: out.create_dataset("data", data=values, chunks=(8, 6), compression="lzf"))
    peers.refused(file, ["LZF", "Only h5py", "compression='gzip'"], ["train=data"])
    peers.refused(file, ["LZF", "Only h5py", "inspect"])
    file = write("scalar", lambda out: out.create_dataset("data", data=3.0))
    peers.refused(file, ["shape", "inspect"])
    file = write("compound", lambda out: out.create_dataset("data", data=numpy.zeros((5, 3), [("a", "f4"), ("b", "i4")])))
    peers.refused(file, ["compound"])
    peers.refused(write("empty", lambda out: None), ["nothing", "inspect"])
    hole = values.copy()
    hole[3, 3] = numpy.nan
    peers.refused(write("nan", lambda out: out.create_dataset("data", data=hole)), ["nan in row 3"])
    try:
        import hdf5plugin
    except ImportError:
        return
    for name, options in [("Zstandard", hdf5plugin.Zstd()), ("Blosc", hdf5plugin.Blosc()), ("LZ4", hdf5plugin.LZ4())]:
        file = write(name, lambda out: out.create_dataset("data", data=values, chunks=(8, 6), **options))
        # The very same file where its plugin is installed, and where it is not.
        peers.same(file, values, environment={"HDF5_PLUGIN_PATH": hdf5plugin.PLUGINS_PATH})
        peers.refused(file, [name, "HDF5_PLUGIN_PATH", "compression='gzip'"], ["train=data"])


def named_sets(peers, folder):
    """The names that well-known sets have for their arrays."""
    import h5py

    images = lambda count: random.integers(0, 256, (count, 8, 8), "u1")
    classes = lambda count: numpy.arange(count) % 4
    train, test = images(20), images(8)
    grey = lambda values: values[..., None] * numpy.float32(1 / 255)
    for names in [("x_train", "y_train", "x_test", "y_test"), ("train/images", "train/labels", "test/images", "test/labels"),
                  ("train_images", "train_labels", "test_images", "test_labels"), ("trainX", "trainY", "testX", "testY")]:
        file = f"{folder}/{names[0].replace('/', '-')}.h5"
        with h5py.File(file, "w", libver="earliest") as out:
            for name, values in zip(names, [train, classes(20), test, classes(8)]):
                out[name] = values
        peers.same(file, grey(train), classes(20))
        peers.same(file, grey(test), classes(8), part="test")
    file = f"{folder}/binarised.h5"
    with h5py.File(file, "w", libver="earliest") as out:
        for name, values in [("train", train), ("valid", test), ("test", test[:5])]:
            out[name] = (values > 128).reshape(len(values), -1).astype("u1")
    for part, values in [("train", train), ("validation", test), ("test", test[:5])]:
        peers.same(file, (values > 128).reshape(len(values), -1), part=part)
    file, factors = f"{folder}/dsprites.h5", random.integers(0, 3, (20, 6))
    with h5py.File(file, "w", libver="earliest") as out:
        out["imgs"], out["latents_classes"], out["latents_values"] = (train > 128).astype("u1"), factors, factors / 3
    peers.same(file, (train > 128)[..., None], factors)
    file, colours = f"{folder}/3dshapes.h5", random.integers(0, 256, (20, 8, 8, 3), "u1")
    with h5py.File(file, "w", libver="earliest") as out:
        out["images"], out["labels"] = colours, factors / 7
    peers.same(file, colours * numpy.float32(1 / 255), factors / 7)


def single_cells(peers, folder):
    """10x's layouts, as its documentation has them, and loom as loompy writes it."""
    import h5py
    import scipy.sparse

    matrix = counts(25, 14)
    for name, group in [("10x-v3", "matrix"), ("10x-v2", "GRCh38")]:
        file = f"{folder}/{name}.h5"
        genes_by_cells = scipy.sparse.csc_matrix(matrix.T)
        with h5py.File(file, "w", libver="earliest") as out:
            out[f"{group}/data"] = genes_by_cells.data.astype("i4")
            out[f"{group}/indices"] = genes_by_cells.indices.astype("i8")
            out[f"{group}/indptr"] = genes_by_cells.indptr.astype("i8")
            out[f"{group}/shape"] = numpy.array(genes_by_cells.shape, "i4")
            out[f"{group}/barcodes"] = numpy.array([f"AAAC-{i}".encode() for i in range(25)])
            genes = numpy.array([f"gene{i}".encode() for i in range(14)])
            out[f"{group}/features/id" if group == "matrix" else f"{group}/genes"] = genes
        peers.same(file, matrix)
    import loompy

    file = f"{folder}/cells.loom"
    kinds = numpy.array([["astrocyte", "neuron"][i % 2] for i in range(25)])
    loompy.create(file, {"": matrix.T.astype("f4"), "spliced": matrix.T * 2}, {"Gene": numpy.array([f"g{i}" for i in range(14)])},
                  {"CellID": numpy.array([f"c{i}" for i in range(25)]), "CellType": kinds})
    peers.same(file, matrix, kinds)
    peers.same(file, matrix * 2, keys=["train=layers/spliced"])
    square = counts(16, 16)
    file = f"{folder}/square.loom"
    loompy.create(file, square.T.astype("f8"), {"Gene": numpy.arange(16)}, {"CellID": numpy.arange(16)})
    peers.same(file, square)


def matlab(peers, folder):
    """MATLAB v7.3 by hdf5storage, and its sparse layout, which that does not write."""
    import h5py
    import hdf5storage
    import scipy.sparse

    matrix = random.random((30, 7))
    labels = random.integers(1, 4, 30)
    images = random.random((6, 5, 3, 11))
    for name, content in [("column", labels.reshape(30, 1)), ("row", labels.reshape(1, 30))]:
        file = f"{folder}/matlab-{name}.mat"
        hdf5storage.savemat(file, {"X": matrix, "y": content}, format="7.3", oned_as="row", store_python_metadata=False,
                            matlab_compatible=True)
        peers.same(file, matrix, labels)
        peers.same(file, matrix.astype("f4"), keys=["train=X", "fields.age={\"dataset\": \"y\", \"as\": \"numbers\"}"])
    file = f"{folder}/matlab-images.mat"
    hdf5storage.savemat(file, {"images": images}, format="7.3", store_python_metadata=False)
    peers.same(file, images.transpose(3, 0, 1, 2))
    counted = scipy.sparse.csc_matrix(counts(30, 9).astype("f8"))
    file = f"{folder}/matlab-sparse.mat"
    with h5py.File(file, "w", userblock_size=512, libver="earliest") as out:
        group = out.create_group("X")
        group.attrs["MATLAB_class"], group.attrs["MATLAB_sparse"] = numpy.bytes_(b"double"), numpy.uint64(30)
        group["data"], group["ir"], group["jc"] = counted.data, counted.indices.astype("u8"), counted.indptr.astype("u8")
    peers.same(file, counted.toarray())


def tables(peers, folder):
    """pandas and PyTables."""
    import pandas
    import tables as pytables

    values = random.random((30, 5)).astype("f4")
    frame = pandas.DataFrame(values, columns=list("abcde"))
    file = f"{folder}/pandas-fixed.h5"
    frame.to_hdf(file, key="frame", format="fixed")
    peers.same(file, values)
    file = f"{folder}/pandas-table.h5"
    frame.to_hdf(file, key="frame", format="table")
    peers.refused(file, ["compound"])
    file = f"{folder}/pytables.h5"
    with pytables.open_file(file, "w") as out:
        out.create_carray("/", "values", obj=values, filters=pytables.Filters(complevel=4, complib="zlib"))
    peers.same(file, values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", nargs="?", help="vae-dp")
    parser.add_argument("--anndata", action="append", default=[], help="an interpreter with another anndata")
    parser.add_argument("--write-anndata", metavar="DIR", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write_anndata:
        return write_anndata(arguments.write_anndata)
    with tempfile.TemporaryDirectory() as folder:
        peers = Comparison(os.path.abspath(arguments.program), folder)
        for part in [h5py_types, named_sets, single_cells, matlab, tables]:
            part(peers, folder)
        for python in [sys.executable] + arguments.anndata:
            subprocess.run([python, __file__, "--write-anndata", folder], check=True, stderr=subprocess.DEVNULL)
        for expected in sorted(pathlib.Path(folder).glob("anndata-*.json")):
            for case in json.loads(expected.read_text()):
                peers.same(case["file"], case["data"], case.get("labels"), case.get("keys", ()))
        for failure in peers.failures:
            print(failure)
        print(f"{peers.count - len(peers.failures)} of {peers.count} readings equal what was written")
        sys.exit(1 if peers.failures else 0)


main()

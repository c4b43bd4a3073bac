"""Makes the files beside it, as others write them: h5py 3.16 on HDF5 2.0, scipy 1.16.

types.h5    a dataset [20, 6] of each type of numbers; element [i, j] is (6 i + j) % 7, as a boolean whether it is odd
labels.h5   classes of six examples, as h5py and AnnData write them: b a b c a b, or 7 3 7 40 3 7
others.h5   four examples [3], of which element [i, j] is 3 i + j, and labels b a b c, in other orders of axes and forms
newer.h5    in the format of HDF5 2.0, which older libraries cannot read
matlab5.mat MATLAB's format before it became HDF5
"""

import h5py
import numpy
import scipy.io
import scipy.sparse

numbers = numpy.arange(120).reshape(20, 6) % 7
with h5py.File("types.h5", "w", libver="earliest") as file:
    file["bool"] = numbers % 2 == 1
    for name in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", ">i2", ">u4", ">f2"]:
        file[name.replace(">", "big-")] = numbers.astype(name)
    for name in ["bool", "i2", "i4", "i8", "f2"]:
        file.create_dataset(
            "packed-" + name, data=file[name][:], chunks=(8, 6), compression="gzip", shuffle=True, fletcher32=True)
    file["negative"] = (numbers - 3).astype("i1")
    file["enumeration"] = numpy.zeros((20, 6), dtype=h5py.enum_dtype({"A": 0, "B": 1, "C": 2}))
    file["complex"] = numbers.astype("c8")
    file["text"] = numpy.full((20, 6), b"a")
with h5py.File("labels.h5", "w", libver="earliest") as file:
    words, numbers7 = ["b", "a", "b", "c", "a", "b"], numpy.array([7, 3, 7, 40, 3, 7])
    file["fixed"] = numpy.array([word.encode() for word in words])
    file.create_dataset("variable", data=words, dtype=h5py.string_dtype())
    file.create_dataset("column", data=[[word] for word in words], dtype=h5py.string_dtype())
    for name in ["u1", "i2", "i4", "i8", "u8", "f4"]:
        file[name] = numbers7.astype(name)
    file.create_dataset("packed", data=numbers7.astype("u1"), chunks=(4,), compression="gzip", shuffle=True)
    file["bool"] = numbers7 == 7
    file["named"] = numpy.array([1, 0, 1, 2, 0, 1], "i1")
    file["named"].attrs["classes"] = ["a", "b", "c", "d"]
    group = file.create_group("obs/kind")
    group.attrs["encoding-type"], group.attrs["ordered"] = "categorical", False
    group["codes"] = numpy.array([1, 0, 1, 2, 0, 1], "i1")
    group.create_dataset("categories", data=["a", "b", "c"], dtype=h5py.string_dtype())
    group = file.create_group("obs/unknown")
    group["codes"] = numpy.array([1, 0, -1, 0, 0, 1], "i1")
    group.create_dataset("categories", data=["a", "b"], dtype=h5py.string_dtype())
with h5py.File("others.h5", "w", libver="earliest") as file:
    rows, words, colours = numpy.arange(12).reshape(4, 3), ["b", "a", "b", "c"], {"b": 7, "a": -3, "c": 200, "d": 201}
    file.create_dataset("enumeration", data=[colours[word] for word in words], dtype=h5py.enum_dtype(colours, ">i2"))
    file["stranger"] = numpy.array([7, -3, 0, 7], dtype=h5py.enum_dtype(colours, "i2"))
    large = rows.astype("u8")
    file["u8"], large[2, 1] = large, 2**63
    file["large"] = large
    file.create_dataset("lzf", data=rows, chunks=(2, 3), compression="lzf")
    for name, values in [("X", rows.T), ("y", [[1, 0, 1, 2]]), ("row", [[1], [0], [1], [2]])]:
        file[f"matlab/{name}"] = numpy.array(values, "f8" if name == "X" else "u4")
        file[f"matlab/{name}"].attrs["MATLAB_class"] = numpy.bytes_(b"double")
    # Two pictures of 1 × 2 pixels with three colours: in MATLAB [1, 2, 3, 2].
    file["matlab/images"] = rows.reshape(2, 1, 2, 3).transpose(0, 3, 2, 1)
    file["matlab/images"].attrs["MATLAB_class"] = numpy.bytes_(b"double")
    for name, matrix in [("matlab/sparse", rows), ("columns", rows), ("10x", rows.T)]:
        columns, group = scipy.sparse.csc_matrix(matrix), file.create_group(name)
        places, starts = ("ir", "jc") if name == "matlab/sparse" else ("indices", "indptr")
        group["data"], group[places], group[starts] = columns.data, columns.indices.astype("u8"), columns.indptr
        if name == "10x":
            group["shape"], group["barcodes"] = columns.shape, numpy.arange(4)
        elif name == "columns":
            group.attrs["encoding-type"], group.attrs["shape"] = "csc_matrix", columns.shape
        else:
            group.attrs["MATLAB_class"], group.attrs["MATLAB_sparse"] = numpy.bytes_(b"double"), numpy.uint64(4)
    file["obs/older"] = numpy.array([1, 0, 1, 2], "i1")
    file.create_dataset("obs/__categories/older", data=["a", "b", "c"], dtype=h5py.string_dtype())
    for name, missing in [("whole", 5), ("holes", 2)]:
        file[f"obs/{name}/values"], file[f"obs/{name}/mask"] = [8, 5, 8, 9], numpy.arange(4) == missing
with h5py.File("newer.h5", "w", libver="latest") as file:
    file.create_dataset("packed", data=numbers.astype("f4"), chunks=(8, 6), compression="gzip")
    file["flags"] = numbers % 2 == 1
    file["plain"] = numbers.astype("f4")
scipy.io.savemat("matlab5.mat", {"x": numbers})

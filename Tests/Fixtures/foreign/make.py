"""Makes the files beside it, as others write them: h5py 3.16 on HDF5 2.0, scipy 1.16.

types.h5    a dataset [20, 6] of each type of numbers; element [i, j] is (6 i + j) % 7, as a boolean whether it is odd
labels.h5   classes of six examples, as h5py and AnnData write them: b a b c a b, or 7 3 7 40 3 7
newer.h5    in the format of HDF5 2.0, which older libraries cannot read
matlab5.mat MATLAB's format before it became HDF5
"""

import h5py
import numpy
import scipy.io

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
with h5py.File("newer.h5", "w", libver="latest") as file:
    file.create_dataset("packed", data=numbers.astype("f4"), chunks=(8, 6), compression="gzip")
    file["flags"] = numbers % 2 == 1
    file["plain"] = numbers.astype("f4")
scipy.io.savemat("matlab5.mat", {"x": numbers})

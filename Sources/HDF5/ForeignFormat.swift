/// A format that is taken for HDF5 now and then, known by how its files begin.
struct ForeignFormat {
  /// What the file is.
  let name: String
  /// How to come to an HDF5 file.
  let remedy: String

  private static let known: [(start: [UInt8], name: String, remedy: String)] = [
    (
      Array("MATLAB 5.0 MAT-file".utf8), "a MATLAB file of version 5, which is not HDF5",
      "Save it in MATLAB with save(name, '-v7.3'), or read it with scipy.io.loadmat and write it with h5py."
    ),
    (
      [0x93] + Array("NUMPY".utf8), "an array of numpy (.npy)",
      "Write it with h5py: file['train/images'] = numpy.load(name)."
    ),
    (
      Array("PK\u{3}\u{4}".utf8), "a zip archive, as numpy's .npz is one",
      "Unpack it, and write its arrays with h5py."
    ),
    ([0x1F, 0x8B], "a file packed by gzip", "Unpack it with gunzip."),
    (
      Array("CDF".utf8), "a netCDF file of version 3, which is not HDF5",
      "Convert it with nccopy -k netCDF-4 OLD NEW."
    ),
    (
      [0x0E, 0x03, 0x13, 0x01], "an HDF file of version 4, which is not HDF5",
      "Convert it with h4toh5."
    ),
    (Array("PAR1".utf8), "a Parquet file", "Read it with pandas, and write its columns with h5py."),
  ]

  /// The format of a file that begins with `bytes`; nil for one that is not known.
  init?(_ bytes: [UInt8]) {
    guard let format = Self.known.first(where: { bytes.starts(with: $0.start) }) else { return nil }
    (name, remedy) = (format.name, format.remedy)
  }
}

/// A filter that the chunks of a dataset went through, and that libhdf5 here cannot undo.
struct MissingFilter {
  /// What the file has, for a message.
  let found: String
  /// What to do about it.
  let remedy: String

  /// By the filter's registered number, and the name that the file gives it.
  init(_ number: Int32, name: String) {
    let known = Self.names[number] ?? plainText(name.prefix(64))
    found =
      "compression by \(known.isEmpty ? "" : known + ", ")filter \(number), which is not installed"
    let rewrite = "write the data again with h5py's compression='gzip'"
    remedy =
      switch number {
      case 4: "Install a libhdf5 with szip, or \(rewrite)."
      case 32000: "Only h5py itself has it: open the file with h5py, and \(rewrite)."
      default:
        "Install its plugin and name the plugin's folder in HDF5_PLUGIN_PATH (after pip install hdf5plugin, "
          + "python3 -c 'import hdf5plugin; print(hdf5plugin.PLUGINS_PATH)' tells it), or \(rewrite)."
      }
  }

  /// The usual ones, by the numbers that the HDF Group has given them.
  private static let names: [Int32: String] = [
    4: "szip", 305: "LZO", 307: "bzip2", 32000: "LZF", 32001: "Blosc", 32004: "LZ4",
    32008: "Bitshuffle", 32013: "ZFP", 32015: "Zstandard", 32017: "SZ", 32018: "FCIDECOMP",
    32026: "Blosc2",
  ]
}

/// A data set as its authors, or those who keep it, publish it: files at an address, each known by its hash.
public struct PublishedSet: Sendable {
  /// One of its files.
  public struct File: Sendable {
    /// Behind the set's address.
    public var name: String
    /// Its size.
    public var byteCount: Int
    /// Of its content, in hexadecimal digits.
    public var sha256: String

    /// A file.
    public init(_ name: String, _ byteCount: Int, _ sha256: String) {
      (self.name, self.byteCount, self.sha256) = (name, byteCount, sha256)
    }
  }

  /// What users call it: `mnist`.
  public var name: String
  /// Where its files lie; ends in a slash.
  public var address: String
  /// In the order in which they are fetched.
  public var files: [File]

  /// A set.
  public init(name: String, address: String, files: [File]) {
    (self.name, self.address, self.files) = (name, address, files)
  }
}

/// Sizes and hashes are those that TensorFlow Datasets publishes (`url_checksums`). Those of binarised MNIST are also what the
/// 70,000 rows give that are in use elsewhere, written as text.
extension PublishedSet {
  /// The handwritten digits of LeCun and others, by way of Google's copy.
  public static let mnist = PublishedSet(
    name: "mnist", address: "https://storage.googleapis.com/cvdf-datasets/mnist/",
    files: [
      File(
        "train-images-idx3-ubyte.gz", 9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
      File(
        "train-labels-idx1-ubyte.gz", 28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
      File(
        "t10k-images-idx3-ubyte.gz", 1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
      File(
        "t10k-labels-idx1-ubyte.gz", 4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ])

  /// Articles of clothing, of Xiao and others, by way of the copy that Keras fetches.
  public static let fashionMNIST = PublishedSet(
    name: "fashion-mnist", address: "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    files: [
      File(
        "train-images-idx3-ubyte.gz", 26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
      File(
        "train-labels-idx1-ubyte.gz", 29_515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
      File(
        "t10k-images-idx3-ubyte.gz", 4_422_102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
      File(
        "t10k-labels-idx1-ubyte.gz", 5_148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ])

  /// Small colour photographs of ten classes, of Krizhevsky.
  public static let cifar10 = PublishedSet(
    name: "cifar10", address: "https://www.cs.toronto.edu/~kriz/",
    files: [
      File(
        "cifar-10-binary.tar.gz", 170_052_171,
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
    ])

  /// MNIST with pixels that are 0 or 1, drawn once by Larochelle and Murray.
  public static let binarizedMNIST = PublishedSet(
    name: "binarized-mnist",
    address: "https://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/",
    files: [
      File(
        "binarized_mnist_train.amat", 78_400_000,
        "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d"),
      File(
        "binarized_mnist_valid.amat", 15_680_000,
        "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2"),
      File(
        "binarized_mnist_test.amat", 15_680_000,
        "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c"),
    ])
}

internal import Host

extension TableFile {
  /// Goes through the file: blocks of records are worked on by all processors, and what comes of them is taken in order.
  ///
  /// - Parameters:
  ///   - step: Told which share of the file has been read.
  ///   - context: What is known so far, asked for now and then.
  func pass<Context: Sendable, Result: Sendable>(
    _ step: (Double) throws -> Void, context: () -> Context,
    _ work: @Sendable (TextBlock, Context) -> Result, take: (Result) throws -> Void
  ) throws {
    let stream = try ByteStream(source.path)
    let scanner = scanner
    var blocks = TextBlocks(stream) { scanner.endOfLastRecord($0) }
    let width = 2 * min(16, availableThreadCount())
    var isAtEnd = false
    while !isAtEnd {
      var batch: [TextBlock] = []
      while batch.count < width, !isAtEnd {
        if let block = try blocks.next() { batch.append(block) } else { isAtEnd = true }
      }
      let known = context()
      for result in onAllProcessors(batch, { work($0, known) }) { try take(result) }
      try step(stream.fractionRead)
    }
  }
}

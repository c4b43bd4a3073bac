/// A block of memory that addresses lie in.
package struct Space: RawRepresentable, Hashable, Sendable {
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// The worker's own temporaries and inputs; the next shard overwrites them.
  package static let arena = Space(rawValue: 0)
  /// The parameters, shared by all workers and read only.
  package static let parameters = Space(rawValue: 1)
  /// The shard's outputs: gradients, statistics, metrics or results.
  package static let outputs = Space(rawValue: 2)
  /// What a later phase of the shard reads of an earlier one.
  package static let shard = Space(rawValue: 3)
  /// What shards have exchanged, one for all, over the whole minibatch.
  package static let exchange = Space(rawValue: 4)
  /// The shard's rows of an array of the whole minibatch that outlives the shard's run; each such array
  /// is a block of its own.
  package static func saved(_ index: Int) -> Space { Space(rawValue: 5 + Int32(index)) }
}

/// Where an array begins.
package struct Place: Hashable, Sendable {
  /// The block of memory.
  package var space: Space
  /// Distance from its beginning, in floats.
  package var offset: Int

  /// A place in a block.
  package init(_ space: Space, _ offset: Int) { (self.space, self.offset) = (space, offset) }

  /// A place so many floats behind another.
  package static func + (place: Place, distance: Int) -> Place {
    Place(place.space, place.offset + distance)
  }
}
